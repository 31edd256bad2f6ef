package home

import (
	"slices"

	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/storefront/ui"
)

// said are the texts of the page, each in every language.
var said = []struct {
	name string
	max  int
}{{"description", 5000}, {"story", 5000}, {"hours", 500}}

// tongues are the languages of the texts, the reader's own first.
func tongues(l *i18n.Locale) []string {
	codes := []string{"ar", "fr", "en"}
	slices.SortStableFunc(codes, func(a, b string) int {
		switch l.Code() {
		case a:
			return -1
		case b:
			return 1
		}
		return 0
	})
	return codes
}

// opens reports whether the fields of the other languages are to be seen at once: one of them has something or is wrong.
func opens(form ui.Form, name string, others []string) bool {
	return slices.ContainsFunc(others, func(code string) bool {
		return form.Values[name+"_"+code] != "" || form.Errors[name+"_"+code] != ""
	})
}

// keptNow says what a field holds that was changed meanwhile.
func keptNow(l *i18n.Locale, value string) string {
	if value == "" {
		return l.T("seller.page.now_empty")
	}
	return l.T("seller.page.now", "Value", value)
}

// noPhotograph is what stands beside the drawing of a cooperative without a photograph.
func noPhotograph(p ui.Page, c cooperative.Cooperative) string {
	if c.PictureID != nil {
		return ""
	}
	return p.T("seller.page.drawing")
}
