package order

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/text"
)

// Cash that is taken at the door is in the association's till, with a carrier, or with a cooperative that delivered
// itself. The last owes it, and its next payout sets that off; both may bring it, and it is counted into the till. What
// is in the till goes to the bank.

// CashHolder is who has cash; zero: the association.
type CashHolder struct {
	Carrier     uuid.UUID
	Cooperative uuid.UUID
}

// errHolder says, at the field cash, that whoever is said to have it has no part in the order or is not known.
func errHolder() error {
	return fault.New(ErrInvalid.Kind, ErrInvalid.Key).Field("cash", ErrHolder.Key)
}

// keepCash records who has the cash of an order that was just paid at the door.
func (o *locked) keepCash(ctx context.Context, tx *sqlx.Tx) error {
	holder := o.by.Cash
	if holder == (CashHolder{}) || o.Due == 0 {
		return nil
	}
	account := ledger.CarriersHold
	if holder.Cooperative != uuid.Nil {
		if !slices.ContainsFunc(o.active(), func(p Part) bool { return p.Cooperative.ID == holder.Cooperative }) {
			return errHolder()
		}
		account = ledger.OwedBy(holder.Cooperative)
	}
	var provider string
	err := tx.GetContext(ctx, &provider, `
		with kept as (
		    insert into order_cash (order_id, carrier_id, cooperative_id, amount_centimes, at) values ($1, $2, $3, $4, $5)
		)
		select payment from orders where id = $1`,
		o.ID, postgres.NullID(holder.Carrier), postgres.NullID(holder.Cooperative), o.Due, o.by.At)
	if postgres.Violates(err, "order_cash_carrier_id_fkey") {
		return errHolder()
	}
	if err != nil {
		return fmt.Errorf("order: who has the cash: %w", err)
	}
	return ledger.RecordTx(ctx, tx, ledger.Journal{
		Reference: "order:" + o.ID.String() + ":kept", Kind: journalKept, OrderID: &o.ID, At: o.by.At,
		Postings: []ledger.Posting{{Debit: account, Credit: ledger.Received(provider), Amount: o.Due}},
	})
}

// Carrier brings orders to buyers, and takes their cash.
type Carrier struct {
	ID   uuid.UUID
	Name string
}

// The most carriers that there are, and characters of a name and of a bank's reference.
const (
	maxCarriers    = 100
	maxCarrierName = 100
	maxReference   = 140
)

// Carriers are those that the association knows, by name.
func (s *Service) Carriers(ctx context.Context) ([]Carrier, error) {
	var carriers []Carrier
	err := s.db.SelectContext(ctx, &carriers, `select id, name from carriers order by name`)
	if err != nil {
		return nil, fmt.Errorf("order: carriers: %w", err)
	}
	return carriers, nil
}

