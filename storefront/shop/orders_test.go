package shop_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/storefront/storetest"
	"github.com/souk-taawon/souk/storefront/ui"
)

// plain is a text as a page's is read.
func plain(text string) string { return strings.ReplaceAll(text, "\u00a0", " ") }

// orders has a buyer order one jar of honey with a form of the checkout, which she may send again.
func orders(m *storetest.Market, buyer *storetest.Client) (form url.Values, tracking *storetest.Page) {
	put(buyer, "fr", m.Honey.Products[0].ID, "1").Want(http.StatusOK)
	form = filled(buyer.Get("/fr/checkout").Want(http.StatusOK), nadia)
	return form, buyer.Post("/fr/checkout", form).Want(http.StatusOK)
}

func TestABrowserRemembersTheLastOrders(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	buyer := m.Visitor()
	if page := buyer.Get("/fr/orders").Want(http.StatusOK); !page.Has(".empty a[href='/fr/orders/find']") {
		t.Error("who has ordered nothing is led nowhere")
	}
	_, tracking := orders(m, buyer)
	own := strings.SplitN(tracking.Path, "?", 2)[0]
	page := buyer.Get("/fr/orders").Want(http.StatusOK)
	if page.Find("[data-order]").Length() != 1 || !page.Has("a[href='"+own+"']") || !page.Has(".foot a[href='/fr/orders']") {
		t.Error("the order is not remembered")
	}
	// Whoever is shown it by a link that only shows it does not remember it; by her own, she does.
	shown := strings.TrimPrefix(tracking.Find("[data-share]").AttrOr("data-share", ""), m.URL)
	friend, other := m.Visitor(), m.Visitor()
	friend.Get(shown).Want(http.StatusOK)
	if friend.Get("/fr/orders").Has("[data-order]") {
		t.Error("what is only shown is remembered")
	}
	other.Get(own).Want(http.StatusOK)
	if !other.Get("/fr/orders").Has("a[href='" + own + "']") {
		t.Error("what a letter led to is not remembered")
	}
	// Of many the last five; and the market's people, who open buyers' links all day, remember none of them.
	boss, last := m.SignIn(m.Association), ""
	for range 6 {
		placed := m.Order()
		last = "/fr/orders/" + placed.Token
		other.Get(last).Want(http.StatusOK)
		boss.Get(last).Want(http.StatusOK)
	}
	if list := other.Get("/fr/orders").Want(http.StatusOK); list.Find("[data-order]").Length() != 5 || !list.Has("a[href='"+last+"']") {
		t.Errorf("%d orders are remembered, not the last 5", list.Find("[data-order]").Length())
	}
	if boss.Get("/fr/orders").Want(http.StatusOK).Has("[data-order]") {
		t.Error("a buyer's order is remembered where somebody of the association reads it")
	}
	if forgotten := buyer.Submit(page, "form[action$='/orders/forget']", nil).Want(http.StatusOK); forgotten.Has("[data-order]") {
		t.Error("nothing is forgotten")
	}
}

// Who orders again wants what she wanted, not what was left of it.
func TestOrderedAgainIsWhatWasWanted(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	placed := m.Order() // two jars of honey among others
	for _, part := range placed.Order.Parts {
		if line := part.Lines[0]; part.Cooperative.ID == m.Honey.ID {
			off := order.Adjustment{Line: line.ID, Quantity: 1, Share: true, Reason: order.ReasonMissing, Key: uuid.New()}
			if err := m.Orders.Adjust(t.Context(), placed.Order.ID, off, m.ByCooperative(m.Honey.ID)); err != nil {
				t.Fatal(err)
			}
		}
	}
	buyer := m.Visitor()
	basket := buyer.Post("/fr/orders/"+placed.Token+"/again", nil).Want(http.StatusOK)
	if n := basket.Find("input[name=quantity][value='2']").Length(); n != 1 {
		t.Errorf("two jars were wanted: %s", basket.Text("main"))
	}
}

func TestWhoeverAsksForALinkIsToldNothing(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	buyer := m.Visitor()
	_, tracking := orders(m, buyer)
	number := tracking.Text("#number")
	stranger := m.Visitor()
	find := stranger.Get("/fr/orders/find").Want(http.StatusOK)
	var answers []string
	for _, typed := range []url.Values{
		{"number": {number}, "phone": {"0661234567"}}, {"number": {number}, "phone": {"0661234568"}}, {"number": {"S-2611-00000000"}, "phone": {"0661234567"}},
	} {
		answer := stranger.Submit(find, "main form", typed).Want(http.StatusOK)
		if !answer.Has("#asked[autofocus]") || strings.Contains(string(answer.Body), number) || answer.Has("main a[href*='/orders/S-']") {
			t.Errorf("%v is told too much, or nothing", typed)
		}
		answers = append(answers, answer.Text("main"))
	}
	if answers[0] != answers[1] || answers[1] != answers[2] {
		t.Errorf("the answers differ: %q", answers)
	}
	wrong := stranger.Submit(find, "main form", url.Values{"number": {"12"}, "phone": {"06"}}).Want(http.StatusUnprocessableEntity)
	if !wrong.Has("#f-number[aria-invalid=true][value='12']") || !wrong.Has("#f-phone[aria-invalid=true][value='06']") {
		t.Error("what cannot be a number is not said, or lost")
	}
	for _, language := range languages {
		l := m.Languages.Locale(language)
		empty := stranger.Submit(stranger.Get("/"+language+"/orders/find"), "main form", url.Values{"number": {""}, "phone": {""}}).Want(http.StatusUnprocessableEntity)
		if text := empty.Text("main form"); !strings.Contains(text, l.T("order.number_missing")) || !strings.Contains(text, l.T("order.find_phone")) {
			t.Errorf("of what is not given it says %q", text)
		}
	}
}

