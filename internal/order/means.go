package order

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/network"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/settings"
)

// maxAttempts bounds how often the buyer of one order may try to pay it first. Cash is not tried.
const maxAttempts = 30

// Means are the names of the means by which orders can be paid; see payment.Service.
func (s *Service) Means() []string { return s.payments.Means() }

// PaidFirst reports whether an order that is paid by that means, or provider, waits for its payment.
func (s *Service) PaidFirst(means string) bool {
	return s.payments.Within(s.payments.ByMeans(means)) > 0
}

// payWithin is how long an order that is paid by a provider waits for its payment: as the association has decided or, where
// it decides nothing, as the provider says. Zero: it is paid at the door.
func (s *Service) payWithin(decided settings.Settings, provider string) time.Duration {
	switch s.payments.MeansOf(provider) {
	case payment.BankTransfer:
		return decided.Transfer.Within()
	case payment.Card:
		return time.Duration(decided.CardMinutes) * time.Minute
	}
	return s.payments.Within(provider)
}

// ChooseMeans has an order that waits for its payment paid by another means, or by the same once more, for whoever
// holds its tracking link. Its goods are held for as long as that means gives, but not longer for choosing again, and it
// costs the fee of that means, which shown is as a page showed it (nil: none did). By cash it waits to be confirmed, as if
// it had been placed so. What was paid of it by parts goes back, and so does what comes by the former means yet, if that
// cost another fee. Errors:
//   - ErrNotFound: the link does not act for the order's buyer
//   - ErrWrongState: it does not wait for its payment any more
//   - payment.ErrUnknownProvider: there is no such means
//   - ErrChosenOften: it was chosen too often
//   - ErrMeansFee: the means has another fee than shown
//   - *fault.Error of kind Conflict that says why this order may not be paid so; see Offers
func (s *Service) ChooseMeans(ctx context.Context, token, means string, shown *money.Amount) error {
	provider := s.payments.ByMeans(means)
	if provider == "" {
		return payment.ErrUnknownProvider
	}
	whole, err := s.ByToken(ctx, token)
	if err != nil {
		return err
	}
	terms, err := s.delivery.Terms(ctx, whole.Delivery, whole.Buyer.Place)
	if err != nil {
		return err
	}
	by := By{Actor: actor.OfBuyer()}
	return s.moveWhere(ctx, by, func(tx *sqlx.Tx, o *locked) error {
		if !s.made(token, trackingToken, o.ID, o.Link) {
			return ErrNotFound
		}
		parts, err := o.may(MoveChoose)
		if err != nil || !o.by.At.Before(o.ExpiresAt) {
			return cmp.Or(err, error(ErrWrongState))
		}
		return s.choose(ctx, tx, o, parts, provider, terms.NoCash, shown)
	}, `token_hash = $1`, hashToken(token))
}

