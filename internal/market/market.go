package market

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/riverqueue/river"
	"gocloud.dev/blob"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/certificate"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/finding"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/testcard"
	"github.com/souk-taawon/souk/internal/payment/transfer"
	"github.com/souk-taawon/souk/internal/picture"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/report"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/internal/settings"
	"github.com/souk-taawon/souk/internal/settlement"
	"github.com/souk-taawon/souk/internal/upload"
	"github.com/souk-taawon/souk/search"
)

// Parts are what a market is built from; whoever opened them closes them.
type Parts struct {
	DB            *sqlx.DB     // migrated
	Blobs         *blob.Bucket // of pictures; nil for a market that takes and shows none
	Languages     *i18n.Bundle
	Log           *slog.Logger
	Secret        []byte   // keys links, at least 32 bytes; may be left out where none are made
	SecretsBefore [][]byte // secrets in whose place it came
	BaseURL       string   // of the links in mails, such as «https://souk.example»
	MailServer    mail.Server
	Means         []payment.Provider // of payment, in the order in which they are offered; none: Cash
	ShowMail      bool               // everybody may read the mail that is kept
	Now           func() time.Time
}

// Market is the market's services, put together. Its jobs are worked between Jobs.Start and Jobs.Stop.
type Market struct {
	Parts
	Jobs *job.Client
	Card *testcard.Provider // of a demonstration; nil elsewhere

	Security     *security.Log
	Accounts     *account.Service
	Settings     *settings.Service
	Cooperatives *cooperative.Service
	Catalog      *catalog.Service
	Pictures     *picture.Service
	Certificates *certificate.Service
	Uploads      *upload.Service
	Payments     *payment.Service
	Transfers    *transfer.Service
	Delivery     *delivery.Service
	Orders       *order.Service
	Settlements  *settlement.Service
	Reports      *report.Service
}

// New puts a market together. It asks the database nothing. It is an error if a language has no words for a means of
// payment.
func New(p Parts) (*Market, error) {
	if len(p.Means) == 0 {
		p.Means = []payment.Provider{payment.Cash{}}
	}
	if err := worded(p.Means, p.Languages); err != nil {
		return nil, err
	}
	m := &Market{Parts: p}
	workers := river.NewWorkers()
	var err error
	if m.Jobs, err = job.New(p.DB, workers, periodic(), p.Log); err != nil {
		return nil, err
	}
	m.Security = security.New(p.DB, p.Log, p.Now)
	m.Accounts = account.New(p.DB, m.Jobs, m.Security, p.Secret, p.Now)
	m.Settings = settings.New(p.DB, p.Now)
	m.Cooperatives = cooperative.New(p.DB, p.Now)
	m.Catalog = catalog.New(p.DB, p.Log, p.Now)
	m.Pictures = picture.New(p.DB, m.Catalog, m.Jobs, p.Blobs, p.Log, p.Now)
	m.Certificates = certificate.New(p.DB, m.Catalog, m.Jobs, p.Blobs, p.Languages, p.Log, p.BaseURL, p.Now)
	m.Uploads = upload.New(p.DB, m.Catalog, m.Jobs, p.Log, p.Now)
	m.Payments = payment.New(p.DB, m.Jobs, p.Now, m.opened(p.Means)...)
	m.Delivery = delivery.New(p.DB, p.Now)
	m.Orders = order.New(p.DB, m.Catalog, m.Delivery, m.Payments, m.Jobs, p.Languages, p.Secret, p.BaseURL, p.Now)
	m.Settlements = settlement.New(p.DB, m.Jobs, p.Languages, p.BaseURL, p.Now)
	m.Reports = report.New(p.DB)
	m.Transfers = transfer.New(p.DB, m.Payments, m.Jobs, p.Blobs, p.Log, p.Now)

	m.Accounts.SecretsBefore, m.Orders.SecretsBefore = p.SecretsBefore, p.SecretsBefore
	if p.Languages != nil { // nobody reads what a market without any writes
		p.Languages.SetClock(p.Now)
	}
	m.Settings.Told = func(c settings.Contact) { p.Languages.SetHome(i18n.Home{Province: c.Province, Town: c.Town}) }
	m.Settings.NoCard = !slices.ContainsFunc(m.Payments.Means(), func(name string) bool { return m.Payments.MeansOf(name) == payment.Card })
	m.Settings.Annexes = []settings.Annex{m.Delivery}
	m.Payments.Payee, m.Payments.Payer = m.Orders, m.Settlements
	if m.Payments.PaysOut() {
		m.Cooperatives.Payable = m.Payments.Payable
	}
	m.Settlements.Disputed = m.Orders.LockDisputedTx
	m.Settlements.Payments, m.Settlements.OwedAgain, m.Orders.Shared = m.Payments, m.Orders.OwedAgainTx, m.Settlements.SharedTx
	m.Orders.Unpaid = m.Settlements.UnpaidTx
	m.Transfers.Payers, m.Orders.Forget = m.Orders, m.Transfers.ForgetTx
	m.addWorkers(workers)
	return m, nil
}

// Syncer tells a search engine of what is on sale. name is the engine's in the database, one for each index.
func (m *Market) Syncer(name string, engine search.Engine) *search.Syncer {
	return search.NewSyncer(name, engine, finding.NewSource(m.DB, m.Now), m.Log)
}

// Mailbox gives the mail that is kept instead of sent, the latest first.
func (m *Market) Mailbox(ctx context.Context, limit int) ([]mail.Kept, error) {
	return mail.Mailbox(ctx, m.DB, limit)
}

// Room is nil once there is a connection to the database, and postgres.ErrNoRoom if not within that time.
func (m *Market) Room(ctx context.Context, within time.Duration) error {
	return postgres.Room(ctx, m.DB, within)
}
