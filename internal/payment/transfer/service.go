package transfer

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"gocloud.dev/blob"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/gate"
	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/picture"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/settings"
)

// Errors of what people do with transfers.
var (
	// ErrNotFound says that nothing is, or was, to be paid by transfer under that name.
	ErrNotFound = fault.New(fault.NotFound, "transfer.not_found")
	// ErrInvalid has a message for each field that cannot be used.
	ErrInvalid = fault.New(fault.Invalid, "transfer.invalid")
	// ErrChanged says that somebody else did something with the transfer or the line since it was shown.
	ErrChanged = fault.New(fault.Conflict, "transfer.changed")
	// ErrUsed says that money has paid something, or goes back already: it can only be given back.
	ErrUsed = fault.New(fault.Conflict, "transfer.used")
)

// Payers tells whose the references are.
type Payers interface {
	// Payers gives who pays for each; one that is not known is left out.
	Payers(ctx context.Context, references []uuid.UUID) (map[uuid.UUID]Payer, error)
	// PayerBy gives the reference of what is known to people by that number; uuid.Nil if nothing is.
	PayerBy(ctx context.Context, number string) (uuid.UUID, error)
}

// Payer is who pays, and what it is for.
type Payer struct {
	Number string // of what is paid for, as people know it
	Name   string // empty: it is not known any more
}

// Service is the use cases of transfers. Payers has to be set before it is used.
type Service struct {
	Payers Payers

	db       *sqlx.DB
	payments *payment.Service
	jobs     *job.Client
	papers   picture.Papers
	log      *slog.Logger
	now      func() time.Time

	files *gate.Gate // lets statements in
}

// New makes the service. Pictures lie in blobs; jobs books statements and makes pictures smaller.
func New(db *sqlx.DB, payments *payment.Service, jobs *job.Client, blobs *blob.Bucket, log *slog.Logger, now func() time.Time) *Service {
	return &Service{
		db: db, payments: payments, jobs: jobs, papers: picture.NewPapers(blobs, "receipts"), log: log, now: now,
		files: gate.New(gate.Limits{AtOnce: 1, PerPerson: 1, Waiting: 4, Patience: 10 * time.Second}),
	}
}

// Due is what a buyer is to transfer.
type Due struct {
	settings.Transfer              // to which account
	Code              string       // as it is read
	Amount            money.Amount // in all
	Received          money.Amount // by now
	Until             time.Time
	Pictures          []Picture // that she sent, the first first
}

// Left is what is still to come.
func (d Due) Left() money.Amount { return d.Amount - d.Received }

// Due says what is to be transferred for a reference; ErrNotFound if nothing is waited for.
func (s *Service) Due(ctx context.Context, reference uuid.UUID) (Due, error) {
	var d Due
	err := s.db.QueryRowxContext(ctx, `
		select a.amount_centimes, a.received_centimes, a.expires_at
		from payment_intents i join payment_attempts a on a.intent_id = i.id
		where i.reference = $1 and a.provider = $2 and a.state in ('pending', 'waiting')`, reference, payment.BankTransfer).
		Scan(&d.Amount, &d.Received, &d.Until)
	if postgres.NoRows(err) {
		return d, ErrNotFound
	}
	if err != nil {
		return d, fmt.Errorf("transfer: due for %s: %w", reference, err)
	}
	decided, err := settings.Read(ctx, s.db)
	if err != nil {
		return d, err
	}
	d.Transfer = decided.Transfer
	code, err := codeOf(ctx, s.db, reference, s.now())
	if err != nil {
		return d, err
	}
	d.Code = written(code)
	d.Pictures, err = s.Pictures(ctx, reference)
	return d, err
}

// Transfer is money that is waited for, or was.
type Transfer struct {
	Reference uuid.UUID
	Attempt   uuid.UUID
	Key       string        // of the attempt
	State     payment.State // of it
	Code      string        // as it is read; empty while the buyer has not looked at it
	Amount    money.Amount
	Received  money.Amount
	Until     time.Time
	Pictures  int // how many the buyer sent
	Payer     Payer
}

// Left is what is still to come.
func (t Transfer) Left() money.Amount { return t.Amount - t.Received }

// Live reports whether its money is waited for.
func (t Transfer) Live() bool { return t.State == payment.Pending || t.State == payment.Waiting }

