package payment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
)

// Reasons of refunds that the market has by itself.
const (
	ReasonSurplus  = "surplus"  // it did not have to be paid, or not any more
	ReasonDropped  = "dropped"  // what was paid for does not come
	ReasonAdjusted = "adjusted" // less of it comes, or it is worth less
)

// RefundTx gives back to the buyer amount of what was received for a reference, for a reason and by that means; empty:
// as it was paid. A provider that can is asked for it by a job; else somebody gives it by hand, see GivenTx. Asked again
// under the same key it asks again for what failed of it, and does nothing more. Errors: ErrTooMuch, also if what is
// left is what failed under another key; ErrKeyUsed, if it was for another amount; ErrUnknownProvider, if nobody gives
// back by that means.
func (s *Service) RefundTx(ctx context.Context, tx *sqlx.Tx, reference uuid.UUID, amount money.Amount, reason, means, key string, at time.Time) error {
	i, err := lockTx(ctx, tx, reference)
	if err != nil {
		return err
	}
	key = reference.String() + ":" + key
	var before money.Amount
	err = tx.GetContext(ctx, &before, `
		select coalesce(sum(amount_centimes), 0) from payment_refunds where request = $1 and number <= 1`, key)
	switch {
	case err != nil:
		return fmt.Errorf("payment: refund %s: %w", key, err)
	case before == amount:
		_, err = s.againTx(ctx, tx, `f.request = $1`, key, at)
		return err
	case before > 0:
		return ErrKeyUsed
	}
	var attempts []struct {
		ID       uuid.UUID
		Provider string
		Left     money.Amount
	}
	err = tx.SelectContext(ctx, &attempts, `
		select id, provider, received_centimes - refunded_centimes - (
		           select coalesce(sum(amount_centimes), 0) from payment_refunds_failed where attempt_id = a.id) as left
		from payment_attempts a
		where intent_id = $1 and received_centimes > refunded_centimes order by number for no key update`, i.ID)
	if err != nil {
		return fmt.Errorf("payment: refund %s: %w", key, err)
	}
	for _, a := range attempts {
		part := min(a.Left, amount)
		if part == 0 { // what is left of it failed and may be asked for again; or there is nothing more to give
			continue
		}
		r := Refund{Provider: a.Provider, Means: means, Amount: part, Reason: reason}
		if err := s.giveBackTx(ctx, tx, r, a.ID, key, at); err != nil {
			return err
		}
		amount -= part
	}
	if amount != 0 {
		return ErrTooMuch
	}
	return nil
}

// RefundAgainTx asks again for all that failed of what was to be given back for a reference, and gives how much that
// is; nothing, if nothing failed or it was asked for again before. ErrNotPending if there is no such reference.
func (s *Service) RefundAgainTx(ctx context.Context, tx *sqlx.Tx, reference uuid.UUID, at time.Time) (money.Amount, error) {
	i, err := lockTx(ctx, tx, reference)
	if err != nil {
		return 0, err
	}
	return s.againTx(ctx, tx, `a.intent_id = $1`, i.ID, at)
}

// againTx writes another refund for each that a condition names of those that failed; the intent is locked.
func (s *Service) againTx(ctx context.Context, tx *sqlx.Tx, where string, arg any, at time.Time) (sum money.Amount, err error) {
	var failed []struct {
		Refund
		Attempt uuid.UUID
		Request string
	}
	err = tx.SelectContext(ctx, &failed, `
		select a.provider, f.means, f.amount_centimes as amount, f.reason, f.attempt_id as attempt, f.request
		from payment_refunds_failed f join payment_attempts a on a.id = f.attempt_id
		where `+where+` order by a.number, f.id`, arg)
	if err != nil {
		return 0, fmt.Errorf("payment: refunds that failed of %v: %w", arg, err)
	}
	for _, f := range failed {
		if err := s.giveBackTx(ctx, tx, f.Refund, f.Attempt, f.Request, at); err != nil {
			return 0, err
		}
		sum += f.Amount
	}
	return sum, nil
}

