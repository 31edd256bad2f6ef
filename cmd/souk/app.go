package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/market"
	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/storefront"
)

// parts are what the program is built from; whoever opened them closes them.
type parts struct {
	market.Parts
	lost       <-chan error // tells when the database does not come back; nil for one that is looked after elsewhere
	engine     *marketEngine
	folders    []string // of this machine that the market writes to
	storefront storefront.Config
}

// app is the market with its doors, not yet running.
type app struct {
	*market.Market
	lost       <-chan error
	syncer     *search.Syncer
	server     *storefront.Server
	private    http.Handler
	privateKey string // for what private does not tell everybody
}

// assemble puts the market together and its doors before it.
func assemble(p parts) (*app, error) {
	var err error
	if p.Languages, err = i18n.Load(); err != nil {
		return nil, err
	}
	p.Now, p.BaseURL, p.ShowMail = time.Now, p.storefront.BaseURL, p.storefront.Demo
	m, err := market.New(p.Parts)
	if err != nil {
		return nil, err
	}
	syncer := m.Syncer(p.engine.name, p.engine)
	config := p.storefront
	config.Log, config.Secret, config.SecretsBefore = p.Log, p.Secret, p.SecretsBefore
	server, err := storefront.New(config, storefront.Services{Market: m, Search: syncer.Readers(), Checks: p.checks(syncer)})
	if err != nil {
		return nil, err
	}
	privateKey := rand.Text()
	return &app{
		Market: m, lost: p.lost, syncer: syncer, server: server,
		private: privateHandler(privateKey, server.Metrics(), p.engine, syncer, p.Log), privateKey: privateKey,
	}, nil
}

// run serves the market on public, and its figures on private, until ctx ends or it cannot go on; then it
// answers what is under way and stops the workers, for as long as the ending lets it.
func (a *app) run(ctx context.Context, public, private net.Listener, end *ending) error {
	if err := a.Jobs.Start(ctx); err != nil {
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
		a.Log.Error("the market ends because its database does not come back", "error", err)
	}
	over, cancel := end.by(requestsEnd)
	defer cancel()
	jobsOver, cancelJobs := end.by(jobsEnd)
	defer cancelJobs()
	parts := []func() error{
		func() error { return a.server.Shutdown(over) },
		func() error { return figures.Shutdown(over) },
		func() error { return a.Jobs.Stop(jobsOver) },
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
