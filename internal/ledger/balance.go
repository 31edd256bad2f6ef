package ledger

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/money"
)

// Balance is what an account holds, in the sense of its own name: what buyers have still to pay,
// what is owed to a cooperative, what was earned. It is below zero when more was taken than given.
func Balance(ctx context.Context, q sqlx.QueryerContext, account Account) (money.Amount, error) {
	var balance money.Amount
	err := sqlx.GetContext(ctx, q, &balance, `
		select coalesce(sum(debits - credits), 0) from balances
		where account = $1 and ($2::uuid is null or cooperative_id = $2) and provider = $3`,
		account.Kind, nullable(account.cooperative()), account.Provider)
	if err != nil {
		return 0, fmt.Errorf("ledger: balance of %s: %w", account, err)
	}
	if !account.debitAdds() {
		balance = -balance
	}
	return balance, nil
}

// Balances are the balances of all accounts that have postings.
func Balances(ctx context.Context, q sqlx.QueryerContext) (map[Account]money.Amount, error) {
	var rows []struct {
		Kind        Kind          `db:"account"`
		Cooperative uuid.NullUUID `db:"cooperative_id"`
		Provider    string
		Amount      money.Amount
	}
	err := sqlx.SelectContext(ctx, q, &rows, `
		select account, case when subject = 'cooperative' then cooperative_id end as cooperative_id, provider,
		       sum(case side when 'debit' then debits - credits else credits - debits end) as amount
		from balances join ledger_accounts using (account)
		group by 1, 2, 3`)
	if err != nil {
		return nil, fmt.Errorf("ledger: balances: %w", err)
	}
	balances := make(map[Account]money.Amount, len(rows))
	for _, r := range rows {
		balances[Account{Kind: r.Kind, Cooperative: r.Cooperative.UUID, Provider: r.Provider}] = r.Amount
	}
	return balances, nil
}
