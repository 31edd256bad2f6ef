package transfer

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/text"
	"github.com/souk-taawon/souk/internal/upload/sheet"
)

// The states of a statement.
const (
	AskedColumns = "columns" // nobody knows yet which column is what
	Read         = "read"    // and compared; nothing is booked but what somebody assigned
	Booking      = "booking" // what was matched, by a job
	Discarded    = "discarded"
)

// MaxLines is how many lines a file of the bank's may have; it may be as large as sheet.MaxBytes.
const MaxLines = 50_000

// Errors of files of the bank's, apart from what package sheet refuses.
var (
	ErrNoLines   = fault.New(fault.Invalid, "transfer.no_lines")
	ErrNoColumns = fault.New(fault.Invalid, "transfer.no_columns")
)

// Statement is a file of the bank's, and how many of its lines are how far.
type Statement struct {
	ID       uuid.UUID
	Filename string
	State    string
	Headings pq.StringArray // of columns that are asked about, and the first rows below, one behind the other
	Width    int            // how many columns these are
	Unread   pq.StringArray // the first lines that could not be read
	Wrong    int            `db:"wrong_lines"` // how many these are
	Known    int            `db:"known_lines"` // that had come before
	Matched  int            `db:"matched_lines"`
	Asked    int            `db:"asked_lines"`
	Foreign  int            `db:"foreign_lines"` // not ours
	Aside    int            `db:"aside_lines"`
	Booked   int            `db:"booked_lines"`
	By       string         // whose file it is
	At       time.Time
}

// Lines is how many were read of it.
func (s Statement) Lines() int { return s.Matched + s.Asked + s.Foreign + s.Aside + s.Booked }

const statementColumns = `s.id, s.filename, s.state, s.headings, s.width, s.unread, s.wrong_lines, s.known_lines, s.matched_lines, s.asked_lines,
		       s.foreign_lines, s.aside_lines, s.booked_lines, coalesce(u.name, '') as by, s.created_at as at
		from transfer_statements s left join lateral (select name from people where id = s.user_id offset 0) u on true`

