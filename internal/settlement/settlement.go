package settlement

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/money"
)

// Service reads and settles what is owed; make one with New.
type Service struct {
	Sample bool // what is recorded is invented, and nobody is told of it

	db      *sqlx.DB
	jobs    *job.Client
	texts   *i18n.Bundle
	baseURL string
	now     func() time.Time
}

// New makes a Service. baseURL is that of links in mails, such as «https://souk.example»; now is its clock.
func New(db *sqlx.DB, jobs *job.Client, texts *i18n.Bundle, baseURL string, now func() time.Time) *Service {
	return &Service{db: db, jobs: jobs, texts: texts, baseURL: baseURL, now: now}
}

// Owed is where the association and one cooperative stand: Due = Sales − Commission − PaidOut.
type Owed struct {
	CooperativeID uuid.UUID    `db:"id"`
	Slug          string       `db:"slug"`
	Name          i18n.Text    `db:"name"`
	CommuneName   i18n.Text    `db:"commune_name"`
	WomenOnly     bool         `db:"women_only"`
	RIB           string       `db:"rib"`        // empty while the cooperative has not given it
	Sales         money.Amount `db:"sales"`      // earned: buyers have paid and have the goods
	Commission    money.Amount `db:"commission"` // the association's, of those sales
	PaidOut       money.Amount `db:"paid_out"`
	Due           money.Amount `db:"due"`
	Held          money.Amount `db:"held"`    // paid by buyers who do not have the goods yet, commission included
	Pending       money.Amount `db:"pending"` // ordered, confirmed and not yet paid, commission included
}

// Owed gives every cooperative that has been approved or has ever sold, the most owed first.
func (s *Service) Owed(ctx context.Context) ([]Owed, error) { return s.owed(ctx, nil) }

// OwedTo gives one cooperative; all is zero for one that has neither been approved nor sold.
func (s *Service) OwedTo(ctx context.Context, cooperativeID uuid.UUID) (Owed, error) {
	owed, err := s.owed(ctx, &cooperativeID)
	if err != nil || len(owed) == 0 {
		return Owed{CooperativeID: cooperativeID}, err
	}
	return owed[0], nil
}

// owed reads one cooperative, or all of them with nil.
func (s *Service) owed(ctx context.Context, only *uuid.UUID) ([]Owed, error) {
	owed := []Owed{}
	err := s.db.SelectContext(ctx, &owed, `
		with sums as (
		    select cooperative_id,
		           sum(amount) filter (where account = 'commission') as commission,
		           -sum(amount) filter (where account = 'bank') as paid_out,
		           sum(amount) filter (where account = 'payable') as due,
		           sum(amount) filter (where account = 'held') as held,
		           sum(amount) filter (where account = 'pending') as pending
		    from ledger_movements where cooperative_id is not null and ($1::uuid is null or cooperative_id = $1)
		    group by cooperative_id
		), unconfirmed as (
		    select m.cooperative_id, sum(m.amount) as pending
		    from orders o join ledger_movements m on m.order_id = o.id
		    where o.state = 'placed' and m.account = 'pending' and ($1::uuid is null or m.cooperative_id = $1)
		    group by m.cooperative_id
		)
		select c.id, c.slug, c.name_ar as "name.ar", c.name_fr as "name.fr",
		       l.name_ar as "commune_name.ar", l.name_fr as "commune_name.fr", c.women_only, c.rib,
		       coalesce(s.due, 0) + coalesce(s.commission, 0) + coalesce(s.paid_out, 0) as sales, coalesce(s.commission, 0) as commission,
		       coalesce(s.paid_out, 0) as paid_out, coalesce(s.due, 0) as due, coalesce(s.held, 0) as held, coalesce(s.pending, 0) - coalesce(u.pending, 0) as pending
		from cooperatives c
		join places l on l.slug = c.commune
		left join sums s on s.cooperative_id = c.id
		left join unconfirmed u on u.cooperative_id = c.id
		where (c.state <> 'pending' or s.cooperative_id is not null) and ($1::uuid is null or c.id = $1)
		order by due desc, c.name_ar, c.id`, only)
	if err != nil {
		return nil, fmt.Errorf("what is owed: %w", err)
	}
	return owed, nil
}

// Line is one entry of a cooperative's statement: an order that was earned, a payout, or the undoing of one.
// Amounts are below zero where something was taken back.
type Line struct {
	At            time.Time     `db:"at"`
	OrderID       uuid.NullUUID `db:"order_id"`       // of a sale
	OrderNumber   string        `db:"order_number"`   // of a sale
	PayoutID      uuid.NullUUID `db:"payout_id"`      // of a payout and of its undoing
	BankReference string        `db:"bank_reference"` // of these
	Undone        bool          `db:"undone"`         // of a payout: it has been undone
	Undoes        bool          `db:"undoes"`         // this is the undoing of a payout
	Reason        string        `db:"reason"`         // of an undoing
	RecordedBy    string        `db:"recorded_by"`    // who recorded a payout or undid it, by name
	Sale          money.Amount  `db:"sale"`
	Commission    money.Amount  `db:"commission"`
	Payout        money.Amount  `db:"payout"`
	Balance       money.Amount  `db:"balance"` // owed to the cooperative after this entry
}

// CanUndo reports whether the entry is a payout that stands.
func (l Line) CanUndo() bool { return l.PayoutID.Valid && !l.Undone && !l.Undoes }

// Statement is all that made up what a cooperative is owed, in order of time. It is empty for one
// that has earned nothing yet.
func (s *Service) Statement(ctx context.Context, cooperativeID uuid.UUID) ([]Line, error) {
	lines := []Line{}
	err := s.db.SelectContext(ctx, &lines, `
		with moved as (
		    select journal_id as id, at, order_id, payout_id, kind = $2 as undoes,
		           coalesce(sum(amount) filter (where account in ('payable', 'commission') and order_id is not null), 0) as sale,
		           coalesce(sum(amount) filter (where account = 'commission'), 0) as commission,
		           -coalesce(sum(amount) filter (where account = 'bank'), 0) as payout,
		           coalesce(sum(amount) filter (where account = 'payable'), 0) as change
		    from ledger_movements
		    where cooperative_id = $1 and account in ('payable', 'commission', 'bank')
		    group by journal_id, at, order_id, payout_id, kind
		)
		select m.at, o.id as order_id, coalesce(o.number, '') as order_number, t.id as payout_id, coalesce(t.reference, '') as bank_reference,
		       r.payout_id is not null and not m.undoes as undone, m.undoes,
		       case when m.undoes then coalesce(r.reason, '') else '' end as reason, coalesce(u.name, '') as recorded_by,
		       m.sale, m.commission, m.payout, sum(m.change) over (order by m.at, m.id) as balance
		from moved m
		left join orders o on o.id = m.order_id
		left join payouts t on t.id = m.payout_id
		left join payout_reversals r on r.payout_id = t.id
		left join users u on u.id = case when m.undoes then r.user_id else t.user_id end
		order by m.at, m.id`, cooperativeID, journalUndone)
	if err != nil {
		return nil, fmt.Errorf("statement: %w", err)
	}
	return lines, nil
}
