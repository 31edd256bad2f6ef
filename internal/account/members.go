package account

import (
	"context"
	"fmt"

	"github.com/google/uuid"
)

// MembersOf gives those who can sign in for a cooperative, in the order in which they got an account.
func (s *Service) MembersOf(ctx context.Context, cooperativeID uuid.UUID) ([]User, error) {
	members := []User{}
	err := s.db.SelectContext(ctx, &members, `
		select id, name, email, phone, role, cooperative_id, locale
		from users where cooperative_id = $1 and disabled_at is null
		order by created_at, id`, cooperativeID)
	if err != nil {
		return nil, fmt.Errorf("members of cooperative: %w", err)
	}
	return members, nil
}
