package payment

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/text"
)

// Subject is what a provider and the market differ about.
type Subject string

// The subjects.
const (
	Paying    Subject = "payment"
	Refunding Subject = "refund"
	PayingOut Subject = "payout"
)

// DifferenceReason is why it matters.
type DifferenceReason string

// The reasons.
const (
	Differs       DifferenceReason = "differs"    // not the same changed hands as is known here
	StaysReserved DifferenceReason = "reserved"   // money that is not needed is reserved until somebody releases it
	Unfit         DifferenceReason = "unfit"      // money is reserved that fits nothing which was asked for: each sum differs for itself
	WrongCurrency DifferenceReason = "currency"   // it is of another currency, or was paid in it; Theirs is zero
	Disputed      DifferenceReason = "disputed"   // a dispute ended otherwise than was known, and what was lost has been borne
	TakenBack     DifferenceReason = "taken_back" // of a payout so much was taken back in the provider's own pages
)

// Difference is something that a provider says of money otherwise than what is known here.
type Difference struct {
	ID       uuid.UUID
	Provider string
	Subject  Subject
	Name     string // the provider's
	Reason   DifferenceReason
	Theirs   money.Amount // what changed hands, or is reserved, as the provider says
	Ours     money.Amount // what changed hands as is known here
	FoundAt  time.Time    `db:"found_at"`

	Reference uuid.NullUUID // of a payment: whose it is, as far as it was asked for here
}

// ErrSettled says that a difference was settled before, or that there is none.
var ErrSettled = fault.New(fault.Conflict, "payment.difference_settled")

// differTx keeps a difference until it is settled; found again it is the same one.
func differTx(ctx context.Context, tx *sqlx.Tx, d Difference, at time.Time) error {
	_, err := tx.ExecContext(ctx, `
		insert into payment_differences (id, provider, subject, name, reason, theirs_centimes, ours_centimes, found_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8)
		on conflict (provider, subject, name, reason, (case when reason = 'unfit' then theirs_centimes else 0 end)) where settled_at is null
		do update set theirs_centimes = excluded.theirs_centimes, ours_centimes = excluded.ours_centimes`,
		postgres.NewID(), d.Provider, d.Subject, d.Name, d.Reason, d.Theirs, d.Ours, at)
	if err != nil {
		return fmt.Errorf("payment: %s differs on %s: %w", d.Provider, d.Name, err)
	}
	return nil
}

// agreeTx ends a difference that is none any more.
func agreeTx(ctx context.Context, tx *sqlx.Tx, d Difference, at time.Time) error {
	_, err := tx.ExecContext(ctx, `
		update payment_differences set settled_at = $4 where provider = $1 and subject = $2 and name = $3 and reason = $5 and settled_at is null`,
		d.Provider, d.Subject, d.Name, at, d.Reason)
	if err != nil {
		return fmt.Errorf("payment: %s agrees on %s: %w", d.Provider, d.Name, err)
	}
	return nil
}

// Differences lists those that are not settled, the latest first, and what the next page goes on after: uuid.Nil at the
// end. after is uuid.Nil for the first page.
func (s *Service) Differences(ctx context.Context, after uuid.UUID, limit int) (list []Difference, next uuid.UUID, err error) {
	if after == uuid.Nil {
		after = uuid.Max
	}
	err = s.db.SelectContext(ctx, &list, `
		select d.id, d.provider, d.subject, d.name, d.reason, d.theirs_centimes as theirs, d.ours_centimes as ours, d.found_at, i.reference
		from payment_differences d
		left join payment_attempts a on d.subject = $3 and a.provider = d.provider and a.provider_reference = d.name
		left join payment_intents i on i.id = a.intent_id
		where d.settled_at is null and d.id < $1 order by d.id desc limit $2`, after, limit+1, Paying)
	if err != nil {
		return nil, uuid.Nil, fmt.Errorf("payment: differences: %w", err)
	}
	if len(list) > limit {
		list = list[:limit]
		next = list[limit-1].ID
	}
	return list, next, nil
}

// Settle says how somebody settled a difference. Errors: ErrSettled; a fault with a field «note» if it says nothing or too
// much.
func (s *Service) Settle(ctx context.Context, id uuid.UUID, note string, by actor.Actor) error {
	note = text.Clean(note)
	switch {
	case note == "":
		return fault.New(fault.Invalid, "payment.difference_unsaid").Field("note", "payment.difference_unsaid")
	case len([]rune(note)) > MaxNote:
		return fault.New(fault.Invalid, "payment.difference_unsaid").Field("note", "payment.difference_long", "Max", MaxNote)
	}
	result, err := s.db.ExecContext(ctx, `
		update payment_differences set settled_at = $2, user_id = $3, note = $4 where id = $1 and settled_at is null`,
		id, s.now(), by.UserID(), note)
	if err != nil {
		return fmt.Errorf("payment: settle %s: %w", id, err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return ErrSettled.Wrap(err)
	}
	return nil
}

// MaxNote is how many characters the note of how a difference was settled may have.
const MaxNote = 300
