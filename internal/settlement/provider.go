package settlement

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/postgres"
)

// A cooperative with an account at the provider that a buyer paid by is paid by it, out of what she paid, as soon as its
// part of her order is earned: once, and no more than it can be paid by then. What it has been asked to pay is in transit,
// so that no bank pays it a second time; if it refuses, it is owed again and paid by the bank, or asked for again. What
// the buyer has back later the provider takes back, as far as it paid it.

// What can go wrong.
var (
	ErrByProvider = fault.New(fault.Conflict, "settlement.by_provider") // who recorded a payout undoes it
	ErrNotRefused = fault.New(fault.Conflict, "settlement.not_refused") // by the provider, or asked for again before
	ErrNothingDue = fault.New(fault.Conflict, "settlement.nothing_due") // that the provider could pay
)

// The kinds of the journals of what a provider pays, besides those of payouts.
const (
	journalArrived  = "payout_arrived"
	journalRecalled = "payout_recalled"
)

// ShareArgs is the job that has cooperatives paid what they earned by an order, or has taken back of that what the buyer
// has back.
type ShareArgs struct {
	OrderID uuid.UUID `json:"order_id"`
	Back    bool      `json:"back"`
}

// Kind names the job.
func (ShareArgs) Kind() string { return "settlement_share" }

// InsertOpts put it where money is not kept waiting.
func (ShareArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: job.Money} }

// ShareWorker works ShareArgs.
type ShareWorker struct {
	river.WorkerDefaults[ShareArgs]
	Settlements *Service
}

