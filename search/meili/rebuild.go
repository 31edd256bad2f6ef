package meili

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/meilisearch/meilisearch-go"

	"github.com/souk-taawon/souk/search"
)

// Rebuild fills a new index and swaps the two.
func (e *Engine) Rebuild(ctx context.Context, docs iter.Seq2[search.Document, error]) (err error) {
	if err := e.writable(ctx); err != nil {
		return err
	}
	next := e.index + rebuildMark + rand.Text()
	// After the swap the old documents are under this name.
	defer func() { err = errors.Join(err, e.remove(context.WithoutCancel(ctx), next)) }()
	if err := e.create(ctx, next); err != nil {
		return err
	}
	sent, err := e.send(ctx, next, docs)
	if err != nil {
		return err
	}
	if err := e.complete(ctx, next, sent); err != nil {
		return err
	}
	return e.swap(ctx, next)
}

// swap lets the index that was filled answer. The server shows the task of a swap to no key that is for some
// indexes only; but the time when an index was made goes with it to its new name.
func (e *Engine) swap(ctx context.Context, next string) error {
	filled, err := e.client.GetIndexWithContext(ctx, next)
	if err != nil {
		return failed(ctx, err)
	}
	if _, err := e.client.SwapIndexesWithContext(ctx, []*meilisearch.SwapIndexesParams{{Indexes: []string{e.index, next}}}); err != nil {
		return e.failed(ctx, err)
	}
	for pause := firstPause; ; pause = longer(pause) {
		live, err := e.client.GetIndexWithContext(ctx, e.index)
		if err != nil {
			return e.failed(ctx, err)
		}
		if live.CreatedAt.Equal(filled.CreatedAt) {
			return nil
		}
		select {
		case <-ctx.Done():
			return failed(ctx, ctx.Err())
		case <-time.After(pause):
		}
	}
}

// complete tells whether a rebuilt index is what it should be. If the database was silent for so long that
// another program took the rebuild for abandoned, the server has made a new index of the rest.
func (e *Engine) complete(ctx context.Context, uid string, documents int) error {
	present, err := e.client.Index(uid).GetSettingsWithContext(ctx)
	if err != nil {
		return failed(ctx, err)
	}
	differ, err := differs(settings(), present)
	if err != nil {
		return err
	}
	stats, err := e.client.Index(uid).GetStatsWithContext(ctx, &meilisearch.StatsParams{})
	if err != nil {
		return failed(ctx, err)
	}
	if differ || int(stats.NumberOfDocuments) != documents {
		return fmt.Errorf("%w: the new index was removed while it was filled", search.ErrUnavailable)
	}
	return nil
}

func (e *Engine) remove(ctx context.Context, uid string) error {
	ctx, cancel := context.WithTimeout(ctx, writeWait)
	defer cancel()
	task, err := e.client.DeleteIndexWithContext(ctx, uid)
	if err != nil {
		return e.failed(ctx, err)
	}
	if err := e.wait(ctx, task); err != nil && codeOfTask(err) != "index_not_found" {
		return err
	}
	return nil
}

// writable is prepare, and asks whether the index is still there: a server that has lost it would make
// another with settings of its own as soon as it is given a document. The error is ErrRebuilding while a
// rebuild is under way, of this program or another.
func (e *Engine) writable(ctx context.Context) error {
	if err := e.prepare(ctx); err != nil {
		return err
	}
	list, err := e.client.ListIndexesWithContext(ctx, &meilisearch.IndexesQuery{Limit: maxIndexes})
	if err != nil {
		return e.failed(ctx, err)
	}
	there := false
	for _, index := range list.Results {
		there = there || index.UID == e.index
		if !strings.HasPrefix(index.UID, e.index+rebuildMark) {
			continue
		}
		abandoned, err := e.isAbandoned(ctx, index)
		if err != nil {
			return err
		}
		if !abandoned {
			return search.ErrRebuilding
		}
		if err := e.remove(ctx, index.UID); err != nil {
			return err
		}
	}
	if !there {
		return e.lost()
	}
	return nil
}

const (
	rebuildMark = "_rebuild_"
	maxIndexes  = 1_000
	// idleRebuild is how long a rebuild may give the server nothing to do before it counts as left behind
	// by a program that was killed.
	idleRebuild = 30 * time.Second
)

func (e *Engine) isAbandoned(ctx context.Context, index *meilisearch.IndexResult) (bool, error) {
	if time.Since(index.UpdatedAt) < idleRebuild {
		return false, nil
	}
	tasks, err := e.client.GetTasksWithContext(ctx, &meilisearch.TasksQuery{
		IndexUIDS: []string{index.UID}, Limit: 1,
		Statuses: []meilisearch.TaskStatus{meilisearch.TaskStatusEnqueued, meilisearch.TaskStatusProcessing},
	})
	if err != nil {
		return false, e.failed(ctx, err)
	}
	return len(tasks.Results) == 0, nil
}
