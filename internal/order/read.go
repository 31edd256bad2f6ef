package order

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/postgres"
)

// ByToken reads an order for whoever holds its tracking link, who may act for its buyer (Order.Acting), or
// its reading link, who is not told the buyer's name, number, address and note; ErrNotFound otherwise.
// What the people behind the market are called is not in it. ErrErased: once its buyer is known no more, nobody
// can be told from anybody else by a link.
func (s *Service) ByToken(ctx context.Context, token string) (Order, error) {
	o, err := s.readWhere(ctx, `o.token_hash = $1`, hashToken(token))
	if err == nil && !s.made(token, trackingToken, o.ID, o.Link) {
		return Order{}, ErrNotFound
	}
	if err == nil {
		if o.ErasedAt != nil {
			return Order{}, ErrErased
		}
		o.Acting = true
		return o.withoutStaff(), nil
	}
	if !errors.Is(err, ErrNotFound) {
		return Order{}, err
	}
	if o, err = s.readNamed(ctx, token, readingToken); err != nil {
		return Order{}, err
	}
	o.Buyer = Buyer{Place: o.Buyer.Place}
	if o.Return != nil { // what she and the association wrote to each other, who may have met at her door
		o.Return.Reason, o.Return.Arrangement, o.Return.Why = "", "", ""
	}
	return o.withoutStaff(), nil
}

// ByConfirmingToken reads an order for whoever holds its confirming link, who may act for its buyer;
// ErrErased and ErrNotFound as ByToken.
func (s *Service) ByConfirmingToken(ctx context.Context, token string) (Order, error) {
	o, err := s.readNamed(ctx, token, confirmingToken)
	o.Acting = err == nil
	return o.withoutStaff(), err
}

// readNamed reads the order that a token of that kind names, if the token is the order's.
func (s *Service) readNamed(ctx context.Context, token string, kind tokenKind) (Order, error) {
	id, err := named(token)
	if err != nil {
		return Order{}, err
	}
	o, err := s.readWhere(ctx, `o.id = $1`, id)
	if err != nil {
		return Order{}, err
	}
	if !s.made(token, kind, o.ID, o.Link) {
		return Order{}, ErrNotFound
	}
	if o.ErasedAt != nil {
		return Order{}, ErrErased
	}
	return o, nil
}

// ForAssociation reads an order with everything in it; ErrNotFound if there is none.
func (s *Service) ForAssociation(ctx context.Context, id uuid.UUID) (Order, error) {
	return s.readWhere(ctx, `o.id = $1`, id)
}

// withoutStaff is the order as its buyer may see it.
func (o Order) withoutStaff() Order {
	for i := range o.Events {
		o.Events[i].UserID, o.Events[i].UserName = nil, ""
	}
	for i := range o.Refunds {
		o.Refunds[i].Reference = ""
	}
	return o
}

// readWhere reads the whole order that a condition names, with what belongs to it.
func (s *Service) readWhere(ctx context.Context, where string, args ...any) (Order, error) {
	return readOrder(ctx, s.db, where, args...)
}

func readOrder(ctx context.Context, q sqlx.QueryerContext, where string, args ...any) (Order, error) {
	var o Order
	err := sqlx.GetContext(ctx, q, &o, `
		select o.id, o.number, o.source, o.locale, o.buyer_name as "buyer.name", o.buyer_phone as "buyer.phone", o.buyer_email as "buyer.email",
		       o.place as "buyer.place", o.address as "buyer.address", o.landmark as "buyer.landmark", o.note as "buyer.note",
		       t.name_ar as "place_name.ar", t.name_fr as "place_name.fr", o.delivery, o.payment,
		       o.items_centimes as items, o.delivery_centimes as delivery_fee, o.delivery_back_centimes as fee_back,
		       o.means_fee_centimes as means_fee, o.means_fee_back_centimes as means_fee_back, o.total_centimes as total,
		       o.due_centimes as due, coalesce(p.state = 'succeeded' and not (o.state = 'delivered' and d.state is not distinct from 'lost'), false) as paid, coalesce(d.state, '') as dispute,
		       coalesce(p.deposit_centimes, 0) as deposit,
		       coalesce(p.received_centimes - p.deposit_centimes - case when p.state = 'succeeded' then o.due_centimes else 0 end, 0) as back,
		       coalesce(p.refunded_centimes, 0) as given, coalesce(p.failed_centimes, 0) as back_failed, o.state, o.deliver_from, o.deliver_to,
		       coalesce(w.deliver_from, '0001-01-01') as "was.from", coalesce(w.deliver_to, '0001-01-01') as "was.to", o.sample, o.link, o.token_hash, o.placed_at, o.erased_at, o.expires_at, o.closes_at, o.closed_at,
		       exists (select from holds h where h.order_id = o.id and h.letter) as letter,
		       exists (select from holds h where h.order_id = o.id and h.spare > 0) as last_pieces
		from orders o join towns t on t.slug = o.place left join payments p on p.reference = o.id
		left join lateral (select min(state) as state from payment_disputes_now where reference = o.id and pays and left_centimes > 0) d on true
		left join lateral (`+wasPromised+`) w on true
		where `+where, args...)
	if postgres.NoRows(err) {
		return Order{}, ErrNotFound
	}
	if err != nil {
		return Order{}, fmt.Errorf("order: read: %w", err)
	}
	if o.Parts, err = readParts(ctx, q, []uuid.UUID{o.ID}, `s.order_id`); err != nil {
		return Order{}, err
	}
	if o.Events, err = readEvents(ctx, q, o.ID); err != nil {
		return Order{}, err
	}
	if o.State == StateDelivered {
		switch r, err := readReturn(ctx, q, `r.order_id = $1`, o.ID); {
		case err == nil:
			o.Return = &r
		case !errors.Is(err, ErrNoReturn):
			return Order{}, err
		}
	}
	if o.Back > 0 {
		if o.Refunds, err = readRefunds(ctx, q, o.ID); err != nil {
			return Order{}, err
		}
	}
	return o, nil
}

