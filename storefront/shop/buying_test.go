package shop_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/gate"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/storefront/storetest"
)

// put puts a product into the basket from its page, as the button does.
func put(c *storetest.Client, language string, id uuid.UUID, quantity string) *storetest.Page {
	return c.Post("/"+language+"/basket/lines", url.Values{"product": {id.String()}, "quantity": {quantity}})
}

// filled is the checkout's form as a browser would send it, with the given fields typed over it.
func filled(page *storetest.Page, typed map[string]string) url.Values {
	form := url.Values{}
	for _, input := range page.Find("#checkout input[name]").EachIter() {
		if input.AttrOr("type", "") == "radio" {
			if _, checked := input.Attr("checked"); !checked {
				continue
			}
		}
		form.Set(input.AttrOr("name", ""), input.AttrOr("value", ""))
	}
	form.Set("place", page.Doc.Find("#checkout select[name=place] option[selected]").AttrOr("value", ""))
	form.Set("note", page.Find("#checkout textarea").Text())
	for name, value := range typed {
		form.Set(name, value)
	}
	return form
}

var nadia = map[string]string{"name": "نادية العلوي", "phone": "06 61 23 45 67", "place": "berkane", "address": "حي السلام، زنقة 4"}

func TestABuyersWholeWayWithoutTheScript(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	for _, language := range languages {
		t.Run(language, func(t *testing.T) {
			buyer := m.Visitor()
			lang := "/" + language
			before := m.Stock(m.Couscous.Products[0].ID)

			// She finds honey by searching and puts it into the basket from its card.
			results := buyer.Get(lang + "/products?q=3sel").Want(http.StatusOK)
			card := results.Find(".card form").First()
			added := buyer.Post(card.AttrOr("action", ""), url.Values{"product": {m.Honey.Products[0].ID.String()}})
			added.Want(http.StatusOK)
			if !added.Has("#toasts .toast") || added.Text("[data-count]") != "1" {
				t.Error("nothing says that it is in the basket")
			}
			put(buyer, language, m.Oil.Products[0].ID, "2").Want(http.StatusOK)
			put(buyer, language, m.Couscous.Products[0].ID, "3").Want(http.StatusOK)

			basket := buyer.Get(lang + "/basket").Want(http.StatusOK)
			if n := basket.Find(".shop").Length(); n != 3 {
				t.Fatalf("%d cooperatives in the basket, not 3", n)
			}
			if total := basket.Text("dd.sum"); !strings.Contains(total, "375") {
				t.Errorf("the total with delivery is %q, not 120 + 160 + 75 + 20", total)
			}

			// She forgets her quarter and mistypes her telephone.
			checkout := buyer.Get(basket.Find(".side a.btn").AttrOr("href", "")).Want(http.StatusOK)
			form := filled(checkout, nadia)
			form.Set("phone", "06 61 23 45")
			form.Set("address", "")
			wrong := buyer.Post(lang+"/checkout", form).Want(http.StatusUnprocessableEntity)
			if n := wrong.Find("[autofocus]").Length(); n != 1 || !wrong.Has("#f-phone[autofocus]") {
				t.Errorf("she begins at %d places, or not at her telephone", n)
			}
			for _, field := range []string{"phone", "address"} {
				if !wrong.Has("#f-"+field+"[aria-invalid=true]") || !wrong.Has("#f-"+field+"-error") {
					t.Errorf("nothing is said beside %s", field)
				}
			}
			if wrong.Find("#f-name").AttrOr("value", "") != nadia["name"] || wrong.Find("#f-phone").AttrOr("value", "") != "06 61 23 45" ||
				wrong.Find("#f-place option[selected]").AttrOr("value", "") != "berkane" {
				t.Error("what she typed is lost")
			}
			if m.Stock(m.Couscous.Products[0].ID) != before {
				t.Error("something was taken although nothing was ordered")
			}

			// Then it goes through, and the page is the order's own.
			form = filled(wrong, nadia)
			tracking := buyer.Post(lang+"/checkout", form).Want(http.StatusOK)
			if !strings.Contains(tracking.Path, "/orders/") || !tracking.Has(".note.ok") {
				t.Fatalf("she is at %s", tracking.Path)
			}
			if n := tracking.Find("[data-part-state=placed]").Length(); n != 3 {
				t.Errorf("%d parts are shown, not 3", n)
			}
			if due := tracking.Text("#due"); !strings.Contains(due, "375") {
				t.Errorf("to pay: %q", due)
			}
			if strings.Contains(tracking.Path, tracking.Text("#number")) {
				t.Error("the order's number opens it")
			}
			if got := m.Stock(m.Couscous.Products[0].ID); got != before-3 {
				t.Errorf("%d kilos of couscous are left of %d", got, before)
			}
			if got := tracking.Header.Get("Cache-Control"); got != "no-store" {
				t.Errorf("Cache-Control %q", got)
			}

			// A second click on the button, or a page sent again, is the same order.
			again := buyer.Post(lang+"/checkout", form).Want(http.StatusOK)
			if again.Path != tracking.Path {
				t.Errorf("the same form twice leads to %s and %s", tracking.Path, again.Path)
			}
			if empty := buyer.Get(lang + "/basket").Want(http.StatusOK); !empty.Has(".empty") {
				t.Error("the basket is not empty")
			}

			// She cancels, and everything is back.
			cancelled := buyer.Post(strings.SplitN(tracking.Path, "?", 2)[0]+"/cancel", nil).Want(http.StatusOK)
			if n := cancelled.Find("[data-part-state=cancelled]").Length(); n != 3 {
				t.Errorf("%d parts are cancelled, not 3", n)
			}
			if got := m.Stock(m.Couscous.Products[0].ID); got != before {
				t.Errorf("%d kilos of couscous are back of %d", got, before)
			}
			if cancelled.Has("#cancel") {
				t.Error("a cancelled order can be cancelled")
			}
			if cancelled.Has("#due") {
				t.Error("a cancelled order has a sum to pay")
			}
		})
	}
}

