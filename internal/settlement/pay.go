package settlement

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/text"
)

// What can go wrong.
var (
	ErrInvalid       = fault.New(fault.Invalid, "settlement.invalid") // Fields say where
	ErrReferenceUsed = fault.New(fault.Conflict, "settlement.reference_used")
	ErrNoPayout      = fault.New(fault.NotFound, "settlement.payout_not_found")
	ErrUndone        = fault.New(fault.Conflict, "settlement.already_undone")
	ErrOwedChanged   = fault.New(fault.Conflict, "settlement.owed_changed") // since it was shown to whoever pays
)

// The most that a bank's reference and a reason hold, in characters.
const (
	maxReference = 140
	maxReason    = 500
)

// The kinds of the journals that are recorded here.
const (
	journalPayout = "payout"
	journalUndone = "payout_undone"
)

// Payout is a transfer to a cooperative, by the association's bank or by a payment provider, with which what the
// cooperative owes is set off.
type Payout struct {
	ID            uuid.UUID     `db:"id"`
	CooperativeID uuid.UUID     `db:"cooperative_id"`
	Amount        money.Amount  `db:"amount_centimes"`
	Netted        money.Amount  `db:"netted"`    // set off with it; not told of one that had been recorded before
	Reference     string        `db:"reference"` // the bank's; of a provider, what it is asked under
	Actor         actor.Kind    `db:"actor"`     // who recorded it
	UserID        uuid.NullUUID `db:"user_id"`   // of the association
	At            time.Time     `db:"at"`
	Before        bool          `db:"-"` // it had been recorded before, and nothing was recorded now

	Provider string        `db:"provider"` // empty: the bank
	OrderID  uuid.NullUUID `db:"order_id"` // by which it was earned; of a provider's
	Earned   money.Amount  `db:"-"`        // by that, when it was asked for
}

// ProviderName is what people call its provider.
func (p Payout) ProviderName() string { return providerName(p.Provider) }

// providerName is a provider's name as it writes it itself; empty for none.
func providerName(provider string) string {
	if provider == "" {
		return ""
	}
	return strings.ToUpper(provider[:1]) + provider[1:]
}

// referenceFor is what a provider's payout of an order is told apart by; orderOf gives the order's number again.
func referenceFor(provider, order string) string { return provider + ":" + order }

func orderOf(reference string) string {
	_, number, _ := strings.Cut(reference, ":")
	return number
}

// Transfer is what was transferred to one cooperative.
type Transfer struct {
	CooperativeID uuid.UUID     `db:"id"`
	Amount        money.Amount  `db:"amount"`
	Shown         *money.Amount `db:"-"` // as much as whoever pays saw that can be transferred; nil: not asked
}

// PayAll records what was transferred under one reference of the bank's to one cooperative or, by one order to the
// bank, to several, each of them once: all of it or nothing. What a cooperative owes is set off with it, as far as it is
// owed anything. It is in the name of the association's user by, and each
// cooperative is told. Recording the same transfers again gives the first records back. Errors:
// cooperative.ErrNotFound; ErrReferenceUsed, when that reference was of another amount; ErrOwedChanged, when
// another sum than Shown can be transferred to a cooperative; ErrInvalid with the fields amount (not above zero, or more
// than can be transferred) and reference.
func (s *Service) PayAll(ctx context.Context, transfers []Transfer, reference string, by actor.Actor) (payouts []Payout, err error) {
	err = postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) (err error) {
		payouts, err = s.PayAllTx(ctx, tx, transfers, reference, by)
		return err
	})
	return payouts, err
}

