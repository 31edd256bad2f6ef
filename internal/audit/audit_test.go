package audit_test

import (
	"testing"

	"github.com/souk-taawon/souk/internal/audit"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestAnAuditCountsAllProblemsAndTellsTheFirst(t *testing.T) {
	t.Parallel()
	checks, err := audit.Run(t.Context(), pgtest.New(t),
		audit.Query{Name: "numbers are small", SQL: `select format('number %s', to_char(n, '00')) from generate_series(1, 50) as n`},
		audit.Query{Name: "nothing is wrong", SQL: `select 'never' where false`})
	if err != nil {
		t.Fatal(err)
	}
	many, none := checks[0], checks[1]
	if many.OK() || many.Count != 50 || len(many.Problems) != audit.Told || many.Problems[0] != "number  01" {
		t.Errorf("many problems: %+v", many)
	}
	if !none.OK() || none.Name != "nothing is wrong" || none.Count != 0 || len(none.Problems) != 0 {
		t.Errorf("no problem: %+v", none)
	}
}

func TestAnAuditThatCannotBeMadeIsAnError(t *testing.T) {
	t.Parallel()
	if _, err := audit.Run(t.Context(), pgtest.New(t), audit.Query{Name: "broken", SQL: `select nothing`}); err == nil {
		t.Error("a broken query went unnoticed")
	}
}
