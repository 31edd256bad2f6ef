package order_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/order"
)

func TestATrackingLinkIsTheOnlyKeyToAnOrder(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	placed := m.place(m.basic())
	if placed.Token != m.Token(placed.Order.ID, 0) || len(placed.Token) != 43 {
		t.Errorf("token %q", placed.Token)
	}
	var row string
	m.must(m.db.Get(&row, `select orders::text from orders`))
	if strings.Contains(row, placed.Token) {
		t.Error("the token is in the database")
	}
	for _, guess := range []string{"", placed.Order.Number, placed.Order.ID.String(), placed.Token[:42], placed.Token + "A"} {
		if _, err := m.ByToken(ctx, guess); !errors.Is(err, order.ErrNotFound) {
			t.Errorf("opened by %q: %v", guess, err)
		}
	}
	m.must(m.RenewLink(ctx, placed.Order.ID, nil))
	if _, err := m.ByToken(ctx, placed.Token); !errors.Is(err, order.ErrNotFound) {
		t.Errorf("the link that was ended opens it: %v", err)
	}
	m.must(m.RenewLink(ctx, placed.Order.ID, nil))
	renewed, err := m.ByToken(ctx, m.Token(placed.Order.ID, 2))
	if err != nil || renewed.ID != placed.Order.ID || renewed.Link != 2 {
		t.Errorf("the new link opens %+v: %v", renewed, err)
	}
	if err := m.RenewLink(ctx, uuid.New(), nil); !errors.Is(err, order.ErrNotFound) {
		t.Errorf("the link of an order that does not exist: %v", err)
	}
	if _, err := m.ForAssociation(ctx, uuid.New()); !errors.Is(err, order.ErrNotFound) {
		t.Errorf("an order that does not exist: %v", err)
	}
}

