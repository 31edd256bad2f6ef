package ui

import (
	"strings"

	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
)

// Means is a means of payment that is taken, and what a buyer pays for it.
type Means struct {
	Name string
	Fee  money.Amount
}

// MeansName names the means of payment that are taken: «Cash on delivery».
func (p Page) MeansName() string { return p.means("name", p.T("shop.comma")) }

// MeansMore says how one pays by the means that is taken or, of several, that there is a choice.
func (p Page) MeansMore() string {
	more := p.means("more", "")
	if len(p.Means) > 1 {
		more = p.T("ui.means_more")
	}
	if fees := p.MeansFees(); fees != "" {
		return more + " · " + fees
	}
	return more
}

// MeansFees says for which of the means a buyer pays, and how much; "" if for none.
func (p Page) MeansFees() string {
	var list []string
	for _, m := range p.Means {
		if m.Fee > 0 {
			list = append(list, p.T("ui.means_fee", "Means", p.T("means."+m.Name+".name"), "Fee", p.L.Money(m.Fee)))
		}
	}
	return strings.Join(list, " · ")
}

// MeansTerms are the sentences of the terms about them, a paragraph for each.
func (p Page) MeansTerms() string {
	terms := p.means("terms", "\n\n")
	if fees := p.MeansFees(); fees != "" {
		terms += "\n\n" + fees + "."
	}
	return terms
}

// means is a word of each of the means, see market.Parts.
func (p Page) means(word, between string) string {
	words := make([]string, len(p.Means))
	for i, m := range p.Means {
		words[i] = p.T("means." + m.Name + "." + word)
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
