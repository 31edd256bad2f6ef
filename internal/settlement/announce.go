package settlement

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/money"
)

// announce queues mail to the cooperative of each of these payouts, which have just been recorded.
func (s *Service) announce(ctx context.Context, tx *sqlx.Tx, payouts []Payout) error {
	if s.Sample || len(payouts) == 0 {
		return nil
	}
	after, err := outcomes(ctx, tx, payouts)
	if err != nil {
		return err
	}
	byCooperative := make(map[uuid.UUID]Payout, len(payouts))
	cooperatives := make([]uuid.UUID, len(payouts))
	for i, p := range payouts {
		byCooperative[p.CooperativeID] = p
		cooperatives[i] = p.CooperativeID
	}
	return s.tell(ctx, tx, cooperatives, func(l *i18n.Locale, id uuid.UUID) mail.Message {
		return s.paidMessage(l, byCooperative[id], after[id])
	})
}

// announceUndone queues mail to the cooperative whose payout has just been undone.
func (s *Service) announceUndone(ctx context.Context, tx *sqlx.Tx, r Reversal) error {
	if s.Sample {
		return nil
	}
	due, err := ledger.Balance(ctx, tx, ledger.PayableTo(r.Payout.CooperativeID))
	if err != nil {
		return err
	}
	return s.tell(ctx, tx, []uuid.UUID{r.Payout.CooperativeID}, func(l *i18n.Locale, _ uuid.UUID) mail.Message {
		return s.undoneMessage(l, r, due)
	})
}

// tell queues what write says to each of these cooperatives, in its language.
func (s *Service) tell(ctx context.Context, tx *sqlx.Tx, cooperatives []uuid.UUID,
	write func(l *i18n.Locale, cooperative uuid.UUID) mail.Message) error {
	recipients, err := cooperative.Recipients(ctx, tx, cooperatives, account.SeeOwnMoney)
	if err != nil || len(recipients) == 0 {
		return err
	}
	messages := make([]mail.Message, len(recipients))
	for i, r := range recipients {
		messages[i] = write(s.texts.Locale(r.Locale), r.CooperativeID)
		messages[i].To, messages[i].Locale = r.Email, r.Locale
	}
	return mail.SendTx(ctx, tx, s.jobs, messages...)
}

// outcome is where a payout leaves its cooperative, and what it was for: money goes out for the
// sales that have waited longest, the last of them maybe in part.
type outcome struct {
	CooperativeID uuid.UUID    `db:"cooperative_id"`
	Due           money.Amount `db:"due"`
	Orders        int          `db:"orders"`
	First         time.Time    `db:"first"` // when the first of these orders was earned,
	Last          time.Time    `db:"last"`  // and the last
}

// outcomes gives the outcome of payouts that are the latest of their cooperatives.
func outcomes(ctx context.Context, tx *sqlx.Tx, payouts []Payout) (map[uuid.UUID]outcome, error) {
	cooperatives := make([]uuid.UUID, len(payouts))
	amounts := make([]int64, len(payouts))
	for i, p := range payouts {
		cooperatives[i], amounts[i] = p.CooperativeID, int64(p.Amount+p.Netted)
	}
	var rows []outcome
	err := tx.SelectContext(ctx, &rows, `
		with recursive paid as (
		    select t.cooperative_id, t.amount, b.credits - b.debits as due
		    from unnest($1::uuid[], $2::bigint[]) as t (cooperative_id, amount)
		    join ledger_balances b on b.account = 'payable' and b.cooperative_id = t.cooperative_id
		), back as ( -- what was earned, from the last entry back until it comes to what was owed before the payout
		    select cooperative_id, due + amount as owed, 'infinity'::timestamptz as at, null::uuid as journal_id, 0::bigint as earned, 0::bigint as since
		    from paid
		    union all
		    select b.cooperative_id, b.owed, e.at, e.journal_id, e.earned, b.since + e.earned
		    from back b
		    cross join lateral (
		        select p.at, p.journal_id, sum(`+changed+`)::bigint as earned
		        from ledger_postings p
		        where p.cooperative_id = b.cooperative_id and `+ofStatement+` and `+earned+`
		          and (p.at, p.journal_id) < (b.at, b.journal_id)
		        group by p.at, p.journal_id
		        order by p.at desc, p.journal_id desc
		        limit 1) e
		    where b.since < b.owed
		), sales as (
		    select b.cooperative_id, min(b.at) as at, sum(b.earned) as amount,
		           sum(sum(b.earned)) over (partition by b.cooperative_id order by min(b.at) desc, j.order_id desc) as upto
		    from back b join ledger_journals j on j.id = b.journal_id
		    group by b.cooperative_id, j.order_id
		    having sum(b.earned) > 0
		)
		select t.cooperative_id, t.due, count(o.at) as orders, coalesce(min(o.at), now()) as first, coalesce(max(o.at), now()) as last
		from paid t
		left join sales o on o.cooperative_id = t.cooperative_id and o.upto > t.due and o.upto - o.amount < t.due + t.amount
		group by t.cooperative_id, t.due`, pq.Array(cooperatives), pq.Array(amounts))
	if err != nil {
		return nil, fmt.Errorf("what payouts are for: %w", err)
	}
	byCooperative := make(map[uuid.UUID]outcome, len(rows))
	for _, row := range rows {
		byCooperative[row.CooperativeID] = row
	}
	return byCooperative, nil
}

func (s *Service) paidMessage(l *i18n.Locale, p Payout, after outcome) mail.Message {
	first, last := l.LongDate(after.First), l.LongDate(after.Last)
	covers := ""
	switch {
	case after.Orders > 0 && first == last:
		covers = l.N("settlement.mail.orders_of_day", after.Orders, "Day", last) + "\n"
	case after.Orders > 0:
		covers = l.N("settlement.mail.orders", after.Orders, "First", first, "Last", last) + "\n"
	}
	covers += netted(l, p.Netted)
	left := l.T("settlement.mail.nothing_left")
	if after.Due > 0 {
		left = l.T("settlement.mail.left", "Due", l.Money(after.Due))
	}
	return mail.Message{
		Subject: l.T("settlement.mail.paid_subject", "Amount", l.Money(p.Amount)),
		Body: l.T("settlement.mail.paid_body", "Amount", l.Money(p.Amount), "Date", l.LongDate(p.At),
			"Reference", p.Reference, "Orders", covers, "Left", left, "Link", s.moneyLink(l)),
	}
}

// netted is a line about what was set off with a payout; empty: nothing was.
func netted(l *i18n.Locale, amount money.Amount) string {
	if amount == 0 {
		return ""
	}
	return l.T("settlement.mail.netted", "Amount", l.Money(amount)) + "\n"
}

func (s *Service) undoneMessage(l *i18n.Locale, r Reversal, due money.Amount) mail.Message {
	amount := l.Money(r.Payout.Amount)
	return mail.Message{
		Subject: l.T("settlement.mail.undone_subject", "Amount", amount),
		Body: l.T("settlement.mail.undone_body", "Amount", amount, "Date", l.LongDate(r.Payout.At),
			"Reference", r.Payout.Reference, "Reason", r.Reason, "Due", l.Money(due), "Link", s.moneyLink(l)),
	}
}

func (s *Service) moneyLink(l *i18n.Locale) string {
	return s.baseURL + "/" + l.Code() + "/seller/money"
}
