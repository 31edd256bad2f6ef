package association_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/storetest"
)

func TestOrdersAreFoundByStateDateAndText(t *testing.T) {
	t.Parallel()
	m := open(t)
	oil := m.Oil.Product(t, "Z-1")
	early := m.order("2026-10-20", "ar", line(oil, 1))
	late := m.order("2026-11-10", "ar", line(oil, 2), line(m.Honey.Product(t, "M-1"), 1))
	m.must(m.Orders.Move(context.Background(), order.MoveConfirm, late.ID, m.ByAssociation()))
	for query, want := range map[string][]string{
		"":                        {late.Number, early.Number},
		"?state=placed":           {early.Number},
		"?state=confirmed":        {late.Number},
		"?state=awaiting_payment": nil,
		"?state=lost":             {late.Number, early.Number},
		"?from=2026-10-21":        {late.Number},
		"?to=2026-10-20":          {early.Number},
	} {
		page := m.boss.Get("/ar/association/orders" + query).Want(http.StatusOK)
		if diff := cmp.Diff(want, listedOrders(page)); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
		if counted := page.Text(".chip[href*='state=placed'] .num") + page.Text(".chip[href*='state=confirmed'] .num"); counted != "11" || query == "" && page.Has(".chip[href*='state=dispatched'] .num") {
			t.Errorf("%s: placed and confirmed are %q of one each", query, counted)
		}
	}
	for form, want := range map[string][]string{
		"q=" + early.Number[len("S-2610-"):]:             {early.Number},
		"q=" + url.QueryEscape("نادية"):                  {late.Number, early.Number},
		"q=0661+23+45+67":                                {late.Number, early.Number},
		"q=nobody":                                       nil,
		"q=%25":                                          nil,
		"from=2026-10-20&to=2026-11-10&q=0661":           {late.Number, early.Number},
		"from=2026-10-21&q=0661":                         {late.Number},
		"state=placed&q=0661":                            {early.Number},
		"q=0661+23+45+67" + strings.Repeat("+9", 2000):   nil,
		"q=" + url.QueryEscape(strings.Repeat("🍯", 254)): nil,
		"": {late.Number, early.Number},
	} {
		values, err := url.ParseQuery(form)
		m.must(err)
		page := m.boss.Post("/ar/association/orders", values).Want(http.StatusOK)
		if diff := cmp.Diff(want, listedOrders(page)); diff != "" {
			t.Errorf("%.50s: %s", form, diff)
		}
		if want == nil {
			m.says(page, ".empty h2", m.in("ar").T("association.orders.no_match"))
		}
	}
	for _, code := range languages {
		page := m.boss.Get("/" + code + "/association/orders?from=11/2026").Want(http.StatusUnprocessableEntity)
		m.tells(page, "#f-from-error", "11/2026")
		m.speaks(page)
		page = m.boss.Get("/" + code + "/association/orders").Want(http.StatusOK)
		m.says(page, "[data-total]", m.in(code).N("association.orders.count", 2))
		m.speaks(page)
	}
}

// listedOrders are the numbers of the orders on a page of the list.
func listedOrders(page *storetest.Page) (numbers []string) {
	page.Doc.Find("tr[data-order]").Each(func(_ int, tr *goquery.Selection) { numbers = append(numbers, tr.AttrOr("data-order", "")) })
	return numbers
}

func TestALongListHasPages(t *testing.T) {
	t.Parallel()
	m := open(t)
	for range 31 {
		m.order("2026-11-10", "ar", line(m.Oil.Product(t, "Z-2"), 1))
	}
	page := m.boss.Post("/fr/association/orders", url.Values{"q": {"0661"}}).Want(http.StatusOK)
	if n := page.Find("tr[data-order]").Length(); n != 30 {
		t.Errorf("%d orders on the first page", n)
	}
	next := page.Find("a[rel=next]").AttrOr("href", "")
	if n := m.boss.Get(next).Want(http.StatusOK).Find("tr[data-order]").Length(); n != 1 || !strings.Contains(next, "find=") {
		t.Errorf("%d orders behind %s", n, next)
	}
}

