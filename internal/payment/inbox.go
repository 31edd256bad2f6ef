package payment

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
)

// MaxEvent is how many bytes an event may have.
const MaxEvent = 256 << 10

var (
	// ErrEvent says that an event is larger than any is, or has no name or one that is no text.
	ErrEvent = fault.New(fault.TooLarge, "payment.event")
	// ErrNoEvent says that there is no such event.
	ErrNoEvent = fault.New(fault.NotFound, "payment.no_event")
)

// Heard is what became of what came to a provider's address.
type Heard struct {
	Answer  string // what it is answered, word for word
	Again   bool   // it was kept before
	Foreign bool   // it is of another environment or account
}

// Hear verifies what came to a provider's address, byte by byte, and keeps it as Receive does. Errors:
//   - ErrUnknownProvider: no provider of that name tells anything
//   - ErrForged: it is not from the provider; nothing of it is kept but that it came
//   - ErrEvent: it is larger than any is, or its name is none
//
// With each of them but the first comes what it is answered.
func (s *Service) Hear(ctx context.Context, provider string, header func(name string) string, body []byte) (Heard, error) {
	teller, ok := s.providers[provider].(Teller)
	if !ok {
		return Heard{}, ErrUnknownProvider
	}
	answer := func(v Verdict) string {
		if reserver, ok := teller.(Reserver); ok {
			return reserver.Answer(v)
		}
		return ""
	}
	heard := Heard{Answer: answer(Refused)}
	if len(body) > MaxEvent {
		return heard, ErrEvent
	}
	e, err := teller.Verify(header, body)
	var kept kept
	if err == nil {
		kept, err = s.keep(ctx, provider, e)
	}
	if errors.Is(err, ErrForged) {
		s.forged.count(provider)
	}
	if err != nil {
		return heard, err
	}
	return Heard{Answer: answer(kept.Verdict), Again: kept.Times > 1, Foreign: e.Foreign}, nil
}

// Receive keeps what a provider tells, byte by byte, and has it worked later. Told again under the same id it is counted
// and not kept again. Whether it comes from the provider has to be known before.
func (s *Service) Receive(ctx context.Context, provider string, e Event) error {
	_, err := s.keep(ctx, provider, e)
	return err
}

// maxKind is how many bytes the kind of an event may have: it is shown whole.
const maxKind = 200

// sound reports whether an event can be kept by its names; how long its id may be, the database knows.
func (e Event) sound() bool {
	names := e.ID + e.Kind
	if e.Reserved != nil {
		names += e.Reserved.Attempt
	}
	return len(e.Kind) <= maxKind && utf8.ValidString(names) && !strings.ContainsRune(names, 0)
}

// kept is what there is of an event.
type kept struct {
	Times   int     // how often it was told by now
	Verdict Verdict // on the money that it says is reserved; empty: it says so of none
}

func (s *Service) keep(ctx context.Context, provider string, e Event) (k kept, err error) {
	if _, ok := s.providers[provider].(Teller); !ok {
		return k, ErrUnknownProvider
	}
	if !e.sound() {
		return k, ErrEvent
	}
	err = postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		at := s.now()
		verdict, attempt := Verdict(""), ""
		if e.Reserved != nil && !e.Foreign {
			attempt = e.Reserved.Attempt
			if verdict, err = verdictTx(ctx, tx, provider, *e.Reserved); err != nil {
				return err
			}
		}
		var over *time.Time // it is not to be worked
		if e.Foreign || verdict == Left || verdict == Refused {
			over = &at
		}
		err := tx.GetContext(ctx, &k, `
			insert into payment_events as e (provider, id, key, kind, payload, is_foreign, attempt, verdict, received_at, worked_at, seal)
			values ($1, $2, $3, $4, $5, $6, nullif($7, ''), nullif($8, ''), $9, $10, $11)
			on conflict (provider, id) do update set times = e.times + 1
			returning times, coalesce(verdict, '') as verdict`,
			provider, e.ID, postgres.NewID(), e.Kind, append([]byte{}, e.Payload...), e.Foreign, attempt, verdict, at, over, e.Seal)
		if err != nil || k.Times > 1 {
			return err
		}
		switch {
		case verdict == Left:
			return differTx(ctx, tx, Difference{Provider: provider, Subject: Paying, Name: attempt, Reason: StaysReserved, Theirs: e.Reserved.Amount}, at)
		case verdict == Refused && e.Reserved.Currency != money.Currency: // of what it is worth in dirhams nothing is known
			return differTx(ctx, tx, Difference{Provider: provider, Subject: Paying, Name: attempt, Reason: WrongCurrency}, at)
		case verdict == Refused:
			return differTx(ctx, tx, Difference{Provider: provider, Subject: Paying, Name: attempt, Reason: Unfit, Theirs: e.Reserved.Amount}, at)
		case over != nil:
			return nil
		}
		return s.jobs.InsertTx(ctx, tx, EventArgs{Provider: provider, ID: e.ID}, nil)
	})
	if postgres.Violates(err, "payment_events_bounded") {
		return k, ErrEvent.Wrap(err)
	}
	if postgres.Violates(err, "payment_events_seal") { // it was signed as another
		return k, ErrForged.Wrap(err)
	}
	if err != nil {
		return k, fmt.Errorf("payment: receive %s of %s: %w", e.ID, provider, err)
	}
	return k, nil
}

