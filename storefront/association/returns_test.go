package association_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/storetest"
)

// A buyer sends goods back, the association arranges and counts them, the cooperative puts them into stock.
func TestGoodsAreSentBackFromTheTrackingPageToTheShelf(t *testing.T) {
	t.Parallel()
	for _, lang := range storetest.Languages() {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			m := storetest.New(t)
			m.ReturnDays(7)
			l := m.Languages.Locale(lang)
			placed := m.Order()
			m.Deliver(placed.Order)
			honey := placed.Order.Parts[0].Lines[0]
			for _, p := range placed.Order.Parts {
				if p.Cooperative.ID == m.Honey.ID {
					honey = p.Lines[0]
				}
			}
			buyer, tracking := m.Visitor(), "/"+lang+"/orders/"+placed.Token
			link, open := buyer.Get(tracking).Want(http.StatusOK).Find("a[href$='/return']").Attr("href")
			if !open {
				t.Fatal("nothing can be sent back")
			}
			action, form := buyer.Get(link).Want(http.StatusOK).Form("main form")
			form.Set("reason", "Trop sucré")
			empty := buyer.Post(action, form).Want(http.StatusUnprocessableEntity)
			if got := empty.Text("#f-lines-error"); got != l.T("order.return_nothing") || empty.Text("textarea[name=reason]") != "Trop sucré" {
				t.Errorf("nothing chosen: %q, %q", got, empty.Text("textarea[name=reason]"))
			}
			form.Set("pieces-"+honey.ID.String(), "2")
			for range 2 { // sent twice it is asked once
				buyer.Post(action, form).Want(http.StatusOK)
			}
			form.Set("pieces-"+honey.ID.String(), "1")
			if got := buyer.Post(action, form).Want(http.StatusOK).Text(".toast"); got != strings.ReplaceAll(l.T("shop.return.differs"), "\u00a0", " ") {
				t.Errorf("the same form with another number of pieces: %q", got)
			}
			form.Set("pieces-"+honey.ID.String(), "2")
			stock := m.Stock(m.Honey.Products[0].ID)
			now := buyer.Get(tracking).Want(http.StatusOK)
			if got := now.Find("[data-return]").AttrOr("data-return", ""); got != "asked" || now.Has("a[href$='/return']") {
				t.Errorf("asked: %q", got)
			}

			boss := m.SignIn(m.Association)
			list := boss.Get("/" + lang + "/association/returns").Want(http.StatusOK)
			page, _ := list.Find("[data-return] a").Attr("href")
			one := boss.Get(page).Want(http.StatusOK)
			arrange, words := one.Form("form[action$='/arrange']")
			receive, counts := one.Form("form[action$='/receive']")
			words.Set("arrangement", " ")
			if got := boss.Post(arrange, words).Want(http.StatusUnprocessableEntity).Text("#f-arrangement-error"); got != l.T("order.return_arrangement_missing") {
				t.Errorf("without a word: %q", got)
			}
			words.Set("arrangement", "Au siège, samedi")
			boss.Post(arrange, words).Want(http.StatusOK)
			if got := buyer.Get(tracking).Want(http.StatusOK).Text("[data-arrangement]"); got != "Au siège, samedi" {
				t.Errorf("the buyer reads %q", got)
			}
			boss.Post(receive, counts).Want(http.StatusConflict) // from a page of before
			receive, counts = boss.Get(page).Want(http.StatusOK).Form("form[action$='/receive']")
			for typed, status := range map[string]int{"3": http.StatusUnprocessableEntity, "une": http.StatusUnprocessableEntity, "-1": http.StatusUnprocessableEntity} {
				counts.Set("damaged-"+honey.ID.String(), typed)
				again := boss.Post(receive, counts).Want(status)
				if _, kept := again.Form("form[action$='/receive']"); kept.Get("damaged-"+honey.ID.String()) != typed {
					t.Errorf("what was typed is gone: %v", kept)
				}
			}
			counts.Set("damaged-"+honey.ID.String(), "1")
			done := boss.Post(receive, counts).Want(http.StatusOK)
			want := strings.Join(strings.Fields(l.Money(honey.Total)), " ")
			if got := done.Text("[data-back]"); got != want {
				t.Errorf("back %q, want %q", got, want)
			}
			m.SignIn(m.Hire(account.Director, storetest.Seller{})).Post(receive, counts).Want(http.StatusConflict) // by another at the same time
			if !strings.Contains(strings.Join(strings.Fields(buyer.Get(tracking).Want(http.StatusOK).Text("[data-return=received]")), " "), want) {
				t.Errorf("the buyer is not told of %s", want)
			}

			seller := m.SignIn(m.Honey.Member)
			asked := seller.Get("/" + lang + "/seller/returns").Want(http.StatusOK)
			into, answer := asked.Form("[data-returned] form")
			if answer.Get("into") != "yes" || asked.Find("[data-returned]").Length() != 1 {
				t.Errorf("asked: %v", answer)
			}
			if link := asked.Text("[data-returned] a"); link != l.T("seller.returns.order", "Number", placed.Order.Number) {
				t.Errorf("they are of %q", link)
			}
			beyond := seller.Get("/" + lang + "/seller/returns?after=ffffffff-ffff-4fff-bfff-ffffffffffff").Want(http.StatusOK)
			if back := beyond.Find(".pager [rel=prev]").AttrOr("href", ""); beyond.Has("[data-returned]") || back != "/"+lang+"/seller/returns" {
				t.Errorf("behind the last that came back stands %q", back)
			}
			for _, strange := range []url.Values{{}, {"into": {"perhaps"}}} {
				again := seller.Post(into, strange).Want(http.StatusUnprocessableEntity)
				if !again.Has("[data-returned]") || !strings.Contains(again.Text("main"), l.T("seller.returns.choose")) {
					t.Errorf("%v is an answer: %s", strange, again.Text("main"))
				}
			}
			m.SignIn(m.Oil.Member).Post(into, answer).Want(http.StatusNotFound)
			seller.Post(into, answer).Want(http.StatusOK)
			m.SignIn(m.Hire(account.Manager, m.Honey)).Post(into, answer).Want(http.StatusConflict)
			if got := m.Stock(m.Honey.Products[0].ID); got != stock+1 {
				t.Errorf("%d in stock of %d", got, stock)
			}
		})
	}
}

