package order

import (
	"context"
	"slices"

	"github.com/souk-taawon/souk/internal/payment"
)

// MeansOf is what programs call the means of a provider; see payment.Service.
func (s *Service) MeansOf(provider string) string { return s.payments.MeansOf(provider) }

// ByMeans is the provider of a means; empty if there is none.
func (s *Service) ByMeans(means string) string { return s.payments.ByMeans(means) }

// LastAttempt is the last attempt to pay an order first; without a State there was none.
func (s *Service) LastAttempt(ctx context.Context, o Order) (payment.Attempt, error) {
	return s.payments.Last(ctx, o.ID)
}

// CalledMeans are the means as programs call them, in the order in which they are offered.
func (s *Service) CalledMeans() []string {
	var called []string
	for _, provider := range s.Means() {
		if means := s.MeansOf(provider); !slices.Contains(called, means) {
			called = append(called, means)
		}
	}
	return called
}

// Money is how the money of an order stands, in a word.
type Money string

// How it stands.
const (
	MoneyPending   Money = "pending"   // it is to be paid, first or at the door
	MoneyPaid      Money = "paid"      // what is left of the order is paid
	MoneyRefunding Money = "refunding" // all that was paid goes back
	MoneyRefunded  Money = "refunded"  // all that was paid is back
	MoneyCancelled Money = "cancelled" // nothing was paid, and nothing is to be paid any more
)

// Money is how the money of the order stands. What all goes back is not paid.
func (o Order) Money() Money {
	switch {
	case o.Due > 0 && o.Paid:
		return MoneyPaid
	case o.Due > 0:
		return MoneyPending
	case o.Back > o.Given:
		return MoneyRefunding
	case o.Back > 0:
		return MoneyRefunded
	}
	return MoneyCancelled
}
