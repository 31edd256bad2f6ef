package search

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Syncer keeps one engine up to date with a Source. Any number of them may work for the same engine, in
// one program or in several: the Source shares the changes out.
//
// A change is forgotten only after the engine has confirmed it and only if nothing changed again
// meanwhile, so a crash at any moment loses nothing: at worst a document is written twice.
type Syncer struct {
	name   string // of the engine in the Source
	engine Engine
	source Source
	log    *slog.Logger

	foreign bool      // for Run: what the engine holds may be another database's
	seen    time.Time // for Run: when the Source was last told of the engine

	filled atomic.Bool
}

// NewSyncer makes a Syncer. The name stands for the engine's index in the Source, for ever: instances
// that share a server share it, an index in a folder of one instance has one of its own.
func NewSyncer(name string, engine Engine, source Source, log *slog.Logger) *Syncer {
	return &Syncer{name: name, engine: engine, source: source, log: log.With("engine", name)}
}

const (
	idlePause = 200 * time.Millisecond // between two looks when there is nothing to do
	pageSize  = 1_000                  // documents read at once

	// Changes claimed at once: a few as long as no more than that wait. When they come by the thousand it is
	// many, which engines take several times faster than few, and some batches are under way together, so that the
	// engine has the next ones while those after are read. What a Syncer holds in memory is what an engine sends at once.
	batch      = 500
	largeBatch = 20_000
	underWay   = 3

	// lease is how long claimed changes are kept from others. Writing them must have ended before, or an
	// older state could be written over a newer one.
	lease     = time.Minute
	seenEvery = time.Minute // the Source is told that the engine is still there
	writeWait = 45 * time.Second
	// releaseWait bounds giving changes back, also when the caller is gone already.
	releaseWait = 5 * time.Second

	firstBackOff = 250 * time.Millisecond
	lastBackOff  = 15 * time.Second
)

// Run works until ctx is done: it fills the engine if it is empty and then brings it every change, within
// about 200 ms. While the engine or the database does not answer it tries again, at growing intervals; it
// logs when that begins and when it ends.
func (s *Syncer) Run(ctx context.Context) {
	behind := true // until the engine is known to be filled
	logged := false
	slow := false // large batches did not end in time: small ones, until all is brought
	for backOff := firstBackOff; ctx.Err() == nil; {
		var n int
		var err error
		if !behind && time.Since(s.seen) > seenEvery {
			behind, err = s.register(ctx)
		}
		if behind && err == nil {
			err = s.Fill(ctx)
		}
		if err == nil {
			n, err = s.Once(ctx)
		}
		slow = slow && (err != nil || n == batch)
		if err == nil && n == batch && !slow {
			err = s.catchUp(ctx)
			slow = errors.Is(err, context.DeadlineExceeded)
		}
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, ErrRebuilding):
			pause(ctx, firstBackOff) // the changes stay pending until it has ended
			continue
		case err != nil:
			if !logged {
				s.log.Error("search is not kept up to date", "error", err)
			}
			behind, logged = true, true
			pause(ctx, backOff/2+rand.N(backOff))
			backOff = min(2*backOff, lastBackOff)
			continue
		case logged:
			pending, err := s.source.Pending(ctx, s.name)
			s.log.Info("search is kept up to date again", "pending", pending, "error", err)
		}
		behind, logged, backOff = false, false, firstBackOff
		if n == 0 {
			pause(ctx, idlePause)
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// register makes the engine known to the source, and tells whether it was unknown.
func (s *Syncer) register(ctx context.Context) (unknown bool, err error) {
	unknown, err = s.source.Register(ctx, s.name)
	if err != nil {
		return false, fmt.Errorf("registering the engine: %w", err)
	}
	s.foreign = s.foreign || unknown
	s.seen = time.Now()
	return unknown, nil
}

// Fill makes the engine known to the source and rebuilds it if it is empty (new, or emptied by somebody), or
// if the source does not know it: then it may hold the products of another database, or old ones.
func (s *Syncer) Fill(ctx context.Context) error {
	if _, err := s.register(ctx); err != nil {
		return err
	}
	n, err := s.engine.Count(ctx)
	if err != nil {
		return err
	}
	if n == 0 || s.foreign {
		s.filled.Store(false)
		if err := s.Rebuild(ctx); err != nil {
			return err
		}
		s.foreign = false
	}
	s.filled.Store(true)
	return nil
}

// Filled reports whether the engine holds this Source's products. It is false until the engine has been
// filled, and while one that was emptied is filled again.
func (s *Syncer) Filled() bool { return s.filled.Load() }

// Readers is the engine as readers ask it: until it is filled it does not answer, rather than show them a
// market without goods, or another one.
func (s *Syncer) Readers() Engine { return readers{s.engine, s} }

type readers struct {
	Engine
	syncer *Syncer
}

func (r readers) Search(ctx context.Context, q Query) (Result, error) {
	if !r.syncer.Filled() {
		return Result{}, fmt.Errorf("%w: it is being filled", ErrUnavailable)
	}
	return r.Engine.Search(ctx, q)
}

// catchUp brings the engine large batches, underWay at once, until no more wait or one fails; those
// that are under way then are ended, and each gives back what it could not bring.
func (s *Syncer) catchUp(ctx context.Context) error {
	var workers sync.WaitGroup
	var enough atomic.Bool
	errs := make([]error, underWay)
	for i := range errs {
		workers.Go(func() {
			for !enough.Load() {
				n, err := s.once(ctx, largeBatch)
				if err != nil || n < largeBatch {
					errs[i] = err
					enough.Store(true)
				}
			}
		})
	}
	workers.Wait()
	return errors.Join(errs...)
}

// Once brings the engine one batch of changes and tells how many there were. A document that the engine
// refuses is logged and tried again when its lease has passed; it does not hold the others up.
func (s *Syncer) Once(ctx context.Context) (int, error) { return s.once(ctx, batch) }

func (s *Syncer) once(ctx context.Context, most int) (int, error) {
	start := time.Now()
	changes, err := s.source.Claim(ctx, s.name, most, lease)
	if err != nil {
		return 0, fmt.Errorf("claiming changes: %w", err)
	}
	if len(changes) == 0 {
		return 0, nil
	}
	if err := s.writeAndMark(ctx, changes, start.Add(lease)); err != nil {
		releasing, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseWait)
		defer cancel()
		return 0, errors.Join(err, s.source.Release(releasing, s.name, changes))
	}
	return len(changes), nil
}

