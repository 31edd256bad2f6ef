package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/storefront/static"
)

// Picture is where the picture of a product is: a photograph in several widths, or a drawing as long
// as there is none.
type Picture struct {
	Src     string
	Srcset  string // "" for a drawing
	Drawing bool
}

// PictureOf finds the picture of a product.
func PictureOf(p catalog.Product) Picture {
	return PictureFor(p.PictureID, p.Drawing, p.CategoryDrawing, p.ID)
}

// PictureFor is PictureOf for what knows a product by less, such as a line of an order. Instead of a drawing
// that is not there, its category's is shown.
func PictureFor(picture *uuid.UUID, drawing, instead string, product uuid.UUID) Picture {
	if picture == nil {
		return Picture{Src: static.Drawing(drawing, instead, product.String()), Drawing: true}
	}
	at := func(width int) string { return fmt.Sprintf("/pictures/%s/%d.jpg", picture, width) }
	return Picture{
		Src:    at(640),
		Srcset: fmt.Sprintf("%s 320w, %s 640w, %s 1280w", at(320), at(640), at(1280)),
	}
}

// Card is how a shelf shows a product. InBasket is how many of it are in the basket; Eager marks the
// cards of the first screen.
type Card struct {
	Product  catalog.Product
	InBasket int
	Eager    bool
}

// Unavailable says why a product is not to be had as any other is: that it comes again with its season, or that none is
// left; "" of others.
func Unavailable(p Page, product catalog.Product) string {
	switch {
	case !product.InSeason(month(p)):
		return p.T("ui.back_in", "Month", p.L.MonthName(*product.SeasonFrom))
	case product.Stock == 0:
		return p.T("ui.sold_out")
	}
	return ""
}

func month(p Page) time.Month { return clock.Day(p.At).Month() }

// SizeOf is one of the sizes that a thing is offered in, and as Unavailable has it, why it is not to be had as the others are.
func SizeOf(p Page, size catalog.Size) string {
	measure := p.L.Unit(size.UnitAmount, size.UnitCode)
	switch {
	case !size.InSeason(month(p)):
		return p.T("ui.size_back", "Size", measure, "Month", p.L.MonthName(*size.SeasonFrom))
	case size.SoldOut:
		return p.T("ui.size_sold_out", "Size", measure)
	}
	return measure
}

// sizesShown is how many sizes of a thing stand on its card.
const sizesShown = 4

// Sizes are the quantities that a thing is offered in, as a card lists them; "" of what is offered in one. What is true of all
// is said elsewhere on it.
func Sizes(p Page, product catalog.Product) string {
	alike := !slices.ContainsFunc(product.Sizes, func(s catalog.Size) bool {
		return s.SoldOut != (product.Stock == 0) || s.InSeason(month(p)) != product.InSeason(month(p))
	})
	var list []string
	for _, size := range product.Sizes[:min(len(product.Sizes), sizesShown)] {
		if alike {
			list = append(list, p.L.Unit(size.UnitAmount, size.UnitCode))
		} else {
			list = append(list, SizeOf(p, size))
		}
	}
	if more := len(product.Sizes) - len(list); more > 0 {
		list = append(list, p.N("ui.sizes_more", more))
	}
	return strings.Join(list, " · ")
}

// OtherSizes are the sizes of a product's thing that can be had, but for itself.
func OtherSizes(p Page, product catalog.Product) (list []catalog.Size) {
	for _, s := range product.Sizes {
		if s.ID != product.ID && !s.SoldOut && s.InSeason(month(p)) {
			list = append(list, s)
		}
	}
	return list
}

// LabelOf is the label that a card shows, and for which of a thing's sizes it is unless each has it.
func LabelOf(l *i18n.Locale, product catalog.Product) string {
	label := product.Labels[0]
	if slices.ContainsFunc(product.Sizes, func(s catalog.Size) bool { return !slices.Contains(s.Labels, label.Slug) }) {
		return l.T("catalog.sized", "Name", l.Text(label.Name), "Size", l.Unit(product.UnitAmount, product.UnitCode))
	}
	return l.Text(label.Name)
}

// Thing is what a thing is called, in whichever of its sizes it is offered.
func Thing(l *i18n.Locale, product catalog.Product) string {
	if name := l.Text(product.Name); len(product.Sizes) == 0 {
		return name
	} else if thing := catalog.WithoutMeasure(name); thing != "" {
		return thing
	} else {
		return name
	}
}

// Called is a product's name, with its size where the thing is offered in several and the name does not say it.
func Called(l *i18n.Locale, product catalog.Product) string {
	if len(product.Sizes) == 0 {
		return l.Text(product.Name)
	}
	return catalog.Called(l, product.Name, product.UnitAmount, product.UnitCode)
}

// Cheapest tells whether a product can be had, and of its sizes that can some cost more, and none less.
func Cheapest(p Page, product catalog.Product) bool {
	more, less := false, false
	for _, s := range product.Sizes {
		if !s.SoldOut && s.InSeason(month(p)) {
			more, less = more || s.Price > product.Price, less || s.Price < product.Price
		}
	}
	return product.Available > 0 && more && !less
}

// PerMeasure is what a product costs by the kilogram or litre; "" where its price says that, or it is sold otherwise.
func PerMeasure(p Page, product catalog.Product) string {
	per, measure, ok := catalog.PerMeasure(product.Price, product.UnitAmount, product.UnitCode)
	if !ok || product.UnitAmount == 1 && product.UnitCode == measure {
		return ""
	}
	return p.T("ui.per_measure", "Price", p.L.Money(per), "Unit", p.L.PerUnit(1, measure))
}

// Unbroken keeps the figures in a product's name on one line with what they count: «pot de 250 g».
func Unbroken(name string) string {
	runes := []rune(name)
	for i := 1; i < len(runes)-1; i++ {
		if runes[i] == ' ' && unicode.IsDigit(runes[i-1]) && unicode.IsLetter(runes[i+1]) {
			runes[i] = '\u00a0'
		}
	}
	return string(runes)
}

func (p Picture) set(sizes string) templ.Attributes {
	if p.Srcset == "" {
		return nil
	}
	return templ.Attributes{"srcset": p.Srcset, "sizes": sizes}
}

// loading lets photographs wait until they are scrolled to. A drawing is a few kilobytes: it comes at
// once, but after what is on the first screen.
func (p Picture) loading(eager bool) templ.Attributes {
	switch {
	case eager:
		return nil
	case p.Drawing:
		return templ.Attributes{"fetchpriority": "low", "decoding": "async"}
	}
	return templ.Attributes{"loading": "lazy", "decoding": "async"}
}

// currencyFirst tells whether the language writes the currency before the amount, as English does.
func currencyFirst(p Page) bool { return strings.HasPrefix(p.L.Money(100), p.L.Currency()) }
