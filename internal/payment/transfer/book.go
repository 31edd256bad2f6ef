package transfer

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/postgres"
)

// Book has the lines of a file that are matched booked, by a job. seen is how many these were for whoever says so. Errors:
// ErrNotFound; ErrChanged, if there are more or fewer, or it is under way.
func (s *Service) Book(ctx context.Context, id uuid.UUID, seen int64, by actor.Actor) error {
	return postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		var now struct {
			State   string
			Matched int64 `db:"matched_lines"`
		}
		err := tx.GetContext(ctx, &now, `select state, matched_lines from transfer_statements where id = $1 for update`, id)
		if postgres.NoRows(err) {
			return ErrNotFound
		}
		if err != nil {
			return fmt.Errorf("transfer: book %s: %w", id, err)
		}
		if now.State != Read || now.Matched == 0 || now.Matched != seen {
			return ErrChanged
		}
		if _, err := tx.ExecContext(ctx, `update transfer_statements set state = $2 where id = $1`, id, Booking); err != nil {
			return fmt.Errorf("transfer: book %s: %w", id, err)
		}
		return s.jobs.InsertTx(ctx, tx, BookArgs{StatementID: id, UserID: by.User}, nil)
	})
}

// BookArgs is the job that books the lines of a file that are matched.
type BookArgs struct {
	StatementID uuid.UUID `json:"statement_id"`
	UserID      uuid.UUID `json:"user_id"` // in whose name
}

// Kind names the job.
func (BookArgs) Kind() string { return "transfer_book" }

// BookWorker works BookArgs.
type BookWorker struct {
	river.WorkerDefaults[BookArgs]
	Transfers *Service
}

// bookedAtOnce is how many lines are looked at between two questions for more.
const bookedAtOnce = 100

// Work books line by line, each in a transaction of its own, so that whenever it is ended nothing is booked twice or
// half, and the next attempt goes on.
func (w *BookWorker) Work(ctx context.Context, j *river.Job[BookArgs]) error {
	s := w.Transfers
	for {
		page, err := s.List(ctx, j.Args.StatementID, Matched, nil, bookedAtOnce)
		if err != nil {
			return err
		}
		for _, l := range page.Lines {
			err := s.book(ctx, l, actor.OfAssociation(j.Args.UserID))
			if err != nil && !errors.Is(err, ErrChanged) { // somebody else assigned it meanwhile
				return err
			}
		}
		if len(page.Lines) == 0 {
			break
		}
	}
	_, err := s.db.ExecContext(ctx, `
		update transfer_statements set state = $2 where id = $1 and state = $3`, j.Args.StatementID, Read, Booking)
	if err != nil {
		return fmt.Errorf("transfer: booked %s: %w", j.Args.StatementID, err)
	}
	return nil
}

// book books a matched line, unless its money was taken since it was read, as somebody entered it by hand or another file
// has it: people are asked about it then. What is more than has to be paid meanwhile came all the same, and goes back.
// ErrChanged, if it was changed.
func (s *Service) book(ctx context.Context, l Line, by actor.Actor) error {
	reference := l.Reference.UUID
	return postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		if err := s.payments.Payee.LockTx(ctx, tx, reference); err != nil {
			return err
		}
		known := make(map[uuid.UUID]*expected)
		if err := expect(ctx, tx, []uuid.UUID{reference}, l.Statement, known); err != nil {
			return err
		}
		doubt := known[reference].taken(l.Amount, l.Day)
		if doubt == "" {
			return s.assignTx(ctx, tx, l.ID, reference, l.Version, by)
		}
		now, err := lockLine(ctx, tx, l.ID)
		if err != nil {
			return err
		}
		if now.Version != l.Version {
			return ErrChanged
		}
		now.Candidates = uuids{reference}
		return now.setTx(ctx, tx, Asked, doubt, uuid.Nil)
	})
}
