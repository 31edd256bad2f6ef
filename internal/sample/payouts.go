package sample

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/settlement"
)

// minPayout is what a bank transfer is worth making for.
const minPayout money.Amount = 100_00

// longest is longer than any order of the sample takes from when it is placed until it is paid. Then it waits to be
// earned.
const longest = 6 * 24 * time.Hour

// payUntil makes the weekly orders to the bank that are due once all orders are there that were placed until then:
// each pays what the orders earned of which the last may have taken its time.
func (l *loader) payUntil(ctx context.Context, tx *sqlx.Tx, placed time.Time) error {
	settled := placed.Add(longest).AddDate(0, 0, l.returnDays)
	for ; !l.payday.After(settled) && l.payday.Before(l.now); l.payday = l.payday.AddDate(0, 0, 7) {
		var transfers []settlement.Transfer
		err := tx.SelectContext(ctx, &transfers, `
			select cooperative_id as id, credits - debits as amount from ledger_balances
			where account = 'payable' and credits - debits >= $1 order by cooperative_id`, minPayout)
		if err != nil {
			return fmt.Errorf("what is owed: %w", err)
		}
		l.clock = l.payday
		if _, err := l.Settlements.PayAllTx(ctx, tx, transfers, "VIR-"+l.payday.Format("060102"), actor.OfAssociation(l.association)); err != nil {
			return fmt.Errorf("payday %s: %w", l.payday.Format(time.DateOnly), err)
		}
	}
	return nil
}

// firstPayday is the first Monday after the first cooperatives have joined.
func firstPayday(joined time.Time) time.Time {
	day := time.Date(joined.Year(), joined.Month(), joined.Day()+1, 10, 0, 0, 0, time.UTC)
	return day.AddDate(0, 0, int(time.Monday+7-day.Weekday())%7)
}
