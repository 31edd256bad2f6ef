package catalog_test

import (
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
	"github.com/souk-taawon/souk/internal/postgres"
)

func TestAProductsWordsAreMadeAnewOnlyWithItsNames(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	thyme, orange := catalogtest.Thyme(), catalogtest.Thyme()
	orange.SKU, orange.Name.FR = "M-02", "Miel d’oranger"
	cheaper, renamed := m.Offer(m.Honey, thyme), m.Offer(m.Honey, orange)
	m.Exec(`create or replace function product_words(cooperative uuid, sku text, name_ar text, name_fr text, name_en text)
		returns tsvector language sql immutable parallel safe as $$ select array_to_tsvector(array[name_fr, 'made anew']) $$`)

	m.Must(m.SetPriceStock(m.Ctx, m.Honey, cheaper.ID, &cheaper.Price, new(30), m.Member))
	m.Must(m.SetState(m.Ctx, m.Honey, cheaper.ID, catalog.Published, m.Member))
	write := []catalog.Write{{ID: cheaper.ID, Delta: 5, Edit: thyme}, {ID: renamed.ID, Delta: 6, Edit: orange}}
	write[0].Price, write[1].Name.FR = 120_00, "Miel de fleurs"
	m.Must(postgres.InTx(m.Ctx, m.DB, func(tx *sqlx.Tx) error { return m.WriteTx(m.Ctx, tx, m.Honey, write, m.Member) }))

	if p := m.Product(m.Honey, cheaper.ID); p.Price != 120_00 || p.Stock != 35 || p.Name != thyme.Name {
		t.Errorf("the one with another price is %+v", p)
	}
	if p := m.Product(m.Honey, renamed.ID); p.Name != write[1].Name || p.Stock != 26 {
		t.Errorf("the one with another name is %+v", p)
	}
	var anew []string
	m.Must(m.DB.SelectContext(m.Ctx, &anew, `select sku from products where words @@ '''made anew'''`))
	if len(anew) != 1 || anew[0] != "M-02" {
		t.Errorf("made anew are the words of %v", anew)
	}
	m.Sound()
}