// readParts reads the parts with their lines whose column (of sub_orders s) is among ids, in the
// order in which they were written.
func readParts(ctx context.Context, q sqlx.QueryerContext, ids []uuid.UUID, column string) ([]Part, error) {
	var rows []struct {
		Part Part
		Line OrderLine
	}
	err := sqlx.SelectContext(ctx, q, &rows, `
		select s.id as "part.id", s.state as "part.state", s.told as "part.told", s.items_centimes as "part.placed", n.items_centimes as "part.items",
		       n.commission_centimes as "part.commission", n.borne_centimes as "part.borne", n.earns_at as "part.earns_at",
		       s.prepare_days as "part.prepare_days", coalesce(s.hand_over_by, '0001-01-01') as "part.hand_over_by",
		       c.id as "part.cooperative.id", c.slug as "part.cooperative.slug",
		       c.name_ar as "part.cooperative.name.ar", c.name_fr as "part.cooperative.name.fr",
		       c.commune as "part.cooperative.commune",
		       c.commune_name_ar as "part.cooperative.commune_name.ar", c.commune_name_fr as "part.cooperative.commune_name.fr",
		       c.women_only as "part.cooperative.women_only", c.state as "part.cooperative.state",
		       l.id as "line.id", l.product_id as "line.product_id",
		       l.name_ar as "line.name.ar", l.name_fr as "line.name.fr", l.name_en as "line.name.en",
		       l.unit_amount as "line.unit_amount", l.unit_code as "line.unit_code",
		       l.price_centimes as "line.price", l.quantity as "line.placed", l.total_centimes as "line.placed_total", m.quantity as "line.quantity", m.total_centimes as "line.total",
		       p.slug as "line.slug", p.drawing as "line.drawing",
		       p.category_drawing as "line.category_drawing", p.picture_id as "line.picture_id", l.perishable as "line.perishable"
		from sub_orders s
		cross join lateral (select * from sub_orders_now where id = s.id offset 0) n -- only of these parts
		cross join lateral (select * from sellers where id = s.cooperative_id offset 0) c
		join order_lines l on l.sub_order_id = s.id
		cross join lateral (select * from order_lines_now where id = l.id offset 0) m -- only of these lines
		cross join lateral (select * from goods where id = l.product_id offset 0) p
		where `+column+` = any($1)
		order by s.id, l.id`, pq.Array(ids))
	if err != nil {
		return nil, fmt.Errorf("order: read parts: %w", err)
	}
	var parts []Part
	for _, r := range rows {
		if len(parts) == 0 || parts[len(parts)-1].ID != r.Part.ID {
			parts = append(parts, r.Part)
		}
		last := &parts[len(parts)-1]
		last.Lines = append(last.Lines, r.Line)
	}
	return parts, nil
}

// readEvents reads the history of an order.
func readEvents(ctx context.Context, q sqlx.QueryerContext, orderID uuid.UUID) ([]Event, error) {
	var events []Event
	err := sqlx.SelectContext(ctx, q, &events, `
		select e.id, e.sub_order_id as part_id, e.state, e.reason, e.note, e.actor, e.user_id, coalesce(u.name, '') as user_name, e.at
		from order_events e
		left join lateral (select name from people where id = e.user_id offset 0) u on true -- each by her key, and not all people
		where e.order_id = $1
		order by e.at, e.id`, orderID)
	if err != nil {
		return nil, fmt.Errorf("order: read events: %w", err)
	}
	return events, nil
}
