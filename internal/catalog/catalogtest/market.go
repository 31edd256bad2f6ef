// Package catalogtest is a small catalogue for the tests of the packages that stand on it.
package catalogtest

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/audit"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
)

// Market is a catalogue with two approved cooperatives, on a day in November.
type Market struct {
	*catalog.Service
	Ctx      context.Context
	DB       *sqlx.DB
	Jobs     *job.Client
	Honey    uuid.UUID   // of Tafoughalt, beekeepers
	Couscous uuid.UUID   // of Sidi Slimane, women only
	Member   actor.Actor // of the beekeepers
	Today    time.Time   // what its clock says
	Log      *slog.Logger
	Written  bytes.Buffer // of the log

	t testing.TB
}

// New opens the market.
func New(t testing.TB) *Market {
	t.Helper()
	m := &Market{
		Ctx: t.Context(), DB: pgtest.New(t),
		Today: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC), t: t,
	}
	m.Log = slog.New(slog.NewJSONHandler(&m.Written, nil))
	var err error
	m.Jobs, err = job.New(m.DB, nil, nil, m.Log)
	m.Must(err)
	m.Service = catalog.New(m.DB, m.Log, m.Now)
	m.Exec(`insert into places (slug, name_ar, name_fr, zone, latitude, longitude) values
		('tafoughalt', 'تافوغالت', 'Tafoughalt', 'province', 34.8, -2.4),
		('echcharaa', 'سيدي سليمان الشراعة', 'Sidi Slimane Echcharaa', 'province', 34.9, -2.3)
		on conflict (slug) do nothing`)
	m.Honey = m.cooperative("assalat-el-arz", "عسالات الأرز", "Assalat El Arz", "tafoughalt", 4, 7)
	m.Member = actor.OfCooperative(m.Honey, postgres.NewID())
	m.Couscous = m.cooperative("nouarat-echcharaa", "نوارة الشراعة", "Nouarat Echcharaa", "echcharaa", 9, 0)
	return m
}

// Now is the market's clock.
func (m *Market) Now() time.Time { return m.Today }

// Must ends the test on an error.
func (m *Market) Must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

// Exec does something behind the catalogue's back.
func (m *Market) Exec(query string, args ...any) {
	m.t.Helper()
	if _, err := m.DB.ExecContext(m.Ctx, query, args...); err != nil {
		m.t.Fatal(err)
	}
}

// Number asks the database for one.
func (m *Market) Number(query string, args ...any) int {
	m.t.Helper()
	var n int
	if err := m.DB.GetContext(m.Ctx, &n, query, args...); err != nil {
		m.t.Fatal(err)
	}
	return n
}

func (m *Market) cooperative(slug, ar, fr, commune string, women, men int) uuid.UUID {
	m.t.Helper()
	id := postgres.NewID()
	m.Exec(`insert into cooperatives (id, slug, name_ar, name_fr, sector, commune, women, men, young, state, created_at, updated_at)
		values ($1, $2, $3, $4, 'honey', $5, $6, $7, 0, 'approved', $8, $8)`, id, slug, ar, fr, commune, women, men, m.Today)
	return id
}

// Thyme is a jar of thyme honey with all its papers.
func Thyme() catalog.Edit {
	return catalog.Edit{
		SKU: "M-01", Category: "honey", Name: i18n.Text{AR: "عسل الزعتر", FR: "Miel de thym", EN: "Thyme honey"},
		UnitAmount: 500, UnitCode: "g", Price: 150_00, Stock: new(20), Authorisation: "ONSSA 12.345",
	}
}

// Wheat is couscous from Sidi Slimane.
func Wheat() catalog.Edit {
	return catalog.Edit{
		SKU: "C-01", Category: "cereal", Name: i18n.Text{AR: "كسكس القمح", FR: "Couscous de blé"},
		UnitAmount: 1, UnitCode: "kg", Price: 25_00, Stock: new(50), Authorisation: "ONSSA 22.001",
	}
}

// Offer adds a product.
func (m *Market) Offer(coop uuid.UUID, e catalog.Edit) catalog.Product {
	m.t.Helper()
	p, err := m.Create(m.Ctx, coop, e, m.Member)
	if err != nil {
		m.t.Fatal(err)
	}
	return p
}

// Product reads one of a cooperative's products.
func (m *Market) Product(coop, id uuid.UUID) catalog.Product {
	m.t.Helper()
	p, err := m.Get(m.Ctx, coop, id)
	if err != nil {
		m.t.Fatal(err)
	}
	return p
}

// BySKU finds one of a cooperative's products by its reference.
func (m *Market) BySKU(coop uuid.UUID, sku string) catalog.Product {
	m.t.Helper()
	list, err := m.OfCooperative(m.Ctx, coop)
	if err != nil {
		m.t.Fatal(err)
	}
	i := slices.IndexFunc(list, func(p catalog.Product) bool { return p.SKU == sku })
	if i < 0 {
		m.t.Fatalf("no product %q among %d", sku, len(list))
	}
	return list[i]
}

// Reserve takes lines for an order, in a transaction of its own.
func (m *Market) Reserve(order uuid.UUID, lines ...catalog.StockLine) ([]catalog.Product, error) {
	var sold []catalog.Product
	err := postgres.InTx(m.Ctx, m.DB, func(tx *sqlx.Tx) (err error) {
		sold, err = m.ReserveTx(m.Ctx, tx, order, lines, actor.OfBuyer())
		return err
	})
	return sold, err
}

// Release gives them back.
func (m *Market) Release(order uuid.UUID, lines ...catalog.StockLine) error {
	return postgres.InTx(m.Ctx, m.DB, func(tx *sqlx.Tx) error { return m.ReleaseTx(m.Ctx, tx, order, lines, actor.OfBuyer()) })
}

// Sound fails the test when the audit of the catalogue finds anything, or one of the others.
func (m *Market) Sound(others ...func(context.Context, *sqlx.DB) ([]audit.Check, error)) {
	m.t.Helper()
	for _, domain := range append(others, catalog.Audit) {
		checks, err := domain(m.Ctx, m.DB)
		m.Must(err)
		for _, c := range checks {
			if !c.OK() {
				m.t.Errorf("audit: %s: %d: %v", c.Name, c.Count, c.Problems)
			}
		}
	}
}

// Locale is one of the market's languages.
func (m *Market) Locale(code string) *i18n.Locale {
	m.t.Helper()
	bundle, err := i18n.Load()
	m.Must(err)
	return bundle.Locale(code)
}

// Refused checks that err tells a person so, with that key in general or at that field.
func (m *Market) Refused(err error, kind fault.Kind, key string) {
	m.t.Helper()
	f := fault.As(err)
	if f == nil || f.Kind != kind {
		m.t.Fatalf("got %v, want a failure of kind %d saying %s", err, kind, key)
	}
	if f.Key == key {
		return
	}
	for _, message := range f.Fields {
		if message.Key == key {
			return
		}
	}
	m.t.Fatalf("got %v, want %s", err, key)
}
