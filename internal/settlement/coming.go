package settlement

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/settings"
)

// Coming is what a cooperative will be owed from a day on, unless the goods are sent back.
type Coming struct {
	Day    time.Time    // of the market's time zone, at midnight UTC
	Amount money.Amount // commission is taken off
}

// Coming gives what is held of a cooperative's delivered goods by the day on which they cannot be sent back any more, the
// first day first. What is disputed, or being sent back, has no day.
func (s *Service) Coming(ctx context.Context, cooperativeID uuid.UUID) ([]Coming, error) {
	var coming []Coming
	err := s.db.SelectContext(ctx, &coming, `
		select (earns_at at time zone $2)::date as day, sum(items_centimes - commission_centimes)::bigint as amount
		from sub_orders_now where cooperative_id = $1 and earns_at is not null
		  and id not in (select id from frozen_parts where cooperative_id = $1 union all select id from returning_parts where cooperative_id = $1)
		group by 1 having sum(items_centimes - commission_centimes) > 0 order by 1`, cooperativeID, clock.Zone.String())
	if err != nil {
		return nil, fmt.Errorf("what is coming: %w", err)
	}
	return coming, nil
}

// Next is what the next transfer to a cooperative brings.
type Next struct {
	Amount  money.Amount // nothing: none is to be seen yet
	Day     time.Time    // of the market's time zone, at midnight UTC; zero: the association has not said on which days it transfers
	Account string       // the last four digits of where it goes; empty: nobody knows where to
	Coming  []Coming     // of Amount, what is not due yet
}

// Next is the next transfer to a cooperative, on the first payday on which something is left to it: what is due and comes
// until then, less what it owes. While the association has not said on which days it transfers, any day is a payday.
func (s *Service) Next(ctx context.Context, o Owed, coming []Coming) (n Next, err error) {
	decided, err := settings.Read(ctx, s.db)
	if err != nil {
		return n, fmt.Errorf("when is the next transfer: %w", err)
	}
	payday := nextOn(decided.PayoutDay, clock.Day(s.now()))
	n.Amount = o.Due - o.Owes
	for i, c := range coming {
		if c.Day.After(payday) {
			if n.Amount > 0 {
				break
			}
			payday = nextOn(decided.PayoutDay, c.Day)
		}
		n.Amount, n.Coming = n.Amount+c.Amount, coming[:i+1]
	}
	if n.Amount <= 0 {
		return Next{}, nil
	}
	if len(o.RIB) > 4 {
		n.Account = o.RIB[len(o.RIB)-4:]
	}
	if decided.PayoutDay != 0 {
		n.Day = payday
	}
	return n, nil
}

// nextOn is the first day from one on that is that day of the week, 1 being Monday; that day itself for none.
func nextOn(weekday int, from time.Time) time.Time {
	if weekday == 0 {
		return from
	}
	return from.AddDate(0, 0, (weekday-int(from.Weekday())+7)%7)
}

// Frozen is what a cooperative does not have of some orders until something is decided.
type Frozen struct {
	Amount money.Amount // commission is taken off
	Orders int
}

// Frozen is what a cooperative does not have of orders whose payment is disputed.
func (s *Service) Frozen(ctx context.Context, cooperativeID uuid.UUID) (f Frozen, err error) {
	err = s.db.GetContext(ctx, &f, `
		select coalesce(sum(amount_centimes), 0)::bigint as amount, count(*) as orders
		from frozen_parts where cooperative_id = $1 and amount_centimes > 0`, cooperativeID)
	if err != nil {
		return f, fmt.Errorf("what is frozen: %w", err)
	}
	return f, nil
}

// Returning is what a cooperative does not have of delivered goods of which some are being sent back, unless that is
// disputed.
func (s *Service) Returning(ctx context.Context, cooperativeID uuid.UUID) (f Frozen, err error) {
	err = s.db.GetContext(ctx, &f, `
		select coalesce(sum(amount_centimes), 0)::bigint as amount, count(*) as orders
		from returning_parts where cooperative_id = $1 and amount_centimes > 0
		  and id not in (select id from frozen_parts where cooperative_id = $1)`, cooperativeID)
	if err != nil {
		return f, fmt.Errorf("what is being sent back: %w", err)
	}
	return f, nil
}
