package order_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/postgres"
)

// hadda is a buyer of whom everything is known that can be.
var hadda = order.Buyer{
	Name: "حدة الوكيلي", Phone: "0662 98 76 54", Email: "hadda@poste.example", Place: "berkane",
	Address: "درب الصفصاف", Landmark: "خلف الفرن", Note: "كلموني بعد العصر",
}

// ofHadda is what the database must not hold once she is erased, her notes in other people's words among it.
var ofHadda = []string{"حدة", "الوكيلي", "662987654", "hadda", "الصفصاف", "خلف الفرن", "بعد العصر", "جارتها"}

// byHadda places an order of hers through a program, as a stranger would, and lets its first letter be kept.
func (m *market) byHadda(key string) order.Order {
	m.t.Helper()
	placed := m.place(order.PlaceInput{
		Lines: []order.Line{{ProductID: m.wheat, Quantity: 1}, {ProductID: m.thyme, Quantity: 1}}, Buyer: hadda,
		Delivery: delivery.Home, Payment: "cash_on_delivery", Locale: "ar", Source: order.API, From: "196.200.1.7", IdempotencyKey: key,
	})
	return placed.Order
}

// delivered brings an order to its end, with words about its buyer on the way.
func (m *market) delivered(o order.Order) {
	m.t.Helper()
	ctx, by := context.Background(), m.people("سلمناه عند جارتها")
	m.must(m.Move(ctx, order.MoveAccept, m.part(o, m.honey).ID, m.of(m.honey)))
	m.must(m.Move(ctx, order.MoveDecline, m.part(o, m.couscous).ID, m.of(m.couscous)))
	m.handOverAll(o.ID)
	m.must(m.Move(ctx, order.MoveDispatch, o.ID, by))
	m.must(m.Move(ctx, order.MoveDeliver, o.ID, by))
}

// sendAll lets the mail that waits be kept, as it is without a server.
func (m *market) sendAll() {
	m.t.Helper()
	w := &mail.Worker{DB: m.db, Secrets: mail.Secrets{order.SecretConfirm: m.Confirming}}
	for _, message := range m.mailsOf() {
		m.must(w.Work(context.Background(), &river.Job[mail.SendArgs]{Args: mail.SendArgs{Message: message}}))
	}
}

// known are the tables that hold any of the texts.
func (m *market) known(texts ...string) []string {
	m.t.Helper()
	var tables []string
	m.must(m.db.Select(&tables, `select tablename from pg_tables where schemaname = 'public' order by 1`))
	var found []string
	for _, table := range tables {
		for _, text := range texts {
			var n int
			m.must(m.db.Get(&n, fmt.Sprintf(`select count(*) from %q t where t::text like '%%' || $1 || '%%'`, table), text))
			if n > 0 {
				found = append(found, table+": "+text)
			}
		}
	}
	return found
}

// inStatistics is how many columns the planner remembers with any of the texts.
func (m *market) inStatistics(texts ...string) (n int) {
	m.t.Helper()
	m.must(m.db.Get(&n, `
		select count(*) from pg_stats s, unnest($1::text[]) of
		where schemaname = 'public' and tablename in ('orders', 'order_events') and s::text like '%' || of || '%'`, pq.Array(texts)))
	return n
}

// erase takes her off an order, or with all off every order of hers.
func (m *market) erase(id uuid.UUID, all bool) (n int, err error) {
	m.t.Helper()
	of, err := m.OfBuyer(context.Background(), id)
	if err != nil {
		return 0, err
	}
	return m.eraseSeen(id, all, of.Seen)
}

func (m *market) eraseSeen(id uuid.UUID, all bool, seen string) (n int, err error) {
	err = postgres.InTx(context.Background(), m.db, func(tx *sqlx.Tx) error {
		numbers, err := m.EraseTx(context.Background(), tx, id, all, seen)
		n = len(numbers)
		return err
	})
	return n, err
}