func (s *Service) choose(ctx context.Context, tx *sqlx.Tx, o *locked, parts []Part, provider string, noCash fault.Message, shown *money.Amount) error {
	attempts, err := s.payments.AttemptsTx(ctx, tx, o.ID)
	if err != nil {
		return err
	}
	decided, err := settings.Read(ctx, tx)
	if err != nil {
		return fmt.Errorf("order: %w", err)
	}
	var spare int
	if err := tx.GetContext(ctx, &spare, `select spare from holds where order_id = $1`, o.ID); err != nil {
		return fmt.Errorf("order: what it holds beyond a share: %w", err)
	}
	if why := s.refusal(decided, provider, o.Due-o.MeansFee, noCash, spare > 0); why.Key != "" {
		return &fault.Error{Kind: fault.Conflict, Message: why}
	}
	fee := s.decided(decided, provider).fee
	if shown != nil && *shown != fee {
		return ErrMeansFee
	}
	within := s.payWithin(decided, provider)
	first := within > 0
	if first {
		if attempts >= maxAttempts {
			return ErrChosenOften
		}
		// Whoever chooses again and again holds goods no longer than twice what the means would have.
		longest := o.ExpiresAt
		if held := o.PlacedAt.Add(2 * within); provider != o.Payment && held.After(longest) {
			longest = held
		}
		within = min(within, longest.Sub(o.by.At))
	} else {
		within = time.Duration(decided.HoldHours) * time.Hour
	}
	if spare > 0 {
		within = min(within, spareFor)
	}
	o.ExpiresAt = o.by.At.Add(within)
	more := fee - o.MeansFee
	o.MeansFee, o.Due = fee, o.Due+more
	_, err = tx.ExecContext(ctx, `
		update orders set payment = $2, expires_at = $3, means_fee_centimes = $4, total_centimes = total_centimes + $5, due_centimes = $6
		where id = $1`, o.ID, provider, o.ExpiresAt, o.MeansFee, more, o.Due)
	if err != nil {
		return fmt.Errorf("order: choose %s: %w", provider, err)
	}
	if more != 0 {
		posting := ledger.Posting{Debit: ledger.Buyers, Credit: ledger.PendingMeansFee, Amount: max(more, -more)}
		if more < 0 {
			posting.Debit, posting.Credit = posting.Credit, posting.Debit
		}
		err := ledger.RecordTx(ctx, tx, ledger.Journal{
			Reference: fmt.Sprintf("order:%s:means:%d", o.ID, attempts), Kind: journalMeans, OrderID: &o.ID, At: o.by.At,
			Postings: []ledger.Posting{posting},
		})
		if err != nil {
			return err
		}
	}
	if err := s.payments.ChooseTx(ctx, tx, o.ID, provider, o.Due, o.by.At, o.ExpiresAt); err != nil {
		return err
	}
	if first {
		return s.jobs.InsertManyTx(ctx, tx, s.toBePaid(o.ID, o.by.At, o.ExpiresAt))
	}
	if err := o.setParts(ctx, tx, parts, rules[MoveChoose].toPart); err != nil {
		return err
	}
	if err := o.setState(ctx, tx, rules[MoveChoose].to); err != nil {
		return err
	}
	return s.announceChosen(ctx, tx, o)
}

// announceChosen tells of an order that is paid at the door after all whom placing it would have told.
func (s *Service) announceChosen(ctx context.Context, tx *sqlx.Tx, o *locked) error {
	whole, err := readOrder(ctx, tx, `o.id = $1`, o.ID)
	if err != nil {
		return err
	}
	var held struct{ Address, Site []byte }
	if err := tx.GetContext(ctx, &held, `select address, site from holds where order_id = $1`, o.ID); err != nil {
		return fmt.Errorf("order: whose order it is: %w", err)
	}
	by := caller{phone: whole.Buyer.Phone, makers: makers{address: held.Address, site: held.Site, siteShare: network.SiteShare}}
	whole.PlacedAt = o.by.At // from now on it waits, and letters are counted
	if err := s.tellFew(ctx, tx, &whole, by.makers); err != nil {
		return err
	}
	told := make([]uuid.UUID, 0, len(whole.Parts))
	for _, p := range whole.Parts {
		if p.Told {
			told = append(told, p.ID)
		}
	}
	if _, err := tx.ExecContext(ctx, `update sub_orders set told = true where id = any($1)`, pq.Array(told)); err != nil {
		return fmt.Errorf("order: whom to tell: %w", err)
	}
	association, letter, err := s.announce(ctx, tx, whole, by)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `update holds set told = $2, letter = $3 where order_id = $1`, o.ID, association, letter)
	if err != nil {
		return fmt.Errorf("order: whom it has told: %w", err)
	}
	return nil
}

