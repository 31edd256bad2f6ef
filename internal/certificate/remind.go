package certificate

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/postgres"
)

// RemindArgs is the periodic job that tells cooperatives of labels whose certificates end soon, thirty and seven days
// before. It may come again, or days late: of each label and time it tells once.
type RemindArgs struct{}

// Kind names the job.
func (RemindArgs) Kind() string { return "certificate_remind" }

// RemindWorker works RemindArgs.
type RemindWorker struct {
	river.WorkerDefaults[RemindArgs]
	Certificates *Service
}

// Work tells until all are told.
func (w *RemindWorker) Work(ctx context.Context, _ *river.Job[RemindArgs]) error {
	return postgres.InBatches(ctx, w.Certificates.remind)
}

// remind tells of some labels, and says of how many.
func (s *Service) remind(ctx context.Context) (n int, err error) {
	err = postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		ending, err := s.catalog.EndingLabelsTx(ctx, tx)
		if n = len(ending); err != nil || n == 0 {
			return err
		}
		var ids []uuid.UUID
		for _, e := range ending {
			ids = append(ids, e.CooperativeID)
		}
		return s.tellCooperativesTx(ctx, tx, ids, func(l *i18n.Locale, cooperative uuid.UUID) (letters []mail.Message) {
			for _, e := range ending {
				if e.CooperativeID != cooperative {
					continue
				}
				name := s.labelName(ctx, l, e.Label)
				letters = append(letters, mail.Message{
					Subject: l.T("certificate.mail.ends_subject", "Label", name, "Product", l.Text(e.Product)),
					Body: l.T("certificate.mail.ends_body", "Label", name, "Product", l.Text(e.Product), "Certificate", e.Certificate,
						"Day", l.LongDate(e.ExpiresOn), "Link", s.productLink(l, e.ProductID)),
				})
			}
			return letters
		})
	})
	if err != nil {
		return n, fmt.Errorf("certificate: remind: %w", err)
	}
	return n, nil
}