// Whoever sends other forms than the pages show gets nothing: another's lines, too many pieces, what is over.
func TestNobodySendsBackWhatIsNotHers(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	m.ReturnDays(7)
	hers, others := m.Order(), m.Order()
	m.Deliver(hers.Order)
	m.Deliver(others.Order)
	line := hers.Order.Parts[0].Lines[0]
	buyer := m.Visitor()
	ask := func(token string, line uuid.UUID, pieces string) *storetest.Page {
		return buyer.Post("/fr/orders/"+token+"/return", url.Values{"key": {uuid.NewString()}, "pieces-" + line.String(): {pieces}})
	}
	ask(hers.Token, others.Order.Parts[0].Lines[0].ID, "1").Want(http.StatusConflict)
	ask(hers.Token, line.ID, "99").Want(http.StatusConflict)
	ask(hers.Token, line.ID, "-1").Want(http.StatusUnprocessableEntity)
	ask(hers.Token, line.ID, "9999999999999999999").Want(http.StatusUnprocessableEntity)
	ask("unknown", line.ID, "1").Want(http.StatusNotFound)
	ask(m.Orders.ReadingToken(hers.Order.ID, 0), line.ID, "1").Want(http.StatusNotFound)
	if buyer.Get("/fr/orders/" + m.Orders.ReadingToken(hers.Order.ID, 0)).Want(http.StatusOK).Has("a[href$='/return']") {
		t.Error("a link that only shows offers to send back")
	}
	if o, err := m.Orders.ForAssociation(t.Context(), hers.Order.ID); err != nil || o.Return != nil {
		t.Errorf("asked for %+v, %v", o.Return, err)
	}
	m.Pass((order.ReturnDays + 1) * 24 * time.Hour)
	if page := ask(hers.Token, line.ID, "1").Want(http.StatusOK); !strings.Contains(page.Text("body"), m.Languages.Locale("fr").T("order.return_late")) {
		t.Errorf("too late: %s", page.Text("[role=status]"))
	}
	if buyer.Get("/fr/orders/" + hers.Token).Want(http.StatusOK).Has("a[href$='/return']") {
		t.Error("it is offered when it is too late")
	}
}

