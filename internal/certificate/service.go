package certificate

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"gocloud.dev/blob"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/picture"
)

// State is what became of a proposal.
type State string

// The states.
const (
	Proposed  State = "proposed"
	Confirmed State = "confirmed"
	Refused   State = "refused"
	Withdrawn State = "withdrawn" // by its cooperative, before or after it was confirmed
)

// The states of a certificate's picture.
const (
	ScanWaiting = "waiting" // for its copy
	ScanReady   = "ready"
	ScanRefused = "refused" // broken further in than could be seen at once
	scanGone    = "gone"    // it was kept for long enough
)

// What can go wrong.
var (
	ErrInvalid  = fault.New(fault.Invalid, "certificate.invalid") // Fields say where
	ErrWaits    = fault.New(fault.Conflict, "certificate.waits")  // this label is proposed already
	ErrNotFound = fault.New(fault.NotFound, "certificate.not_found")
	ErrDecided  = fault.New(fault.Conflict, "certificate.decided") // somebody else did
	ErrMany     = fault.New(fault.TooMany, "certificate.many")
	// Nobody can have compared a certificate that cannot be seen.
	ErrNotSeen    = fault.New(fault.Conflict, "certificate.not_seen")
	ErrUnreadable = fault.New(fault.Conflict, "certificate.unreadable")
)

// Proposal is a label that a cooperative wants for a product.
type Proposal struct {
	ID            uuid.UUID
	CooperativeID uuid.UUID `db:"cooperative_id"`
	Cooperative   i18n.Text
	Slug          string    // of the cooperative
	ProductID     uuid.UUID `db:"product_id"`
	Product       i18n.Text
	Label         string // its slug
	Certificate   string
	ExpiresOn     time.Time `db:"expires_on"`
	ScanState     string    `db:"scan_state"`
	State         State
	Reason        string
	ProposedAt    time.Time `db:"proposed_at"`
}

const selectProposal = `
	select l.id, l.cooperative_id, c.name_ar as "cooperative.ar", c.name_fr as "cooperative.fr", c.slug, l.product_id,
	       p.name_ar as "product.ar", p.name_fr as "product.fr", p.name_en as "product.en", l.label, l.certificate, l.expires_on, l.scan_state,
	       l.state, l.reason, l.proposed_at
	from label_proposals l join goods p on p.id = l.product_id join sellers c on c.id = l.cooperative_id`

// Service keeps proposals.
type Service struct {
	db      *sqlx.DB
	catalog *catalog.Service
	jobs    *job.Client
	papers  picture.Papers
	texts   *i18n.Bundle
	log     *slog.Logger
	baseURL string
	now     func() time.Time
}

// New makes the service. Certificates lie in blobs; jobs makes their copies and sends letters.
func New(db *sqlx.DB, products *catalog.Service, jobs *job.Client, blobs *blob.Bucket, texts *i18n.Bundle, log *slog.Logger, baseURL string, now func() time.Time) *Service {
	return &Service{db: db, catalog: products, jobs: jobs, papers: picture.NewPapers(blobs, "certificates"), texts: texts, log: log, baseURL: baseURL, now: now}
}

// ofProductShown is how many of a product's proposals are shown, the latest first.
const ofProductShown = 20

// OfProduct are the latest proposals for one of the cooperative's products, the latest first.
func (s *Service) OfProduct(ctx context.Context, coopID, productID uuid.UUID) ([]Proposal, error) {
	list := []Proposal{}
	err := s.db.SelectContext(ctx, &list, selectProposal+`
		where l.product_id = $1 and l.cooperative_id = $2 order by l.proposed_at desc limit $3`, productID, coopID, ofProductShown)
	if err != nil {
		return nil, fmt.Errorf("certificate: of product %s: %w", productID, err)
	}
	return list, nil
}

// Get reads one proposal.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (Proposal, error) {
	var list []Proposal
	if err := s.db.SelectContext(ctx, &list, selectProposal+` where l.id = $1`, id); err != nil {
		return Proposal{}, fmt.Errorf("certificate: %s: %w", id, err)
	}
	if len(list) == 0 {
		return Proposal{}, ErrNotFound
	}
	return list[0], nil
}

// Waiting is a page of the proposals that nobody has decided, from a place on (nil: from the beginning): the oldest first.
func (s *Service) Waiting(ctx context.Context, from *keyset.Place, limit int) (list []Proposal, turns keyset.Turns, err error) {
	beyond, direction := from.Way(keyset.Ascending)
	args, among := []any{limit + 1}, ``
	if from != nil {
		args, among = append(args, from.At, from.ID), ` and (l.proposed_at, l.id) `+beyond+` ($2, $3)`
	}
	list = []Proposal{}
	err = s.db.SelectContext(ctx, &list, selectProposal+`
		where l.state = 'proposed'`+among+` order by l.proposed_at `+direction+`, l.id `+direction+` limit $1`, args...)
	if err != nil {
		return nil, turns, fmt.Errorf("certificate: waiting: %w", err)
	}
	list, turns = keyset.Cut(list, from, limit, func(p Proposal) keyset.Place { return keyset.Place{At: p.ProposedAt, ID: p.ID} })
	return list, turns, nil
}

// MostCounted is as far as CountWaiting counts: it may be more.
const MostCounted = 100

// CountWaiting is how many proposals nobody has decided, up to MostCounted.
func (s *Service) CountWaiting(ctx context.Context) (n int, err error) {
	err = s.db.GetContext(ctx, &n, `select count(*) from (select from label_proposals where state = 'proposed' limit $1) l`, MostCounted)
	if err != nil {
		return 0, fmt.Errorf("certificate: how many wait: %w", err)
	}
	return n, nil
}

// WaitingOf are, by product, the labels that are proposed for some of these and nobody has decided.
func (s *Service) WaitingOf(ctx context.Context, products []uuid.UUID) (map[uuid.UUID][]string, error) {
	var list []struct {
		ProductID uuid.UUID `db:"product_id"`
		Label     string
	}
	texts := make([]string, len(products))
	for i, id := range products {
		texts[i] = id.String()
	}
	if err := s.db.SelectContext(ctx, &list, `
		select product_id, label from label_proposals where product_id = any($1::uuid[]) and state = 'proposed'`, pq.Array(texts)); err != nil {
		return nil, fmt.Errorf("certificate: waiting of products: %w", err)
	}
	of := make(map[uuid.UUID][]string, len(list))
	for _, p := range list {
		of[p.ProductID] = append(of[p.ProductID], p.Label)
	}
	return of, nil
}
