package order

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
)

// What payment.Service tells of money for orders; see payment.Payee. PaidTx is in postings.go.

// LockTx locks an order before its payment is.
func (s *Service) LockTx(ctx context.Context, tx *sqlx.Tx, orderID uuid.UUID) error {
	_, err := lock(ctx, tx, `id = $1`, orderID)
	return err
}

// SurplusTx records money that came for an order that did not have to be paid, or not any more: it is due back.
func (s *Service) SurplusTx(ctx context.Context, tx *sqlx.Tx, orderID, attempt uuid.UUID, amount, received money.Amount, provider string, at time.Time) error {
	err := ledger.RecordTx(ctx, tx, ledger.Journal{
		Reference: fmt.Sprintf("attempt:%s:surplus:%d", attempt, received), Kind: journalSurplus, OrderID: &orderID, PaymentID: &attempt, At: at,
		Postings: []ledger.Posting{{Debit: ledger.Received(provider), Credit: ledger.RefundsDue, Amount: amount}},
	})
	if err != nil {
		return err
	}
	var state State
	if err := tx.GetContext(ctx, &state, `select state from orders where id = $1`, orderID); err != nil {
		return fmt.Errorf("order: is %s still to be paid: %w", orderID, err)
	}
	letter := letterSurplus
	if state == StateAwaiting { // too little or too much came
		letter = letterMismatch
	}
	return s.tellOfMoney(ctx, tx, orderID, letter, amount)
}

// DepositTx records that a part of what an order comes to was paid: it is the buyer's until the rest comes.
func (s *Service) DepositTx(ctx context.Context, tx *sqlx.Tx, orderID, attempt uuid.UUID, more, received money.Amount, provider string, at time.Time) error {
	err := ledger.RecordTx(ctx, tx, ledger.Journal{
		Reference: fmt.Sprintf("attempt:%s:deposit:%d", attempt, received), Kind: journalDeposit, OrderID: &orderID, PaymentID: &attempt, At: at,
		Postings: []ledger.Posting{{Debit: ledger.Received(provider), Credit: ledger.Deposits, Amount: more}},
	})
	if err != nil {
		return err
	}
	return s.tellOfMoney(ctx, tx, orderID, letterDeposit, more)
}

// DepositUndoneTx records that a part that was thought to be paid was somebody else's money.
func (s *Service) DepositUndoneTx(ctx context.Context, tx *sqlx.Tx, orderID, attempt uuid.UUID, amount, undone money.Amount, provider string, at time.Time) error {
	err := ledger.RecordTx(ctx, tx, ledger.Journal{
		Reference: fmt.Sprintf("attempt:%s:deposit_undone:%d", attempt, undone), Kind: journalDepositUndone, OrderID: &orderID, PaymentID: &attempt, At: at,
		Postings: []ledger.Posting{{Debit: ledger.Deposits, Credit: ledger.Received(provider), Amount: amount}},
	})
	if err != nil {
		return err
	}
	return s.tellOfMoney(ctx, tx, orderID, letterUndone, amount)
}

// DepositBackTx records that a part that was paid is due back.
func (s *Service) DepositBackTx(ctx context.Context, tx *sqlx.Tx, orderID, attempt uuid.UUID, amount money.Amount, at time.Time) error {
	err := ledger.RecordTx(ctx, tx, ledger.Journal{
		Reference: "attempt:" + attempt.String() + ":deposit_back", Kind: journalDepositBack, OrderID: &orderID, PaymentID: &attempt, At: at,
		Postings: []ledger.Posting{{Debit: ledger.Deposits, Credit: ledger.RefundsDue, Amount: amount}},
	})
	if err != nil {
		return err
	}
	return s.tellOfMoney(ctx, tx, orderID, letterSurplus, amount)
}

