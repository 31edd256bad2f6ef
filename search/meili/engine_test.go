package meili_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"testing"

	"github.com/souk-taawon/souk/internal/meilisearch"
	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/search/meili"
	"github.com/souk-taawon/souk/search/searchtest"
	"github.com/souk-taawon/souk/search/text"
)

// server is a Meilisearch to test with: the one of MEILI_URL, or one that is started for the test.
func server(t testing.TB) (url, key string) {
	t.Helper()
	if url := os.Getenv("MEILI_URL"); url != "" {
		return url, os.Getenv("MEILI_KEY")
	}
	p := start(t)
	return p.URL(), p.Key()
}

// start starts a server for the test alone.
func start(t testing.TB) *meilisearch.Server {
	t.Helper()
	binary, err := exec.LookPath("meilisearch")
	if err != nil {
		t.Skip("SKIPPED: there is no Meilisearch to test with. Set MEILI_URL (and MEILI_KEY), or put a meilisearch binary on the PATH.")
	}
	p, err := meilisearch.Start(t.Context(), binary, t.TempDir(), meilisearch.Access{Actions: meili.Actions(), Index: "*"}, quiet())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return p
}

// opener makes engines, each with an index of its own.
func opener(url, key string) func(t *testing.T) search.Engine {
	return func(t *testing.T) search.Engine {
		name := "test_" + rand.Text()
		e := meili.New(url, key, name, text.Builtin())
		t.Cleanup(func() {
			call(t, url, key, "DELETE", fmt.Sprintf("/indexes/%s_v%d", name, search.Schema), "")
			if err := e.Close(); err != nil {
				t.Error(err)
			}
		})
		return e
	}
}

func TestConformance(t *testing.T) {
	t.Parallel()
	url, key := server(t)
	searchtest.Run(t, opener(url, key))
}

func TestBuyersFindWhatTheyMean(t *testing.T) {
	t.Parallel()
	url, key := server(t)
	searchtest.Relevance(t, opener(url, key)(t))
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }
