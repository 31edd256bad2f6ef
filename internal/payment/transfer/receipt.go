package transfer

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/text"
)

// Receipt is money that came.
type Receipt struct {
	ID            uuid.UUID
	Reference     uuid.UUID // what it was taken for
	Amount        money.Amount
	Day           time.Time     // of the bank
	BankReference string        `db:"bank_reference"` // as the bank calls it, or what somebody wrote
	Line          uuid.NullUUID // of a statement; none: entered by hand
	By            string        // who said so; empty: nobody's name is known
	At            time.Time
	UndoneAt      *time.Time `db:"undone_at"`
	UndoneBy      string     `db:"undone_by"`
}

// receiptColumns are a Receipt's, of a transfer_receipts r.
const receiptColumns = `r.id, i.reference, r.amount_centimes as amount, r.day, r.bank_reference, r.line_id as line, coalesce(u.name, '') as by,
		       r.created_at as at, r.undone_at, coalesce(n.name, '') as undone_by
		from transfer_receipts r
		join payment_attempts a on a.id = r.attempt_id join payment_intents i on i.id = a.intent_id
		left join lateral (select name from people where id = r.user_id offset 0) u on true
		left join lateral (select name from people where id = r.undone_by offset 0) n on true`

func (s *Service) receiptsOf(ctx context.Context, reference uuid.UUID) ([]Receipt, error) {
	var found []Receipt
	err := s.db.SelectContext(ctx, &found, `
		select `+receiptColumns+` where i.reference = $1 order by r.id desc`, reference)
	if err != nil {
		return nil, fmt.Errorf("transfer: receipts of %s: %w", reference, err)
	}
	return found, nil
}

// ReceiptOf is what a receipt was taken for; ErrNotFound.
func (s *Service) ReceiptOf(ctx context.Context, id uuid.UUID) (reference uuid.UUID, err error) {
	err = s.db.GetContext(ctx, &reference, `
		select i.reference from transfer_receipts r join payment_attempts a on a.id = r.attempt_id join payment_intents i on i.id = a.intent_id
		where r.id = $1`, id)
	if postgres.NoRows(err) {
		return uuid.Nil, ErrNotFound
	}
	if err != nil {
		return uuid.Nil, fmt.Errorf("transfer: receipt %s: %w", id, err)
	}
	return reference, nil
}

// happened counts what was done to a reference's transfers.
func happened(ctx context.Context, q sqlx.QueryerContext, reference uuid.UUID) (n int64, err error) {
	err = sqlx.GetContext(ctx, q, &n, `
		select count(*) + count(r.undone_at)
		from transfer_receipts r join payment_attempts a on a.id = r.attempt_id join payment_intents i on i.id = a.intent_id
		where i.reference = $1`, reference)
	if err != nil {
		return 0, fmt.Errorf("transfer: what happened to %s: %w", reference, err)
	}
	return n, nil
}

// Bounds of what people say of a receipt.
const (
	maxBankReference = 140
	oldest           = 400 * 24 * time.Hour // money of longer ago is asked for on paper
)

// Entered is what somebody says who looked at the association's account.
type Entered struct {
	Amount        string
	Day           string // as a field for dates has it
	BankReference string
}

// read checks it.
func (e Entered) read(now time.Time) (Receipt, error) {
	wrong := fault.New(ErrInvalid.Kind, ErrInvalid.Key)
	r := Receipt{BankReference: text.Line(e.BankReference)}
	var err error
	if r.Amount, err = money.Parse(e.Amount); err != nil || r.Amount == 0 {
		wrong.Field("amount", "transfer.amount_invalid")
	}
	r.Day, err = time.Parse(time.DateOnly, e.Day)
	if err != nil || r.Day.After(clock.Day(now)) || r.Day.Before(now.Add(-oldest)) {
		wrong.Field("day", "transfer.day_invalid")
	}
	if r.BankReference == "" {
		wrong.Field("bank_reference", "transfer.bank_reference_missing")
	}
	wrong.TooLong("bank_reference", "transfer.too_long", r.BankReference, maxBankReference)
	if len(wrong.Fields) > 0 {
		return r, wrong
	}
	return r, nil
}

