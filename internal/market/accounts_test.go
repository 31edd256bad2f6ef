package market

import (
	"regexp"
	"strings"
	"testing"
)

var (
	aName   = `\(?\s*(?:\w+\.)?"?(?:account|debit|credit|reference)\b"?`
	matches = `(?:not\s+)?(?:i?like\b|similar\s+to\b|!?~{1,2}\*?|\^@)`
	cutting = `\b(?:left|right|substr|substring|split_part|string_to_array|starts_with|strpos|overlay|regexp_\w+)`

	// apart is where a statement looks at a part of the name of an account, or of a reference.
	apart  = regexp.MustCompile(aName + `(?:\s*::\s*\w+|\s*\))*\s*` + matches + `|` + matches + `\s*` + aName + `|` + cutting + `\s*\(\s*` + aName + `|\bposition\s*\([^()]*\bin\s+` + aName)
	quoted = regexp.MustCompile(`(?s)'(?:[^']|'')*'|--[^\n]*`)
)

func takesApart(text string) bool {
	return apart.MatchString(quoted.ReplaceAllString(strings.ToLower(text), "''"))
}

// Which accounts belong together the view ledger_accounts says, and what a journal is about its columns.
func TestNoStatementTakesTheNameOfAnAccountApart(t *testing.T) {
	t.Parallel()
	texts := 0
	eachText(t, func(_, at, text string) {
		if texts++; takesApart(text) {
			t.Errorf("%s: the name of an account or a reference is taken apart: ask ledger_accounts, or a column", at)
		}
	})
	if texts < 1000 {
		t.Errorf("only %d texts are read", texts)
	}
}

func TestAStatementThatTakesANameApartIsFound(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`select 1 from ledger_balances b where b.account like 'payab%'`:    true,
		`select 1 from ledger_balances where account not ilike $1`:         true,
		`select 1 from ledger_balances where account::text ~ '^payable'`:   true,
		`select 1 from ledger_balances where left(account, 7) = 'payable'`: true,
		`b.debit like 'payab%'`: true, // a piece of one
		`select 1 from postings p where substr(p.debit, 1, 3) = 'pay'`:          true,
		`select 1 from postings p where $1 like p.credit || '%'`:                true,
		`select 1 from ledger_balances where position('pay' in account) = 1`:    true,
		`select split_part(j.reference, ':', 2)::uuid from ledger_journals j`:   true,
		`select 1 from ledger_balances where account in ('payable', 'held')`:    false,
		`select 'account like' from ledger_balances -- account like`:            false,
		`select right(c.rib, 4) from cooperatives c where name_ar like $1`:      false,
		`select 1 from payment_attempts where left(provider_reference, 3) = $1`: false,
	} {
		if got := takesApart(text); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}
