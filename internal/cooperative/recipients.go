package cooperative

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/account"
)

// Recipient is who reads a cooperative's mail.
type Recipient struct {
	CooperativeID uuid.UUID `db:"cooperative_id"`
	Email         string
	Locale        string // of its member; empty while it has none
	Money         bool   // may read what is due to the cooperative: it is its own mailbox, or a member's who may
}

// Recipients are whom to write to at each of these cooperatives about what needs a right to be seen: one
// without an address of its own is reached at its first member who has one and holds that right, and one without
// either is left out.
func Recipients(ctx context.Context, q sqlx.QueryerContext, cooperatives []uuid.UUID, right account.Right) ([]Recipient, error) {
	var recipients []Recipient
	err := sqlx.SelectContext(ctx, q, &recipients, `
		select c.id as cooperative_id, coalesce(nullif(c.email, ''), m.email) as email, coalesce(m.locale, '') as locale,
		       coalesce(c.email, '') <> '' or m.money as money
		from cooperatives c
		left join lateral (
		    select u.email, u.locale, u.role = any($3) as money from people u where u.cooperative_id = c.id and not u.ended and u.role = any($2)
		    order by u.email is null, u.created_at, u.id limit 1
		) m on true
		where c.id = any($1) and coalesce(nullif(c.email, ''), m.email) is not null`, pq.Array(cooperatives), pq.Array(account.Holders(right)), pq.Array(account.Holders(account.SeeOwnMoney)))
	if err != nil {
		return nil, fmt.Errorf("cooperative: whom to write to: %w", err)
	}
	return recipients, nil
}
