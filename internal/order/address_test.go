package order_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"golang.org/x/sync/errgroup"

	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/postgres"
)

// elsewhere is the form by which an order is brought to that place, from a page that shows it as it stands.
func (m *market) elsewhere(o order.Order, place string) order.AddressInput {
	m.t.Helper()
	now := m.read(o.ID)
	in := order.AddressInput{Buyer: now.Buyer, Seen: int64(len(now.Events))}
	in.Buyer.Place, in.Buyer.Address = place, "حي المسيرة"
	return in
}

// wantPlace wants an order to be refused at a place by such a sentence.
func (m *market) wantPlace(what string, err error, key string) {
	m.t.Helper()
	if f := fault.As(err); f == nil || f.Fields["place"].Key != key {
		m.t.Errorf("%s: %v, want %s", what, err, key)
	}
}

func (m *market) wantHistory(id uuid.UUID, times int) {
	m.t.Helper()
	n := 0
	for _, e := range m.read(id).Events {
		if e.State == order.EventAddress {
			n++
		}
	}
	if n != times {
		m.t.Errorf("the address was changed %d times, want %d", n, times)
	}
	m.wantClean()
}

func TestAnotherCommuneOfTheSameZoneIsTakenAtOnceAndToldToAll(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	in := m.basic()
	in.Locale, in.Buyer.Email = "fr", "hadda@souk.example"
	placed := m.place(in)
	o := placed.Order
	m.must(m.Move(ctx, order.MoveConfirm, o.ID, m.people()))
	m.mailsOf()
	// What the zone costs since is for others: this order was agreed for as much as it says.
	m.exec(`update delivery_zones set fee_centimes = fee_centimes + 500`)
	before := m.read(o.ID)
	to := m.elsewhere(o, "ahfir")
	to.Buyer.Name, to.Buyer.Landmark, to.Buyer.Note, to.Buyer.Phone, to.Buyer.Email = " حفيظة ", "قرب المدرسة", "صباحًا", "0600000000", "x@souk.example"
	m.must(m.ChangeAddress(ctx, placed.Token, to))
	now := m.read(o.ID)
	want := order.Buyer{Name: "حفيظة", Phone: before.Buyer.Phone, Email: before.Buyer.Email, Place: "ahfir", Address: "حي المسيرة", Landmark: "قرب المدرسة", Note: "صباحًا"}
	if now.Buyer != want || now.PlaceName.FR != "Ahfir" || now.Due != before.Due || !now.DeliverTo.Equal(before.DeliverTo) {
		t.Errorf("it goes to %+v for %s until %s", now.Buyer, now.Due, now.DeliverTo)
	}
	mails := m.mails()
	cooperative, association, buyer := mails["nouarat-echcharaa@souk.example"], mails["association@souk.example"], mails[in.Buyer.Email]
	if len(mails) != 3 && len(mails) != 5 || !strings.Contains(cooperative.Body, "Ahfir") || !strings.Contains(cooperative.Body, "Berkane") || strings.Contains(cooperative.Body, "المسيرة") ||
		!strings.Contains(association.Body, "أحفير") || strings.Contains(association.Body, "المسيرة") || !strings.Contains(buyer.Body, "Ahfir") {
		t.Errorf("told: %+v", mails)
	}
	// By when she hands over is settled once she accepts, on an earlier day than she would have to at the latest.
	fr := m.texts.Locale("fr")
	if latest := fr.Date(m.part(now, m.couscous).HandOverBy); strings.Contains(cooperative.Body, latest) || !strings.Contains(cooperative.Body, "jusqu’au "+fr.DateTime(now.ExpiresAt)) {
		t.Errorf("she answers until %s, and hands over by %s at the latest: %s", fr.DateTime(now.ExpiresAt), latest, cooperative.Body)
	}
	changes, err := m.AddressChanges(ctx, now)
	m.must(err)
	if len(changes) != 1 || changes[0].Was.Address != before.Buyer.Address || changes[0].Was.PlaceName.FR != "Berkane" || changes[0].Now.Address != want.Address || changes[0].Now.Name != want.Name {
		t.Errorf("old and new: %+v", changes)
	}
	m.wantHistory(o.ID, 1)
	// Sent twice it is done once, also once a cooperative has begun.
	m.must(m.Move(ctx, order.MoveAccept, m.part(now, m.honey).ID, m.of(m.honey)))
	m.must(m.ChangeAddress(ctx, placed.Token, to))
	if again := m.mailsOf(); len(again) != 0 {
		t.Errorf("told twice: %+v", again)
	}
	m.wantHistory(o.ID, 1)
	// The street alone is told to the association and to no cooperative.
	other := m.place(in)
	m.must(m.Move(ctx, order.MoveConfirm, other.Order.ID, m.people()))
	m.mailsOf()
	m.must(m.ChangeAddress(ctx, other.Token, m.elsewhere(other.Order, in.Buyer.Place)))
	mails = m.mails()
	said := mails["association@souk.example"].Body
	if _, told := mails["nouarat-echcharaa@souk.example"]; told || said == "" {
		t.Errorf("of the street: %+v", mails)
	}
	if strings.Contains(said, "بركان") || strings.Contains(said, "درهم") || !strings.Contains(association.Body, "بركان") || strings.Contains(association.Body, "درهم") {
		t.Errorf("what stayed is told as a change:\n%s\n%s", said, association.Body)
	}
	m.wantHistory(other.Order.ID, 1)
}