// giveBackTx writes the next refund of a request of what an attempt received, under the key that follows from it, and
// has its provider asked for it, unless it is given by hand.
func (s *Service) giveBackTx(ctx context.Context, tx *sqlx.Tx, r Refund, attempt uuid.UUID, request string, at time.Time) error {
	id := postgres.NewID()
	hand, err := s.byHand(r)
	if err != nil {
		return err
	}
	var reference uuid.UUID
	err = tx.GetContext(ctx, &reference, `
		with promised as (update payment_attempts set refunded_centimes = refunded_centimes + $3 where id = $2)
		insert into payment_refunds (id, attempt_id, amount_centimes, reason, state, request, number, key, created_at, means)
		select $1, $2, $3, $4, $5, $6, n.number, concat_ws(':', $6::text, a.number, n.number), $7, nullif($8, '')
		from payment_attempts a
		cross join lateral (
		    select coalesce(max(number), 0) + 1 as number from payment_refunds where attempt_id = a.id and request = $6
		) n
		where a.id = $2
		returning (select i.reference from payment_intents i join payment_attempts a on a.intent_id = i.id where a.id = $2)`,
		id, attempt, r.Amount, r.Reason, Pending, request, at, hand)
	if postgres.Violates(err, "payment_attempts_refunded_sane") {
		return ErrTooMuch.Wrap(err)
	}
	if err != nil {
		return fmt.Errorf("payment: refund %s: %w", request, err)
	}
	if hand != "" {
		err = s.Payee.ByHandTx(ctx, tx, reference, r.Amount, hand)
	} else {
		err = s.jobs.InsertTx(ctx, tx, RefundArgs{RefundID: id}, nil)
	}
	if err != nil {
		return err
	}
	return s.bankGaveTx(ctx, tx, attempt, at)
}

// byHand is the means by which somebody gives a refund by hand; empty: its provider is asked for it.
func (s *Service) byHand(r Refund) (means string, err error) {
	means = cmp.Or(r.Means, r.Provider)
	switch _, asked := s.providers[means].(Refunder); {
	case means != r.Provider && !slices.Contains(s.MeansByHand(), means):
		return "", ErrUnknownProvider
	case asked:
		return "", nil
	}
	return means, nil
}

// MeansByHand are the names of the means by which somebody can give back by hand whatever was paid, and by whichever
// means: a card has what was paid by it alone.
func (s *Service) MeansByHand() []string {
	return slices.DeleteFunc(slices.Clone(s.names), func(name string) bool {
		_, asked := s.providers[name].(Refunder)
		return asked || s.MeansOf(name) == Card
	})
}

// Given says how a refund was given by hand.
type Given struct {
	Means     string    // as whoever gave it was told; empty: whichever it is
	Reference string    // of the receipt or the transfer; may be empty
	By        uuid.UUID // who says so; zero: nobody in particular
}

// MaxGivenReference is the most characters of a Given's reference.
const MaxGivenReference = 100