func TestAMoveFromAnOldPageIsRefused(t *testing.T) {
	t.Parallel()
	m := open(t)
	o := m.order("2026-11-10", "fr", line(m.Honey.Product(t, "M-1"), 2), line(m.Couscous.Product(t, "K-1"), 1))
	path := pathOf("fr", o.ID)
	seen := m.boss.Get(path).Want(http.StatusOK).Find("dialog#cancel input[name=seen]").AttrOr("value", "")
	m.HandOver(o) // meanwhile all of it has been prepared
	page := m.boss.Post(path+"/cancel", url.Values{"seen": {seen}, "note": {"pas de réponse"}}).Want(http.StatusConflict)
	m.says(page, "[data-notice]", m.in("fr").T("order.wrong_state"))
	page.Find("[role=alert] [data-notice]")
	fr := m.in("fr")
	m.tells(page, "[role=alert] [data-since]", fr.T("order.part_state.handed_over")) // what has happened, when and by whom
	whole, err := m.Orders.ForAssociation(t.Context(), o.ID)
	m.must(err)
	m.tells(page, "[role=alert] [data-since]", fr.DateTime(whole.Events[len(whole.Events)-1].At))
	if typed := page.Find("#cancel:not(dialog) textarea").Text(); typed != "pas de réponse" || page.Has("dialog#cancel") {
		t.Errorf("of what was typed %q is seen", typed)
	}
	now := page.Find("#cancel input[name=seen]").AttrOr("value", "")
	m.boss.Post(path+"/cancel", url.Values{"seen": {now}, "note": {"pas de réponse"}}).Want(http.StatusOK)
	// Now that it is cancelled no form can have the reason; it is not lost.
	for _, code := range languages {
		late := m.boss.Post(pathOf(code, o.ID)+"/cancel", url.Values{"seen": {now}, "note": {"toujours rien"}}).Want(http.StatusConflict)
		m.tells(late, "[role=alert] [data-typed]", "toujours rien")
		m.tells(late, "[role=alert] [data-since]", m.in(code).T("order.state.cancelled"))
		m.tells(late, "[role=alert] [data-since]", m.Association.Name)
		m.speaks(late)
	}
}

func TestADecisionFromAnOldPageIsRefused(t *testing.T) {
	t.Parallel()
	m := open(t)
	path := "/fr/association/cooperatives/amal"
	pending := m.boss.Get(path).Want(http.StatusOK).Find("form[action$=approve] input[name=seen]").AttrOr("value", "")
	for _, to := range []cooperative.State{cooperative.Approved, cooperative.Suspended} { // by a colleague, who knows why
		if err := m.Cooperatives.SetState(t.Context(), m.Pending.ID, to, "une plainte", actor.OfAssociation(m.Association.ID)); err != nil {
			t.Fatal(err)
		}
	}
	page := m.boss.Post(path+"/approve", url.Values{"seen": {pending}}).Want(http.StatusConflict)
	m.says(page, "[data-notice]", m.in("fr").T("cooperative.wrong_state"))
	m.tells(page, "[role=alert] [data-since]", "une plainte")
	if c, err := m.Cooperatives.ByID(t.Context(), m.Pending.ID); err != nil || c.State != cooperative.Suspended {
		t.Errorf("it is %s, %v", c.State, err)
	}
	now := page.Find("form[action$=approve] input[name=seen]").AttrOr("value", "")
	m.boss.Post(path+"/approve", url.Values{"seen": {now}}).Want(http.StatusOK)
}

// moves are the buttons that a page of an order offers.
func moves(p *storetest.Page) []string {
	var names []string
	p.Find("[data-moves]").Find("form[action], a[data-dialog]").Each(func(_ int, s *goquery.Selection) {
		if s.Closest("dialog").Length() > 0 {
			return
		}
		action := s.AttrOr("action", "/"+s.AttrOr("data-dialog", ""))
		names = append(names, action[strings.LastIndex(action, "/")+1:])
	})
	return names
}

