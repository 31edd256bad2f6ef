package meili

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/meilisearch/meilisearch-go"

	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/search/internal/terms"
	"github.com/souk-taawon/souk/search/text"
)

// Engine is a search.Engine that asks one Meilisearch server.
type Engine struct {
	lexicon   *text.Lexicon
	client    meilisearch.ServiceManager
	transport *http.Transport
	index     string // its uid
	breaker   breaker

	ready     atomic.Bool   // the index was there with its settings when the server was last asked
	preparing chan struct{} // holds one while somebody asks; the others wait no longer than they want to
}

var _ search.Engine = (*Engine)(nil)

const (
	searchWait = 2 * time.Second
	writeWait  = time.Minute // for any one request: documents to be taken, not to be indexed
	batchSize  = 5_000       // documents in a request, some 10 MB
)

// Actions are what an engine does to indexes whose names begin with its own, in the words of Meilisearch's keys.
func Actions() []string {
	return []string{
		"search", "documents.add", "documents.get", "documents.delete",
		"indexes.create", "indexes.get", "indexes.delete", "indexes.swap",
		"settings.get", "settings.update", "stats.get", "tasks.get",
	}
}

// New makes an engine that asks the server at url with the given key and keeps its documents, in the words of
// lexicon, in an index whose name begins with index. The server is not asked yet, and need not be there.
func New(url, key, index string, lexicon *text.Lexicon) *Engine {
	// Without compression: the server's compressed answers stall for 40 ms on a kept connection. Without
	// the client's retries: they send an empty body.
	transport := &http.Transport{
		DisableCompression:  true,
		MaxIdleConnsPerHost: 64,
		IdleConnTimeout:     time.Minute,
		DialContext:         (&net.Dialer{Timeout: searchWait}).DialContext,
	}
	return &Engine{
		lexicon: lexicon,
		client: meilisearch.New(strings.TrimRight(url, "/"), meilisearch.WithAPIKey(key), meilisearch.DisableRetries(),
			meilisearch.WithCustomClient(&http.Client{Transport: transport, Timeout: writeWait, CheckRedirect: stay})),
		transport: transport,
		preparing: make(chan struct{}, 1),
		index:     fmt.Sprintf("%s_v%d", index, search.Schema),
		breaker:   breaker{now: time.Now},
	}
}

// stay follows no redirect: the key goes to the server that it is for, and to no other.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Name is "meilisearch".
func (e *Engine) Name() string { return "meilisearch" }

// prepare sees to it that the index is there with its settings. It asks the server once, and again when
// the server has turned out to have lost it.
func (e *Engine) prepare(ctx context.Context) error {
	if e.ready.Load() {
		return nil
	}
	select {
	case e.preparing <- struct{}{}:
		defer func() { <-e.preparing }()
	case <-ctx.Done():
		return failed(ctx, ctx.Err())
	}
	if e.ready.Load() {
		return nil
	}
	present, err := e.client.Index(e.index).GetSettingsWithContext(ctx)
	switch {
	case codeOf(err) == "index_not_found":
		if err := e.create(ctx, e.index); err != nil {
			return err
		}
	case err != nil:
		return failed(ctx, err)
	default:
		differ, err := differs(settings(), present)
		if err != nil {
			return err
		}
		if differ {
			// Not waited for: the index goes on answering as it is while the server works it over.
			if _, err := e.client.Index(e.index).UpdateSettingsWithContext(ctx, settings()); err != nil {
				return failed(ctx, err)
			}
		}
	}
	e.ready.Store(true)
	return nil
}

// create makes an empty index.
func (e *Engine) create(ctx context.Context, uid string) error {
	created, err := e.client.CreateIndexWithContext(ctx, &meilisearch.IndexConfig{Uid: uid, PrimaryKey: terms.ID})
	if err != nil {
		return failed(ctx, err)
	}
	set, err := e.client.Index(uid).UpdateSettingsWithContext(ctx, settings())
	if err != nil {
		return failed(ctx, err)
	}
	// Another instance may have made it in the meantime.
	if err := e.wait(ctx, created); err != nil && codeOfTask(err) != "index_already_exists" {
		return err
	}
	return e.wait(ctx, set)
}

