package order

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/postgres"
)

// CooperativePart is a part of an order as its cooperative may see it: what to prepare, for whom
// and until when. The buyer's telephone and address, the note and the other cooperatives' parts are
// the association's to know.
type CooperativePart struct {
	Part
	OrderID     uuid.UUID  `db:"order_id"`
	Number      string     // of the order
	OrderState  State      `db:"order_state"`
	BuyerName   string     `db:"buyer_name"` // empty once it was erased
	PlaceName   i18n.Text  `db:"place_name"`
	Delivery    string     // delivery.Pickup or delivery.Home
	DeliverFrom time.Time  `db:"deliver_from"`
	DeliverTo   time.Time  `db:"deliver_to"`
	PlacedAt    time.Time  `db:"placed_at"`
	ExpiresAt   time.Time  `db:"expires_at"` // cancelled, if not accepted by then
	Rest        clock.Rest `db:"rest_day"`
	DueAt       time.Time  `db:"due_at"` // when it has to be answered or, once it is, handed over
	Since       time.Time  // that its state is what it is
	Sample      bool
	Last        Event   // of its history: what happened to this part last
	Changed     *Event  // the last time that somebody else took something off it; nil: nobody did
	Undone      int     // how often something of it was taken back
	Events      []Event // of this part; only from PartOf
}

const (
	selectCooperativePart = `
		select s.id, s.order_id, o.number, o.state as order_state, o.buyer_name,
		       t.name_ar as "place_name.ar", t.name_fr as "place_name.fr",
		       o.delivery, o.deliver_from, o.deliver_to, o.placed_at, o.expires_at, o.rest_day, o.sample,
		       coalesce(s.due_at, s.placed_at) as due_at,
		       coalesce((select max(at) from order_events where order_id = s.order_id and sub_order_id = s.id and state = s.state), s.placed_at) as since`
	ofItsOrder = `
		cross join lateral (select * from orders where id = s.order_id offset 0) o
		join towns t on t.slug = o.place`
)

// HandOver is the day by which the association is to have the part; of one that is not answered, if it is accepted now.
func (p CooperativePart) HandOver(now time.Time) time.Time {
	if p.State == PartPlaced {
		return p.Rest.After(clock.Day(now), p.Prepare)
	}
	return p.HandOverBy
}

// ListedParts are a page of a cooperative's list.
type ListedParts struct {
	Parts []CooperativePart
	keyset.Turns
}

// placed is where the part stands in a list by age, and due in one by urgency.
func (p CooperativePart) placed() keyset.Place { return keyset.Place{At: p.PlacedAt, ID: p.ID} }
func (p CooperativePart) due() keyset.Place    { return keyset.Place{At: p.DueAt, ID: p.ID} }

// PartsOf lists a cooperative's parts in the given states (all, if none is given) from a place on (nil: from the
// beginning): newest first; when only those are asked for that the cooperative has still, the most urgent first.
func (s *Service) PartsOf(ctx context.Context, cooperativeID uuid.UUID, states []PartState, from *keyset.Place, limit int) (ListedParts, error) {
	limit = max(1, min(limit, maxPage))
	list, by, place := keyset.Descending, "placed_at", CooperativePart.placed
	if len(states) > 0 && !slices.ContainsFunc(states, func(s PartState) bool { return !slices.Contains(withSeller, s) }) {
		list, by, place = keyset.Ascending, "due_at", CooperativePart.due
	}
	beyond, direction := from.Way(list)
	args := []any{cooperativeID, limit + 1}
	among := `cooperative_id = $1`
	if from != nil {
		args = append(args, from.At, from.ID)
		among += ` and (` + by + `, id) ` + beyond + ` ($3, $4)`
	}
	nearest := ` order by ` + by + ` ` + direction + `, id ` + direction + ` limit $2`
	near := `select * from sub_orders where ` + among + nearest
	if len(states) > 0 { // of each state those that come first, however many are in others
		args = append(args, pq.Array(states))
		near = `
			select near.*
			from unnest($` + strconv.Itoa(len(args)) + `::text[]) as w (state)
			cross join lateral (select * from sub_orders p where ` + among + ` and p.state = w.state` + nearest + `) near` + nearest
	}
	parts := []CooperativePart{}
	err := s.db.SelectContext(ctx, &parts, selectCooperativePart+`
		from (`+near+`) s`+ofItsOrder+`
		order by s.`+by+` `+direction+`, s.id `+direction, args...)
	if err != nil {
		return ListedParts{}, fmt.Errorf("order: parts of a cooperative: %w", err)
	}
	parts, turns := keyset.Cut(parts, from, limit, place)
	return ListedParts{parts, turns}, s.addParts(ctx, parts)
}