// AgainTx takes an order up again that was given up because it was not paid in time, if its goods are there still: its
// payment has come. See payment.Payee.
func (s *Service) AgainTx(ctx context.Context, tx *sqlx.Tx, orderID uuid.UUID, at time.Time) (bool, error) {
	o, err := lock(ctx, tx, `id = $1`, orderID)
	if err != nil {
		return false, err
	}
	if err := o.begin(ctx, tx, By{Actor: actor.OfSystem(), Note: NoteLate, At: at}); err != nil {
		return false, err
	}
	parts, err := o.may(MoveAgain)
	if errors.Is(err, ErrWrongState) || o.Erased {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	given := drop{move: MoveExpire, unpaid: true}
	var unpaid bool
	err = tx.GetContext(ctx, &unpaid, `select exists (select from ledger_journals where reference = $1)`, given.reference(o))
	if err != nil {
		return false, fmt.Errorf("order: why it was given up: %w", err)
	}
	if !unpaid {
		return false, nil
	}
	stock, err := stockOf(ctx, tx, parts)
	if err != nil {
		return false, err
	}
	_, err = s.catalog.ReserveAgainTx(ctx, tx, o.ID, stock, actor.OfBuyer())
	var short *catalog.OutOfStock
	if errors.As(err, &short) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := o.setParts(ctx, tx, parts, rules[MoveAgain].toPart); err != nil {
		return false, err
	}
	if err := o.setState(ctx, tx, rules[MoveAgain].to); err != nil {
		return false, err
	}
	o.Due = o.charges().sum()
	for _, p := range parts {
		o.Due += p.Items
	}
	if _, err := tx.ExecContext(ctx, `update orders set due_centimes = $2 where id = $1`, o.ID, o.Due); err != nil {
		return false, fmt.Errorf("order: take up again: %w", err)
	}
	return true, ledger.RecordTx(ctx, tx, ledger.Journal{
		Reference: "order:" + o.ID.String() + ":again", Kind: journalAgain, OrderID: &o.ID, At: o.by.At,
		Postings: salePostings(o.active(), o.charges()),
	})
}

// Describe says what the buyer of an order reads where she pays it: a line for each cooperative, one for delivery and one for the fee of its means.
// See payment.Payee.
func (s *Service) Describe(ctx context.Context, orderID uuid.UUID) (payment.Description, error) {
	o, err := readOrder(ctx, s.db, `o.id = $1`, orderID)
	if err != nil {
		return payment.Description{}, err
	}
	l := s.texts.Locale(o.Locale)
	d := payment.Description{
		Text: l.T("order.payment_text", "Number", o.Number), Locale: l.Code(), Email: o.Buyer.Email,
		Back: s.baseURL + "/" + l.Code() + "/orders/" + url.PathEscape(s.TokenAgain(o)) + "/paid",
	}
	for _, p := range o.Parts {
		if p.State.Active() && p.Items > 0 {
			d.Items = append(d.Items, payment.Item{Text: l.Text(p.Cooperative.Name), Amount: p.Items})
		}
	}
	if o.DeliveryFee > 0 {
		d.Items = append(d.Items, payment.Item{Text: l.T("order.delivery"), Amount: o.DeliveryFee})
	}
	if o.MeansFee > 0 {
		d.Items = append(d.Items, payment.Item{Text: l.T("order.means_fee"), Amount: o.MeansFee})
	}
	return d, nil
}

// Pay tells the provider of what an order has to be paid, for whoever holds its tracking link, and says where the buyer
// pays it. Errors:
//   - ErrNotFound: the link does not act for the order's buyer
//   - payment.ErrNotPending: nothing has to be paid before, or not any more
//   - payment.ErrDown: the provider does not answer
//   - payment.ErrUnknownProvider: it is not taken any more
func (s *Service) Pay(ctx context.Context, token string) (payment.Attempt, error) {
	o, err := s.ByToken(ctx, token)
	if err != nil {
		return payment.Attempt{}, err
	}
	if !o.Acting {
		return payment.Attempt{}, ErrNotFound
	}
	return s.payments.Start(ctx, o.ID)
}