func TestTheScriptIsAnsweredInJSON(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	buyer := m.Visitor()
	asked := http.Header{"Accept": {"application/json"}, "Content-Type": {"application/x-www-form-urlencoded"}}
	add := func(form string) (status int, answer struct {
		Count, Quantity int
		Message         string
	}) {
		page := buyer.Do(http.MethodPost, "/fr/basket/lines", []byte(form), asked)
		if err := json.Unmarshal(page.Body, &answer); err != nil {
			t.Fatalf("%s: %v", page.Body, err)
		}
		return page.Status, answer
	}
	if status, got := add("product=" + m.Oil.Products[0].ID.String()); status != http.StatusOK || got.Count != 1 || got.Quantity != 1 || got.Message == "" {
		t.Errorf("the first litre: %d %+v", status, got)
	}
	if status, got := add("quantity=4&product=" + m.Oil.Products[0].ID.String()); status != http.StatusOK || got.Count != 5 || got.Quantity != 5 {
		t.Errorf("four more: %d %+v", status, got)
	}
	if status, got := add("quantity=3&product=" + m.Honey.Product(t, "M-2").ID.String()); status != http.StatusOK || got.Quantity != 1 || !strings.Contains(got.Message, "Il n’en reste que 1") {
		t.Errorf("three where there is one: %d %+v", status, got)
	}
	for form, want := range map[string]int{
		"product=" + m.Couscous.Product(t, "K-2").ID.String():                 http.StatusConflict,
		"product=" + uuid.NewString():                                         http.StatusNotFound,
		"quantity=0&product=" + m.Oil.Products[0].ID.String():                 http.StatusUnprocessableEntity,
		"quantity=99999999999999&product=" + m.Oil.Products[0].ID.String():    http.StatusUnprocessableEntity,
		"quantity=" + url.QueryEscape("<b>") + "&product=" + uuid.NewString(): http.StatusUnprocessableEntity,
	} {
		if status, got := add(form); status != want || got.Message == "" {
			t.Errorf("%s: %d %+v", form, status, got)
		}
	}
}

func TestTheBasketIsChangedLineByLine(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	buyer := m.Visitor()
	oil := m.Oil.Products[0]
	put(buyer, "fr", oil.ID, "2")
	line := "/fr/basket/lines/" + oil.ID.String()

	page := buyer.Post(line, url.Values{"set": {"3"}, "quantity": {"2"}}).Want(http.StatusOK)
	if got := page.Find("input[name=quantity]").AttrOr("value", ""); got != "3" {
		t.Errorf("the plus gives %s", got)
	}
	page = buyer.Post(line, url.Values{"quantity": {"400"}}).Want(http.StatusOK)
	if got := page.Find("input[name=quantity]").AttrOr("value", ""); got != "40" || !page.Has(".toast") {
		t.Errorf("400 where there are 40 gives %s", got)
	}
	for _, typed := range []string{"beaucoup", "1,5"} {
		page = buyer.Post(line, url.Values{"quantity": {typed}}).Want(http.StatusOK)
		if said := page.Text(".toast"); !strings.Contains(said, "un nombre entier de 1 à 999") {
			t.Errorf("%q is told %q", typed, said)
		}
	}
	page = buyer.Post(line, url.Values{"set": {"0"}, "quantity": {"40"}}).Want(http.StatusOK)
	if !page.Has(".empty") {
		t.Error("the line is still there")
	}
	undo := page.Find("form.note button")
	page = buyer.Post(line, url.Values{"set": {undo.AttrOr("value", "")}}).Want(http.StatusOK)
	if got := page.Find("input[name=quantity]").AttrOr("value", ""); got != "40" {
		t.Errorf("undone, there are %s", got)
	}
	if stranger := m.Visitor().Get("/fr/basket").Want(http.StatusOK); !stranger.Has(".empty") {
		t.Error("somebody else sees the basket")
	}
}

func TestAnOrderFromAPageThatDidNotShowItsPriceIsShownFirst(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	buyer := m.Visitor()
	put(buyer, "fr", m.Oil.Products[0].ID, "1")
	form := filled(buyer.Get("/fr/checkout?place=berkane&delivery=home").Want(http.StatusOK), nadia)
	for _, shown := range []string{"", "0", "-1", "beaucoup", "99999999999999999999"} {
		form.Set("shown", shown)
		page := buyer.Post("/fr/checkout", form).Want(http.StatusConflict)
		if again := filled(page, nil); again.Get("name") != nadia["name"] || again.Get("shown") == shown {
			t.Errorf("shown %q: the page has %v", shown, again)
		}
	}
}

func TestAUnitThatChangesUnderACheckoutIsShownFirst(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	buyer := m.Visitor()
	honey := m.Honey.Products[0]
	put(buyer, "fr", honey.ID, "2")
	put(buyer, "fr", m.Oil.Products[0].ID, "1")
	form := filled(buyer.Get("/fr/checkout").Want(http.StatusOK), nadia)
	if _, err := m.DB.Exec(`update products set unit_amount = 400, unit_code = 'g' where id = $1`, honey.ID); err != nil {
		t.Fatal(err)
	}
	page := buyer.Post("/fr/checkout", form).Want(http.StatusConflict)
	if said := page.Text("#problem"); !strings.Contains(said, "quantités par unité") || !strings.Contains(plain(page.Text("#checkout")), "400 g") {
		t.Errorf("it says %q", said)
	}
	buyer.Post("/fr/checkout", filled(page, nadia)).Want(http.StatusOK) // going on is a yes
}

func TestABasketThatChangesUnderACheckoutIsShownFirst(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	for _, language := range languages {
		buyer := m.Visitor()
		put(buyer, language, m.Honey.Products[0].ID, "2")
		form := filled(buyer.Get("/"+language+"/checkout").Want(http.StatusOK), nadia)
		put(buyer, language, m.Oil.Products[0].ID, "1") // in another tab
		page := buyer.Post("/"+language+"/checkout", form).Want(http.StatusConflict)
		want := strings.Join(strings.Fields(m.Languages.Locale(language).T("order.basket_changed")), " ")
		if got := page.Text("#problem"); got != want {
			t.Errorf("%s: it says %q, not %q", language, got, want)
		}
	}
}