// Statements lists the files that came last.
func (s *Service) Statements(ctx context.Context, limit int) ([]Statement, error) {
	var found []Statement
	err := s.db.SelectContext(ctx, &found, `
		select `+statementColumns+` where s.state <> 'discarded' order by s.id desc limit $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("transfer: statements: %w", err)
	}
	return found, nil
}

// Statement gives a file; ErrNotFound.
func (s *Service) Statement(ctx context.Context, id uuid.UUID) (Statement, error) {
	var found Statement
	err := s.db.GetContext(ctx, &found, `select `+statementColumns+` where s.id = $1`, id)
	if postgres.NoRows(err) {
		return found, ErrNotFound
	}
	if err != nil {
		return found, fmt.Errorf("transfer: statement %s: %w", id, err)
	}
	return found, nil
}

// sampleRows is how many rows are shown to somebody who is asked what the columns are.
const sampleRows = 4

// ReadStatement reads a file of the bank's (CSV or XLSX, at most 8 MiB and MaxLines), compares its lines with what is
// waited for and keeps them; nothing is booked. If its headings do not say which column is what, the file is kept until
// ReadColumns says it. What cannot be used as a whole is a *fault.Error; gate.ErrBusy if another is being read.
func (s *Service) ReadStatement(ctx context.Context, filename string, r io.Reader, by actor.Actor) (uuid.UUID, error) {
	id := postgres.NewID()
	err := s.files.Do(ctx, by.User.String(), func() error {
		data, err := sheet.Read(r)
		if err != nil {
			return err
		}
		table, err := open(filename, data)
		if err != nil {
			return err
		}
		at := layoutOf(table.Heading.Cells)
		if !at.usable() {
			return s.askColumns(ctx, id, filename, data, table, by)
		}
		read, err := readLines(table, at, false)
		if err != nil {
			return err
		}
		return s.keep(ctx, id, filename, read, by)
	})
	return id, err
}

// open finds the headings of a file: those with the most columns that are known or, if none is, the widest row, which also
// tells the separator.
func open(filename string, data []byte) (*sheet.Sheet, error) {
	return sheet.Open(filename, data, "", func(cells []string) int { return len(layoutOf(cells))*(sheet.MaxCells+1) + len(cells) })
}

// askColumns keeps a file whose columns nobody knows.
func (s *Service) askColumns(ctx context.Context, id uuid.UUID, filename string, data []byte, table *sheet.Sheet, by actor.Actor) error {
	rows := [][]string{shown(table.Heading.Cells)}
	err := table.RowsUpTo(MaxLines, func(row sheet.Row) error {
		if rows = append(rows, shown(row.Cells)); len(rows) > sampleRows {
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return err
	}
	width := len(rows[0])
	if width < 2 {
		return ErrNoColumns
	}
	flat := make([]string, 0, len(rows)*width)
	for _, row := range rows {
		for i := range width {
			cell := ""
			if i < len(row) {
				cell = row[i]
			}
			flat = append(flat, cell)
		}
	}
	return postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, `
			insert into transfer_statements (id, filename, state, file, headings, width, user_id, created_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8)`,
			id, fileName(filename), AskedColumns, data, pq.Array(flat), width, by.UserID(), s.now())
		if err != nil {
			return fmt.Errorf("transfer: keep statement: %w", err)
		}
		return nil
	})
}

var errEnough = errors.New("enough rows")

// widest is how many columns are asked about.
const widest = 30

// shown are a row's cells, short enough to be shown.
func shown(cells []string) []string {
	short := make([]string, min(len(cells), widest))
	for i := range short {
		short[i] = text.Cut(text.Line(cells[i]), 40)
	}
	return short
}

func fileName(name string) string { return text.Cut(text.Line(name), 120) }

// lines is what was read of a file.
type lines struct {
	entries []entry
	unread  []string // the first of those that could not be read
	wrong   int
}

// unreadShown is how many of the lines that could not be read are told.
const unreadShown = 20

// readLines reads a file's lines. headed says that what stands above them may be a line too.
func readLines(table *sheet.Sheet, at layout, headed bool) (lines, error) {
	var m mark
	each := func(yield func(row sheet.Row) error) error {
		if headed {
			if err := yield(table.Heading); err != nil {
				return err
			}
		}
		return table.RowsUpTo(MaxLines, yield)
	}
	err := each(func(row sheet.Row) error {
		for _, c := range []Column{ColCredit, ColDebit, ColAmount} {
			m.learn(at.cell(row.Cells, c))
		}
		return nil
	})
	if err != nil {
		return lines{}, err
	}
	var read lines
	err = each(func(row sheet.Row) error {
		e, empty, ok := at.read(row.Line, row.Cells, m)
		switch {
		case !ok && headed && row.Line == table.Heading.Line: // they are headings after all
		case !ok:
			read.wrong++
			if len(read.unread) < unreadShown {
				read.unread = append(read.unread, fmt.Sprintf("%d: %s", row.Line, text.Cut(strings.Join(shown(row.Cells), " | "), 160)))
			}
		case !empty:
			read.entries = append(read.entries, e)
		}
		return nil
	})
	if err == nil && len(read.entries) == 0 {
		err = ErrNoLines
	}
	return read, err
}

// ReadColumns says which column of a kept file is what, by its number from 0, and reads it. Errors: ErrNotFound;
// ErrChanged, if it was read before; ErrNoColumns, if that is not enough; ErrNoLines.
func (s *Service) ReadColumns(ctx context.Context, id uuid.UUID, columns map[Column]int, by actor.Actor) error {
	return s.files.Do(ctx, by.User.String(), func() error {
		at := layout(columns)
		if !at.usable() {
			return ErrNoColumns
		}
		var kept struct {
			Filename string
			State    string
			File     []byte
		}
		err := s.db.GetContext(ctx, &kept, `select filename, state, file from transfer_statements where id = $1`, id)
		if postgres.NoRows(err) {
			return ErrNotFound
		}
		if err != nil {
			return fmt.Errorf("transfer: statement %s: %w", id, err)
		}
		if kept.State != AskedColumns {
			return ErrChanged
		}
		table, err := open(kept.Filename, kept.File)
		if err != nil {
			return err
		}
		read, err := readLines(table, at, true)
		if err != nil {
			return err
		}
		return s.keep(ctx, id, kept.Filename, read, by)
	})
}

// fingerprint names a line in whichever file it comes: by its day, its amount, the figures and letters of its texts but
// for those with accents, which a file may be encoded without, and which of several such lines of a day it is.
func (e entry) fingerprint(nth int) []byte {
	plain := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || unicode.Is(unicode.Arabic, r) {
				return r
			}
			return -1
		}, strings.ToLower(s))
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s|%d|%s|%s|%d", e.day.Format(time.DateOnly), e.amount, plain(e.label), plain(e.reference), nth))
	return sum[:]
}

// keep writes what was read of a file, each line that had not come before with whose it seems to be.
func (s *Service) keep(ctx context.Context, id uuid.UUID, filename string, read lines, by actor.Actor) error {
	found, err := s.match(ctx, id, read.entries)
	if err != nil {
		return err
	}
	return postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		result, err := tx.ExecContext(ctx, `
			insert into transfer_statements (id, filename, state, unread, wrong_lines, user_id, created_at)
			values ($1, $2, $3, coalesce($4::text[], '{}'), $5, $6, $7)
			on conflict (id) do update set state = excluded.state, file = null, headings = '{}', width = 0, unread = excluded.unread, wrong_lines = excluded.wrong_lines
			where transfer_statements.state = $8`,
			id, fileName(filename), Read, pq.Array(read.unread), read.wrong, by.UserID(), s.now(), AskedColumns)
		if err != nil {
			return fmt.Errorf("transfer: keep statement: %w", err)
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 { // two people said at once what its columns are
			return ErrChanged.Wrap(err)
		}
		if err := keepLines(ctx, tx, id, read.entries, found); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			update transfer_statements s set matched_lines = n.matched, asked_lines = n.asked, foreign_lines = n.foreigners, known_lines = $2 - n.lines
			from (
			    select count(*) as lines, count(*) filter (where state = 'matched') as matched, count(*) filter (where state = 'asked') as asked,
			           count(*) filter (where state = 'foreign') as foreigners
			    from transfer_lines where statement_id = $1
			) n
			where s.id = $1`, id, len(read.entries))
		if err != nil {
			return fmt.Errorf("transfer: count lines: %w", err)
		}
		return nil
	})
}

