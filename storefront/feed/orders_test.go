package feed_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/testcard"
	"github.com/souk-taawon/souk/internal/payment/transfer"
	"github.com/souk-taawon/souk/storefront"
	"github.com/souk-taawon/souk/storefront/storetest"
)

type line struct {
	ProductID string `json:"product_id"`
	Quantity  int    `json:"quantity"`
}

// newOrder is an order of these goods to a door in Berkane; change alters it, path by path.
func newOrder(goods map[uuid.UUID]int, change map[string]any) string {
	var lines []line
	for id, quantity := range goods {
		lines = append(lines, line{id.String(), quantity})
	}
	slices.SortFunc(lines, func(a, b line) int { return strings.Compare(a.ProductID, b.ProductID) })
	buyer := map[string]any{"name": "نادية", "phone": "06 61 23 45 67", "commune": "berkane", "address": "حي السلام", "note": ""}
	request := map[string]any{"lines": lines, "buyer": buyer, "delivery": "home", "payment": "cash_on_delivery"}
	for path, value := range change {
		in, name := request, path
		if field, ok := strings.CutPrefix(path, "buyer."); ok {
			in, name = buyer, field
		}
		if value == nil {
			delete(in, name)
		} else {
			in[name] = value
		}
	}
	text, err := json.Marshal(request)
	if err != nil {
		panic(err) // only strings and numbers
	}
	return string(text)
}

func key(k string) http.Header {
	return http.Header{"Idempotency-Key": {k}, "Content-Type": {"application/json"}}
}

type placed struct {
	Number      string
	TrackingURL string    `json:"tracking_url"`
	HeldUntil   time.Time `json:"held_until"`
	Total       int       `json:"total_centimes"`
	Delivery    int       `json:"delivery_centimes"`
	MeansFee    int       `json:"means_fee_centimes"`
	SubOrders   []struct {
		Cooperative struct{ Slug, Name string }
		State       string
		Items       int `json:"items_centimes"`
	} `json:"sub_orders"`
	Payment paying
}

type paying struct {
	Means, State string
	Due          int `json:"due_centimes"`
	URL          *string
	ExpiresAt    *time.Time `json:"expires_at"`
}

const orders = "/api/v1/orders"

func TestOneOrderOverSeveralCooperatives(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	thyme, oil := p.Honey.Product(t, "M-1"), p.Oil.Product(t, "Z-1")
	body := newOrder(map[uuid.UUID]int{thyme.ID: 2, oil.ID: 1}, nil)
	answer := p.send(http.MethodPost, orders+"?lang=fr", body, key("a")).Want(http.StatusCreated)
	var got placed
	read(t, answer, &got)
	if got.Delivery != 2000 || got.Total != 2*12000+8000+2000 || len(got.SubOrders) != 2 || got.SubOrders[0].State != "placed" {
		t.Errorf("placed %+v", got)
	}
	if !strings.HasPrefix(got.TrackingURL, p.URL+"/fr/orders/") {
		t.Errorf("to be followed at %s", got.TrackingURL)
	}
	if stock := p.Stock(thyme.ID); stock != 18 {
		t.Errorf("%d pots are left", stock)
	}
}

func TestSameKeyAndOrderHaveTheSameAnswer(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	thyme := p.Honey.Product(t, "M-1").ID
	body := newOrder(map[uuid.UUID]int{thyme: 1}, nil)
	first := p.send(http.MethodPost, orders, body, key("k")).Want(http.StatusCreated)
	var partID uuid.UUID
	if err := p.DB.Get(&partID, `select id from sub_orders`); err != nil {
		t.Fatal(err)
	}
	if err := p.Orders.Move(t.Context(), order.MoveAccept, partID, p.ByCooperative(p.Honey.ID)); err != nil {
		t.Fatal(err)
	}
	again := p.send(http.MethodPost, orders, body, key("k")).Want(http.StatusCreated)
	if string(first.Body) != string(again.Body) {
		t.Errorf("first %s\nthen %s", first.Body, again.Body)
	}
	other := newOrder(map[uuid.UUID]int{thyme: 2}, nil)
	p.refused(http.MethodPost, orders, other, key("k"), http.StatusConflict, "idempotency_conflict")
	if stock := p.Stock(thyme); stock != 19 {
		t.Errorf("%d pots are left", stock)
	}
}