func TestAPriceThatChangesUnderABasketIsToldBeforeItIsOrdered(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	buyer := m.Visitor()
	honey := m.Honey.Products[0]
	put(buyer, "fr", honey.ID, "2")
	put(buyer, "fr", m.Oil.Products[0].ID, "1")
	if buyer.Get("/fr/basket").Want(http.StatusOK).Has("#repriced") {
		t.Error("nothing has changed")
	}
	form := filled(buyer.Get("/fr/checkout").Want(http.StatusOK), nadia)
	dearer := honey.Price + 10_00
	if err := m.Catalog.SetPriceStock(t.Context(), m.Honey.ID, honey.ID, &dearer, nil, actor.OfCooperative(m.Honey.ID, m.Honey.Member.ID)); err != nil {
		t.Fatal(err)
	}
	refused := buyer.Post("/fr/checkout", form).Want(http.StatusConflict)
	for _, language := range languages {
		l := m.Languages.Locale(language)
		for _, page := range []*storetest.Page{buyer.Get("/" + language + "/basket").Want(http.StatusOK), buyer.Get("/" + language + "/checkout").Want(http.StatusOK)} {
			if told := page.Find("#repriced li"); told.Length() != 1 || !strings.Contains(told.Text(), l.Money(honey.Price)) || !strings.Contains(told.Text(), l.Money(dearer)) {
				t.Errorf("%s tells %q", page.Path, page.Text("#repriced"))
			}
		}
		if was := buyer.Get("/" + language + "/basket").Text("#line-" + honey.ID.String() + " [data-was]"); !strings.Contains(was, plain(l.Money(honey.Price))) && !strings.Contains(was, l.Money(honey.Price)) {
			t.Errorf("%s: the line says %q", language, was)
		}
	}
	if !refused.Has("#repriced") {
		t.Error("an old form is refused and does not say which price is another")
	}
	buyer.Post("/fr/checkout", filled(refused, nadia)).Want(http.StatusOK) // going on is a yes
	put(buyer, "fr", honey.ID, "1")
	if buyer.Get("/fr/basket").Want(http.StatusOK).Has("#repriced") {
		t.Error("what is put in anew is told of a price from before")
	}
}

func TestAnotherFeeThanWhenTheBasketWasFilledIsTold(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	stranger, buyer := m.Visitor(), m.Visitor()
	buyer.Post("/fr/place", url.Values{"place": {"berkane"}}).Want(http.StatusOK)
	for _, c := range []*storetest.Client{stranger, buyer} {
		put(c, "fr", m.Honey.Products[0].ID, "1")
		if c.Get("/fr/basket").Want(http.StatusOK).Has("[data-fee-was]") {
			t.Error("nothing has changed")
		}
	}
	if _, err := m.DB.Exec(`update delivery_zones set fee_centimes = fee_centimes + 700`); err != nil {
		t.Fatal(err)
	}
	for path, c := range map[string]*storetest.Client{"/fr/basket": stranger, "/en/basket": buyer, "/ar/checkout": buyer} {
		page := c.Get(path).Want(http.StatusOK)
		l := m.Languages.Locale(path[1:3])
		if told := plain(page.Text("[data-fee-was]")); !strings.Contains(told, plain(l.Money(20_00))) {
			t.Errorf("%s tells %q", path, told)
		}
	}
	if page := buyer.Get("/fr/checkout?place=casablanca&delivery=home").Want(http.StatusOK); page.Has("[data-fee-was]") {
		t.Error("of another place nobody knows what it cost")
	}
	put(buyer, "fr", m.Honey.Products[0].ID, "8") // delivery costs nothing for so much
	if page := buyer.Get("/fr/basket").Want(http.StatusOK); page.Has("[data-fee-was]") {
		t.Errorf("it costs nothing: %s", page.Text("#total"))
	}
}

func TestWhatRanOutMeanwhileIsShownBeforeAnythingIsOrdered(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	buyer := m.Visitor()
	put(buyer, "fr", m.Honey.Products[0].ID, "5")
	put(buyer, "fr", m.Oil.Products[0].ID, "1")
	form := filled(buyer.Get("/fr/checkout").Want(http.StatusOK), nadia)

	// While she types, the cooperative counts its honey again: two jars.
	two := 2
	if err := m.Catalog.SetPriceStock(t.Context(), m.Honey.ID, m.Honey.Products[0].ID, nil, &two, actor.OfCooperative(m.Honey.ID, m.Honey.Member.ID)); err != nil {
		t.Fatal(err)
	}
	page := buyer.Post("/fr/checkout", form).Want(http.StatusConflict)
	if !page.Has("#problem") || page.Find("#f-name").AttrOr("value", "") != nadia["name"] {
		t.Error("nothing is said, or what she typed is lost")
	}
	if !strings.Contains(page.Text("details"), "Il n’en reste que 2") {
		t.Errorf("what is left: %q", page.Text("details"))
	}
	if m.Stock(m.Oil.Products[0].ID) != 40 {
		t.Error("half of it was taken")
	}
	tracking := buyer.Post("/fr/checkout", filled(page, nadia)).Want(http.StatusOK)
	if due := strings.ReplaceAll(tracking.Text("#due"), "\u00a0", " "); due != "340 DH" {
		t.Errorf("two jars, a litre and delivery are %q", due)
	}
}

func TestThePriceOfDeliveryIsKnownBeforeOrdering(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	buyer := m.Visitor()
	put(buyer, "fr", m.Oil.Products[0].ID, "1")
	page := buyer.Get("/fr/checkout").Want(http.StatusOK)
	if label := page.Find("optgroup").First().AttrOr("label", ""); !strings.Contains(label, "20\u00a0DH") {
		t.Errorf("beside the places: %q", label)
	}
	chosen := buyer.Get("/fr/checkout?place=berkane&delivery=home").Want(http.StatusOK)
	if total := strings.ReplaceAll(chosen.Text("[data-part=totals] dd.sum"), "\u00a0", " "); total != "100 DH" {
		t.Errorf("a litre brought to Berkane is %q", total)
	}
	form := filled(chosen, nadia)
	form.Set("fee", "500") // as if the fee had been five dirhams when the page was made
	told := buyer.Post("/fr/checkout", form).Want(http.StatusConflict)
	if !strings.Contains(strings.ReplaceAll(told.Text("#problem"), "\u00a0", " "), "20 DH") {
		t.Errorf("the new price: %q", told.Text("#problem"))
	}
	picked := buyer.Post("/fr/checkout", filled(told, map[string]string{
		"name": "نادية", "phone": "0661234567", "place": "berkane", "address": "", "delivery": "pickup",
	})).Want(http.StatusOK)
	if due := strings.ReplaceAll(picked.Text("#due"), "\u00a0", " "); due != "80 DH" {
		t.Errorf("fetched at the association it is %q", due)
	}
	if said := picked.Text(".note.ok"); !strings.Contains(said, plain(m.Languages.Locale("fr").T("shop.track.thanks_pickup"))) {
		t.Errorf("whoever fetches it is told %q", said)
	}
}

func TestAFormThatWasOrderedWithDoesNotSwallowASecondOrder(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	for name, change := range map[string]struct {
		field, value string
		status       int
	}{
		"another name":       {"name", "ليلى العلوي", http.StatusConflict},
		"a number too short": {"phone", "06", http.StatusUnprocessableEntity},
		"another fee":        {"fee", "500", http.StatusConflict},
	} {
		buyer := m.Visitor()
		put(buyer, "fr", m.Oil.Products[0].ID, "1")
		form := filled(buyer.Get("/fr/checkout?place=berkane&delivery=home").Want(http.StatusOK), nadia)
		first := buyer.Post("/fr/checkout", form).Want(http.StatusOK)

		// She puts something else into the basket and comes back to the old page with her browser's button.
		put(buyer, "fr", m.Couscous.Products[0].ID, "2")
		form.Set(change.field, change.value)
		again := buyer.Post("/fr/checkout", form).Want(change.status)
		second := buyer.Post("/fr/checkout", filled(again, nadia)).Want(http.StatusOK)
		if !strings.HasPrefix(second.Path, "/fr/orders/") || second.Path == first.Path {
			t.Errorf("%s: the second order is %s, the first %s", name, second.Path, first.Path)
		}
	}
}

func TestWhoHoldsTooMuchIsToldWhatToDoAndLosesNothing(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	m.Bounds()
	order := func(phone string, product uuid.UUID, quantity string, status int) *storetest.Page {
		t.Helper()
		buyer := m.Visitor()
		put(buyer, "fr", product, quantity)
		form := filled(buyer.Get("/fr/checkout?place=berkane&delivery=home").Want(http.StatusOK), nadia)
		form.Set("phone", phone)
		page := buyer.Post("/fr/checkout", form).Want(status)
		if status != http.StatusOK {
			if got := page.Find("input[name=name]").AttrOr("value", ""); got != nadia["name"] {
				t.Errorf("the name that was typed is now %q", got)
			}
			if left := buyer.Get("/fr/basket").Want(http.StatusOK).Find("input[name=quantity]").AttrOr("value", ""); left != quantity {
				t.Errorf("the basket holds %q", left)
			}
		}
		return page
	}
	oil, fruit := m.Oil.Products[0], m.Oil.Product(t, "Z-2")
	told := order("0661234501", oil.ID, "33", http.StatusConflict).Text("#problem")
	if !strings.Contains(told, "Huile d’olive") || !strings.Contains(told, "32 au plus") {
		t.Errorf("of too much of one product: %q", told)
	}
	for range 5 {
		order("0661234502", fruit.ID, "1", http.StatusOK)
	}
	page := order("0661234502", fruit.ID, "1", http.StatusTooManyRequests)
	if told := page.Text("#problem"); !strings.Contains(told, "ce numéro") || page.Header.Get("Retry-After") != "3600" {
		t.Errorf("of too many orders: %q, %q", told, page.Header.Get("Retry-After"))
	}
	if _, err := m.DB.Exec(`update settings set decided = decided || '{"order_pieces": "10"}'`); err != nil {
		t.Fatal(err)
	}
	if told := order("0661234503", fruit.ID, "11", http.StatusUnprocessableEntity).Text("#problem"); !strings.Contains(told, "10 pièces") {
		t.Errorf("of too large an order: %q", told)
	}
}

func TestFreshGoodsDoNotGoFar(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	buyer := m.Visitor()
	put(buyer, "fr", m.Oil.Product(t, "Z-2").ID, "3")
	page := buyer.Get("/fr/checkout").Want(http.StatusOK)
	far := page.Find("optgroup").Last().Find("option").First().AttrOr("value", "")
	form := filled(page, nadia)
	form.Set("place", far)
	refused := buyer.Post("/fr/checkout", form).Want(http.StatusUnprocessableEntity)
	if !refused.Has("#f-place[aria-invalid=true]") {
		t.Error("nothing is said beside the place")
	}
	if refused.Find("#f-place option[selected]").AttrOr("value", "") != far {
		t.Error("the chosen place is lost")
	}
}

// Who cannot see the whole form at once is led from its top to each field that needs attention.
func TestWhatIsWrongWithTheFormLeadsToItsFields(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	buyer := m.Visitor()
	put(buyer, "ar", m.Oil.Products[0].ID, "1")
	form := filled(buyer.Get("/ar/checkout"), map[string]string{"name": "نادية العلوي", "phone": "06 61"})
	wrong := buyer.Post("/ar/checkout", form).Want(http.StatusUnprocessableEntity)
	var to []string
	wrong.Find("#problem li a").Each(func(_ int, link *goquery.Selection) {
		field := link.AttrOr("href", "")
		to = append(to, field)
		if !wrong.Has(field + "[aria-invalid=true]") {
			t.Errorf("%s is not where something is wrong", field)
		}
	})
	if got := strings.Join(to, " "); got != "#f-phone #f-place #f-address" {
		t.Errorf("it leads to %s", got)
	}
}

// Where delivery is free everywhere, the sum of the goods is what will be paid, before a place is chosen.
func TestTheTotalIsWholeWhereDeliveryIsFree(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	for quantity, want := range map[string]string{"1": "Total hors livraison", "7": "Total"} {
		buyer := m.Visitor()
		put(buyer, "fr", m.Oil.Products[0].ID, quantity)
		if got := buyer.Get("/fr/checkout").Want(http.StatusOK).Text("[data-part=totals] dt.sum"); got != want {
			t.Errorf("%s litres: the sum is called %q, not %q", quantity, got, want)
		}
	}
	fresh := m.Visitor() // goes no further than the province
	put(fresh, "fr", m.Oil.Product(t, "Z-2").ID, "50")
	if got := fresh.Get("/fr/checkout").Want(http.StatusOK).Text("[data-part=totals] dt.sum"); got != "Total" {
		t.Errorf("fruit for 600 DH: the sum is called %q", got)
	}
}

