package transfer

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/text"
)

// RefundAccount is where a buyer has money given back to.
type RefundAccount struct {
	Reference uuid.UUID // what was paid for
	Holder    string
	RIB       string
	At        time.Time
	Version   int64 // from 1 on; another one is another account
}

// ErrAccountChanged says that a buyer has named another account than was shown.
var ErrAccountChanged = fault.New(fault.Conflict, "transfer.account_changed")

// maxHolder is how long a name may be, in characters.
const maxHolder = 200

// SetRefundAccount keeps where money for a reference goes back to, in place of what was said before, and has its buyer
// told of another account: it may not have been she who named it. ErrInvalid with fields.
func (s *Service) SetRefundAccount(ctx context.Context, a RefundAccount) error {
	wrong := fault.New(ErrInvalid.Kind, ErrInvalid.Key)
	a.Holder, a.RIB = text.Line(a.Holder), text.Ungrouped(a.RIB)
	if a.Holder == "" {
		wrong.Field("holder", "transfer.holder_missing")
	}
	wrong.TooLong("holder", "transfer.too_long", a.Holder, maxHolder)
	if !money.ValidRIB(a.RIB) {
		wrong.Field("rib", "cooperative.rib_invalid")
	}
	if len(wrong.Fields) > 0 {
		return wrong
	}
	return postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		if err := s.payments.Payee.LockTx(ctx, tx, a.Reference); err != nil { // before the account, as whoever forgets a buyer does
			return err
		}
		result, err := tx.ExecContext(ctx, `
			insert into payment_refund_accounts as a (reference, holder, rib, updated_at) values ($1, $2, $3, $4)
			on conflict (reference) do update set holder = excluded.holder, rib = excluded.rib, updated_at = excluded.updated_at, version = a.version + 1
			where (a.holder, a.rib) is distinct from (excluded.holder, excluded.rib)`, a.Reference, a.Holder, a.RIB, s.now())
		if err != nil {
			return fmt.Errorf("transfer: account for %s: %w", a.Reference, err)
		}
		if changed, err := result.RowsAffected(); err != nil || changed == 0 {
			return err
		}
		return s.payments.Payee.RefundAccountTx(ctx, tx, a.Reference, a.RIB[len(a.RIB)-4:])
	})
}

// RefundAccounts are those that buyers named, by what they paid for.
func (s *Service) RefundAccounts(ctx context.Context, references ...uuid.UUID) (map[uuid.UUID]RefundAccount, error) {
	var found []RefundAccount
	err := s.db.SelectContext(ctx, &found, `
		select reference, holder, rib, updated_at as at, version + 1 as version from payment_refund_accounts where reference = any($1)`, pq.Array(references))
	if err != nil {
		return nil, fmt.Errorf("transfer: accounts: %w", err)
	}
	accounts := make(map[uuid.UUID]RefundAccount, len(found))
	for _, a := range found {
		accounts[a.Reference] = a
	}
	return accounts, nil
}

// RefundGiven says that a refund was given by transfer, into the account of which whoever gave it was shown that version;
// zero: none. See payment.Service.GivenTx. ErrAccountChanged.
func (s *Service) RefundGiven(ctx context.Context, refundID uuid.UUID, shown int64, g payment.Given) error {
	return postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		var reference uuid.UUID
		err := tx.GetContext(ctx, &reference, `
			select i.reference from payment_refunds r join payment_attempts a on a.id = r.attempt_id join payment_intents i on i.id = a.intent_id
			where r.id = $1`, refundID)
		if postgres.NoRows(err) {
			return payment.ErrNoRefund.Wrap(err)
		}
		if err == nil {
			err = s.payments.Payee.LockTx(ctx, tx, reference) // before the account, as whoever forgets a buyer does
		}
		if err != nil {
			return fmt.Errorf("transfer: refund %s: %w", refundID, err)
		}
		var version int64
		err = tx.GetContext(ctx, &version, `select version + 1 from payment_refund_accounts where reference = $1 for share`, reference)
		switch {
		case err != nil && !postgres.NoRows(err):
			return fmt.Errorf("transfer: account of refund %s: %w", refundID, err)
		case version != shown:
			return ErrAccountChanged
		}
		return s.payments.GivenTx(ctx, tx, refundID, g, s.now())
	})
}

// ToGiveBack is what is to be given back by transfer of what was paid for a reference, and is not yet.
func (s *Service) ToGiveBack(ctx context.Context, reference uuid.UUID) (amount money.Amount, err error) {
	err = s.db.GetContext(ctx, &amount, `
		select coalesce(sum(r.amount_centimes), 0)
		from payment_refunds r join payment_attempts a on a.id = r.attempt_id join payment_intents i on i.id = a.intent_id
		where i.reference = $1 and coalesce(r.means, a.provider) = $2 and r.state in ('pending', 'waiting')`, reference, payment.BankTransfer)
	if err != nil {
		return 0, fmt.Errorf("transfer: to give back for %s: %w", reference, err)
	}
	return amount, nil
}
