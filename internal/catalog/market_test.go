package catalog_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"gocloud.dev/blob"
	"gocloud.dev/blob/memblob"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/catalog/sheet"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// market is a catalogue with two approved cooperatives, on a day in November.
type market struct {
	t     testing.TB
	ctx   context.Context
	db    *sqlx.DB
	blobs *blob.Bucket
	*catalog.Service
	honey   uuid.UUID // of Tafoughalt, beekeepers
	couscou uuid.UUID // of Sidi Slimane, women only
	member  uuid.UUID
	today   time.Time
	log     bytes.Buffer
}

func newMarket(t testing.TB) *market {
	t.Helper()
	m := &market{
		t: t, ctx: t.Context(), db: pgtest.New(t), blobs: memblob.OpenBucket(nil), member: postgres.NewID(),
		today: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC),
	}
	log := slog.New(slog.NewJSONHandler(&m.log, nil))
	jobs, err := job.New(m.db, nil, nil, log)
	if err != nil {
		t.Fatal(err)
	}
	m.Service = catalog.New(m.db, jobs, m.blobs, log, func() time.Time { return m.today })
	m.exec(`insert into places (slug, name_ar, name_fr, zone, latitude, longitude) values
		('tafoughalt', 'تافوغالت', 'Tafoughalt', 'berkane', 34.8, -2.4),
		('echcharaa', 'سيدي سليمان الشراعة', 'Sidi Slimane Echcharaa', 'berkane', 34.9, -2.3)
		on conflict (slug) do nothing`)
	m.honey = m.cooperative("assalat-el-arz", "عسالات الأرز", "Assalat El Arz", "tafoughalt", 4, 7)
	m.couscou = m.cooperative("nouarat-echcharaa", "نوارة الشراعة", "Nouarat Echcharaa", "echcharaa", 9, 0)
	return m
}

func (m *market) exec(query string, args ...any) {
	m.t.Helper()
	if _, err := m.db.ExecContext(m.ctx, query, args...); err != nil {
		m.t.Fatal(err)
	}
}

func (m *market) number(query string, args ...any) int {
	m.t.Helper()
	var n int
	if err := m.db.GetContext(m.ctx, &n, query, args...); err != nil {
		m.t.Fatal(err)
	}
	return n
}

func (m *market) cooperative(slug, ar, fr, commune string, women, men int) uuid.UUID {
	m.t.Helper()
	id := postgres.NewID()
	m.exec(`insert into cooperatives (id, slug, name_ar, name_fr, sector, commune, women, men, young, state, created_at, updated_at)
		values ($1, $2, $3, $4, 'honey', $5, $6, $7, 0, 'approved', $8, $8)`, id, slug, ar, fr, commune, women, men, m.today)
	return id
}

// thyme is a jar of thyme honey with all its papers.
func thyme() catalog.Edit {
	return catalog.Edit{
		SKU: "M-01", Category: "honey", Name: i18n.Text{AR: "عسل الزعتر", FR: "Miel de thym", EN: "Thyme honey"},
		UnitAmount: 500, UnitCode: "g", Price: 150_00, Stock: ptr(20), Authorisation: "ONSSA 12.345",
	}
}

// wheat is couscous from Sidi Slimane.
func wheat() catalog.Edit {
	return catalog.Edit{
		SKU: "C-01", Category: "cereal", Name: i18n.Text{AR: "كسكس القمح", FR: "Couscous de blé"},
		UnitAmount: 1, UnitCode: "kg", Price: 25_00, Stock: ptr(50), Authorisation: "ONSSA 22.001",
	}
}

func ptr[T any](v T) *T { return &v }

func (m *market) add(coop uuid.UUID, e catalog.Edit) catalog.Product {
	m.t.Helper()
	p, err := m.Create(m.ctx, coop, e, m.member)
	if err != nil {
		m.t.Fatal(err)
	}
	return p
}

func (m *market) product(coop, id uuid.UUID) catalog.Product {
	m.t.Helper()
	p, err := m.Get(m.ctx, coop, id)
	if err != nil {
		m.t.Fatal(err)
	}
	return p
}