// With what is counted money goes back: whoever has the buyers' links and may give no money back counts nothing.
func TestWhoGivesNoMoneyBackCountsNoReturn(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	m.ReturnDays(7)
	placed := m.Order()
	m.Deliver(placed.Order)
	line := placed.Order.Parts[0].Lines[0]
	m.Visitor().Post("/fr/orders/"+placed.Token+"/return", url.Values{"key": {uuid.NewString()}, "pieces-" + line.ID.String(): {"1"}}).Want(http.StatusOK)
	o, err := m.Orders.ForAssociation(t.Context(), placed.Order.ID)
	if err != nil {
		t.Fatal(err)
	}
	path := "/fr/association/returns/" + o.Return.ID.String()
	support, treasurer := m.SignIn(m.Hire(account.Support, storetest.Seller{})), m.SignIn(m.Hire(account.Treasurer, storetest.Seller{}))
	page := support.Get(path).Want(http.StatusOK)
	if !page.Has("form[action$='/arrange']") || page.Has("form[action$='/receive']") || !page.Has("[data-others]") {
		t.Errorf("support is offered %s", page.Text("main"))
	}
	page = treasurer.Get(path).Want(http.StatusOK)
	if page.Has("form[action$='/arrange']") || page.Has("[data-others]") {
		t.Errorf("the treasurer is offered %s", page.Text("main"))
	}
	receive, counts := page.Form("form[action$='/receive']")
	for _, way := range []string{receive, strings.Replace(receive, "receive", "%72eceive", 1)} {
		if got := support.Post(way, counts); got.Status != http.StatusForbidden && got.Status != http.StatusNotFound {
			t.Errorf("support counts at %s: %d", way, got.Status)
		}
	}
	if o, err = m.Orders.ForAssociation(t.Context(), o.ID); err != nil || o.Return.State != order.ReturnAsked {
		t.Fatalf("after support: %+v, %v", o.Return, err)
	}
	treasurer.Post(receive, counts).Want(http.StatusOK)
	if o, err = m.Orders.ForAssociation(t.Context(), o.ID); err != nil || o.Return.State != order.ReturnReceived {
		t.Errorf("after the treasurer: %+v, %v", o.Return, err)
	}
}

// The law's last moment is told, in time and when it is over.
func TestTheTimeOfAReturnIsShown(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	m.ReturnDays(7)
	placed := m.Order()
	m.Deliver(placed.Order)
	line := placed.Order.Parts[0].Lines[0]
	m.Visitor().Post("/fr/orders/"+placed.Token+"/return", url.Values{"key": {uuid.NewString()}, "pieces-" + line.ID.String(): {"1"}}).Want(http.StatusOK)
	boss := m.SignIn(m.Association)
	colour := func() string {
		page := boss.Get("/fr/association/returns").Want(http.StatusOK)
		return page.Find("[data-return] .bdg").First().AttrOr("class", "")
	}
	if got := colour(); strings.Contains(got, "bad") || strings.Contains(got, "warn") {
		t.Errorf("at first: %q", got)
	}
	m.Pass(13 * 24 * time.Hour)
	boss = m.SignIn(m.Association)
	if got := colour(); !strings.Contains(got, "warn") {
		t.Errorf("after thirteen days: %q", got)
	}
	m.Pass(3 * 24 * time.Hour)
	boss = m.SignIn(m.Association)
	if got := colour(); !strings.Contains(got, "bad") {
		t.Errorf("after sixteen days: %q", got)
	}
}