func TestOfABuyerWhoIsErasedNothingIsLeftAnywhere(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	first, second := m.byHadda("1"), m.byHadda("2")
	m.sendAll() // one of the letters to her is in the mailbox
	m.delivered(first)
	m.must(m.Move(t.Context(), order.MoveCancel, second.ID, m.people("قالت جارتها إنها سافرت")))
	others := m.place(m.basic()).Order
	m.exec(`analyze`)
	if known := m.known(ofHadda...); len(known) < 10 || m.inStatistics(ofHadda...) == 0 {
		t.Fatalf("she is hardly known: %v", known)
	}
	before := m.read(first.ID)
	var ledger, after string
	books := `select string_agg(t::text, '' order by t.id) from (
		select id, debit || credit || amount_centimes as t from postings union all select id, reference || state || amount_centimes from payment_intents) t`
	m.must(m.db.Get(&ledger, books))

	n, err := m.erase(first.ID, true)
	if n != 2 || err != nil {
		t.Fatalf("erased %d, %v", n, err)
	}
	if n := m.inStatistics(ofHadda...); n > 0 {
		t.Errorf("the planner remembers her in %d columns", n)
	}
	if known := m.known(ofHadda...); len(known) > 0 {
		t.Errorf("she is still known: %v", known)
	}
	m.must(m.db.Get(&after, books))
	if ledger != after {
		t.Error("the money trail has changed")
	}
	m.wantClean()
	left := m.read(first.ID)
	if left.ErasedAt == nil || !left.ErasedAt.Equal(m.clock()) || left.Buyer != (order.Buyer{Place: "berkane"}) {
		t.Errorf("erased %v, of the buyer is left %+v", left.ErasedAt, left.Buyer)
	}
	before.Buyer, before.ErasedAt = left.Buyer, left.ErasedAt
	for i, e := range before.Events {
		if e.Note == "سلمناه عند جارتها" {
			before.Events[i].Note = ""
		}
	}
	if diff := cmp.Diff(before, left); diff != "" {
		t.Errorf("of the order has changed: %s", diff)
	}
	list, err := m.List(t.Context(), order.Filter{Query: "0662987654"}, nil, 10)
	if len(list.Orders) != 0 || err != nil {
		t.Errorf("by her telephone %d orders are found, %v", len(list.Orders), err)
	}
	if m.read(others.ID).Buyer.Name == "" {
		t.Error("another buyer was erased with her")
	}
	if _, err := m.erase(first.ID, false); !errors.Is(err, order.ErrErased) {
		t.Errorf("erased a second time: %v", err)
	}
	if again := m.byHadda("1"); again.ID == first.ID {
		t.Error("a program's request is known again by her telephone number")
	}
}

// Whoever has money due back has to be known until she has it.
func TestABuyerWhoIsOwedMoneyIsNotErased(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.place(m.basic()).Order
	m.bring(o.ID)
	m.must(m.Adjust(t.Context(), o.ID, m.off(o, m.wheat, 1, "mouldy"), m.people()))
	for _, all := range []bool{false, true} {
		if _, err := m.erase(o.ID, all); !errors.Is(err, order.ErrOwed) {
			t.Errorf("all %t: %v", all, err)
		}
	}
	m.later(400 * 24 * time.Hour)
	m.must((&order.EraseWorker{Orders: m.Service}).Work(t.Context(), nil))
	if m.read(o.ID).ErasedAt != nil {
		t.Error("erased when her time was over")
	}
	m.giveBack()
	m.must((&order.EraseWorker{Orders: m.Service}).Work(t.Context(), nil))
	if m.read(o.ID).ErasedAt == nil {
		t.Error("not erased when she had it back")
	}
	m.wantClean()
}

func TestLinksOfAnErasedOrderEnd(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.byHadda("1")
	confirming, err := m.Confirming(t.Context(), o.ID)
	m.must(err)
	m.must(m.Move(t.Context(), order.MoveCancel, o.ID, m.people()))
	_, err = m.erase(o.ID, false)
	m.must(err)
	for name, open := range map[string]func() error{
		"her own":    func() error { _, err := m.ByToken(t.Context(), m.Token(o.ID, o.Link)); return err },
		"passed on":  func() error { _, err := m.ByToken(t.Context(), m.ReadingToken(o.ID, o.Link)); return err },
		"in a mail":  func() error { _, err := m.ByConfirmingToken(t.Context(), confirming); return err },
		"a new one":  func() error { return m.RenewLink(t.Context(), o.ID, nil) },
		"what is of": func() error { _, err := m.OfBuyer(t.Context(), o.ID); return err },
	} {
		if err := open(); !errors.Is(err, order.ErrErased) {
			t.Errorf("%s: %v, want ErrErased", name, err)
		}
	}
}

