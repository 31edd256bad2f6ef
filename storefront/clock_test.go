package storefront_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/storefront/storetest"
)

// TestOldDatesHaveTheirYear finds a market that was put together without its clock.
func TestOldDatesHaveTheirYear(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	then := m.Now().AddDate(-2, 0, 0)
	if text := m.Languages.Locale("fr").DateTime(then); !strings.Contains(text, then.Format("2006")) {
		t.Errorf("two years ago is %q", text)
	}
}

// TestRoomsAskTheMarketsClock finds pages whose «late» and «today» no test could move.
func TestRoomsAskTheMarketsClock(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"shop", "seller", "association", "door", "feed", "demo", "ui", "web"} {
		err := filepath.WalkDir(folder, func(file string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || strings.HasSuffix(file, "_test.go") {
				return err
			}
			text, err := os.ReadFile(file)
			if bytes.Contains(text, []byte("time.Now(")) {
				t.Errorf("%s asks the machine's clock, and not its handler's Now", file)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