// What ran out meanwhile stays in sight, but nothing counts it any more.
func TestABasketCountsWhatCanBeOrdered(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	buyer := m.Visitor()
	put(buyer, "fr", m.Honey.Product(t, "M-2").ID, "1") // the last one
	put(buyer, "fr", m.Oil.Products[0].ID, "2")
	other := m.Visitor()
	put(other, "fr", m.Honey.Product(t, "M-2").ID, "1")
	other.Post("/fr/checkout", filled(other.Get("/fr/checkout?place=berkane&delivery=home"), nadia)).Want(http.StatusOK)

	page := buyer.Get("/fr/basket").Want(http.StatusOK)
	if text := page.Text(".tot dt:first-child"); text != "2 produits d’une coopérative" {
		t.Errorf("in the basket are %q", text)
	}
	if page.Text("[data-count]") != "2" || page.Find(".line").Length() != 2 || page.Find(".line .price").Length() != 1 {
		t.Errorf("the sold jar is counted, priced or gone: %q", page.Text("main"))
	}

	put(other, "fr", m.Honey.Product(t, "M-1").ID, "1")
	if _, err := m.DB.Exec(`update basket_lines set product_id = $1 where product_id = $2`, m.Couscous.Product(t, "K-2").ID, m.Honey.Product(t, "M-1").ID); err != nil {
		t.Fatal(err)
	}
	page = other.Get("/fr/basket").Want(http.StatusOK)
	if page.Has(".tot") || page.Has(`main a[href="/fr/checkout"]`) || !page.Has(`main a.btn[href="/fr/products"]`) {
		t.Errorf("a basket of which nothing is left: %q", page.Text("main"))
	}
}

func TestAnEmptyBasketIsNotOrdered(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	if page := m.Visitor().Get("/fr/checkout").Want(http.StatusOK); page.Path != "/fr/basket" {
		t.Errorf("an empty checkout leads to %s", page.Path)
	}
	form := url.Values{"key": {"k"}, "delivery": {"home"}, "payment": {"cash_on_delivery"}}
	for name, value := range nadia {
		form.Set(name, value)
	}
	if page := m.Visitor().Post("/fr/checkout", form).Want(http.StatusOK); page.Path != "/fr/basket" {
		t.Errorf("ordering nothing leads to %s", page.Path)
	}
}

// What an order asks of its buyer ends with it: one that has arrived was paid, one that was cancelled
// is no longer worth sharing.
func TestAnOrderThatIsOverAsksForNothing(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	open := m.Order()
	page := m.Visitor().Get("/fr/orders/" + open.Token).Want(http.StatusOK)
	if !page.Has("main a.btn[data-share]") || !strings.Contains(page.Text(".stops"), "Vous payez") || page.Has("#without") {
		t.Errorf("an order under way: %q", page.Text("main"))
	}
	for _, language := range languages { // nobody prepares what nobody has answered
		text := m.Visitor().Get("/" + language + "/orders/" + open.Token).Want(http.StatusOK).Text("main")
		if l := m.Languages.Locale(language); !strings.Contains(text, l.N("shop.track.asked", len(open.Order.Parts))) {
			t.Errorf("of an order that nobody has answered it says %q", text)
		}
	}

	placed := m.Order()
	for _, language := range languages { // nobody is on the way of what nobody has answered, nor to whoever has it
		l, path := m.Languages.Locale(language), "/"+language+"/orders/"+placed.Token
		if text := m.Visitor().Get(path).Text(".stops"); !strings.Contains(text, l.T("shop.track.bring")) || strings.Contains(text, l.T("shop.track.on_way")) ||
			!strings.Contains(text, l.Date(placed.Order.DeliverTo)) {
			t.Errorf("before it is on its way: %q", text)
		}
	}
	m.Dispatch(placed.Order)
	if text := m.Visitor().Get("/fr/orders/" + placed.Token).Text(".stops"); !strings.Contains(text, "Le livreur vient chez vous") {
		t.Errorf("on its way: %q", text)
	}
	if err := m.Orders.Move(t.Context(), order.MoveDeliver, placed.Order.ID, m.ByAssociation()); err != nil {
		t.Fatal(err)
	}
	delivered, err := m.Orders.ByToken(t.Context(), placed.Token)
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range languages {
		l, path := m.Languages.Locale(language), "/"+language+"/orders/"+placed.Token
		text := m.Visitor().Get(path).Text(".stops")
		if !strings.Contains(text, l.T("shop.track.brought", "Day", l.Date(delivered.DeliveredAt()))) || strings.Contains(text, l.T("shop.track.on_way")) ||
			!clock.Day(delivered.DeliveredAt()).Equal(delivered.DeliverTo) && strings.Contains(text, l.Date(delivered.DeliverTo)) {
			t.Errorf("delivered on %v, of what was to come by %v: %q", delivered.DeliveredAt(), delivered.DeliverTo, text)
		}
	}
	page = m.Visitor().Get("/fr/orders/" + placed.Token).Want(http.StatusOK)
	if text := page.Text(".stops"); !strings.Contains(text, "Vous avez payé") || strings.Contains(text, "Vous payez") {
		t.Errorf("delivered and paid: %q", text)
	}
	if !page.Has(`main a[href="/fr/pages/returns"]`) {
		t.Error("nothing tells how to send something back")
	}

	cancelled := m.Order()
	page = m.Visitor().Post("/fr/orders/"+cancelled.Token+"/cancel", nil).Want(http.StatusOK)
	if page.Has("main a[data-share]") || !page.Has(`main a.btn[href="/fr/products"]`) {
		t.Error("a cancelled order is to be shared, or leads nowhere")
	}
}

// A line that counts pieces of a size says the size, not what a price is for: «1 kg × 2», not «le kg × 2».
func TestTrackingSaysTheSizeOfWhatWasOrdered(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	page := m.Visitor().Get("/fr/orders/" + m.Order().Token).Want(http.StatusOK)
	text := strings.ReplaceAll(page.Text("[data-part-state]"), "\u00a0", " ")
	for _, line := range []string{"Miel de thym, 500 g × 2", "Huile d’olive, 1 l × 3", "Couscous de blé, 1 kg × 1"} {
		if !strings.Contains(strings.ToLower(text), strings.ToLower(line)) {
			t.Errorf("%q is not in %q", line, text)
		}
	}
}