func TestAnotherFeeIsAskedForAndThenOwed(t *testing.T) {
	t.Parallel()
	m := daily(t)
	ctx := t.Context()
	placed := m.place(m.basic())
	o := placed.Order
	m.wantPromised(o.ID, "28-01: 26 29 26")
	to := m.elsewhere(o, "casablanca")
	err := m.ChangeAddress(ctx, placed.Token, to)
	var asks *order.AddressAsks
	if !errors.As(err, &asks) || asks.WasFee != 20_00 || asks.Fee != 35_00 || asks.WasDue != 238_00 || asks.Due != 253_00 || asks.Days.Equal(asks.Was) {
		t.Fatalf("asked: %+v, %v", asks, err)
	}
	m.wantHistory(o.ID, 0)
	// What was agreed to is what is done: another place, or what costs something else by now, is asked for anew.
	to.Agreed = asks.Agreed()
	other := to
	other.Buyer.Place = "rabat"
	if err := m.ChangeAddress(ctx, placed.Token, other); !errors.As(err, &asks) {
		t.Errorf("another place: %v", err)
	}
	m.exec(`update delivery_zones set fee_centimes = 5000 where slug = 'large-cities'`)
	if err := m.ChangeAddress(ctx, placed.Token, to); !errors.As(err, &asks) || asks.Fee != 50_00 {
		t.Errorf("another fee by now: %v", err)
	}
	m.wantHistory(o.ID, 0)
	to.Agreed = asks.Agreed()
	m.mailsOf()
	m.must(m.ChangeAddress(ctx, placed.Token, to))
	l := m.texts.Locale("ar")
	if said := m.mails()["association@souk.example"].Body; !strings.Contains(said, l.T("order.mail.address_fee", "WasFee", l.Money(20_00), "Fee", l.Money(50_00), "Due", l.Money(268_00))+"\n") {
		t.Errorf("of another fee the association reads %q", said)
	}
	now := m.read(o.ID)
	if now.DeliveryFee != 50_00 || now.Due != 268_00 || now.Total != 268_00 || !now.DeliverFrom.Equal(asks.Days.From) || !now.DeliverTo.Equal(asks.Days.To) || !now.Was.To.IsZero() {
		t.Errorf("delivery %s, due %s of %s, %s to %s", now.DeliveryFee, now.Due, now.Total, now.DeliverFrom, now.DeliverTo)
	}
	m.wantPromised(o.ID, "29-03: 26 29 26")
	m.wantLedger(map[ledger.Account]money.Amount{
		ledger.Buyers: 268_00, ledger.PendingDelivery: 50_00,
		ledger.PendingTo(m.couscous): 52_00, ledger.PendingTo(m.honey): 110_00, ledger.PendingTo(m.soap): 56_00,
	})
	m.wantHistory(o.ID, 1)
	// And back again, for what it costs now.
	m.must(m.redirect(ctx, o, "berkane"))
	m.wantPromised(o.ID, "28-01: 26 29 26")
	if now = m.read(o.ID); now.DeliveryFee != 20_00 || now.Due != 238_00 {
		t.Errorf("back for %s, due %s", now.DeliveryFee, now.Due)
	}
	m.wantHistory(o.ID, 2)
	// It goes its way as any other.
	m.must(m.redirect(ctx, o, "casablanca"))
	m.handOverAll(o.ID)
	m.must(m.Move(ctx, order.MoveDispatch, o.ID, m.people()))
	m.must(m.Move(ctx, order.MoveDeliver, o.ID, m.people()))
	m.wantHistory(o.ID, 3)
}

