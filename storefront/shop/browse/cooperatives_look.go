package browse

import (
	"strings"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/storefront/ui"
)

func membersTitle(p ui.Page, c cooperative.Cooperative) string {
	if c.WomenOnly {
		return p.T("shop.coop.tile_women")
	}
	return p.T("shop.coop.tile_members")
}

func membersMore(p ui.Page, c cooperative.Cooperative) string {
	who, young := p.T("shop.coop.all_women"), "shop.coop.young_women"
	if !c.WomenOnly {
		who, young = p.N("shop.coop.women_among", c.Women), "shop.coop.young_among"
	}
	if c.Young > 0 {
		who += p.N(young, c.Young)
	}
	return who
}

// available says how many of a cooperative's things are in stock, as far as they are counted.
func available(p ui.Page, n int) string {
	if n > catalog.MostCounted {
		return p.N("shop.coop.available_more", catalog.MostCounted)
	}
	return p.N("shop.coop.available", n)
}

func goodsTitle(p ui.Page, c cooperative.Cooperative) string {
	if c.WomenOnly {
		return p.T("shop.coop.made_by_women")
	}
	return p.T("shop.coop.made")
}

// courtName is the name of a court, which may be kept in Arabic and in French with « · » between.
func courtName(p ui.Page, court string) string {
	arabic, french, both := strings.Cut(court, " · ")
	if !both {
		return court
	}
	return p.L.Text(i18n.Text{AR: arabic, FR: french})
}

// paragraphs are the parts of a text between empty lines.
func paragraphs(text string) []string {
	return strings.FieldsFunc(strings.ReplaceAll(text, "\n\n", "\x00"), func(r rune) bool { return r == 0 })
}
