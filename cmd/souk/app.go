package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/riverqueue/river"
	"gocloud.dev/blob"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/report"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/internal/settings"
	"github.com/souk-taawon/souk/internal/settlement"
	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/storefront"
)

// parts are what the market is built from; whoever opened them closes them.
type parts struct {
	db         *sqlx.DB
	lost       <-chan error // tells when the database does not come back; nil for one that is looked after elsewhere
	blobs      *blob.Bucket
	engine     *marketEngine
	folders    []string // of this machine that the market writes to
	log        *slog.Logger
	secret     []byte   // keys the tokens of tracking links, and what is kept with readers
	before     [][]byte // secrets in whose place it came
	mailServer mail.Server
	storefront storefront.Config
}

// app is the market put together, not yet running.
type app struct {
	log  *slog.Logger
	lost <-chan error

	texts        *i18n.Bundle
	jobs         *job.Client
	syncer       *search.Syncer
	accounts     *account.Service
	cooperatives *cooperative.Service
	catalog      *catalog.Service
	orders       *order.Service
	settlements  *settlement.Service
	server       *storefront.Server
	private      http.Handler
	privateKey   string // for what private does not tell everybody
}

// assemble wires the market: this is its parts list.
func assemble(p parts) (*app, error) {
	texts, err := i18n.Load()
	if err != nil {
		return nil, err
	}
	decided := settings.New(p.db, time.Now)
	workers := river.NewWorkers()
	jobs, err := job.New(p.db, workers, []*river.PeriodicJob{
		every(time.Hour, account.CleanArgs{}),
		every(time.Hour, mail.CleanArgs{}),
		every(24*time.Hour, security.CleanArgs{}),
		every(time.Hour, order.CleanArgs{}),
		every(time.Hour, order.EraseArgs{}),
		every(24*time.Hour, catalog.ExpireLabelsArgs{}),
		every(24*time.Hour, catalog.CleanPicturesArgs{}),
		every(24*time.Hour, catalog.CleanUploadsArgs{}),
	}, p.log)
	if err != nil {
		return nil, err
	}

	events := security.New(p.db, p.log, time.Now)
	accounts := account.New(p.db, jobs, events, p.secret, time.Now)
	accounts.SecretsBefore = p.before
	cooperatives := cooperative.New(p.db, time.Now)
	products := catalog.New(p.db, jobs, p.blobs, p.log, time.Now)
	payments := payment.New(payment.Cash{})
	deliveries := delivery.New(p.db)
	orders := &order.Service{
		DB: p.db, Catalog: products, Delivery: deliveries, Payments: payments, Jobs: jobs, Gate: order.NewGate(p.db),
		Texts: texts, Secret: p.secret, SecretsBefore: p.before, BaseURL: p.storefront.BaseURL, Now: time.Now,
	}
	payments.OnPaid = orders.PaidTx
	settlements := &settlement.Service{DB: p.db, Jobs: jobs, Texts: texts, BaseURL: p.storefront.BaseURL, Now: time.Now}
	privateKey := rand.Text()
	syncer := search.NewSyncer(p.engine.name, p.engine, catalog.NewSearchSource(p.db, time.Now), p.log)

	river.AddWorker(workers, &mail.Worker{
		DB: p.db, Server: p.mailServer, Signature: decided.Signature(texts), Shown: p.storefront.Demo,
		Secrets: mail.Secrets{account.SecretKind: accounts.Secret, order.SecretConfirm: orders.Confirming},
	})
	river.AddWorker(workers, &mail.CleanWorker{DB: p.db})
	river.AddWorker(workers, &security.CleanWorker{Log: events})
	river.AddWorker(workers, &account.CleanWorker{Service: accounts})
	river.AddWorker(workers, &order.ExpireWorker{Orders: orders})
	river.AddWorker(workers, &order.CleanWorker{Orders: orders})
	river.AddWorker(workers, &order.EraseWorker{Orders: orders})
	river.AddWorker(workers, catalog.NewPictureWorker(products))
	river.AddWorker(workers, &catalog.ExpireLabelsWorker{Catalog: products})
	river.AddWorker(workers, &catalog.CleanPicturesWorker{Catalog: products})
	river.AddWorker(workers, &catalog.CleanUploadsWorker{Catalog: products})
	river.AddWorker(workers, &catalog.ApplyWorker{Catalog: products})

	config := p.storefront
	config.Log, config.Secret, config.SecretsBefore = p.log, p.secret, p.before
	server, err := storefront.New(config, storefront.Services{
		Languages: texts, Accounts: accounts, Cooperatives: cooperatives, Catalog: products,
		Delivery: deliveries, Orders: orders, Settings: decided, Settlements: settlements, Reports: report.New(p.db), Search: syncer.Readers(),
		Mailbox:  func(ctx context.Context, limit int) ([]mail.Kept, error) { return mail.Mailbox(ctx, p.db, limit) },
		Security: events,
		Checks:   p.checks(syncer),
		Room:     func(ctx context.Context, within time.Duration) error { return postgres.Room(ctx, p.db, within) },
	})
	if err != nil {
		return nil, err
	}
	return &app{
		log: p.log, lost: p.lost, texts: texts, jobs: jobs, syncer: syncer, accounts: accounts, cooperatives: cooperatives,
		catalog: products, orders: orders, settlements: settlements, server: server,
		private: privateHandler(privateKey, server.Metrics(), p.engine, syncer, p.log), privateKey: privateKey,
	}, nil
}

// every makes a job that is also worked at the start: an instance may not live as long as the interval.
func every(interval time.Duration, args river.JobArgs) *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(interval),
		func() (river.JobArgs, *river.InsertOpts) { return args, nil }, &river.PeriodicJobOpts{RunOnStart: true})
}

// run serves the market on public, and its figures on private, until ctx ends or it cannot go on; then it
// answers what is under way and stops the workers, for as long as the ending lets it.
func (a *app) run(ctx context.Context, public, private net.Listener, end *ending) error {
	if err := a.jobs.Start(ctx); err != nil {
		return err
	}
	syncing, stopSyncing := context.WithCancel(ctx)
	defer stopSyncing()
	failed := make(chan error, 2)
	synced := make(chan struct{})
	go func() {
		defer close(synced)
		a.syncer.Run(syncing)
	}()
	figures := &http.Server{Handler: a.private, ReadHeaderTimeout: 5 * time.Second}
	go func() {
		if err := figures.Serve(private); !errors.Is(err, http.ErrServerClosed) {
			failed <- fmt.Errorf("private listener: %w", err)
		}
	}()
	go func() {
		if err := a.server.Serve(public); err != nil {
			failed <- err
		}
	}()

	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	case err = <-a.lost:
		a.log.Error("the market ends because its database does not come back", "error", err)
	}
	over, cancel := end.by(requestsEnd)
	defer cancel()
	jobsOver, cancelJobs := end.by(jobsEnd)
	defer cancelJobs()
	parts := []func() error{
		func() error { return a.server.Shutdown(over) },
		func() error { return figures.Shutdown(over) },
		func() error { return a.jobs.Stop(jobsOver) },
		func() error {
			stopSyncing()
			<-synced
			return nil
		},
	}
	errs := make([]error, len(parts))
	var all sync.WaitGroup
	for i, part := range parts {
		all.Go(func() { errs[i] = wait(over, part) })
	}
	all.Wait()
	return errors.Join(err, errors.Join(errs...))
}