func TestWhereNoFeeIsDueOtherDaysAreAskedFor(t *testing.T) {
	t.Parallel()
	m := daily(t)
	in := m.basic()
	in.Payment = m.card.Name()
	in.Lines[1].Quantity = 5 // so that delivery is free everywhere
	placed := m.place(in)
	if placed.Order.DeliveryFee != 0 || placed.Order.State != order.StateAwaiting {
		t.Fatalf("%s for its delivery, %s", placed.Order.DeliveryFee, placed.Order.State)
	}
	to := m.elsewhere(placed.Order, "casablanca")
	var asks *order.AddressAsks
	if err := m.ChangeAddress(t.Context(), placed.Token, to); !errors.As(err, &asks) || asks.Fee != 0 || asks.Due != asks.WasDue || asks.Days.Equal(asks.Was) {
		t.Fatalf("asked: %+v, %v", asks, err)
	}
	m.mailsOf()
	to.Agreed = asks.Agreed()
	m.must(m.ChangeAddress(t.Context(), placed.Token, to))
	if told := m.mailsOf(); len(told) != 0 {
		t.Errorf("of what nobody has paid: %+v", told)
	}
	if now := m.read(placed.Order.ID); !now.DeliverTo.Equal(asks.Days.To) || now.State != order.StateAwaiting {
		t.Errorf("%s, until %s", now.State, now.DeliverTo)
	}
	m.wantHistory(placed.Order.ID, 1)
}

