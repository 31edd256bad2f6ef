package sample

import (
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/i18n"
)

// kind is what data about one kind of product has to respect: its category, its usual price for a
// quantity, and the label that it may carry.
type kind struct {
	category string
	base     *big.Rat // quantity that the prices are for, in the smallest unit
	dim      string
	min, max *big.Rat
	label    string
}

// kinds are read from testdata/kinds.tsv, by the object that is drawn for them.
func kinds(t *testing.T) map[string]kind {
	t.Helper()
	all := map[string]kind{}
	for _, c := range table(t, filepath.Join("testdata", "kinds.tsv"), 7) {
		amount, err := strconv.Atoi(c[2])
		if err != nil {
			t.Fatal(err)
		}
		base, dim := smallest(t, amount, c[3])
		all[c[0]] = kind{category: c[1], base: base, dim: dim, min: rat(t, c[4]), max: rat(t, c[5]), label: c[6]}
	}
	return all
}

func table(t *testing.T, name string, columns int) [][]string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for line := range strings.Lines(string(content)) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(cells) != columns {
			t.Fatalf("%s: %d cells in %q", name, len(cells), line)
		}
		rows = append(rows, cells)
	}
	return rows[1:]
}

func rat(t *testing.T, s string) *big.Rat {
	t.Helper()
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		t.Fatalf("%q is no number", s)
	}
	return r
}

func smallest(t *testing.T, amount int, code string) (*big.Rat, string) {
	t.Helper()
	factor, dim := int64(1), code
	switch code {
	case "kg":
		factor, dim = 1000, "g"
	case "l":
		factor, dim = 1000, "ml"
	case "g", "ml", "piece", "m2":
	default:
		t.Fatalf("unit %q", code)
	}
	return new(big.Rat).SetInt64(int64(amount) * factor), dim
}

func load(t *testing.T) ([]Cooperative, []Product) {
	t.Helper()
	cooperatives, err := Cooperatives()
	if err != nil {
		t.Fatal(err)
	}
	products, err := Products()
	if err != nil {
		t.Fatal(err)
	}
	return cooperatives, products
}

