package ledger

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/money"
)

// Balance is what an account holds, in the sense of its own name: what buyers have still to pay,
// what is owed to a cooperative, what was earned. It is below zero when more was taken than given.
func Balance(ctx context.Context, q sqlx.QueryerContext, account Account) (money.Amount, error) {
	var debits money.Amount
	err := sqlx.GetContext(ctx, q, &debits, `
		select coalesce((select sum(amount_centimes) from postings where debit = $1), 0)
		     - coalesce((select sum(amount_centimes) from postings where credit = $1), 0)`, account)
	if err != nil {
		return 0, fmt.Errorf("ledger: balance of %s: %w", account, err)
	}
	if account.debitAdds() {
		return debits, nil
	}
	return -debits, nil
}

// Balances are the balances of all accounts that have postings.
func Balances(ctx context.Context, q sqlx.QueryerContext) (map[Account]money.Amount, error) {
	var rows []struct {
		Account Account
		Debits  money.Amount
	}
	err := sqlx.SelectContext(ctx, q, &rows, `
		select account, sum(amount) as debits
		from (
		    select debit as account, amount_centimes as amount from postings
		    union all
		    select credit, -amount_centimes from postings
		) as moved
		group by account`)
	if err != nil {
		return nil, fmt.Errorf("ledger: balances: %w", err)
	}
	balances := make(map[Account]money.Amount, len(rows))
	for _, r := range rows {
		if !r.Account.debitAdds() {
			r.Debits = -r.Debits
		}
		balances[r.Account] = r.Debits
	}
	return balances, nil
}
