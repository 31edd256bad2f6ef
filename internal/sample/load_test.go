package sample

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"
	"gocloud.dev/blob/memblob"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/audit"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/market"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/transfer"
	"github.com/souk-taawon/souk/internal/picture"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/internal/settlement"
	"github.com/souk-taawon/souk/internal/upload"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// inMonth is an empty market on a day of that month.
func inMonth(t *testing.T, month time.Month) market.Parts {
	t.Helper()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	return market.Parts{
		DB: pgtest.New(t), Languages: texts, Log: slog.New(slog.DiscardHandler), Secret: []byte("thirty-two bytes of a test secret"), BaseURL: "http://souk.test",
		Now: func() time.Time { return time.Date(2026, month, 23, 15, 0, 0, 0, time.UTC) },
	}
}

func loaded(t *testing.T, m market.Parts) {
	t.Helper()
	if err := Load(context.Background(), m, Size{}); err != nil {
		t.Fatal(err)
	}
}

func TestAMarketIsLoadedOnce(t *testing.T) {
	t.Parallel()
	m := inMonth(t, time.November)
	loaded(t, m)
	clean(t, m.DB)

	for what, query := range map[string]string{
		"every state of an order":            `select count(distinct state) = 6 from orders`,
		"every state of a part":              `select count(distinct state) = 8 from sub_orders`,
		"a return in every stage":            `select array_agg(state order by state) = '{arranged,asked,received,refunded}' from order_returns`,
		"money to give back":                 `select count(*) = 2 from payment_refunds_now where state <> 'succeeded'`,
		"a hundred orders":                   `select count(*) between 100 and 200 from orders`,
		"most of them joint ones":            `select count(*) filter (where n > 1) > count(*) / 2 from (select count(*) as n from sub_orders group by order_id) as o`,
		"24 approved cooperatives":           `select count(*) = 24 from cooperatives where state = 'approved'`,
		"three of them without any sale":     `select count(*) = 3 from cooperatives where state = 'approved' and id not in (select cooperative_id from sub_orders)`,
		"all the others with one":            `select count(*) = 21 from (select cooperative_id from postings where credit = 'payable' group by 1) as c`,
		"220 published products":             `select count(*) >= 220 from products where state = 'published'`,
		"drafts of what may not be offered":  `select count(*) = 7 from products where state = 'draft'`,
		"labels with certificates":           `select count(*) > 40 from product_labels where expires_on > '2027-01-01'`,
		"an answer while there was time":     `select count(*) = 0 from sub_orders s join orders o on o.id = s.order_id where s.state = 'placed' and o.expires_at < '2026-11-23 15:00Z'`,
		"payouts every week":                 `select count(distinct at) >= 12 from payouts`,
		"on Mondays at ten":                  `select bool_and(extract(isodow from at at time zone 'UTC') = 1 and (at at time zone 'UTC')::time = '10:00') from payouts`,
		"something still owed":               `select sum(amount) > 0 from ledger_movements where account = 'payable'`,
		"nothing that is not sample data":    `select count(*) = 0 from (select sample from products union all select sample from cooperatives union all select sample from orders) as s where not sample`,
		"no mail":                            `select count(*) = 0 from river_job where kind = 'mail_send'`,
		"nothing that has not happened yet":  `select count(*) = 0 from order_events where at > '2026-11-23 15:00Z'`,
		"nobody's goods before they were in": `select count(*) = 0 from orders o join sub_orders s on s.order_id = o.id join order_lines l on l.sub_order_id = s.id join products p on p.id = l.product_id where o.placed_at < p.created_at`,
	} {
		var holds bool
		if err := m.DB.Get(&holds, query); err != nil || !holds {
			t.Errorf("not there: %s (%v)", what, err)
		}
	}

	before := everything(t, m.DB)
	later := m
	later.Now = func() time.Time { return m.Now().AddDate(0, 2, 0) }
	loaded(t, later)
	if diff := cmp.Diff(before, everything(t, m.DB)); diff != "" {
		t.Errorf("loading again changed something: %s", diff)
	}
}

// Whoever tries the market finds each thing that people have to do.
func TestTheSampleMarketShowsAll(t *testing.T) {
	t.Parallel()
	for _, month := range []time.Month{time.February, time.August} {
		m := inMonth(t, month)
		m.Means, m.Blobs = []payment.Provider{payment.Cash{}, transfer.NewProvider()}, memblob.OpenBucket(nil)
		t.Cleanup(func() { _ = m.Blobs.Close() })
		loaded(t, m)
		clean(t, m.DB)
		for what, query := range map[string]string{
			"every state of an order": `select count(distinct state) = 7 from orders`,
			"every state of a part":   `select count(distinct state) = 9 from sub_orders`,
			"an order to be paid":     `select count(*) = 1 from orders where state = 'awaiting_payment' and payment = 'bank_transfer' and expires_at > $1`,
			"a late part":             `select count(*) > 0 from sub_orders where state = 'accepted' and late_on <= $1::date and hand_over_by < $1::date`,
			"refused at the door":     `select count(*) > 0 from orders where state = 'refused' and placed_at > $1 - interval '9 days'`,
			"a label that ends soon":  `select count(*) = 1 from product_labels where expires_on = $1::date + 20`,
			"a proposed label":        `select count(*) = 1 from label_proposals where state = 'proposed'`,
			"two sizes of everything": `select count(*) = 0 from products p join cooperatives c on c.id = p.cooperative_id
			    where c.slug = 'assalat-el-arz' and not exists (select from products o where o.family = p.family and o.id <> p.id)`,
		} {
			var holds bool
			if err := m.DB.Get(&holds, strings.ReplaceAll(query, "$1", "'"+m.Now().Format(time.RFC3339)+"'::timestamptz")); err != nil || !holds {
				t.Errorf("%s: not there: %s (%v)", month, what, err)
			}
		}
	}
}

