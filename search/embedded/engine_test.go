package embedded_test

import (
	"log/slog"
	"testing"

	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/search/embedded"
	"github.com/souk-taawon/souk/search/searchtest"
)

func open(t testing.TB, dir string) *embedded.Engine {
	t.Helper()
	e, err := embedded.Open(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func fresh(t *testing.T) search.Engine { return open(t, t.TempDir()) }

func TestBuyersFindWhatTheyMean(t *testing.T) {
	t.Parallel()
	searchtest.Relevance(t, fresh(t))
}

func TestConformance(t *testing.T) {
	t.Parallel()
	searchtest.Run(t, fresh)
}