// PayAllTx is PayAll in a transaction, which has to be rolled back after an error.
func (s *Service) PayAllTx(ctx context.Context, tx *sqlx.Tx, transfers []Transfer, reference string, by actor.Actor) ([]Payout, error) {
	reference = text.Line(reference)
	wrong := fault.New(ErrInvalid.Kind, ErrInvalid.Key)
	if slices.ContainsFunc(transfers, func(t Transfer) bool { return t.Amount <= 0 }) {
		wrong.Field("amount", "settlement.amount_not_positive")
	}
	if reference == "" {
		wrong.Field("reference", "settlement.reference_missing")
	}
	wrong.TooLong("reference", "settlement.reference_long", reference, maxReference)
	if len(wrong.Fields) > 0 {
		return nil, wrong
	}
	payouts, made, err := s.decide(ctx, tx, transfers, reference, by)
	if err == nil {
		err = recordTx(ctx, tx, made)
	}
	if err != nil {
		return nil, fmt.Errorf("pay cooperatives: %w", err)
	}
	fresh := make([]Payout, len(made))
	for i, m := range made {
		payouts[m.nth], fresh[i] = m.Payout, m.Payout
	}
	if err := s.announce(ctx, tx, fresh); err != nil {
		return nil, fmt.Errorf("pay cooperatives: %w", err)
	}
	return payouts, nil
}

// attempt is a payout that is to be recorded: the nth of those that were asked for.
type attempt struct {
	Payout
	Attempt int // one more for each payout under the same reference that was undone
	nth     int
}

// decide tells of each transfer whether it was recorded before and stands, or is to be recorded now. A payout
// that was undone leaves its reference to the next.
func (s *Service) decide(ctx context.Context, tx *sqlx.Tx, transfers []Transfer, reference string, by actor.Actor) (payouts []Payout, made []attempt, err error) {
	ids := make([]uuid.UUID, len(transfers))
	for i, t := range transfers {
		ids[i] = t.CooperativeID
	}
	if err := lock(ctx, tx, ids...); err != nil {
		return nil, nil, err
	}
	var last []struct {
		Payout
		Attempt int
		Undone  bool
	}
	err = tx.SelectContext(ctx, &last, `
		select distinct on (t.cooperative_id) t.id, t.cooperative_id, t.amount_centimes, t.reference, t.actor, t.user_id, t.at, t.attempt,
		       exists (select from payout_reversals r where r.payout_id = t.id) as undone
		from payouts t
		where t.cooperative_id = any($1) and t.reference = $2
		order by t.cooperative_id, t.attempt desc`, pq.Array(ids), reference)
	if err != nil {
		return nil, nil, err
	}
	before := make(map[uuid.UUID]int, len(last))
	for i, l := range last {
		before[l.CooperativeID] = i
	}
	standings, err := ledger.StandingsTx(ctx, tx, ids...)
	if err != nil {
		return nil, nil, err
	}
	payouts = make([]Payout, len(transfers))
	for i, t := range transfers {
		next := attempt{Attempt: 1, nth: i, Payout: Payout{
			ID: postgres.NewID(), CooperativeID: t.CooperativeID, Amount: t.Amount, Reference: reference, Actor: by.Kind, UserID: by.UserID(), At: s.now(),
		}}
		if n, known := before[t.CooperativeID]; known {
			l := last[n]
			switch {
			case !l.Undone && l.Amount != t.Amount:
				return nil, nil, ErrReferenceUsed
			case !l.Undone:
				payouts[i] = l.Payout
				payouts[i].Before = true
				continue
			}
			next.Attempt = l.Attempt + 1
		}
		stands := Owed{Due: standings[t.CooperativeID].Payable, Owes: standings[t.CooperativeID].Owes}
		switch {
		case t.Shown != nil && *t.Shown != stands.Transferable():
			return nil, nil, ErrOwedChanged
		case t.Amount > stands.Transferable():
			return nil, nil, fault.New(ErrInvalid.Kind, ErrInvalid.Key).Field("amount", "settlement.above_due", "Due", stands.Transferable())
		}
		next.Netted = stands.SetOff()
		made = append(made, next)
	}
	return payouts, made, nil
}

