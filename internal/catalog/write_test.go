package catalog_test

import (
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
)

func TestWhatIsDoneToTheCatalogueIsLoggedWithItsLogger(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	p := m.Offer(m.Honey, catalogtest.Thyme())
	m.Must(m.SetPriceStock(m.Ctx, m.Honey, p.ID, nil, new(30), m.Member))
	if said := m.Written.String(); !strings.Contains(said, `"msg":"price or stock set"`) || !strings.Contains(said, p.ID.String()) {
		t.Errorf("it says %q", said)
	}
}