// FeeTx records what a provider kept for its service, or gave back of that.
func (s *Service) FeeTx(ctx context.Context, tx *sqlx.Tx, orderID, attempt uuid.UUID, more money.Amount, provider string, at time.Time) (err error) {
	fee := ledger.Journal{
		Kind: journalFee, OrderID: &orderID, PaymentID: &attempt, At: at,
		Postings: []ledger.Posting{{Debit: ledger.Fees(provider), Credit: ledger.Received(provider), Amount: max(more, -more)}},
	}
	if more < 0 {
		fee.Postings = ledger.Reversed(fee.Postings)
	}
	if fee.Reference, err = nthReference(ctx, tx, attempt, journalFee); err != nil {
		return err
	}
	return s.recordWithFeeTx(ctx, tx, attempt, fee)
}

// moneyLetter is what a letter to a buyer says of her money.
type moneyLetter string

const (
	letterReminder moneyLetter = "reminder" // it has not come yet
	letterLapsed   moneyLetter = "lapsed"   // nor has it until the end
	letterPaid     moneyLetter = "paid"     // all of it has come
	letterDeposit  moneyLetter = "deposit"  // a part of it has
	letterUndone   moneyLetter = "undone"   // that part was not hers
	letterSurplus  moneyLetter = "surplus"  // it goes back
	letterMismatch moneyLetter = "mismatch" // it does, since it is not what was asked for: that is still to be paid

	letterAccount  moneyLetter = "account"  // into which account is it to go back
	letterNamed    moneyLetter = "named"    // it goes back into that one
	letterPromised moneyLetter = "promised" // some of it is due back
	letterRefunded moneyLetter = "refunded" // and was given
)

// tellOfMoney queues a letter to the buyer, if she gave an address, about an amount of her money; it may say more.
func (s *Service) tellOfMoney(ctx context.Context, tx *sqlx.Tx, orderID uuid.UUID, letter moneyLetter, amount money.Amount, more ...any) error {
	o, err := readOrder(ctx, tx, `o.id = $1`, orderID)
	if err != nil || o.Sample || o.Buyer.Email == "" || o.ErasedAt != nil {
		return err
	}
	l := s.texts.Locale(o.Locale)
	said := append([]any{
		"Number", o.Number, "Amount", l.Money(amount), "Due", l.Money(o.Due), "ToPay", l.Money(o.ToPay()), "Until", l.DateTime(o.ExpiresAt), "Days", daysText(l, o.Delivery, delivery.Window{From: o.DeliverFrom, To: o.DeliverTo}),
		"Link", s.baseURL + "/" + l.Code() + "/orders/" + url.PathEscape(s.TokenAgain(o)),
	}, more...)
	return s.jobs.InsertTx(ctx, tx, mail.SendArgs{Message: mail.Message{
		Locale: o.Locale, To: o.Buyer.Email, About: o.ID,
		Subject: l.T("order.money."+string(letter)+"_subject", said...), Body: l.T("order.money."+string(letter)+"_body", said...),
	}}, nil)
}

// RefundAccountTx tells a buyer into which account her money goes back, by its last figures.
func (s *Service) RefundAccountTx(ctx context.Context, tx *sqlx.Tx, orderID uuid.UUID, last string) error {
	return s.tellOfMoney(ctx, tx, orderID, letterNamed, 0, "Last", last)
}

// ByHandTx asks a buyer who has money back by transfer for her account.
func (s *Service) ByHandTx(ctx context.Context, tx *sqlx.Tx, orderID uuid.UUID, amount money.Amount, means string) error {
	if means != payment.BankTransfer {
		return nil
	}
	return s.tellOfMoney(ctx, tx, orderID, letterAccount, amount)
}

// RefundedTx records that a buyer has back what was due to her, by that means, and tells her.
func (s *Service) RefundedTx(ctx context.Context, tx *sqlx.Tx, orderID, attempt, refund uuid.UUID, amount money.Amount, means string, at time.Time) error {
	back := ledger.Journal{Kind: journalRefunded, OrderID: &orderID, PaymentID: &attempt, RefundID: &refund, At: at}
	back.Postings = []ledger.Posting{{Debit: ledger.RefundsDue, Credit: ledger.Received(means), Amount: amount}}
	if err := s.recordRefundTx(ctx, tx, back); err != nil {
		return err
	}
	if err := s.endReturns(ctx, tx, orderID, at); err != nil {
		return err
	}
	return s.tellOfMoney(ctx, tx, orderID, letterRefunded, amount)
}

