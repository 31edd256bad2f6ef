package order_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/audit"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/gate"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/paymenttest"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
	"github.com/souk-taawon/souk/internal/settlement"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// secret makes the links of every market.
const secret = "a secret of thirty-two characters"

// monday is when every story begins.
var monday = time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)

// market is a small market with three cooperatives, each with what it makes, 10 pieces in stock.
type market struct {
	*order.Service
	t     testing.TB
	db    *sqlx.DB
	texts *i18n.Bundle

	couscous, honey, soap uuid.UUID               // the cooperatives; couscous and soap are women's
	association           uuid.UUID               // who acts for it
	members               map[uuid.UUID]uuid.UUID // who acts for each cooperative
	card                  *paymenttest.Provider   // a means of payment that is paid before
	payments              *payment.Service

	wheat   uuid.UUID // of couscous: 26 dirhams
	barley  uuid.UUID // of couscous: 65
	thyme   uuid.UUID // of honey: 110
	cheese  uuid.UUID // of honey: 30, perishable
	olive   uuid.UUID // of soap: 28
	hidden  uuid.UUID // of soap: 40, a draft
	pending uuid.UUID // of a cooperative that is not approved yet: 40

	lastPayout settlement.Payout // that may be undone

	mu  sync.Mutex
	now time.Time
}

func newMarket(t testing.TB) *market {
	t.Helper()
	m := &market{t: t, db: pgtest.New(t), now: monday, card: paymenttest.New()}
	var err error
	m.texts, err = i18n.Load()
	m.must(err)
	m.Service = m.orders(secret)
	m.Gate = gate.New(gate.Limits{AtOnce: 5, PerPerson: 1000, Waiting: 1000, Patience: time.Minute})
	// What may wait unconfirmed is bounded in hold_test.go.
	m.exec(`update settings set decided = decided || '{"reservation_hours": "72", "order_products": "100", "phone_orders": "1000", "phone_pieces": "100000", "order_pieces": "100000", "product_share": "100", "market_share": "100"}'`)
	// Until when what was paid is held after delivery is set in window_test.go.
	m.returnDays(0)
	m.couscous = m.cooperative("nouarat-echcharaa", "نوارة الشراعة", 0, "approved")
	m.honey = m.cooperative("iklil-el-qimma", "إكليل القمة", 5, "approved")
	m.soap = m.cooperative("zahrat-el-ain", "زهرة العين", 0, "approved")
	newcomer := m.cooperative("jdida", "جديدة", 0, "pending")
	m.association = m.user("association@souk.example", "director", nil, "ar")
	m.members = map[uuid.UUID]uuid.UUID{
		m.couscous: m.user("member@nouarat.example", "president", &m.couscous, "fr"),
		m.honey:    m.user("member@iklil.example", "president", &m.honey, "ar"), m.soap: m.user("member@zahrat.example", "president", &m.soap, "ar"),
	}
	m.exec(`update users set disabled_at = created_at where cooperative_id in ($1, $2)`, m.honey, m.soap) // no mail to them
	m.wheat = m.product(m.couscous, "كسكس القمح", "Couscous de blé", 26_00, false, "published")
	m.barley = m.product(m.couscous, "كسكس الشعير", "Couscous d’orge", 65_00, false, "published")
	m.thyme = m.product(m.honey, "عسل الزعتر", "Miel de thym", 110_00, false, "published")
	m.cheese = m.product(m.honey, "جبن", "Fromage frais", 30_00, true, "published")
	m.olive = m.product(m.soap, "صابون بلدي", "Savon noir", 28_00, false, "published")
	m.hidden = m.product(m.soap, "صابون جديد", "Savon nouveau", 40_00, false, "draft")
	m.pending = m.product(newcomer, "مربى", "Confiture", 40_00, false, "published")
	return m
}

// orders are those of this market, its links made with that secret. Package market, which wires all services,
// stands above this one and may not be used here: these are only those that orders stand on.
func (m *market) orders(linkSecret string, besides ...payment.Provider) *order.Service {
	m.t.Helper()
	log := slog.New(slog.DiscardHandler)
	jobs, err := job.New(m.db, nil, nil, log)
	m.must(err)
	payments := payment.New(m.db, jobs, m.clock, append([]payment.Provider{payment.Cash{}, m.card}, besides...)...)
	orders := order.New(m.db, catalog.New(m.db, log, m.clock), delivery.New(m.db, m.clock), payments, jobs, m.texts,
		[]byte(linkSecret), "https://souk.example", m.clock)
	orders.Unpaid = m.settlements().UnpaidTx
	payments.Payee = orders
	m.payments = payments
	return orders
}