func TestCooperativesCouldBeReal(t *testing.T) {
	t.Parallel()
	cooperatives, _ := load(t)
	states := map[cooperative.State]int{}
	seen := map[string]string{}
	for _, c := range cooperatives {
		states[c.State]++
		if !regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`).MatchString(c.Slug) {
			t.Errorf("slug %q", c.Slug)
		}
		if c.Women+c.Men < 5 || c.Young > c.Women+c.Men {
			t.Errorf("%s: %d women, %d men, %d young", c.Slug, c.Women, c.Men, c.Young)
		}
		if c.RegisteredOn.Year() < c.Founded || !strings.HasSuffix(c.LocalNumber, "/"+strconv.Itoa(c.RegisteredOn.Year())) {
			t.Errorf("%s: founded in %d, registered on %s as %s", c.Slug, c.Founded, c.RegisteredOn, c.LocalNumber)
		}
		if !cooperative.ValidICE(c.ICE) || !strings.HasPrefix(c.ICE, "999") {
			t.Errorf("%s: ICE %s", c.Slug, c.ICE)
		}
		if !regexp.MustCompile(`^99\d{6}$`).MatchString(c.TaxID) {
			t.Errorf("%s: tax id %s", c.Slug, c.TaxID)
		}
		if rib, ok := new(big.Int).SetString(c.RIB, 10); !ok || len(c.RIB) != 24 || rib.Mod(rib, big.NewInt(97)).Sign() != 0 || !strings.HasPrefix(c.RIB, "999") {
			t.Errorf("%s: RIB %s", c.Slug, c.RIB)
		}
		if phone, err := account.ParsePhone(c.Phone); err != nil || phone != c.Phone || !strings.HasPrefix(phone, "+2126990000") {
			t.Errorf("%s: phone %s: %v", c.Slug, c.Phone, err)
		}
		if c.Email != c.Slug+"@exemple.invalid" {
			t.Errorf("%s: e-mail %s", c.Slug, c.Email)
		}
		checkTexts(t, c.Slug, c.Description, c.Story)
		for _, once := range []string{c.Slug, c.Name.AR, c.Name.FR, c.ICE, c.TaxID, c.RIB, c.Phone, c.LocalNumber, c.ODCONumber, c.President} {
			if other, twice := seen[once]; twice {
				t.Errorf("%s and %s share %q", other, c.Slug, once)
			}
			seen[once] = c.Slug
		}
	}
	if states[cooperative.Approved] != 24 || states[cooperative.Pending] != 1 || len(states) != 2 {
		t.Errorf("states: %v", states)
	}
}

// The communes whose clementines may bear the protected name.
var clementineCommunes = []string{"boughriba", "chouihia", "zegzel", "aghbal", "laatamna", "fezouane", "madagh"}

func TestProductsRespectTheirKind(t *testing.T) {
	t.Parallel()
	cooperatives, products := load(t)
	communes := map[string]string{}
	for _, c := range cooperatives {
		communes[c.Slug] = c.Commune
	}
	kinds := kinds(t)
	drawn := map[string]bool{}
	for _, p := range products {
		commune, known := communes[p.Cooperative]
		if !known {
			t.Errorf("%s: cooperative %q", p.SKU, p.Cooperative)
		}
		k, known := kinds[p.Drawing]
		if !known {
			t.Errorf("%s: drawing %q", p.SKU, p.Drawing)
			continue
		}
		drawn[p.Drawing] = true
		if p.Category != k.category {
			t.Errorf("%s: category %q, not %q", p.SKU, p.Category, k.category)
		}
		quantity, dim := smallest(t, p.UnitAmount, p.UnitCode)
		if dim != k.dim || p.UnitAmount < 1 {
			t.Errorf("%s: unit %d %s", p.SKU, p.UnitAmount, p.UnitCode)
			continue
		}
		times := new(big.Rat).Quo(quantity, k.base)
		price := rat(t, p.Price.String())
		if price.Cmp(new(big.Rat).Mul(k.min, times)) < 0 || price.Cmp(new(big.Rat).Mul(k.max, times)) > 0 {
			t.Errorf("%s: %s for %d %s is not what such a product costs", p.SKU, p.Price, p.UnitAmount, p.UnitCode)
		}
		for _, label := range p.Labels {
			if label != k.label {
				t.Errorf("%s: label %q", p.SKU, label)
			}
			if label == "igp" && !slices.Contains(clementineCommunes, commune) || label == "igp" && p.Drawing == "loquat" && commune != "zegzel" {
				t.Errorf("%s: the protected name from %s", p.SKU, commune)
			}
		}
		if (p.SeasonFrom == nil) != (p.SeasonTo == nil) || p.Category == "fruit" && (p.SeasonFrom == nil || !p.Perishable) {
			t.Errorf("%s: season and keeping", p.SKU)
		}
	}
	for name := range kinds {
		if !drawn[name] {
			t.Errorf("nobody sells %s", name)
		}
	}
}

func TestProductsAreWrittenForPeople(t *testing.T) {
	t.Parallel()
	_, products := load(t)
	seen := map[string]string{}
	for _, p := range products {
		checkTexts(t, p.SKU, p.Name, p.Description)
		for _, once := range []string{
			p.SKU, "ar " + p.Cooperative + p.Name.AR, "fr " + p.Cooperative + p.Name.FR, "en " + p.Cooperative + p.Name.EN,
			p.Description.AR, p.Description.FR, p.Description.EN,
		} {
			if other, twice := seen[once]; twice {
				t.Errorf("%s and %s share %q", other, p.SKU, once)
			}
			seen[once] = p.SKU
		}
	}
}

func TestEnoughIsOnSale(t *testing.T) {
	t.Parallel()
	cooperatives, products := load(t)
	pending := map[string]bool{}
	for _, c := range cooperatives {
		pending[c.Slug] = c.State == cooperative.Pending
	}
	published, unauthorised, perCooperative := 0, 0, map[string]int{}
	for _, p := range products {
		perCooperative[p.Cooperative]++
		switch {
		case pending[p.Cooperative]:
		case needsAuthorisation(p.Category) && p.Authorisation == "":
			unauthorised++
		default:
			published++
		}
		if !needsAuthorisation(p.Category) && p.Authorisation != "" && p.Category != "truffle" && p.Category != "bundle" {
			t.Errorf("%s: an authorisation for %s", p.SKU, p.Category)
		}
	}
	if published < 220 || unauthorised != 3 {
		t.Errorf("%d published, %d without authorisation", published, unauthorised)
	}
	for _, c := range cooperatives {
		if n := perCooperative[c.Slug]; n < 8 && !pending[c.Slug] || n > 15 || n == 0 {
			t.Errorf("%s has %d products", c.Slug, n)
		}
	}
}

func needsAuthorisation(category string) bool {
	return slices.Contains([]string{"honey", "oil", "cereal", "dried", "preserve", "herbs", "pastry", "dairy"}, category)
}

var (
	looseMark  = regexp.MustCompile(`[ \p{L}\d][ ]?[;:!?»]|« `)
	looseUnit  = regexp.MustCompile(`\d (?:kg|g|L|ml|cm|m|m²|km|كلغ|غ|لتر|مل|سم|متر|م²|كلم)(?:[^\p{L}]|$)`)
	otherDigit = regexp.MustCompile(`[٠-٩۰-۹]`)
)

// checkTexts holds each language against its own rules of writing.
func checkTexts(t *testing.T, where string, texts ...i18n.Text) {
	t.Helper()
	for _, text := range texts {
		if !strings.ContainsFunc(text.AR, func(r rune) bool { return unicode.Is(unicode.Arabic, r) }) || otherDigit.MatchString(text.AR) {
			t.Errorf("%s: Arabic %q", where, text.AR)
		}
		if looseMark.MatchString(text.FR) {
			t.Errorf("%s: a mark that could be left alone on a line in %q", where, text.FR)
		}
		for _, s := range []string{text.AR, text.FR, text.EN} {
			if looseUnit.MatchString(s) || strings.Contains(s, "  ") || strings.ContainsAny(s, "'\"") {
				t.Errorf("%s: spaces or quotes in %q", where, s)
			}
		}
		if text.EN != "" && strings.ContainsFunc(text.EN, func(r rune) bool { return unicode.Is(unicode.Arabic, r) }) {
			t.Errorf("%s: English %q", where, text.EN)
		}
	}
}
