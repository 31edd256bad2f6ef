package catalog_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
)

// A catalogue is downloaded, three jars are sold, and it is uploaded again.
func TestADownloadedCatalogueDoesNotBringBackWhatWasSold(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	e := thyme()
	e.Stock = ptr(40)
	p := m.add(m.honey, e)
	e.SKU, e.Name.FR, e.Name.AR = "M-2", "Pollen", "لقاح"
	other := m.add(m.honey, e)
	file := string(m.template(m.honey, "fr", "csv"))
	m.today = m.today.Add(time.Minute)
	_, err := m.reserve(uuid.New(), catalog.StockLine{ProductID: p.ID, Quantity: 3})
	must(t, err)

	if u := m.upload(m.honey, "a.csv", file); u.Summary.Unchanged != 2 || u.Summary.Changed != 0 {
		t.Errorf("unchanged, it would do %+v", u.Summary)
	}
	// Counted while the file was open: two were broken, so 38 were there, of which three are sold.
	counted := strings.Replace(file, ";40;", ";38;", 1)
	m.apply(m.honey, m.upload(m.honey, "a.csv", counted))
	if got := m.product(m.honey, p.ID).Stock; got != 35 {
		t.Errorf("%d are left", got)
	}
	if u := m.upload(m.honey, "a.csv", counted); u.Summary.Changed != 0 {
		t.Errorf("uploaded again it would do %+v", u.Summary)
	}
	if got := m.product(m.honey, other.ID).Stock; got != 40 {
		t.Errorf("%d of the other are left", got)
	}
	m.sound()
}