// returnDays decides for how long goods of orders that are delivered from now on may be sent back.
func (m *market) returnDays(days int) {
	m.t.Helper()
	m.exec(`update settings set decided = decided || jsonb_build_object('return_days', $1::text)`, strconv.Itoa(days))
}

func (m *market) clock() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// later lets time pass.
func (m *market) later(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
}

func (m *market) must(err error) {
	if err != nil {
		m.t.Helper()
		m.t.Fatal(err)
	}
}

func (m *market) exec(statement string, args ...any) {
	m.t.Helper()
	_, err := m.db.Exec(statement, args...)
	m.must(err)
}

func (m *market) cooperative(slug, name string, men int, state string) uuid.UUID {
	m.t.Helper()
	id := postgres.NewID()
	m.exec(`
		insert into cooperatives (id, slug, name_ar, name_fr, sector, commune, women, men, young, email, state, created_at, updated_at)
		values ($1, $2, $3, $2, 'crafts', 'tafoughalt', 9, $4, 0, $2 || '@souk.example', $5, $6, $6)`,
		id, slug, name, men, state, m.clock())
	return id
}

func (m *market) user(email, role string, cooperative *uuid.UUID, locale string) uuid.UUID {
	m.t.Helper()
	id := postgres.NewID()
	m.exec(`
		insert into users (id, name, email, password_hash, role, cooperative_id, locale, created_at)
		values ($1, 'فاطمة', $2, '', $3, $4, $5, $6)`, id, email, role, cooperative, locale, m.clock())
	return id
}

func (m *market) product(cooperative uuid.UUID, ar, fr string, price money.Amount, perishable bool, state string) uuid.UUID {
	m.t.Helper()
	id := postgres.NewID()
	m.exec(`
		insert into products (id, cooperative_id, sku, slug, category, name_ar, name_fr, unit_amount, unit_code,
		    price_centimes, stock, perishable, state, drawing, created_at, updated_at)
		values ($1, $2, $3, $3, 'cereal', $4, $5, 1, 'kg', $6, 0, $7, $8, 'jar', $9, $9)`,
		id, cooperative, id.String(), ar, fr, price, perishable, state, m.clock())
	m.restock(id, 10)
	return id
}

// of is a member of the cooperative who makes a move, and what she writes about it.
func (m *market) of(cooperative uuid.UUID, note ...string) order.By {
	return order.By{Actor: actor.OfCooperative(cooperative, m.members[cooperative]), Note: strings.Join(note, " ")}
}

// people is the association that makes a move, and what it writes about it.
func (m *market) people(note ...string) order.By {
	return order.By{Actor: actor.OfAssociation(m.association), Note: strings.Join(note, " ")}
}

// restock counts n more pieces.
func (m *market) restock(product uuid.UUID, n int) {
	m.t.Helper()
	m.exec(`
		with counted as (update products set stock = stock + $2 where id = $1 returning id)
		insert into stock_movements (id, product_id, delta, reason, actor, at)
		select $3, id, $2, 'count', 'system', $4 from counted`, product, n, postgres.NewID(), m.clock())
}

func (m *market) stock(product uuid.UUID) (n int) {
	m.t.Helper()
	m.must(m.db.Get(&n, `select stock from products where id = $1`, product))
	return n
}

// basic is what Fatima orders, if nothing else is said: from all three cooperatives, for 218
// dirhams, to her door in Berkane for 20 more.
func (m *market) basic() order.PlaceInput {
	return order.PlaceInput{
		Lines: []order.Line{
			{ProductID: m.wheat, Quantity: 2}, {ProductID: m.thyme, Quantity: 1}, {ProductID: m.olive, Quantity: 2},
		},
		Buyer:    order.Buyer{Name: "فاطمة الزهراء بنعيسى", Phone: "06 61 23 45 67", Place: "berkane", Address: "حي السلام"},
		Delivery: delivery.Home,
		Payment:  payment.CashOnDelivery,
		Locale:   "ar",
		Source:   order.Shop,
	}
}

func (m *market) place(in order.PlaceInput) order.Placed {
	m.t.Helper()
	placed, err := m.Place(context.Background(), in)
	m.must(err)
	return placed
}

// read reads an order anew.
func (m *market) read(id uuid.UUID) order.Order {
	m.t.Helper()
	o, err := m.ForAssociation(context.Background(), id)
	m.must(err)
	return o
}

