package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/souk-taawon/souk/"

// layers is the order in which the packages stand on one another: each may import those before it and none
// behind it. A package that does not stand here has no place yet.
var layers = strings.Fields(`
	search search/text search/internal/terms search/embedded search/meili search/searchtest

	internal/clock internal/text internal/money internal/fault internal/gate internal/network internal/i18n
	internal/table internal/audit internal/keyset internal/shown internal/child internal/meilisearch internal/postgres internal/postgres/embedded
	internal/postgres/pgtest internal/job internal/mail

	internal/actor internal/ledger internal/security internal/account internal/settings internal/cooperative
	internal/catalog internal/catalog/catalogtest internal/picture/scaledjpeg internal/picture internal/certificate internal/upload/sheet internal/upload internal/payment internal/payment/paymenttest internal/payment/testcard internal/payment/stripe internal/payment/stripe/stripetest internal/payment/cmi internal/payment/cmi/cmitest internal/payment/transfer internal/delivery
	internal/order internal/settlement
	internal/finding internal/report internal/market internal/sample internal/postgres/migrations

	storefront/static storefront/ui storefront/web
	storefront/shop storefront/shop/browse storefront/shop/buy
	storefront/seller storefront/seller/home storefront/seller/goods storefront/seller/upload storefront/seller/orders storefront/seller/money
	storefront/association storefront/association/sales storefront/association/members storefront/association/orders
	storefront/association/returns storefront/association/money storefront/association/payments storefront/association/transfers storefront/association/settings
	storefront/door storefront/feed storefront/hook storefront/demo
	storefront storefront/storetest

	cmd/souk`)

// areas are the parts of the storefront for one kind of people each; they know nothing of one another, nor do
// an area's rooms.
var areas = []string{"storefront/shop", "storefront/seller", "storefront/association", "storefront/door", "storefront/feed", "storefront/hook", "storefront/demo"}

// Libraries that belong to one place, so that they could be replaced there, and packages of ours that are not
// for everybody who stands behind them.
var owners = map[string][]string{
	"github.com/gofiber/fiber":                   {"storefront"},
	"github.com/valyala/fasthttp":                {"storefront"},
	"github.com/meilisearch/meilisearch-go":      {"search/meili"},
	"github.com/blevesearch/bleve":               {"search/embedded"},
	"github.com/fergusstrange/embedded-postgres": {"internal/postgres/embedded"},
	"github.com/riverqueue/river":                {"internal", "cmd", "storefront/storetest"},
	"github.com/xuri/excelize":                   {"internal/table", "internal/upload/sheet"},
	"github.com/stripe/stripe-go":                {"internal/payment/stripe"},
	module + "internal/postgres/embedded":        {"internal/postgres/pgtest", "cmd"},
	module + "internal/postgres/pgtest":          {"internal/catalog/catalogtest", "storefront/storetest"},
	module + "internal/sample":                   {"cmd"},
	module + "internal/market":                   {"internal/sample", "storefront", "cmd"},
	module + "search/internal":                   {"search"},
	module + "search/embedded":                   {"storefront/storetest", "cmd"},
	module + "search/meili":                      {"cmd"},
}

func TestPackagesImportOnlyWhatStandsBelowThem(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	seen := 0
	for {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		seen++
		from := strings.TrimPrefix(p.ImportPath, module)
		if !slices.Contains(layers, from) {
			t.Errorf("%s has no place in the order of packages: put it into the list above, and into the README's", from)
			continue
		}
		for _, imported := range p.Imports {
			if to, ours := strings.CutPrefix(imported, module); ours && !mayImport(from, to) {
				t.Errorf("%s imports %s", from, to)
			}
			for library, places := range owners {
				if within(imported, library) && !within(p.ImportPath, library) && !slices.ContainsFunc(places, func(place string) bool { return within(from, place) }) {
					t.Errorf("%s imports %s, which belongs to %v", from, imported, places)
				}
			}
		}
	}
	if seen < 40 {
		t.Fatalf("go list told only %d packages", seen)
	}
}

// mayImport keeps the order, and areas and their rooms apart; the search knows only itself.
func mayImport(from, to string) bool {
	if to, from := slices.Index(layers, to), slices.Index(layers, from); to < 0 || to >= from {
		return false
	}
	if area := areaOf(to); area != "" && area != to && areaOf(from) == area { // the room beside
		return false
	}
	return (!within(from, "search") || within(to, "search")) &&
		(areaOf(from) == "" || areaOf(to) == "" || areaOf(from) == areaOf(to))
}

// areaOf is the area that a package belongs to; empty: none.
func areaOf(p string) string {
	for _, area := range areas {
		if within(p, area) {
			return area
		}
	}
	return ""
}

// within reports whether package p is place or lies below it; a major version's suffix is below.
func within(p, place string) bool { return p == place || strings.HasPrefix(p, place+"/") }

func TestAreasAndRoomsAreKeptApart(t *testing.T) {
	t.Parallel()
	for imported, may := range map[[2]string]bool{
		{"storefront/shop/buy", "storefront/shop"}:           true,
		{"storefront/shop/buy", "storefront/web"}:            true,
		{"storefront", "storefront/shop/buy"}:                true,
		{"storefront/shop/buy", "storefront/shop/browse"}:    false,
		{"storefront/feed", "storefront/shop"}:               false,
		{"storefront/seller/home", "storefront/shop/browse"}: false,
		{"storefront/web", "storefront/shop"}:                false,
		{"internal/order", "internal/settlement"}:            false,
		{"search", "internal/money"}:                         false,
		{"internal/order", "internal/nobody"}:                false,
	} {
		if mayImport(imported[0], imported[1]) != may {
			t.Errorf("%s may import %s: %v", imported[0], imported[1], !may)
		}
	}
}
