package seller_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/storetest"
)

func TestOrderIsAcceptedPreparedAndHandedOver(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	number := m.Order().Order.Number
	member := m.SignIn(m.Honey.Member)
	for i, step := range []struct{ show, button, toast string }{
		{"", "قبول الطلب", "done_accept"},
		{"", "الطلب جاهز", "done_ready"},
		{"?show=ready", "تسلمته الجمعية", "done_handover"},
	} {
		page := member.Get("/ar/seller/orders" + step.show).Want(http.StatusOK)
		buttons := page.Find(".ord button.big")
		if buttons.Length() != 1 || !strings.Contains(buttons.Text(), step.button) {
			t.Fatalf("step %d offers %s", i, buttons.Text())
		}
		form := ".ord form:has(.big)"
		page = member.Post(action(page, form), formOf(page, form)).Want(http.StatusOK)
		if !strings.HasPrefix(page.Path, "/ar/seller/orders?") || strings.Contains(page.Path, "show=ready") != (step.show != "") {
			t.Errorf("step %d leads to %s", i, page.Path)
		}
		if got, want := page.Text("#toasts .toast"), m.Languages.Locale("ar").T("seller.orders."+step.toast, "Number", number); got != want {
			t.Errorf("step %d says %s, not %s", i, got, want)
		}
	}
	page := member.Get("/ar/seller/orders?show=handed_over").Want(http.StatusOK)
	if page.Find(".ord").Length() != 1 || page.Has(".ord button.big") {
		t.Error("once it is handed over there is still something to do")
	}
}

func TestWhatWasJustDoneStaysWhereItIsWithTheWayBackBesideIt(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	for range 3 {
		m.Order()
	}
	member := m.SignIn(m.Honey.Member)
	for _, code := range storetest.Languages() {
		page := member.Get("/" + code + "/seller/orders").Want(http.StatusOK)
		stood := cards(page)
		second := ".ord:nth-child(2) "
		number := page.Find(second + "bdi.num").First().Text()
		press := func(form string) {
			t.Helper()
			to := action(page, second+form)
			page = member.Post(to, formOf(page, second+form)).Want(http.StatusOK)
			if now := cards(page); !slices.Equal(now, stood) {
				t.Errorf("%s: after %s the cards stand %v, and stood %v", code, to, now, stood)
			}
		}
		for _, done := range []struct{ state, back string }{{"accepted", "/unaccept"}, {"ready", "/unready"}, {"handed_over", "/takeback"}} {
			press("form:has(.big)")
			if !page.Has(second[:len(second)-1]+".done") || !page.Has(second+"form[action$='"+done.back+"']") {
				t.Errorf("%s: it is not shown as %s, with the way back", code, done.state)
			}
			if page.Find(".ord.done").Length() != 1 || !strings.Contains(page.Text("#toasts .toast"), number) {
				t.Errorf("%s: %q does not say which order", code, page.Text("#toasts .toast"))
			}
		}
		for _, back := range []string{"/takeback"} {
			press("form[action$='" + back + "']")
		}
		if page.Has(".ord.done") || member.Get("/"+code+"/seller/orders?show=ready").Find(".ord").Length() != 1 {
			t.Errorf("%s: what was taken back is done", code)
		}
		// For the next language, as at first.
		part := strings.TrimPrefix(stood[1], "part-")
		if _, err := m.DB.Exec(`update sub_orders set state = 'placed' where id = $1`, part); err != nil {
			t.Fatal(err)
		}
	}
	// Others' parts and nonsense are not on her list.
	theirs := partOf(t, m, m.Oil).ID.String()
	if page := member.Get("/fr/seller/orders?stay=" + theirs + ".x..").Want(http.StatusOK); len(cards(page)) != 3 {
		t.Errorf("there stand %v", cards(page))
	}
}