func TestTooLittleStockTakesNothing(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	thyme, jujube, barley := p.Honey.Product(t, "M-1").ID, p.Honey.Product(t, "M-2").ID, p.Couscous.Product(t, "K-2").ID
	unknown, draft := uuid.New(), p.Honey.Product(t, "M-3").ID
	body := newOrder(map[uuid.UUID]int{thyme: 1, jujube: 3, barley: 1, unknown: 1, draft: 1}, nil)
	f := p.refused(http.MethodPost, orders, body, key("k"), http.StatusConflict, "out_of_stock")
	told := make(map[string]int)
	for _, l := range f.Error.Lines {
		told[l.ProductID] = l.Available
	}
	want := map[string]int{jujube.String(): 1, barley.String(): 0, unknown.String(): 0, draft.String(): 0}
	if fmt.Sprint(told) != fmt.Sprint(want) {
		t.Errorf("told %v, not %v", told, want)
	}
	if stock := p.Stock(thyme); stock != 20 {
		t.Errorf("%d pots are left", stock)
	}
}

func TestManyBuyersAtOnceCannotBuyWhatIsNotThere(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	thyme := p.Honey.Product(t, "M-1").ID
	if err := p.Catalog.SetPriceStock(t.Context(), p.Honey.ID, thyme, nil, pieces(5), actor.OfCooperative(p.Honey.ID, p.Honey.Member.ID)); err != nil {
		t.Fatal(err)
	}
	statuses := make([]int, 20)
	var buyers sync.WaitGroup
	for i := range statuses {
		buyers.Go(func() {
			body := newOrder(map[uuid.UUID]int{thyme: 1}, map[string]any{"buyer.phone": fmt.Sprintf("06612345%02d", i)})
			statuses[i] = p.send(http.MethodPost, orders, body, key(fmt.Sprint("buyer-", i))).Status
		})
	}
	buyers.Wait()
	count := make(map[int]int)
	for _, status := range statuses {
		count[status]++
	}
	if count[http.StatusCreated] != 5 || count[http.StatusConflict] != 15 || p.Stock(thyme) != 0 {
		t.Errorf("answers %v, %d pots are left", count, p.Stock(thyme))
	}
}

func TestStrangersDoNotTakeTheMarketOffSale(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.Bounds()
	oil, fruit, couscous := p.Oil.Products[0].ID, p.Oil.Product(t, "Z-2").ID, p.Couscous.Products[0].ID
	all := newOrder(map[uuid.UUID]int{oil: 40, fruit: 100, couscous: 60}, nil)
	f := p.refused(http.MethodPost, orders, all, key("all"), http.StatusConflict, "held")
	room := map[string]int{}
	for _, l := range f.Error.Lines {
		room[l.ProductID] = l.Available
	}
	if want := map[string]int{oil.String(): 32, fruit.String(): 80, couscous.String(): 48}; fmt.Sprint(room) != fmt.Sprint(want) {
		t.Errorf("there is room for %v, not %v", room, want)
	}
	order := func(n int, goods map[uuid.UUID]int) string {
		return newOrder(goods, map[string]any{"buyer.phone": fmt.Sprintf("06612345%02d", n)})
	}
	for n := range 5 {
		p.send(http.MethodPost, orders, order(0, map[uuid.UUID]int{oil: 1}), key(fmt.Sprint("drip-", n))).Want(http.StatusCreated)
	}
	p.refused(http.MethodPost, orders, order(0, map[uuid.UUID]int{oil: 1}), key("drip-5"), http.StatusTooManyRequests, "phone_waits")
	for n := 1; n <= 25; n++ {
		p.send(http.MethodPost, orders, order(n, map[uuid.UUID]int{oil: 1}), key(fmt.Sprint("many-", n))).Want(http.StatusCreated)
	}
	p.refused(http.MethodPost, orders, order(26, map[uuid.UUID]int{oil: 1}), key("many-26"), http.StatusTooManyRequests, "address_waits")
	if stock := p.Stock(oil); stock != 10 {
		t.Errorf("%d litres are left", stock)
	}
}

