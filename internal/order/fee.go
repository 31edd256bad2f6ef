package order

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/settings"
)

// A provider keeps the fee of a payment that is given back. The association bears it, unless it decided that the
// cooperatives do whose goods the buyer has her money back for: because they declined or shortened their part or let it
// expire, or because goods are missing, damaged, sent back, or let off at their cost. What she gives up herself or refuses
// at the door, what the association cancels or lets her off, and money that did not have to be paid it bears always: the
// goods were there. What is decided when something is to be given back holds for it, and is borne once it is given.

// feeBorneBy writes down by which parts' goods money goes back under the key of its request, if they bear the fee on it.
func (o *locked) feeBorneBy(ctx context.Context, tx *sqlx.Tx, request string, goods map[uuid.UUID]money.Amount) error {
	if len(goods) == 0 {
		return nil
	}
	decided, err := settings.Read(ctx, tx)
	if err != nil {
		return fmt.Errorf("order: %w", err)
	}
	if !decided.FeeByCooperatives {
		return nil
	}
	var parts []uuid.UUID
	var amounts []int64
	for part, amount := range goods {
		parts, amounts = append(parts, part), append(amounts, int64(amount))
	}
	_, err = tx.ExecContext(ctx, `
		insert into order_fee_bearers (order_id, request, number, sub_order_id, cooperative_id, goods_centimes)
		select s.order_id, $2, (select coalesce(max(number), 0) + 1 from order_fee_bearers where order_id = $1), s.id, s.cooperative_id, g.amount
		from unnest($3::uuid[], $4::bigint[]) as g (part, amount) join sub_orders s on s.id = g.part
		where s.order_id = $1 and g.amount > 0`, o.ID, request, pq.Array(parts), pq.Array(amounts))
	if err != nil {
		return fmt.Errorf("order: who bears the fee: %w", err)
	}
	return nil
}

// causedByCooperatives reports whether parts leave an order by that move for what their cooperatives did or did not do.
func (m Move) causedByCooperatives() bool {
	return m == MoveDecline || m == MoveRemove || m == MoveExpire
}

// recordWithFeeTx records journals about a payment of an order, with what the cooperatives bear of its fee by them, more or
// less than before: in one, so that balances are locked in one order.
func (s *Service) recordWithFeeTx(ctx context.Context, tx *sqlx.Tx, attempt uuid.UUID, j ledger.Journal) error {
	var changes []struct {
		Cooperative uuid.UUID
		Provider    string
		More        money.Amount
	}
	err := tx.SelectContext(ctx, &changes, `
		select cooperative_id as cooperative, provider, coalesce(f.amount, 0) - coalesce(b.amount, 0) as more
		from (select cooperative_id, provider, amount_centimes as amount from order_fees_borne where order_id = $1 and attempt_id = $2) f
		full join (
		    select p.cooperative_id, p.provider, sum(case p.debit when 'fees' then -p.amount_centimes else p.amount_centimes end) as amount
		    from ledger_journals j join ledger_postings p on p.journal_id = j.id
		    where j.order_id = $1 and j.payment_id = $2 and j.kind = '`+journalFeeBorne+`' and 'fees' in (p.debit, p.credit)
		    group by 1, 2
		) b using (cooperative_id, provider)
		where coalesce(f.amount, 0) <> coalesce(b.amount, 0)`, j.OrderID, attempt)
	if err != nil {
		return fmt.Errorf("order: fees borne: %w", err)
	}
	if len(changes) == 0 {
		return ledger.RecordTx(ctx, tx, j)
	}
	var less []uuid.UUID
	for _, c := range changes {
		if c.More < 0 {
			less = append(less, c.Cooperative)
		}
	}
	standings, err := ledger.StandingsTx(ctx, tx, less...)
	if err != nil {
		return err
	}
	borne := ledger.Journal{Kind: journalFeeBorne, OrderID: j.OrderID, PaymentID: &attempt, At: j.At}
	for _, c := range changes {
		owed, fees := ledger.OwedBy(c.Cooperative), ledger.Fees(c.Provider)
		if c.More > 0 {
			borne.Postings = append(borne.Postings, ledger.Posting{Debit: owed, Credit: fees, Amount: c.More})
			continue
		}
		back := -c.More // what it paid of that already is owed to it
		borne.Postings = append(borne.Postings,
			ledger.Posting{Debit: fees, Credit: owed, Amount: back},
			ledger.Posting{Debit: owed, Credit: ledger.PayableTo(c.Cooperative), Amount: max(0, back-standings[c.Cooperative].Owes)})
	}
	if borne.Reference, err = nthReference(ctx, tx, attempt, journalFeeBorne); err != nil {
		return err
	}
	if err := ledger.RecordTx(ctx, tx, j, borne); err != nil || s.Shared == nil || !s.payments.PaysOutBy(changes[0].Provider) {
		return err
	}
	return s.Shared(ctx, tx, *j.OrderID, true) // what was paid out by the provider is too much
}

// nthReference names the next of the journals of a kind about an attempt, which comes as often as there is news.
func nthReference(ctx context.Context, tx *sqlx.Tx, attempt uuid.UUID, kind string) (string, error) {
	var before int
	if err := tx.GetContext(ctx, &before, `select count(*) from ledger_journals where payment_id = $1 and kind = $2`, attempt, kind); err != nil {
		return "", fmt.Errorf("order: journals of attempt %s: %w", attempt, err)
	}
	return fmt.Sprintf("attempt:%s:%s:nth:%d", attempt, kind, before+1), nil
}
