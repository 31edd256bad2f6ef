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

// ByMeans is the provider of a means as programs call it, who do not know providers by their names; empty if there is none.
func (s *Service) ByMeans(means string) string {
	if s.payments.MeansOf(means) != means { // a provider's name
		return ""
	}
	return s.payments.ByMeans(means)
}

// LastAttempt is the last attempt to pay an order first; without a State there was none.
func (s *Service) LastAttempt(ctx context.Context, o Order) (payment.Attempt, error) {
	return s.payments.Last(ctx, o.ID)
}

// PaidInOtherCurrency reports whether the buyer of an order paid it in another currency, which the association has to settle.
func (s *Service) PaidInOtherCurrency(ctx context.Context, o Order) (bool, error) {
	return s.payments.PaidInOtherCurrency(ctx, o.ID)
}

// Offer is a means of payment as it is offered for an order.
type Offer struct {
	Provider string
	Fee      money.Amount  // that the buyer pays for it
	Most     money.Amount  // that an order may come to; zero: any sum
	Why      fault.Message // it cannot be had for this order; without a Key it can
}

// Possible reports whether it can be had.
func (o Offer) Possible() bool { return o.Why.Key == "" }

// TooMuch reports whether it could be had if the order came to no more than Most.
func (o Offer) TooMuch() bool { return o.Why.Key == meansMost }

const meansMost = "order.means_most"

// Offers are the means that the association offers, for an order that comes to total without the fee of a means; noCash is why it cannot be paid in
// cash where it goes (delivery.Terms). If the association offers none of those that there are, the first of them is.
func (s *Service) Offers(ctx context.Context, total money.Amount, noCash fault.Message) ([]Offer, error) {
	decided, err := settings.Read(ctx, s.db)
	if err != nil {
		return nil, fmt.Errorf("order: %w", err)
	}
	return s.offers(decided, total, noCash, false), nil
}

// OffersFor are the Offers for an order as it stands.
func (s *Service) OffersFor(ctx context.Context, o Order) ([]Offer, error) {
	terms, err := s.delivery.Terms(ctx, o.Delivery, o.Buyer.Place)
	if err != nil {
		return nil, err
	}
	decided, err := settings.Read(ctx, s.db)
	if err != nil {
		return nil, fmt.Errorf("order: %w", err)
	}
	return s.offers(decided, o.Due-o.MeansFee, terms.NoCash, o.LastPieces), nil
}

// Offered are the means that the association has decided to offer; of none of those that there are the first.
func (s *Service) Offered(decided settings.Settings) []string {
	var offered []string
	for _, provider := range s.Means() {
		if s.decided(decided, provider).offered {
			offered = append(offered, provider)
		}
	}
	if len(offered) == 0 {
		return s.Means()[:1]
	}
	return offered
}

// FeeOf is what the buyer pays for a means, besides her order.
func (s *Service) FeeOf(decided settings.Settings, provider string) money.Amount {
	return s.decided(decided, provider).fee
}

// conditions are what the association has decided of a means.
type conditions struct {
	offered bool
	most    money.Amount // that an order may come to; zero: any sum
	fee     money.Amount // that the buyer pays for it
}

func (s *Service) decided(decided settings.Settings, provider string) conditions {
	switch s.MeansOf(provider) {
	case payment.CashOnDelivery:
		return conditions{decided.CashOffered, decided.CashMost, decided.CashFee}
	case payment.Card:
		return conditions{decided.CardOffered, decided.CardMost, decided.CardFee}
	case payment.BankTransfer:
		return conditions{decided.TransferOffered && decided.Taken(), decided.TransferMost, decided.TransferFee}
	}
	return conditions{offered: true}
}

// offers are Offers, of last pieces if some of the order was given beyond a share: these are not held for as long as
// banks take.
func (s *Service) offers(decided settings.Settings, total money.Amount, noCash fault.Message, lastPieces bool) []Offer {
	offered := s.Offered(decided)
	offers := make([]Offer, len(offered))
	for i, provider := range offered {
		c := s.decided(decided, provider)
		offers[i].Provider, offers[i].Fee, offers[i].Most = provider, c.fee, c.most
		switch {
		case s.MeansOf(provider) == payment.CashOnDelivery && noCash.Key != "":
			offers[i].Why = noCash
		case s.MeansOf(provider) == payment.BankTransfer && lastPieces:
			offers[i].Why = fault.Say("order.means_last_pieces")
		case c.most > 0 && total > c.most:
			offers[i].Why = fault.Say(meansMost, "Total", total, "By", fault.Say("order.means_by."+s.MeansOf(provider)), "Most", c.most)
		}
	}
	return offers
}

// refusal is why an order may not be paid so; without a Key it may.
func (s *Service) refusal(decided settings.Settings, provider string, total money.Amount, noCash fault.Message, lastPieces bool) fault.Message {
	for _, offer := range s.offers(decided, total, noCash, lastPieces) {
		if offer.Provider == provider {
			return offer.Why
		}
	}
	return fault.Say("order.payment_unknown")
}

// Called is a means as programs call it.
type Called struct {
	Means string
	Fee   money.Amount // that the buyer pays for it
}

// CalledMeans are the Offered means as programs call them.
func (s *Service) CalledMeans(ctx context.Context) ([]Called, error) {
	decided, err := settings.Read(ctx, s.db)
	if err != nil {
		return nil, fmt.Errorf("order: %w", err)
	}
	var called []Called
	for _, provider := range s.Offered(decided) {
		means := Called{s.MeansOf(provider), s.decided(decided, provider).fee}
		if !slices.Contains(called, means) {
			called = append(called, means)
		}
	}
	return called, nil
}

// Money is how the money of an order stands, in a word.
type Money string

// How it stands.
const (
	MoneyPending   Money = "pending"   // it is to be paid, first or at the door
	MoneyPaid      Money = "paid"      // what is left of the order is paid
	MoneyRefunding Money = "refunding" // all that was paid goes back
	MoneyRefunded  Money = "refunded"  // all that was paid is back
	MoneyDisputed  Money = "disputed"  // her bank has given her back what is due
	MoneyCancelled Money = "cancelled" // nothing was paid, and nothing is to be paid any more
)

// Money is how the money of the order stands. What all goes back is not paid.
func (o Order) Money() Money {
	switch {
	case o.Due > 0 && !o.Paid && o.Dispute == payment.DisputeLost:
		return MoneyDisputed
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

// Received is what the buyer has paid of an order that is paid: what stays so, and what goes back or has.
func (o Order) Received() money.Amount { return o.Due + o.Back }

// ToPay is what is still to be paid of an order that is not paid.
func (o Order) ToPay() money.Amount { return o.Due - o.Deposit }
