package certificate

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/picture"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/text"
)

// Bounds of what a cooperative sends, beside picture.MaxPaper.
const (
	MaxCertificate = 64  // characters of its number
	maxReason      = 500 // of a refusal
	maxADay        = 20  // proposals of a cooperative
	maxYears       = 20  // that a certificate may hold
)

// Propose asks the association to confirm that one of the cooperative's products carries a label: with the number of its
// certificate, its last day (for text.Day) and a picture of it, nil if none came. The same again is proposed once. Its
// people have a letter. Errors: catalog.ErrNotFound, ErrInvalid with a message for each of label, certificate, expires_on
// and scan; ErrWaits, ErrMany.
func (s *Service) Propose(ctx context.Context, coopID, productID uuid.UUID, label, number, until string, scan io.Reader, by actor.Actor) error {
	product, err := s.catalog.Get(ctx, coopID, productID)
	if err != nil {
		return err
	}
	labels, err := s.catalog.Labels(ctx)
	if err != nil {
		return err
	}
	wrong := fault.New(ErrInvalid.Kind, ErrInvalid.Key)
	if !slices.ContainsFunc(labels, func(l catalog.Label) bool { return l.Slug == label }) {
		wrong.Field("label", "certificate.label_missing")
	}
	if number = text.Line(number); number == "" {
		wrong.Field("certificate", "certificate.number_missing")
	}
	wrong.TooLong("certificate", "catalog.too_long", number, MaxCertificate)
	today := clock.Day(s.now())
	day, ok := text.Day(until)
	switch {
	case strings.TrimSpace(until) == "":
		wrong.Field("expires_on", "certificate.day_missing")
	case !ok:
		wrong.Field("expires_on", "certificate.day_unreadable", "Value", text.Cut(text.Line(until), 40))
	case day.Before(today):
		wrong.Field("expires_on", "certificate.day_past")
	case day.After(today.AddDate(maxYears, 0, 0)):
		wrong.Field("expires_on", "certificate.day_far", "Years", maxYears)
	}
	paper, err := scanned(scan)
	if f := fault.As(err); f != nil {
		wrong.Field("scan", f.Key, args(f)...)
	} else if err != nil {
		return err
	}
	if len(wrong.Fields) > 0 {
		return wrong
	}
	p := Proposal{ID: postgres.NewID(), CooperativeID: coopID, ProductID: productID, Label: label, Certificate: number, ExpiresOn: day}
	if same, err := s.allowed(ctx, s.db, p); err != nil || same {
		return err
	}
	key, err := s.papers.Keep(ctx, p.ID, paper)
	if err != nil {
		return err
	}
	kept := false
	err = postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		if err := cooperative.TakeTurnTx(ctx, tx, coopID); err != nil {
			return err
		}
		if same, err := s.allowed(ctx, tx, p); err != nil || same { // others may have come since
			return err
		}
		kept = true
		if _, err := tx.ExecContext(ctx, `
			insert into label_proposals (id, cooperative_id, product_id, label, certificate, expires_on, scan, scan_until, proposed_by, proposed_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, p.ID, coopID, productID, label, number, day, key, day.AddDate(0, 0, scanKept), by.User, s.now()); err != nil {
			return err
		}
		if err := s.tellAssociationTx(ctx, tx, product); err != nil {
			return err
		}
		return s.jobs.InsertTx(ctx, tx, ScanArgs{ProposalID: p.ID}, nil)
	})
	if err != nil || !kept {
		if e := s.papers.DropOriginal(context.WithoutCancel(ctx), key); e != nil {
			s.log.WarnContext(ctx, "certificate left behind", "key", key, "error", e)
		}
	}
	if err != nil {
		return fmt.Errorf("certificate: propose: %w", err)
	}
	return nil
}

// allowed is ErrWaits or ErrMany if a label cannot be proposed now. Same says that it is proposed already, as it is, and
// its picture is none that cannot be read.
func (s *Service) allowed(ctx context.Context, q sqlx.QueryerContext, p Proposal) (same bool, err error) {
	var now struct{ Sent, Same, Waits int }
	err = sqlx.GetContext(ctx, q, &now, `
		select count(*) filter (where proposed_at > $2) as sent,
		       count(*) filter (where state = 'proposed' and product_id = $3 and label = $4) as waits,
		       count(*) filter (where state = 'proposed' and product_id = $3 and label = $4 and certificate = $5 and expires_on = $6
		                        and scan_state <> 'refused') as same
		from label_proposals where cooperative_id = $1`, p.CooperativeID, s.now().Add(-24*time.Hour), p.ProductID, p.Label, p.Certificate, p.ExpiresOn)
	switch {
	case err != nil:
		return false, fmt.Errorf("certificate: proposals of the day: %w", err)
	case now.Same > 0:
		return true, nil
	case now.Waits > 0:
		return false, ErrWaits
	case now.Sent >= maxADay:
		return false, ErrMany
	}
	return false, nil
}

// scanned reads a certificate's picture.
func scanned(scan io.Reader) (picture.Paper, error) {
	if scan == nil {
		return picture.Paper{}, fault.New(fault.Invalid, "certificate.scan_missing")
	}
	return picture.ReadPaper(scan)
}

func args(f *fault.Error) (list []any) {
	for name, value := range f.Args {
		list = append(list, name, value)
	}
	return list
}

// tellAssociationTx queues mail to the association's people who decide about labels.
func (s *Service) tellAssociationTx(ctx context.Context, tx *sqlx.Tx, product catalog.Product) error {
	people, err := account.Addressees(ctx, tx, account.KeepCooperatives)
	if err != nil {
		return err
	}
	var letters []mail.Message
	for _, person := range people {
		l := s.texts.Locale(person.Locale)
		letters = append(letters, mail.Message{
			To: person.Email, Locale: person.Locale, Subject: l.T("certificate.mail.proposed_subject", "Name", l.Text(product.Cooperative.Name)),
			Body: l.T("certificate.mail.proposed_body", "Name", l.Text(product.Cooperative.Name), "Product", l.Text(product.Name), "Link", s.baseURL+"/"+l.Code()+"/association/labels"),
		})
	}
	return mail.SendTx(ctx, tx, s.jobs, letters...)
}

// tellCooperativesTx queues what write says to each of these cooperatives, in its language.
func (s *Service) tellCooperativesTx(ctx context.Context, tx *sqlx.Tx, ids []uuid.UUID, write func(l *i18n.Locale, cooperative uuid.UUID) mail.Message) error {
	recipients, err := cooperative.Recipients(ctx, tx, ids, account.KeepGoods)
	if err != nil {
		return err
	}
	var letters []mail.Message
	for _, r := range recipients {
		m := write(s.texts.Locale(r.Locale), r.CooperativeID)
		m.To, m.Locale = r.Email, r.Locale
		letters = append(letters, m)
	}
	return mail.SendTx(ctx, tx, s.jobs, letters...)
}
