package cooperative

import (
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/i18n"
)

func TestNamesTurnNothingRound(t *testing.T) {
	t.Parallel()
	c, err := checked(Cooperative{
		Name:   i18n.Text{AR: "\u202bنحلات\u202c", FR: "Nahlat\r\n\u202eX\x1b"},
		Sector: "honey", Commune: "zegzel", President: "Fatima\u200f", Women: 7,
		Description: i18n.Text{FR: "Du miel\u2066.\r\nEt du thym."},
	}, time.Date(2026, 11, 26, 9, 30, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	if c.Name.AR != "نحلات" || c.Name.FR != "Nahlat X" || c.President != "Fatima" || c.Description.FR != "Du miel.\nEt du thym." {
		t.Errorf("%+q %+q %q", c.Name, c.President, c.Description.FR)
	}
}