func pathOf(code string, id uuid.UUID) string {
	return "/" + code + "/association/orders/" + id.String()
}

func TestAnOrderIsBroughtToItsBuyer(t *testing.T) {
	t.Parallel()
	m := open(t)
	for _, code := range languages {
		l := m.in(code)
		o := m.order("2026-11-10", "fr", line(m.Honey.Product(t, "M-1"), 2), line(m.Couscous.Product(t, "K-1"), 1))
		path := pathOf(code, o.ID)
		page := m.boss.Get(path).Want(http.StatusOK)
		same(t, moves(page), "confirm", "cancel")
		m.tells(page, "[data-part=nahla]", l.Money(24000))
		m.tells(page, "[data-money] .sum + dd", l.Money(28500)) // 265.00 and 20.00 for the way
		m.says(page, "[data-part=nahla] .bdg", l.T("order.part_state.placed"))
		m.greets(page, o)
		m.speaks(page)

		page = m.sends(path, "confirm", nil).Want(http.StatusOK)
		m.says(page, ".toast", l.T("association.order.done.confirm"))
		same(t, moves(page), "cancel")
		_, shown := page.Form("#cancel form")
		page = m.boss.Post(path+"/dispatch", shown).Want(http.StatusConflict)
		m.says(page, "[data-notice]", l.T("order.not_handed_over"))
		page = m.boss.Post(path+"/confirm", nil).Want(http.StatusConflict)
		m.says(page, "[data-notice]", l.T("order.wrong_state"))

		m.HandOver(o)
		same(t, moves(m.boss.Get(path)), "dispatch", "cancel")
		page = m.sends(path, "dispatch", nil).Want(http.StatusOK)
		same(t, moves(page), "deliver", "refuse")
		m.tells(page, "dialog#deliver .bigprice", l.Amount(28500))
		m.tells(page, "dialog#deliver button", l.Money(28500))

		page = m.sends(path, "deliver", nil).Want(http.StatusOK)
		m.says(page, ".toast", l.T("association.order.done.deliver"))
		m.says(page, "[data-days]", l.Date(time.Now()))
		same(t, moves(page))
		m.says(page, "[data-money] dt.sum", l.T("association.order.paid"))
		m.tells(page, "[data-history]", l.T("order.state.delivered"))
		m.tells(page, "[data-history]", m.Association.Name)
		m.boss.Post(path+"/deliver", nil).Want(http.StatusConflict)
		m.speaks(page)
	}
}

func same(t *testing.T, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("offered: %s", diff)
	}
}

// greets checks that the buyer is called and written to in the buyer's own language.
func (m *market) greets(p *storetest.Page, o order.Order) {
	m.Helper()
	if !p.Has(`a[href="tel:+212661234567"]`) {
		m.Error("the buyer cannot be called")
	}
	link, err := url.Parse(p.Find(`a[href^="https://wa.me/212661234567"]`).AttrOr("href", ""))
	m.must(err)
	buyers := m.in(o.Locale)
	want := buyers.T("association.order.whatsapp", "Name", o.Buyer.Name, "Number", o.Number, "Total", buyers.Money(o.Due),
		"Link", m.URL+"/"+o.Locale+"/orders/"+m.Orders.Token(o.ID, o.Link))
	if got := link.Query().Get("text"); got != want {
		m.Errorf("the buyer is greeted %q, want %q", got, want)
	}
}

