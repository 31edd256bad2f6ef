package sample

import (
	"context"
	"fmt"
	"time"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/settlement"
)

// minPayout is what a bank transfer is worth making for.
const minPayout money.Amount = 100_00

// addPayouts pays each cooperative, on the fifth of each month, what buyers had paid for its goods
// in the months before. Of the last month some are still to be paid.
func (l *loader) addPayouts(ctx context.Context) error {
	first := l.opened.AddDate(0, 0, joining)
	var months []time.Time
	for month := time.Date(first.Year(), first.Month()+1, 1, 0, 0, 0, 0, time.UTC); payday(month).Before(l.now); month = month.AddDate(0, 1, 0) {
		months = append(months, month)
	}
	for i, s := range l.sellers {
		var sales []settlement.Line
		err := l.Settlements.EachLine(ctx, s.id, func(line settlement.Line) error {
			sales = append(sales, line)
			return nil
		})
		if err != nil {
			return err
		}
		var paid money.Amount
		for m, month := range months {
			last := m == len(months)-1
			if last && i%4 == 3 {
				continue
			}
			var due money.Amount
			for _, sale := range sales {
				if sale.At.Before(month) {
					due += sale.Sale - sale.Commission
				}
			}
			if due -= paid; due < minPayout {
				continue
			}
			l.clock = payday(month)
			if _, err := l.Settlements.Pay(ctx, s.id, due, fmt.Sprintf("VIR-%s-%03d", month.Format("0601"), i+1), actor.OfAssociation(l.association)); err != nil {
				return fmt.Errorf("%s: %w", s.Slug, err)
			}
			paid += due
		}
	}
	return nil
}

// payday is when the sales before a month are paid out.
func payday(month time.Time) time.Time { return month.AddDate(0, 0, 4).Add(10 * time.Hour) }
