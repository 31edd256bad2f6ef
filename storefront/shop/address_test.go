package shop_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/storefront/storetest"
)

const addressForm = "main form[action$='/address']"

// bought is an order of one jar of honey, as it stands, with the path of its page in French.
func bought(t *testing.T, m *storetest.Market, buyer *storetest.Client) (own string, read func() order.Order) {
	t.Helper()
	_, tracking := orders(m, buyer)
	own = strings.SplitN(tracking.Path, "?", 2)[0]
	token := strings.TrimPrefix(own, "/fr/orders/")
	return own, func() order.Order {
		t.Helper()
		o, err := m.Orders.ByToken(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
}

func TestABuyerHasHerOrderBroughtElsewhere(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	buyer, boss := m.Visitor(), m.SignIn(m.Association)
	own, read := bought(t, m, buyer)
	before := read()
	if !buyer.Get(own).Want(http.StatusOK).Has("main a[href='" + own + "/address']") {
		t.Fatal("its page leads to no change of its address")
	}
	page := buyer.Get(own + "/address").Want(http.StatusOK)
	if page.Find("#f-name").AttrOr("value", "") != nadia["name"] || page.Find("#f-place option[selected]").AttrOr("value", "") != "berkane" || page.Has("#asks") {
		t.Error("the page does not show where it goes now")
	}
	second := buyer.Get(own + "/address").Want(http.StatusOK)

	// In the same zone nothing is asked.
	saved := buyer.Submit(page, addressForm, url.Values{"place": {"ahfir"}, "address": {"حي المسيرة"}, "landmark": {"قرب المدرسة"}}).Want(http.StatusOK)
	now := read()
	if saved.Path != own || !saved.Has(".toast") || !strings.Contains(saved.Text("main"), "حي المسيرة") || now.Buyer.Place != "ahfir" || now.Due != before.Due || now.Buyer.Phone != before.Buyer.Phone {
		t.Errorf("saved: %s, %+v", saved.Path, now.Buyer)
	}
	// A page from before is told what has changed, and nothing that is typed is lost.
	l := m.Languages.Locale("fr")
	stale := buyer.Submit(second, addressForm, url.Values{"place": {"tafoughalt"}, "address": {"زنقة 9"}}).Want(http.StatusConflict)
	if stale.Text("[data-notice]") != plain(l.T("order.address_changed")) || !strings.Contains(stale.Text("[data-now]"), "حي المسيرة") || stale.Find("#f-address").AttrOr("value", "") != "زنقة 9" || stale.Find("#f-place option[selected]").AttrOr("value", "") != "tafoughalt" {
		t.Errorf("an old page: %s", stale.Text("main"))
	}
	buyer.Submit(stale, addressForm, nil).Want(http.StatusOK)
	if now = read(); now.Buyer.Address != "زنقة 9" {
		t.Errorf("it goes to %s", now.Buyer.Address)
	}
	// What is saved as it was shown changes nothing, and that is what is said.
	if same := buyer.Submit(buyer.Get(own+"/address"), addressForm, nil).Want(http.StatusOK); same.Path != own || same.Text(".toast") != plain(l.T("order.address_same")) {
		t.Errorf("unchanged: %s, %q", same.Path, same.Text(".toast"))
	}
	// What is wrong stands beside its field.
	wrong := buyer.Submit(buyer.Get(own+"/address"), addressForm, url.Values{"name": {""}, "address": {""}}).Want(http.StatusUnprocessableEntity)
	if !wrong.Has("#f-name[aria-invalid=true]") || !wrong.Has("#f-address[aria-invalid=true]") {
		t.Error("nothing is said beside the fields")
	}

	// Elsewhere it costs more and takes longer: that is said, old and new, in every language, and asked for.
	for _, language := range languages {
		l := m.Languages.Locale(language)
		at := strings.Replace(own, "/fr/", "/"+language+"/", 1) + "/address"
		asks := buyer.Submit(buyer.Get(at).Want(http.StatusOK), addressForm, url.Values{"place": {"casablanca"}}).Want(http.StatusOK)
		said := asks.Text("#asks[autofocus][tabindex='-1']")
		for _, words := range []string{l.Money(now.DeliveryFee), l.Money(now.Due), l.Money(now.Due + 15_00), l.Money(now.DeliveryFee + 15_00)} {
			if !strings.Contains(plain(said), plain(words)) {
				t.Errorf("%s: it does not say %s: %q", language, words, said)
			}
		}
		if read().Buyer.Place != "tafoughalt" {
			t.Fatal("it is done before it is agreed to")
		}
		if language == "en" {
			continue
		}
		if language == "fr" {
			buyer.Submit(asks, addressForm, nil).Want(http.StatusOK)
			if got := read(); got.Buyer.Place != "casablanca" || got.Due != now.Due+15_00 || got.DeliveryFee != now.DeliveryFee+15_00 {
				t.Errorf("agreed: %s for %s", got.Buyer.Place, got.Due)
			}
			buyer.Submit(asks, addressForm, nil).Want(http.StatusOK) // sent twice
			back := buyer.Submit(buyer.Get(own+"/address"), addressForm, url.Values{"place": {"tafoughalt"}})
			buyer.Submit(back, addressForm, nil).Want(http.StatusOK)
			if got := read(); got.Due != now.Due {
				t.Errorf("brought back for %s", got.Due)
			}
		}
	}

	// The association reads old and new in each entry of the history.
	history := boss.Get("/fr/association/orders/" + now.ID.String()).Want(http.StatusOK)
	if told := history.Find("[data-moved]"); told.Length() != 4 || !strings.Contains(told.Last().Text(), "حي السلام، زنقة 4") || !strings.Contains(told.Last().Text(), "حي المسيرة") || !strings.Contains(told.Last().Text(), "Berkane") {
		t.Errorf("the history tells %d changes: %s", told.Length(), history.Text("[data-history]"))
	}
	if messages := boss.Get("/fr/association/orders/messages").Want(http.StatusOK); !strings.Contains(messages.Text("main"), before.Number) {
		t.Error("nobody has a message for the buyer, who gave no address for mail")
	}
}

// What is typed is read in another language, with the page that it was typed into: what has changed since is told.
func TestAnotherLanguageKeepsTheAddressThatIsTyped(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	buyer := m.Visitor()
	own, read := bought(t, m, buyer)
	page := buyer.Get(own + "/address").Want(http.StatusOK)
	button := page.Find("button[name=show][lang=ar]").First()
	if id := page.Find(addressForm).AttrOr("id", ""); id == "" || button.AttrOr("form", "") != id {
		t.Fatal("the other languages do not send the form")
	}
	buyer.Submit(buyer.Get(own+"/address"), addressForm, url.Values{"address": {"حي المسيرة"}}).Want(http.StatusOK)
	_, typed := page.Form(addressForm)
	typed.Set("show", "1")
	typed.Set("address", "زنقة 9")
	typed.Set("place", "tafoughalt")
	shown := buyer.Post(button.AttrOr("formaction", ""), typed).Want(http.StatusOK)
	if shown.Find("html").AttrOr("lang", "") != "ar" || shown.Find("#f-address").AttrOr("value", "") != "زنقة 9" || shown.Find("#f-place option[selected]").AttrOr("value", "") != "tafoughalt" {
		t.Errorf("in Arabic: %s", shown.Text("main"))
	}
	buyer.Submit(shown, addressForm, nil).Want(http.StatusConflict)
	if now := read(); now.Buyer.Address != "حي المسيرة" {
		t.Errorf("it goes to %s", now.Buyer.Address)
	}
}

func TestWhoMayNotChangeTheAddressIsToldWhy(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	buyer, stranger := m.Visitor(), m.Visitor()
	own, read := bought(t, m, buyer)
	form := buyer.Get(own + "/address").Want(http.StatusOK)

	shown := strings.TrimPrefix(buyer.Get(own).Find("[data-share]").AttrOr("data-share", ""), m.URL)
	if page := stranger.Get(shown).Want(http.StatusOK); page.Has("a[href$='/address']") {
		t.Error("whoever is shown the order is offered to change its address")
	}
	if page := stranger.Get(shown + "/address").Want(http.StatusOK); page.Path != shown {
		t.Errorf("whoever is shown the order is led to %s", page.Path)
	}
	_, typed := form.Form(addressForm)
	typed.Set("address", "elsewhere")
	stranger.Post(shown+"/address", typed).Want(http.StatusNotFound)
	if read().Buyer.Address == "elsewhere" {
		t.Fatal("a stranger has it brought elsewhere")
	}

	if err := m.Orders.Move(t.Context(), order.MoveAccept, read().Parts[0].ID, m.ByCooperative(m.Honey.ID)); err != nil {
		t.Fatal(err)
	}
	late := buyer.Submit(form, addressForm, url.Values{"address": {"elsewhere"}}).Want(http.StatusOK)
	if late.Path != own || !strings.Contains(plain(late.Text(".toast")), "Appelez l’association") || late.Has("a[href$='/address']") || read().Buyer.Address == "elsewhere" {
		t.Errorf("once a cooperative has begun: %s, %s", late.Path, late.Text(".toast"))
	}
	if page := buyer.Get(own + "/address").Want(http.StatusOK); page.Path != own || !strings.Contains(plain(page.Text(".toast")), "Appelez l’association") {
		t.Errorf("then the form is at %s, which says %q", page.Path, page.Text(".toast"))
	}
}

func TestWhatIsPaidFirstGoesElsewhereForAsMuchOnly(t *testing.T) {
	t.Parallel()
	m := newTill(t)
	buyer := m.Visitor()
	page, o := m.orders(buyer, "fr", nil)
	own := strings.TrimSuffix(strings.SplitN(page.Path, "?", 2)[0], "/pay")
	refused := buyer.Submit(buyer.Get(own+"/address").Want(http.StatusOK), addressForm, url.Values{"place": {"casablanca"}}).Want(http.StatusUnprocessableEntity)
	if said := plain(refused.Text("#f-place-error")); !strings.Contains(said, "Casablanca") || !strings.Contains(said, "annulez") && !strings.Contains(said, "Annulez") {
		t.Errorf("why and what to do: %q", said)
	}
	buyer.Submit(refused, addressForm, url.Values{"place": {"ahfir"}}).Want(http.StatusOK)
	now, err := m.Orders.ForAssociation(t.Context(), o.ID)
	if err != nil || now.Buyer.Place != "ahfir" || now.Due != o.Due || now.State != order.StateAwaiting || now.Payment == payment.CashOnDelivery {
		t.Errorf("it goes to %s: %v", now.Buyer.Place, err)
	}
}
