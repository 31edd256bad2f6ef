package upload

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/postgres"
)

// storedRow is a row of an upload as it is kept. What became of it once applied stands beside what was
// compared, which stays as it was.
type storedRow struct {
	Number    int
	Kind      Kind
	Rank      int
	ProductID *uuid.UUID `db:"product_id"`
	Outcome   string
	SKU       string
	State     string
	Row       []byte
}

// rank is how far up a row stands on the page: mistakes first, then what may be one.
func (row Row) rank() int {
	switch {
	case row.Kind == KindWrong || row.Outcome == OutcomeMeanwhile:
		return 0
	case row.Doubtful():
		return 1
	case row.Kind == KindChanged:
		return 2
	}
	return 3
}

// Doubtful reports whether a row is asked about something that moved so much that it may be a slip, until it is answered.
func (row Row) Doubtful() bool { return slices.ContainsFunc(row.Notes, RowError.Asks) }

// store makes a row fit to be kept. Which categories there are is not kept with each row that lacks one.
func store(number int, row Row) (storedRow, error) {
	row.Errors, row.Notes = withChoices(row.Errors, &cellError{}), withChoices(row.Notes, &cellError{})
	text, err := json.Marshal(row)
	if err != nil {
		return storedRow{}, fmt.Errorf("encode row: %w", err)
	}
	return storedRow{Number: number, Kind: row.Kind, Rank: row.rank(), ProductID: row.ProductID, Outcome: row.Outcome, Row: text}, nil
}