func TestAnOrderUnderWayIsNotErased(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ended, open := m.byHadda("1"), m.byHadda("2")
	m.must(m.Move(t.Context(), order.MoveCancel, ended.ID, m.people()))
	if _, err := m.erase(open.ID, false); !errors.Is(err, order.ErrUnderWay) {
		t.Errorf("an order under way: %v", err)
	}
	of, err := m.OfBuyer(t.Context(), open.ID)
	m.must(err)
	if len(of.Ended) != 1 || of.Ended[0].Number != ended.Number || len(of.Open) != 1 || of.Open[0].Number != open.Number {
		t.Errorf("of hers there are %+v", of)
	}
	if n, err := m.erase(open.ID, true); n != 1 || err != nil {
		t.Errorf("erased %d, %v", n, err)
	}
	if m.read(open.ID).Buyer.Phone != "+212662987654" || m.read(ended.ID).Buyer.Phone != "" {
		t.Error("the wrong one was erased")
	}
	if _, err := m.erase(open.ID, true); !errors.Is(err, order.ErrUnderWay) {
		t.Errorf("with nothing but an order under way: %v", err)
	}
	m.wantClean()
}

func TestWhatChangedSinceItWasSeenIsNotErased(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	first, second, third := m.byHadda("1"), m.byHadda("2"), m.byHadda("3")
	m.must(m.Move(t.Context(), order.MoveCancel, first.ID, m.people()))
	m.must(m.Move(t.Context(), order.MoveCancel, second.ID, m.people()))
	m.later(time.Minute)
	of, err := m.OfBuyer(t.Context(), first.ID)
	m.must(err)
	m.later(time.Minute)
	m.must(m.Move(t.Context(), order.MoveCancel, third.ID, m.people())) // it was under way when that was seen
	for _, seen := range []string{"", "yesterday", of.Seen + "x"} {
		for _, all := range []bool{true, false} {
			if _, err := m.eraseSeen(first.ID, all, seen); !errors.Is(err, order.ErrChangedSince) {
				t.Errorf("all %t, seen %q: %v, want ErrChangedSince", all, seen, err)
			}
		}
	}
	if _, err := m.eraseSeen(third.ID, false, of.Seen); !errors.Is(err, order.ErrChangedSince) {
		t.Errorf("an order that ended since: %v, want ErrChangedSince", err)
	}
	if _, err := m.eraseSeen(uuid.New(), false, of.Seen); !errors.Is(err, order.ErrNotFound) {
		t.Errorf("an order that is none: %v", err)
	}
	// What a stranger does under the number keeps nobody known.
	m.byHadda("4")
	if n, err := m.eraseSeen(first.ID, true, of.Seen); err != nil || n != 2 {
		t.Errorf("%d orders are erased, %v", n, err)
	}
	if m.read(third.ID).ErasedAt != nil || m.read(second.ID).ErasedAt == nil {
		t.Error("other orders are erased than were seen")
	}
	m.wantClean()
}

func TestALetterThatIsBeingSentIsWaitedFor(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.byHadda("1")
	m.must(m.Move(t.Context(), order.MoveCancel, o.ID, m.people()))
	m.exec(`update river_job set state = 'running', attempted_at = now() where kind = 'mail_send' and args->>'to' like 'hadda%'`)
	if _, err := m.erase(o.ID, false); !errors.Is(err, mail.ErrOnItsWay) {
		t.Errorf("%v, want ErrOnItsWay", err)
	}
	if m.read(o.ID).ErasedAt != nil {
		t.Error("it is half erased")
	}
	m.exec(`update river_job set state = 'completed', finalized_at = now() where state = 'running'`)
	_, err := m.erase(o.ID, false)
	m.must(err)
	m.wantClean()
}

func TestBuyersAreForgottenInTime(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	w := &order.EraseWorker{Orders: m.Service}
	m.exec(`update settings set decided = decided || '{"buyer_months": "3"}'`)
	old := m.byHadda("1")
	m.later(24 * time.Hour)
	m.delivered(old)
	open := m.byHadda("2")
	m.later(91 * 24 * time.Hour) // three months after it was placed, not after it was delivered
	m.must(w.Work(t.Context(), nil))
	if m.read(old.ID).ErasedAt != nil {
		t.Error("it is erased too early")
	}
	m.later(25 * time.Hour)
	m.must(w.Work(t.Context(), nil))
	if m.read(old.ID).ErasedAt == nil || m.read(open.ID).ErasedAt != nil {
		t.Errorf("erased: the old one %v, the open one %v", m.read(old.ID).ErasedAt, m.read(open.ID).ErasedAt)
	}
	m.must(w.Work(t.Context(), nil))
	m.wantClean()
}