// bySKU finds one of a cooperative's products by its reference.
func (m *market) bySKU(coop uuid.UUID, sku string) catalog.Product {
	m.t.Helper()
	list, err := m.OfCooperative(m.ctx, coop)
	if err != nil {
		m.t.Fatal(err)
	}
	i := slices.IndexFunc(list, func(p catalog.Product) bool { return p.SKU == sku })
	if i < 0 {
		m.t.Fatalf("no product %q among %d", sku, len(list))
	}
	return list[i]
}

func (m *market) reserve(order uuid.UUID, lines ...catalog.StockLine) ([]catalog.Product, error) {
	var sold []catalog.Product
	err := postgres.InTx(m.ctx, m.db, func(tx *sqlx.Tx) (err error) {
		sold, err = m.ReserveTx(m.ctx, tx, order, lines)
		return err
	})
	return sold, err
}

func (m *market) release(order uuid.UUID, lines ...catalog.StockLine) error {
	return postgres.InTx(m.ctx, m.db, func(tx *sqlx.Tx) error { return m.ReleaseTx(m.ctx, tx, order, lines) })
}

// sound fails the test when the audit finds anything.
func (m *market) sound() {
	m.t.Helper()
	checks, err := catalog.Audit(m.ctx, m.db)
	if err != nil {
		m.t.Fatal(err)
	}
	for _, c := range checks {
		if !c.OK() {
			m.t.Errorf("audit: %s: %d: %v", c.Name, c.Count, c.Problems)
		}
	}
}

// whole is an upload with all of its rows.
func (m *market) whole(coop uuid.UUID, u catalog.Upload, err error) (catalog.Upload, error) {
	if err != nil {
		return u, err
	}
	return m.GetUpload(m.ctx, coop, u.ID)
}

func (m *market) ReadUpload(ctx context.Context, coop uuid.UUID, filename string, r io.Reader, encoding sheet.Encoding, by uuid.UUID) (catalog.Upload, error) {
	u, err := m.Service.ReadUpload(ctx, coop, filename, r, encoding, by)
	return m.whole(coop, u, err)
}

func (m *market) RereadUpload(ctx context.Context, coop, id uuid.UUID, encoding sheet.Encoding) (catalog.Upload, error) {
	u, err := m.Service.RereadUpload(ctx, coop, id, nil, encoding)
	return m.whole(coop, u, err)
}

func (m *market) RepairUpload(ctx context.Context, coop, id uuid.UUID, line int, column, value string) (catalog.Upload, error) {
	u, err := m.Service.RepairUpload(ctx, coop, id, nil, line, column, value)
	return m.whole(coop, u, err)
}

func (m *market) ApplyUpload(ctx context.Context, coop, id, by uuid.UUID) (catalog.Upload, error) {
	u, err := m.Service.ApplyUpload(ctx, coop, id, nil, by)
	return m.whole(coop, u, err)
}

func (m *market) upload(coop uuid.UUID, filename, content string) catalog.Upload {
	m.t.Helper()
	u, err := m.ReadUpload(m.ctx, coop, filename, strings.NewReader(content), "", m.member)
	if err != nil {
		m.t.Fatal(err)
	}
	return u
}

func (m *market) apply(coop uuid.UUID, u catalog.Upload) catalog.Upload {
	m.t.Helper()
	u, err := m.ApplyUpload(m.ctx, coop, u.ID, m.member)
	if err != nil {
		m.t.Fatal(err)
	}
	return u
}

func (m *market) template(coop uuid.UUID, language, format string) []byte {
	m.t.Helper()
	var b bytes.Buffer
	if err := m.Template(m.ctx, coop, locale(m.t, language), format, &b); err != nil {
		m.t.Fatal(err)
	}
	return b.Bytes()
}

func locale(t testing.TB, code string) *i18n.Locale {
	t.Helper()
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	return bundle.Locale(code)
}

// refused checks that err tells a person so, with that key in general or at that field.
func refused(t testing.TB, err error, kind fault.Kind, key string) {
	t.Helper()
	f := fault.As(err)
	if f == nil || f.Kind != kind {
		t.Fatalf("got %v, want a failure of kind %d saying %s", err, kind, key)
	}
	if f.Key == key {
		return
	}
	for _, message := range f.Fields {
		if message.Key == key {
			return
		}
	}
	t.Fatalf("got %v, want %s", err, key)
}

func read(t testing.TB, r io.ReadCloser) []byte {
	t.Helper()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	return data
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