// What its buyer comes for is not brought to her, and its page says so of its days and of what comes next.
func TestAnOrderThatIsPickedUpIsToldAsOne(t *testing.T) {
	t.Parallel()
	m := open(t)
	o := m.order("2026-11-10", "fr", line(m.Honey.Product(t, "M-1"), 2))
	m.DB.MustExec(`update orders set delivery = 'pickup' where id = $1`, o.ID)
	m.must(m.Orders.Move(context.Background(), order.MoveConfirm, o.ID, m.ByAssociation()))
	for _, code := range languages {
		l := m.in(code)
		page := m.boss.Get(pathOf(code, o.ID)).Want(http.StatusOK)
		m.tells(page, "[data-moves]", l.N("association.order.advice.waiting_pickup", 0, "All", "1"))
		if said := page.Find("[data-days]").Prev().Text(); said != l.T("association.order.days_pickup") {
			t.Errorf("%s: its days are called %q", code, said)
		}
		m.speaks(page)
	}
}

func TestTheListOnPaperLeadsNowhere(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.order("2026-11-10", "fr", line(m.Honey.Product(t, "M-1"), 2))
	page := m.boss.Get("/fr/association/orders").Want(http.StatusOK)
	for _, where := range []string{"returns", "refunds", "messages"} {
		if links := page.Find("main a[href^='/fr/association/'][href$='/" + where + "']"); links.Length() == 0 || links.Not(".noprint a").Length() > 0 {
			t.Errorf("the link to %s is printed, or there is none", where)
		}
	}
}

func TestATrackingLinkInOtherHandsIsEnded(t *testing.T) {
	t.Parallel()
	m := open(t)
	o := m.order("2026-11-10", "fr", line(m.Honey.Product(t, "M-1"), 2))
	link := "/fr/orders/" + m.Orders.Token(o.ID, 0)
	m.Visitor().Get(link).Want(http.StatusOK)
	page := m.sends(pathOf("ar", o.ID), "renew", nil).Want(http.StatusOK)
	m.says(page, ".toast", m.in("ar").T("association.order.done.renew"))
	m.Visitor().Get(link).Want(http.StatusNotFound)
	renewed, err := m.Orders.ForAssociation(t.Context(), o.ID)
	m.must(err)
	m.greets(page, renewed)
	m.Visitor().Get("/fr/orders/" + m.Orders.Token(o.ID, 1)).Want(http.StatusOK)
}

func TestWhoMayNotMoveAnOrderHasNoLinkThatActsForItsBuyer(t *testing.T) {
	t.Parallel()
	m := open(t)
	o := m.order("2026-11-10", "fr", line(m.Honey.Product(t, "M-1"), 2))
	acting := m.Orders.Token(o.ID, 0)
	for role, acts := range map[account.Role]bool{account.Director: true, account.Support: true, account.Treasurer: false} {
		person := m.Association
		if role != account.Director {
			person = m.Hire(role, m.Honey)
		}
		page := m.SignIn(person).Get(pathOf("fr", o.ID)).Want(http.StatusOK)
		if got := strings.Contains(string(page.Body), acting); got != acts || !strings.Contains(string(page.Body), "/fr/orders/") {
			t.Errorf("%s is given the link that acts: %t, want %t", role, got, acts)
		}
	}
	reading := m.Visitor().Get("/fr/orders/" + m.Orders.ReadingToken(o.ID, 0)).Want(http.StatusOK)
	if strings.Contains(string(reading.Body), "/cancel\"") {
		t.Error("the link that only shows the order leads to a form that cancels it")
	}
}

func TestAnOrderThatNobodyTookComesBack(t *testing.T) {
	t.Parallel()
	m := open(t)
	honey := m.Honey.Product(t, "M-1")
	o := m.order("2026-11-10", "ar", line(honey, 2))
	m.Dispatch(o)
	page := m.sends(pathOf("ar", o.ID), "refuse", url.Values{"note": {"لا أحد في الباب"}}).Want(http.StatusOK)
	m.says(page, ".toast", m.in("ar").T("association.order.done.refuse"))
	m.tells(page, "[data-history]", "لا أحد في الباب")
	if left := m.Stock(honey.ID); left != 20 {
		t.Errorf("%d pots in stock", left)
	}
	if got := m.stateOf(o.ID); got != order.StateRefused {
		t.Errorf("the order is %s", got)
	}
}