// RefundUndoneTx records that what a buyer was given back came back: it is due to her again. See payment.Payee.
func (s *Service) RefundUndoneTx(ctx context.Context, tx *sqlx.Tx, orderID, attempt, refund uuid.UUID, amount money.Amount, means string, at time.Time) error {
	undone := ledger.Journal{Kind: journalRefundUndone, OrderID: &orderID, PaymentID: &attempt, RefundID: &refund, At: at}
	undone.Postings = []ledger.Posting{{Debit: ledger.Received(means), Credit: ledger.RefundsDue, Amount: amount}}
	if err := s.recordRefundTx(ctx, tx, undone); err != nil {
		return err
	}
	return s.reopenReturn(ctx, tx, orderID, refund, at)
}

// recordRefundTx records the next thing that happens to a refund, which is named by how many there were before: it may be
// given, come back, and be given by hand or by the buyer's bank.
func (s *Service) recordRefundTx(ctx context.Context, tx *sqlx.Tx, j ledger.Journal) error {
	var before int
	if err := tx.GetContext(ctx, &before, `select count(*) from ledger_journals where refund_id = $1`, j.RefundID); err != nil {
		return fmt.Errorf("order: journals of refund %s: %w", j.RefundID, err)
	}
	j.Reference = "refund:" + j.RefundID.String()
	if before > 0 {
		j.Reference += fmt.Sprintf(":%d", before)
	}
	return s.recordWithFeeTx(ctx, tx, *j.PaymentID, j)
}

// RefundFailedTx queues mail to the association: a buyer does not have back what is due to her. It asks for it again
// from the order's page, see RefundAgain.
func (s *Service) RefundFailedTx(ctx context.Context, tx *sqlx.Tx, orderID uuid.UUID, amount money.Amount) error {
	o, err := lock(ctx, tx, `id = $1`, orderID)
	if err != nil || o.Sample {
		return err
	}
	jobs, err := s.letters(ctx, tx, o.ID, nil, true, func(l *i18n.Locale, _ *Part, _ bool) mail.Message {
		return mail.Message{
			Subject: l.T("order.mail.refund_failed_subject", "Number", o.Number),
			Body:    l.T("order.mail.refund_failed_body", "Number", o.Number, "Amount", l.Money(amount), "Link", s.orderLink(l, o.ID)),
		}
	})
	if err != nil {
		return err
	}
	return s.jobs.InsertManyTx(ctx, tx, jobs)
}

// RefundAgain asks again for what was to be given back of an order and failed (Order.BackFailed), of which seen is what
// whoever asks saw. Errors:
//   - ErrNotFound: there is no such order
//   - ErrWrongState: another amount failed and waits, or none: somebody asked again before
func (s *Service) RefundAgain(ctx context.Context, orderID uuid.UUID, seen money.Amount) error {
	return s.inTx(ctx, "", func(tx *sqlx.Tx) error {
		if err := s.LockTx(ctx, tx, orderID); err != nil {
			return err
		}
		asked, err := s.payments.RefundAgainTx(ctx, tx, orderID, s.moment(time.Time{}))
		if err == nil && (asked == 0 || asked != seen) {
			return ErrWrongState
		}
		return err
	})
}

// paidFirst lets an order go on that nobody has confirmed yet: whoever has paid wants it, so that it is confirmed, and
// its cooperatives are told of it.
func (s *Service) paidFirst(ctx context.Context, tx *sqlx.Tx, o *locked, at time.Time) error {
	by := By{Actor: actor.OfSystem(), Note: NotePaid, At: at}
	if err := o.begin(ctx, tx, by); err != nil {
		return err
	}
	if o.State == StateAwaiting {
		parts, err := o.may(MovePay)
		if err != nil {
			return err
		}
		if err := o.setParts(ctx, tx, parts, rules[MovePay].toPart); err != nil {
			return err
		}
	}
	if err := s.confirm(ctx, tx, o); err != nil {
		return err
	}
	if err := s.promise(ctx, tx, o); err != nil {
		return err
	}
	return s.tellOfMoney(ctx, tx, o.ID, letterPaid, o.Due)
}
