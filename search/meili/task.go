package meili

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/meilisearch/meilisearch-go"

	"github.com/souk-taawon/souk/search"
)

// taskError is how a task of the server ended when it did not succeed.
type taskError struct{ code, message string }

func (e *taskError) Error() string { return fmt.Sprintf("%s (%s)", e.message, e.code) }

// wait waits until the server has done a task and tells how it ended: the client's own wait returns no
// error for a task that failed. The ctx bounds the waiting.
func (e *Engine) wait(ctx context.Context, info *meilisearch.TaskInfo) error {
	for pause := firstPause; ; pause = longer(pause) {
		task, err := e.client.GetTaskWithContext(ctx, info.TaskUID)
		if err != nil {
			return failed(ctx, err)
		}
		switch task.Status {
		case meilisearch.TaskStatusSucceeded:
			return nil
		case meilisearch.TaskStatusFailed, meilisearch.TaskStatusCanceled:
			err := &taskError{task.Error.Code, task.Error.Message}
			if task.Error.Type == "invalid_request" {
				return fmt.Errorf("%w: %w", search.ErrRefused, err)
			}
			return fmt.Errorf("meilisearch could not do task %d, %s: %w", info.TaskUID, task.Type, err)
		}
		select {
		case <-ctx.Done():
			return failed(ctx, ctx.Err())
		case <-time.After(pause):
		}
	}
}

// firstPause is how long the server is left alone before it is asked what has become of something.
const firstPause = 2 * time.Millisecond

func longer(pause time.Duration) time.Duration { return min(pause*3/2, 250*time.Millisecond) }

func codeOfTask(err error) string {
	var t *taskError
	if errors.As(err, &t) {
		return t.code
	}
	return ""
}

// codeOf is the server's word for what is wrong with a request; empty if it did not answer.
func codeOf(err error) string {
	var e *meilisearch.Error
	if errors.As(err, &e) {
		return e.MeilisearchApiError.Code
	}
	return ""
}

// failed is failed, and remembers if it is that the index is gone: somebody has emptied the server.
func (e *Engine) failed(ctx context.Context, err error) error {
	if codeOf(err) != "index_not_found" {
		return failed(ctx, err)
	}
	return e.lost()
}

// lost has the index made again when the server is next asked.
func (e *Engine) lost() error {
	e.ready.Store(false)
	return fmt.Errorf("%w: it has lost the index %s", search.ErrUnavailable, e.index)
}

// failed is the error of a request in the words of package search.
func failed(ctx context.Context, err error) error {
	if cause := ctx.Err(); errors.Is(cause, context.Canceled) {
		return cause
	}
	var e *meilisearch.Error
	if errors.As(err, &e) {
		switch {
		case e.StatusCode == 0 || e.StatusCode >= 500 || e.StatusCode == http.StatusTooManyRequests:
		case e.StatusCode == http.StatusUnauthorized || e.StatusCode == http.StatusForbidden:
			return fmt.Errorf("%w: it does not accept the key: %s", search.ErrUnavailable, e.MeilisearchApiError.Message)
		default:
			return fmt.Errorf("meilisearch: %s (%s)", e.MeilisearchApiError.Message, e.MeilisearchApiError.Code)
		}
	}
	return fmt.Errorf("%w: %w", search.ErrUnavailable, err)
}
