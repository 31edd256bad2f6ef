package order

import (
	"context"
	"fmt"
	"slices"
	"strings"
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
		    insert into order_cash (order_id, carrier_id, cooperative_id, amount_centimes, at)
		    select $1, $2, $3, $4, $5 where $2::uuid is null or exists (select from carriers where id = $2 and ended_at is null)
		    returning order_id
		)
		select payment from orders where id = (select order_id from kept)`,
		o.ID, postgres.NullID(holder.Carrier), postgres.NullID(holder.Cooperative), o.Due, o.by.At)
	if postgres.NoRows(err) {
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
	ID    uuid.UUID
	Name  string
	Ended bool // no more cash is left with it
}

// The most carriers that there are, and characters of a name and of a bank's reference.
const (
	maxCarriers    = 100 // that are not ended
	maxCarrierName = 100
	maxReference   = 140
)

// Carriers are those that cash may be left with, by name.
func (s *Service) Carriers(ctx context.Context) ([]Carrier, error) {
	var carriers []Carrier
	err := s.db.SelectContext(ctx, &carriers, `select id, name from carriers where ended_at is null order by name`)
	if err != nil {
		return nil, fmt.Errorf("order: carriers: %w", err)
	}
	return carriers, nil
}

// AddCarrier lets the association know another carrier; one that was ended is taken up again, and the same name again
// changes nothing. ErrInvalid with the field name, also if it is another's but for how it is written.
func (s *Service) AddCarrier(ctx context.Context, name string) error {
	name = text.Line(name)
	wrong := fault.New(ErrInvalid.Kind, ErrInvalid.Key)
	if !text.HasWord(name) {
		return wrong.Field("name", "order.carrier_unnamed")
	}
	if wrong.TooLong("name", "order.too_long", name, maxCarrierName) {
		return wrong
	}
	return s.inTx(ctx, "", func(tx *sqlx.Tx) error {
		known, err := lockCarriers(ctx, tx)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(known, func(c Carrier) bool { return called(c.Name) == called(name) }); i >= 0 {
			if c := known[i]; c.Ended || c.Name == name {
				return s.keepCarrier(ctx, tx, known, c.ID, false)
			}
			return wrong.Field("name", "order.carrier_known", "Name", known[i].Name)
		}
		if carrying(known) >= maxCarriers {
			return wrong.Field("name", "order.carriers_many", "Most", maxCarriers)
		}
		_, err = tx.ExecContext(ctx, `insert into carriers (id, name, created_at) values ($1, $2, $3)`, postgres.NewID(), name, s.moment(time.Time{}))
		if err != nil {
			return fmt.Errorf("order: another carrier: %w", err)
		}
		return nil
	})
}

// EndCarrier says that no more cash is left with a carrier, or, with again, that it may be; what it has stays until it
// is counted. Doing either twice is the same. Errors: ErrHolder, and ErrInvalid with the field name if there are enough.
func (s *Service) EndCarrier(ctx context.Context, id uuid.UUID, again bool) error {
	return s.inTx(ctx, "", func(tx *sqlx.Tx) error {
		known, err := lockCarriers(ctx, tx)
		if err != nil {
			return err
		}
		return s.keepCarrier(ctx, tx, known, id, !again)
	})
}

// called is a name as it is compared with others: without case, accents and spaces.
func called(name string) string {
	return strings.ReplaceAll(text.Fold(name), " ", "")
}

// carrying counts those that are not ended.
func carrying(known []Carrier) (n int) {
	for _, c := range known {
		if !c.Ended {
			n++
		}
	}
	return n
}

// lockCarriers reads all carriers, and lets whoever else changes which there are wait.
func lockCarriers(ctx context.Context, tx *sqlx.Tx) (known []Carrier, err error) {
	if _, err := tx.ExecContext(ctx, `lock table carriers in share row exclusive mode`); err != nil {
		return nil, fmt.Errorf("order: lock carriers: %w", err)
	}
	err = tx.SelectContext(ctx, &known, `select id, name, ended_at is not null as ended from carriers order by ended_at is not null, id`)
	if err != nil {
		return nil, fmt.Errorf("order: all carriers: %w", err)
	}
	return known, nil
}

// keepCarrier ends one of those that are known, or takes it up again.
func (s *Service) keepCarrier(ctx context.Context, tx *sqlx.Tx, known []Carrier, id uuid.UUID, ended bool) error {
	i := slices.IndexFunc(known, func(c Carrier) bool { return c.ID == id })
	switch {
	case i < 0:
		return ErrHolder
	case known[i].Ended == ended:
		return nil
	case !ended && carrying(known) >= maxCarriers:
		return fault.New(ErrInvalid.Kind, ErrInvalid.Key).Field("name", "order.carriers_many", "Most", maxCarriers)
	}
	_, err := tx.ExecContext(ctx, `update carriers set ended_at = case when $2 then $3::timestamptz end where id = $1`, id, ended, s.moment(time.Time{}))
	if err != nil {
		return fmt.Errorf("order: end a carrier: %w", err)
	}
	return nil
}

// CashHeld is cash that somebody else than the association has.
type CashHeld struct {
	CashHolder
	Slug   string    // of a cooperative
	Name   i18n.Text // of the carrier, as it is, or of the cooperative
	Amount money.Amount
	Ended  bool       // a carrier that no more is left with
	Orders int        // that it is from, if whatever is brought is that of the oldest
	Since  *time.Time // the first of these was delivered; nil: it is owed for something else
}

// Cash is where the cash of orders is.
type Cash struct {
	Till         money.Amount // with the association
	Carriers     []CashHeld   // those that are not ended or have cash
	Ended        []Carrier    // the others, heldShown at most, those first that were ended last
	Cooperatives []CashHeld   // those that owe most, heldShown of them at most; what is not from orders is in it, too
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
		select h.id as carrier, h.name as "name.ar", h.name as "name.fr", h.amount, h.ended, o.orders, o.since
		from (
		    select c.id, c.name, c.ended_at is not null as ended, k.took, k.took - n.counted as amount
		    from carriers c
		    cross join lateral (select coalesce(sum(amount_centimes), 0) as took from order_cash where carrier_id = c.id) k
		    cross join lateral (select coalesce(sum(counted_centimes), 0) as counted from cash_counts where carrier_id = c.id) n
		) h`+oldest+`
		where h.amount > 0 or not h.ended
		order by h.amount desc, h.name`)
	if err != nil {
		return c, fmt.Errorf("order: cash with carriers: %w", err)
	}
	err = s.db.SelectContext(ctx, &c.Ended, `select id, name, true as ended from carriers where ended_at is not null order by ended_at desc, id limit $1`, heldShown)
	if err != nil {
		return c, fmt.Errorf("order: carriers that were ended: %w", err)
	}
	c.Ended = slices.DeleteFunc(c.Ended, func(ended Carrier) bool {
		return slices.ContainsFunc(c.Carriers, func(h CashHeld) bool { return h.Carrier == ended.ID })
	})
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