func (s *Syncer) writeAndMark(ctx context.Context, changes []Change, leaseEnds time.Time) error {
	writing, cancel := context.WithTimeout(ctx, writeWait)
	defer cancel()
	written, err := s.write(writing, changes)
	if err != nil {
		return err
	}
	// Once the lease has passed, others may have brought these changes and newer ones may be pending.
	marking, cancel := context.WithDeadline(ctx, leaseEnds)
	defer cancel()
	if err := s.source.Done(marking, s.name, written); err != nil {
		return fmt.Errorf("marking changes as done: %w", err)
	}
	return nil
}

// write brings the engine changes and returns those that it took. If it refuses one, the others are
// written in halves until it is alone.
func (s *Syncer) write(ctx context.Context, changes []Change) ([]Change, error) {
	ids := make([]string, len(changes))
	for i, c := range changes {
		ids[i] = c.ID
	}
	err := s.bring(ctx, ids)
	switch {
	case err == nil:
		return changes, nil
	case !errors.Is(err, ErrRefused):
		return nil, err
	case len(changes) == 1:
		s.logRefused(ids[0], err)
		return nil, nil
	}
	half := len(changes) / 2
	first, err := s.write(ctx, changes[:half])
	if err != nil {
		return nil, err
	}
	second, err := s.write(ctx, changes[half:])
	return slices.Concat(first, second), err
}

// bring reads what is true of some products, pageSize at once, and makes it so in the engine.
func (s *Syncer) bring(ctx context.Context, ids []string) error {
	there := make(map[string]bool, len(ids))
	err := s.engine.Put(ctx, func(yield func(Document, error) bool) {
		for page := range slices.Chunk(ids, pageSize) {
			docs, err := s.source.Documents(ctx, page)
			if err != nil {
				yield(Document{}, fmt.Errorf("reading products: %w", err))
				return
			}
			for _, d := range docs {
				there[d.ID] = true
				if !yield(d, nil) {
					return
				}
			}
		}
	})
	if err != nil {
		return err
	}
	gone := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return there[id] })
	if len(gone) == 0 {
		return nil
	}
	return s.engine.Delete(ctx, gone)
}

// Rebuild fills a new index from everything there is and puts it in the place of the live one, which goes
// on answering. Changes that are made meanwhile stay pending and are brought to the new index afterwards,
// so they are found later than usual, by as long as it takes.
func (s *Syncer) Rebuild(ctx context.Context) error {
	if _, err := s.source.Register(ctx, s.name); err != nil {
		return fmt.Errorf("registering the engine: %w", err)
	}
	start, n := time.Now(), 0
	err := s.engine.Rebuild(ctx, func(yield func(Document, error) bool) {
		for d, err := range s.all(ctx) {
			if err == nil && d.Validate() != nil {
				s.logRefused(d.ID, d.Validate())
				continue
			}
			n++
			if !yield(d, err) {
				return
			}
		}
	})
	if err != nil {
		return fmt.Errorf("rebuilding the index: %w", err)
	}
	s.log.Info("the search index is filled", "products", n, "took", time.Since(start).Round(time.Millisecond))
	return nil
}

// all reads every document of the source, in the order of their ids.
func (s *Syncer) all(ctx context.Context) iter.Seq2[Document, error] {
	return func(yield func(Document, error) bool) {
		after := ""
		for {
			page, err := s.source.All(ctx, after, pageSize)
			if err != nil {
				yield(Document{}, fmt.Errorf("reading all products: %w", err))
				return
			}
			if len(page) == 0 {
				return
			}
			for _, d := range page {
				if !yield(d, nil) {
					return
				}
			}
			after = page[len(page)-1].ID
		}
	}
}

func (s *Syncer) logRefused(id string, err error) {
	s.log.Error("a product cannot be found because the search engine refuses it", "product", id, "error", err)
}
