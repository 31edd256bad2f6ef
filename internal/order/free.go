package order

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/postgres"
)

// Holders is which orders are meant that wait to be confirmed: all, or those under a telephone number or from an address,
// and not of both. Of those that their buyers pay first none is.
type Holders struct {
	Phone   string // E.164
	Address string // as Holder tells it
	Mailed  bool   // those too that their buyers confirmed by mail and nobody else did
}

const whereHolders = `
	($1 = '' or phone = $1) and ($2 = '' or address = decode($2, 'hex')) and ($3 or confirmed_at is null)`

// Waiting is what some holders hold, with what their buyers confirmed by mail.
type Waiting struct {
	Orders int
	Pieces int
	Mailed int       // of the orders, those that were confirmed so
	Paying int       // orders beside them that wait to be paid
	Until  time.Time // when the latest of them was placed; zero: there are none
}

// Unconfirmed counts the orders that not even their buyers confirmed.
func (w Waiting) Unconfirmed() int { return w.Orders - w.Mailed }

// Holder is a telephone number or an address with what it holds.
type Holder struct {
	Phone   string
	Address string // tells it from others, and nothing else
	Orders  int
	Pieces  int
	Since   time.Time
}

// holdersShown bounds a list of holders: those that hold most.
const holdersShown = 20

// Waiting tells what is held by some, whether or not Mailed says that all of it is meant.
func (s *Service) Waiting(ctx context.Context, of Holders) (Waiting, error) {
	if !of.valid() {
		return Waiting{}, ErrNotFound
	}
	var w struct {
		Waiting
		Latest *time.Time
	}
	query := `
		select t.orders - p.orders as orders, t.pieces - p.pieces as pieces, mailed, p.orders as paying, (
		    select at from holds where order_id not in (select order_id from paying) order by at desc limit 1) as latest
		from hold_totals t cross join (select count(*) as orders, coalesce(sum(pieces), 0) as pieces from paying) p where $1 = ''`
	switch {
	case of.Phone != "":
		query = `
			select t.orders - p.orders as orders, t.pieces - p.pieces as pieces, mailed, p.orders as paying, (
			    select at from holds where phone = who and order_id not in (select order_id from paying) order by at desc limit 1) as latest
			from holders t cross join (select count(*) as orders, coalesce(sum(pieces), 0) as pieces from paying where phone = $1) p
			where kind = 'phone' and who = $1`
	case of.Address != "":
		query = `
			select t.orders - p.orders as orders, t.pieces - p.pieces as pieces, mailed, p.orders as paying, (
			    select at from holds where address = decode(who, 'hex') and order_id not in (select order_id from paying) order by at desc limit 1) as latest
			from holders t cross join (select count(*) as orders, coalesce(sum(pieces), 0) as pieces from paying where address = decode($1, 'hex')) p
			where kind = 'address' and who = lower($1)`
	}
	err := s.db.GetContext(ctx, &w, `with`+paying+query, of.Phone+of.Address)
	if err != nil && !postgres.NoRows(err) { // whoever holds nothing any more has none
		return Waiting{}, fmt.Errorf("order: what is held by some: %w", err)
	}
	if w.Latest != nil {
		w.Until = *w.Latest
	}
	return w.Waiting, nil
}

func (of Holders) valid() bool {
	_, err := hex.DecodeString(of.Address)
	return err == nil && (of.Phone == "" || of.Address == "")
}

// Holders lists the telephone numbers and the addresses that hold most; of as much, those first that hold it longest.
func (s *Service) Holders(ctx context.Context) (phones, addresses []Holder, err error) {
	for column, list := range map[string]*[]Holder{"phone": &phones, "address": &addresses} {
		is, who := `phone = who`, `phone`
		if column == "address" {
			is, who = `address = decode(who, 'hex')`, `encode(address, 'hex')`
		}
		// What waits to be paid only lessens what is held, so those that hold most are among as many more that come first
		// as there are that have something to pay.
		err := s.db.SelectContext(ctx, list, `
			with`+paying+`, owing as (
			    select `+who+` as who, count(*) as orders, sum(pieces) as pieces from paying group by 1
			), first as (
			    select * from holders where kind = $1 order by pieces desc, since, who limit $2 + (select count(*) from owing)
			)
			select who as `+column+`, t.orders - coalesce(p.orders, 0) as orders, t.pieces - coalesce(p.pieces, 0) as pieces, (
			    select min(at) from holds where `+is+` and order_id not in (select order_id from paying)) as since
			from first t left join owing p using (who)
			where t.orders > coalesce(p.orders, 0) order by pieces desc, since, who limit $2`, column, holdersShown)
		if err != nil {
			return nil, nil, fmt.Errorf("order: who holds: %w", err)
		}
	}
	return phones, addresses, nil
}

// Bounds of what one call gives up, so that it ends within a request on a busy machine too.
const (
	freedAtOnce = 200 // orders
	freedWithin = 5 * time.Second
)

// Free gives up the orders of some holders that were placed up to a moment, which is as much as whoever
// asks for it saw: each by itself, with its goods back in stock and its history. An order that somebody
// confirmed meanwhile stays. It says how many it gave up, and leaves the rest after 5 seconds or 200 orders;
// if it gave up none, there are none left. It may be called again.
func (s *Service) Free(ctx context.Context, of Holders, until time.Time, by By) (int, error) {
	if !of.valid() {
		return 0, ErrNotFound
	}
	var ids []uuid.UUID
	err := s.db.SelectContext(ctx, &ids, `
		with`+paying+`
		select order_id from holds
		where `+whereHolders+` and at <= $4 and order_id not in (select order_id from paying) order by at, order_id limit $5`,
		of.Phone, of.Address, of.Mailed, until, freedAtOnce)
	if err != nil {
		return 0, fmt.Errorf("order: what to free: %w", err)
	}
	by.Note = NoteFreed
	freed := 0
	for begun := time.Now(); len(ids) > 0 && (freed == 0 || time.Since(begun) < freedWithin); ids = ids[1:] {
		id := ids[0]
		err := s.move(ctx, id, by, func(tx *sqlx.Tx, o *locked) error {
			var mailed bool
			err := tx.GetContext(ctx, &mailed, `select confirmed_at is not null from holds where order_id = $1`, o.ID)
			if postgres.NoRows(err) || err == nil && (mailed && !of.Mailed || o.State == StateAwaiting) {
				return ErrWrongState
			}
			if err != nil {
				return fmt.Errorf("order: what to free: %w", err)
			}
			parts, err := o.may(MoveCancel)
			if err != nil {
				return err
			}
			return s.act(ctx, tx, o, MoveCancel, parts)
		})
		switch {
		case err == nil:
			freed++
		case !errors.Is(err, ErrWrongState):
			return freed, err
		}
	}
	if freed == 0 {
		return 0, nil
	}
	return freed, s.countHeldUp(ctx) // whoever freed them looks next at what is held up still
}
