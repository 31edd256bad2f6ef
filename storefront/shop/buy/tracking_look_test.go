package buy

import (
	"testing"

	"github.com/souk-taawon/souk/internal/actor"
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