// eachStored yields rows of an upload one by one; rest narrows and orders them, with parameters from $2
// on. The transaction must not be asked anything else meanwhile.
func eachStored(ctx context.Context, q sqlx.QueryerContext, id uuid.UUID, rest string, yield func(r storedRow) error, args ...any) (err error) {
	rows, err := q.QueryxContext(ctx, `
		select number, kind, rank, product_id, outcome, sku, state, row from upload_rows where upload_id = $1 `+rest,
		append([]any{id}, args...)...)
	if err != nil {
		return fmt.Errorf("upload rows: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var r storedRow
		if err := rows.StructScan(&r); err != nil {
			return fmt.Errorf("upload row: %w", err)
		}
		if err := yield(r); err != nil {
			return err
		}
	}
	return rows.Err()
}

// eachRow is eachStored with each row as it is now.
func eachRow(ctx context.Context, q sqlx.QueryerContext, id uuid.UUID, rest string, yield func(r storedRow, row Row) error, args ...any) error {
	return eachStored(ctx, q, id, rest, func(r storedRow) error {
		var row Row
		if err := json.Unmarshal(r.Row, &row); err != nil {
			return fmt.Errorf("upload row %d: %w", r.Number, err)
		}
		if row.Outcome = r.Outcome; r.Outcome == OutcomeApplied {
			row.ProductID, row.SKU, row.State = r.ProductID, r.SKU, r.State
		}
		return yield(r, row)
	}, args...)
}

// withChoices puts the categories that there are into what is said of rows that lack one.
func withChoices(list []RowError, choices *cellError) []RowError {
	for i, e := range list {
		if e.Message.Key == chooseCategory {
			list = slices.Clone(list)
			list[i].Message.Args, list[i].Suggestions = choices.message.Args, choices.suggestions
		}
	}
	return list
}

// fill compares a file's rows and writes them, one at a time, and then the upload's summary.
func (u *Upload) fill(ctx context.Context, tx *sqlx.Tx, c *comparer, f *file) error {
	if err := cmp.Or(u.copyRows(ctx, tx, c, f), c.failed); err != nil {
		return err
	}
	u.Summary.Missing = c.missing()
	if u.Summary.Encoding != "" { // it may have to be read again
		if _, err := tx.ExecContext(ctx, `update uploads set file = $2 where id = $1`, u.ID, f.data); err != nil {
			return fmt.Errorf("keep file: %w", err)
		}
		u.written += len(f.data)
	}
	return u.save(ctx, tx)
}

func (u *Upload) copyRows(ctx context.Context, tx *sqlx.Tx, c *comparer, f *file) (err error) {
	rows, err := tx.PrepareContext(ctx, `copy upload_rows (upload_id, number, kind, rank, product_id, row) from stdin`)
	if err != nil {
		return fmt.Errorf("copy rows: %w", err)
	}
	defer func() {
		if e := rows.Close(); err == nil && e != nil {
			err = fmt.Errorf("copy rows: close: %w", e)
		}
	}()
	number := 0
	err = f.rows(func(line int, values map[string]string) error {
		row, _ := c.row(line, values)
		u.Summary.count(row)
		number++
		r, err := store(number, row)
		if err != nil {
			return err
		}
		u.written += len(r.Row)
		if _, err := rows.ExecContext(ctx, u.ID, r.Number, string(r.Kind), r.Rank, r.ProductID, string(r.Row)); err != nil {
			return fmt.Errorf("copy rows: %w", err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if _, err := rows.ExecContext(ctx); err != nil { // an empty row ends the copy and reports its errors
		return fmt.Errorf("copy rows: end: %w", err)
	}
	return nil
}

// alterRows writes rows again that came out otherwise.
func alterRows(ctx context.Context, tx *sqlx.Tx, id uuid.UUID, list []storedRow) error {
	const atOnce = 1000
	for len(list) > 0 {
		part := list[:min(len(list), atOnce)]
		list = list[len(part):]
		numbers, ranks := make([]int64, len(part)), make([]int64, len(part))
		kinds, outcomes, rows := make([]string, len(part)), make([]string, len(part)), make([]string, len(part))
		products := make([]*string, len(part))
		for i, r := range part {
			numbers[i], ranks[i], kinds[i], outcomes[i], rows[i] = int64(r.Number), int64(r.Rank), string(r.Kind), r.Outcome, string(r.Row)
			if r.ProductID != nil {
				text := r.ProductID.String()
				products[i] = &text
			}
		}
		if _, err := tx.ExecContext(ctx, `
			update upload_rows r
			set kind = n.kind, rank = n.rank, product_id = n.product_id, outcome = n.outcome, row = n.row::json
			from unnest($2::int[], $3::text[], $4::int[], $5::uuid[], $6::text[], $7::text[]) as n (number, kind, rank, product_id, outcome, row)
			where r.upload_id = $1 and r.number = n.number`,
			id, pq.Array(numbers), pq.Array(kinds), pq.Array(ranks), pq.Array(products), pq.Array(outcomes), pq.Array(rows)); err != nil {
			return fmt.Errorf("alter rows: %w", err)
		}
	}
	return nil
}

// save writes an upload's state and summary, and counts what was written of it.
func (u Upload) save(ctx context.Context, tx *sqlx.Tx) error {
	summary, err := json.Marshal(u.Summary)
	if err != nil {
		return fmt.Errorf("encode upload: %w", err)
	}
	if _, err := tx.ExecContext(ctx, `
		update uploads set state = $2, summary = $3, applied_at = $4, written = written + $5, version = $6,
		    file = case when $2 in ('previewed', 'applying') then file end
		where id = $1`, u.ID, u.State, summary, u.AppliedAt, u.written, u.Version); err != nil {
		return fmt.Errorf("save upload: %w", err)
	}
	return nil
}

// readUpload reads an upload without its rows.
func readUpload(ctx context.Context, q sqlx.QueryerContext, coopID, id uuid.UUID, lock string) (Upload, error) {
	var u Upload
	var summary []byte
	err := q.QueryRowxContext(ctx, `
		select id, filename, state, summary, created_at, applied_at, version
		from uploads
		where id = $1 and cooperative_id = $2 `+lock, id, coopID).
		Scan(&u.ID, &u.Filename, &u.State, &summary, &u.CreatedAt, &u.AppliedAt, &u.Version)
	if postgres.NoRows(err) {
		return Upload{}, ErrNotFound
	}
	if err != nil {
		return Upload{}, fmt.Errorf("upload: %w", err)
	}
	if err := json.Unmarshal(summary, &u.Summary); err != nil {
		return Upload{}, fmt.Errorf("upload summary: %w", err)
	}
	return u, nil
}

// Get reads one of a cooperative's own uploads with all its rows, in the file's order;
// ErrNotFound if it is another's.
func (s *Service) Get(ctx context.Context, coopID, id uuid.UUID) (Upload, error) {
	return s.with(ctx, coopID, id, `order by number`)
}

// Page is Get with no more than limit rows: those of that kind, or all that differ, mistakes
// first.
func (s *Service) Page(ctx context.Context, coopID, id uuid.UUID, kind Kind, limit int) (Upload, error) {
	return s.with(ctx, coopID, id, `
		and kind <> 'unchanged' and ($2 = '' or kind = $2)
		order by rank, number limit $3`, string(kind), limit)
}

// Left is Get with no more than limit rows: those that were not, or will not be, written.
func (s *Service) Left(ctx context.Context, coopID, id uuid.UUID, limit int) (Upload, error) {
	return s.with(ctx, coopID, id, `
		and kind <> 'unchanged' and (kind = 'wrong' or outcome = 'meanwhile')
		order by number limit $2`, limit)
}

func (s *Service) with(ctx context.Context, coopID, id uuid.UUID, rest string, args ...any) (Upload, error) {
	u, err := readUpload(ctx, s.db, coopID, id, "")
	if err != nil {
		return Upload{}, err
	}
	categories, err := s.catalog.Categories(ctx)
	if err != nil {
		return Upload{}, err
	}
	choices := chooseFrom(categories)
	err = eachRow(ctx, s.db, id, rest, func(_ storedRow, row Row) error {
		row.Errors, row.Notes = withChoices(row.Errors, choices), withChoices(row.Notes, choices)
		u.Rows = append(u.Rows, row)
		return nil
	}, args...)
	return u, err
}
