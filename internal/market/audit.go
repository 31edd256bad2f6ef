package market

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/audit"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/transfer"
	"github.com/souk-taawon/souk/internal/picture"
	"github.com/souk-taawon/souk/internal/report"
	"github.com/souk-taawon/souk/internal/settings"
	"github.com/souk-taawon/souk/internal/settlement"
	"github.com/souk-taawon/souk/internal/upload"
)

// Audit checks the invariants of every domain.
func Audit(ctx context.Context, db *sqlx.DB) (checks []audit.Check, err error) {
	for _, domain := range []func(context.Context, *sqlx.DB) ([]audit.Check, error){
		ledger.Audit, account.Audit, settings.Audit, cooperative.Audit, catalog.Audit, picture.Audit, upload.Audit, payment.Audit,
		order.Audit, transfer.Audit, settlement.Audit, report.Audit,
	} {
		found, err := domain(ctx, db)
		if err != nil {
			return nil, err
		}
		checks = append(checks, found...)
	}
	return checks, nil
}
