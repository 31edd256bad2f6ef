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

// The layers, lowest first: a package may import those before it and none behind it. Foundation
// packages know no domain; domains know only domains to their left.
var (
	foundation = []string{"internal/clock", "internal/money", "internal/fault", "internal/gate", "internal/network", "internal/i18n", "internal/audit", "internal/postgres", "internal/job", "internal/mail", "internal/child", "internal/meilisearch"}
	domains    = []string{"internal/ledger", "internal/security", "internal/account", "internal/settings", "internal/cooperative", "internal/catalog", "internal/payment", "internal/delivery", "internal/order", "internal/settlement", "internal/report", "internal/market", "internal/sample"}
)

// Libraries that belong to one place, so that they could be replaced there.
var owners = map[string][]string{
	"github.com/gofiber/fiber":                   {"storefront"},
	"github.com/valyala/fasthttp":                {"storefront"},
	"github.com/meilisearch/meilisearch-go":      {"search/meili"},
	"github.com/blevesearch/bleve":               {"search/embedded"},
	"github.com/fergusstrange/embedded-postgres": {"internal/postgres/embedded"},
	"github.com/riverqueue/river":                {"internal", "cmd", "storefront/storetest"},
	"github.com/xuri/excelize":                   {"internal/catalog", "internal/report"},
	"github.com/stripe/stripe-go":                {"internal/payment"},
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
		for _, imported := range p.Imports {
			if to, ours := strings.CutPrefix(imported, module); ours {
				if !mayImport(from, to) {
					t.Errorf("%s imports %s", from, to)
				}
				continue
			}
			for library, places := range owners {
				if within(imported, library) && !slices.ContainsFunc(places, func(place string) bool { return within(from, place) }) {
					t.Errorf("%s imports %s, which belongs to %v", from, imported, places)
				}
			}
		}
	}
	if seen < len(foundation)+len(domains) {
		t.Fatalf("go list told only %d packages", seen)
	}
}

func mayImport(from, to string) bool {
	switch layer(from) {
	case "cmd":
		return true
	case "storefront":
		return !within(to, "cmd") && !within(to, "internal/sample")
	case "search":
		return within(to, "search")
	case "domain":
		if layer(to) == "domain" {
			return within(to, domains[rankOf(from)]) || rankOf(to) < rankOf(from)
		}
		return layer(to) == "foundation" || layer(to) == "search"
	default:
		return layer(to) == "foundation"
	}
}

func layer(p string) string {
	switch {
	case within(p, "cmd"):
		return "cmd"
	case within(p, "storefront"):
		return "storefront"
	case within(p, "search"):
		return "search"
	case rankOf(p) >= 0:
		return "domain"
	}
	return "foundation"
}

func rankOf(p string) int {
	return slices.IndexFunc(domains, func(d string) bool { return within(p, d) })
}

// within reports whether package p is place or lies below it; a major version's suffix is below.
func within(p, place string) bool { return p == place || strings.HasPrefix(p, place+"/") }
