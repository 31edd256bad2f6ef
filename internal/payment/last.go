package payment

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/postgres"
)

// Last is the attempt at a reference that was begun last, as the market knows it; without a State there is none.
func (s *Service) Last(ctx context.Context, reference uuid.UUID) (Attempt, error) {
	var a Attempt
	err := s.db.GetContext(ctx, &a, `
		select `+attemptColumns+`, $1::uuid as reference from payment_attempts
		where intent_id = (select id from payment_intents where reference = $1) order by number desc limit 1`, reference)
	if err != nil && !postgres.NoRows(err) {
		return Attempt{}, fmt.Errorf("payment: the last attempt for %s: %w", reference, err)
	}
	return a, nil
}