// Work looks at how things stand, however often and late it is worked.
func (w *ShareWorker) Work(ctx context.Context, j *river.Job[ShareArgs]) error {
	s := w.Settlements
	err := postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		from, shares, err := s.sharesTx(ctx, tx, j.Args.OrderID)
		if err != nil {
			return err
		}
		for _, sh := range shares {
			switch {
			case !j.Args.Back && !sh.Payout.Valid && sh.Account != "":
				if _, err := s.shareTx(ctx, tx, &from, sh, actor.OfSystem()); err != nil {
					return err
				}
			case sh.State == payment.Succeeded:
				if back := sh.back(); back > 0 {
					if err := s.Payments.RecallTx(ctx, tx, sh.Payout.UUID, back, s.now()); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("share out what was paid for order %s: %w", j.Args.OrderID, err)
	}
	return nil
}

// SharedTx is told when cooperatives have earned something by an order whose provider pays out; back: when its buyer has
// some of that back.
func (s *Service) SharedTx(ctx context.Context, tx *sqlx.Tx, orderID uuid.UUID, back bool) error {
	return s.jobs.InsertTx(ctx, tx, ShareArgs{OrderID: orderID, Back: back}, nil)
}

// share is what a cooperative has of an order, with the last payout of that.
type share struct {
	OrderID       uuid.UUID `db:"order_id"`
	Number        string    // of the order
	CooperativeID uuid.UUID `db:"cooperative_id"`
	Account       string    // with the provider; empty: none
	Earned        money.Amount
	Payout        uuid.NullUUID
	Attempt       int
	EarnedThen    money.Amount `db:"earned_then"`
	Amount        money.Amount
	State         payment.State
	RecallAmount  money.Amount `db:"recall_amount"` // asked for, of Amount
}

// back is how much more is to be taken back of what was paid.
func (sh share) back() money.Amount {
	return min(sh.Amount, max(0, sh.EarnedThen-sh.Earned)) - sh.RecallAmount
}

// sharesTx locks an order, and the cooperatives in it, and reads what each has of it; from is what was paid for it, none
// if no provider that pays out received it.
func (s *Service) sharesTx(ctx context.Context, tx *sqlx.Tx, orderID uuid.UUID) (from payment.Source, shares []share, err error) {
	if from, err = s.Payments.SourceTx(ctx, tx, orderID); err != nil || from.Provider == "" {
		return from, nil, err
	}
	var cooperatives []uuid.UUID
	err = tx.SelectContext(ctx, &cooperatives, `select cooperative_id from order_parts where order_id = $1`, orderID)
	if err == nil {
		err = lock(ctx, tx, cooperatives...)
	}
	if err != nil {
		return from, nil, err
	}
	err = tx.SelectContext(ctx, &shares, `
		select o.id as order_id, o.number, e.cooperative_id, c.stripe_account as account, e.earned, t.id as payout, coalesce(t.attempt, 0) as attempt,
		       coalesce(t.earned_centimes, 0) as earned_then, coalesce(n.amount_centimes, 0) as amount, coalesce(n.state, '') as state,
		       coalesce(n.recall_centimes, 0) as recall_amount
		from (
		    select p.cooperative_id, sum(`+changed+` - `+owes+`) as earned
		    from ledger_journals j join ledger_postings p on p.journal_id = j.id
		    where j.order_id = $1 and p.cooperative_id is not null and j.kind not in ('frozen', 'thawed') -- the buyer does not have it back
		    group by p.cooperative_id) e
		join order_heads o on o.id = $1
		join sellers c on c.id = e.cooperative_id
		left join lateral (
		    select id, attempt, earned_centimes from payouts
		    where order_id = $1 and cooperative_id = e.cooperative_id order by attempt desc limit 1) t on true
		left join payment_payouts_now n on n.id = t.id
		order by e.cooperative_id`, orderID)
	if err != nil {
		return from, nil, fmt.Errorf("shares of order %s: %w", orderID, err)
	}
	return from, shares, nil
}

// shareTx has a cooperative paid its share, as far as it can be paid now and so much is left of what was received, and
// gives the payout; an empty one: nothing is paid, as while the payment is disputed.
func (s *Service) shareTx(ctx context.Context, tx *sqlx.Tx, from *payment.Source, sh share, by actor.Actor) (Payout, error) {
	var disputed bool
	err := tx.GetContext(ctx, &disputed, `select exists (select from payment_disputes_now where reference = $1 and pays and left_centimes > 0)`, sh.OrderID)
	if err != nil || disputed {
		return Payout{}, err
	}
	standings, err := ledger.StandingsTx(ctx, tx, sh.CooperativeID)
	if err != nil {
		return Payout{}, err
	}
	stands := Owed{Due: standings[sh.CooperativeID].Payable, Owes: standings[sh.CooperativeID].Owes}
	amount := min(sh.Earned, stands.Transferable(), from.Left)
	if amount <= 0 {
		return Payout{}, nil
	}
	p := attempt{Attempt: sh.Attempt + 1, Payout: Payout{
		ID: postgres.NewID(), CooperativeID: sh.CooperativeID, Amount: amount, Netted: stands.SetOff(), Reference: referenceFor(from.Provider, sh.Number),
		Actor: by.Kind, UserID: by.UserID(), At: s.now(), Provider: from.Provider, OrderID: postgres.NullID(sh.OrderID), Earned: sh.Earned,
	}}
	if err := recordTx(ctx, tx, []attempt{p}); err != nil {
		return Payout{}, err
	}
	if err := s.Payments.PayOutTx(ctx, tx, p.ID, *from, sh.Account, amount, p.At); err != nil {
		return Payout{}, err
	}
	from.Left -= amount
	return p.Payout, nil
}

// AskAgain asks a provider once more for what it refused of a payout, in the name of the association's user by: to pay it,
// as far as the cooperative can be paid now, or to take back what its buyer has back. It gives the payout that is asked
// for. Errors:
//   - ErrNoPayout
//   - ErrNotRefused: it did not refuse, or was asked again since; or it is the bank's
//   - ErrNothingDue: the cooperative has been paid otherwise, or has no account any more; or owes nothing any more
func (s *Service) AskAgain(ctx context.Context, cooperativeID, payoutID uuid.UUID, by actor.Actor) (p Payout, err error) {
	err = postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		var orderID uuid.NullUUID
		err := tx.GetContext(ctx, &orderID, `select order_id from payouts where id = $1 and cooperative_id = $2`, payoutID, cooperativeID)
		switch {
		case postgres.NoRows(err):
			return ErrNoPayout
		case err != nil:
			return err
		case !orderID.Valid: // the bank's
			return ErrNotRefused
		}
		from, shares, err := s.sharesTx(ctx, tx, orderID.UUID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(shares, func(sh share) bool { return sh.CooperativeID == cooperativeID && sh.Payout.UUID == payoutID })
		if i < 0 {
			return ErrNotRefused
		}
		switch sh := shares[i]; {
		case sh.State == payment.Failed && sh.Account == "":
			return ErrNothingDue
		case sh.State == payment.Failed:
			p, err = s.shareTx(ctx, tx, &from, sh, by)
			if err == nil && p.Amount == 0 {
				err = ErrNothingDue
			}
			return err
		}
		if p, err = providerPayout(ctx, tx, payoutID); err != nil {
			return err
		}
		if standings, err := ledger.StandingsTx(ctx, tx, cooperativeID); err != nil || standings[cooperativeID].Owes == 0 {
			return cmp.Or(err, error(ErrNothingDue))
		}
		if p.Amount, err = s.Payments.RecallAgainTx(ctx, tx, payoutID); err == nil && p.Amount == 0 {
			err = ErrNotRefused
		}
		return err
	})
	if err != nil {
		return Payout{}, fmt.Errorf("ask for payout %s again: %w", payoutID, err)
	}
	return p, nil
}

// providerPayout reads a payout by a provider, whose order is locked, and locks its cooperative.
func providerPayout(ctx context.Context, tx *sqlx.Tx, id uuid.UUID) (p Payout, err error) {
	err = tx.GetContext(ctx, &p, `
		select id, cooperative_id, amount_centimes, reference, actor, user_id, at, provider, order_id, coalesce((
		           select sum(p.amount_centimes) from ledger_journals j join ledger_postings p on p.journal_id = j.id
		           where j.payout_id = t.id and j.kind = $2 and p.credit = 'cooperative_owes'), 0) as netted
		from payouts t where id = $1 and provider <> ''`, id, journalPayout)
	if err == nil {
		err = lock(ctx, tx, p.CooperativeID)
	}
	if err != nil {
		return p, fmt.Errorf("payout %s by a provider: %w", id, err)
	}
	return p, nil
}

// PaidOutTx records that a payout arrived, and has its cooperative told. See payment.Payer, as for the others.
func (s *Service) PaidOutTx(ctx context.Context, tx *sqlx.Tx, payout uuid.UUID, at time.Time) error {
	p, err := providerPayout(ctx, tx, payout)
	if err != nil {
		return err
	}
	err = ledger.RecordTx(ctx, tx, ledger.Journal{
		Reference: "payout:" + p.ID.String() + ":arrived", Kind: journalArrived, PayoutID: &p.ID, At: at,
		Postings: []ledger.Posting{{Debit: ledger.InTransitTo(p.CooperativeID), Credit: ledger.Received(p.Provider), Amount: p.Amount}},
	})
	if err != nil {
		return err
	}
	if err := s.SharedTx(ctx, tx, p.OrderID.UUID, true); err != nil { // what its buyer has had back meanwhile
		return err
	}
	if s.Sample {
		return nil
	}
	return s.tell(ctx, tx, []uuid.UUID{p.CooperativeID}, func(l *i18n.Locale, _ uuid.UUID) mail.Message {
		return mail.Message{
			Subject: l.T("settlement.mail.paid_subject", "Amount", l.Money(p.Amount)),
			Body: l.T("settlement.mail.by_provider_body", "Amount", l.Money(p.Amount), "Date", l.LongDate(at), "Provider", p.ProviderName(),
				"Number", orderOf(p.Reference), "Netted", netted(l, p.Netted), "Link", s.moneyLink(l)),
		}
	})
}

// NotPaidOutTx records that a payout was refused: it is owed again, as is what was set off with it.
func (s *Service) NotPaidOutTx(ctx context.Context, tx *sqlx.Tx, payout uuid.UUID, reason string, at time.Time) error {
	p, err := providerPayout(ctx, tx, payout)
	if err != nil {
		return err
	}
	r := Reversal{Payout: p, Reason: p.ProviderName() + " · " + reason, Actor: actor.System, At: at}
	if r.At, err = cooperative.MomentTx(ctx, tx, p.CooperativeID, at); err != nil {
		return err
	}
	if err := reverseTx(ctx, tx, r); err != nil || s.OwedAgain == nil {
		return err
	}
	return s.OwedAgain(ctx, tx, p.OrderID.UUID, p.CooperativeID, r.At)
}

// RecalledTx records that something of a payout was taken back: so much less is owed by its cooperative, or more to it.
func (s *Service) RecalledTx(ctx context.Context, tx *sqlx.Tx, payout, recall uuid.UUID, amount money.Amount, at time.Time) error {
	p, err := providerPayout(ctx, tx, payout)
	if err != nil {
		return err
	}
	if at, err = cooperative.MomentTx(ctx, tx, p.CooperativeID, at); err != nil {
		return err
	}
	standings, err := ledger.StandingsTx(ctx, tx, p.CooperativeID)
	if err != nil {
		return err
	}
	brought, transit := min(amount, standings[p.CooperativeID].Owes), ledger.InTransitTo(p.CooperativeID)
	return ledger.RecordTx(ctx, tx, ledger.Journal{
		Reference: "payout:" + p.ID.String() + ":recall:" + recall.String(), Kind: journalRecalled, PayoutID: &p.ID, At: at,
		Postings: []ledger.Posting{
			{Debit: ledger.Received(p.Provider), Credit: transit, Amount: amount},
			{Debit: transit, Credit: ledger.OwedBy(p.CooperativeID), Amount: brought},
			{Debit: transit, Credit: ledger.PayableTo(p.CooperativeID), Amount: amount - brought},
		},
	})
}

// Refused is what a provider did not do of a payout: pay it, or take something of it back.
type Refused struct {
	Payout
	Slug   string       // of the cooperative
	Name   i18n.Text    `db:"name"`
	Back   money.Amount // that it did not take back; zero: it did not pay
	Reason string       // in the provider's word
}

// Refused lists at most limit of what providers refused and nobody asked for again since, the latest first; of what was
// not paid, as long as the cooperative is owed something and its bank has not had as much since, and of what was not taken
// back, as long as it owes something.
func (s *Service) Refused(ctx context.Context, limit int) (list []Refused, err error) {
	err = s.db.SelectContext(ctx, &list, `
		with unpaid as (
		    select t.id, t.cooperative_id, n.reason, n.ended_at,
		           sum(t.amount_centimes) over (partition by t.cooperative_id order by n.ended_at desc, t.id desc) as since -- with what was refused later
		    from payment_payouts_now n join payouts t on t.id = n.id
		    where n.state = 'failed'
		      and not exists (select from payouts l where l.order_id = t.order_id and l.cooperative_id = t.cooperative_id and l.attempt > t.attempt)
		      and exists (select from ledger_balances b where b.account = 'payable' and b.cooperative_id = t.cooperative_id and b.credits > b.debits)
		), refused as (
		    select u.id, 0::bigint as back, u.reason, u.ended_at
		    from unpaid u
		    where u.since > (
		        select coalesce(sum(b.amount_centimes), 0) from payouts b
		        where b.cooperative_id = u.cooperative_id and b.provider = '' and b.at >= u.ended_at
		          and not exists (select from payout_reversals where payout_id = b.id))
		    union all
		    select n.payout_id, sum(n.amount_centimes), min(n.reason), max(n.ended_at)
		    from payment_recalls_now n join payouts t on t.id = n.payout_id
		    where n.state = 'failed'
		      and exists (select from ledger_balances b where b.account = 'cooperative_owes' and b.cooperative_id = t.cooperative_id and b.debits > b.credits)
		    group by n.payout_id
		)
		select t.id, t.cooperative_id, t.amount_centimes, t.reference, t.actor, t.user_id, t.at, t.provider, t.order_id,
		       c.slug, c.name_ar as "name.ar", c.name_fr as "name.fr", r.back, r.reason
		from refused r join payouts t on t.id = r.id join sellers c on c.id = t.cooperative_id
		order by r.ended_at desc, t.id limit $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("what providers refused: %w", err)
	}
	return list, nil
}