// transferColumns are a Transfer's, of a payment_attempts a and its payment_intents i.
const transferColumns = `i.reference, a.id as attempt, a.key, a.state, coalesce(t.code, '') as code, a.amount_centimes as amount,
		       a.received_centimes as received, coalesce(a.expires_at, a.created_at) as until,
		       (select count(*) from transfer_pictures where reference = i.reference and state = 'ready') as pictures`

// Listed is a page of transfers.
type Listed struct {
	Transfers []Transfer
	keyset.Turns
}

// Open lists the transfers that are waited for from a place on, those whose time is over first first.
func (s *Service) Open(ctx context.Context, from *keyset.Place, limit int) (Listed, error) {
	beyond, direction := from.Way(keyset.Ascending)
	var at keyset.Place // nil: before every other
	if from != nil {
		at = *from
	}
	var found []Transfer
	err := s.db.SelectContext(ctx, &found, `
		select `+transferColumns+`
		from payment_attempts a join payment_intents i on i.id = a.intent_id left join transfers t on t.reference = i.reference
		where a.provider = $1 and a.state in ('pending', 'waiting') and (a.expires_at, a.id) `+beyond+` ($2, $3)
		order by a.expires_at `+direction+`, a.id `+direction+` limit $4`, payment.BankTransfer, at.At, at.ID, limit+1)
	if err != nil {
		return Listed{}, fmt.Errorf("transfer: list: %w", err)
	}
	page, turns := keyset.Cut(found, from, limit, func(t Transfer) keyset.Place { return keyset.Place{At: t.Until, ID: t.Attempt} })
	return Listed{page, turns}, s.name(ctx, page)
}

// name tells who pays each of these, and writes the codes as people read them.
func (s *Service) name(ctx context.Context, transfers []Transfer) error {
	references := make([]uuid.UUID, len(transfers))
	for i, t := range transfers {
		references[i] = t.Reference
	}
	payers, err := s.Payers.Payers(ctx, references)
	if err != nil {
		return err
	}
	for i, t := range transfers {
		transfers[i].Payer, transfers[i].Code = payers[t.Reference], written(t.Code)
	}
	return nil
}

// of gives the last transfers of these references, those that are waited for among them.
func of(ctx context.Context, q sqlx.QueryerContext, references []uuid.UUID) ([]Transfer, error) {
	var found []Transfer
	err := sqlx.SelectContext(ctx, q, &found, `
		select distinct on (i.reference) `+transferColumns+`
		from payment_intents i join payment_attempts a on a.intent_id = i.id left join transfers t on t.reference = i.reference
		where i.reference = any($1) and a.provider = $2
		order by i.reference, a.number desc`, pq.Array(references), payment.BankTransfer)
	if err != nil {
		return nil, fmt.Errorf("transfer: of %d references: %w", len(references), err)
	}
	return found, nil
}

// One is a transfer with what is known of it.
type One struct {
	Transfer
	Receipts []Receipt // the latest first, those that were undone too
	Sent     []Picture // that the buyer sent, the first first
	Seen     int64     // how much has happened to it, for whoever changes something
}

// Get gives what is or was to be transferred for a reference; ErrNotFound.
func (s *Service) Get(ctx context.Context, reference uuid.UUID) (One, error) {
	found, err := of(ctx, s.db, []uuid.UUID{reference})
	if err != nil {
		return One{}, err
	}
	if len(found) == 0 {
		return One{}, ErrNotFound
	}
	if err := s.name(ctx, found); err != nil {
		return One{}, err
	}
	one := One{Transfer: found[0]}
	if one.Receipts, err = s.receiptsOf(ctx, reference); err != nil {
		return One{}, err
	}
	if one.Seen, err = happened(ctx, s.db, reference); err != nil {
		return One{}, err
	}
	one.Sent, err = s.Pictures(ctx, reference)
	return one, err
}

// Find gives the reference of a code or of a number that people know what is paid for by; ErrNotFound.
func (s *Service) Find(ctx context.Context, typed string) (uuid.UUID, error) {
	var reference uuid.UUID
	if code := bare(typed); checks(code) {
		err := s.db.GetContext(ctx, &reference, `select reference from transfers where code = $1`, code)
		if err == nil {
			return reference, nil
		}
		if !postgres.NoRows(err) {
			return uuid.Nil, fmt.Errorf("transfer: find: %w", err)
		}
	}
	reference, err := s.Payers.PayerBy(ctx, typed)
	if err == nil && reference == uuid.Nil {
		err = ErrNotFound
	}
	return reference, err
}