// verdictTx says what becomes of money that a provider says is reserved. It is taken at most once for an attempt, and for
// one attempt of an intent at a time.
func verdictTx(ctx context.Context, tx *sqlx.Tx, provider string, r Reservation) (Verdict, error) {
	var a struct {
		Amount, Due money.Amount
		Attempt     State
		Intent      State
		Under       bool // money is taken, and not booked yet
	}
	err := tx.GetContext(ctx, &a, `
		select a.amount_centimes as amount, i.amount_centimes as due, a.state as attempt, i.state as intent
		from payment_attempts a join payment_intents i on i.id = a.intent_id
		where a.provider = $1 and a.provider_reference = $2 for no key update of i`, provider, r.Attempt)
	if postgres.NoRows(err) {
		return Refused, nil
	}
	if err != nil {
		return "", fmt.Errorf("attempt %q: %w", r.Attempt, err)
	}
	if r.Amount != a.Amount || r.Currency != money.Currency {
		return Refused, nil
	}
	err = tx.GetContext(ctx, &a.Under, `
		select exists (
		    select from payment_attempts a
		    join payment_attempts other on other.intent_id = a.intent_id
		    join payment_events e on e.provider = other.provider and e.attempt = other.provider_reference and e.verdict = $3
		    where a.provider = $1 and a.provider_reference = $2 and (e.worked_at is null or other.id = a.id))`, provider, r.Attempt, Taken)
	if err != nil {
		return "", fmt.Errorf("money for attempt %q: %w", r.Attempt, err)
	}
	if a.Under || a.Due != a.Amount || a.Attempt == Succeeded || a.Intent == Succeeded {
		return Left, nil
	}
	return Taken, nil
}

// EventArgs is the job that works an event out of the inbox.
type EventArgs struct {
	Provider string `json:"provider"`
	ID       string `json:"id"`
}

// Kind names the job.
func (EventArgs) Kind() string { return "payment_event" }

// InsertOpts put it where money is not kept waiting.
func (EventArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: job.Money} }

// WorkAgain has an event worked that was not, now and not when it would be tried again by itself. Asked twice it is worked
// once. ErrNoEvent.
func (s *Service) WorkAgain(ctx context.Context, key uuid.UUID) error {
	return postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		var e struct {
			Provider, ID string
			Worked       bool
		}
		err := tx.GetContext(ctx, &e, `select provider, id, worked_at is not null as worked from payment_events where key = $1`, key)
		if postgres.NoRows(err) {
			return ErrNoEvent
		}
		if err != nil {
			return fmt.Errorf("payment: event %s: %w", key, err)
		}
		if e.Worked {
			return nil
		}
		return s.jobs.InsertTx(ctx, tx, EventArgs{Provider: e.Provider, ID: e.ID}, &river.InsertOpts{
			UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
				rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateScheduled,
			}},
		})
	})
}

// EventWorker works EventArgs.
type EventWorker struct {
	river.WorkerDefaults[EventArgs]
	Payments *Service
}

// unknownAfter is at which try an event about what neither its provider nor the market knows is taken for a stranger's: one
// before it counts as failing (Audit).
const unknownAfter = 4

// Work asks the provider how things stand, and does what follows from it. An event that cannot be worked keeps
// the reason and is tried again, unless it is about what neither the provider nor the market knows (unknownAfter).
func (w *EventWorker) Work(ctx context.Context, j *river.Job[EventArgs]) error {
	s := w.Payments
	var event struct {
		Payload []byte
		Worked  *time.Time `db:"worked_at"`
	}
	err := s.db.GetContext(ctx, &event, `
		select payload, worked_at from payment_events where provider = $1 and id = $2`, j.Args.Provider, j.Args.ID)
	if err != nil {
		return fmt.Errorf("payment: event %s of %s: %w", j.Args.ID, j.Args.Provider, err)
	}
	if event.Worked != nil {
		return nil
	}
	if err = s.work(ctx, j.Args, event.Payload, j.JobRow != nil && j.Attempt >= unknownAfter); err == nil {
		return nil
	}
	kind := ""
	if f := fault.As(err); f != nil {
		kind = f.Key
	}
	_, kept := s.db.ExecContext(ctx, `
		update payment_events set error = $3, fault = $4 where provider = $1 and id = $2 and worked_at is null`,
		j.Args.Provider, j.Args.ID, err.Error(), kind)
	return errors.Join(err, kept)
}

// work works an event; last: what its provider does not know it will not know later either.
func (s *Service) work(ctx context.Context, args EventArgs, payload []byte, last bool) error {
	provider, ok := s.providers[args.Provider].(Teller)
	if !ok {
		return ErrUnknownProvider
	}
	outcome, err := provider.Read(ctx, payload)
	if last && errors.Is(err, ErrUnknown) {
		switch known, asked := s.knows(ctx, args.Provider, outcome); {
		case asked != nil:
			return asked
		case !known:
			return worked(ctx, s.db, args, true, s.now())
		}
	}
	if err != nil {
		return fmt.Errorf("payment: read %s of %s: %w", args.ID, args.Provider, err)
	}
	return postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		at := s.now()
		err := s.learnTx(ctx, tx, args.Provider, outcome, at)
		foreign := errors.Is(err, errNotHere)
		if err != nil && !foreign {
			return err
		}
		return worked(ctx, tx, args, foreign, at)
	})
}