// keptAtOnce is how many lines one statement of SQL writes.
const keptAtOnce = 1000

func keepLines(ctx context.Context, tx *sqlx.Tx, statement uuid.UUID, entries []entry, found []match) error {
	nth := make(map[[sha256.Size]byte]int, len(entries))
	for from := 0; from < len(entries); from += keptAtOnce {
		n := min(keptAtOnce, len(entries)-from)
		var ids []uuid.UUID
		var numbers, amounts []int64
		var prints [][]byte
		var days, labels, references, states, doubts, candidates []string
		var whose []uuid.NullUUID
		for i, e := range entries[from : from+n] {
			alike := [sha256.Size]byte(e.fingerprint(0))
			nth[alike]++
			m := found[from+i]
			ids, numbers = append(ids, postgres.NewID()), append(numbers, int64(e.number))
			prints, days, amounts = append(prints, e.fingerprint(nth[alike])), append(days, e.day.Format(time.DateOnly)), append(amounts, int64(e.amount))
			labels, references = append(labels, e.label), append(references, e.reference)
			states, doubts, whose = append(states, string(m.state)), append(doubts, string(m.doubt)), append(whose, postgres.NullID(m.reference))
			written, err := pq.Array(m.candidates).Value()
			if err != nil {
				return fmt.Errorf("transfer: keep lines: %w", err)
			}
			if written == nil {
				written = "{}"
			}
			candidates = append(candidates, fmt.Sprint(written))
		}
		_, err := tx.ExecContext(ctx, `
			insert into transfer_lines (id, statement_id, number, fingerprint, day, amount_centimes, label, bank_reference, state, doubt, candidates, reference)
			select l.id, $1, l.number, l.fingerprint, l.day, l.amount, l.label, l.bank_reference, l.state, l.doubt, l.candidates::uuid[], l.reference
			from unnest($2::uuid[], $3::int[], $4::bytea[], $5::date[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::uuid[])
			    as l (id, number, fingerprint, day, amount, label, bank_reference, state, doubt, candidates, reference)
			on conflict on constraint transfer_lines_fingerprint_key do nothing`,
			statement, pq.Array(ids), pq.Array(numbers), pq.Array(prints), pq.Array(days), pq.Array(amounts), pq.Array(labels), pq.Array(references),
			pq.Array(states), pq.Array(doubts), pq.Array(candidates), pq.Array(whose))
		if err != nil {
			return fmt.Errorf("transfer: keep lines: %w", err)
		}
	}
	return nil
}