func TestASecondPageOfTheCheckoutLeadsToTheOrderJustPlaced(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	buyer := m.Visitor()
	put(buyer, "fr", m.Honey.Products[0].ID, "1").Want(http.StatusOK)
	second := filled(buyer.Get("/fr/checkout").Want(http.StatusOK), nadia)
	first := filled(buyer.Get("/fr/checkout").Want(http.StatusOK), nadia)
	tracking := buyer.Post("/fr/checkout", first).Want(http.StatusOK)
	own := strings.SplitN(tracking.Path, "?", 2)[0]
	for _, page := range []*storetest.Page{buyer.Post("/fr/checkout", second), buyer.Get("/fr/checkout"), buyer.Get("/fr/basket")} {
		if page.Want(http.StatusOK); !page.Has("#ordered a[href='" + own + "']") {
			t.Errorf("%s does not lead to the order", page.Path)
		}
	}
	if stranger := m.Visitor().Get("/fr/basket"); stranger.Has("#ordered") {
		t.Error("somebody else is told of it")
	}
}

func TestAnOldFormOverANewBasketSaysThatItWaits(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	buyer := m.Visitor()
	form, tracking := orders(m, buyer)
	if tracking.Has("#before") {
		t.Error("the first time it is not the second")
	}
	put(buyer, "fr", m.Oil.Products[0].ID, "1").Want(http.StatusOK)
	again := buyer.Post("/fr/checkout", form).Want(http.StatusOK)
	if again.Text("#number") != tracking.Text("#number") || !again.Has("#before a[href='/fr/checkout']") || again.Has("main .note.ok") {
		t.Errorf("%s: nothing says that the basket is not ordered", again.Path)
	}
}

func TestOrderingAgainTwiceDoublesNothing(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	buyer := m.Visitor()
	_, tracking := orders(m, buyer)
	own := strings.SplitN(tracking.Path, "?", 2)[0]
	for range 2 {
		basket := buyer.Post(own+"/again", nil).Want(http.StatusOK)
		if got := basket.Find(".line input[name=quantity]").AttrOr("value", ""); got != "1" {
			t.Errorf("the basket holds %s, not what was ordered", got)
		}
	}
}

