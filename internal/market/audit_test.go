package market_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEveryDomainThatHasAnAuditIsAudited(t *testing.T) {
	t.Parallel()
	all, err := os.ReadFile("audit.go")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		domain := filepath.Base(filepath.Dir(file))
		if domain == "market" || !strings.Contains(string(source), "\nfunc Audit(") {
			continue
		}
		found++
		if !strings.Contains(string(all), domain+".Audit,") {
			t.Errorf("nobody asks %s", domain)
		}
	}
	if found < 5 {
		t.Errorf("only %d domains have an audit", found)
	}
}