// GivenTx says that a refund was given back by hand, also one that had failed. Said again it does nothing. Errors:
//   - ErrRefundChanged: it is given by another means now, or its provider was asked for it and has not said no
//   - ErrGivenBefore: it was given, and not with that reference
//   - ErrDisputed
//   - ErrGiven with the field reference: it is too long
func (s *Service) GivenTx(ctx context.Context, tx *sqlx.Tx, refundID uuid.UUID, g Given, at time.Time) error {
	if wrong := fault.New(ErrGiven.Kind, ErrGiven.Key); wrong.TooLong("reference", "settlement.reference_long", g.Reference, MaxGivenReference) {
		return wrong
	}
	r, err := s.lockRefundTx(ctx, tx, `r.id = $1`, refundID)
	if err != nil {
		return err
	}
	if !givesRefund.leads(r.State) {
		return sameGiven(ctx, tx, r, g)
	}
	hand, err := s.byHand(r.Refund)
	if err != nil {
		return err
	}
	if r.Again || hand == "" && r.State != Failed || g.Means != "" && g.Means != cmp.Or(hand, r.Provider) {
		return ErrRefundChanged
	}
	switch is, err := isDisputed(ctx, tx, r.Attempt); {
	case err != nil:
		return err
	case is:
		return ErrDisputed
	}
	if err := s.refundTx(ctx, tx, r, givesRefund, 0, at); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		update payment_refunds set given_reference = $2, user_id = $3 where id = $1`,
		r.ID, g.Reference, uuid.NullUUID{UUID: g.By, Valid: g.By != uuid.Nil})
	if err != nil {
		return fmt.Errorf("payment: refund %s: %w", r.ID, err)
	}
	return nil
}

// sameGiven reports ErrGivenBefore if a refund was given, and not by g's reference: whoever says g has given it once more.
func sameGiven(ctx context.Context, tx *sqlx.Tx, r lockedRefund, g Given) error {
	var before struct {
		Reference string
		At        time.Time
	}
	err := tx.GetContext(ctx, &before, `
		select coalesce(given_reference, '') as reference, ended_at as at from payment_refunds where id = $1 and state = 'succeeded'`, r.ID)
	switch {
	case postgres.NoRows(err):
		return nil
	case err != nil:
		return fmt.Errorf("payment: how refund %s was given: %w", r.ID, err)
	case g.Reference == before.Reference:
		return nil
	}
	if before.Reference == "" {
		return fault.New(ErrGivenBefore.Kind, ErrGivenBefore.Key, "Date", before.At)
	}
	return fault.New(ErrGivenBefore.Kind, "payment.given_before_with", "Date", before.At, "Reference", before.Reference).Wrap(ErrGivenBefore)
}

// insists is how long a refund is its provider's alone, unless that says no: mostly it gives within seconds.
const insists = time.Hour

// Postponed reports whether a refund that its provider has not taken up has waited for so long that ByMeansTx may have it
// given otherwise.
func Postponed(createdAt, now time.Time) bool { return now.Sub(createdAt) >= insists }

// ByMeansTx has a refund that waits to be given by hand, or that failed, given by another means from now on; one that
// failed is asked for again by it. One that its provider puts off (Postponed) is given by it once that says that it has
// not: it is asked no more to give, and what it has given all the same stands. seen is its means as whoever decides so was
// shown it. Errors:
//   - ErrRefundChanged: it was given meanwhile, is given by another means, or was asked for again
//   - ErrUnknownProvider: nobody gives it back by that means
func (s *Service) ByMeansTx(ctx context.Context, tx *sqlx.Tx, refundID uuid.UUID, seen, means string, at time.Time) error {
	r, err := s.lockRefundTx(ctx, tx, `r.id = $1`, refundID)
	if err != nil {
		return err
	}
	if cmp.Or(r.Means, r.Provider) != seen || r.Again {
		return ErrRefundChanged
	}
	was, err := s.byHand(r.Refund)
	if err != nil {
		return err
	}
	r.Means = means
	switch hand, err := s.byHand(r.Refund); {
	case err != nil:
		return err
	case r.State == Failed:
		return s.giveBackTx(ctx, tx, r.Refund, r.Attempt, r.Request, at)
	case r.State == Pending && was == "" && hand != "" && Postponed(r.CreatedAt, at):
		return s.otherwiseTx(ctx, tx, r, hand)
	case r.State != Pending || was == "":
		return ErrRefundChanged
	case hand == was:
		return nil
	default:
		_, err := tx.ExecContext(ctx, `update payment_refunds set means = nullif($2, '') where id = $1`, r.ID, hand)
		if err != nil {
			return fmt.Errorf("payment: refund %s: %w", r.ID, err)
		}
		if hand != "" {
			return s.Payee.ByHandTx(ctx, tx, r.Reference, r.Amount, hand)
		}
		return s.jobs.InsertTx(ctx, tx, RefundArgs{RefundID: r.ID}, nil)
	}
}

// otherwiseTx decides by which means a refund is given if its provider has not, and has that asked.
func (s *Service) otherwiseTx(ctx context.Context, tx *sqlx.Tx, r lockedRefund, means string) error {
	if _, tells := s.providers[r.Provider].(Reconciled); !tells {
		return ErrRefundChanged
	}
	if _, err := tx.ExecContext(ctx, `update payment_refunds set otherwise = $2 where id = $1`, r.ID, means); err != nil {
		return fmt.Errorf("payment: refund %s by %s: %w", r.ID, means, err)
	}
	return s.jobs.InsertTx(ctx, tx, RefundArgs{RefundID: r.ID}, nil)
}

// refundOutcomeTx does what an outcome says of a refund, as attemptOutcomeTx. What a provider says it gave of one that
// somebody gave by hand, or the buyer's bank, is a Difference: it was given twice.
func (s *Service) refundOutcomeTx(ctx context.Context, tx *sqlx.Tx, provider string, o Outcome, at time.Time) error {
	e := map[State]edge{Succeeded: givesRefund, Failed: failsRefund}[o.State]
	if e.to == "" {
		return nil
	}
	r, err := s.lockRefundTx(ctx, tx, `a.provider = $1 and (r.provider_reference = $2 or r.key = $3)`, provider, o.Refund, o.Key)
	if errors.Is(err, ErrNoRefund) {
		return errNotHere
	}
	if err != nil {
		return err
	}
	if r.State == Succeeded && r.ByHand {
		m := moved{Subject: Refunding, Name: cmp.Or(o.Refund, o.Key)}
		return s.settleOrDifferTx(ctx, tx, provider, m, o.moved(), 0)
	}
	if err := s.refundTx(ctx, tx, r, e, o.moved(), at); err != nil {
		return err
	}
	return s.refundFeeTx(ctx, tx, r, o.Fee, at)
}

// lockedRefund is a refund that no other transaction can change until this one ends.
type lockedRefund struct {
	Refund
	Attempt   uuid.UUID
	Reference uuid.UUID
	Request   string
	Otherwise string // by which means it is to be given if its provider has not
	Again     bool   // it failed and was asked for again
	ByHand    bool   `db:"by_hand"` // somebody gave it, or the buyer's bank
}

// lockRefundTx locks the refund that a condition names, after what it is about.
func (s *Service) lockRefundTx(ctx context.Context, tx *sqlx.Tx, where string, args ...any) (r lockedRefund, err error) {
	read := `
		select r.id, r.attempt_id as attempt, i.reference, a.provider, coalesce(r.means, '') as means, r.amount_centimes as amount,
		       r.reason, r.state, r.created_at, r.request, coalesce(r.otherwise, '') as otherwise, r.state = 'failed' and r.id not in (select id from payment_refunds_failed) as again,
		       not (` + byProvider + `) as by_hand
		from payment_refunds r join payment_attempts a on a.id = r.attempt_id join payment_intents i on i.id = a.intent_id
		where ` + where
	if err = tx.GetContext(ctx, &r, read, args...); postgres.NoRows(err) {
		return r, ErrNoRefund.Wrap(err)
	}
	if err != nil {
		return r, fmt.Errorf("payment: refund of %v: %w", args, err)
	}
	if err = s.Payee.LockTx(ctx, tx, r.Reference); err != nil {
		return r, err
	}
	if err = tx.GetContext(ctx, &r, read+` for no key update of r`, args...); err != nil {
		return r, fmt.Errorf("payment: refund of %v: %w", args, err)
	}
	return r, nil
}

// refundTx brings a refund into another state, and tells the payee whether it was given. given is how much was, if
// whoever tells of it says so; it fails if that is not what the refund was to give.
func (s *Service) refundTx(ctx context.Context, tx *sqlx.Tx, r lockedRefund, e edge, given money.Amount, at time.Time) error {
	if !e.leads(r.State) {
		return nil
	}
	if given != 0 && given != r.Amount {
		return fmt.Errorf("payment: refund %s is said to have given %s of %s", r.ID, given, r.Amount)
	}
	if r.Again { // whatever is given now would be given twice
		return fmt.Errorf("payment: refund %s is said to be %s, but had failed and was asked for again", r.ID, e.to)
	}
	if err := endRefundTx(ctx, tx, r, e.to, at); err != nil {
		return err
	}
	if e.to == Failed {
		if r.State == Succeeded {
			err := s.Payee.RefundUndoneTx(ctx, tx, r.Reference, r.Attempt, r.ID, r.Amount, cmp.Or(r.Means, r.Provider), at)
			if err != nil {
				return err
			}
		}
		if err := s.bankGaveTx(ctx, tx, r.Attempt, at); err != nil {
			return err
		}
		var due money.Amount // unless the buyer has it from her bank
		err := tx.GetContext(ctx, &due, `select coalesce(sum(amount_centimes), 0) from payment_refunds_failed where id = $1`, r.ID)
		if err != nil {
			return fmt.Errorf("payment: what is due of refund %s: %w", r.ID, err)
		}
		if due == 0 {
			return nil
		}
		return s.Payee.RefundFailedTx(ctx, tx, r.Reference, due)
	}
	return s.Payee.RefundedTx(ctx, tx, r.Reference, r.Attempt, r.ID, r.Amount, cmp.Or(r.Means, r.Provider), at)
}

// endRefundTx writes that a refund was given or failed, and what its attempt gives back then.
func endRefundTx(ctx context.Context, tx *sqlx.Tx, r lockedRefund, to State, at time.Time) error {
	if _, err := tx.ExecContext(ctx, `update payment_refunds set state = $2, ended_at = $3 where id = $1`, r.ID, to, at); err != nil {
		return fmt.Errorf("payment: refund %s: %w", r.ID, err)
	}
	promised := money.Amount(0) // more than before
	switch {
	case to == Failed:
		promised = -r.Amount
	case r.State == Failed:
		promised = r.Amount
	}
	_, err := tx.ExecContext(ctx, `
		update payment_attempts set refunded_centimes = refunded_centimes + $2 where id = $1`, r.Attempt, promised)
	if err != nil {
		return fmt.Errorf("payment: refund %s: %w", r.ID, err)
	}
	return nil
}

// FailedRefunds is how many refunds failed and wait to be asked for again, and what they come to.
func FailedRefunds(ctx context.Context, db *sqlx.DB) (refunds int, sum money.Amount, err error) {
	var failed struct {
		Refunds int
		Sum     money.Amount
	}
	err = db.GetContext(ctx, &failed, `select count(*) as refunds, coalesce(sum(amount_centimes), 0) as sum from payment_refunds_failed`)
	if err != nil {
		return 0, 0, fmt.Errorf("payment: refunds that failed: %w", err)
	}
	return failed.Refunds, failed.Sum, nil
}

// RefundArgs is the job that asks a provider to give money back.
type RefundArgs struct {
	RefundID uuid.UUID `json:"refund_id"`
}

// Kind names the job.
func (RefundArgs) Kind() string { return "payment_refund" }

// InsertOpts put it where money is not kept waiting.
func (RefundArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: job.Money} }

// RefundWorker works RefundArgs.
type RefundWorker struct {
	river.WorkerDefaults[RefundArgs]
	Payments *Service
}

// postpones is how long a provider may put off a refund before it has failed: there is time by law for another means.
const postpones = 24 * time.Hour

// asking is how long a provider is asked at most, all of its requests together; what was sent by then may take effect for
// as long again.
const asking = time.Minute

// refundToAsk is a refund as its job reads it.
type refundToAsk struct {
	Refund
	Disputed    bool
	Otherwise   string
	AskingUntil *time.Time `db:"asking_until"`
}

// Work asks under the refund's own key, so that it may ask again, unless the payment is disputed: what ends that has
// it asked for. What the provider refuses, or puts off for too long, has failed: people ask again, or give it otherwise.
func (w *RefundWorker) Work(ctx context.Context, j *river.Job[RefundArgs]) error {
	s := w.Payments
	var r refundToAsk
	err := s.db.GetContext(ctx, &r, `
		select r.id, r.key, a.provider, coalesce(a.provider_reference, '') as attempt_reference,
		       coalesce(r.provider_reference, '') as provider_reference, r.amount_centimes as amount, r.reason, r.state, r.created_at, `+disputed+` as disputed,
		       coalesce(r.otherwise, '') as otherwise, r.asking_until
		from payment_refunds r join payment_attempts a on a.id = r.attempt_id where r.id = $1`, j.Args.RefundID)
	if err != nil {
		return fmt.Errorf("payment: refund %s: %w", j.Args.RefundID, err)
	}
	if !asksForRefund.leads(r.State) || r.Disputed {
		return nil
	}
	if r.Otherwise != "" {
		return w.otherwise(ctx, r)
	}
	provider, ok := s.providers[r.Provider].(Refunder)
	if !ok {
		return ErrUnknownProvider
	}
	// Whoever has it given otherwise waits until nothing is under way any more, and nothing is sent after that.
	result, err := s.db.ExecContext(ctx, `
		update payment_refunds set asking_until = $2 where id = $1 and state = $3 and otherwise is null`, r.ID, s.now().Add(2*asking), Pending)
	if err != nil {
		return fmt.Errorf("payment: refund %s: %w", r.Key, err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return err
	}
	asked, cancel := context.WithTimeout(ctx, asking)
	defer cancel()
	reference, err := provider.Refund(asked, r.Refund)
	if errors.Is(err, ErrRefused) || errors.Is(err, ErrNotNow) && s.now().Sub(r.CreatedAt) >= postpones {
		return postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
			locked, err := s.lockRefundTx(ctx, tx, `r.id = $1`, r.ID)
			if err != nil || !asksForRefund.leads(locked.State) { // another job asked, or her bank has given it meanwhile
				return err
			}
			if locked.Otherwise != "" { // somebody decided so while it was asked
				return s.givenOtherwiseTx(ctx, tx, locked, s.now())
			}
			return s.refundTx(ctx, tx, locked, failsRefund, 0, s.now())
		})
	}
	if err != nil {
		return fmt.Errorf("payment: refund %s: %w", r.Key, err)
	}
	return s.asked(ctx, r.Refund, reference)
}

// asked notes that a provider knows of a refund, and by which name.
func (s *Service) asked(ctx context.Context, r Refund, reference string) error {
	_, err := s.db.ExecContext(ctx, `
		update payment_refunds set provider_reference = $2, state = case when state = $3 then $4 else state end where id = $1`,
		r.ID, reference, asksForRefund.from[0], asksForRefund.to)
	if err != nil {
		return fmt.Errorf("payment: refund %s: %w", r.Key, err)
	}
	return nil
}

// otherwise asks the provider of a refund whether it has given it, or will; if neither, it is given by another means. While
// the provider does not answer it is given by nobody: it may have given it.
func (w *RefundWorker) otherwise(ctx context.Context, r refundToAsk) error {
	s := w.Payments
	if r.AskingUntil != nil {
		if wait := r.AskingUntil.Sub(s.now()); wait > 0 {
			return river.JobSnooze(wait)
		}
	}
	provider, ok := s.providers[r.Provider].(Reconciled)
	if !ok {
		return ErrUnknownProvider
	}
	o, err := provider.Refunded(ctx, r.Refund)
	switch {
	case errors.Is(err, ErrUnknown) || err == nil && o.State == Failed:
		return postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
			locked, err := s.lockRefundTx(ctx, tx, `r.id = $1`, r.ID)
			if err != nil || locked.State != Pending {
				return err
			}
			return s.givenOtherwiseTx(ctx, tx, locked, s.now())
		})
	case err != nil:
		return fmt.Errorf("payment: ask whether %s was given: %w", r.Key, err)
	case o.State == Succeeded:
		return s.learn(ctx, r.Provider, o)
	case o.Refund == "":
		return fmt.Errorf("payment: what %s says of %s is of nothing", r.Provider, r.Key)
	}
	return s.asked(ctx, r.Refund, o.Refund)
}

// givenOtherwiseTx has a refund that its provider has not given, and will not, given by the means that was decided for that.
func (s *Service) givenOtherwiseTx(ctx context.Context, tx *sqlx.Tx, r lockedRefund, at time.Time) error {
	if err := endRefundTx(ctx, tx, r, Failed, at); err != nil {
		return err
	}
	r.Means = r.Otherwise
	return s.giveBackTx(ctx, tx, r.Refund, r.Attempt, r.Request, at)
}
