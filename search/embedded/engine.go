package embedded

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"sync"

	"github.com/blevesearch/bleve/v2"

	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/search/internal/terms"
	"github.com/souk-taawon/souk/search/text"
)

// Engine is a search.Engine over a folder.
type Engine struct {
	store   *store
	lexicon *text.Lexicon

	// mu lets the live index be replaced and closed only between two uses of it.
	mu     sync.RWMutex
	live   *shelf // nil once closed
	frozen bool   // nothing may be written: a rebuild is under way

	rebuilding sync.Mutex // held while it is
}

var _ search.Engine = (*Engine)(nil)

// Open opens the engine whose index is kept in dir, which is made if it is not there, in the words of lexicon. An index that was
// written by another version of this package, or that cannot be read, is replaced by an empty one; the
// syncer fills it. The error is ErrBusy if another program has the folder open.
func Open(dir string, lexicon *text.Lexicon, log *slog.Logger) (*Engine, error) {
	store, err := openStore(dir, log)
	if err != nil {
		return nil, err
	}
	folder, live, err := store.openLive(log)
	if err != nil {
		return nil, errors.Join(err, store.close())
	}
	return &Engine{store: store, lexicon: lexicon, live: &shelf{Index: live, folder: folder}}, nil
}

// Name is "embedded".
func (e *Engine) Name() string { return "embedded" }

// use runs fn with the live index, which stays open meanwhile.
func (e *Engine) use(ctx context.Context, fn func(*shelf) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	if e.live == nil {
		return fmt.Errorf("%w: it is closed", search.ErrUnavailable)
	}
	return fn(e.live)
}

// write is use, unless a rebuild is under way.
func (e *Engine) write(ctx context.Context, fn func(*shelf) error) error {
	return e.use(ctx, func(index *shelf) error {
		if e.frozen {
			return search.ErrRebuilding
		}
		return fn(index)
	})
}

// batchSize is how many documents are written at once: few enough to stay small in memory, many enough
// that the folder does not fill with tiny segments.
const batchSize = 1_000

// Put adds or replaces documents.
func (e *Engine) Put(ctx context.Context, docs iter.Seq2[search.Document, error]) error {
	return inBatches(docs, func(batch []search.Document) error {
		return e.write(ctx, func(index *shelf) error { return add(ctx, index.Index, e.lexicon, batch) })
	})
}

// Delete removes documents.
func (e *Engine) Delete(ctx context.Context, ids []string) error {
	return e.write(ctx, func(index *shelf) error {
		batch := index.NewBatch()
		for _, id := range ids {
			batch.Delete(id)
		}
		if err := index.Batch(batch); err != nil {
			return fmt.Errorf("deleting from the index: %w", err)
		}
		return nil
	})
}

// Rebuild fills a new folder and makes it the live one.
func (e *Engine) Rebuild(ctx context.Context, docs iter.Seq2[search.Document, error]) error {
	if !e.rebuilding.TryLock() {
		return search.ErrRebuilding
	}
	defer e.rebuilding.Unlock()
	e.freeze(true)
	defer e.freeze(false)

	folder, next, err := e.store.create()
	if err != nil {
		return err
	}
	discard := func(err error) error {
		return errors.Join(err, next.Close(), e.store.remove(folder))
	}
	err = inBatches(docs, func(batch []search.Document) error { return add(ctx, next, e.lexicon, batch) })
	if err != nil {
		return discard(err)
	}
	return e.replace(folder, next, discard)
}

// replace makes next the live index, between two uses of the old one.
func (e *Engine) replace(folder string, next bleve.Index, discard func(error) error) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.live == nil {
		return discard(fmt.Errorf("%w: it is closed", search.ErrUnavailable))
	}
	if err := e.store.setLive(folder); err != nil {
		return discard(err)
	}
	old := e.live
	e.live = &shelf{Index: next, folder: folder}
	return errors.Join(old.Close(), e.store.remove(old.folder))
}

// freeze waits until nobody writes any more, and keeps it so.
func (e *Engine) freeze(frozen bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.frozen = frozen
}

// Count is how many documents there are.
func (e *Engine) Count(ctx context.Context) (int, error) {
	var n uint64
	err := e.use(ctx, func(index *shelf) (err error) {
		n, err = index.DocCount()
		return err
	})
	return int(n), err
}

// IDs lists the ids of all documents as they are when it is asked.
func (e *Engine) IDs(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		var ids []string
		err := e.use(ctx, func(index *shelf) (err error) {
			ids, err = listIDs(index.Index)
			return err
		})
		if err != nil {
			yield("", fmt.Errorf("listing the index: %w", err))
			return
		}
		for _, id := range ids {
			if !yield(id, nil) {
				return
			}
		}
	}
}

func listIDs(index bleve.Index) (list []string, err error) {
	advanced, err := index.Advanced()
	if err != nil {
		return nil, err
	}
	reader, err := advanced.Reader()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, reader.Close()) }()
	ids, err := reader.DocIDReaderAll()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, ids.Close()) }()
	for {
		internal, err := ids.Next()
		if err != nil || internal == nil {
			return list, err
		}
		id, err := reader.ExternalID(internal)
		if err != nil {
			return nil, err
		}
		list = append(list, id)
	}
}

// Health is nil while the engine is open.
func (e *Engine) Health(ctx context.Context) error {
	return e.use(ctx, func(*shelf) error { return nil })
}

// Close waits for what is going on and lets the folder go.
func (e *Engine) Close() error {
	e.rebuilding.Lock()
	defer e.rebuilding.Unlock()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.live == nil {
		return nil
	}
	live := e.live
	e.live = nil
	return errors.Join(live.Close(), e.store.close())
}

// inBatches hands docs on, batchSize at once, and the rest at last, which may be none.
func inBatches(docs iter.Seq2[search.Document, error], write func([]search.Document) error) error {
	batch := make([]search.Document, 0, batchSize)
	for d, err := range docs {
		if err != nil {
			return err
		}
		if batch = append(batch, d); len(batch) < batchSize {
			continue
		}
		if err := write(batch); err != nil {
			return err
		}
		batch = batch[:0]
	}
	return write(batch)
}

// add writes documents to an index.
func add(ctx context.Context, index bleve.Index, lexicon *text.Lexicon, docs []search.Document) error {
	batch := index.NewBatch()
	for _, d := range docs {
		if err := d.Validate(); err != nil {
			return err
		}
		if err := batch.Index(d.ID, fields(terms.Of(lexicon, d))); err != nil {
			return fmt.Errorf("%w: %q: %w", search.ErrRefused, d.ID, err)
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := index.Batch(batch); err != nil {
		return fmt.Errorf("writing to the index: %w", err)
	}
	return nil
}
