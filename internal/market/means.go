package market

import (
	"fmt"
	"slices"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/testcard"
	"github.com/souk-taawon/souk/internal/payment/transfer"
)

// meansWords are what every language says of a means of payment, under means.<name>: its name, how a buyer chooses
// it, how she pays by it, and the sentences of the terms about it.
var meansWords = []string{"name", "choice", "more", "terms"}

// worded is an error if a language, where there are any, has no words for one of the means.
func worded(means []payment.Provider, languages *i18n.Bundle) error {
	if languages == nil {
		return nil
	}
	for _, code := range languages.Codes() {
		for _, m := range means {
			for _, word := range meansWords {
				key := "means." + m.Name() + "." + word
				if languages.Locale(code).T(key) == key {
					return fmt.Errorf("market: %s has no words for a means of payment: %s", code, key)
				}
			}
		}
	}
	return nil
}

// opened are the means with those that keep something in the market joined to it.
func (m *Market) opened(means []payment.Provider) []payment.Provider {
	opened := slices.Clone(means)
	for i, provider := range opened {
		switch p := provider.(type) {
		case *testcard.Provider:
			m.Card = p.Open(m.DB, m.Jobs, m.Secret, m.BaseURL, m.Now)
			opened[i] = m.Card
		case *transfer.Provider:
			opened[i] = p.Open(m.DB, m.Now)
		}
	}
	return opened
}