// lock lets what is recorded of each cooperative's payouts take turns, or two could each find the
// same money owed: in one order for everybody, so that no two wait for each other. New orders, which only refer
// to the cooperative's key, do not wait for it.
func lock(ctx context.Context, tx *sqlx.Tx, cooperatives ...uuid.UUID) error {
	var slugs []string
	err := tx.SelectContext(ctx, &slugs, `
		select slug from cooperatives where id = any($1) order by id for no key update`, pq.Array(cooperatives))
	if err == nil && len(slugs) < len(cooperatives) {
		return cooperative.ErrNotFound
	}
	return err
}

// recordTx records these payouts, each after what it pays for and after whatever was recorded of its cooperative,
// whatever the clocks say.
func recordTx(ctx context.Context, tx *sqlx.Tx, made []attempt) error {
	if len(made) == 0 {
		return nil
	}
	ids := make([]uuid.UUID, len(made))
	for i, m := range made {
		ids[i] = m.CooperativeID
	}
	var earned []struct {
		ID uuid.UUID
		At time.Time
	}
	err := tx.SelectContext(ctx, &earned, `
		select c.id, e.at
		from unnest($1::uuid[]) as c (id)
		cross join lateral (
		    select p.at from ledger_postings p where p.cooperative_id = c.id and `+ofStatement+`
		    order by p.at desc, p.journal_id desc limit 1) e`, pq.Array(ids))
	if err != nil {
		return err
	}
	after := make(map[uuid.UUID]time.Time, len(earned))
	for _, e := range earned {
		after[e.ID] = e.At.Add(time.Microsecond)
	}
	moments := make(map[uuid.UUID]time.Time, len(made))
	for _, m := range made {
		moments[m.CooperativeID] = m.At
		if m.At.Before(after[m.CooperativeID]) {
			moments[m.CooperativeID] = after[m.CooperativeID]
		}
	}
	if moments, err = cooperative.MomentsTx(ctx, tx, moments); err != nil {
		return err
	}
	type row struct {
		ID, CooperativeID uuid.UUID
		Amount            int64
		Reference         string
		Attempt           int
		Actor             actor.Kind
		UserID            uuid.NullUUID
		At                time.Time
		Provider          string
		OrderID           uuid.NullUUID
		Earned            int64
	}
	journals := make([]ledger.Journal, len(made))
	for i := range made {
		m := &made[i]
		m.At = moments[m.CooperativeID]
		journals[i] = ledger.Journal{
			Reference: "payout:" + m.ID.String(), Kind: journalPayout, PayoutID: &m.ID, At: m.At, Postings: m.postings(),
		}
	}
	for some := range slices.Chunk(made, rowsAtOnce) {
		rows := make([]row, len(some))
		for i, m := range some {
			rows[i] = row{m.ID, m.CooperativeID, int64(m.Amount), m.Reference, m.Attempt, m.Actor, m.UserID, m.At, m.Provider, m.OrderID, int64(m.Earned)}
		}
		_, err = tx.NamedExecContext(ctx, `
			insert into payouts (id, cooperative_id, amount_centimes, reference, attempt, actor, user_id, at, provider, order_id, earned_centimes)
			values (:id, :cooperativeid, :amount, :reference, :attempt, :actor, :userid, :at, :provider, :orderid, :earned)`, rows)
		if err != nil {
			return err
		}
	}
	return ledger.RecordTx(ctx, tx, journals...)
}

// rowsAtOnce bounds the parameters of one statement.
const rowsAtOnce = 1000

// postings are what a payout moves.
func (p Payout) postings() []ledger.Posting {
	to := ledger.Bank
	if p.Provider != "" {
		to = ledger.InTransitTo(p.CooperativeID)
	}
	return []ledger.Posting{
		{Debit: ledger.PayableTo(p.CooperativeID), Credit: to, Amount: p.Amount},
		{Debit: ledger.PayableTo(p.CooperativeID), Credit: ledger.OwedBy(p.CooperativeID), Amount: p.Netted},
	}
}
