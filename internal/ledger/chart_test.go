package ledger

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
)

func TestTheDatabaseHasTheSameChartOfAccounts(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	var rows []struct {
		Account Kind
		Line
	}
	if err := db.Select(&rows, `select account, side, class, subject from ledger_accounts`); err != nil {
		t.Fatal(err)
	}
	inSQL := make(map[Kind]Line)
	for _, r := range rows {
		inSQL[r.Account] = r.Line
	}
	if diff := cmp.Diff(chart, inSQL); diff != "" || len(rows) != len(chart) {
		t.Errorf("in Go (-) and in the view ledger_accounts (+): %s", diff)
	}
}

func TestEveryAccountOfTheChartCanBePostedTo(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	cooperative := postgres.NewID()
	for kind, line := range chart {
		if kind == bank { // at the other end of all others
			continue
		}
		a := Account{Kind: kind}
		switch line.Subject {
		case Cooperative:
			a.Cooperative = cooperative
		case Provider:
			a.Provider = "transfer"
		}
		p := Posting{Debit: Bank, Credit: a, Amount: 7_00}
		if a.debitAdds() {
			p = Reversed([]Posting{p})[0]
		}
		err := postgres.InTx(t.Context(), db, func(tx *sqlx.Tx) error {
			return RecordTx(t.Context(), tx, Journal{Reference: a.String(), Kind: "try", At: time.Now(), Postings: []Posting{p}})
		})
		if err != nil {
			t.Errorf("%s cannot be posted to, see «An account of the ledger» in .github/CONTRIBUTING.md: %v", kind, err)
			continue
		}
		if got, err := Balance(t.Context(), db, a); err != nil || got != 7_00 {
			t.Errorf("%s holds %s, %v", a, got, err)
		}
	}
	all, err := Balances(t.Context(), db)
	if err != nil || len(all) != len(chart) {
		t.Errorf("%d accounts of %d, %v", len(all), len(chart), err)
	}
}