func TestThisMachineIsLetThroughWhereItIsSparedAndItsTelephonesAreNot(t *testing.T) {
	t.Parallel()
	p := newProgram(t, func(c *storefront.Config) { c.RateLimits.SpareLoopback = true })
	p.Bounds()
	fruit := map[uuid.UUID]int{p.Oil.Product(t, "Z-2").ID: 1}
	for n := range 40 {
		body := newOrder(fruit, map[string]any{"buyer.phone": fmt.Sprintf("06612345%02d", n)})
		p.send(http.MethodPost, orders, body, key(fmt.Sprint(n))).Want(http.StatusCreated)
	}
	for n := range 4 {
		p.send(http.MethodPost, orders, newOrder(fruit, map[string]any{"buyer.phone": "0661234500"}), key(fmt.Sprint("again-", n))).Want(http.StatusCreated)
	}
	p.refused(http.MethodPost, orders, newOrder(fruit, map[string]any{"buyer.phone": "0661234500"}), key("more"), http.StatusTooManyRequests, "phone_waits")
}

func pieces(n int) *int { return &n }

func TestKeyIsNeeded(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	body := newOrder(map[uuid.UUID]int{p.Honey.Product(t, "M-1").ID: 1}, nil)
	for _, bad := range []string{"", strings.Repeat("k", 201), "مفتاح", "tab\tkey"} {
		p.refused(http.MethodPost, orders, body, key(bad), http.StatusUnprocessableEntity, "idempotency_key_required")
	}
	p.send(http.MethodPost, orders, body, key(strings.Repeat("k", 200))).Want(http.StatusCreated)
}

func TestWrongOrdersAreToldFieldByField(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	thyme, fruit := p.Honey.Product(t, "M-1").ID, p.Oil.Product(t, "Z-2").ID
	one := map[uuid.UUID]int{thyme: 1}
	for name, test := range map[string]struct {
		body   string
		fields []string
	}{
		"nothing at all":         {`{}`, []string{"buyer.name", "buyer.phone", "delivery", "lines", "payment"}},
		"no lines":               {newOrder(nil, map[string]any{"lines": []line{}}), []string{"lines"}},
		"no number of them":      {newOrder(map[uuid.UUID]int{thyme: 0}, nil), []string{"lines[0].quantity"}},
		"too many of them":       {newOrder(map[uuid.UUID]int{thyme: 1000}, nil), []string{"lines[0].quantity"}},
		"too many in two lines":  {newOrder(nil, map[string]any{"lines": []line{{thyme.String(), 500}, {fruit.String(), 1}, {thyme.String(), 500}}}), []string{"lines[2].quantity"}},
		"more lines than may be": {newOrder(nil, map[string]any{"lines": slices.Repeat([]line{{"honey", 1}}, 101)}), []string{"lines"}},
		"an id in braces":        {newOrder(nil, map[string]any{"lines": []line{{"{" + thyme.String() + "}", 1}}}), []string{"lines[0].product_id"}},
		"no product id":          {newOrder(nil, map[string]any{"lines": []line{{"honey", 1}, {thyme.String(), 1}}}), []string{"lines[0].product_id"}},
		"no name":                {newOrder(one, map[string]any{"buyer.name": " \u0000 "}), []string{"buyer.name"}},
		"no such telephone":      {newOrder(one, map[string]any{"buyer.phone": "12"}), []string{"buyer.phone"}},
		"no such commune":        {newOrder(one, map[string]any{"buyer.commune": "Atlantis"}), []string{"buyer.commune"}},
		"no address":             {newOrder(one, map[string]any{"buyer.address": nil}), []string{"buyer.address"}},
		"a note like a book":     {newOrder(one, map[string]any{"buyer.note": strings.Repeat("x", 501)}), []string{"buyer.note"}},
		"by balloon":             {newOrder(one, map[string]any{"delivery": "balloon"}), []string{"delivery"}},
		"paid in figs":           {newOrder(one, map[string]any{"payment": "figs"}), []string{"payment"}},
		"fruit far away":         {newOrder(map[uuid.UUID]int{fruit: 1}, map[string]any{"buyer.commune": "oujda"}), []string{"buyer.commune"}},
	} {
		f := p.refused(http.MethodPost, orders, test.body, key("k"), http.StatusUnprocessableEntity, "invalid_order")
		var told []string
		for field := range f.Error.Fields {
			told = append(told, field)
		}
		slices.Sort(told)
		if !slices.Equal(told, test.fields) {
			t.Errorf("%s: wrong are %v, not %v", name, told, test.fields)
		}
		if far := f.Error.Fields["buyer.commune"]; name == "fruit far away" && !strings.Contains(far, p.Oil.Product(t, "Z-2").Name.AR) {
			t.Errorf("%s: %q names no product", name, far)
		}
	}
}