// Undecided are lines of a file that nobody has booked although their money seems to be waited for.
type Undecided struct {
	Lines  int64
	Amount money.Amount
}

const undecided = `
	select count(*) as lines, coalesce(sum(amount_centimes), 0) as amount from transfer_lines l
	where statement_id = $1 and state in ('matched', 'asked') and not exists (select from transfer_receipts where line_id = l.id)`

// Undecided is what discarding a file would throw away of money that came.
func (s *Service) Undecided(ctx context.Context, id uuid.UUID) (found Undecided, err error) {
	if err = s.db.GetContext(ctx, &found, undecided, id); err != nil {
		return found, fmt.Errorf("transfer: undecided lines of %s: %w", id, err)
	}
	return found, nil
}

// Discard throws away what nobody has booked of a file: its lines may come again. The file itself is kept if something
// of it is or was booked. seen is how many Undecided lines whoever says so was shown. Errors: ErrNotFound; ErrChanged, if
// there are more or fewer, or it is being booked.
func (s *Service) Discard(ctx context.Context, id uuid.UUID, seen int64) (kept bool, err error) {
	err = postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		var state string
		err := tx.GetContext(ctx, &state, `select state from transfer_statements where id = $1 for update`, id)
		if postgres.NoRows(err) {
			return ErrNotFound
		}
		var now Undecided
		if err == nil {
			err = tx.GetContext(ctx, &now, undecided, id)
		}
		if err != nil {
			return fmt.Errorf("transfer: discard %s: %w", id, err)
		}
		if state == Booking || now.Lines != seen {
			return ErrChanged
		}
		_, err = tx.ExecContext(ctx, `
			delete from transfer_lines l
			where statement_id = $1 and state <> 'booked' and not exists (select from transfer_receipts where line_id = l.id)`, id)
		if err == nil {
			err = tx.GetContext(ctx, &kept, `
				update transfer_statements set state = case when exists (select from transfer_lines where statement_id = $1) then state else $2 end,
				    file = null, headings = '{}', width = 0, unread = '{}', matched_lines = 0, foreign_lines = 0, aside_lines = 0,
				    asked_lines = (select count(*) from transfer_lines where statement_id = $1 and state = 'asked')
				where id = $1 returning state <> $2`, id, Discarded)
		}
		if err != nil {
			return fmt.Errorf("transfer: discard %s: %w", id, err)
		}
		return nil
	})
	return kept, err
}
