package order

import (
	"context"
	"fmt"
	"slices"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/settings"
)

// MeansOf is what programs call the means of a provider; see payment.Service.
func (s *Service) MeansOf(provider string) string { return s.payments.MeansOf(provider) }

// ByMeans is the provider of a means; empty if there is none.
func (s *Service) ByMeans(means string) string { return s.payments.ByMeans(means) }

// LastAttempt is the last attempt to pay an order first; without a State there was none.
func (s *Service) LastAttempt(ctx context.Context, o Order) (payment.Attempt, error) {
	return s.payments.Last(ctx, o.ID)
}

// Offer is a means of payment as it is offered for an order.
type Offer struct {
	Provider string
	Why      fault.Message // it cannot be had for this order; without a Key it can
}

// Offers are the means that the association offers, for an order that comes to total and goes to the nearest zone or
// farther. If it offers none of those that there are, the first of them is.
func (s *Service) Offers(ctx context.Context, total money.Amount, near bool) ([]Offer, error) {
	decided, err := settings.Read(ctx, s.db)
	if err != nil {
		return nil, fmt.Errorf("order: %w", err)
	}
	return s.offers(decided, total, near), nil
}

// OffersFor are the Offers for an order as it stands.
func (s *Service) OffersFor(ctx context.Context, o Order) ([]Offer, error) {
	near, err := s.near(ctx, o)
	if err != nil {
		return nil, err
	}
	return s.Offers(ctx, o.Due, near)
}

func (s *Service) near(ctx context.Context, o Order) (bool, error) {
	terms, err := s.delivery.Terms(ctx, o.Delivery, o.Buyer.Place)
	return terms.Near, err
}

func (s *Service) offers(decided settings.Settings, total money.Amount, near bool) []Offer {
	var offers []Offer
	for _, provider := range s.Means() {
		offered, most, far := true, money.Amount(0), true
		switch s.MeansOf(provider) {
		case payment.CashOnDelivery:
			offered, most, far = decided.CashOffered, decided.CashMost, decided.CashFar
		case payment.Card:
			offered, most = decided.CardOffered, decided.CardMost
		case payment.BankTransfer:
			offered, most = decided.TransferOffered && decided.Taken(), decided.TransferMost
		}
		offer := Offer{Provider: provider}
		switch {
		case !offered:
			continue
		case most > 0 && total > most:
			offer.Why = fault.Say("order.means_most", "Most", most)
		case !far && !near:
			offer.Why = fault.Say("order.means_near")
		}
		offers = append(offers, offer)
	}
	if len(offers) == 0 {
		offers = []Offer{{Provider: s.Means()[0]}}
	}
	return offers
}

// refusal is why an order may not be paid so; without a Key it may.
func (s *Service) refusal(decided settings.Settings, provider string, total money.Amount, near bool) fault.Message {
	for _, offer := range s.offers(decided, total, near) {
		if offer.Provider == provider {
			return offer.Why
		}
	}
	return fault.Say("order.payment_unknown")
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
