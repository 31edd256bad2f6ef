package settlement

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/postgres"
)

// Line is one entry of a cooperative's statement: an order that was earned, a payout, the undoing of one, or something
// that the cooperative owes (see Owing). Amounts are below zero where something was taken back.
type Line struct {
	At            time.Time     `db:"at"`
	OrderID       uuid.NullUUID `db:"order_id"`       // of a sale
	OrderNumber   string        `db:"order_number"`   // of a sale
	PayoutID      uuid.NullUUID `db:"payout_id"`      // of a payout and of its undoing
	BankReference string        `db:"bank_reference"` // of these
	Undone        bool          `db:"undone"`         // of a payout: it has been undone
	Undoes        bool          `db:"undoes"`         // this is the undoing of a payout
	Provider      string        `db:"provider"`       // of a payout: who pays it, if not the bank
	State         payment.State `db:"state"`          // of a provider's payout: how far it has come
	Later         bool          `db:"later"`          // of a provider's payout: it was asked for again since
	Recalls       bool          `db:"recalls"`        // this is what a provider took back of a payout
	NotRecalled   money.Amount  `db:"not_recalled"`   // of a payout: that its provider refused to take back
	Reason        string        `db:"reason"`         // of an undoing
	FeeBorne      bool          `db:"fee_borne"`      // of the fee of an order's payment, which was given back
	Disputed      bool          `db:"disputed"`       // of a sale: it is held again while its payment is disputed, or no more
	Why           string        `db:"why"`            // of what a buyer has back of a sale: its reason, as package order has it
	Actor         actor.Kind    `db:"actor"`          // who recorded a payout or undid it; empty of a sale
	RecordedBy    string        `db:"recorded_by"`    // by name, if it was one of the association's people
	Sale          money.Amount  `db:"sale"`
	Commission    money.Amount  `db:"commission"`
	Payout        money.Amount  `db:"payout"`
	Netted        money.Amount  `db:"netted"`  // set off against what the cooperative owes
	Balance       money.Amount  `db:"balance"` // owed to the cooperative after this entry
	Owes          money.Amount  `db:"owes"`    // by so much more, or less, the cooperative owes
}

// Owing is the sort of an entry about what a cooperative owes, or has to wait for.
type Owing string

// The sorts.
const (
	Kept    Owing = "kept"     // it owes more, such as cash that it took from a buyer and kept
	Borne   Owing = "borne"    // a buyer had back what was paid out already: it owes more
	Netted  Owing = "netted"   // it owes less, and is owed less
	Brought Owing = "brought"  // it owes less, since it gave the money back
	Fee     Owing = "fee"      // a buyer had back what she paid, and not the fee on it: it owes more
	FeeBack Owing = "fee_back" // it bears less of that: it owes less
	Held    Owing = "frozen"   // nothing is owed: a sale is held again while its payment is disputed
	Free    Owing = "thawed"   // and no more
)

// ChangesOwing reports whether the entry, whatever else it is about, changes what the cooperative owes.
func (l Line) ChangesOwing() bool { return l.Netted != 0 || l.Owes != 0 }

// Owing tells an entry about what the cooperative owes, or has to wait for; empty: it is about something else.
func (l Line) Owing() Owing {
	switch {
	case l.FeeBorne && l.Owes > 0:
		return Fee
	case l.FeeBorne:
		return FeeBack
	case l.Disputed && l.Sale < 0:
		return Held
	case l.Disputed:
		return Free
	case l.Sale < 0 && l.Owes > 0:
		return Borne
	case l.Provider != "" || l.Sale != 0 || l.Payout != 0:
		return ""
	case l.Netted != 0:
		return Netted
	case l.Owes < 0:
		return Brought
	case l.Owes > 0:
		return Kept
	}
	return ""
}

// ByProvider is what an entry says of what a payment provider does.
type ByProvider string

// What it says.
const (
	ProviderWaits    ByProvider = "waits"    // it was asked to pay, and has not answered
	ProviderPaid     ByProvider = "paid"     // it has paid
	ProviderFailed   ByProvider = "failed"   // it was asked to pay, and has refused since
	ProviderAgain    ByProvider = "again"    // it refused: that is owed again
	ProviderRecalled ByProvider = "recalled" // it took back what it had paid
)