func TestWhatIsNoOrderAtAllIsToldSo(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	good := newOrder(map[uuid.UUID]int{p.Honey.Product(t, "M-1").ID: 1}, nil)
	for _, body := range []string{
		"", "{", "[]", "null x", `"order"`, "<order/>", good + good, strings.Repeat("[", 100_000),
		newOrder(nil, map[string]any{"coupon": "FREE"}), newOrder(nil, map[string]any{"buyer.cin": "AB123456"}),
		newOrder(nil, map[string]any{"lines": "honey"}), newOrder(nil, map[string]any{"buyer.name": 7}),
		strings.Replace(good, `"lines":`, `"lines":[{"product_id":"x","quantity":7}],"lines":`, 1),
		strings.Replace(good, `"quantity":1`, `"quantity":1,"quantity":2`, 1), strings.Replace(good, `"name":`, `"name":"x","name":`, 1),
		strings.Replace(good, `"lines"`, `"LINES"`, 1), strings.Replace(good, `"lines"`, `"lineſ"`, 1),
		strings.Replace(good, `"quantity":1`, `"quantity":1.5`, 1), strings.Replace(good, `"quantity":1`, `"quantity":99999999999999999999`, 1),
	} {
		f := p.refused(http.MethodPost, orders, body, key("k"), http.StatusUnprocessableEntity, "invalid_json")
		if strings.Contains(f.Error.Message, "feed.") || strings.Contains(f.Error.Message, "Go ") {
			t.Errorf("%.60q is told %q", body, f.Error.Message)
		}
	}
	header := key("k")
	header.Set("Content-Type", "text/plain") // what a foreign page could send without asking
	p.refused(http.MethodPost, orders, good, header, http.StatusUnprocessableEntity, "invalid_json")
}

func TestCommuneIsNamedAsPeopleDo(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	thyme := p.Honey.Product(t, "M-1").ID
	for i, name := range []string{"oujda", "Oujda", "OUJDA", "وجدة", " oujda ", "وجده", "وَجْدَة", "وجـدة", "\u2067وجدة\u2069", "\u200fوجده"} {
		body := newOrder(map[uuid.UUID]int{thyme: 1}, map[string]any{"buyer.commune": name})
		var got placed
		read(t, p.send(http.MethodPost, orders, body, key(fmt.Sprint("k", i))).Want(http.StatusCreated), &got)
		if got.Delivery != 3000 {
			t.Errorf("to %q it costs %d", name, got.Delivery)
		}
	}
}

func TestPickupNeedsNoAddressAndCostsNothing(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	body := newOrder(map[uuid.UUID]int{p.Honey.Product(t, "M-1").ID: 1}, map[string]any{
		"delivery": "pickup", "buyer.address": nil, "buyer.note": nil,
	})
	var got placed
	read(t, p.send(http.MethodPost, orders, body, key("k")).Want(http.StatusCreated), &got)
	if got.Delivery != 0 || got.Total != 12000 {
		t.Errorf("placed %+v", got)
	}
}