func TestAllThatStandsOnTheScreenIsDoneAtOnce(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	var placed []order.Placed
	for range 4 {
		placed = append(placed, m.Order())
	}
	member, l := m.SignIn(m.Honey.Member), m.Languages.Locale("fr")
	first := member.Get("/fr/seller").Want(http.StatusOK)
	later := m.Order() // nobody has seen it on that page
	if _, err := m.Orders.PartsOf(t.Context(), m.Honey.ID, nil, nil, 10); err != nil {
		t.Fatal(err)
	}
	if err := m.Orders.CancelByBuyer(t.Context(), placed[2].Token); err != nil {
		t.Fatal(err)
	}
	page := member.Submit(first, "main form[action$='/accept']", nil).Want(http.StatusConflict)
	if told := page.Text("[role=alert] [data-refused]"); page.Find("[data-refused]").Length() != 1 || !strings.Contains(told, placed[2].Order.Number) ||
		!strings.Contains(told, l.T(order.PartCancelled.Key())) || page.Text("[data-moved]") != l.N("seller.orders.all_accept", 3) {
		t.Errorf("of those that were not accepted it says %q, of the others %q", told, page.Text("[data-moved]"))
	}
	states := func() (all []string) {
		t.Helper()
		for _, p := range append(slices.Clone(placed), later) {
			o, err := m.Orders.ForAssociation(t.Context(), p.Order.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range o.Parts {
				if part.Cooperative.ID == m.Honey.ID {
					all = append(all, string(part.State))
				}
			}
		}
		return all
	}
	if got := states(); !slices.Equal(got, []string{"accepted", "accepted", "cancelled", "accepted", "placed"}) {
		t.Fatalf("they are %v", got)
	}
	// From there it is one press each until they are with the association.
	page = member.Get("/fr/seller/orders").Want(http.StatusOK)
	for _, move := range []string{"ready", "handover"} {
		page = member.Submit(page, "main form[action$='/seller/orders/"+move+"']", nil).Want(http.StatusOK)
		if said := page.Text("#toasts .toast"); said != l.N("seller.orders.all_"+move, 3) {
			t.Errorf("%s says %q", move, said)
		}
	}
	if got := states(); !slices.Equal(got, []string{"handed_over", "handed_over", "cancelled", "handed_over", "placed"}) {
		t.Errorf("they are %v", got)
	}
	if page.Find(".ord.done").Length() != 3 {
		t.Errorf("%d are shown as done", page.Find(".ord.done").Length())
	}
	// Another cooperative's are none of hers, and nothing is done with hers then either.
	mine := ""
	for _, id := range cards(member.Get("/fr/seller/orders")) {
		mine = strings.TrimPrefix(id, "part-")
	}
	member.Post("/fr/seller/orders/accept", url.Values{"seen": {"placed"}, "part": {mine, partOf(t, m, m.Oil).ID.String()}}).Want(http.StatusNotFound)
	member.Post("/fr/seller/orders/decline", url.Values{"seen": {"placed"}, "part": {mine}}).Want(http.StatusNotFound)
	member.Post("/fr/seller/orders/accept", url.Values{"seen": {"placed"}}).Want(http.StatusUnprocessableEntity)
	member.Post("/fr/seller/orders/accept", url.Values{"seen": {"placed"}, "part": slices.Repeat([]string{mine}, 51)}).Want(http.StatusUnprocessableEntity)
	if got := states(); got[4] != "placed" {
		t.Errorf("it is %s", got[4])
	}
}

// What is accepted at home is said there, and all of it is taken back by one press.
func TestWhatIsAcceptedAtHomeIsTakenBackThere(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	for range 3 {
		m.Order()
	}
	member, l := m.SignIn(m.Honey.Member), m.Languages.Locale("fr")
	counted := func(state order.PartState) int {
		t.Helper()
		counts, err := m.Orders.CountParts(t.Context(), m.Honey.ID)
		if err != nil {
			t.Fatal(err)
		}
		return counts[state]
	}
	page := member.Submit(member.Get("/fr/seller").Want(http.StatusOK), "main form[action$='/accept']", nil).Want(http.StatusOK)
	if !strings.HasPrefix(page.Path, "/fr/seller?done=") || page.Text("#toasts .toast") != l.N("seller.orders.all_accept", 3) || page.Text("#done b") != l.N("seller.orders.all_accept", 3) || counted(order.PartAccepted) != 3 {
		t.Errorf("at %s it says %q and %q, and %d are accepted", page.Path, page.Text("#toasts .toast"), page.Text("#done b"), counted(order.PartAccepted))
	}
	page = member.Submit(page, "#done form", nil).Want(http.StatusOK)
	if page.Path != "/fr/seller" || page.Text("#toasts .toast") != strings.ReplaceAll(l.N("seller.orders.all_unaccept", 3), "\u00a0", " ") || page.Has("#done") || !page.Has("button#accept") || counted(order.PartPlaced) != 3 {
		t.Errorf("at %s it says %q, and %d wait", page.Path, page.Text("#toasts .toast"), counted(order.PartPlaced))
	}
}

// cards are the ids of the parts on a list, in their order.
func cards(page *storetest.Page) (ids []string) {
	page.Find(".ord[id]").Each(func(_ int, card *goquery.Selection) { ids = append(ids, card.AttrOr("id", "")) })
	return ids
}

func TestWhatIsLateAndWhatIsOfTodayGoByTheMarketsClock(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	m.Order()
	member := m.SignIn(m.Honey.Member)
	page := member.Get("/fr/seller/orders").Want(http.StatusOK)
	member.Post(action(page, ".ord form[action]"), formOf(page, ".ord form[action]")).Want(http.StatusOK)
	lists := map[string]string{"/fr/seller/orders": ".ord .bdg.bad", "/fr/seller/orders/" + partOf(t, m, m.Honey).ID.String(): "main .bdg.bad"}
	for path, late := range lists {
		if member.Get(path).Has(late) {
			t.Errorf("%s says at once that an order is late", path)
		}
	}
	if _, err := m.DB.Exec(`update products set authorisation_expires_on = current_date + 10 where cooperative_id = $1 and authorisation <> ''`, m.Couscous.ID); err != nil {
		t.Fatal(err)
	}
	ends := m.SignIn(m.Couscous.Member).Get("/fr/seller").Text("#missing + .note h3")
	named := member.Get("/fr/seller/products/export.csv").Header.Get("Content-Disposition")
	m.Pass(20 * 24 * time.Hour)
	member = m.SignIn(m.Honey.Member)
	for path, late := range lists {
		if !member.Get(path).Has(late) {
			t.Errorf("%s does not say that an order is late", path)
		}
	}
	if ended := m.SignIn(m.Couscous.Member).Get("/fr/seller").Text("#missing + .note h3"); ended == ends || ended == "" {
		t.Errorf("an authorisation that ended is told of by %q", ended)
	}
	if later := member.Get("/fr/seller/products/export.csv").Header.Get("Content-Disposition"); later == named || later == "" {
		t.Errorf("a file of another day is named %s", later)
	}
}

func TestCooperativeSeesItsOwnPartAndNoMoreOfTheBuyerThanItNeeds(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	m.Order()
	for _, seller := range []storetest.Seller{m.Honey, m.Oil, m.Couscous} {
		member := m.SignIn(seller.Member)
		part := partOf(t, m, seller)
		for _, language := range languages {
			for _, path := range []string{"/seller", "/seller/orders", "/seller/orders/" + part.ID.String()} {
				body := string(member.Get("/" + language + path).Want(http.StatusOK).Body)
				for _, secret := range []string{"661234567", "حي السلام", "قرب المسجد"} {
					if strings.Contains(body, secret) {
						t.Errorf("%s %s tells %s", seller.Slug, path, secret)
					}
				}
				for _, other := range []storetest.Seller{m.Honey, m.Oil, m.Couscous} {
					if other.ID != seller.ID && strings.Contains(body, other.Products[0].ID.String()) {
						t.Errorf("%s %s shows what %s sells", seller.Slug, path, other.Slug)
					}
				}
			}
		}
		page := member.Get("/fr/seller/orders/" + part.ID.String())
		if got := page.Text("main"); !strings.Contains(got, "نادية") || !strings.Contains(got, "Berkane") {
			t.Errorf("%s does not know for whom", seller.Slug)
		}
	}
}

func TestDecliningAsksForAReasonAndWhatIsNotThereIsNotForSaleAgain(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	m.Order()
	member := m.SignIn(m.Honey.Member)
	part := partOf(t, m, m.Honey)
	list := member.Get("/fr/seller/orders").Want(http.StatusOK)
	opener := list.Find(".ord a[data-dialog]").AttrOr("href", "")
	dialog := list.Find("dialog" + opener)
	path, _, _ := strings.Cut(dialog.Find("form").AttrOr("action", ""), "#")

	for form, field := range map[*url.Values]string{
		{}:                                     "fieldset.err .errmsg",
		{"reason": {"eat"}}:                    "fieldset.err .errmsg",
		{"reason": {"other"}, "words": {"  "}}: ".f.err .errmsg",
		{"reason": {"sold_out"}, "words": {strings.Repeat("ع", 201)}}: ".f.err .errmsg",
	} {
		page := member.Post(path, *form).Want(http.StatusUnprocessableEntity)
		if !page.Has("dialog"+opener+" "+field) || !page.Has("dialog"+opener+" .note.bad") {
			t.Errorf("%v: the dialog does not say what is missing", *form)
		}
	}
	if m.Stock(m.Honey.Products[0].ID) != 18 {
		t.Fatal("it was declined without a reason")
	}
	open := member.Get("/fr/seller/orders/" + part.ID.String()).Want(http.StatusOK)
	for reason, want := range map[string]string{"sold_out": "seller.decline.stock_lost", "damaged": "seller.decline.stock_lost", "no_time": "seller.decline.stock_back", "other": "seller.decline.stock_back"} {
		if said := open.Text("label.pick:has([value=" + reason + "]) .hint"); said != m.Languages.Locale("fr").T(want) {
			t.Errorf("of the goods it is said for %s: %q", reason, said)
		}
	}
	page := member.Submit(open, "form[action*='/decline']", url.Values{"reason": {"sold_out"}, "words": {"الموسم انتهى"}}).Want(http.StatusOK)
	if said, want := page.Text(".toast"), m.Languages.Locale("fr").T("seller.orders.declined_lost", "Number", part.Number); said != want {
		t.Errorf("of what is not there it is said: %q", said)
	}
	if left := m.Stock(m.Honey.Products[0].ID); left != 18 {
		t.Errorf("what is not there is for sale again: %d", left)
	}
	if got := page.Text("main"); !strings.Contains(got, "Il n’en reste plus · الموسم انتهى") {
		t.Errorf("the reason is not on record: %s", got)
	}
	if got, want := page.Text("[data-nothing-due]"), m.Languages.Locale("fr").T("seller.orders.nothing_due"); !strings.Contains(got, want) || page.Has("dl.tot .sum") {
		t.Errorf("of what is due it is said: %q", got)
	}
	declined, err := m.Orders.PartOf(context.Background(), m.Honey.ID, part.ID)
	if err != nil || declined.State != order.PartDeclined {
		t.Errorf("it is %s: %v", declined.State, err)
	}
}

func TestWhatIsDeclinedForLackOfTimeIsForSaleAgain(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	m.Order()
	member := m.SignIn(m.Honey.Member)
	part := partOf(t, m, m.Honey)
	open := member.Get("/fr/seller/orders/" + part.ID.String()).Want(http.StatusOK)
	page := member.Submit(open, "form[action*='/decline']", url.Values{"reason": {"no_time"}}).Want(http.StatusOK)
	if said, want := page.Text(".toast"), m.Languages.Locale("fr").T("seller.orders.done_decline", "Number", part.Number); said != want {
		t.Errorf("of what is there it is said: %q", said)
	}
	if left := m.Stock(m.Honey.Products[0].ID); left != 20 {
		t.Errorf("%d are for sale", left)
	}
}

func TestADeclineSentAgainWithAnotherReasonIsNotSaidToHaveHappened(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	m.Order()
	member := m.SignIn(m.Honey.Member)
	part := partOf(t, m, m.Honey)
	open := member.Get("/fr/seller/orders/" + part.ID.String()).Want(http.StatusOK)
	for range 2 {
		member.Submit(open, "form[action*='/decline']", url.Values{"reason": {"no_time"}}).Want(http.StatusOK)
	}
	for _, other := range []url.Values{{"reason": {"damaged"}}, {"reason": {"other"}, "words": {"Voyage"}}} {
		if page := member.Submit(open, "form[action*='/decline']", other).Want(http.StatusConflict); page.Has(".toast") {
			t.Errorf("%v: %s", other, page.Text(".toast"))
		}
	}
	if left := m.Stock(m.Honey.Products[0].ID); left != 20 {
		t.Errorf("%d are for sale", left)
	}
}

func TestAMemberPreparesFewerThanWereOrdered(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	placed := m.Order().Order
	member := m.SignIn(m.Honey.Member)
	part := partOf(t, m, m.Honey)
	page := member.Get("/fr/seller/orders/" + part.ID.String()).Want(http.StatusOK)
	dialog := "dialog#short-" + part.Lines[0].ID.String()
	path, _, _ := strings.Cut(page.Find(dialog+" form").AttrOr("action", ""), "#")
	send := func(have, reason string) *storetest.Page {
		form := formOf(page, dialog+" form")
		form.Set("have", have)
		form.Set("reason", reason)
		return member.Post(path, form)
	}
	for _, have := range []string{"", "x", "-1", "1,5", "2", "3", "999999999999", "0"} { // of two; with none the part is declined
		refused := send(have, "missing").Want(http.StatusUnprocessableEntity)
		if !refused.Has(dialog+" .f.err .errmsg") || !refused.Has(dialog+" .note.bad") || refused.Find(dialog+" [name=have]").AttrOr("value", "") != have {
			t.Errorf("%q is not told as wrong, or not kept", have)
		}
	}
	if refused := send("1", "weight").Want(http.StatusUnprocessableEntity); !refused.Has(dialog + " fieldset.err .errmsg") {
		t.Error("that is no reason of hers")
	}
	if now := partOf(t, m, m.Honey); now.Lines[0].Quantity != 2 {
		t.Fatalf("%d pieces are left", now.Lines[0].Quantity)
	}
	for range 2 { // the second time it is the same
		if done := send("1", "missing").Want(http.StatusOK); done.Path != "/fr/seller/orders/"+part.ID.String() {
			t.Errorf("it leads to %s", done.Path)
		}
	}
	whole, err := m.Orders.ForAssociation(t.Context(), placed.ID)
	if err != nil {
		t.Fatal(err)
	}
	if now := partOf(t, m, m.Honey); now.Lines[0].Quantity != 1 || whole.Due != placed.Due-part.Lines[0].Price {
		t.Errorf("%d pieces are left, due %s", now.Lines[0].Quantity, whole.Due)
	}
	page.Find(dialog+" [name=key]").SetAttr("value", placed.ID.String())
	if old := send("0", "damaged").Want(http.StatusConflict); !old.Has("[data-notice]") || old.Text("[data-typed] bdi") != "0" {
		t.Error("what was typed on an old page is not shown")
	}
	form := formOf(page, dialog+" form")
	form.Set("line", partOf(t, m, m.Couscous).Lines[0].ID.String())
	form.Set("have", "1")
	form.Set("reason", "missing")
	member.Post(path, form).Want(http.StatusNotFound)
	tracking := m.Visitor().Get("/fr/orders/" + m.Orders.Token(placed.ID, placed.Link)).Want(http.StatusOK).Text("main")
	if !strings.Contains(tracking, "sur 2 commandés") {
		t.Error("the buyer does not see that one piece does not come")
	}
}

// What the association takes off her part is said on its card and on its page, with the sale as it was and as it is.
func TestAMemberReadsWhyHerSaleIsLess(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	placed := m.Order().Order
	part := partOf(t, m, m.Honey)
	off := order.Adjustment{Line: part.Lines[0].ID, Amount: 10_50, Reason: order.ReasonWeight, Key: placed.ID}
	if err := m.Orders.Adjust(t.Context(), placed.ID, off, m.ByAssociation()); err != nil {
		t.Fatal(err)
	}
	part = partOf(t, m, m.Honey)
	member := m.SignIn(m.Honey.Member)
	for _, lang := range storetest.Languages() {
		l := m.Languages.Locale(lang)
		want := l.T("seller.orders.changed", "Day", l.Date(part.Changed.At), "Why", l.T("order.note.weight"), "Sale", l.Money(229_50), "Was", l.Money(240_00))
		for _, path := range []string{"/seller/orders", "/seller/orders/" + part.ID.String()} {
			if got := member.Get("/" + lang + path).Want(http.StatusOK).Text("[data-changed]"); got != strings.ReplaceAll(want, "\u00a0", " ") {
				t.Errorf("%s%s says %q, want %q", lang, path, got, want)
			}
		}
	}
	preparer := m.SignIn(m.Hire(account.Preparer, m.Honey))
	if preparer.Get("/fr/seller/orders").Want(http.StatusOK).Has("[data-changed]") {
		t.Error("who may not see amounts reads them")
	}
}

func TestWhoComesSecondIsToldCalmly(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	m.Order()
	part := partOf(t, m, m.Honey)
	first, second := m.SignIn(m.Honey.Member), m.SignIn(m.Hire(account.Manager, m.Honey))
	path := "/en/seller/orders/" + part.ID.String()
	shown := second.Get(path)
	first.Submit(first.Get(path), "form[action$='/accept']", nil).Want(http.StatusOK)
	page := second.Submit(shown, "form[action$='/accept']", nil).Want(http.StatusConflict)
	if said := page.Text("[data-notice]"); said != "This order has changed meanwhile. Here is how it stands." {
		t.Errorf("it says %q", said)
	}
	if !strings.Contains(page.Text(".ord button.big"), "The order is ready") {
		t.Error("the next step is not offered")
	}
	// What she has written for it is not lost.
	declined := second.Post(path+"/decline", url.Values{"seen": {"placed"}, "reason": {"other"}, "words": {"the bees are ill"}}).Want(http.StatusConflict)
	if said := declined.Text("[role=alert] [data-typed]"); !strings.HasSuffix(said, "the bees are ill") {
		t.Errorf("of what was typed it shows %q", said)
	}
}

func TestWhatIsPickedUpIsToldAsThat(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	o := m.Order()
	m.DB.MustExec(`update orders set delivery = 'pickup' where id = $1`, o.Order.ID)
	member := m.SignIn(m.Honey.Member)
	for _, code := range storetest.Languages() {
		l := m.Languages.Locale(code)
		list := member.Get("/" + code + "/seller/orders").Want(http.StatusOK)
		page := member.Get(list.Find(".ord a[href*='/seller/orders/']").First().AttrOr("href", "")).Want(http.StatusOK)
		if said := page.Find("[data-days]").Prev().Text(); said != l.T("seller.order.days_pickup") {
			t.Errorf("%s: its days are called %q", code, said)
		}
	}
	if said := member.Get("/fr/seller").Want(http.StatusOK).Text("main"); !strings.Contains(said, "Réponse attendue avant le ") {
		t.Errorf("at home it says %q", said)
	}
}

func TestTheSlipThatIsPrintedKeepsHerShareToHerself(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	m.Order()
	member := m.SignIn(m.Honey.Member)
	for _, code := range storetest.Languages() {
		l := m.Languages.Locale(code)
		list := member.Get("/" + code + "/seller/orders").Want(http.StatusOK)
		slip := member.Get(list.Find(".ord a[href*='/seller/orders/']").First().AttrOr("href", "")).Want(http.StatusOK)
		for _, page := range []*storetest.Page{list, slip} {
			if shown := page.Text("main"); !strings.Contains(shown, l.T("seller.orders.share")) {
				t.Errorf("%s: she is not shown her share", page.Path)
			}
			page.Doc.Find(".noprint, dialog").Remove()
			if printed := page.Text("main"); strings.Contains(printed, l.Currency()) || strings.Contains(printed, l.T("seller.orders.share")) {
				t.Errorf("%s prints money: %s", page.Path, printed)
			}
		}
	}
}

// What a card is called by is what comes next and until when, or what has become of it and since when; never the day on
// which it was ordered.
func TestACardIsCalledByWhatComesNextAndUntilWhen(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	placed := m.Order()
	l := m.Languages.Locale("fr")
	part := partOf(t, m, m.Honey)
	member := m.SignIn(m.Honey.Member)
	called := func(show, want string) {
		t.Helper()
		for _, path := range []string{"/fr/seller/orders?show=" + show, "/fr/seller/orders/" + part.ID.String()} {
			if got := member.Get(path).Want(http.StatusOK).Text("[data-promise]"); got != want {
				t.Errorf("%s is called %q, want %q", path, got, want)
			}
		}
	}
	called("", "Répondez avant le "+l.DateTime(placed.Order.ExpiresAt))
	if got := member.Get("/fr/seller").Text(".lead"); strings.Contains(got, l.Date(placed.Order.DeliverTo)) {
		t.Errorf("her first page says %q, which is the buyer's last day", got)
	}
	move := func(moves ...order.Move) order.CooperativePart {
		t.Helper()
		for _, to := range moves {
			if err := m.Orders.Move(t.Context(), to, part.ID, m.ByCooperative(m.Honey.ID)); err != nil {
				t.Fatal(err)
			}
		}
		now, err := m.Orders.PartOf(t.Context(), m.Honey.ID, part.ID)
		if err != nil {
			t.Fatal(err)
		}
		if !now.HandOverBy.Before(now.DeliverTo) {
			t.Errorf("handed over by %s, with the buyer by %s", now.HandOverBy, now.DeliverTo)
		}
		return now
	}
	by := "À remettre le " + l.Date(move(order.MoveAccept).HandOverBy) + " au plus tard"
	called("", by)
	move(order.MoveReady)
	called("ready", by)
	if member.Get("/fr/seller/orders?show=ready").Want(http.StatusOK).Has("[data-came]") {
		t.Error("what lies by urgency says when it came")
	}
	since := l.Date(move(order.MoveHandOver).Since)
	called("handed_over", "Remise à l’association le "+since)
	if got, want := member.Get("/fr/seller/orders?show=handed_over").Text("[data-came]"), "reçue le "+l.Date(placed.Order.PlacedAt); got != want {
		t.Errorf("what lies by when it came says %q, want %q", got, want)
	}

	for _, other := range placed.Order.Parts {
		for _, to := range []order.Move{order.MoveAccept, order.MoveReady, order.MoveHandOver} {
			if other.ID == part.ID {
				continue
			}
			if err := m.Orders.Move(t.Context(), to, other.ID, m.ByCooperative(other.Cooperative.ID)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, to := range []order.Move{order.MoveDispatch, order.MoveDeliver} {
		if err := m.Orders.Move(t.Context(), to, placed.Order.ID, m.ByAssociation()); err != nil {
			t.Fatal(err)
		}
	}
	called("past", "Livrée le "+since)
}
