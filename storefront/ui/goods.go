package ui

import (
	"fmt"
	"strings"
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
	case !product.InSeason(clock.Day(p.At).Month()):
		return p.T("ui.back_in", "Month", p.L.MonthName(*product.SeasonFrom))
	case product.Stock == 0:
		return p.T("ui.sold_out")
	}
	return ""
}

// sizesShown is how many sizes of a thing stand on its card.
const sizesShown = 4

// Sizes are the quantities that a thing is offered in, as a card lists them; "" of what is offered in one.
func Sizes(p Page, product catalog.Product) string {
	var list []string
	for i, size := range product.Sizes {
		if i == sizesShown {
			list = append(list, "…")
			break
		}
		list = append(list, p.L.Unit(size.UnitAmount, size.UnitCode))
	}
	return strings.Join(list, " · ")
}

// Called is a product's name, with its size where the thing is offered in several and the name does not say it.
func Called(l *i18n.Locale, product catalog.Product) string {
	name, size := l.Text(product.Name), l.Unit(product.UnitAmount, product.UnitCode)
	if len(product.Sizes) == 0 || strings.Contains(Unbroken(name), size) {
		return name
	}
	return l.T("ui.sized", "Name", name, "Size", size)
}

// cheapest tells whether of the sizes of a product that can be had some cost more, and none less.
func cheapest(product catalog.Product) bool {
	more, less := false, false
	for _, s := range product.Sizes {
		more, less = more || !s.SoldOut && s.Price > product.Price, less || !s.SoldOut && s.Price < product.Price
	}
	return product.Stock > 0 && more && !less
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
