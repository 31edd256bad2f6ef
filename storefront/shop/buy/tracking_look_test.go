package buy

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/ui"
)

// The market confirms an order by itself for more reasons than one, and only one of them is its payment.
func TestOnlyWhatWasPaidIsSaidToBeConfirmedByItsPayment(t *testing.T) {
	t.Parallel()
	languages, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	p := ui.Page{L: languages.Locale("fr")}
	for note, want := range map[string]string{order.NotePaid: "by_payment", "": "over", order.NoteByMail: "over"} {
		o := order.Order{State: order.StateConfirmed, Events: []order.Event{{State: string(order.StateConfirmed), Actor: actor.System, Note: note}}}
		if said := settled(p, o); said != p.T("shop.confirm."+want) {
			t.Errorf("with the note %q: %s", note, said)
		}
	}
}

func TestWhoTookHerYesBackDidNotConfirmTheOrder(t *testing.T) {
	t.Parallel()
	languages, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	p := ui.Page{L: languages.Locale("fr")}
	honey, soap := uuid.New(), uuid.New()
	at := func(minute int, part *uuid.UUID, state string, by actor.Kind) order.Event {
		return order.Event{PartID: part, State: state, Actor: by, At: time.Date(2026, 11, 21, 10, minute, 0, 0, time.UTC)}
	}
	o := order.Order{
		State: order.StateConfirmed,
		Parts: []order.Part{{ID: honey, Cooperative: catalog.CooperativeRef{Name: i18n.Text{FR: "Miel"}}}, {ID: soap, Cooperative: catalog.CooperativeRef{Name: i18n.Text{FR: "Savon"}}}},
		Events: []order.Event{
			at(1, &honey, "accepted", actor.Member), at(1, nil, "confirmed", actor.Member), at(2, &honey, "placed", actor.Member), at(2, nil, "placed", actor.Member),
			at(3, &soap, "accepted", actor.Member), at(3, nil, "confirmed", actor.Member), at(4, &honey, "accepted", actor.Member),
		},
	}
	if said, want := settled(p, o), p.T("shop.confirm.by_cooperative", "Name", ui.Isolate("Savon")); said != want {
		t.Errorf("%q, want %q", said, want)
	}
}