// Put adds or replaces documents.
func (e *Engine) Put(ctx context.Context, docs iter.Seq2[search.Document, error]) error {
	if err := e.writable(ctx); err != nil {
		return err
	}
	_, err := e.send(ctx, e.index, docs)
	return err
}

// Delete removes documents.
func (e *Engine) Delete(ctx context.Context, ids []string) error {
	if err := e.writable(ctx); err != nil {
		return err
	}
	if len(ids) == 0 {
		return nil
	}
	task, err := e.client.Index(e.index).DeleteDocumentsWithContext(ctx, ids, nil)
	if err != nil {
		return e.failed(ctx, err)
	}
	return e.wait(ctx, task)
}

// Count is how many documents there are.
func (e *Engine) Count(ctx context.Context) (int, error) {
	if err := e.prepare(ctx); err != nil {
		return 0, err
	}
	stats, err := e.client.Index(e.index).GetStatsWithContext(ctx, &meilisearch.StatsParams{})
	if err != nil {
		return 0, e.failed(ctx, err)
	}
	return int(stats.NumberOfDocuments), nil
}

// IDs lists the ids of all documents.
func (e *Engine) IDs(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		if err := e.prepare(ctx); err != nil {
			yield("", err)
			return
		}
		for offset := int64(0); ; offset += batchSize {
			var page meilisearch.DocumentsResult
			query := &meilisearch.DocumentsQuery{Offset: offset, Limit: batchSize, Fields: []string{terms.ID}}
			if err := e.client.Index(e.index).GetDocumentsWithContext(ctx, query, &page); err != nil {
				yield("", e.failed(ctx, err))
				return
			}
			for _, hit := range page.Results {
				id, err := idOf(hit)
				if !yield(id, err) || err != nil {
					return
				}
			}
			if len(page.Results) < batchSize {
				return
			}
		}
	}
}

// Health is nil if the server answers, to our key.
func (e *Engine) Health(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, searchWait)
	defer cancel()
	if err := e.prepare(ctx); err != nil {
		return err
	}
	if _, err := e.client.GetIndexWithContext(ctx, e.index); err != nil {
		return e.failed(ctx, err)
	}
	return nil
}

// Close lets the connections go. The server goes on.
func (e *Engine) Close() error {
	e.transport.CloseIdleConnections()
	return nil
}

func idOf(hit meilisearch.Hit) (string, error) { return textOf(hit, terms.ID) }

func textOf(hit meilisearch.Hit, field string) (string, error) {
	var value string
	if err := json.Unmarshal(hit[field], &value); err != nil {
		return "", fmt.Errorf("reading the %s of a hit: %w", field, err)
	}
	return value, nil
}

// send puts documents into an index, batchSize in a request, and tells how many. The server is not waited for
// before all are there: it takes several requests at once, which is several times faster.
func (e *Engine) send(ctx context.Context, uid string, docs iter.Seq2[search.Document, error]) (sent int, err error) {
	var tasks []*meilisearch.TaskInfo
	batch := make([]terms.Entry, 0, batchSize)
	request := func() error {
		if len(batch) == 0 {
			return nil
		}
		key := terms.ID
		task, err := e.client.Index(uid).AddDocumentsWithContext(ctx, batch, &meilisearch.DocumentOptions{PrimaryKey: &key})
		if err != nil {
			return e.failed(ctx, err)
		}
		sent += len(batch)
		tasks, batch = append(tasks, task), batch[:0]
		return nil
	}
	for d, err := range docs {
		if err == nil {
			err = d.Validate()
		}
		if err != nil {
			return sent, err
		}
		if batch = append(batch, terms.Of(e.lexicon, d)); len(batch) < batchSize {
			continue
		}
		if err := request(); err != nil {
			return sent, err
		}
	}
	if err := request(); err != nil {
		return sent, err
	}
	batch = nil // while the server works
	for _, task := range tasks {
		if err := e.wait(ctx, task); err != nil {
			return sent, err
		}
	}
	return sent, ctx.Err()
}