// PartOf reads one of a cooperative's parts with its history; ErrNotFound if it is another's.
func (s *Service) PartOf(ctx context.Context, cooperativeID, partID uuid.UUID) (CooperativePart, error) {
	parts := make([]CooperativePart, 1)
	err := s.db.GetContext(ctx, &parts[0], selectCooperativePart+`
		from sub_orders s`+ofItsOrder+`
		where s.cooperative_id = $1 and s.id = $2`, cooperativeID, partID)
	if postgres.NoRows(err) {
		return CooperativePart{}, ErrNotFound
	}
	if err != nil {
		return CooperativePart{}, fmt.Errorf("order: part of a cooperative: %w", err)
	}
	if err := s.addParts(ctx, parts); err != nil {
		return CooperativePart{}, err
	}
	events, err := readEvents(ctx, s.db, parts[0].OrderID)
	if err != nil {
		return CooperativePart{}, err
	}
	for _, e := range events {
		if e.PartID != nil && *e.PartID == partID {
			parts[0].Events = append(parts[0].Events, e)
		}
	}
	return parts[0], nil
}

// PartsNamed reads those parts of a cooperative that have one of the ids, in the order of these; it leaves out another's.
func (s *Service) PartsNamed(ctx context.Context, cooperativeID uuid.UUID, ids []uuid.UUID) ([]CooperativePart, error) {
	parts := []CooperativePart{}
	err := s.db.SelectContext(ctx, &parts, selectCooperativePart+`
		from unnest($2::uuid[]) with ordinality as named (id, turn)
		join sub_orders s on s.id = named.id and s.cooperative_id = $1`+ofItsOrder+`
		order by named.turn`, cooperativeID, pq.Array(ids[:min(len(ids), maxPage)]))
	if err != nil {
		return nil, fmt.Errorf("order: named parts of a cooperative: %w", err)
	}
	return parts, s.addParts(ctx, parts)
}

// CountParts counts a cooperative's parts by state, of those that are still on their way: what is over grows for as
// long as there is a market, and is not counted.
func (s *Service) CountParts(ctx context.Context, cooperativeID uuid.UUID) (map[PartState]int, error) {
	var rows []struct {
		State PartState
		Count int
	}
	err := s.db.SelectContext(ctx, &rows, `
		select state, count(*) as count from sub_orders
		where cooperative_id = $1 and state in (`+listed(openPartStates...)+`) group by state`, cooperativeID)
	if err != nil {
		return nil, fmt.Errorf("order: count parts: %w", err)
	}
	counts := make(map[PartState]int, len(rows))
	for _, r := range rows {
		counts[r.State] = r.Count
	}
	return counts, nil
}

// addParts reads what lies behind the ids of the parts.
func (s *Service) addParts(ctx context.Context, parts []CooperativePart) error {
	ids, orders := make([]uuid.UUID, len(parts)), make([]uuid.UUID, len(parts))
	for i, p := range parts {
		ids[i], orders[i] = p.ID, p.OrderID
	}
	read, err := readParts(ctx, s.db, ids, `s.id`)
	if err != nil {
		return err
	}
	byID := make(map[uuid.UUID]Part, len(read))
	for _, p := range read {
		byID[p.ID] = p
	}
	var last []struct {
		Event
		ChangedAt  *time.Time `db:"changed_at"`
		ChangedWhy string     `db:"changed_why"`
		Undone     int
	}
	err = s.db.SelectContext(ctx, &last, `
		select distinct on (sub_order_id) sub_order_id as part_id, state, note, actor, user_id, at,
		       first_value(case when state = $4 and actor <> $5 then at end) over changed as changed_at, first_value(note) over changed as changed_why,
		       count(*) filter (where note = $3) over (partition by sub_order_id) as undone
		from order_events where order_id = any($1) and sub_order_id = any($2)
		window changed as (partition by sub_order_id order by state = $4 and actor <> $5 desc, at desc, id desc)
		order by sub_order_id, at desc, id desc`, pq.Array(orders), pq.Array(ids), NoteUndone, EventAdjusted, actor.Member)
	if err != nil {
		return fmt.Errorf("order: what happened to parts last: %w", err)
	}
	lastOf := make(map[uuid.UUID]int, len(last))
	for i, e := range last {
		lastOf[*e.PartID] = i
	}
	for i, p := range parts {
		parts[i].Part = byID[p.ID]
		if at, ok := lastOf[p.ID]; ok {
			parts[i].Last, parts[i].Undone = last[at].Event, last[at].Undone
			if changed := last[at]; changed.ChangedAt != nil {
				parts[i].Changed = &Event{PartID: &p.ID, State: EventAdjusted, Note: changed.ChangedWhy, At: *changed.ChangedAt}
			}
		}
	}
	return nil
}
