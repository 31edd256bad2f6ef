package payment

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/text"
)

// A buyer may have her bank take back what she paid. The provider keeps the money until that is decided, and meanwhile
// nothing is given back of what she paid. What is lost her bank has given her: of what she is to have back it is given
// first, and what is left of it waits for whoever opened the intent to have it back to her, or to write it off. If then
// something fails that was to be given back otherwise, she has that from her bank, and so much less is written off.

// ReasonDisputed is why a buyer is to have back what her bank has given her.
const ReasonDisputed = "disputed"

var (
	// ErrDisputed says that nothing of a payment is given back while its buyer's bank decides about it.
	ErrDisputed = fault.New(fault.Conflict, "payment.disputed")
	// ErrNoDispute says that there is no such dispute.
	ErrNoDispute = fault.New(fault.NotFound, "payment.no_dispute")
	// ErrDisputeChanged says that a dispute does not stand any more as it was shown.
	ErrDisputeChanged = fault.New(fault.Conflict, "payment.dispute_changed")
	// ErrDisputeTold says that people do not say how disputes of a provider stand, since it tells so itself.
	ErrDisputeTold = fault.New(fault.Conflict, "payment.dispute_told")
	// ErrDispute says that what somebody enters of a dispute is incomplete; Fields say where: name, amount, fee.
	ErrDispute = fault.New(fault.Invalid, "payment.dispute_invalid")
)

// maxDisputeName is how many characters the name of a dispute may have.
const maxDisputeName = 100

// holdsMoney reports whether the provider has the money of a dispute that stands so.
func (s DisputeState) holdsMoney() bool { return s == DisputeOpen || s == DisputeLost }

// Decided reports whether it is over.
func (s DisputeState) Decided() bool { return s == DisputeWon || s == DisputeLost }

// disputeStates are those from which a dispute comes to each; one that nobody knew of before comes to any of them. What
// was lost may be won after all.
var disputeStates = map[DisputeState][]DisputeState{
	DisputeOpen: {DisputeAsked},
	DisputeWon:  {DisputeAsked, DisputeOpen, DisputeLost},
	DisputeLost: {DisputeAsked, DisputeOpen},
}

// DisputeNews is what has happened to a dispute.
type DisputeNews struct {
	ID       uuid.UUID
	Attempt  uuid.UUID
	Pays     bool // what was to be paid was paid by that attempt
	Provider string
	Before   DisputeState // empty: nobody knew of it
	State    DisputeState
	Amount   money.Amount
	Taken    money.Amount // of Amount, so much more than before; below zero: it is back
	Fee      money.Amount // kept for it, likewise
	DueBy    *time.Time
	Version  int
}

// lockedDispute is a dispute that no other transaction can change until this one ends.
type lockedDispute struct {
	ID      uuid.UUID
	Attempt uuid.UUID
	State   DisputeState
	Amount  money.Amount
	Fee     money.Amount
	Given   money.Amount
	Off     money.Amount // written off
	Version int
}

func (d lockedDispute) left() money.Amount { return d.Amount - d.Given - d.Off }

// contradicts reports whether what is said of it now cannot be: what is over is over, but what was lost may be won as long
// as it is nobody's loss yet; and the money that the provider has of it stays as much.
func (d lockedDispute) contradicts(now Dispute) bool {
	switch {
	case d.State == now.State:
		return d.State.holdsMoney() && d.Amount != now.Amount
	case d.State == DisputeWon:
		return now.State == DisputeLost
	}
	return d.State == DisputeLost && now.State == DisputeWon && d.left() < d.Amount
}

const selectDispute = `
	select id, attempt_id as attempt, state, amount_centimes as amount, fee_centimes as fee, given_centimes as given,
	       written_off_centimes as off, version
	from payment_disputes d where `

// toldDisputeTx does what a provider says of a dispute of an attempt that it names. It fails while nothing is known to
// have been paid in it: whoever told of the dispute is about to tell of that.
func (s *Service) toldDisputeTx(ctx context.Context, tx *sqlx.Tx, provider string, o Outcome, at time.Time) error {
	var attempt uuid.UUID
	err := tx.GetContext(ctx, &attempt, `
		select id from payment_attempts where provider = $1 and (provider_reference = $2 or key = $3)`, provider, o.Attempt, o.Key)
	if err != nil {
		return fmt.Errorf("payment: disputed attempt %q by %s: %w", o.Attempt, provider, err)
	}
	return s.disputeTx(ctx, tx, attempt, *o.Dispute, at)
}

