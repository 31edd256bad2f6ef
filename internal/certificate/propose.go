package certificate

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"gocloud.dev/blob"

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

// Bounds of what a cooperative sends.
const (
	MaxScan        = 12 << 20 // bytes of a certificate's picture
	MaxCertificate = 64       // characters of its number
	maxReason      = 500      // of a refusal
	maxADay        = 20       // proposals of a cooperative
	maxYears       = 20       // that a certificate may hold
)

// ErrScanTooLarge refuses a certificate's picture, beside what picture.Format does.
var ErrScanTooLarge = fault.New(fault.TooLarge, picture.ErrTooLarge.Key, "MB", MaxScan>>20)

// Propose asks the association to confirm that one of the cooperative's products carries a label: with the number of its
// certificate, its last day (as time.DateOnly) and a picture of it, nil if none came. The same again is proposed once. Its
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
	day, err := time.Parse(time.DateOnly, until)
	switch {
	case err != nil:
		wrong.Field("expires_on", "certificate.day_missing")
	case day.Before(today):
		wrong.Field("expires_on", "certificate.day_past")
	case day.After(today.AddDate(maxYears, 0, 0)):
		wrong.Field("expires_on", "certificate.day_far", "Years", maxYears)
	}
	data, format, err := scanned(scan)
	if f := fault.As(err); f != nil {
		wrong.Field("scan", f.Key, args(f)...)
	} else if err != nil {
		return err
	}
	if len(wrong.Fields) > 0 {
		return wrong
	}
	id := postgres.NewID()
	key := folder(id) + "original." + format
	// The file first: a file without a row is only lost space, a row without a file a certificate that nobody can see.
	if err := s.blobs.WriteAll(ctx, key, data, &blob.WriterOptions{ContentType: "image/" + format}); err != nil {
		return fmt.Errorf("certificate: keep scan: %w", err)
	}
	kept := false
	err = postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		if err := cooperative.TakeTurnTx(ctx, tx, coopID); err != nil {
			return err
		}
		var now struct{ Sent, Same, Waits int }
		err := tx.GetContext(ctx, &now, `
			select count(*) filter (where proposed_at > $2) as sent,
			       count(*) filter (where state = 'proposed' and product_id = $3 and label = $4) as waits,
			       count(*) filter (where state = 'proposed' and product_id = $3 and label = $4 and certificate = $5 and expires_on = $6) as same
			from label_proposals where cooperative_id = $1`, coopID, s.now().Add(-24*time.Hour), productID, label, number, day)
		switch {
		case err != nil:
			return err
		case now.Same > 0:
			return nil
		case now.Waits > 0:
			return ErrWaits
		case now.Sent >= maxADay:
			return ErrMany
		}
		kept = true
		if _, err := tx.ExecContext(ctx, `
			insert into label_proposals (id, cooperative_id, product_id, label, certificate, expires_on, scan, proposed_by, proposed_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, id, coopID, productID, label, number, day, key, by.User, s.now()); err != nil {
			return err
		}
		if err := s.tellAssociationTx(ctx, tx, product); err != nil {
			return err
		}
		return s.jobs.InsertTx(ctx, tx, ScanArgs{ProposalID: id}, nil)
	})
	if err != nil || !kept {
		if e := s.blobs.Delete(context.WithoutCancel(ctx), key); e != nil {
			s.log.WarnContext(ctx, "certificate left behind", "key", key, "error", e)
		}
	}
	if err != nil {
		return fmt.Errorf("certificate: propose: %w", err)
	}
	return nil
}

// scanned reads a certificate's picture, and what it is.
func scanned(scan io.Reader) (data []byte, format string, err error) {
	if scan == nil {
		return nil, "", fault.New(fault.Invalid, "certificate.scan_missing")
	}
	if data, err = io.ReadAll(io.LimitReader(scan, MaxScan+1)); err != nil {
		return nil, "", fmt.Errorf("certificate: read scan: %w", err)
	}
	if len(data) > MaxScan {
		return nil, "", ErrScanTooLarge
	}
	format, err = picture.Format(data)
	return data, format, err
}

func args(f *fault.Error) (list []any) {
	for name, value := range f.Args {
		list = append(list, name, value)
	}
	return list
}

// tellAssociationTx queues mail to the association's people who decide about labels.
func (s *Service) tellAssociationTx(ctx context.Context, tx *sqlx.Tx, product catalog.Product) error {
	var people []struct{ Email, Locale string }
	err := tx.SelectContext(ctx, &people, `
		select email, locale from people where cooperative_id is null and not ended and role = any($1) and email is not null`,
		pq.Array(account.Holders(account.KeepCooperatives)))
	if err != nil {
		return fmt.Errorf("certificate: whom to tell: %w", err)
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
func (s *Service) tellCooperativesTx(ctx context.Context, tx *sqlx.Tx, ids []uuid.UUID, write func(l *i18n.Locale, cooperative uuid.UUID) []mail.Message) error {
	recipients, err := cooperative.Recipients(ctx, tx, ids, account.KeepGoods)
	if err != nil {
		return err
	}
	var letters []mail.Message
	for _, r := range recipients {
		for _, m := range write(s.texts.Locale(r.Locale), r.CooperativeID) {
			m.To, m.Locale = r.Email, r.Locale
			letters = append(letters, m)
		}
	}
	return mail.SendTx(ctx, tx, s.jobs, letters...)
}
