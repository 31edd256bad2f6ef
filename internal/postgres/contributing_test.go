package postgres_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/postgres/pgtest"
)

func TestTheStatementsForWhoContributesWork(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../.github/CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	db := pgtest.New(t)
	blocks := regexp.MustCompile("(?ms)^```sql\n(.*?)^```\n").FindAllStringSubmatch(string(text), -1)
	if len(blocks) < 2 {
		t.Errorf("only %d blocks of statements", len(blocks))
	}
	for _, block := range blocks {
		for statement := range strings.SplitAfterSeq(strings.TrimSpace(block[1]), ";\n") {
			if result, err := db.Exec(statement); err != nil {
				t.Errorf("%v:\n%s", err, statement)
			} else if n, err := result.RowsAffected(); err != nil || n == 0 {
				t.Errorf("%d rows (%v):\n%s", n, err, statement)
			}
		}
	}
}