func TestALateOrderIsSaidToBeLateWhereItIsLookedAt(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	placed := m.Order()
	ctx := t.Context()
	part := placed.Order.Parts[0]
	accept := func() error {
		return m.Orders.Move(ctx, order.MoveAccept, part.ID, m.ByCooperative(part.Cooperative.ID))
	}
	if err := accept(); err != nil {
		t.Fatal(err)
	}
	o, err := m.Orders.ForAssociation(ctx, placed.Order.ID)
	if err != nil {
		t.Fatal(err)
	}
	was, day := delivery.Window{From: o.DeliverFrom, To: o.DeliverTo}, o.Parts[0].HandOverBy
	member := m.SignIn(m.Honey.Member)
	pages := func(language string) (tracking, inside, home *storetest.Page) {
		return m.Visitor().Get("/" + language + "/orders/" + placed.Token).Want(http.StatusOK),
			m.SignIn(m.Association).Get("/" + language + "/association/orders/" + o.ID.String()).Want(http.StatusOK),
			member.Get("/" + language + "/seller").Want(http.StatusOK)
	}
	if tracking, inside, home := pages("fr"); tracking.Has("#late") || inside.Has("[data-late]") || home.Has("[data-late]") {
		t.Error("an order is late as soon as it is accepted")
	}
	m.Pass(20 * 24 * time.Hour)
	if err := m.Orders.Late(ctx, o.ID, time.Now().Add(20*24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if o, err = m.Orders.ForAssociation(ctx, o.ID); err != nil {
		t.Fatal(err)
	}
	if !o.Was.Equal(was) || !o.DeliverTo.After(was.To) {
		t.Fatalf("promised %+v, now until %s, before it was late %+v", was, o.DeliverTo, o.Was)
	}
	member = m.SignIn(m.Honey.Member)
	for _, language := range languages {
		l := m.Languages.Locale(language)
		tracking, inside, home := pages(language)
		if text := tracking.Text("#late"); !strings.Contains(text, l.ShortDate(was.To)) || !strings.Contains(text, l.ShortDate(o.DeliverTo)) {
			t.Errorf("its buyer is told %q", text)
		}
		if text := inside.Text(".pagehead [data-late]"); !strings.HasSuffix(text, l.ShortDate(was.To)) {
			t.Errorf("the association is told %q", text)
		}
		if want := plain(l.T("association.order.part_late", "Day", l.Date(day))); !strings.Contains(inside.Text("main"), want) {
			t.Errorf("of the part the association is not told %q", want)
		}
		if text := inside.Text("[data-days]"); !strings.Contains(text, l.ShortDate(was.To)) || !strings.Contains(text, l.ShortDate(o.DeliverTo)) {
			t.Errorf("the days are %q", text)
		}
		if text := home.Text("main .lead"); !home.Has("main .lead [data-late]") || !strings.Contains(text, plain(l.T("seller.home.first_late"))) || !strings.Contains(text, l.Date(day)) {
			t.Errorf("the cooperative is told %q", text)
		}
	}
}

func TestWhoConfirmedAnOrderIsNamed(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	ctx := t.Context()
	for who, confirm := range map[string]func(o order.Order) error{
		"by_association": func(o order.Order) error { return m.Orders.Move(ctx, order.MoveConfirm, o.ID, m.ByAssociation()) },
		"by_cooperative": func(o order.Order) error {
			return m.Orders.Move(ctx, order.MoveAccept, o.Parts[0].ID, m.ByCooperative(o.Parts[0].Cooperative.ID))
		},
	} {
		o := m.Order().Order
		token, err := m.Orders.Confirming(ctx, o.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := confirm(o); err != nil {
			t.Fatal(err)
		}
		for _, language := range languages {
			l := m.Languages.Locale(language)
			said := m.Visitor().Get("/" + language + "/confirm/" + token).Want(http.StatusOK).Text("#settled")
			if want := l.T("shop.confirm."+who, "Name", ui.Isolate(l.Text(o.Parts[0].Cooperative.Name))); said != want {
				t.Errorf("%s: %q, not %q", who, said, want)
			}
		}
	}
}

// Who fetches her order reads one day of it, and of its parts only how far they are: nobody brings it to her.
func TestWhatIsFetchedIsNeverDelivered(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	placed, err := m.Orders.Place(t.Context(), order.PlaceInput{
		Lines:    []order.Line{{ProductID: m.Honey.Products[0].ID, Quantity: 1}},
		Buyer:    order.Buyer{Name: "نادية", Phone: "0661234567", Place: "berkane"},
		Delivery: delivery.Pickup, Payment: payment.CashOnDelivery, Locale: "fr", Source: order.Shop,
	})
	if err != nil {
		t.Fatal(err)
	}
	part := placed.Order.Parts[0]
	page := func(code string) string {
		return m.Visitor().Get("/" + code + "/orders/" + placed.Token).Want(http.StatusOK).Text("main")
	}
	for _, move := range []order.Move{order.MoveAccept, order.MoveReady} {
		if err := m.Orders.Move(t.Context(), move, part.ID, m.ByCooperative(m.Honey.ID)); err != nil {
			t.Fatal(err)
		}
	}
	now, err := m.Orders.ForAssociation(t.Context(), placed.Order.ID) // it has its part earlier than was promised
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range storetest.Languages() {
		l := m.Languages.Locale(code)
		from := l.T("shop.track.fetch_more", "Day", l.Date(now.DeliverFrom))
		if text := page(code); !strings.Contains(text, from) || strings.Count(text, l.Date(now.DeliverFrom)) != 2 {
			t.Errorf("%s: not «%s» of what is fetched, twice: %s", code, from, text)
		}
	}
	if text := page("fr"); strings.Contains(text, "La commande est prête") { // nothing has arrived yet
		t.Errorf("what its cooperative has ready is ready to be fetched: %s", text)
	}
	if err := m.Orders.Move(t.Context(), order.MoveHandOver, part.ID, m.ByCooperative(m.Honey.ID)); err != nil {
		t.Fatal(err)
	}
	for _, move := range []order.Move{order.MoveDispatch, order.MoveDeliver} {
		if err := m.Orders.Move(t.Context(), move, placed.Order.ID, m.ByAssociation()); err != nil {
			t.Fatal(err)
		}
	}
	boss, member := m.SignIn(m.Association), m.SignIn(m.Honey.Member)
	for code, word := range map[string]string{"fr": "livré", "en": "delivered", "ar": "تم التسليم"} {
		for name, text := range map[string]string{
			"buyer":       page(code),
			"association": boss.Get("/" + code + "/association/orders/" + placed.Order.ID.String()).Text("main"),
			"member":      member.Get("/" + code + "/seller/orders/" + part.ID.String()).Text("main"),
		} {
			if strings.Contains(strings.ToLower(text), word) {
				t.Errorf("%s: the %s reads that it was delivered: %s", code, name, text)
			}
		}
	}
}
