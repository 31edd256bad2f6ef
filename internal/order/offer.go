package order

import (
	"context"

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