// ByProvider tells an entry about what a payment provider does; empty: it is about something else.
func (l Line) ByProvider() ByProvider {
	switch {
	case l.Provider == "":
		return ""
	case l.Recalls:
		return ProviderRecalled
	case l.Undoes:
		return ProviderAgain
	case l.Undone:
		return ProviderFailed
	case l.State == payment.Pending:
		return ProviderWaits
	}
	return ProviderPaid
}

// CanUndo reports whether the entry is a payout that stands.
func (l Line) CanUndo() bool { return l.PayoutID.Valid && !l.Undone && !l.Undoes && l.Provider == "" }

// CanAskAgain reports whether the entry is a payout that its provider refused to pay, or to take back of, and may be asked
// for again.
func (l Line) CanAskAgain() bool {
	return l.ByProvider() == ProviderFailed && !l.Later || l.NotRecalled > 0
}

// ProviderName is what people call the provider of a payout.
func (l Line) ProviderName() string { return providerName(l.Provider) }

// OrderPaid is the number of the order by which a provider's payout was earned.
func (l Line) OrderPaid() string { return orderOf(l.BankReference) }

// ofStatement is the condition on which a posting p belongs to a statement; it is that of the index.
const ofStatement = `('payable' in (p.debit, p.credit) or 'commission' in (p.debit, p.credit) or 'cooperative_owes' in (p.debit, p.credit))`

// earned is the condition on which such a posting is of a sale: it is against what was held of it, or was pending as in
// the first version.
const earned = `(p.debit in ('held', 'pending') or p.credit in ('held', 'pending'))`

// on is how a posting p changes the balance of an account on the account's side.
func on(account, adds, takes string) string {
	return `case '` + account + `' when p.` + adds + ` then p.amount_centimes when p.` + takes + ` then -p.amount_centimes else 0 end`
}

// These are by how much a posting p changes what is owed to a cooperative, the commission and what the cooperative owes.
var (
	changed    = on("payable", "credit", "debit")
	commission = on("commission", "credit", "debit")
	owes       = on("cooperative_owes", "debit", "credit")
)

// Statement gives at most limit of the entries that made up what a cooperative is owed, the latest first. after
// is the next that an earlier call gave: where it goes on; empty, or not one of these: from the beginning. next is
// empty at the end.
func (s *Service) Statement(ctx context.Context, cooperativeID uuid.UUID, after string, limit int) (lines []Line, next string, err error) {
	return statement(ctx, s.db, cooperativeID, nil, after, nil, limit)
}

// EntriesOf are the entries of a statement about one payout, the latest first: the payout itself and its undoing.
// Their balances are not told.
func (s *Service) EntriesOf(ctx context.Context, cooperativeID, payoutID uuid.UUID) ([]Line, error) {
	lines, _, err := statement(ctx, s.db, cooperativeID, &payoutID, "", new(money.Amount), atOnce)
	for i := range lines {
		lines[i].Balance = 0
	}
	return lines, err
}

