package search_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/souk-taawon/souk/search"
)

var errDown = errors.New("nobody answers")

// market is a Source in memory: the products, and a pending set for one engine.
type market struct {
	mu         sync.Mutex
	products   map[string]search.Document
	registered bool
	pending    map[string]*pending
	down       bool
	killed     bool        // the program is killed between writing and marking as done: it can do neither that nor give back
	onAll      func(n int) // called after a page of All was read, without the lock
	claims     map[string]int
	pages      int
	mostRead   int // products, by one call of Documents
}

type pending struct {
	generation int64
	leased     time.Time
}

func newMarket() *market {
	return &market{products: map[string]search.Document{}, pending: map[string]*pending{}, claims: map[string]int{}}
}

func (m *market) set(id, name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.products[id] = search.Document{ID: id, NameFR: name}
	m.changed(id)
}

func (m *market) remove(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.products, id)
	m.changed(id)
}

func (m *market) changed(id string) {
	if !m.registered {
		return
	}
	if p := m.pending[id]; p != nil {
		p.generation++
		return
	}
	m.pending[id] = &pending{generation: 1}
}

func (m *market) setDown(down bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.down = down
}

func (m *market) names() map[string]string {
	m.mu.Lock()
	defer m.mu.Unlock()
	names := map[string]string{}
	for id, d := range m.products {
		names[id] = d.NameFR
	}
	return names
}

func (m *market) Register(context.Context, string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down {
		return false, errDown
	}
	unknown := !m.registered
	m.registered = true
	return unknown, nil
}

func (m *market) Claim(_ context.Context, _ string, max int, lease time.Duration) ([]search.Change, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down {
		return nil, errDown
	}
	var claimed []search.Change
	for _, id := range slices.Sorted(maps.Keys(m.pending)) {
		if p := m.pending[id]; len(claimed) < max && !time.Now().Before(p.leased) {
			p.leased = time.Now().Add(lease)
			claimed = append(claimed, search.Change{ID: id, Generation: p.generation})
			m.claims[id]++
		}
	}
	return claimed, nil
}

func (m *market) Documents(_ context.Context, ids []string) ([]search.Document, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down {
		return nil, errDown
	}
	m.mostRead = max(m.mostRead, len(ids))
	var docs []search.Document
	for _, id := range ids {
		if d, ok := m.products[id]; ok {
			docs = append(docs, d)
		}
	}
	return docs, nil
}

func (m *market) Done(_ context.Context, _ string, changes []search.Change) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down || m.killed {
		return errDown
	}
	for _, c := range changes {
		switch p := m.pending[c.ID]; {
		case p == nil:
		case p.generation == c.Generation:
			delete(m.pending, c.ID)
		default:
			p.leased = time.Time{}
		}
	}
	return nil
}

func (m *market) Release(ctx context.Context, _ string, changes []search.Change) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down || m.killed {
		return errDown
	}
	for _, c := range changes {
		if p := m.pending[c.ID]; p != nil {
			p.leased = time.Time{}
		}
	}
	return ctx.Err()
}

func (m *market) All(_ context.Context, after string, max int) ([]search.Document, error) {
	m.mu.Lock()
	if m.down {
		m.mu.Unlock()
		return nil, errDown
	}
	var docs []search.Document
	for _, id := range slices.Sorted(maps.Keys(m.products)) {
		if id > after && len(docs) < max {
			docs = append(docs, m.products[id])
		}
	}
	m.pages++
	n, onAll := m.pages, m.onAll
	m.mu.Unlock()
	if onAll != nil {
		onAll(n)
	}
	return docs, nil
}

func (m *market) Pending(context.Context, string) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.pending), nil
}

// index is an Engine in memory that only knows what it was given.
type index struct {
	mu         sync.Mutex
	docs       map[string]search.Document
	rebuilding bool
	down       bool
	refused    string                  // the id of a document that it does not take
	onPut      func([]search.Document) // called before a Put takes effect, without the lock
}

func newIndex() *index { return &index{docs: map[string]search.Document{}} }

func (x *index) names() map[string]string {
	x.mu.Lock()
	defer x.mu.Unlock()
	names := map[string]string{}
	for id, d := range x.docs {
		names[id] = d.NameFR
	}
	return names
}

func (x *index) setDown(down bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.down = down
}

// writable is called with the lock.
func (x *index) writable() error {
	switch {
	case x.down:
		return search.ErrUnavailable
	case x.rebuilding:
		return search.ErrRebuilding
	}
	return nil
}

func (x *index) Put(ctx context.Context, read iter.Seq2[search.Document, error]) error {
	var docs []search.Document
	for d, err := range read {
		if err != nil {
			return err
		}
		docs = append(docs, d)
	}
	if x.onPut != nil {
		x.onPut(docs)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := errors.Join(x.writable(), ctx.Err()); err != nil {
		return err
	}
	for _, d := range docs {
		if d.ID == x.refused {
			return fmt.Errorf("%w: %s", search.ErrRefused, d.ID)
		}
	}
	for _, d := range docs {
		x.docs[d.ID] = d
	}
	return nil
}

func (x *index) Delete(_ context.Context, ids []string) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := x.writable(); err != nil {
		return err
	}
	for _, id := range ids {
		delete(x.docs, id)
	}
	return nil
}

func (x *index) Rebuild(_ context.Context, docs iter.Seq2[search.Document, error]) error {
	x.mu.Lock()
	if err := x.writable(); err != nil {
		x.mu.Unlock()
		return err
	}
	x.rebuilding = true
	x.mu.Unlock()
	next := map[string]search.Document{}
	var failure error
	for d, err := range docs {
		if err != nil {
			failure = err
			break
		}
		next[d.ID] = d
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.rebuilding = false
	if failure == nil {
		x.docs = next
	}
	return failure
}

func (x *index) Count(context.Context) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.down {
		return 0, search.ErrUnavailable
	}
	return len(x.docs), nil
}

// The rest is not asked by a Syncer.
func (x *index) Name() string { return "memory" }
func (x *index) Search(context.Context, search.Query) (search.Result, error) {
	return search.Result{}, nil
}
func (x *index) IDs(context.Context) iter.Seq2[string, error] { return nil }
func (x *index) Health(context.Context) error                 { return nil }
func (x *index) Close() error                                 { return nil }