func TestWhyAnOrderDoesNotGoElsewhere(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	placed := m.place(m.basic())
	o := placed.Order

	wrong := m.elsewhere(o, "nowhere")
	wrong.Buyer.Name, wrong.Buyer.Address, wrong.Buyer.Landmark = " ", "", strings.Repeat("x", 201)
	err := m.ChangeAddress(ctx, placed.Token, wrong)
	m.wantPlace("no such place", err, "delivery.unknown_place")
	for _, field := range []string{"name", "address", "landmark"} {
		if fault.As(err).Fields[field].Key == "" {
			t.Errorf("nothing is said of the %s: %v", field, err)
		}
	}
	wantError(t, "by the link that only shows it", m.ChangeAddress(ctx, m.ReadingToken(o.ID, o.Link), m.elsewhere(o, "ahfir")), order.ErrNotFound)
	wantError(t, "by no link", m.ChangeAddress(ctx, "x", m.elsewhere(o, "ahfir")), order.ErrNotFound)

	in := m.basic()
	in.Lines = append(in.Lines, order.Line{ProductID: m.cheese, Quantity: 1})
	cheese := m.place(in)
	err = m.ChangeAddress(ctx, cheese.Token, m.elsewhere(cheese.Order, "casablanca"))
	m.wantPlace("cheese to Casablanca", err, "order.address_fresh")
	if said := m.texts.Locale("fr").Message(fault.As(err).Fields["place"]); !strings.Contains(said, "Fromage frais") || !strings.Contains(said, "Casablanca") {
		t.Errorf("it says %q", said)
	}

	in = m.basic()
	in.Payment = m.card.Name()
	card := m.place(in)
	m.wantPlace("another fee of what is paid first", m.ChangeAddress(ctx, card.Token, m.elsewhere(card.Order, "casablanca")), "order.address_fee")
	m.must(m.ChangeAddress(ctx, card.Token, m.elsewhere(card.Order, "ahfir")))

	m.exec(`update delivery_zones set cash_taken = false where slug = 'large-cities'`)
	m.wantPlace("where no cash is taken", m.ChangeAddress(ctx, placed.Token, m.elsewhere(o, "casablanca")), "order.address_cash")
	m.exec(`update delivery_zones set cash_taken = true`)
	m.exec(`update settings set decided = decided || '{"cash_most": "250.00"}'`)
	m.wantPlace("more than is paid in cash", m.ChangeAddress(ctx, placed.Token, m.elsewhere(o, "casablanca")), "order.address_most")

	// From a page that is old by now.
	old := m.elsewhere(o, "ahfir")
	m.must(m.Move(ctx, order.MoveConfirm, o.ID, m.people()))
	wantError(t, "from an old page", m.ChangeAddress(ctx, placed.Token, old), order.ErrWrongState)

	// Two pages at once: the second is told what the first has changed.
	first, second := m.elsewhere(o, "ahfir"), m.elsewhere(o, "tafoughalt")
	m.must(m.ChangeAddress(ctx, placed.Token, first))
	wantError(t, "from the second page", m.ChangeAddress(ctx, placed.Token, second), order.ErrAddressChanged)
	wantError(t, "saved as it is shown", m.ChangeAddress(ctx, placed.Token, m.elsewhere(o, "ahfir")), order.ErrAddressSame)
	m.wantHistory(o.ID, 1)

	m.must(m.Move(ctx, order.MoveAccept, m.part(o, m.honey).ID, m.of(m.honey)))
	wantError(t, "once a cooperative has begun", m.ChangeAddress(ctx, placed.Token, m.elsewhere(o, "tafoughalt")), order.ErrAddressLate)
	m.must(m.Move(ctx, order.MoveUnaccept, m.part(o, m.honey).ID, m.of(m.honey)))
	m.must(m.ChangeAddress(ctx, placed.Token, m.elsewhere(o, "tafoughalt"))) // and thought better of it
	m.must(m.CancelByBuyer(ctx, placed.Token))
	wantError(t, "once it is over", m.ChangeAddress(ctx, placed.Token, m.elsewhere(o, "ahfir")), order.ErrAddressLate)

	in = m.basic()
	in.Delivery = delivery.Pickup
	fetched := m.place(in)
	wantError(t, "what she fetches", m.ChangeAddress(ctx, fetched.Token, m.elsewhere(fetched.Order, "ahfir")), order.ErrAddressLate)

	many := m.place(m.basic())
	places := []string{"ahfir", "tafoughalt"}
	for i := range 10 {
		m.must(m.ChangeAddress(ctx, many.Token, m.elsewhere(many.Order, places[i%2])))
	}
	wantError(t, "for the eleventh time", m.ChangeAddress(ctx, many.Token, m.elsewhere(many.Order, "ahfir")), order.ErrAddressOften)
	m.wantHistory(many.Order.ID, 10)
}

// Of an order that anybody may have placed no more letters are written than of new orders.
func TestChangedAddressesOfUnconfirmedOrdersWriteFewLetters(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	in := m.basic()
	in.Locale, in.Buyer.Email = "fr", "somebody@souk.example"
	letters := make(map[string]int)
	places := []string{"ahfir", "tafoughalt"}
	for i := range 4 {
		in.Buyer.Phone = phone(i)
		placed := m.place(in)
		for n := range 10 {
			m.must(m.ChangeAddress(t.Context(), placed.Token, m.elsewhere(placed.Order, places[n%2])))
		}
	}
	for _, message := range m.mailsOf() {
		letters[message.To]++
	}
	if letters["nouarat-echcharaa@souk.example"] > 10 || letters["association@souk.example"] > 30 || letters[in.Buyer.Email] > 3 {
		t.Errorf("written: %v", letters)
	}
	m.wantClean()
}

