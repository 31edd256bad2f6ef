package sample

import (
	"embed"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
)

//go:embed data/*.tsv data/certificate.jpg
var files embed.FS

// Cooperative is an invented seller, as in data/cooperatives.tsv.
type Cooperative struct {
	Slug         string
	Name         i18n.Text // Arabic and French
	Commune      string    // a place's slug
	Sector       string
	Women, Men   int
	Young        int // among the women and men
	Founded      int // year
	Description  i18n.Text
	Story        i18n.Text
	Court        i18n.Text // of the local register, Arabic and French
	LocalNumber  string
	ODCONumber   string
	RegisteredOn time.Time // day
	President    string
	ICE          string
	TaxID        string
	RIB          string
	Phone        string // E.164
	Email        string
	State        cooperative.State
}

// Product is one of a cooperative's products, as in data/products.tsv.
type Product struct {
	Cooperative          string // slug
	SKU                  string
	Category             string
	Name                 i18n.Text
	Description          i18n.Text
	UnitAmount           int
	UnitCode             string
	Price                money.Amount
	Stock                int
	SeasonFrom, SeasonTo *int // months; both or neither
	Perishable           bool
	Labels               []string
	Authorisation        string
	Drawing              string
}

// Buyer is somebody who ordered, as in data/buyers.tsv.
type Buyer struct {
	Name     string
	Phone    string // E.164
	Place    string // slug
	Address  string
	Landmark string
	Locale   string
}

// Cooperatives reads the invented sellers.
func Cooperatives() ([]Cooperative, error) {
	return read("data/cooperatives.tsv", func(r *row) Cooperative {
		return Cooperative{
			Slug:         r.text("slug"),
			Name:         i18n.Text{AR: r.text("ar"), FR: r.text("fr")},
			Commune:      r.text("commune"),
			Sector:       r.text("sector"),
			Women:        r.number("women"),
			Men:          r.number("men"),
			Young:        r.number("young"),
			Founded:      r.number("founded"),
			Description:  r.translated("description"),
			Story:        r.translated("story"),
			Court:        i18n.Text{AR: r.text("court_ar"), FR: r.text("court_fr")},
			LocalNumber:  r.text("local_number"),
			ODCONumber:   r.text("odco_number"),
			RegisteredOn: r.day("registered_on"),
			President:    r.text("president"),
			ICE:          r.text("ice"),
			TaxID:        r.text("tax_id"),
			RIB:          r.text("rib"),
			Phone:        r.text("phone"),
			Email:        r.text("email"),
			State:        cooperative.State(r.text("state")),
		}
	})
}

// Products reads what they sell, cooperative by cooperative.
func Products() ([]Product, error) {
	return read("data/products.tsv", func(r *row) Product {
		return Product{
			Cooperative:   r.text("cooperative"),
			SKU:           r.text("sku"),
			Category:      r.text("category"),
			Name:          r.translated("name"),
			Description:   r.translated("description"),
			UnitAmount:    r.number("unit_amount"),
			UnitCode:      r.text("unit_code"),
			Price:         r.price("price"),
			Stock:         r.number("stock"),
			SeasonFrom:    r.month("season_from"),
			SeasonTo:      r.month("season_to"),
			Perishable:    r.flag("perishable"),
			Labels:        r.list("labels"),
			Authorisation: r.optional("authorisation"),
			Drawing:       r.text("drawing"),
		}
	})
}

func buyers() ([]Buyer, error) {
	return read("data/buyers.tsv", func(r *row) Buyer {
		return Buyer{
			Name: r.text("name"), Phone: r.text("phone"), Place: r.text("place"),
			Address: r.text("address"), Landmark: r.optional("landmark"), Locale: r.text("locale"),
		}
	})
}

// read parses an embedded file: tab separated, its first line naming the columns. It stops at the
// first line that does not fit, and fails when a column is left unread or one is missing.
func read[T any](name string, parse func(*row) T) ([]T, error) {
	content, err := files.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("sample: %w", err)
	}
	lines := strings.Split(strings.TrimSuffix(string(content), "\n"), "\n")
	header := strings.Split(lines[0], "\t")
	all := make([]T, 0, len(lines)-1)
	for i, line := range lines[1:] {
		r := &row{header: header, cells: strings.Split(line, "\t"), unread: slices.Clone(header)}
		if len(r.cells) != len(header) {
			return nil, fmt.Errorf("sample: %s line %d: %d cells, not %d", name, i+2, len(r.cells), len(header))
		}
		all = append(all, parse(r))
		if len(r.unread) > 0 {
			r.fail(r.unread[0], errors.New("not a known column"))
		}
		if r.err != nil {
			return nil, fmt.Errorf("sample: %s line %d: %w", name, i+2, r.err)
		}
	}
	return all, nil
}

// row is one line; its methods give a column's value and keep the first error.
type row struct {
	header, cells, unread []string
	err                   error
}

func (r *row) fail(column string, err error) {
	if r.err == nil {
		r.err = fmt.Errorf("%s: %w", column, err)
	}
}

func (r *row) optional(column string) string {
	i := slices.Index(r.header, column)
	if i < 0 {
		r.fail(column, errors.New("no such column"))
		return ""
	}
	r.unread = slices.DeleteFunc(r.unread, func(c string) bool { return c == column })
	if r.cells[i] != strings.TrimSpace(r.cells[i]) {
		r.fail(column, fmt.Errorf("spaces around %q", r.cells[i]))
	}
	return r.cells[i]
}

func (r *row) text(column string) string {
	s := r.optional(column)
	if s == "" {
		r.fail(column, errors.New("empty"))
	}
	return s
}

func (r *row) translated(column string) i18n.Text {
	return i18n.Text{AR: r.text(column + "_ar"), FR: r.text(column + "_fr"), EN: r.text(column + "_en")}
}

func (r *row) number(column string) int {
	n, err := strconv.Atoi(r.text(column))
	if err != nil {
		r.fail(column, err)
	} else if n < 0 {
		r.fail(column, fmt.Errorf("%d is below zero", n))
	}
	return n
}

func (r *row) month(column string) *int {
	if r.optional(column) == "" {
		return nil
	}
	m := r.number(column)
	if m < 1 || m > 12 {
		r.fail(column, fmt.Errorf("%d is no month", m))
	}
	return &m
}

func (r *row) price(column string) money.Amount {
	s := r.text(column)
	a, err := money.Parse(s)
	if err != nil {
		r.fail(column, err)
	} else if a.String() != s {
		r.fail(column, fmt.Errorf("%q is not written as %s", s, a))
	}
	return a
}

func (r *row) day(column string) time.Time {
	t, err := time.Parse(time.DateOnly, r.text(column))
	if err != nil {
		r.fail(column, err)
	}
	return t
}

func (r *row) flag(column string) bool {
	switch s := r.text(column); s {
	case "true":
		return true
	case "false":
		return false
	default:
		r.fail(column, fmt.Errorf("%q is neither true nor false", s))
		return false
	}
}

func (r *row) list(column string) []string {
	s := r.optional(column)
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}