func TestTrackingShowsHowFarEachCooperativeIs(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	placed := m.Order()
	ctx := t.Context()
	path := "/fr/orders/" + placed.Token
	parts := placed.Order.Parts
	accept := func(i int) {
		if err := m.Orders.Move(ctx, order.MoveAccept, parts[i].ID, m.ByCooperative(parts[i].Cooperative.ID)); err != nil {
			t.Fatal(err)
		}
	}
	accept(0)
	accept(1)
	if err := m.Orders.Move(ctx, order.MoveDecline, parts[2].ID, m.ByCooperative(parts[2].Cooperative.ID, "plus de couscous")); err != nil {
		t.Fatal(err)
	}
	page := m.Visitor().Get(path).Want(http.StatusOK)
	for state, n := range map[string]int{"accepted": 2, "declined": 1} {
		if got := page.Doc.Find("[data-part-state=" + state + "]").Length(); got != n {
			t.Errorf("%d parts are %s, not %d", got, state, n)
		}
	}
	if due := strings.ReplaceAll(page.Text("#due"), "\u00a0", " "); due != "480 DH" {
		t.Errorf("without the couscous she pays %q", due)
	}
	if text := page.Text("#without"); !strings.Contains(text, "Coopérative Sanabil") || strings.Contains(text, "Nahla") {
		t.Errorf("what does not come is %q", text)
	}
	if !page.Has("#cancel") {
		t.Error("she cannot cancel although nothing is ready")
	}
	if err := m.Orders.Move(ctx, order.MoveReady, parts[0].ID, m.ByCooperative(parts[0].Cooperative.ID)); err != nil {
		t.Fatal(err)
	}
	page = m.Visitor().Get(path).Want(http.StatusOK)
	if text := strings.ReplaceAll(page.Text("h1 + p"), "\u00a0", " "); !strings.HasPrefix(text, "Parts prêtes : 1 sur 2.") {
		t.Errorf("how far it is: %q", text)
	}
	if page.Has("#cancel") {
		t.Error("she can cancel although a part is ready")
	}
	late := m.Visitor().Post(path+"/cancel", nil).Want(http.StatusOK)
	if !late.Has(".toast") || late.Has("[data-part-state=cancelled]") {
		t.Error("cancelling too late does something, or says nothing")
	}
	m.Visitor().Get("/fr/orders/" + placed.Order.Number).Want(http.StatusNotFound)
}

