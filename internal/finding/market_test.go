package finding_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
	"github.com/souk-taawon/souk/internal/finding"
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

// sound fails the test when the audits find anything.
func (m *market) sound() {
	m.t.Helper()
	m.Sound(finding.Audit)
}