func TestWhatIsInSeasonIsInStock(t *testing.T) {
	t.Parallel()
	m := inMonth(t, time.May)
	loaded(t, m)
	clean(t, m.DB)
	var rows []struct {
		SKU   string
		Stock int
	}
	if err := m.DB.Select(&rows, `select sku, stock from products`); err != nil {
		t.Fatal(err)
	}
	stock := map[string]int{}
	for _, r := range rows {
		stock[r.SKU] = r.Stock
	}
	_, products := load(t)
	for _, p := range products {
		want := p.Stock
		if !inSeason(p, time.May) {
			want = 0
		}
		if stock[p.SKU] != want {
			t.Errorf("%s: %d in stock, not %d", p.SKU, stock[p.SKU], want)
		}
	}
	if stock["SO-001"] == 0 || stock["BA-001"] != 0 {
		t.Error("May is the month of loquats and not of clementines")
	}
}

func TestLoadTakesUpWhatWasInterrupted(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	m := inMonth(t, time.November)
	sellers, err := readSellers()
	if err != nil {
		t.Fatal(err)
	}
	l, err := newLoader(t.Context(), m, sellers[:2], Size{}.orSample())
	if err != nil {
		t.Fatal(err)
	}
	if err := l.addAssociation(ctx); err != nil {
		t.Fatal(err)
	}
	sellers[1].products = sellers[1].products[:3]
	if err := l.addSellers(ctx); err != nil {
		t.Fatal(err)
	}

	m.Now = func() time.Time { return time.Date(2026, time.November, 24, 9, 0, 0, 0, time.UTC) }
	loaded(t, m)
	clean(t, m.DB)
	cooperatives, products := load(t)
	people, err := People()
	if err != nil {
		t.Fatal(err)
	}
	var there struct{ Cooperatives, Products, Users int }
	err = m.DB.Get(&there, `
		select (select count(*) from cooperatives) as cooperatives, (select count(*) from products) as products,
		       (select count(*) from users) as users`)
	if err != nil || there.Cooperatives != len(cooperatives) || there.Products != len(products) || there.Users != len(people) {
		t.Errorf("%+v, %v", there, err)
	}
}

func TestEverybodyCanSignIn(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	m := inMonth(t, time.November)
	sellers, err := readSellers()
	if err != nil {
		t.Fatal(err)
	}
	l, err := newLoader(t.Context(), m, sellers, Size{}.orSample())
	if err != nil {
		t.Fatal(err)
	}
	if err := l.addAssociation(ctx); err != nil {
		t.Fatal(err)
	}
	for _, s := range sellers {
		s.products = nil
	}
	if err := l.addSellers(ctx); err != nil {
		t.Fatal(err)
	}
	people, err := People()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range people {
		for _, login := range []string{p.Email, p.Phone} {
			in, err := l.Accounts.SignIn(ctx, account.Attempt{Login: login, Password: Password, From: security.From("192.0.2.1", "")})
			u := in.User
			if err != nil || u.Role != p.Role || u.Name != p.Name {
				t.Errorf("%s: %+v, %v", login, u, err)
			}
		}
	}
}

// clean holds the market against what must always be true.
func clean(t *testing.T, db *sqlx.DB) {
	t.Helper()
	for _, of := range []func(context.Context, *sqlx.DB) ([]audit.Check, error){
		ledger.Audit, cooperative.Audit, catalog.Audit, picture.Audit, upload.Audit, order.Audit, settlement.Audit,
	} {
		checks, err := of(context.Background(), db)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range checks {
			if !c.OK() {
				t.Errorf("%s: %d, such as %v", c.Name, c.Count, c.Problems)
			}
		}
	}
}

// everything is a fingerprint of each table.
func everything(t *testing.T, db *sqlx.DB) map[string]string {
	t.Helper()
	var tables []string
	err := db.Select(&tables, `select relname from pg_stat_user_tables where relname not like 'river%' and relname not like 'goose%'`)
	if err != nil {
		t.Fatal(err)
	}
	prints := make(map[string]string, len(tables))
	for _, table := range tables {
		var print string
		err := db.Get(&print, fmt.Sprintf(`select count(*) || ' ' || md5(coalesce(string_agg(t::text, ',' order by t::text), '')) from %s t`, table))
		if err != nil {
			t.Fatal(err)
		}
		prints[table] = print
	}
	return prints
}