// disputeTx brings a dispute of an attempt to how it stands now. What was known before changes nothing; what cannot follow
// from how it stood is a Difference.
func (s *Service) disputeTx(ctx context.Context, tx *sqlx.Tx, attempt uuid.UUID, d Dispute, at time.Time) error {
	a, err := s.lockAttemptTx(ctx, tx, attempt)
	if err != nil {
		return err
	}
	if a.Received == 0 {
		return fmt.Errorf("payment: dispute %q is of %s, in which nothing was paid", d.Reference, a.Key)
	}
	if d.Amount <= 0 || d.Fee < 0 {
		return fmt.Errorf("payment: dispute %q takes %s, for %s", d.Reference, d.Amount, d.Fee)
	}
	// Before it was known as a dispute it may have stood among the differences.
	differs := Difference{Provider: a.Provider, Subject: Paying, Name: d.Reference, Reason: Disputed, Theirs: d.Amount}
	var was lockedDispute
	err = tx.GetContext(ctx, &was, selectDispute+`provider = $1 and name = $2 for no key update`, a.Provider, d.Reference)
	known := err == nil
	switch {
	case err != nil && !postgres.NoRows(err):
		return fmt.Errorf("payment: dispute %q: %w", d.Reference, err)
	case known && was.Attempt != a.ID:
		return fmt.Errorf("payment: dispute %q is of %s, and was of another", d.Reference, a.Key)
	case known && was.contradicts(d):
		differs.Ours = was.Given + was.Off
		return differTx(ctx, tx, differs, at)
	case known && was.State != d.State && !slices.Contains(disputeStates[d.State], was.State):
		return nil // what was said before is told late
	}
	if err := agreeTx(ctx, tx, differs, at); err != nil {
		return err
	}
	news := DisputeNews{
		ID: was.ID, Attempt: a.ID, Pays: a.Pays, Provider: a.Provider, Before: was.State, State: d.State, Amount: d.Amount,
		Fee: d.Fee - was.Fee, DueBy: d.DueBy, Version: was.Version + 1,
	}
	if was.State.holdsMoney() {
		news.Taken -= was.Amount
	}
	if d.State.holdsMoney() {
		news.Taken += d.Amount
	}
	var decided *time.Time
	if d.State.Decided() {
		decided = &at
	}
	if !known {
		news.ID = postgres.NewID()
		_, err = tx.ExecContext(ctx, `
			insert into payment_disputes (id, attempt_id, provider, name, state, amount_centimes, fee_centimes, opened_at, decided_at, due_by)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			news.ID, a.ID, a.Provider, d.Reference, d.State, d.Amount, d.Fee, at, decided, d.DueBy)
	} else {
		var moved bool // anything but the day until which it is to be answered
		err = tx.GetContext(ctx, &moved, `
			update payment_disputes set state = $2, amount_centimes = $3, fee_centimes = $4, due_by = coalesce($5, due_by),
			       decided_at = case when state = $2 then decided_at else $6 end,
			       version = version + case when (state, amount_centimes, fee_centimes) = ($2, $3::bigint, $4::bigint) then 0 else 1 end
			where id = $1 returning version <> $7`, was.ID, d.State, d.Amount, d.Fee, d.DueBy, decided, was.Version)
		if err == nil && !moved {
			return nil
		}
	}
	if err != nil {
		return fmt.Errorf("payment: dispute %q: %w", d.Reference, err)
	}
	if err := s.bankGaveTx(ctx, tx, a.ID, at); err != nil {
		return err
	}
	if err := s.Payee.DisputedTx(ctx, tx, a.Reference, news, at); err != nil {
		return err
	}
	if was.State != DisputeOpen || !d.State.Decided() { // nothing waited for it
		return nil
	}
	return s.releaseRefundsTx(ctx, tx, a)
}

// lockedAttempt is an attempt that no other transaction can change until this one ends.
type lockedAttempt struct {
	ID        uuid.UUID
	Reference uuid.UUID
	Key       string
	Number    int
	Provider  string
	Received  money.Amount
	Kept      money.Amount // of Received, what nothing is given back of, nor is due back
	Pays      bool         // what was to be paid was paid by it
}

// keptOfAttempt is what nothing is given back of, nor is due back, of what an attempt a received.
const keptOfAttempt = `a.received_centimes - a.refunded_centimes - (
		           select coalesce(sum(amount_centimes), 0) from payment_refunds_failed where attempt_id = a.id)`

// lockAttemptTx locks an attempt, after what it is about and the intent.
func (s *Service) lockAttemptTx(ctx context.Context, tx *sqlx.Tx, id uuid.UUID) (a lockedAttempt, err error) {
	const read = `
		select a.id, i.reference, a.key, a.number, a.provider, a.received_centimes as received, i.paid_by is not distinct from a.id as pays,
		       ` + keptOfAttempt + ` as kept
		from payment_attempts a join payment_intents i on i.id = a.intent_id where a.id = $1`
	if err = tx.GetContext(ctx, &a, read, id); err != nil {
		return a, fmt.Errorf("payment: attempt %s: %w", id, err)
	}
	if err = s.Payee.LockTx(ctx, tx, a.Reference); err != nil {
		return a, err
	}
	if _, err = lockTx(ctx, tx, a.Reference); err != nil {
		return a, err
	}
	if err = tx.GetContext(ctx, &a, read+` for no key update of a`, id); err != nil {
		return a, fmt.Errorf("payment: attempt %s: %w", id, err)
	}
	return a, nil
}

// bankGaveTx has what waits to be given back of an attempt given by its disputes that were lost: the buyer has it from her
// bank. What is nobody's loss yet is given first, then what was written off. A refund that is larger than these is cut in
// two.
func (s *Service) bankGaveTx(ctx context.Context, tx *sqlx.Tx, attempt uuid.UUID, at time.Time) error {
	var lost []lockedDispute
	err := tx.SelectContext(ctx, &lost, selectDispute+`
		attempt_id = $1 and state = 'lost' and given_centimes < amount_centimes order by written_off_centimes > 0, id for no key update`, attempt)
	if err != nil {
		return fmt.Errorf("payment: disputes of attempt %s: %w", attempt, err)
	}
	if len(lost) == 0 {
		return nil
	}
	a, err := s.lockAttemptTx(ctx, tx, attempt)
	if err != nil {
		return err
	}
	var due []struct {
		ID      uuid.UUID
		Amount  money.Amount
		Request string
		Failed  bool
	}
	err = tx.SelectContext(ctx, &due, `
		select id, amount_centimes as amount, request, state = 'failed' as failed
		from payment_refunds r
		where attempt_id = $1 and (state = 'pending' or state = 'failed' and id in (select id from payment_refunds_failed where attempt_id = $1))
		order by created_at, id for no key update`, a.ID)
	if err != nil {
		return fmt.Errorf("payment: what is due of %s: %w", a.Key, err)
	}
	for _, r := range due {
		for i := range lost {
			part := min(lost[i].Amount-lost[i].Given, r.Amount)
			if part == 0 {
				continue
			}
			off := max(part-lost[i].left(), 0)
			lost[i].Given, lost[i].Off = lost[i].Given+part, lost[i].Off-off
			given := r.ID
			if r.Amount -= part; r.Amount == 0 {
				_, err = tx.ExecContext(ctx, `
					update payment_refunds set state = 'succeeded', ended_at = $2, dispute_id = $3, means = null where id = $1`, r.ID, at, lost[i].ID)
			} else {
				given = postgres.NewID()
				// All of a request and an attempt are as large as the first; what was cut off comes before it.
				_, err = tx.ExecContext(ctx, `
					with cut as (
					    update payment_refunds set amount_centimes = amount_centimes - $3 where attempt_id = $1 and request = $2 and number > 0
					)
					insert into payment_refunds (id, attempt_id, amount_centimes, reason, state, request, number, key, created_at, ended_at, dispute_id)
					select $4, attempt_id, $3, min(reason), 'succeeded', request, least(min(number), 1) - 1,
					       concat_ws(':', request, $5::int, least(min(number), 1) - 1), min(created_at), $6::timestamptz, $7::uuid
					from payment_refunds where attempt_id = $1 and request = $2 group by attempt_id, request`,
					a.ID, r.Request, part, given, a.Number, at, lost[i].ID)
			}
			if err == nil {
				_, err = tx.ExecContext(ctx, `
					with promised as (
					    update payment_attempts set refunded_centimes = refunded_centimes + case when $4 then $3 else 0 end where id = $1
					)
					update payment_disputes
					set given_centimes = given_centimes + $3, written_off_centimes = written_off_centimes - $5, version = version + 1
					where id = $2`,
					a.ID, lost[i].ID, part, r.Failed, off)
			}
			if err != nil {
				return fmt.Errorf("payment: what her bank gave of %s: %w", r.ID, err)
			}
			if err := s.Payee.BankGaveTx(ctx, tx, a.Reference, a.ID, given, part, off, a.Provider, at); err != nil {
				return err
			}
			if r.Amount == 0 {
				break
			}
		}
	}
	return nil
}

// disputed is the condition on which nothing is given back of an attempt a.
const disputed = `exists (select from payment_disputes where attempt_id = a.id and state = 'open')`

// isDisputed reports whether it is so.
func isDisputed(ctx context.Context, q sqlx.QueryerContext, attempt uuid.UUID) (is bool, err error) {
	err = sqlx.GetContext(ctx, q, &is, `select `+disputed+` from payment_attempts a where id = $1`, attempt)
	if err != nil {
		return false, fmt.Errorf("payment: is attempt %s disputed: %w", attempt, err)
	}
	return is, nil
}

// releaseRefundsTx has the provider asked for what waited for a dispute, unless another keeps it waiting.
func (s *Service) releaseRefundsTx(ctx context.Context, tx *sqlx.Tx, a lockedAttempt) error {
	if is, err := isDisputed(ctx, tx, a.ID); is || err != nil {
		return err
	}
	var waiting []uuid.UUID
	err := tx.SelectContext(ctx, &waiting, `
		select id from payment_refunds where attempt_id = $1 and state = 'pending' and means is null order by id`, a.ID)
	if err != nil {
		return fmt.Errorf("payment: what waits of %s: %w", a.Key, err)
	}
	if _, asked := s.providers[a.Provider].(Refunder); !asked {
		return nil
	}
	for _, id := range waiting {
		if err := s.jobs.InsertTx(ctx, tx, RefundArgs{RefundID: id}, nil); err != nil {
			return err
		}
	}
	return nil
}

// DisputeInput is what somebody enters of a dispute whose provider does not tell of it.
type DisputeInput struct {
	Name   string // the bank's of it
	Amount money.Amount
	Fee    money.Amount
	DueBy  *time.Time // until when the bank is to be answered
}

// disputable are the conditions on which people say of an attempt a that it is disputed.
const disputable = `a.received_centimes > 0 and a.provider <> '` + CashOnDelivery + `' and a.provider <> all($2)`

// tellsDisputes are the names of the providers that tell of disputes by themselves.
func (s *Service) tellsDisputes() []string {
	return slices.DeleteFunc(slices.Clone(s.names), func(name string) bool {
		_, tells := s.providers[name].(DisputeTeller)
		return !tells
	})
}

// DisputesByHand reports whether people say of what is paid by a provider that it is disputed.
func (s *Service) DisputesByHand(provider string) bool {
	_, tells := s.providers[provider].(DisputeTeller)
	return !tells && provider != CashOnDelivery
}

// Disputable is how much of what was paid for a reference people may say is disputed; zero: nothing. It is of the attempt
// that paid or, once all of that was disputed, of the last other one, and not disputed yet, unless that was won.
func (s *Service) Disputable(ctx context.Context, reference uuid.UUID) (money.Amount, error) {
	a, err := s.disputableAttempt(ctx, s.db, reference, "")
	return a.Left, err
}

// disputableAttempt is an attempt of which people may say that so much of what it received is disputed.
type disputableAttempt struct {
	ID       uuid.UUID
	Received money.Amount
	Left     money.Amount
}

// disputableAttempt is that of a reference; without what stands under the dispute's name already.
func (s *Service) disputableAttempt(ctx context.Context, q sqlx.QueryerContext, reference uuid.UUID, name string) (a disputableAttempt, err error) {
	err = sqlx.GetContext(ctx, q, &a, `
		select a.id, a.received_centimes as received, a.received_centimes - d.amount as left
		from payment_attempts a
		join payment_intents i on i.id = a.intent_id
		cross join lateral (
		    select coalesce(sum(amount_centimes), 0) as amount from payment_disputes where attempt_id = a.id and state <> 'won' and name <> $3) d
		where i.reference = $1 and `+disputable+` and a.received_centimes > d.amount
		order by i.paid_by is not distinct from a.id desc, a.number desc limit 1`, reference, pq.Array(s.tellsDisputes()), name)
	if err != nil && !postgres.NoRows(err) {
		return a, fmt.Errorf("payment: what can be disputed of %s: %w", reference, err)
	}
	return a, nil
}

// RecordDisputeTx says that a buyer disputes what she paid for a reference; said again it does nothing. Errors: ErrDispute;
// ErrDisputeTold if nothing was paid of which people say so; ErrDisputeChanged if one of that name is of something else.
func (s *Service) RecordDisputeTx(ctx context.Context, tx *sqlx.Tx, reference uuid.UUID, in DisputeInput, at time.Time) error {
	in.Name = text.Line(in.Name)
	a, err := s.disputableAttempt(ctx, tx, reference, in.Name)
	if err != nil {
		return err
	}
	if a.Left == 0 {
		return ErrDisputeTold
	}
	wrong := fault.New(ErrDispute.Kind, ErrDispute.Key)
	switch {
	case in.Name == "":
		wrong.Field("name", "payment.dispute_unnamed")
	case len([]rune(in.Name)) > maxDisputeName:
		wrong.Field("name", "payment.dispute_name_long", "Max", maxDisputeName)
	}
	if in.Amount <= 0 || in.Amount > a.Left {
		wrong.Field("amount", "payment.dispute_amount", "Most", a.Left)
	}
	if in.Fee < 0 || in.Fee > a.Received {
		wrong.Field("fee", "payment.dispute_fee", "Most", a.Received)
	}
	if len(wrong.Fields) > 0 {
		return wrong
	}
	var before struct {
		Attempt uuid.UUID
		Amount  money.Amount
	}
	err = tx.GetContext(ctx, &before, `
		select d.attempt_id as attempt, d.amount_centimes as amount from payment_disputes d join payment_attempts a on a.provider = d.provider
		where a.id = $1 and d.name = $2`, a.ID, in.Name)
	switch {
	case err == nil && (before.Attempt != a.ID || before.Amount != in.Amount):
		return ErrDisputeChanged
	case err == nil:
		return nil
	case !postgres.NoRows(err):
		return fmt.Errorf("payment: dispute %q: %w", in.Name, err)
	}
	return s.disputeTx(ctx, tx, a.ID, Dispute{Reference: in.Name, State: DisputeOpen, Amount: in.Amount, Fee: in.Fee, DueBy: in.DueBy}, at)
}

// DecideDisputeTx says that a dispute whose provider does not tell of it was won or lost. seen is its Version as whoever
// says so was shown it. Errors: ErrNoDispute, ErrDisputeTold, ErrDisputeChanged.
func (s *Service) DecideDisputeTx(ctx context.Context, tx *sqlx.Tx, id uuid.UUID, seen int, state DisputeState, at time.Time) error {
	if !state.Decided() {
		return ErrDispute
	}
	d, a, err := s.lockDisputeTx(ctx, tx, id)
	if err != nil {
		return err
	}
	if _, tells := s.providers[a.Provider].(DisputeTeller); tells {
		return ErrDisputeTold
	}
	if d.Version != seen || d.State != DisputeOpen {
		return ErrDisputeChanged
	}
	var name string
	if err := tx.GetContext(ctx, &name, `select name from payment_disputes where id = $1`, id); err != nil {
		return fmt.Errorf("payment: dispute %s: %w", id, err)
	}
	return s.disputeTx(ctx, tx, a.ID, Dispute{Reference: name, State: state, Amount: d.Amount, Fee: d.Fee}, at)
}

// lockDisputeTx locks a dispute, after its attempt; ErrNoDispute.
func (s *Service) lockDisputeTx(ctx context.Context, tx *sqlx.Tx, id uuid.UUID) (d lockedDispute, a lockedAttempt, err error) {
	err = tx.GetContext(ctx, &d, selectDispute+`id = $1`, id)
	if postgres.NoRows(err) {
		return d, a, ErrNoDispute
	}
	if err != nil {
		return d, a, fmt.Errorf("payment: dispute %s: %w", id, err)
	}
	if a, err = s.lockAttemptTx(ctx, tx, d.Attempt); err != nil {
		return d, a, err
	}
	if err = tx.GetContext(ctx, &d, selectDispute+`id = $1 for no key update`, id); err != nil {
		return d, a, fmt.Errorf("payment: dispute %s: %w", id, err)
	}
	return d, a, nil
}

// Loss is what was lost in a dispute and is nobody's loss yet.
type Loss struct {
	Amount money.Amount
	Back   money.Amount // of Amount, what the buyer can have back by it: she has not had it, nor is to have it, otherwise
	Pays   bool         // what was to be paid was paid by the attempt that is disputed
}

// LossTx locks a dispute and tells what was lost in it. Errors: ErrNoDispute; ErrDisputeChanged if that is nothing, or its
// Version another one than seen.
func (s *Service) LossTx(ctx context.Context, tx *sqlx.Tx, id uuid.UUID, seen int) (Loss, error) {
	d, a, err := s.lockDisputeTx(ctx, tx, id)
	if err == nil && (d.Version != seen || d.State != DisputeLost || d.left() == 0) {
		err = ErrDisputeChanged
	}
	return Loss{Amount: d.left(), Back: min(d.left(), a.Kept), Pays: a.Pays}, err
}

// RefundByDisputeTx says that the buyer was to have back amount of what was lost in a dispute, at most what LossTx said,
// and has it by that from her bank. key is as that of RefundTx.
func (s *Service) RefundByDisputeTx(ctx context.Context, tx *sqlx.Tx, id uuid.UUID, amount money.Amount, key string, at time.Time) error {
	d, a, err := s.lockDisputeTx(ctx, tx, id)
	if err != nil {
		return err
	}
	if amount > min(d.left(), a.Kept) {
		return ErrTooMuch
	}
	refund, request := postgres.NewID(), a.Reference.String()+":"+key
	_, err = tx.ExecContext(ctx, `
		with promised as (
		    update payment_attempts set refunded_centimes = refunded_centimes + $3 where id = $2
		), given as (
		    update payment_disputes set given_centimes = given_centimes + $3, version = version + 1 where id = $4
		)
		insert into payment_refunds (id, attempt_id, amount_centimes, reason, state, request, key, created_at, ended_at, dispute_id)
		values ($1, $2, $3, $5, $6, $7, concat_ws(':', $7::text, $8::int, 1), $9, $9, $4)`,
		refund, a.ID, amount, d.ID, ReasonDisputed, Succeeded, request, a.Number, at)
	if err != nil {
		return fmt.Errorf("payment: what her bank gave by %s: %w", id, err)
	}
	return s.Payee.BankGaveTx(ctx, tx, a.Reference, a.ID, refund, amount, 0, a.Provider, at)
}

// BearDisputeTx says who bears what was lost in a dispute, and writes off what is left of it: so much did her bank give
// the buyer beyond what she was to have back.
func (s *Service) BearDisputeTx(ctx context.Context, tx *sqlx.Tx, id uuid.UUID, bearer string, by uuid.UUID, at time.Time) error {
	d, a, err := s.lockDisputeTx(ctx, tx, id)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		update payment_disputes set bearer = $2, user_id = $3, written_off_centimes = written_off_centimes + $4, version = version + 1
		where id = $1`, id, bearer, by, d.left())
	if err != nil {
		return fmt.Errorf("payment: who bears %s: %w", id, err)
	}
	if d.left() == 0 {
		return nil
	}
	return s.Payee.WrittenOffTx(ctx, tx, a.Reference, a.ID, id, d.left(), a.Provider, at)
}

// DisputeShown is a dispute as the association sees it.
type DisputeShown struct {
	ID         uuid.UUID
	Reference  uuid.UUID // what was paid for
	Provider   string
	Name       string // the provider's of it
	State      DisputeState
	Amount     money.Amount
	Fee        money.Amount
	Given      money.Amount // lost: of what the buyer was to have back
	WrittenOff money.Amount `db:"written_off"` // and beyond that
	Left       money.Amount // open or lost: what is nobody's loss yet
	Back       money.Amount // lost: of Left, as Loss has it
	OpenedAt   time.Time    `db:"opened_at"`
	DecidedAt  *time.Time   `db:"decided_at"`
	DueBy      *time.Time   `db:"due_by"`
	Bearer     string
	Version    int
	ByHand     bool   `db:"-"` // people say how it stands; only DisputesOf tells
	URL        string `db:"-"` // where the association answers; empty: nowhere in particular; likewise
}

// ToDo reports whether the association has something to do about it: an answer, or a decision.
func (d DisputeShown) ToDo() bool {
	return d.State == DisputeAsked || d.State == DisputeOpen || d.State == DisputeLost && d.Left > 0
}

const shownDispute = `
	select id, reference, provider, name, state, amount_centimes as amount, fee_centimes as fee, given_centimes as given,
	       written_off_centimes as written_off, left_centimes as left, opened_at, decided_at, due_by, coalesce(bearer, '') as bearer, version,
	       case when state = 'lost' then (select least(left_centimes, ` + keptOfAttempt + `) from payment_attempts a where a.id = attempt_id) else 0 end as back
	from payment_disputes_now `

// Dispute reads one; ErrNoDispute.
func (s *Service) Dispute(ctx context.Context, id uuid.UUID) (d DisputeShown, err error) {
	err = s.db.GetContext(ctx, &d, shownDispute+`where id = $1`, id)
	if postgres.NoRows(err) {
		return d, ErrNoDispute
	}
	if err != nil {
		return d, fmt.Errorf("payment: dispute %s: %w", id, err)
	}
	return d, nil
}

// byWhom adds who says how it stands.
func (s *Service) byWhom(d *DisputeShown) {
	if teller, tells := s.providers[d.Provider].(DisputeTeller); tells {
		d.URL = teller.DisputeURL(d.Name)
	} else {
		d.ByHand = true
	}
}

// unsettled is the condition on which there is something to do about a dispute; an index has these.
const unsettled = `state in ('asked', 'open') or state = 'lost' and given_centimes + written_off_centimes < amount_centimes`

// Disputes lists those about which there is something to do, or the others, the latest first, and what the next page goes
// on after: uuid.Nil at the end. after is uuid.Nil for the first page.
func (s *Service) Disputes(ctx context.Context, toDo bool, after uuid.UUID, limit int) (list []DisputeShown, next uuid.UUID, err error) {
	if after == uuid.Nil {
		after = uuid.Max
	}
	which := unsettled
	if !toDo {
		which = `not (` + unsettled + `)`
	}
	err = s.db.SelectContext(ctx, &list, shownDispute+`where id < $1 and (`+which+`) order by id desc limit $2`, after, limit+1)
	if err != nil {
		return nil, uuid.Nil, fmt.Errorf("payment: disputes: %w", err)
	}
	if len(list) > limit {
		list = list[:limit]
		next = list[limit-1].ID
	}
	return list, next, nil
}

// DisputesOf lists those of a reference, oldest first.
func (s *Service) DisputesOf(ctx context.Context, reference uuid.UUID) (list []DisputeShown, err error) {
	err = s.db.SelectContext(ctx, &list, shownDispute+`where reference = $1 order by id`, reference)
	if err != nil {
		return nil, fmt.Errorf("payment: disputes of %s: %w", reference, err)
	}
	for i := range list {
		s.byWhom(&list[i])
	}
	return list, nil
}

// OpenDisputes is about how many disputes there is something to do, and what they come to.
func OpenDisputes(ctx context.Context, db *sqlx.DB) (disputes int, sum money.Amount, err error) {
	var open struct {
		Disputes int
		Sum      money.Amount
	}
	err = db.GetContext(ctx, &open, `
		select count(*) as disputes, coalesce(sum(amount_centimes), 0) as sum from payment_disputes where `+unsettled)
	if err != nil {
		return 0, 0, fmt.Errorf("payment: open disputes: %w", err)
	}
	return open.Disputes, open.Sum, nil
}
