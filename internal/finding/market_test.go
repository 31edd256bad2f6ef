package finding_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
	"github.com/souk-taawon/souk/internal/upload"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// market is a catalogue that search learns of.
type market struct {
	*catalogtest.Market
	t testing.TB
}

func newMarket(t testing.TB) *market {
	t.Helper()
	return &market{catalogtest.New(t), t}
}

// upload applies a catalogue file.
func (m *market) upload(coop uuid.UUID, content string) {
	m.t.Helper()
	_, err := upload.New(m.DB, m.Service, m.Jobs, m.Log, m.Now).Import(m.Ctx, coop, "a.csv", strings.NewReader(content), "", true, m.Member)
	m.Must(err)
}

// multiply adds products at once that are like model but for some columns.
func (m *market) multiply(model catalog.Product, rows []map[string]any) {
	m.t.Helper()
	encoded, err := json.Marshal(rows)
	m.Must(err)
	m.Exec(`
		insert into products (id, cooperative_id, sku, slug, category, name_ar, name_fr, name_en, description_ar, description_fr,
		                      description_en, unit_amount, unit_code, price_centimes, stock, state, created_at, updated_at)
		select r.id, r.cooperative_id, r.sku, r.slug, r.category, r.name_ar, r.name_fr, r.name_en, r.description_ar, r.description_fr,
		       r.description_en, r.unit_amount, r.unit_code, r.price_centimes, r.stock, r.state, r.created_at, r.updated_at
		from products p cross join jsonb_array_elements($1::jsonb) made cross join jsonb_populate_record(p, made) r
		where p.id = $2`, string(encoded), model.ID)
}