func TestAnAddressIsChangedOrACooperativeBeginsAtTheSameMoment(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	var changed, late int
	for i := range 8 {
		in := m.basic()
		in.Lines, in.Buyer.Phone = []order.Line{{ProductID: m.thyme, Quantity: 1}}, phone(i)
		placed := m.place(in)
		to, part := m.elsewhere(placed.Order, "ahfir"), placed.Order.Parts[0].ID
		start := make(chan struct{})
		var g errgroup.Group
		var change error
		g.Go(func() error {
			<-start
			change = m.ChangeAddress(context.Background(), placed.Token, to)
			return nil
		})
		g.Go(func() error {
			<-start
			return m.Move(context.Background(), order.MoveAccept, part, m.of(m.honey))
		})
		close(start)
		m.must(g.Wait())
		now := m.read(placed.Order.ID)
		switch {
		case change == nil && now.Buyer.Place == "ahfir":
			changed++
		case errors.Is(change, order.ErrAddressLate) && now.Buyer.Place == "berkane":
			late++
		default:
			t.Errorf("%v, and it goes to %s", change, now.Buyer.Place)
		}
		m.wantStates(now.ID, "confirmed: accepted")
	}
	t.Logf("%d were changed, %d late", changed, late)
	m.wantClean()
}

func TestWhereAnOrderWasToGoIsErasedWithItsBuyer(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	placed := m.place(m.basic())
	m.must(m.ChangeAddress(t.Context(), placed.Token, m.elsewhere(placed.Order, "ahfir")))
	for what, change := range map[string]string{
		"rewritten": `update order_addresses set address = 'x'`, "erased": `update order_addresses set name = '', address = '', landmark = '', note = ''`, "deleted": `delete from order_addresses`,
	} {
		if _, err := m.db.Exec(change); !postgres.Violates(err, "order_addresses_append_only") {
			t.Errorf("%s while its buyer is known: %v", what, err)
		}
	}
	m.must(m.CancelByBuyer(t.Context(), placed.Token))
	of, err := m.OfBuyer(t.Context(), placed.Order.ID)
	m.must(err)
	m.must(postgres.InTx(t.Context(), m.db, func(tx *sqlx.Tx) error {
		_, err := m.EraseTx(t.Context(), tx, placed.Order.ID, false, of.Seen)
		return err
	}))
	var kept []string
	m.must(m.db.Select(&kept, `select name || address || landmark || note from order_addresses`))
	if !slices.Equal(kept, []string{""}) {
		t.Errorf("kept: %q", kept)
	}
	m.wantClean()
}

// How often she asked for her link does not keep from a buyer that her order is brought elsewhere.
func TestAnotherAddressIsToldAlsoToWhoAskedForHerLink(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	in := m.basic()
	in.Locale, in.Buyer.Email = "fr", "hadda@souk.example"
	placed := m.place(in)
	m.must(m.Move(t.Context(), order.MoveConfirm, placed.Order.ID, m.people()))
	m.mailsOf()
	for range 4 {
		m.asks(placed.Order.Number, "0661234567")
	}
	m.mailsOf()
	for i, place := range []string{"ahfir", "berkane", "ahfir", "berkane"} {
		m.must(m.ChangeAddress(t.Context(), placed.Token, m.elsewhere(m.read(placed.Order.ID), place)))
		if told, want := len(m.toldOf(in.Buyer.Email)), min(1, max(0, 3-i)); told != want {
			t.Errorf("of change %d she has %d letters, want %d", i+1, told, want)
		}
	}
}
