package ui

import (
	"strings"

	"github.com/souk-taawon/souk/internal/payment"
)

// MeansName names the means of payment that are taken: «Cash on delivery».
func (p Page) MeansName() string { return p.means("name", p.T("shop.comma")) }

// MeansMore says how one pays by the means that is taken or, of several, that there is a choice.
func (p Page) MeansMore() string {
	if len(p.Means) > 1 {
		return p.T("ui.means_more")
	}
	return p.means("more", "")
}

// MeansTerms are the sentences of the terms about them, a paragraph for each.
func (p Page) MeansTerms() string { return p.means("terms", "\n\n") }

// means is a word of each of the means, see market.Parts.
func (p Page) means(word, between string) string {
	words := make([]string, len(p.Means))
	for i, name := range p.Means {
		words[i] = p.T("means." + name + "." + word)
	}
	return strings.Join(words, between)
}

// RefundMeans is by which means money is given back.
func (p Page) RefundMeans(means string) string {
	if means == payment.CashOnDelivery {
		return p.T("ui.in_cash")
	}
	return p.T("means." + means + ".name")
}
