package storefront_test

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/certificate"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/testcard"
	"github.com/souk-taawon/souk/internal/payment/transfer"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/settlement"
	"github.com/souk-taawon/souk/storefront"
	"github.com/souk-taawon/souk/storefront/storetest"
	"github.com/souk-taawon/souk/storefront/web"
)

// records are one cooperative's own, by the pattern that names them; everything a route's pattern
// leaves open has to be said here.
type records struct {
	t         *testing.T
	byStart   []struct{ start, name, value string }
	delivered uuid.UUID    // an order, of which something waits to be given back
	disputed  uuid.UUID    // an order whose payment is disputed
	returned  order.Return // of which everything is still to come

	transferred map[string]string // ids of what there is of a transfer
}

func recordsOf(t *testing.T, m *storetest.Market, s storetest.Seller) records {
	t.Helper()
	placed := m.Order()
	upload, err := m.Uploads.Read(t.Context(), s.ID, "catalogue.csv",
		strings.NewReader("name_fr,category,unit,price,stock\nMiel d\xe9licat,honey,500 g,95,12\n"), "", actor.OfCooperative(s.ID, s.Member.ID))
	if err != nil {
		t.Fatal(err)
	}
	r := records{t: t}
	say := func(start, name, value string) {
		r.byStart = append(r.byStart, struct{ start, name, value string }{start, name, value})
	}
	if err := m.Orders.AddCarrier(t.Context(), "Ali"); err != nil {
		t.Fatal(err)
	}
	carriers, err := m.Orders.Carriers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	say("/association/settlement/cash/carriers/", "id", carriers[0].ID.String())
	for _, part := range placed.Order.Parts {
		if part.Cooperative.ID == s.ID {
			say("/seller/orders/", "id", part.ID.String())
		}
	}
	say("/seller/products/", "id", s.Products[0].ID.String())
	say("/association/labels/", "id", labelOf(t, m, s))
	say("/association/labels/", "decision", "confirm")
	say("/seller/upload/", "id", upload.ID.String())
	say("/association/orders/", "id", placed.Order.ID.String())
	say("/association/cooperatives/", "slug", m.Pending.Slug)
	var refund order.Refund
	r.delivered, refund = refunded(t, m)
	say("/association/refunds/", "id", refund.ID.String())
	r.returned = returned(t, m)
	say("/association/returns/", "id", r.returned.ID.String())
	say("/association/returns/", "move", string(order.MoveArrange))
	say("/seller/returns/", "id", r.returned.ID.String())
	say("/seller/returns/", "line", r.returned.Lines[0].LineID.String())
	say("/association/payments/differences/", "id", toldOf(t, m, `
		insert into payment_differences (id, provider, subject, name, reason, theirs_centimes, ours_centimes, found_at)
		values ($1, 'test_card', 'payment', 'try-1', 'differs', 1200, 0, now())`))
	disputed := m.Order().Order
	m.Deliver(disputed)
	r.disputed = disputed.ID
	say("/association/disputes/", "id", toldOf(t, m, `
		insert into payment_disputes (id, attempt_id, provider, name, state, amount_centimes, opened_at)
		select $1, a.id, a.provider, 'dp_1', 'open', 1, now() from payment_attempts a join payment_intents i on i.id = a.intent_id
		where a.received_centimes > 0 and i.reference = '`+r.disputed.String()+`'`))
	say("/association/payments/", "id", toldOf(t, m, `
		insert into payment_events (key, provider, id, payload, received_at, error) values ($1, 'test_card', 'evt_1', '', now(), 'nobody answers')`))
	if slices.Contains(m.Payments.Means(), payment.BankTransfer) {
		r.transferred = transferred(t, m)
		for name, id := range r.transferred {
			say("/association/transfers/"+name, "id", id)
		}
		say("/association/transfers/", "id", r.transferred["order"])
	}
	say("/association/settlement/", "slug", s.Slug)
	say("/association/settlement/", "id", payout(t, m, s).ID.String())
	say("/products/", "slug", s.Products[0].Slug)
	say("/cooperatives/", "slug", s.Slug)
	say("/api/v1/products/", "slug", s.Products[0].Slug)
	say("/orders/", "token", placed.Token)
	say("/webhooks/", "provider", "nobody")
	confirming, err := m.Orders.Confirming(t.Context(), placed.Order.ID)
	if err != nil {
		t.Fatal(err)
	}
	say("/confirm/", "token", confirming)
	say("/api/v1/orders/", "token", placed.Token)
	say("/reset/", "token", "unknown")
	say("/account/sessions/", "id", m.Pending.ID.String())
	other, err := m.Accounts.Create(t.Context(), account.NewUser{Name: "Karim", Email: "karim@souk.test", Password: storetest.Password, Role: account.Director})
	if err != nil {
		t.Fatal(err)
	}
	say("/association/people/", "id", other.ID.String())
	colleague, err := m.Accounts.Create(t.Context(), account.NewUser{Name: "Halima", Email: "halima@souk.test", Password: storetest.Password, Role: account.Preparer, CooperativeID: &s.ID})
	if err != nil {
		t.Fatal(err)
	}
	say("/seller/people/", "id", colleague.ID.String())
	card := payment.Started{Reference: "unknown"}
	if m.Card != nil {
		card, err = m.Card.Start(t.Context(), payment.Attempt{Key: "a payment", Amount: 100})
		if err != nil {
			t.Fatal(err)
		}
	}
	say("/demo/card/", "reference", card.Reference)
	say("/basket/lines/", "product", s.Products[0].ID.String())
	say("/pictures/", "id", s.Products[0].ID.String())
	say("/pictures/", "file", "640.jpg")
	say("/pages/", "name", "about")
	say("/sitemaps/", "part.xml", "pages.xml")
	say("/seller/orders/", "move", "accept")
	say("/association/orders/", "move", "confirm")
	say("/", "format", "csv")
	return r
}

