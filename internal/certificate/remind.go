package certificate

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/postgres"
)

// RemindArgs is the periodic job that tells cooperatives of labels whose certificates end soon, thirty and seven days
// before, each of all that is new in one letter. It may come again, or days late: of each label and time it tells once.
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

// remind tells some cooperatives, each in one letter, and says of how many labels.
func (s *Service) remind(ctx context.Context) (n int, err error) {
	labels, err := s.catalog.Labels(ctx)
	if err != nil {
		return 0, err
	}
	err = postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		ending, err := s.catalog.EndingLabelsTx(ctx, tx)
		if n = len(ending); err != nil || n == 0 {
			return err
		}
		byCooperative := make(map[uuid.UUID][]catalog.EndingLabel)
		for _, e := range ending {
			byCooperative[e.CooperativeID] = append(byCooperative[e.CooperativeID], e)
		}
		return s.tellCooperativesTx(ctx, tx, slices.Collect(maps.Keys(byCooperative)), func(l *i18n.Locale, cooperative uuid.UUID) mail.Message {
			return s.endingMessage(l, labels, byCooperative[cooperative])
		})
	})
	if err != nil {
		return n, fmt.Errorf("certificate: remind: %w", err)
	}
	return n, nil
}

// endingListed is how many labels a letter lists: who has more certificates that end keeps a list of her own.
const endingListed = 30

func (s *Service) endingMessage(l *i18n.Locale, labels []catalog.Label, ending []catalog.EndingLabel) mail.Message {
	var lines []string
	for _, e := range ending[:min(len(ending), endingListed)] {
		lines = append(lines, l.T("certificate.mail.ends_line", "Label", catalog.LabelName(l, labels, e.Label), "Certificate", e.Certificate,
			"Product", l.Text(e.Product), "Day", l.LongDate(e.ExpiresOn))+"\n"+s.productLink(l, e.ProductID))
	}
	if more := len(ending) - len(lines); more > 0 {
		lines = append(lines, l.N("certificate.mail.ends_more", more))
	}
	return mail.Message{
		Subject: l.N("certificate.mail.ends_subject", len(ending)),
		Body:    l.T("certificate.mail.ends_body", "Lines", strings.Join(lines, "\n\n")),
	}
}
