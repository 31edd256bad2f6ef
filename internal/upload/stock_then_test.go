package upload_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
)

// A catalogue is downloaded, three jars are sold, and it is uploaded again.
func TestADownloadedCatalogueDoesNotBringBackWhatWasSold(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	e := catalogtest.Thyme()
	e.Stock = new(40)
	p := m.Offer(m.Honey, e)
	e.SKU, e.Name.FR, e.Name.AR = "M-2", "Pollen", "لقاح"
	other := m.Offer(m.Honey, e)
	file := string(m.template(m.Honey, "fr", "csv"))
	m.Today = m.Today.Add(time.Minute)
	_, err := m.Reserve(uuid.New(), catalog.StockLine{ProductID: p.ID, Quantity: 3})
	m.Must(err)

	if u := m.upload(m.Honey, "a.csv", file); u.Summary.Unchanged != 2 || u.Summary.Changed != 0 {
		t.Errorf("unchanged, it would do %+v", u.Summary)
	}
	// Counted while the file was open: two were broken, so 38 were there, of which three are sold.
	counted := strings.Replace(file, ";40;", ";38;", 1)
	m.apply(m.Honey, m.upload(m.Honey, "a.csv", counted))
	if got := m.Product(m.Honey, p.ID).Stock; got != 35 {
		t.Errorf("%d are left", got)
	}
	if u := m.upload(m.Honey, "a.csv", counted); u.Summary.Changed != 0 {
		t.Errorf("uploaded again it would do %+v", u.Summary)
	}
	if got := m.Product(m.Honey, other.ID).Stock; got != 40 {
		t.Errorf("%d of the other are left", got)
	}
	m.sound()
}