// Receive says what came for a reference. seen is what whoever says it saw of it (One.Seen). Errors: ErrInvalid with
// fields; ErrNotFound; ErrChanged.
func (s *Service) Receive(ctx context.Context, reference uuid.UUID, in Entered, seen int64, by actor.Actor) error {
	r, err := in.read(s.now())
	if err != nil {
		return err
	}
	return postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		if err := s.payments.Payee.LockTx(ctx, tx, reference); err != nil {
			return err
		}
		now, err := happened(ctx, tx, reference)
		if err != nil {
			return err
		}
		if now != seen {
			return ErrChanged
		}
		return s.takeTx(ctx, tx, reference, r, by)
	})
}

// takeTx writes a receipt for what a reference was last to be paid by, and says so to the payment. What is paid for is
// locked.
func (s *Service) takeTx(ctx context.Context, tx *sqlx.Tx, reference uuid.UUID, r Receipt, by actor.Actor) error {
	last, err := of(ctx, tx, []uuid.UUID{reference})
	if err != nil {
		return err
	}
	if len(last) == 0 {
		return ErrNotFound
	}
	_, err = tx.ExecContext(ctx, `
		insert into transfer_receipts (id, attempt_id, line_id, amount_centimes, day, bank_reference, user_id, created_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		postgres.NewID(), last[0].Attempt, r.Line, r.Amount, r.Day, r.BankReference, by.UserID(), s.now())
	if err != nil {
		return fmt.Errorf("transfer: receipt for %s: %w", reference, err)
	}
	var total money.Amount
	err = tx.GetContext(ctx, &total, `
		select sum(amount_centimes) from transfer_receipts where attempt_id = $1 and undone_at is null`, last[0].Attempt)
	if err != nil {
		return fmt.Errorf("transfer: receipts for %s: %w", reference, err)
	}
	return s.payments.ReceivedTx(ctx, tx, payment.BankTransfer, last[0].Key, total, s.now())
}

// Undo says that a receipt was somebody else's money. Its line, if it has one, is asked about again. Errors: ErrNotFound;
// ErrChanged, if it was undone before; ErrUsed, unless the rest of what it was taken for is still waited for.
func (s *Service) Undo(ctx context.Context, id uuid.UUID, by actor.Actor) error {
	return postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		var r struct {
			Reference uuid.UUID
			Key       string
			Amount    money.Amount
			Line      uuid.NullUUID
		}
		err := tx.GetContext(ctx, &r, `
			select i.reference, a.key, r.amount_centimes as amount, r.line_id as line
			from transfer_receipts r join payment_attempts a on a.id = r.attempt_id join payment_intents i on i.id = a.intent_id
			where r.id = $1`, id)
		if postgres.NoRows(err) {
			return ErrNotFound
		}
		if err != nil {
			return fmt.Errorf("transfer: receipt %s: %w", id, err)
		}
		if err := s.payments.Payee.LockTx(ctx, tx, r.Reference); err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, `
			update transfer_receipts set undone_at = $2, undone_by = $3 where id = $1 and undone_at is null`, id, s.now(), by.UserID())
		if err != nil {
			return fmt.Errorf("transfer: undo %s: %w", id, err)
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return ErrChanged.Wrap(err)
		}
		err = s.payments.TakeBackTx(ctx, tx, payment.BankTransfer, r.Key, r.Amount, s.now())
		if fault.Is(err, fault.Conflict) {
			return ErrUsed.Wrap(err)
		}
		if err != nil || !r.Line.Valid {
			return err
		}
		line, err := lockLine(ctx, tx, r.Line.UUID)
		if err != nil {
			return err
		}
		line.Candidates = append(line.Candidates, r.Reference)
		return line.setTx(ctx, tx, Asked, DoubtUndone, uuid.Nil)
	})
}
