package goods

import (
	"maps"
	"time"

	"github.com/a-h/templ"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/storefront/ui"
)

// unitCodes are the units that a price can be for, as the form offers them.
var unitCodes = []string{"kg", "g", "l", "ml", "piece", "m2"}

// written tells a browser, a screen reader and a telephone's keyboard which language a field is in.
func written(language string) templ.Attributes {
	direction := "ltr"
	if language == "ar" {
		direction = "rtl"
	}
	return templ.Attributes{"lang": language, "dir": direction}
}

// oneOf is written for a field that need not be filled in if another is.
func oneOf(language string, form ui.Form) templ.Attributes {
	attributes := written(language)
	attributes["required"] = false
	maps.Copy(attributes, ui.Wrong(form.Errors["name"], "f-name-error"))
	return attributes
}

// lastDay is the last day of a label's certificate.
func lastDay(l *i18n.Locale, label catalog.Label) string {
	day, err := time.Parse(time.DateOnly, label.ExpiresOn)
	if err != nil {
		return ""
	}
	return l.LongDate(day)
}

// stateOptions are the states that a product can be given; what is not there yet cannot be archived.
func stateOptions(p ui.Page, there bool) []ui.Option {
	states := []string{catalog.Published, catalog.Draft}
	if there {
		states = append(states, catalog.Archived)
	}
	options := make([]ui.Option, len(states))
	for i, state := range states {
		options[i] = ui.Option{Value: state, Label: p.T("seller.state." + state), Hint: p.T("seller.state_hint." + state)}
	}
	return options
}

// waitsFor is what stands beside the drawing of a product without a photograph.
func waitsFor(p ui.Page, product catalog.Product) string {
	if product.PictureID != nil {
		return ""
	}
	return p.T("seller.picture.drawing")
}