// part is the order's part of that cooperative.
func (m *market) part(o order.Order, cooperative uuid.UUID) order.Part {
	m.t.Helper()
	for _, p := range o.Parts {
		if p.Cooperative.ID == cooperative {
			return p
		}
	}
	m.t.Fatalf("order %s has no part of %s", o.Number, cooperative)
	return order.Part{}
}

// handOverAll brings every part that is left to the association.
func (m *market) handOverAll(id uuid.UUID) {
	m.t.Helper()
	ctx := context.Background()
	for _, p := range m.read(id).Parts {
		for _, step := range []struct {
			from order.PartState
			move order.Move
		}{{order.PartPlaced, order.MoveAccept}, {order.PartAccepted, order.MoveReady}, {order.PartReady, order.MoveHandOver}} {
			if p = m.part(m.read(id), p.Cooperative.ID); p.State == step.from {
				m.must(m.Move(ctx, step.move, p.ID, m.of(p.Cooperative.ID)))
			}
		}
	}
}

// states are the states of an order and of its parts, in their order.
func (m *market) states(id uuid.UUID) string {
	m.t.Helper()
	o := m.read(id)
	text := string(o.State) + ":"
	for _, p := range o.Parts {
		text += " " + string(p.State)
	}
	return text
}

func (m *market) wantStates(id uuid.UUID, want string) {
	m.t.Helper()
	if got := m.states(id); got != want {
		m.t.Errorf("the order is %q, want %q", got, want)
	}
}

// wantLedger compares all balances that are not zero.
func (m *market) wantLedger(want map[ledger.Account]money.Amount) {
	m.t.Helper()
	got, err := ledger.Balances(context.Background(), m.db)
	m.must(err)
	for account, amount := range got {
		if amount != want[account] {
			m.t.Errorf("ledger: %s holds %s, want %s", account, amount, want[account])
		}
	}
	for account, amount := range want {
		if _, ok := got[account]; !ok {
			m.t.Errorf("ledger: %s holds nothing, want %s", account, amount)
		}
	}
}

func (m *market) wantStock(want map[uuid.UUID]int) {
	m.t.Helper()
	for product, n := range want {
		if got := m.stock(product); got != n {
			m.t.Errorf("stock: %d, want %d", got, n)
		}
	}
}

// problems are what the audits of ledger, order, settlement and stock find.
func (m *market) problems() (found []string) {
	m.t.Helper()
	for _, run := range []func(context.Context, *sqlx.DB) ([]audit.Check, error){ledger.Audit, order.Audit, settlement.Audit} {
		checks, err := run(context.Background(), m.db)
		m.must(err)
		for _, c := range checks {
			for _, p := range c.Problems {
				found = append(found, c.Name+": "+p)
			}
		}
	}
	var drift []string
	m.must(m.db.Select(&drift, `
		select format('stock of %s is %s, its movements sum to %s', p.id, p.stock, coalesce(sum(v.delta), 0))
		from products p left join stock_movements v on v.product_id = p.id
		group by p.id having p.stock <> coalesce(sum(v.delta), 0)`))
	return append(found, drift...)
}

func (m *market) wantClean() {
	m.t.Helper()
	for _, p := range m.problems() {
		m.t.Error(p)
	}
}

// wantProblem wants the audits to find something by that name.
func (m *market) wantProblem(name string) {
	m.t.Helper()
	if found := m.problems(); !slices.ContainsFunc(found, func(p string) bool { return strings.HasPrefix(p, name) }) {
		m.t.Errorf("not found: %q", found)
	}
}

// mails are the messages queued since it was last asked, by recipient.
func (m *market) mails() map[string]mail.Message {
	m.t.Helper()
	list := m.mailsOf()
	messages := make(map[string]mail.Message, len(list))
	for _, message := range list {
		if _, twice := messages[message.To]; twice {
			m.t.Errorf("two mails to %s", message.To)
		}
		messages[message.To] = message
	}
	return messages
}

// mailsOf are these messages, of which one recipient may have several.
func (m *market) mailsOf() []mail.Message {
	m.t.Helper()
	var args [][]byte
	m.must(m.db.Select(&args, `delete from river_job where kind = 'mail_send' returning args`))
	messages := make([]mail.Message, len(args))
	for i, a := range args {
		m.must(json.Unmarshal(a, &messages[i]))
	}
	return messages
}

// phone is another valid number for each n below 1,000,000.
func phone(n int) string { return fmt.Sprintf("0661%06d", n) }
