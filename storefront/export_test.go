package storefront

import (
	"context"

	"github.com/souk-taawon/souk/internal/account"
)

// Confine leaves whoever has signed in these rights only, whatever her role.
func (s *Server) Confine(rights ...account.Right) {
	s.session = func(ctx context.Context, token string) (account.User, error) {
		u, err := s.accounts.Session(ctx, token)
		u.Rights = rights
		return u, err
	}
}
