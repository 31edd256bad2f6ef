package association

import (
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/ui"
)

// SinceShown is how much of what has happened meanwhile a page tells.
const SinceShown = 3

// Options are the values with their names, in the order of the reader's language.
func Options(l *i18n.Locale, names map[string]string) []ui.Option {
	list := make([]ui.Option, 0, len(names))
	for slug, name := range names {
		list = append(list, ui.Option{Value: slug, Label: name})
	}
	order := l.Order()
	slices.SortFunc(list, func(a, b ui.Option) int { return order(a.Label, b.Label) })
	return list
}

// FormOf is the form of a filter, as it was typed and with what is wrong with it.
func FormOf(l *i18n.Locale, typed url.Values, f *fault.Error) ui.Form {
	form := ui.Form{Values: make(map[string]string), Errors: map[string]string{"": l.Message(f.Message)}}
	for name, list := range typed {
		form.Values[name] = list[0]
	}
	for name, m := range f.Fields {
		form.Errors[name] = l.Message(m)
	}
	return form
}

// WithAll puts the choice of everything before a list.
func WithAll(label string, list []ui.Option) []ui.Option {
	return append([]ui.Option{{Label: label}}, list...)
}

// CurrentIf marks the chip that was chosen.
func CurrentIf(yes bool) templ.Attributes {
	if !yes {
		return nil
	}
	return templ.Attributes{"aria-current": "true"}
}

// HeldSentence says from whom and since when.
func HeldSentence(p ui.Page, now order.HeldNow) string {
	if now.Orders == 0 || now.Since == nil {
		return p.T("association.held.nothing")
	}
	return p.N("association.held.sentence", now.Orders, "Pieces", p.L.Number(now.Pieces-now.ToPay), "Phones", p.L.Number(now.Phones),
		"Addresses", p.L.Number(now.Addresses), "Since", p.L.DateTime(*now.Since))
}