// AddCarrier lets the association know another carrier; the same name again changes nothing. ErrInvalid with the field
// name.
func (s *Service) AddCarrier(ctx context.Context, name string) error {
	name = text.Line(name)
	wrong := fault.New(ErrInvalid.Kind, ErrInvalid.Key)
	if name == "" {
		return wrong.Field("name", "order.carrier_unnamed")
	}
	if wrong.TooLong("name", "order.too_long", name, maxCarrierName) {
		return wrong
	}
	result, err := s.db.ExecContext(ctx, `
		insert into carriers (id, name, created_at)
		select $1, $2, $3 where (select count(*) from carriers) < $4 or exists (select from carriers where name = $2)
		on conflict on constraint carriers_name_key do update set name = excluded.name`, postgres.NewID(), name, s.moment(time.Time{}), maxCarriers)
	if err != nil {
		return fmt.Errorf("order: another carrier: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return wrong.Field("name", "order.carriers_many", "Most", maxCarriers)
	}
	return nil
}

// CashHeld is cash that somebody else than the association has.
type CashHeld struct {
	CashHolder
	Slug   string    // of a cooperative
	Name   i18n.Text // of the carrier, as it is, or of the cooperative
	Amount money.Amount
	Orders int        // that it is from, if whatever is brought is that of the oldest
	Since  *time.Time // the first of these was delivered; nil: it is owed for something else
}

// Cash is where the cash of orders is.
type Cash struct {
	Till         money.Amount // with the association
	Carriers     []CashHeld
	Cooperatives []CashHeld // those that owe most, heldShown of them at most; what is not from orders is in it, too
	Counts       []CashCount
}

// CashCount is cash that was brought into the till or, with a Reference, to the bank.
type CashCount struct {
	Name      i18n.Text // of whoever brought it; empty: from the till
	Expected  money.Amount
	Counted   money.Amount
	Reference string // the bank's
	User      string // who counted
	At        time.Time
}

// heldShown is how many of those that owe most, and of what was counted last, are told.
const heldShown = 50

// oldest are, of the cash that a holder took in orders, those from which what is left of it is.
const oldest = `
	left join lateral (
	    select count(*) as orders, min(u.at) as since
	    from (select at, sum(amount_centimes) over (order by at, order_id) as upto from order_cash where carrier_id = h.id or cooperative_id = h.id) u
	    where u.upto > h.took - h.amount) o on true`

// Cash reads where it is.
func (s *Service) Cash(ctx context.Context) (c Cash, err error) {
	if c.Till, err = ledger.Balance(ctx, s.db, ledger.Received(payment.CashOnDelivery)); err != nil {
		return c, err
	}
	err = s.db.SelectContext(ctx, &c.Carriers, `
		select h.id as carrier, h.name as "name.ar", h.name as "name.fr", h.amount, o.orders, o.since
		from (
		    select c.id, c.name, k.took, k.took - n.counted as amount
		    from carriers c
		    cross join lateral (select coalesce(sum(amount_centimes), 0) as took from order_cash where carrier_id = c.id) k
		    cross join lateral (select coalesce(sum(counted_centimes), 0) as counted from cash_counts where carrier_id = c.id) n
		) h`+oldest+`
		order by h.amount desc, h.name`)
	if err != nil {
		return c, fmt.Errorf("order: cash with carriers: %w", err)
	}
	err = s.db.SelectContext(ctx, &c.Cooperatives, `
		select h.id as cooperative, c.slug, c.name_ar as "name.ar", c.name_fr as "name.fr", h.amount, o.orders, o.since
		from (
		    select b.cooperative_id as id, b.debits - b.credits as amount, k.took
		    from ledger_balances b
		    cross join lateral (select coalesce(sum(amount_centimes), 0) as took from order_cash where cooperative_id = b.cooperative_id) k
		    where b.account = 'cooperative_owes' and b.debits > b.credits
		    order by b.debits - b.credits desc, b.cooperative_id limit $1
		) h
		cross join lateral (select slug, name_ar, name_fr from sellers where id = h.id offset 0) c`+oldest+`
		order by h.amount desc, h.id`, heldShown)
	if err != nil {
		return c, fmt.Errorf("order: cash with cooperatives: %w", err)
	}
	err = s.db.SelectContext(ctx, &c.Counts, `
		select coalesce(r.name, c.name_ar, '') as "name.ar", coalesce(r.name, c.name_fr, '') as "name.fr",
		       n.expected_centimes as expected, n.counted_centimes as counted, n.reference, coalesce(u.name, '') as user, n.at
		from (select * from cash_counts order by at desc, id desc limit $1) n
		left join carriers r on r.id = n.carrier_id
		left join lateral (select name_ar, name_fr from sellers where id = n.cooperative_id offset 0) c on true
		left join lateral (select name from people where id = n.user_id offset 0) u on true
		order by n.at desc, n.id desc`, heldShown)
	if err != nil {
		return c, fmt.Errorf("order: cash that was counted: %w", err)
	}
	return c, nil
}

// CountCash records cash that a carrier or a cooperative brought into the till, of which whoever counts saw that so much
// is expected. What is missing stays with whoever brought it; what is over belongs to somebody, and is refused. Errors:
// ErrHolder; ErrCashChanged, when another sum is expected by now, so that nothing is counted twice; ErrInvalid with the
// field counted.
func (s *Service) CountCash(ctx context.Context, from CashHolder, expected, counted money.Amount, by actor.Actor) error {
	return s.inTx(ctx, "", func(tx *sqlx.Tx) error {
		var has money.Amount
		account := ledger.CarriersHold
		if from.Cooperative != uuid.Nil {
			standings, err := ledger.StandingsTx(ctx, tx, from.Cooperative)
			if err != nil {
				return err
			}
			has, account = standings[from.Cooperative].Owes, ledger.OwedBy(from.Cooperative)
		} else {
			var name string // its row, by which counts of a carrier take turns
			err := tx.GetContext(ctx, &name, `select name from carriers where id = $1 for no key update`, from.Carrier)
			if postgres.NoRows(err) {
				return ErrHolder
			}
			if err == nil {
				err = tx.GetContext(ctx, &has, `
					select coalesce((select sum(amount_centimes) from order_cash where carrier_id = $1), 0)
					     - coalesce((select sum(counted_centimes) from cash_counts where carrier_id = $1), 0)`, from.Carrier)
			}
			if err != nil {
				return fmt.Errorf("order: cash of a carrier: %w", err)
			}
		}
		return s.countTx(ctx, tx, from, account, has, expected, counted, "", by)
	})
}

// BankCash records cash that was brought from the till to the bank, under its reference; as CountCash, and with the
// field reference.
func (s *Service) BankCash(ctx context.Context, expected, amount money.Amount, reference string, by actor.Actor) error {
	reference = text.Line(reference)
	wrong := fault.New(ErrInvalid.Kind, ErrInvalid.Key)
	if reference == "" {
		return wrong.Field("reference", "settlement.reference_missing")
	}
	if wrong.TooLong("reference", "settlement.reference_long", reference, maxReference) {
		return wrong
	}
	return s.inTx(ctx, "", func(tx *sqlx.Tx) error {
		till := ledger.Received(payment.CashOnDelivery)
		if err := ledger.LockTx(ctx, tx, till); err != nil { // whoever banks takes turns
			return err
		}
		has, err := ledger.Balance(ctx, tx, till)
		if err != nil {
			return err
		}
		return s.countTx(ctx, tx, CashHolder{}, ledger.Bank, has, expected, amount, reference, by)
	})
}

// countTx records what was counted of the cash that its holder has, into the till or, with a reference, out of it.
func (s *Service) countTx(ctx context.Context, tx *sqlx.Tx, from CashHolder, account ledger.Account, has, expected, counted money.Amount, reference string, by actor.Actor) error {
	wrong := fault.New(ErrInvalid.Kind, ErrInvalid.Key)
	switch {
	case has != expected:
		return ErrCashChanged
	case counted <= 0:
		return wrong.Field("counted", "settlement.amount_not_positive")
	case counted > has:
		return wrong.Field("counted", "order.cash_over", "Expected", has)
	}
	id, at := postgres.NewID(), s.moment(time.Time{})
	_, err := tx.ExecContext(ctx, `
		insert into cash_counts (id, carrier_id, cooperative_id, expected_centimes, counted_centimes, reference, actor, user_id, at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		id, postgres.NullID(from.Carrier), postgres.NullID(from.Cooperative), has, counted, reference, by.Kind, by.UserID(), at)
	if err != nil {
		return fmt.Errorf("order: count cash: %w", err)
	}
	kind, posting := journalCounted, ledger.Posting{Debit: ledger.Received(payment.CashOnDelivery), Credit: account, Amount: counted}
	if reference != "" {
		kind, posting = journalBanked, ledger.Posting{Debit: account, Credit: ledger.Received(payment.CashOnDelivery), Amount: counted}
	}
	return ledger.RecordTx(ctx, tx, ledger.Journal{Reference: "cash:" + id.String(), Kind: kind, At: at, Postings: []ledger.Posting{posting}})
}
