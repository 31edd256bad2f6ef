package picture

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/postgres"
)

// How long what nobody sees of pictures is kept.
const (
	waits  = 7 * 24 * time.Hour  // for its copies; then it has been forgotten
	unseen = 30 * 24 * time.Hour // once another is shown in its place
)

// cleanAtOnce is how many pictures are looked at between two commits.
const cleanAtOnce = 200

// CleanArgs is the periodic job that clears what is left of pictures: originals whose copies are
// made, and pictures that neither a product nor a cooperative shows any more.
type CleanArgs struct{}

// Kind names the job.
func (CleanArgs) Kind() string { return "catalog.clean_pictures" }

// CleanWorker works CleanArgs.
type CleanWorker struct {
	river.WorkerDefaults[CleanArgs]
	Pictures *Service
}

// Work clears until nothing is left to clear.
func (w *CleanWorker) Work(ctx context.Context, _ *river.Job[CleanArgs]) error {
	s := w.Pictures
	if _, err := s.db.ExecContext(ctx, `
		update pictures set state = 'refused' where state = 'waiting' and created_at < $1`, s.now().Add(-waits)); err != nil {
		return fmt.Errorf("clean pictures: %w", err)
	}
	if err := postgres.InBatches(ctx, s.dropOriginals, s.dropUnseen); err != nil {
		return fmt.Errorf("clean pictures: %w", err)
	}
	return nil
}

// dropOriginals deletes some originals whose copies are made, or never will be, and says how many.
func (s *Service) dropOriginals(ctx context.Context) (int, error) {
	var list []struct {
		ID  uuid.UUID
		Key string `db:"original_key"`
	}
	if err := s.db.SelectContext(ctx, &list, `
		select id, original_key from pictures
		where original_key <> '' and state <> 'waiting'
		order by created_at limit $1`, cleanAtOnce); err != nil {
		return 0, err
	}
	for _, p := range list {
		if err := s.dropOriginal(ctx, p.ID, p.Key); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}

// dropOriginal deletes the file first: one that is forgotten before it is deleted would lie there for ever.
func (s *Service) dropOriginal(ctx context.Context, id uuid.UUID, key string) error {
	if err := dropFile(ctx, s.blobs, key); err != nil {
		return err
	}
	if _, err := s.db.ExecContext(ctx, `update pictures set original_key = '' where id = $1`, id); err != nil {
		return fmt.Errorf("original of picture %s: %w", id, err)
	}
	return nil
}

// dropUnseen deletes some pictures that nobody shows, and says how many.
func (s *Service) dropUnseen(ctx context.Context) (int, error) {
	var ids []string
	if err := s.db.SelectContext(ctx, &ids, `
		select i.id from pictures i
		where i.created_at < $1 and i.state <> 'waiting' and i.original_key = ''
		  and not exists (select from goods p where p.id = i.product_id and p.picture_id = i.id)
		  and not exists (select from sellers c where c.id = i.cooperative_id and c.picture_id = i.id)
		order by i.created_at limit $2`, s.now().Add(-unseen), cleanAtOnce); err != nil {
		return 0, err
	}
	for _, id := range ids {
		for _, width := range Widths {
			if err := dropFile(ctx, s.blobs, copyKey(uuid.MustParse(id), width)); err != nil {
				return 0, err
			}
		}
	}
	if _, err := s.db.ExecContext(ctx, `
		delete from pictures i where i.id = any($1::uuid[])
		  and not exists (select from goods p where p.id = i.product_id and p.picture_id = i.id)
		  and not exists (select from sellers c where c.id = i.cooperative_id and c.picture_id = i.id)`, pq.Array(ids)); err != nil {
		return 0, err
	}
	return len(ids), nil
}