func TestABuyerConfirmsByMailSharesWhatOnlyShowsAndOrdersAgain(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	for _, language := range languages {
		buyer := m.Visitor()
		put(buyer, language, m.Oil.Products[0].ID, "2")
		checkout := buyer.Get("/" + language + "/checkout?place=berkane&delivery=home").Want(http.StatusOK)
		checkout.Find("#hold")
		form := filled(checkout, nadia)
		form.Set("email", "nadia@@exemple")
		form = filled(buyer.Post("/"+language+"/checkout", form).Want(http.StatusUnprocessableEntity), nil)
		if form.Get("email") != "nadia@@exemple" {
			t.Errorf("the address that was typed is now %q", form.Get("email"))
		}
		form.Set("email", "nadia@exemple.invalid")
		placed := buyer.Post("/"+language+"/checkout", form).Want(http.StatusOK)
		if held := placed.Text("#held"); !strings.Contains(held, "nadia@exemple.invalid") {
			t.Errorf("it is held: %q", held)
		}
		own := "/" + language + strings.TrimPrefix(placed.Path, "/"+language)
		own, _, _ = strings.Cut(own, "?")
		for _, sent := range []bool{false, true} {
			if _, err := m.DB.Exec(`update holds set letter = $1`, sent); err != nil {
				t.Fatal(err)
			}
			if held := m.Visitor().Get(own).Want(http.StatusOK).Text("#held"); strings.Contains(held, "nadia@exemple.invalid") != sent {
				t.Errorf("a link was sent: %t; the page says %q", sent, held)
			}
		}

		// The link that is passed on shows the order, tells nothing of who ordered, and does nothing.
		share := strings.TrimPrefix(placed.Find("[data-share]").AttrOr("data-share", ""), m.URL)
		if share == own || strings.Contains(placed.Find("[data-share]").AttrOr("href", ""), url.QueryEscape(own)) {
			t.Errorf("what is shared is the buyer's own link")
		}
		friend := m.Visitor()
		seen := friend.Get(share).Want(http.StatusOK)
		if body := string(seen.Body); seen.Has("form[action$=cancel]") || strings.Contains(body, "السلام") || strings.Contains(body, "nadia@") {
			t.Errorf("whoever the link is passed on to sees %q", seen.Text("main"))
		}
		for _, move := range []string{"/cancel", "/again"} {
			friend.Post(share+move, nil).Want(http.StatusNotFound)
		}

		// The mail's link asks before it confirms.
		var id uuid.UUID
		if err := m.DB.Get(&id, `select order_id from holds order by at desc limit 1`); err != nil {
			t.Fatal(err)
		}
		token, err := m.Orders.Confirming(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		asked := m.Visitor().Get("/" + language + "/confirm/" + token).Want(http.StatusOK)
		asked.Find("form[action$='/confirm/" + token + "'] button")
		for _, amount := range []string{"#fee", "#due"} { // what she agrees to adds up, as on the order's page
			if here, there := asked.Text(amount), placed.Text(amount); here != there {
				t.Errorf("%s is %q where she confirms, %q on the order's page", amount, here, there)
			}
		}
		if again := m.Visitor().Get(own).Want(http.StatusOK); !again.Has("#held") {
			t.Error("opening the link has confirmed the order")
		}
		done := m.Visitor().Post("/"+language+"/confirm/"+token, nil).Want(http.StatusOK)
		if done.Path != own || done.Has("#held") || done.Text(".toast") == "" {
			t.Errorf("confirmed at %s", done.Path)
		}
		locale := m.Languages.Locale(language)
		confirmed, err := m.Orders.ForAssociation(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		when := confirmed.Events[len(confirmed.Events)-1].At
		settled := m.Visitor().Get("/" + language + "/confirm/" + token).Want(http.StatusOK)
		if settled.Has("form[action*=confirm]") {
			t.Error("it can be confirmed twice")
		}
		if said := settled.Text("#settled"); said != locale.T("shop.confirm.by_buyer", "When", locale.DateTime(when)) {
			t.Errorf("of an order that she has confirmed she is told %q", said)
		}
		if twice := m.Visitor().Post("/"+language+"/confirm/"+token, nil).Want(http.StatusOK); twice.Path != own || twice.Text(".toast") != done.Text(".toast") {
			t.Errorf("pressed twice it is answered at %s with %q", twice.Path, twice.Text(".toast"))
		}

		// What lapsed is ordered again with one button.
		if _, err := m.DB.Exec(`update orders set expires_at = now() - interval '1 hour' where id = $1`, id); err != nil {
			t.Fatal(err)
		}
		if err := m.Orders.Expire(t.Context(), id, time.Now()); err != nil {
			t.Fatal(err)
		}
		if said := m.Visitor().Get("/" + language + "/confirm/" + token).Want(http.StatusOK).Text("#settled"); said != locale.T("shop.confirm.over") {
			t.Errorf("of an order that is over she is told %q", said)
		}
		over := buyer.Get(own).Want(http.StatusOK)
		over.Find("#lapsed form[action$='/again'] button")
		basket := buyer.Post(own+"/again", nil).Want(http.StatusOK)
		if n := basket.Find("input[name=quantity]").AttrOr("value", ""); n != "2" || basket.Path != "/"+language+"/basket" {
			t.Errorf("ordering again leads to %s with %q", basket.Path, n)
		}
	}
}

func TestWhoMeetsTooManyOthersAtTheTillLosesNothing(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	for language, later := range map[string]string{"ar": "ضغط كبير", "fr": "réessayer", "en": "try again"} {
		buyer := m.Visitor()
		put(buyer, language, m.Oil.Products[0].ID, "2")
		form := filled(buyer.Get("/"+language+"/checkout?place=berkane&delivery=home").Want(http.StatusOK), nadia)
		room := m.Orders.Gate
		m.Orders.Gate = gate.New(gate.Limits{})
		page := buyer.Post("/"+language+"/checkout", form).Want(http.StatusServiceUnavailable)
		if told := page.Text("#problem"); !strings.Contains(told, later) || page.Header.Get("Retry-After") != "5" {
			t.Errorf("%s: of too many at once: %q, %q", language, told, page.Header.Get("Retry-After"))
		}
		again := filled(page, nil)
		if again.Get("name") != nadia["name"] || again.Get("phone") != nadia["phone"] {
			t.Errorf("%s: what was typed is now %v", language, again)
		}
		m.Orders.Gate = room
		if placed := buyer.Post("/"+language+"/checkout", again).Want(http.StatusOK); !strings.Contains(placed.Path, "/orders/") {
			t.Errorf("%s: the second time leads to %s", language, placed.Path)
		}
	}
}

func TestABuyerOfLastPiecesIsToldToCall(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	placed, err := m.Orders.Place(t.Context(), order.PlaceInput{
		Lines:    []order.Line{{ProductID: m.Oil.Products[0].ID, Quantity: 2}},
		Buyer:    order.Buyer{Name: "Nadia", Phone: "0661234567", Email: "nadia@exemple.invalid", Place: "berkane", Address: "السلام"},
		Delivery: delivery.Home, Payment: payment.CashOnDelivery, Locale: "fr", Source: order.Shop,
	})
	if err != nil {
		t.Fatal(err)
	}
	token, err := m.Orders.Confirming(t.Context(), placed.Order.ID)
	if err != nil {
		t.Fatal(err)
	}
	exec := func(statement string) {
		t.Helper()
		if _, err := m.DB.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	exec(`update holds set spare = 1`)
	exec(`update hold_totals set spare = 1`)
	exec(`update settings set decided = decided || '{"product_share": "1"}'`)
	says := func(shown, text string) bool { return strings.Contains(shown, strings.ReplaceAll(text, "\u00a0", " ")) }
	for _, language := range languages {
		texts, until := m.Languages.Locale(language), m.Languages.Locale(language).DateTime(placed.Order.ExpiresAt)
		held := m.Visitor().Get("/" + language + "/orders/" + placed.Token).Want(http.StatusOK).Text("#held")
		for _, want := range []string{until, texts.T("shop.track.held_last"), "nadia@exemple.invalid"} {
			if !says(held, want) {
				t.Errorf("%s: of last pieces %q does not say %q", language, held, want)
			}
		}
		confirm := "/" + language + "/confirm/" + token
		if asked := m.Visitor().Get(confirm).Want(http.StatusOK).Text("main"); !says(asked, texts.T("shop.confirm.text_last", "Until", until)) {
			t.Errorf("%s: the link's page says %q", language, asked)
		}
		pressed := m.Visitor().Post(confirm, nil).Want(http.StatusOK)
		if toast := pressed.Text(".toast"); !says(toast, texts.T("shop.confirm.last_pieces")) || !pressed.Has("#held") {
			t.Errorf("%s: while others hold the share the link says %q", language, toast)
		}
	}
	exec(`update settings set decided = decided || '{"product_share": "100"}'`)
	if m.Visitor().Post("/fr/confirm/"+token, nil).Want(http.StatusOK).Has("#held") {
		t.Error("what fits into the share by now is not confirmed")
	}
}

// What was wholly taken off comes from nobody.
func TestTrackingCountsOnlyThoseOfWhomSomethingComes(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	placed := m.Order()
	m.Deliver(placed.Order)
	for _, part := range placed.Order.Parts {
		if part.Cooperative.ID == m.Couscous.ID {
			l := part.Lines[0]
			back := order.RefundInput{Scope: order.RefundLine, Line: l.ID, Quantity: l.Quantity, Reason: order.ReasonMissing, Key: uuid.New()}
			if err := m.Orders.Refund(t.Context(), placed.Order.ID, back, m.ByAssociation()); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, code := range languages {
		l := m.Languages.Locale(code)
		page := m.Visitor().Get("/" + code + "/orders/" + placed.Token).Want(http.StatusOK)
		want := strings.Join(strings.Fields(l.N("shop.pieces", 5)+l.N("shop.from_coops", 2)), " ")
		if got := page.Text("main .tot"); !strings.Contains(got, want) {
			t.Errorf("%s: %q without %q", code, got, want)
		}
	}
}

// TestABrowserWithoutCookiesIsToldSo adds to a basket that is not kept, as the script does and without it.
func TestABrowserWithoutCookiesIsToldSo(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	form := url.Values{"product": {m.Honey.Products[0].ID.String()}}
	for _, code := range storetest.Languages() {
		said := m.Languages.Locale(code).T("web.no_cookies")
		page := m.Cookieless().Post("/"+code+"/basket/lines", form).Want(http.StatusForbidden)
		read := strings.Join(strings.Fields(said), " ")
		if got := page.Text("#no-cookies"); !strings.Contains(got, read) {
			t.Errorf("%s: at %s it says %q", code, page.Path, got)
		}
		script := http.Header{"Accept": {"application/json"}, "Content-Type": {"application/x-www-form-urlencoded"}}
		answer := struct{ Kept, Message string }{}
		added := m.Cookieless().Do(http.MethodPost, "/"+code+"/basket/lines", []byte(form.Encode()), script).Want(http.StatusOK)
		if err := json.Unmarshal(added.Body, &answer); err != nil || answer.Kept == "" {
			t.Fatalf("%v: %s", err, added.Body)
		}
		kept := m.Cookieless().Do(http.MethodGet, answer.Kept, nil, script).Want(http.StatusForbidden)
		if err := json.Unmarshal(kept.Body, &answer); err != nil || answer.Message != said {
			t.Errorf("%s: the script is told %q, %v", code, answer.Message, err)
		}
		in := url.Values{"login": {*m.Honey.Member.Email}, "password": {storetest.Password}}
		if door := m.Cookieless().Post("/"+code+"/signin", in).Want(http.StatusForbidden); !strings.Contains(door.Text("main .note.bad"), read) {
			t.Errorf("%s: who signs in is told %q", code, door.Text("main"))
		}

		// A browser that keeps them is where it was, and hears of none of it.
		buyer := m.Visitor()
		if page := buyer.Post("/"+code+"/basket/lines", form).Want(http.StatusOK); page.Path != "/"+code+"/basket" || page.Has("#no-cookies") || !page.Has(".toast") {
			t.Errorf("%s: she is at %s", code, page.Path)
		}
		if page := m.Visitor().Post("/"+code+"/signin", in).Want(http.StatusOK); page.Path != "/"+code+"/seller" {
			t.Errorf("%s: who signs in is at %s", code, page.Path)
		}
		if page := buyer.Get("/" + code + "/basket?kept=//evil.test").Want(http.StatusOK); page.Path != "/"+code+"/basket" {
			t.Errorf("%s: she is led to %s", code, page.Path)
		}
	}
}

// TestTheCheckoutIsShownInAnotherLanguageWithWhatWasTyped presses the language at its top and at its foot.
func TestTheCheckoutIsShownInAnotherLanguageWithWhatWasTyped(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	buyer := m.Visitor()
	put(buyer, "fr", m.Honey.Products[0].ID, "1").Want(http.StatusOK)
	page := buyer.Get("/fr/checkout").Want(http.StatusOK)
	for _, switches := range []string{"header button[formaction='/ar/checkout']", ".langs button[formaction='/ar/checkout']"} {
		button := page.Find(switches)
		form := filled(page, nadia)
		form.Set("place", "saidia")
		form.Set("delivery", delivery.Pickup)
		form.Set(button.AttrOr("name", ""), button.AttrOr("value", ""))
		again := buyer.Post(button.AttrOr("formaction", ""), form).Want(http.StatusOK)
		if again.Doc.Find("html").AttrOr("lang", "") != "ar" || again.Find("#f-name").AttrOr("value", "") != nadia["name"] ||
			again.Find("#f-phone").AttrOr("value", "") != nadia["phone"] || again.Find("#f-place option[selected]").AttrOr("value", "") != "saidia" ||
			again.Find("[name=delivery][checked]").AttrOr("value", "") != delivery.Pickup || again.Has("[aria-invalid]") {
			t.Errorf("%s loses what was typed", switches)
		}
	}
}

// The days that a product's page names stand in the basket, at the checkout and on the page of the order, however slowly
// something in it is prepared.
func TestTheSameDaysArePromisedOnEveryPage(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	oil := m.Oil.Products[0]
	if _, err := m.DB.Exec(`update products set prepare_days = 9 where id = $1`, oil.ID); err != nil {
		t.Fatal(err)
	}
	for _, language := range languages {
		l, buyer, lang := m.Languages.Locale(language), m.Visitor(), "/"+language
		pages := map[string]string{"the product": buyer.Get(lang + "/products/" + oil.Slug).Want(http.StatusOK).Text(".sure li:first-child b")}
		put(buyer, language, oil.ID, "1").Want(http.StatusOK)
		put(buyer, language, m.Couscous.Products[0].ID, "1").Want(http.StatusOK)
		pages["the basket"] = buyer.Get(lang + "/basket").Text("#arrives")
		checkout := buyer.Get(lang + "/checkout?place=berkane&delivery=home").Want(http.StatusOK)
		pages["the checkout"] = checkout.Find("#checkout").Text()
		tracking := buyer.Post(lang+"/checkout", filled(checkout, nadia)).Want(http.StatusOK)
		pages["the order"] = tracking.Text("#headline")
		token, _, _ := strings.Cut(tracking.Path[strings.LastIndexByte(tracking.Path, '/')+1:], "?")
		o, err := m.Orders.ByToken(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		from := l.ShortDate(o.DeliverFrom)
		if o.DeliverFrom.Month() == o.DeliverTo.Month() {
			from = l.DayOfMonth(o.DeliverFrom)
		}
		days := l.T("shop.between", "From", from, "To", l.ShortDate(o.DeliverTo))
		for page, said := range pages {
			if !strings.Contains(said, days) {
				t.Errorf("in %s %s does not say %q: %q", language, page, days, strings.Join(strings.Fields(said), " "))
			}
		}
		if last := o.PlacedAt.AddDate(0, 0, 9+2); !o.DeliverTo.After(last) {
			t.Errorf("oil that takes nine days is promised by %s", o.DeliverTo)
		}
		if err := m.Orders.CancelByBuyer(t.Context(), m.Orders.TokenAgain(o)); err != nil {
			t.Fatal(err)
		}
	}
}