// worked notes that an event is over: nothing more follows from it, or foreign: nothing ever did.
func worked(ctx context.Context, q sqlx.ExecerContext, args EventArgs, foreign bool, at time.Time) error {
	_, err := q.ExecContext(ctx, `
		update payment_events set worked_at = $3, error = '', fault = '', is_foreign = $4 where provider = $1 and id = $2 and worked_at is null`,
		args.Provider, args.ID, at, foreign)
	if err != nil {
		return fmt.Errorf("payment: end of %s of %s: %w", args.ID, args.Provider, err)
	}
	return nil
}

// knows reports whether what an outcome names was asked for here; one that names neither an attempt nor a refund may be.
func (s *Service) knows(ctx context.Context, provider string, o Outcome) (known bool, err error) {
	if o.Attempt+o.Refund == "" {
		return true, nil
	}
	err = s.db.GetContext(ctx, &known, `
		select exists (select from payment_attempts where provider = $1 and provider_reference = $2)
		    or exists (select from payment_refunds r join payment_attempts a on a.id = r.attempt_id where a.provider = $1 and r.provider_reference = $3)`,
		provider, o.Attempt, o.Refund)
	if err != nil {
		return false, fmt.Errorf("payment: is %s%s of %s known: %w", o.Attempt, o.Refund, provider, err)
	}
	return known, nil
}

// errNotHere says that nobody here asked for what a provider tells of, by its name or its key: another market has the same
// account, or somebody did it in the provider's own pages. Money that moved so differs when its day is compared.
var errNotHere = errors.New("payment: nobody here asked for it")

// learnTx does what follows from how a provider says that things stand.
func (s *Service) learnTx(ctx context.Context, tx *sqlx.Tx, provider string, o Outcome, at time.Time) error {
	if o.otherCurrency() {
		return otherCurrencyTx(ctx, tx, provider, o, at)
	}
	if o.State == Succeeded && (o.Amount <= 0 || o.Currency != money.Currency) {
		return fmt.Errorf("payment: what %s says of %s%s%s is malformed: %s %q", provider, o.Attempt, o.Refund, o.Payout, o.Amount, o.Currency)
	}
	switch {
	case o.Attempt != "":
		if err := s.attemptOutcomeTx(ctx, tx, provider, o, at); err != nil || o.Dispute == nil {
			return err
		}
		return s.toldDisputeTx(ctx, tx, provider, o, at)
	case o.Refund != "":
		return s.refundOutcomeTx(ctx, tx, provider, o, at)
	case o.Payout != "":
		return takenBackTx(ctx, tx, provider, o, at)
	}
	return nil
}

// PaidInOtherCurrency reports whether a buyer paid for a reference in another currency, which nobody has settled yet.
func (s *Service) PaidInOtherCurrency(ctx context.Context, reference uuid.UUID) (paid bool, err error) {
	err = s.db.GetContext(ctx, &paid, `
		select exists (
		    select from payment_intents i
		    join payment_attempts a on a.intent_id = i.id
		    join payment_differences d on d.provider = a.provider and d.subject = $2 and d.name = a.provider_reference and d.reason = $3
		    where i.reference = $1 and d.settled_at is null)`, reference, Paying, WrongCurrency)
	if err != nil {
		return false, fmt.Errorf("payment: was %s paid in another currency: %w", reference, err)
	}
	return paid, nil
}

// otherCurrency reports whether a buyer paid in another currency than she was asked to.
func (o Outcome) otherCurrency() bool {
	return o.Attempt != "" && o.State == Succeeded && o.Amount > 0 && o.Currency != "" && o.Currency != money.Currency
}

// otherCurrencyTx keeps that a buyer paid in another currency, which pays nothing: of what it is worth in dirhams nothing is
// known. What people have settled does not come again.
func otherCurrencyTx(ctx context.Context, tx *sqlx.Tx, provider string, o Outcome, at time.Time) error {
	var known struct{ Asked, Settled bool }
	err := tx.GetContext(ctx, &known, `
		select exists (select from payment_attempts where provider = $1 and (provider_reference = $2 or key = $3)) as asked,
		       exists (
		           select from payment_differences
		           where provider = $1 and name = $2 and reason = $4 and settled_at is not null) as settled`,
		provider, o.Attempt, o.Key, WrongCurrency)
	switch {
	case err != nil:
		return fmt.Errorf("payment: was %q of %s asked for: %w", o.Attempt, provider, err)
	case !known.Asked:
		return errNotHere
	case known.Settled:
		return nil
	}
	return differTx(ctx, tx, Difference{Provider: provider, Subject: Paying, Name: o.Attempt, Reason: WrongCurrency}, at)
}