func TestAnOrderIsCancelledForAReason(t *testing.T) {
	t.Parallel()
	m := open(t)
	for _, code := range languages {
		l := m.in(code)
		o := m.order("2026-11-10", "ar", line(m.Honey.Product(t, "M-1"), 2))
		path := pathOf(code, o.ID)
		for _, blank := range []string{" ", "\u200b\u3164", "\u2800\n"} {
			page := m.boss.Post(path+"/cancel", url.Values{"note": {blank}}).Want(http.StatusUnprocessableEntity)
			m.says(page, "#cancel #f-note-error", l.T("association.order.reason_missing"))
		}
		long := strings.Repeat("ل", 501)
		page := m.boss.Post(path+"/cancel", url.Values{"note": {long}}).Want(http.StatusUnprocessableEntity)
		m.says(page, "#cancel textarea", long)
		if got := m.stateOf(o.ID); got != order.StatePlaced {
			t.Errorf("%s: the order is %s", code, got)
		}
		page = m.boss.Submit(page, "#cancel form", url.Values{"note": {"طلب مكرر"}}).Want(http.StatusOK)
		m.says(page, ".toast", l.T("association.order.done.cancel"))
		same(t, moves(page))
		m.tells(page, "[data-money] .sum + dd", l.Money(0))
		m.boss.Post(path+"/cancel", url.Values{"note": {"طلب مكرر"}}).Want(http.StatusConflict)
		m.boss.Post(path+"/refuse", nil).Want(http.StatusConflict)
		m.speaks(page)
	}
	if left := m.Stock(m.Honey.Product(t, "M-1").ID); left != 20 {
		t.Errorf("%d pots in stock", left)
	}
}

func TestTheListSaysWhatIsLate(t *testing.T) {
	t.Parallel()
	m := open(t)
	o := m.order("2026-11-10", "ar", line(m.Honey.Product(t, "M-1"), 1), line(m.Oil.Product(t, "Z-1"), 1))
	said := func() bool {
		t.Helper()
		page := m.boss.Get("/fr/association/orders").Want(http.StatusOK)
		now, err := m.Orders.ForAssociation(t.Context(), o.ID)
		m.must(err)
		if page.Has("tr[data-order="+o.Number+"] [data-late]") != now.Late() { // whatever its parts are
			t.Errorf("the list does not say that its buyer waits as its page does: %t", now.Late())
		}
		return page.Has("tr[data-order=" + o.Number + "] [data-part-late]")
	}
	part := o.Parts[slices.IndexFunc(o.Parts, func(p order.Part) bool { return p.Cooperative.ID == m.Honey.ID })]
	ago := func(days int) {
		_, err := m.DB.Exec(`update sub_orders set hand_over_by = $2 where id = $1`, part.ID, clock.Day(time.Now()).AddDate(0, 0, -days))
		m.must(err)
	}
	ago(3)
	if said() {
		t.Error("what nobody has accepted is late")
	}
	move := func(move order.Move) { m.must(m.Orders.Move(t.Context(), move, part.ID, m.ByCooperative(m.Honey.ID))) }
	move(order.MoveAccept)
	ago(0)
	if said() {
		t.Error("what is to be handed over today is late")
	}
	ago(1)
	if !said() {
		t.Error("what was to be handed over yesterday is not late")
	}
	move(order.MoveReady)
	move(order.MoveHandOver)
	if said() {
		t.Error("what is handed over is late")
	}
}

func TestOrdersAndMovesThatThereAreNot(t *testing.T) {
	t.Parallel()
	m := open(t)
	o := m.order("2026-11-10", "ar", line(m.Honey.Product(t, "M-1"), 1))
	m.boss.Post(pathOf("ar", o.ID)+"/explode", nil).Want(http.StatusNotFound)
	m.boss.Post(pathOf("ar", uuid.New())+"/confirm", nil).Want(http.StatusNotFound)
	m.boss.Get(pathOf("fr", uuid.New())).Want(http.StatusNotFound)
	m.boss.Get("/en/association/orders/" + o.Number).Want(http.StatusNotFound)
}
