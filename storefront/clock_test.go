package storefront_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

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