// labelOf is the id of a label that a member proposes for her first product, with the picture of its certificate.
func labelOf(t *testing.T, m *storetest.Market, s storetest.Seller) string {
	t.Helper()
	err := m.Certificates.Propose(t.Context(), s.ID, s.Products[0].ID, "bio-maroc", "BIO-1", time.Now().AddDate(1, 0, 0).Format(time.DateOnly),
		bytes.NewReader(storetest.Photograph(t, 300)), actor.OfCooperative(s.ID, s.Member.ID))
	if err != nil {
		t.Fatal(err)
	}
	list, err := m.Certificates.OfProduct(t.Context(), s.ID, s.Products[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	worker := certificate.ScanWorker{Certificates: m.Certificates}
	if err := worker.Work(t.Context(), &river.Job[certificate.ScanArgs]{Args: certificate.ScanArgs{ProposalID: list[0].ID}}); err != nil {
		t.Fatal(err)
	}
	return list[0].ID.String()
}

// withCard opens a market that takes a test card too.
func withCard(t *testing.T) *storetest.Market {
	t.Helper()
	return storetest.NewBank(t, testcard.New())
}

// transferred are ids of what there is of a transfer of which a part was received by hand: the order, the receipt, a
// picture of it, and a file with a line that is matched, one that is asked about, that receipt's own and somebody else's.
func transferred(t *testing.T, m *storetest.Market) map[string]string {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	by, placed, day := actor.OfAssociation(m.Association.ID), m.OrderBy(payment.BankTransfer), time.Now().In(clock.Zone)
	_, err := m.Orders.Pay(t.Context(), placed.Token)
	must(err)
	o := placed.Order
	due, err := m.Transfers.Due(t.Context(), o.ID)
	must(err)
	must(m.Transfers.Receive(t.Context(), o.ID, transfer.Entered{Amount: "10", Day: day.Format(time.DateOnly), BankReference: "VIR 1"}, 0, by))
	one, err := m.Transfers.Get(t.Context(), o.ID)
	must(err)
	must(m.Transfers.AddPicture(t.Context(), o.ID, bytes.NewReader(storetest.Photograph(t, 300))))
	pictures, err := m.Transfers.Pictures(t.Context(), o.ID)
	must(err)
	worker := transfer.PictureWorker{Transfers: m.Transfers}
	must(worker.Work(t.Context(), &river.Job[transfer.PictureArgs]{Args: transfer.PictureArgs{PictureID: pictures[0].ID}}))
	file := "Date;Libellé;Crédit\n"
	for label, amount := range map[string]money.Amount{"VIR " + due.Code: 20_00, "VIREMENT": one.Left(), due.Code: 10_00, "SUBVENTION": 777_00} {
		file += day.Format("02/01/2006") + ";" + label + ";" + strings.Replace(amount.String(), ".", ",", 1) + "\n"
	}
	statement, err := m.Transfers.ReadStatement(t.Context(), "releve.csv", strings.NewReader(file), by)
	must(err)
	asked, err := m.Transfers.List(t.Context(), statement, transfer.Asked, nil, 10)
	must(err)
	return map[string]string{
		"order": o.ID.String(), "receipts/": one.Receipts[0].ID.String(), "pictures/": pictures[0].ID.String(),
		"statements/": statement.String(), "lines/": asked.Lines[0].ID.String(),
	}
}

// toldOf keeps something that a provider told, by a statement that takes its id.
func toldOf(t *testing.T, m *storetest.Market, insert string) (id string) {
	t.Helper()
	id = postgres.NewID().String()
	if _, err := m.DB.Exec(insert, id); err != nil {
		t.Fatal(err)
	}
	return id
}

// payout is money that was paid out to a cooperative for what it sold.
func payout(t *testing.T, m *storetest.Market, s storetest.Seller) settlement.Payout {
	t.Helper()
	m.Deliver(m.Order().Order)
	return m.PayOut(s, 100, "VIR-0")
}

// refunded is an order that was delivered, and money that waits to be given back of it by hand.
func refunded(t *testing.T, m *storetest.Market) (uuid.UUID, order.Refund) {
	t.Helper()
	o := m.Order().Order
	m.Deliver(o)
	err := m.Orders.Refund(t.Context(), o.ID, order.RefundInput{
		Scope: order.RefundAmount, Amount: 100, BorneBy: order.ByCooperative, Reason: order.ReasonGoodwill, Key: uuid.New(),
	}, m.ByAssociation())
	if err == nil {
		o, err = m.Orders.ForAssociation(t.Context(), o.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	return o.ID, o.Refunds[0]
}

// returned is what the buyer of an order asks to send back: all of it.
func returned(t *testing.T, m *storetest.Market) order.Return {
	t.Helper()
	m.ReturnDays(7)
	placed := m.Order()
	m.Deliver(placed.Order)
	in := order.ReturnInput{Lines: make(map[uuid.UUID]int), Key: uuid.New()}
	for _, p := range placed.Order.Parts {
		for _, l := range p.Lines {
			in.Lines[l.ID] = l.Quantity
		}
	}
	err := m.Orders.AskReturn(t.Context(), placed.Token, in)
	o := order.Order{}
	if err == nil {
		o, err = m.Orders.ForAssociation(t.Context(), placed.Order.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	return *o.Return
}

// path fills a route's pattern with the records.
func (r records) path(route web.Route) string {
	r.t.Helper()
	steps := strings.Split(route.Path, "/")
	for i, step := range steps {
		before, name, open := strings.Cut(step, ":")
		if !open {
			continue
		}
		found := false
		for _, record := range r.byStart {
			if found = record.name == name && strings.HasPrefix(route.Path, record.start); found {
				steps[i] = before + record.value
				break
			}
		}
		if !found {
			r.t.Fatalf("%s: this test does not know what to put for :%s", route.Path, name)
		}
	}
	path := strings.Join(steps, "/")
	if !route.NoLang {
		path = "/fr" + strings.TrimSuffix(path, "/")
	}
	return path
}

// form has something for every field that an action might want.
var form = url.Values{
	"price": {"99"}, "stock": {"7"}, "state": {"draft"}, "encoding": {"windows-1252"}, "reason": {"none left"}, "note": {"a reason"}, "quantity": {"1"},
	"into": {"yes"}, "line": {"2"}, "column": {"price"}, "value": {"90"}, "amount": {"10"}, "reference": {"VIR-1"},
	"name_ar": {"عسل"}, "name_fr": {"Miel"}, "category": {"honey"}, "unit_amount": {"1"}, "unit_code": {"kg"},
}

// outcome is what the door said.
type outcome string

const (
	admitted outcome = "admitted"
	toSignIn outcome = "led to sign in"
	refused  outcome = "forbidden"
	hidden   outcome = "not found"
	broken   outcome = "broken"
)

func try(client *storetest.Client, method, path string) (outcome, int) {
	var page *storetest.Page
	switch {
	case method == http.MethodPost && strings.HasSuffix(path, "/picture"):
		page = client.Upload(path, "picture", "a.jpg", []byte("no picture"), nil)
	case method == http.MethodPost:
		page = client.Post(path, form)
	default:
		page = client.Get(path)
	}
	switch {
	case page.Status >= http.StatusInternalServerError:
		return broken, page.Status
	case page.Status == http.StatusSeeOther && strings.HasPrefix(page.Header.Get("Location"), "/fr/signin?next="),
		page.Status == http.StatusSeeOther && method == http.MethodPost && page.Header.Get("Location") == "/fr/signin":
		return toSignIn, page.Status
	case page.Status == http.StatusForbidden:
		return refused, page.Status
	case page.Status == http.StatusNotFound:
		return hidden, page.Status
	}
	return admitted, page.Status
}

// staff are people with every role: in the honey's cooperative, and in the association.
func staff(m *storetest.Market) map[account.Role]*storetest.Client {
	people := map[account.Role]*storetest.Client{
		account.President: m.SignIn(m.Honey.Member).Stay(), account.Director: m.SignIn(m.Association).Stay(),
	}
	for _, role := range append(account.Roles(true), account.Roles(false)...) {
		if people[role] == nil {
			people[role] = m.SignIn(m.Hire(role, m.Honey)).Stay()
		}
	}
	return people
}

// cleared is the right that a route which is not for everybody asks for. It says once more what the routes say: who
// adds one says here what it is for.
var cleared = map[string]account.Right{
	"GET /seller":                                          account.SeeParts,
	"GET /seller/orders":                                   account.SeeParts,
	"GET /seller/orders/:id":                               account.SeeParts,
	"POST /seller/orders/:id/:move":                        account.PrepareParts,
	"POST /seller/orders/:move":                            account.PrepareParts,
	"GET /seller/cooperative":                              account.SeeCooperative,
	"GET /seller/page":                                     account.KeepPage,
	"POST /seller/page":                                    account.KeepPage,
	"POST /seller/page/picture":                            account.KeepPage,
	"GET /seller/people":                                   account.KeepMembers,
	"GET /seller/people/:id":                               account.KeepMembers,
	"POST /seller/people/:id/role":                         account.KeepMembers,
	"GET /seller/products":                                 account.KeepGoods,
	"GET /seller/products/export.:format":                  account.KeepGoods,
	"GET /seller/products/new":                             account.KeepGoods,
	"GET /seller/products/:id/label":                       account.KeepGoods,
	"POST /seller/products/:id/label":                      account.KeepGoods,
	"POST /seller/products/:id/label/withdraw":             account.KeepGoods,
	"GET /association/labels":                              account.KeepCooperatives,
	"GET /association/labels/:id/copy.jpg":                 account.KeepCooperatives,
	"POST /association/labels/:id/:decision":               account.KeepCooperatives,
	"POST /seller/products/new":                            account.KeepGoods,
	"POST /seller/products/several":                        account.KeepGoods,
	"GET /seller/products/:id":                             account.KeepGoods,
	"POST /seller/products/:id":                            account.KeepGoods,
	"POST /seller/products/:id/quick":                      account.KeepGoods,
	"POST /seller/products/:id/state":                      account.KeepGoods,
	"POST /seller/products/:id/sizes":                      account.KeepGoods,
	"GET /seller/products/:id/picture":                     account.KeepGoods,
	"POST /seller/products/:id/picture":                    account.KeepGoods,
	"GET /seller/upload":                                   account.UploadGoods,
	"POST /seller/upload":                                  account.UploadGoods,
	"GET /seller/upload/:id":                               account.UploadGoods,
	"GET /seller/upload/:id/errors.csv":                    account.UploadGoods,
	"POST /seller/upload/:id/repair":                       account.UploadGoods,
	"POST /seller/upload/:id/reread":                       account.UploadGoods,
	"POST /seller/upload/:id/apply":                        account.UploadGoods,
	"POST /seller/upload/:id/discard":                      account.UploadGoods,
	"GET /seller/money":                                    account.SeeOwnMoney,
	"GET /seller/money.:format":                            account.SeeOwnMoney,
	"GET /association":                                     account.SeeSales,
	"GET /association/sales":                               account.SeeSales,
	"GET /association/sales/months":                        account.SeeSales,
	"GET /association/sales/spread":                        account.SeeSales,
	"GET /association/sales.:format":                       account.SeeSales,
	"GET /association/sales/idle":                          account.SeeSales,
	"GET /association/sales/idle.:format":                  account.SeeSales,
	"GET /association/cooperatives":                        account.SeeCooperatives,
	"GET /association/cooperatives.:format":                account.SeeCooperatives,
	"GET /association/cooperatives/:slug":                  account.SeeCooperatives,
	"GET /association/cooperatives/new":                    account.KeepCooperatives,
	"POST /association/cooperatives/new":                   account.KeepCooperatives,
	"GET /association/cooperatives/:slug/edit":             account.KeepCooperatives,
	"POST /association/cooperatives/:slug/edit":            account.KeepCooperatives,
	"POST /association/cooperatives/:slug/approve":         account.KeepCooperatives,
	"POST /association/cooperatives/:slug/suspend":         account.KeepCooperatives,
	"POST /association/cooperatives/:slug/members":         account.KeepPeople,
	"GET /association/orders":                              account.SeeOrders,
	"POST /association/orders":                             account.SeeOrders,
	"GET /association/orders.:format":                      account.SeeOrders,
	"GET /association/orders/:id":                          account.SeeOrders,
	"GET /association/orders/held":                         account.SeeOrders,
	"POST /association/orders/held/free":                   account.MoveOrders,
	"GET /association/orders/messages":                     account.MoveOrders,
	"POST /association/orders/messages/:id/sent":           account.MoveOrders,
	"POST /association/orders/messages/:id/unsent":         account.MoveOrders,
	"POST /association/orders/:id/:move":                   account.MoveOrders,
	"GET /association/orders/:id/erase":                    account.EraseBuyers,
	"POST /association/orders/:id/erase":                   account.EraseBuyers,
	"GET /association/orders/:id/giveback":                 account.SeeOrders,
	"POST /association/orders/:id/giveback":                account.GiveBack,
	"GET /association/refunds":                             account.SeeOrders,
	"POST /association/refunds/:id/given":                  account.GiveBack,
	"POST /association/refunds/:id/means":                  account.GiveBack,
	"GET /association/settlement":                          account.SeeMoney,
	"GET /association/settlement.:format":                  account.SeeMoney,
	"GET /association/settlement/:slug":                    account.SeeMoney,
	"POST /association/settlement/pay":                     account.PayOut,
	"GET /association/settlement/cash":                     account.SeeMoney,
	"POST /association/settlement/cash/count":              account.PayOut,
	"POST /association/settlement/cash/bank":               account.PayOut,
	"POST /association/settlement/cash/carriers":           account.PayOut,
	"POST /association/settlement/cash/carriers/:id/end":   account.PayOut,
	"POST /association/settlement/cash/carriers/:id/again": account.PayOut,
	"POST /association/settlement/:slug/pay":               account.PayOut,
	"POST /association/settlement/:slug/payouts/:id/undo":  account.PayOut,
	"POST /association/settlement/:slug/payouts/:id/again": account.PayOut,
	"GET /association/transfers":                           account.SeeMoney,
	"GET /association/transfers/:id":                       account.SeeMoney,
	"POST /association/transfers/:id/receive":              account.PayOut,
	"POST /association/transfers/receipts/:id/undo":        account.PayOut,
	"GET /association/transfers/pictures/:id/copy.jpg":     account.SeeMoney,
	"GET /association/transfers/statements":                account.SeeMoney,
	"POST /association/transfers/statements":               account.PayOut,
	"GET /association/transfers/statements/:id":            account.SeeMoney,
	"POST /association/transfers/statements/:id/columns":   account.PayOut,
	"POST /association/transfers/statements/:id/book":      account.PayOut,
	"POST /association/transfers/statements/:id/discard":   account.PayOut,
	"GET /association/transfers/lines":                     account.SeeMoney,
	"POST /association/transfers/lines/:id/assign":         account.PayOut,
	"POST /association/transfers/lines/:id/same":           account.PayOut,
	"POST /association/transfers/lines/:id/aside":          account.PayOut,
	"GET /association/payments":                            account.SeeMoney,
	"POST /association/payments/:id/again":                 account.PayOut,
	"POST /association/payments/differences/:id/settle":    account.PayOut,
	"GET /association/disputes":                            account.SeeMoney,
	"POST /association/disputes/:id/decide":                account.PayOut,
	"POST /association/disputes/:id/bear":                  account.PayOut,
	"GET /association/orders/:id/dispute":                  account.SeeMoney,
	"POST /association/orders/:id/dispute":                 account.PayOut,
	"GET /association/settings":                            account.KeepSettings,
	"POST /association/settings":                           account.KeepSettings,
	"GET /association/people":                              account.KeepPeople,
	"POST /association/people":                             account.KeepPeople,
	"POST /association/people/find":                        account.KeepPeople,
	"GET /association/people.:format":                      account.KeepPeople,
	"GET /association/people/:id":                          account.KeepPeople,
	"POST /association/people/:id/link":                    account.KeepPeople,
	"POST /association/people/:id/signout":                 account.KeepPeople,
	"POST /association/people/:id/role":                    account.KeepPeople,
	"POST /association/people/:id/end":                     account.KeepPeople,
	"POST /association/people/:id/reopen":                  account.KeepPeople,
	"GET /association/security":                            account.SeeSecurity,
	"POST /association/security":                           account.SeeSecurity,
	"GET /association/security.:format":                    account.SeeSecurity,
	"GET /seller/returns":                                  account.SeeParts,
	"POST /seller/returns/:id/:line":                       account.KeepGoods,
	"GET /association/returns":                             account.SeeOrders,
	"GET /association/returns/:id":                         account.SeeOrders,
	"POST /association/returns/:id/receive":                account.GiveBack,
	"POST /association/returns/:id/:move":                  account.MoveOrders,
}

// trusted are the roles that have a right. It says once more what the table of roles says: who gives one a right says
// here whom the routes above then let in.
var trusted = map[account.Right]string{
	account.SeeParts:         "president manager preparer",
	account.PrepareParts:     "president manager preparer",
	account.KeepGoods:        "president manager",
	account.UploadGoods:      "president manager",
	account.SeeOwnMoney:      "president manager",
	account.KeepPage:         "president manager",
	account.SeeCooperative:   "president manager",
	account.KeepMembers:      "president",
	account.SeeSales:         "director treasurer marketing",
	account.SeeCooperatives:  "director treasurer marketing support",
	account.KeepCooperatives: "director",
	account.SeeOrders:        "director treasurer support",
	account.MoveOrders:       "director support",
	account.EraseBuyers:      "director support",
	account.SeeMoney:         "director treasurer",
	account.GiveBack:         "director treasurer",
	account.PayOut:           "director treasurer",
	account.KeepSettings:     "director",
	account.KeepPeople:       "director",
	account.SeeSecurity:      "director",
}

// admits reports whether those lists say that a route is for a role.
func admits(route web.Route, role account.Role) bool {
	return slices.Contains(strings.Fields(trusted[cleared[route.Method+" "+route.Path]]), string(role))
}

func TestEveryRouteAdmitsWhomItIsFor(t *testing.T) {
	t.Parallel()
	m := withCard(t)
	people := staff(m)
	theirs := recordsOf(t, m, m.Honey)
	const nobody, elsewhere = account.Role("anybody"), account.Role("a president elsewhere")
	people[nobody], people[elsewhere] = m.Visitor().Stay(), m.SignIn(m.Oil.Member).Stay()
	expected := func(route web.Route, who account.Role) outcome {
		switch {
		case route.Policy == web.Public || route.Policy == web.Demo:
			return admitted
		case who == nobody:
			return toSignIn
		case route.Policy == web.SignedIn || admits(route, who):
			return admitted
		case who == elsewhere && admits(route, account.President):
			if strings.Contains(route.Path, ":id") {
				return hidden // another cooperative's record
			}
			return admitted
		}
		return refused
	}
	ends := map[string]bool{"/signout": true, "/reset/:token": true} // they end the very sessions this test uses
	routes := m.Server.Routes()
	// First whoever is turned away, which must change nothing; then those who only look; then those
	// who act.
	rounds := []func(web.Route, outcome) bool{
		func(_ web.Route, want outcome) bool { return want != admitted },
		func(r web.Route, want outcome) bool { return want == admitted && r.Method == http.MethodGet },
		func(r web.Route, want outcome) bool { return want == admitted && r.Method != http.MethodGet },
	}
	for _, route := range routes {
		forEverybody := slices.Contains([]web.Policy{web.Public, web.Demo, web.SignedIn}, route.Policy)
		if said := cleared[route.Method+" "+route.Path] != ""; said == forEverybody {
			t.Errorf("%s %s is for everybody: %t; cleared, above, lists it with the right that it asks for: %t", route.Method, route.Path, forEverybody, said)
		}
	}
	tried := 0
	for _, round := range rounds {
		for _, route := range routes {
			for who, client := range people {
				want := expected(route, who)
				if !round(route, want) || ends[route.Path] && route.Method != http.MethodGet {
					continue
				}
				tried++
				got, status := try(client, route.Method, theirs.path(route))
				if got == hidden && want == admitted && route.Policy == web.Public {
					continue // nobody is turned away; what is there is for the pages' own tests
				}
				if got != want {
					t.Errorf("%s %s (%s): %s is %s (%d), not %s", route.Method, route.Path, route.Policy, who, got, status, want)
				}
			}
		}
	}
	if tried < len(people)*(len(routes)-2) {
		t.Errorf("only %d of %d routes times %d people were tried", tried, len(routes), len(people))
	}
}

// Roles do not tell apart the rights that the same ones have: whoever has every right of the house but the one that a
// route asks for is refused, and would not be if it asked for another.
func TestEveryRouteAsksForItsOwnRight(t *testing.T) {
	t.Parallel()
	m := withCard(t)
	theirs := recordsOf(t, m, m.Honey)
	heads := map[account.Role]*storetest.Client{account.President: m.SignIn(m.Honey.Member).Stay(), account.Director: m.SignIn(m.Association).Stay()}
	for _, route := range m.Server.Routes() {
		asked, there := cleared[route.Method+" "+route.Path]
		if !there {
			continue
		}
		head := account.Holders(asked)[0] // who has all
		m.Server.Confine(slices.DeleteFunc(head.Rights(), func(right account.Right) bool { return right == asked })...)
		if got, status := try(heads[head], route.Method, theirs.path(route)); got != refused {
			t.Errorf("%s %s: who has every right but %s is %s (%d)", route.Method, route.Path, asked, got, status)
		}
	}
}

func TestAForbiddenPageSaysWhoMay(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	preparer := m.SignIn(m.Hire(account.Preparer, m.Honey))
	for _, code := range storetest.Languages() {
		l := m.Languages.Locale(code)
		page := preparer.Get("/" + code + "/seller/money").Want(http.StatusForbidden)
		if said := page.Text("main"); !strings.Contains(said, l.T("role.president")) || !strings.Contains(said, l.T("role.manager")) || strings.Contains(said, l.T("role.treasurer")) {
			t.Errorf("%s: it says %q", code, said)
		}
		if page.Find("main a.btn").First().AttrOr("href", "") != "/"+code+"/seller" {
			t.Errorf("%s: it does not lead back to her own pages", code)
		}
	}
}

// upon are rights that are of no use without another one, which every role that has the first therefore has as well.
var upon = map[account.Right]account.Right{
	account.PrepareParts: account.SeeParts, account.UploadGoods: account.KeepGoods, account.KeepMembers: account.SeeCooperative,
	account.KeepCooperatives: account.SeeCooperatives, account.KeepPeople: account.SeeCooperatives,
	account.MoveOrders: account.SeeOrders, account.EraseBuyers: account.SeeOrders, account.PayOut: account.SeeMoney,
}

// whole are these rights with those that they are of no use without.
func whole(rights ...account.Right) []account.Right {
	for _, right := range rights {
		if base := upon[right]; base != "" {
			rights = append(rights, base)
		}
	}
	return rights
}

func TestNoRoleHasARightThatItCannotUse(t *testing.T) {
	t.Parallel()
	for right, base := range upon {
		for _, role := range account.Holders(right) {
			if !role.Holds(base) {
				t.Errorf("a %s may %s and not %s", role, right, base)
			}
		}
	}
}

// Each page is read by whoever has every role, and by people whom no role is for yet: with the right that the page
// asks for, alone and beside each other one of the house. So a button that shows with a right of another page is found
// although all who have that one today have its own as well.
func TestPagesOfferOnlyWhatTheirReadersMayDo(t *testing.T) {
	t.Parallel()
	m := withCard(t)
	theirs := recordsOf(t, m, m.Honey)
	readers := map[bool]*storetest.Client{true: m.SignIn(m.Honey.Member).Stay(), false: m.SignIn(m.Association).Stay()} // in a cooperative or not
	routes := m.Server.Routes()
	leads := func(method, address string) (web.Route, bool) {
		path, _, _ := strings.Cut(address, "?")
		path, _, _ = strings.Cut(path, "#")
		for _, route := range routes {
			if route.Policy == web.Holder && route.Method == method && fiber.RoutePatternMatch(path, "/fr"+route.Path) {
				return route, true
			}
		}
		return web.Route{}, false
	}
	told := make(map[string]bool)
	for _, route := range routes {
		if route.Method != http.MethodGet || route.Policy != web.Holder || strings.Contains(route.Path, ".") {
			continue
		}
		inCooperative := account.Holders(route.Right)[0].InCooperative()
		var people [][]account.Right
		for _, role := range account.Roles(inCooperative) {
			if role.Holds(route.Right) {
				people = append(people, role.Rights())
			}
		}
		for _, besides := range account.Roles(inCooperative)[0].Rights() { // the head's, who has all
			people = append(people, whole(route.Right, besides))
		}
		for _, rights := range people {
			m.Server.Confine(rights...)
			page := readers[inCooperative].Get(theirs.path(route)).Want(http.StatusOK)
			offers := func(method, address string) {
				to, ok := leads(method, address)
				if offer := fmt.Sprintf("%s offers %s %s", route.Path, method, to.Path); ok && !slices.Contains(rights, to.Right) && !told[offer] {
					told[offer] = true
					t.Errorf("%s, which asks for %s, to who may %v only", offer, to.Right, rights)
				}
			}
			page.Doc.Find("a[href]").Each(func(_ int, a *goquery.Selection) { offers(http.MethodGet, a.AttrOr("href", "")) })
			page.Doc.Find("form[action]").Each(func(_ int, form *goquery.Selection) {
				offers(strings.ToUpper(form.AttrOr("method", "get")), form.AttrOr("action", ""))
			})
			page.Doc.Find("[formaction]").Each(func(_ int, button *goquery.Selection) {
				offers(http.MethodPost, button.AttrOr("formaction", ""))
			})
		}
	}
}

func TestWhoMayNotActIsNotToldTo(t *testing.T) {
	t.Parallel()
	m := withCard(t)
	theirs := recordsOf(t, m, m.Honey)
	said := m.Languages.Locale("fr")
	director := m.SignIn(m.Association).Stay()
	newcomer, err := m.Accounts.Create(t.Context(), account.NewUser{Name: "Zineb", Email: "zineb@souk.test", Password: storetest.Password, Role: account.President, CooperativeID: &m.Pending.ID})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		who            *storetest.Client
		path           string
		right, besides account.Right // that the page asks for, and that the words are for
		words          string
	}{
		{director, "/association/settlement", account.SeeMoney, account.PayOut, said.T("association.pay.record")},
		{director, "/association/people/:id", account.KeepPeople, account.SeeSecurity, said.T("association.security.title")},
		{m.SignIn(newcomer).Stay(), "/seller", account.SeeParts, account.KeepGoods, said.T("seller.home.no_products_text")},
	} {
		path := theirs.path(web.Route{Path: c.path})
		m.Server.Confine(c.right)
		if page := c.who.Get(path).Want(http.StatusOK); strings.Contains(page.Text("main"), c.words) {
			t.Errorf("%s: who may %s only reads %q", path, c.right, c.words)
		}
		m.Server.Confine(c.right, c.besides)
		if page := c.who.Get(path).Want(http.StatusOK); !strings.Contains(page.Text("main"), c.words) {
			t.Errorf("%s: who may %s does not read %q", path, c.besides, c.words)
		}
	}
}

func TestAPreparerSeesNoMoneyOfHerCooperative(t *testing.T) {
	t.Parallel()
	m := withCard(t)
	preparer, manager := m.SignIn(m.Hire(account.Preparer, m.Honey)), m.SignIn(m.Hire(account.Manager, m.Honey))
	theirs := recordsOf(t, m, m.Honey)
	share := m.Languages.Locale("fr").T("seller.orders.share")
	for _, path := range []string{"/seller", "/seller/orders", "/seller/orders/:id"} {
		path = theirs.path(web.Route{Path: path})
		if said := preparer.Get(path).Want(http.StatusOK).Text("main"); strings.Contains(said, share) || strings.Contains(said, "DH") {
			t.Errorf("%s tells her %q", path, said)
		}
		if said := manager.Get(path).Want(http.StatusOK).Text("main"); !strings.Contains(said, share) {
			t.Errorf("%s does not tell the manager her share: %q", path, said)
		}
	}
}

// open is what anybody may use. A route that is added here is added on purpose.
var open = []string{
	"GET /robots.txt", "GET /sitemap.xml", "GET /sitemaps/:part.xml", "GET /favicon.ico", "GET /apple-touch-icon.png",
	"GET /:lang/manifest.webmanifest", "GET /", "GET /healthz", "GET /readyz", "GET /pictures/:id/:file",
	"GET /:lang/", "GET /:lang/products", "GET /:lang/products/:slug", "GET /:lang/suggest",
	"GET /:lang/cooperatives", "GET /:lang/cooperatives/:slug", "GET /:lang/pages/:name", "GET /:lang/place", "POST /:lang/place",
	"GET /:lang/orders", "GET /:lang/orders/find", "POST /:lang/orders/find", "POST /:lang/orders/forget", "GET /:lang/basket", "POST /:lang/basket/lines", "POST /:lang/basket/lines/:product",
	"GET /:lang/checkout", "POST /:lang/checkout", "GET /:lang/orders/:token", "POST /:lang/orders/:token/cancel",
	"GET /:lang/orders/:token/address", "POST /:lang/orders/:token/address", "POST /:lang/orders/:token/again", "GET /:lang/orders/:token/return", "POST /:lang/orders/:token/return", "POST /:lang/orders/:token/return/keep", "GET /:lang/orders/:token/pay", "GET /:lang/orders/:token/paid", "POST /:lang/orders/:token/paid", "POST /webhooks/:provider", "POST /:lang/orders/:token/means", "POST /:lang/orders/:token/receipt", "POST /:lang/orders/:token/account", "GET /:lang/confirm/:token", "POST /:lang/confirm/:token",
	"GET /:lang/signin", "POST /:lang/signin", "POST /:lang/signout",
	"GET /:lang/forgot", "POST /:lang/forgot", "GET /:lang/reset/:token", "POST /:lang/reset/:token",
	"GET /api/openapi.yaml", "GET /api/v1/products", "GET /api/v1/products/:slug", "GET /api/v1/cooperatives",
	"POST /api/v1/orders", "GET /api/v1/orders/:token",
}

func TestEachAreaIsForItsOwnPeople(t *testing.T) {
	t.Parallel()
	var public []string
	for _, route := range storetest.New(t).Server.Routes() {
		want := web.Public
		switch area, _, _ := strings.Cut(strings.TrimPrefix(route.Path, "/"), "/"); {
		case area == "seller" || strings.HasPrefix(area, "association"):
			want = web.Holder
			if inCooperative := account.Holders(route.Right)[0].InCooperative(); inCooperative != (area == "seller") {
				t.Errorf("%s %s asks for the right %s", route.Method, route.Path, route.Right)
			}
		case area == "account":
			want = web.SignedIn
		case area == "demo":
			want = web.Demo
		default:
			name := route.Path
			if !route.NoLang {
				name = "/:lang" + name
			}
			public = append(public, route.Method+" "+name)
		}
		if route.Policy != want {
			t.Errorf("%s %s is for %s, not for %s", route.Method, route.Path, route.Policy, want)
		}
	}
	slices.Sort(public)
	expected := slices.Sorted(slices.Values(open))
	if !slices.Equal(public, expected) {
		t.Errorf("open to anybody is\n%s\nnot\n%s", strings.Join(public, "\n"), strings.Join(expected, "\n"))
	}
}

func TestStrangersSendNoLargeBodies(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	path, photo := "/fr/seller/products/"+m.Honey.Products[0].ID.String()+"/picture", make([]byte, 3<<20)
	ended := m.SignIn(m.Honey.Member).Stay()
	if _, err := m.DB.Exec(`delete from sessions`); err != nil {
		t.Fatal(err)
	}
	for who, client := range map[string]*storetest.Client{"a stranger": m.Visitor().Stay(), "who was signed out": ended} {
		page := client.Upload(path, "picture", "a.jpg", photo, nil).Want(http.StatusSeeOther)
		if to := page.Header.Get("Location"); to != "/fr/signin" {
			t.Errorf("%s is led to %s", who, to)
		}
	}
	m.SignIn(m.Honey.Member).Upload(path, "picture", "a.jpg", photo, nil).Want(http.StatusUnprocessableEntity)

	// Nor do they get an upload's time: who sends drop by drop is cut off like everywhere.
	conn, err := net.Dial("tcp", strings.TrimPrefix(m.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: souk\r\nContent-Length: 900000\r\n\r\n", path); err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _ = response.Body.Close(); response.StatusCode != http.StatusRequestTimeout {
		t.Errorf("after a while it is answered %d", response.StatusCode)
	}
}

func TestOnlyADemonstrationHasItsPages(t *testing.T) {
	t.Parallel()
	m := storetest.New(t, func(c *storefront.Config) { c.Demo = false })
	client := m.SignIn(m.Association)
	for _, route := range m.Server.Routes() {
		if route.Policy == web.Demo {
			client.Get("/fr" + route.Path).Want(http.StatusNotFound)
		}
	}
}

func TestASuspendedCooperativesMemberStillSignsIn(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	if err := m.Cooperatives.SetState(t.Context(), m.Honey.ID, "suspended", "a complaint", actor.OfAssociation(m.Association.ID)); err != nil {
		t.Fatal(err)
	}
	m.SignIn(m.Honey.Member).Get("/fr/seller").Want(http.StatusOK)
}

func TestADisabledPersonIsAnybody(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	client := m.SignIn(m.Association).Stay()
	if _, err := m.DB.Exec(`update users set disabled_at = now() where id = $1`, m.Association.ID); err != nil {
		t.Fatal(err)
	}
	page := client.Get("/fr/signin").Want(http.StatusOK)
	if cookie := page.Header.Get("Set-Cookie"); !strings.HasPrefix(cookie, web.SessionCookie+"=;") {
		t.Errorf("the session's cookie stays: %q", cookie)
	}
}