func TestErasingInBatchesLeavesNoneOut(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.byHadda("1")
	m.must(m.Move(t.Context(), order.MoveCancel, o.ID, m.people()))
	m.exec(`
		create temp table copies on commit drop as select gen_random_uuid() as id, n from generate_series(1, 1200) n;
		insert into orders (id, number, token_hash, request_hash, source, locale, buyer_name, buyer_phone, place, delivery, payment,
		    items_centimes, delivery_centimes, total_centimes, due_centimes, state, deliver_from, deliver_to, placed_at, expires_at)
		select c.id, 'copy-' || c.n, decode(md5(c.n::text), 'hex'), request_hash, source, locale, buyer_name, buyer_phone, place, delivery, payment,
		    items_centimes, delivery_centimes, total_centimes, due_centimes, state, deliver_from, deliver_to, placed_at, expires_at
		from orders o cross join copies c;
		insert into order_events (id, order_id, state, actor, at) select gen_random_uuid(), c.id, 'cancelled', 'buyer', e.at
		from copies c cross join (select max(at) as at from order_events) e`)
	m.later(400 * 24 * time.Hour)
	m.must((&order.EraseWorker{Orders: m.Service}).Work(t.Context(), nil))
	var known int
	m.must(m.db.Get(&known, `select count(*) from orders where erased_at is null or buyer_phone <> ''`))
	if known != 0 {
		t.Errorf("%d buyers are still known", known)
	}
}

// Each of these leaves something of a buyer who was erased; the database refuses it, or the audit names it.
func TestNothingComesBackOfWhoWasErased(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	o := m.byHadda("1")
	m.must(m.Move(t.Context(), order.MoveCancel, o.ID, m.people("سافرت")))
	_, err := m.erase(o.ID, false)
	m.must(err)
	for _, c := range []struct{ constraint, statement string }{
		{"orders_erased_know_nobody", `update orders set buyer_name = 'x'`},
		{"orders_erased_know_nobody", `update orders set buyer_phone = 'x'`},
		{"orders_erased_know_nobody", `update orders set buyer_email = 'x'`},
		{"orders_erased_know_nobody", `update orders set address = 'x'`},
		{"orders_erased_know_nobody", `update orders set landmark = 'x'`},
		{"orders_erased_know_nobody", `update orders set note = 'x'`},
		{"orders_erased_know_nobody", `update orders set request_hash = 'x'`},
		{"orders_erased_know_nobody", `update orders set idempotency_key = 'x'`},
		{"orders_erased_know_nobody", `update orders set placed_from = 'x'`},
		{"orders_erased_know_nobody", `update orders set state = 'confirmed'`},
		{"orders_as_placed", `update orders set erased_at = null`},
		{"orders_as_placed", `update orders set erased_at = now()`},
		{"order_events_append_only", `update order_events set note = 'x'`},
		{"order_events_append_only", `update order_events set state = 'placed', note = ''`},
		{"order_events_append_only", `update order_events set at = now(), note = ''`},
	} {
		if _, err := m.db.Exec(c.statement); !postgres.Violates(err, c.constraint) {
			t.Errorf("%s: %v after %s", c.constraint, err, c.statement)
		}
	}
	m.wantClean()
	for _, damage := range []string{
		`insert into mailbox (id, recipient, subject, body, about, at, ends_at) select gen_random_uuid(), 'x', 'x', 'x', id, now(), now() from orders`,
		`insert into river_job (kind, args, max_attempts) select 'mail_send', jsonb_build_object('about', id), 1 from orders`,
		`insert into holds (order_id, phone, pieces, at) select id, '+212662987654', 1, now() from orders`,
		`insert into holds_released (order_id, spare, told, letter, at, expires_at, released_at) select id, 0, true, true, now(), now(), now() from orders`,
		`alter table order_events disable trigger user; update order_events set note = 'x'`,
		`alter table orders drop constraint orders_erased_know_nobody; update orders set landmark = 'x'`,
	} {
		known := len(m.erasedProblems())
		m.exec(damage)
		if found := m.erasedProblems(); len(found) != known+1 {
			t.Errorf("after %q the audit finds %q", damage, found)
		}
	}
}

// erasedProblems are what the audit finds of buyers who were erased.
func (m *market) erasedProblems() []string {
	m.t.Helper()
	checks, err := order.Audit(context.Background(), m.db)
	m.must(err)
	for _, c := range checks {
		if c.Name == "order: of a buyer who was erased nothing is kept" {
			return c.Problems
		}
	}
	m.t.Fatal("there is no such check")
	return nil
}