func TestACooperativeSeesItsOwnPartOnly(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	in := m.basic()
	in.Buyer.Note, in.Buyer.Landmark = "الباب الأخضر", "قرب المسجد"
	o := m.place(in).Order
	mine, theirs := m.part(o, m.couscous), m.part(o, m.honey)
	for name, err := range map[string]error{
		"read":      second(m.PartOf(ctx, m.couscous, theirs.ID)),
		"accept":    m.Move(ctx, order.MoveAccept, theirs.ID, m.of(m.couscous)),
		"ready":     m.Move(ctx, order.MoveReady, theirs.ID, m.of(m.couscous)),
		"hand over": m.Move(ctx, order.MoveHandOver, theirs.ID, m.of(m.couscous)),
		"decline":   m.Move(ctx, order.MoveDecline, theirs.ID, m.of(m.couscous)),
	} {
		if !errors.Is(err, order.ErrNotFound) {
			t.Errorf("could %s another's part: %v", name, err)
		}
	}
	m.must(m.Move(ctx, order.MoveAccept, theirs.ID, m.of(m.honey)))
	m.must(m.Move(ctx, order.MoveAccept, mine.ID, m.of(m.couscous)))
	part, err := m.PartOf(ctx, m.couscous, mine.ID)
	m.must(err)
	if part.Number != o.Number || part.BuyerName != "فاطمة الزهراء بنعيسى" || part.PlaceName.FR != "Berkane" ||
		part.State != order.PartAccepted || len(part.Lines) != 1 || part.Lines[0].Quantity != 2 || len(part.Events) != 2 {
		t.Errorf("part: %+v", part)
	}
	list, err := m.PartsOf(ctx, m.couscous, nil, nil, 10)
	m.must(err)
	if len(list.Parts) != 1 || list.Turns != (keyset.Turns{}) {
		t.Fatalf("%d parts, and others at %+v", len(list.Parts), list.Turns)
	}
	text, err := json.Marshal([]any{part, list.Parts})
	m.must(err)
	for _, secret := range []string{"661234567", "حي السلام", "المسجد", "الباب", "عسل", "إكليل", "23800", theirs.ID.String(), m.honey.String()} {
		if strings.Contains(string(text), secret) {
			t.Errorf("the cooperative is told %q", secret)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestACooperativesList(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	var parts []order.Part
	for i := range 4 {
		in := m.basic()
		in.Buyer.Phone = phone(i)
		parts = append(parts, m.part(m.place(in).Order, m.couscous))
		m.later(time.Minute)
	}
	m.must(m.Move(ctx, order.MoveDecline, parts[0].ID, m.of(m.couscous)))
	m.must(m.Move(ctx, order.MoveAccept, parts[1].ID, m.of(m.couscous)))
	m.must(m.Move(ctx, order.MoveDecline, parts[3].ID, m.of(m.couscous)))
	// What it has still: what is due first, here an answer before the goods that were promised. Everything, and what is over: the newest first.
	all := []uuid.UUID{parts[3].ID, parts[2].ID, parts[1].ID, parts[0].ID}
	over := []order.PartState{order.PartDeclined, order.PartDelivered}
	for name, c := range map[string]struct {
		states []order.PartState
		limit  int
		want   []uuid.UUID
	}{
		"all":      {nil, 10, all},
		"by three": {nil, 3, all},
		"to do":    {order.TodoParts(), 1, []uuid.UUID{parts[2].ID, parts[1].ID}},
		"over":     {over, 1, []uuid.UUID{parts[3].ID, parts[0].ID}},
		"nonsense": {[]order.PartState{"lost"}, -1, nil},
	} {
		var forward, back []uuid.UUID
		var page order.ListedParts
		for at := (*keyset.Place)(nil); ; {
			var err error
			page, err = m.PartsOf(ctx, m.couscous, c.states, at, c.limit)
			m.must(err)
			if (page.Previous != nil) != (at != nil) {
				t.Errorf("%s: before stands %+v", name, page.Previous)
			}
			for _, p := range page.Parts {
				forward = append(forward, p.ID)
			}
			if at = page.Next; at == nil {
				break
			}
		}
		for page.Previous != nil {
			var err error
			page, err = m.PartsOf(ctx, m.couscous, c.states, page.Previous, c.limit)
			m.must(err)
			for _, p := range slices.Backward(page.Parts) {
				back = append(back, p.ID)
			}
		}
		if !slices.Equal(forward, c.want) {
			t.Errorf("%s: %v, want %v", name, forward, c.want)
		}
		if turned := len(back); turned > 0 {
			slices.Reverse(back)
			if !slices.Equal(back, c.want[:turned]) {
				t.Errorf("%s: back again %v, want %v", name, back, c.want[:turned])
			}
		}
	}
	counts, err := m.CountParts(ctx, m.couscous)
	m.must(err)
	if diff := cmp.Diff(map[order.PartState]int{order.PartPlaced: 1, order.PartAccepted: 1}, counts); diff != "" {
		t.Error(diff)
	}
}

// arabicDigits writes digits as an Arabic keyboard does.
var arabicDigits = strings.NewReplacer("0", "٠", "1", "١", "2", "٢", "3", "٣", "4", "٤", "5", "٥", "6", "٦", "7", "٧", "8", "٨", "9", "٩")

func TestTheAssociationsList(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	var orders []order.Order
	for i, name := range []string{"فاطمة", "Karima 100%", "Hassan"} {
		in := m.basic()
		in.Buyer.Name, in.Buyer.Phone = name, phone(i)
		orders = append(orders, m.place(in).Order)
		m.later(24 * time.Hour)
	}
	part := m.part(orders[0], m.honey)
	m.must(m.Move(ctx, order.MoveDecline, part.ID, m.of(m.honey)))
	m.must(m.Move(ctx, order.MoveConfirm, orders[1].ID, m.people()))
	for name, c := range map[string]struct {
		filter order.Filter
		want   []int
	}{
		"all":                  {order.Filter{}, []int{2, 1, 0}},
		"confirmed":            {order.Filter{State: order.StateConfirmed}, []int{1}},
		"by name":              {order.Filter{Query: "karima"}, []int{1}},
		"by its beginning":     {order.Filter{Query: "فاط"}, []int{0}},
		"by a sign of ours":    {order.Filter{Query: "%"}, nil},
		"by a sign of theirs":  {order.Filter{Query: `a'b\ & | !:*`}, nil},
		"by number":            {order.Filter{Query: orders[2].Number}, []int{2}},
		"by a piece of it":     {order.Filter{Query: orders[2].Number[strings.LastIndex(orders[2].Number, "-")+1:]}, []int{2}},
		"by telephone":         {order.Filter{Query: "06 61 00 00 01"}, []int{1}},
		"by telephone, abroad": {order.Filter{Query: "+212 661-000002"}, []int{2}},
		"by its last digits":   {order.Filter{Query: "0002"}, []int{2}},
		"in Arabic digits":     {order.Filter{Query: "٠٦ ٦١ ٠٠ ٠٠ ٠١"}, []int{1}},
		"in Persian digits":    {order.Filter{Query: "+۲۱۲ ۶۶۱-۰۰۰۰۰۲"}, []int{2}},
		"number, Arabic":       {order.Filter{Query: arabicDigits.Replace(orders[2].Number)}, []int{2}},
		"on the second day":    {order.Filter{From: monday.Add(24 * time.Hour), To: monday.Add(48 * time.Hour)}, []int{1}},
		"nobody":               {order.Filter{Query: "nobody"}, nil},
	} {
		list, err := m.List(ctx, c.filter, nil, 10)
		m.must(err)
		var got []int
		for _, s := range list.Orders {
			got = append(got, slices.IndexFunc(orders, func(o order.Order) bool { return o.ID == s.ID }))
		}
		if !slices.Equal(got, c.want) || list.Turns != (keyset.Turns{}) {
			t.Errorf("%s: %v", name, got)
		}
	}
	list, err := m.List(ctx, order.Filter{Query: "فاطمة"}, nil, 1)
	m.must(err)
	s := list.Orders[0]
	want := fmt.Sprintln(orders[0].Number, "فاطمة", "Berkane", "238.00", "128.00", "placed", 3, 2, 0)
	if got := fmt.Sprintln(s.Number, s.BuyerName, s.PlaceName.FR, s.Total, s.Due, s.State, s.Parts, s.Active, s.HandedOver); got != want {
		t.Error(got)
	}
}

// Whoever turns the pages of a list sees each order once, forward and back, also those of one moment.
func TestTheAssociationsListGoesOnFromAnOrder(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	for n := range 4 {
		in := m.basic()
		in.Buyer.Phone = phone(n)
		m.place(in)
		if n%2 == 0 {
			m.later(time.Hour)
		}
	}
	for _, filter := range []order.Filter{{}, {State: order.StatePlaced}} {
		whole, err := m.List(ctx, filter, nil, 10)
		m.must(err)
		if len(whole.Orders) != 4 {
			t.Fatalf("%d orders", len(whole.Orders))
		}
		for i, o := range whole.Orders {
			place := keyset.Place{At: o.PlacedAt, ID: o.ID}
			if filter.State == order.StatePlaced {
				place.At = o.ExpiresAt
			}
			after, err := m.List(ctx, filter, &place, 2)
			m.must(err)
			if !slices.Equal(idsOf(after.Orders), idsOf(whole.Orders[i+1:min(i+3, 4)])) || after.Previous == nil || (after.Next != nil) != (i+3 < 4) {
				t.Errorf("%+v: after the order %d come %d others, then %+v", filter, i, len(after.Orders), after.Next)
			}
			place.Back = true
			before, err := m.List(ctx, filter, &place, 2)
			m.must(err)
			if !slices.Equal(idsOf(before.Orders), idsOf(whole.Orders[max(0, i-2):i])) || before.Next == nil || (before.Previous != nil) != (i-2 > 0) {
				t.Errorf("%+v: before the order %d come %d others, before them %+v", filter, i, len(before.Orders), before.Previous)
			}
		}
	}
}

func idsOf(list []order.Summary) (ids []uuid.UUID) {
	for _, o := range list {
		ids = append(ids, o.ID)
	}
	return ids
}
