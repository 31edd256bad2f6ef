package ledger

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/money"
)

// Standing is where the association and a cooperative stand.
type Standing struct {
	Payable money.Amount // owed to the cooperative
	Owes    money.Amount // by it
}

// StandingsTx are those of these cooperatives. They stay as they are until tx ends: whoever else moves them waits.
func StandingsTx(ctx context.Context, tx *sqlx.Tx, cooperatives ...uuid.UUID) (map[uuid.UUID]Standing, error) {
	var rows []struct {
		Cooperative uuid.UUID `db:"cooperative_id"`
		Account     Kind
		Amount      money.Amount
	}
	// In the order in which postings take them (ledger_carry), with what may be posted between the two.
	err := tx.SelectContext(ctx, &rows, `
		select cooperative_id, account, case account when $2 then debits - credits else credits - debits end as amount
		from balances where cooperative_id = any($1) and account in ($2, $3, $4)
		order by account, cooperative_id, provider, slot for no key update`,
		pq.Array(cooperatives), cooperativeOwes, held, payable)
	if err != nil {
		return nil, fmt.Errorf("ledger: where cooperatives stand: %w", err)
	}
	standings := make(map[uuid.UUID]Standing, len(cooperatives))
	for _, r := range rows {
		s := standings[r.Cooperative]
		switch r.Account {
		case cooperativeOwes:
			s.Owes = r.Amount
		case payable:
			s.Payable = r.Amount
		}
		standings[r.Cooperative] = s
	}
	return standings, nil
}

// LockTx has whoever else locks an account wait until tx ends, as do postings that change what stands there of it now. What
// it holds is to be read after that.
func LockTx(ctx context.Context, tx *sqlx.Tx, account Account) error {
	_, err := tx.ExecContext(ctx, `
		select from balances
		where account = $1 and ($2::uuid is null or cooperative_id = $2) and provider = $3
		order by account, cooperative_id, provider, slot for no key update`,
		account.Kind, nullable(account.cooperative()), account.Provider)
	if err != nil {
		return fmt.Errorf("ledger: lock %s: %w", account, err)
	}
	return nil
}
