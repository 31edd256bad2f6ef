package certificate

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/text"
)

// Confirm lets a product carry the label that was proposed, until its certificate ends. Its cooperative has a letter.
// Errors: ErrNotFound, ErrDecided; ErrNotSeen, ErrUnreadable; ErrInvalid with the field expires_on if that day is over by
// now.
func (s *Service) Confirm(ctx context.Context, id uuid.UUID, by actor.Actor) error {
	return s.decide(ctx, id, Confirmed, "", by)
}

// Refuse says that a proposed label is not confirmed, and why; its cooperative has a letter and may propose it again.
// Errors: ErrNotFound, ErrDecided; ErrInvalid with the field reason.
func (s *Service) Refuse(ctx context.Context, id uuid.UUID, reason string, by actor.Actor) error {
	wrong := fault.New(ErrInvalid.Kind, ErrInvalid.Key)
	if reason = text.Clean(reason); reason == "" {
		wrong.Field("reason", "certificate.reason_missing")
	}
	if wrong.TooLong("reason", "catalog.too_long", reason, maxReason); len(wrong.Fields) > 0 {
		return wrong
	}
	return s.decide(ctx, id, Refused, reason, by)
}

func (s *Service) decide(ctx context.Context, id uuid.UUID, to State, reason string, by actor.Actor) error {
	p, err := s.Get(ctx, id)
	if err != nil {
		return err
	}
	today := clock.Day(s.now())
	switch {
	case to != Confirmed:
	case p.ScanState == ScanWaiting:
		return ErrNotSeen
	case p.ScanState == ScanRefused:
		return ErrUnreadable
	case p.ExpiresOn.Before(today):
		return fault.New(ErrInvalid.Kind, "certificate.day_past").Field("expires_on", "certificate.day_past")
	}
	labels, err := s.catalog.Labels(ctx)
	if err != nil {
		return err
	}
	err = postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		result, err := tx.ExecContext(ctx, `
			update label_proposals set state = $2, reason = $3, decided_by = $4, decided_at = $5,
			    scan_until = case when $2 = 'refused' then least(scan_until, $6::date) else scan_until end
			where id = $1 and state = 'proposed'`,
			id, to, reason, by.User, s.now(), today.AddDate(0, 0, scanKept))
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			if err == nil {
				err = ErrDecided
			}
			return err
		}
		if to == Confirmed {
			if err := s.catalog.CarryLabelTx(ctx, tx, p.ProductID, p.Label, p.Certificate, p.ExpiresOn); err != nil {
				return err
			}
		}
		return s.tellCooperativesTx(ctx, tx, []uuid.UUID{p.CooperativeID}, func(l *i18n.Locale, _ uuid.UUID) mail.Message {
			name := catalog.LabelName(l, labels, p.Label)
			return mail.Message{
				Subject: l.T("certificate.mail."+string(to)+"_subject", "Label", name, "Product", l.Text(p.Product)),
				Body: l.T("certificate.mail."+string(to)+"_body", "Label", name, "Product", l.Text(p.Product), "Day", l.LongDate(p.ExpiresOn),
					"Reason", reason, "Link", s.productLink(l, p.ProductID)),
			}
		})
	})
	if err != nil {
		return fmt.Errorf("certificate %s %s: %w", id, to, err)
	}
	return nil
}

func (s *Service) productLink(l *i18n.Locale, product uuid.UUID) string {
	return s.baseURL + "/" + l.Code() + "/seller/products/" + product.String()
}