func TestALineOfWhichNothingIsLeftIsTold(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	thyme, jujube := p.Honey.Product(t, "M-1"), p.Honey.Product(t, "M-2")
	var sent placed
	body := newOrder(map[uuid.UUID]int{thyme.ID: 2, jujube.ID: 1}, nil)
	read(t, p.send(http.MethodPost, orders, body, key("k")).Want(http.StatusCreated), &sent)
	token := sent.TrackingURL[strings.LastIndex(sent.TrackingURL, "/")+1:]
	o, err := p.Orders.ByToken(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range o.Parts[0].Lines {
		if l.ProductID == jujube.ID {
			off := order.Adjustment{Line: l.ID, Quantity: 1, Amount: l.Total, Reason: order.ReasonMissing, Key: uuid.New()}
			if err := p.Orders.Adjust(t.Context(), o.ID, off, p.ByAssociation()); err != nil {
				t.Fatal(err)
			}
		}
	}
	answer := p.send(http.MethodGet, orders+"/"+token, "", http.Header{}).Want(http.StatusOK)
	for _, told := range []string{`"quantity":1,`, `"quantity_left":0,"total_left_centimes":0`, `"paid":false`} {
		if !strings.Contains(string(answer.Body), told) {
			t.Errorf("nothing is left of a line, and told is %s, want %s", answer.Body, told)
		}
	}
	var again placed
	read(t, p.send(http.MethodPost, orders, body, key("k")).Want(http.StatusCreated), &again)
	if again.Payment.Due != 24000 {
		t.Errorf("the same request is told that %d are to be paid", again.Payment.Due)
	}
	if again.Payment = sent.Payment; !reflect.DeepEqual(sent, again) {
		t.Errorf("the same request is answered by %+v, before by %+v", again, sent)
	}
}

// Confirmed by the association, an order is held longer, and who sends it again is told so.
func TestAnOrderSentAgainTellsHowLongItIsHeldNow(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	body := newOrder(map[uuid.UUID]int{p.Honey.Product(t, "M-1").ID: 1}, nil)
	var sent, again placed
	read(t, p.send(http.MethodPost, orders, body, key("k")).Want(http.StatusCreated), &sent)
	p.Pass(2 * time.Hour)
	o, err := p.Orders.ByToken(t.Context(), sent.TrackingURL[strings.LastIndex(sent.TrackingURL, "/")+1:])
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Orders.Move(t.Context(), order.MoveConfirm, o.ID, p.ByAssociation()); err != nil {
		t.Fatal(err)
	}
	read(t, p.send(http.MethodPost, orders, body, key("k")).Want(http.StatusCreated), &again)
	if longer := again.HeldUntil.Sub(sent.HeldUntil); longer < 2*time.Hour {
		t.Errorf("it is held %s longer", longer)
	}
	sent.HeldUntil = again.HeldUntil
	if !reflect.DeepEqual(sent, again) {
		t.Errorf("the same request is answered by %+v, before by %+v", again, sent)
	}
}

func TestOrderIsFollowedByItsSecretTokenAlone(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	thyme, wheat := p.Honey.Product(t, "M-1"), p.Couscous.Product(t, "K-1")
	var sent placed
	body := newOrder(map[uuid.UUID]int{thyme.ID: 2, wheat.ID: 1}, nil)
	read(t, p.send(http.MethodPost, orders, body, key("k")).Want(http.StatusCreated), &sent)
	token := sent.TrackingURL[strings.LastIndex(sent.TrackingURL, "/")+1:]

	answer := p.send(http.MethodGet, orders+"/"+token+"?lang=en", "", http.Header{}).Want(http.StatusOK)
	if got := answer.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("it may be kept: %s", got)
	}
	var got struct {
		Number, State string
		Total         int `json:"total_centimes"`
		Due           int `json:"due_centimes"`
		SubOrders     []struct {
			Cooperative struct{ Slug string }
			State       string
			Lines       []struct {
				Name, Unit string
				Quantity   int
				Total      int `json:"total_centimes"`
			}
		} `json:"sub_orders"`
	}
	if err := json.Unmarshal(answer.Body, &got); err != nil {
		t.Fatal(err)
	}
	if got.Number != sent.Number || got.State != "placed" || got.Due != sent.Total || len(got.SubOrders) != 2 {
		t.Errorf("followed %+v", got)
	}
	for _, part := range got.SubOrders {
		if part.Cooperative.Slug == "nahla" && fmt.Sprint(part.Lines) != fmt.Sprintf("[{Thyme honey %s 2 24000}]", "500\u00a0g") {
			t.Errorf("the honey is %v", part.Lines)
		}
	}
	for _, other := range []string{sent.Number, "x", strings.Repeat("A", 43), token + "x"} {
		p.refused(http.MethodGet, orders+"/"+other, "", http.Header{}, http.StatusNotFound, "not_found")
	}
}

func TestOutOfStockIsToldToTheLetter(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	id := p.Honey.Product(t, "M-2").ID
	answer := p.send(http.MethodPost, orders+"?lang=en", newOrder(map[uuid.UUID]int{id: 2}, nil), key("k"))
	want := fmt.Sprintf(`{"error":{"code":"out_of_stock","message":%q,"lines":[{"product_id":%q,"available":1}]}}`,
		p.Languages.Locale("en").T("catalog.out_of_stock"), id)
	if string(answer.Body) != want {
		t.Errorf("%s\nis not\n%s", answer.Body, want)
	}
}

func TestAnOrderThatIsPaidByCardSaysWhereAndWhen(t *testing.T) {
	t.Parallel()
	p := newProgramTaking(t, []payment.Provider{payment.Cash{}, testcard.New()})
	p.WorkJobs()
	var got placed
	one := map[uuid.UUID]int{p.Honey.Product(t, "M-1").ID: 1}
	byCard := newOrder(one, map[string]any{"payment": "card"})
	for i, not := range []string{"bank_transfer", testcard.Name, "stripe", ""} { // programs do not know who takes cards
		p.refused(http.MethodPost, orders, newOrder(one, map[string]any{"payment": not}), key(fmt.Sprint("t", i)), http.StatusUnprocessableEntity, "invalid_order")
	}
	read(t, p.send(http.MethodPost, orders, newOrder(one, nil), key("c")).Want(http.StatusCreated), &got)
	if at := got.Payment; at.Means != "cash_on_delivery" || at.State != "pending" || at.Due != got.Total || at.URL != nil || at.ExpiresAt != nil {
		t.Errorf("paid at the door it says %+v", at)
	}
	read(t, p.send(http.MethodPost, orders+"?lang=fr", byCard, key("k")).Want(http.StatusCreated), &got)
	first := got.Payment
	if first.Means != "card" || first.State != "pending" || first.Due != got.Total || first.URL == nil || *first.URL != got.TrackingURL+"/pay" ||
		first.ExpiresAt == nil || !first.ExpiresAt.Equal(got.HeldUntil) || got.SubOrders[0].State != "awaiting_payment" {
		t.Fatalf("placed %+v", got)
	}
	token := strings.TrimPrefix(got.TrackingURL, p.URL+"/fr/orders/")
	follow := func(token string) paying {
		t.Helper()
		var o struct{ Payment paying }
		if err := json.Unmarshal(p.send(http.MethodGet, orders+"/"+token, "", nil).Want(http.StatusOK).Body, &o); err != nil {
			t.Fatal(err)
		}
		return o.Payment
	}
	if at := follow(token); at.URL == nil || at.State != "pending" {
		t.Errorf("followed, it says %+v", at)
	}
	o, err := p.Orders.ByToken(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	if at := follow(p.Orders.ReadingToken(o.ID, o.Link)); at.URL != nil || at.State != "pending" {
		t.Errorf("whoever only reads is told %+v", at)
	}
	card := p.Visitor().Get(strings.TrimPrefix(*first.URL, p.URL)).Want(http.StatusOK)
	p.Visitor().Post(card.Path, url.Values{"choice": {"pay"}}).Want(http.StatusOK)
	p.Eventually("it is paid", func() bool { return follow(token).State == "paid" })
	if at := follow(token); at.Due != 0 || at.URL != nil || at.ExpiresAt != nil {
		t.Errorf("paid, it says %+v", at)
	}
	read(t, p.send(http.MethodPost, orders+"?lang=fr", byCard, key("k")).Want(http.StatusCreated), &got)
	if got.Payment.State != "paid" || got.SubOrders[0].State != "awaiting_payment" {
		t.Errorf("the same again is answered %+v", got)
	}
	if err := p.Orders.CancelByBuyer(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	p.Eventually("all of it is back", func() bool { return follow(token).State == "refunded" })
}

func TestAnOrderThatIsPaidInPartSaysWhatIsLeft(t *testing.T) {
	t.Parallel()
	m := storetest.NewBank(t)
	p := &program{Market: m, t: t, client: m.Visitor(), description: described(t, offered(t, m))}
	var got placed
	one := map[uuid.UUID]int{p.Honey.Product(t, "M-1").ID: 1}
	read(t, p.send(http.MethodPost, orders, newOrder(one, map[string]any{"payment": "bank_transfer"}), key("t")).Want(http.StatusCreated), &got)
	token := got.TrackingURL[strings.LastIndex(got.TrackingURL, "/")+1:]
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	o, err := p.Orders.ByToken(t.Context(), token)
	must(err)
	_, err = p.Orders.Pay(t.Context(), token)
	must(err)
	awaited, err := p.Transfers.Get(t.Context(), o.ID)
	must(err)
	part := transfer.Entered{Amount: "40", Day: time.Now().In(clock.Zone).Format(time.DateOnly), BankReference: "VIR 1"}
	must(p.Transfers.Receive(t.Context(), o.ID, part, awaited.Seen, actor.OfAssociation(p.Association.ID)))
	var followed struct{ Payment paying }
	answer := p.send(http.MethodGet, orders+"/"+token, "", nil).Want(http.StatusOK)
	if err := json.Unmarshal(answer.Body, &followed); err != nil || followed.Payment.Due != got.Total-40_00 || followed.Payment.State != "pending" {
		t.Errorf("of %d is left %+v: %v", got.Total, followed.Payment, err)
	}
}

func TestOnlyMeansThatAreOfferedAreDescribedAndTaken(t *testing.T) {
	t.Parallel()
	p := newProgramTaking(t, []payment.Provider{payment.Cash{}, testcard.New()})
	decide := func(statement string) {
		t.Helper()
		if _, err := p.DB.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	decide(`update settings set decided = decided || '{"card_offered": "no"}'`)
	if served := string(p.Visitor().Get("/api/openapi.yaml").Want(http.StatusOK).Body); !strings.Contains(served, "enum: [cash_on_delivery]") {
		t.Error("a means that is not offered is described")
	}
	one := map[uuid.UUID]int{p.Honey.Product(t, "M-1").ID: 1}
	p.refused(http.MethodPost, orders, newOrder(one, map[string]any{"payment": "card"}), key("k"), http.StatusUnprocessableEntity, "invalid_order")

	// Where no cash is taken the field says where it is.
	decide(`update settings set decided = decided || '{"card_offered": "yes"}'; update delivery_zones set cash_taken = slug <> 'province'`)
	answer := p.send(http.MethodPost, orders+"?lang=en", newOrder(one, map[string]any{"delivery": "home"}), key("z")).Want(http.StatusUnprocessableEntity)
	var got struct {
		Error struct{ Fields map[string]string }
	}
	if err := json.Unmarshal(answer.Body, &got); err != nil || !strings.HasPrefix(got.Error.Fields["payment"], "Only here: ") {
		t.Errorf("%s: %v", answer.Body, err)
	}
	p.send(http.MethodPost, orders, newOrder(one, map[string]any{"delivery": "pickup"}), key("p")).Want(http.StatusCreated)

	// A fee is described, and stands in what an order comes to.
	decide(`update settings set decided = decided || '{"card_fee": "12.50"}'`)
	if served := string(p.Visitor().Get("/api/openapi.yaml").Want(http.StatusOK).Body); !strings.Contains(served, "`card` costs its buyer 1250 centimes more.") {
		t.Error("the fee of a means is not described")
	}
	var placed, followed struct {
		Total    int64  `json:"total_centimes"`
		Delivery int64  `json:"delivery_centimes"`
		MeansFee int64  `json:"means_fee_centimes"`
		Items    int64  `json:"items_centimes"`
		URL      string `json:"tracking_url"`
	}
	body := p.send(http.MethodPost, orders+"?lang=fr", newOrder(one, map[string]any{"delivery": "pickup", "payment": "card"}), key("f")).Want(http.StatusCreated).Body
	if err := json.Unmarshal(body, &placed); err != nil || placed.MeansFee != 12_50 {
		t.Errorf("%s: %v", body, err)
	}
	body = p.send(http.MethodGet, orders+"/"+strings.TrimPrefix(placed.URL, p.URL+"/fr/orders/"), "", nil).Want(http.StatusOK).Body
	if err := json.Unmarshal(body, &followed); err != nil || followed.MeansFee != 12_50 || followed.Total != followed.Items+12_50 || followed.Total != placed.Total {
		t.Errorf("%s: %v", body, err)
	}
}