// statement reads a page of a statement, or the entries of one payout. owed is what was owed after the first of them;
// nil: it is counted back from what is owed now.
func statement(ctx context.Context, q sqlx.QueryerContext, cooperativeID uuid.UUID, payout *uuid.UUID, after string, owed *money.Amount, limit int) (lines []Line, next string, err error) {
	from, journal := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), uuid.Nil
	if p := readPlace(after); p != nil && p.By <= from.UnixMicro() {
		from, journal = time.UnixMicro(p.By).UTC(), p.ID
	}
	var rows []struct {
		Line
		Journal uuid.UUID `db:"journal_id"`
	}
	err = sqlx.SelectContext(ctx, q, &rows, `
		with entry as (
		    select p.at, p.journal_id,
		           coalesce(sum(`+changed+` + `+commission+` - `+owes+`) filter (where `+earned+`), 0) as sale,
		           sum(`+commission+`) as commission,
		           coalesce(-sum(`+changed+`) filter (where 'bank' in (p.debit, p.credit) or 'in_transit' in (p.debit, p.credit)), 0) as payout,
		           sum(`+changed+`) as change,
		           sum(`+owes+`) as owes
		    from ledger_postings p
		    where p.cooperative_id = $1 and `+ofStatement+` and (p.at, p.journal_id) < ($2, $3)
		      and ($6::uuid is null or p.journal_id in (select id from ledger_journals where payout_id = $6))
		    group by p.at, p.journal_id
		    order by p.at desc, p.journal_id desc
		    limit $4
		), upto as ( -- what is owed now, less what changed it since: on later days, and later on that day
		    select coalesce($7, coalesce((select credits - debits from ledger_balances where account = 'payable' and cooperative_id = $1), 0)
		         - coalesce((select sum(change) from statement_days where cooperative_id = $1 and day > ($2::timestamptz at time zone 'UTC')::date), 0)
		         - coalesce((select sum(`+changed+`) from ledger_postings p
		                     where p.cooperative_id = $1 and `+ofStatement+` and (p.at, p.journal_id) >= ($2, $3)
		                       and p.at < (($2::timestamptz at time zone 'UTC')::date + 1) at time zone 'UTC'), 0)) as balance
		), line as (
		    select e.at, e.journal_id, o.id as order_id, coalesce(o.number, '') as order_number, t.id as payout_id, coalesce(t.reference, '') as bank_reference,
		           r.payout_id is not null and j.kind <> $5 as undone, j.kind = $5 as undoes, j.kind in ('frozen', 'thawed') as disputed, j.kind = 'fee_borne' as fee_borne, coalesce(w.reason, '') as why, coalesce(t.provider, '') as provider,
		           exists (select from payouts a where a.order_id = t.order_id and a.cooperative_id = t.cooperative_id and a.attempt > t.attempt) as later,
		           j.kind = '`+journalRecalled+`' as recalls, case when j.kind = '`+journalPayout+`' then t.id end as asked_for,
		           case when j.kind = $5 then coalesce(r.reason, '') else '' end as reason, coalesce(case when j.kind = $5 then r.actor else t.actor end, '') as actor, case when j.kind = $5 then r.user_id else t.user_id end as user_id,
		           e.sale, e.commission, e.payout, e.sale - e.commission - e.payout - e.change as netted, e.owes,
		           upto.balance - coalesce(sum(e.change) over (order by e.at desc, e.journal_id desc
		               rows between unbounded preceding and 1 preceding), 0) as balance
		    from entry e
		    cross join upto
		    join ledger_journals j on j.id = e.journal_id
		    left join order_heads o on o.id = j.order_id
		    left join lateral (select reason from adjustment_reasons where id = j.adjustment_id offset 0) w on true
		    left join payouts t on t.id = j.payout_id
		    left join payout_reversals r on r.payout_id = t.id
		), recorder as ( -- each of these people once and by her key, and not all people
		    select u.id, u.name
		    from (select distinct user_id from line) w
		    cross join lateral (select id, name from people where id = w.user_id offset 0) u
		)
		select l.at, l.journal_id, l.order_id, l.order_number, l.payout_id, l.bank_reference, l.undone, l.undoes, l.disputed, l.fee_borne, l.why, l.provider, l.later, l.recalls, coalesce(n.state, '') as state, coalesce(n.not_recalled_centimes, 0) as not_recalled, l.reason, l.actor,
		       coalesce(u.name, '') as recorded_by, l.sale, l.commission, l.payout, l.netted, l.balance, l.owes
		from line l
		left join recorder u on u.id = l.user_id
		left join lateral (select state, not_recalled_centimes from payment_payouts_now where id = l.asked_for offset 0) n on true
		order by l.at desc, l.journal_id desc`, cooperativeID, from, journal, limit+1, journalUndone, payout, owed)
	if err != nil {
		return nil, "", fmt.Errorf("statement: %w", err)
	}
	if len(rows) > limit {
		rows = rows[:limit]
		next = place{rows[limit-1].At.UnixMicro(), rows[limit-1].Journal}.String()
	}
	lines = make([]Line, len(rows))
	for i, r := range rows {
		lines[i] = r.Line
	}
	return lines, next, nil
}

// EachLine calls fn with every entry of a cooperative's statement, the latest first and as it is at one moment,
// while they are read; an error of fn ends it.
func (s *Service) EachLine(ctx context.Context, cooperativeID uuid.UUID, fn func(Line) error) error {
	var owed *money.Amount // after the next entry
	return postgres.Each(ctx, s.db, func(tx *sqlx.Tx, after string) ([]Line, string, error) {
		lines, next, err := statement(ctx, tx, cooperativeID, nil, after, owed, atOnce)
		if len(lines) > 0 {
			last := lines[len(lines)-1]
			owed = new(last.Balance - last.Sale + last.Commission + last.Payout + last.Netted)
		}
		return lines, next, err
	}, fn)
}
