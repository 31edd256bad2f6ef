package market

import (
	"time"

	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/certificate"
	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/testcard"
	"github.com/souk-taawon/souk/internal/payment/transfer"
	"github.com/souk-taawon/souk/internal/picture"
	"github.com/souk-taawon/souk/internal/report"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/internal/settlement"
	"github.com/souk-taawon/souk/internal/upload"
)

// addWorkers enlists who works each kind of job; one that nobody works cannot be inserted.
func (m *Market) addWorkers(workers *river.Workers) {
	river.AddWorker(workers, &mail.Worker{
		DB: m.DB, Server: m.MailServer, Signature: m.Settings.Signature(m.Languages), Shown: m.ShowMail,
		Secrets: mail.Secrets{account.SecretKind: m.Accounts.Secret, order.SecretConfirm: m.Orders.Confirming, order.SecretTracking: m.Orders.Tracking},
	})
	river.AddWorker(workers, &mail.CleanWorker{DB: m.DB})
	river.AddWorker(workers, &security.CleanWorker{Log: m.Security})
	river.AddWorker(workers, &account.CleanWorker{Service: m.Accounts})
	river.AddWorker(workers, &order.ExpireWorker{Orders: m.Orders})
	river.AddWorker(workers, &order.LateWorker{Orders: m.Orders})
	river.AddWorker(workers, &order.CloseWorker{Orders: m.Orders})
	river.AddWorker(workers, &order.RemindWorker{Orders: m.Orders})
	river.AddWorker(workers, &order.FindWorker{Orders: m.Orders})
	river.AddWorker(workers, &order.AnsweredWorker{Orders: m.Orders})
	river.AddWorker(workers, &order.ReturnDueWorker{Orders: m.Orders})
	river.AddWorker(workers, &order.CleanWorker{Orders: m.Orders})
	river.AddWorker(workers, &order.EraseWorker{Orders: m.Orders})
	river.AddWorker(workers, &order.MeasureWorker{Orders: m.Orders})
	river.AddWorker(workers, &payment.EventWorker{Payments: m.Payments})
	river.AddWorker(workers, &payment.RefundWorker{Payments: m.Payments})
	river.AddWorker(workers, &payment.CloseWorker{Payments: m.Payments})
	river.AddWorker(workers, &payment.PayoutWorker{Payments: m.Payments})
	river.AddWorker(workers, &payment.RecallWorker{Payments: m.Payments})
	river.AddWorker(workers, &payment.AskWorker{Payments: m.Payments})
	river.AddWorker(workers, &payment.CompareWorker{Payments: m.Payments})
	river.AddWorker(workers, &payment.CleanWorker{Payments: m.Payments})
	river.AddWorker(workers, &testcard.TellWorker{Card: m.Card, Payments: m.Payments})
	river.AddWorker(workers, &transfer.BookWorker{Transfers: m.Transfers})
	river.AddWorker(workers, &transfer.PictureWorker{Transfers: m.Transfers})
	river.AddWorker(workers, &transfer.DropWorker{Transfers: m.Transfers})
	river.AddWorker(workers, &transfer.CleanWorker{Transfers: m.Transfers})
	river.AddWorker(workers, &picture.Worker{Pictures: m.Pictures})
	river.AddWorker(workers, &catalog.ExpireLabelsWorker{Catalog: m.Catalog})
	river.AddWorker(workers, &catalog.TurnSeasonsWorker{Catalog: m.Catalog})
	river.AddWorker(workers, &certificate.ScanWorker{Certificates: m.Certificates})
	river.AddWorker(workers, &certificate.RemindWorker{Certificates: m.Certificates})
	river.AddWorker(workers, &certificate.CleanWorker{Certificates: m.Certificates})
	river.AddWorker(workers, &catalog.DrawShelvesWorker{Catalog: m.Catalog})
	river.AddWorker(workers, &picture.CleanWorker{Pictures: m.Pictures})
	river.AddWorker(workers, &upload.CleanWorker{Uploads: m.Uploads})
	river.AddWorker(workers, &upload.ApplyWorker{Uploads: m.Uploads})
	river.AddWorker(workers, &settlement.ShareWorker{Settlements: m.Settlements})
	river.AddWorker(workers, &settlement.FoldWorker{Settlements: m.Settlements})
	river.AddWorker(workers, &report.FoldWorker{Reports: m.Reports})
}

// periodic are the jobs that come again by themselves.
func periodic() []*river.PeriodicJob {
	return []*river.PeriodicJob{
		every(time.Hour, account.CleanArgs{}),
		every(time.Hour, mail.CleanArgs{}),
		every(24*time.Hour, security.CleanArgs{}),
		every(time.Hour, order.CleanArgs{}),
		every(time.Hour, order.EraseArgs{}),
		every(5*time.Minute, order.MeasureArgs{}),
		every(time.Minute, payment.AskArgs{}),
		every(time.Hour, payment.CompareArgs{}),
		every(24*time.Hour, payment.CleanArgs{}),
		every(24*time.Hour, transfer.CleanArgs{}),
		every(24*time.Hour, catalog.ExpireLabelsArgs{}),
		every(time.Hour, catalog.TurnSeasonsArgs{}),
		every(24*time.Hour, certificate.RemindArgs{}),
		every(24*time.Hour, certificate.CleanArgs{}),
		every(5*time.Minute, catalog.DrawShelvesArgs{}),
		every(24*time.Hour, picture.CleanArgs{}),
		every(24*time.Hour, upload.CleanArgs{}),
		every(5*time.Minute, settlement.FoldArgs{}),
		every(time.Minute, report.FoldArgs{}),
	}
}

// every makes a job that is also worked at the start: an instance may not live as long as the interval.
func every(interval time.Duration, args river.JobArgs) *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(interval),
		func() (river.JobArgs, *river.InsertOpts) { return args, nil }, &river.PeriodicJobOpts{RunOnStart: true})
}
