package upload

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/table"
	"github.com/souk-taawon/souk/internal/text"
	"github.com/souk-taawon/souk/internal/upload/sheet"
)

// The states of an upload.
const (
	Previewed = "previewed"
	Applying  = "applying" // by a job, see StartApply
	Applied   = "applied"
	Discarded = "discarded"
)

// Upload is a catalogue file as it was read and compared with what was there.
type Upload struct {
	ID        uuid.UUID
	Filename  string
	State     string
	Rows      []Row // only where they were asked for: see Get and Page
	Summary   Summary
	CreatedAt time.Time
	AppliedAt *time.Time
	Version   int // how often it was repaired or read again

	written int // bytes of its rows and file, since it was read
}

// Summary counts an upload's rows.
type Summary struct {
	New         int `json:"new"`
	Changed     int `json:"changed"`
	Unchanged   int `json:"unchanged"`
	Wrong       int `json:"wrong"`
	Applied     int `json:"applied"`                // once applied: new and changed rows that were written
	Meanwhile   int `json:"meanwhile"`              // once applied: rows left alone, since the product had changed elsewhere
	Doubtful    int `json:"doubtful"`               // of the new and the changed ones: rows that are asked whether what jumps is meant
	DoubtfulNew int `json:"doubtful_new,omitempty"` // of those, the new ones
	Missing     int `json:"missing"`                // products that the file does not name; they stay as they are
	Drafts      int `json:"drafts"`                 // once applied: of those that were written, products that only their cooperative sees
	Archived    int `json:"archived"`               // once applied: of those that were written, products that are no longer made

	Failed *fault.Message `json:"failed,omitempty"` // why a job could not apply it

	Columns []string `json:"columns"` // that were recognised
	Ignored []string `json:"ignored"` // headings that were not

	Encoding sheet.Encoding `json:"encoding,omitempty"` // that was assumed; the other one may be meant
	Page     string         `json:"page,omitempty"`     // of the workbook, when others were not read
	Unread   []string       `json:"unread,omitempty"`   // those others
}

// Rows is how many there are.
func (s Summary) Rows() int { return s.New + s.Changed + s.Unchanged + s.Wrong }

// Ready is how many rows would be written.
func (s Summary) Ready() int { return s.New + s.Changed - s.Doubtful }

// Differing is how many rows there is something to say about.
func (s Summary) Differing() int { return s.New + s.Changed + s.Wrong }

// OnSale is how many of the rows that were written are of products that buyers see, if its cooperative sells.
func (s Summary) OnSale() int { return s.Applied - s.Drafts - s.Archived }

// Why an upload is refused as a whole, apart from what package sheet refuses.
var (
	ErrNotFound   = fault.New(fault.NotFound, "upload.not_found")
	ErrDiscarded  = fault.New(fault.Conflict, "upload.discarded")
	ErrApplying   = fault.New(fault.Conflict, "upload.applying")
	ErrApplied    = fault.New(fault.Conflict, "upload.already_applied")
	ErrChanged    = fault.New(fault.Conflict, "upload.changed") // repaired or read again, since it was shown
	ErrNoRows     = fault.New(fault.Invalid, "upload.no_rows")
	ErrNoLine     = fault.New(fault.NotFound, "upload.no_line")
	ErrNoColumn   = fault.New(fault.Invalid, "upload.no_column")
	ErrNoEncoding = fault.New(fault.NotFound, "upload.no_encoding")
)

// Limits of what is kept of a file.
const (
	maxLongCell = 6000     // characters of a description
	maxCell     = 400      // characters of any other cell, which is twice what a name may have
	maxKept     = 10 << 20 // bytes of all cells, as they stand in the file
)

// Read reads a catalogue file (CSV or XLSX, at most 8 MiB and 20,000 rows), compares it with the
// cooperative's products and keeps what it would do. Nothing of the catalogue changes. A file that
// cannot be used as a whole is a *fault.Error; what is wrong in a row is told on that row. Encoding is
// empty, or what a text file that is not UTF-8 is to be read in. Few files are read at once, and of one
// person one: gate.ErrBusy. A cooperative has so many files a day, ErrTooMany, and a new one discards
// its older previews.
func (s *Service) Read(ctx context.Context, coopID uuid.UUID, filename string, r io.Reader, encoding sheet.Encoding, by actor.Actor) (Upload, error) {
	u := Upload{ID: postgres.NewID(), Filename: text.Cut(text.Line(filename), 120), State: Previewed, CreatedAt: s.now()}
	err := s.files.Do(ctx, person(by), func() error {
		if err := s.allowed(ctx, s.db, coopID); err != nil {
			return err
		}
		data, err := sheet.Read(r)
		if err != nil {
			return err
		}
		f, err := openFile(filename, data, encoding)
		if err != nil {
			return err
		}
		c, err := s.compare(ctx, s.db, coopID)
		if err != nil {
			return err
		}
		return postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
			if err := cooperative.TakeTurnTx(ctx, tx, coopID); err != nil {
				return err
			}
			if err := s.allowed(ctx, tx, coopID); err != nil { // others may have come since
				return err
			}
			c.restart()
			u.Summary, u.written = f.summary(), 0
			if err := keepUpload(ctx, tx, coopID, u, by); err != nil {
				return err
			}
			return u.fill(ctx, tx, c, f)
		})
	})
	if err != nil {
		return Upload{}, fmt.Errorf("read upload: %w", err)
	}
	return u, nil
}

// Reread reads the file of a preview again in the other encoding that it may be written in.
// Repairs are forgotten: they belonged to what was misread. seen is the version of the file that whoever asks
// for it saw, nil for who looks at no page. ErrChanged if it has another; ErrNoEncoding if there is no
// doubt how the file is written.
func (s *Service) Reread(ctx context.Context, coopID, id uuid.UUID, seen *int64, encoding sheet.Encoding) (Upload, error) {
	return s.change(ctx, coopID, id, seen, func(tx *sqlx.Tx, u *Upload) error {
		if encoding.Other() == "" || u.Summary.Encoding == "" {
			return ErrNoEncoding
		}
		var data []byte
		if err := tx.GetContext(ctx, &data, `select file from uploads where id = $1`, id); err != nil {
			return fmt.Errorf("uploaded file: %w", err)
		}
		f, err := openFile(u.Filename, data, encoding)
		if err != nil {
			return err
		}
		c, err := s.compare(ctx, tx, coopID)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `delete from upload_rows where upload_id = $1`, id); err != nil {
			return fmt.Errorf("forget rows: %w", err)
		}
		u.Summary = f.summary()
		return u.fill(ctx, tx, c, f)
	})
}

// file is a file whose headings are understood.
type file struct {
	data   []byte
	table  *sheet.Sheet
	layout layout
}

func openFile(filename string, data []byte, encoding sheet.Encoding) (*file, error) {
	table, err := sheet.Open(filename, data, encoding, func(cells []string) int { return len(layoutOf(cells).used) })
	if err != nil {
		return nil, err
	}
	f := &file{data: data, table: table, layout: layoutOf(table.Heading.Cells)}
	return f, f.layout.usable(table.Heading.Cells)
}

// summary is what there is to say of the file before its rows are compared.
func (f *file) summary() Summary {
	s := Summary{Columns: f.layout.used, Ignored: f.layout.ignored, Encoding: f.table.Encoding}
	if len(f.table.Unread) > 0 {
		s.Page, s.Unread = text.Cut(text.Line(f.table.Page), 60), f.table.Unread
	}
	return s
}

// rows yields the cells of each row that hold something, by column.
func (f *file) rows(yield func(line int, values map[string]string) error) error {
	kept, n := 0, 0
	err := f.table.Rows(func(row sheet.Row) error {
		for i, cell := range row.Cells[:min(len(row.Cells), len(f.layout.columns))] {
			if f.layout.columns[i] != "" {
				kept += len(cell)
			}
		}
		if kept > maxKept {
			return sheet.ErrUnpacked
		}
		values := f.layout.values(row.Cells)
		if len(values) == 0 {
			return nil
		}
		n++
		return yield(row.Line, values)
	})
	if err == nil && n == 0 {
		return ErrNoRows
	}
	return err
}

// usable reports whether a file's headings say enough: which product, and for a file without
// references, its price.
func (l layout) usable(heading []string) error {
	named := l.has(colSKU, colName, colNameAR, colNameFR)
	switch {
	case len(l.used) == 0:
		var titles []string
		for _, cell := range heading {
			if title := text.Cut(text.Line(cell), 30); title != "" && len(titles) < 8 {
				titles = append(titles, title)
			}
		}
		return fault.New(fault.Invalid, "upload.no_headings", "Found", strings.Join(titles, " · "))
	case !named:
		return fault.New(fault.Invalid, "upload.no_name_column")
	case !l.has(colPrice, colSKU):
		return fault.New(fault.Invalid, "upload.no_price_column")
	}
	return nil
}

// values are the cells that hold something, by column, safe to keep.
func (l layout) values(cells []string) map[string]string {
	values := map[string]string{}
	for i, cell := range cells {
		if i < len(l.columns) && l.columns[i] != "" {
			if value := cellText(l.columns[i], cell); value != "" {
				values[l.columns[i]] = value
			}
		}
	}
	return values
}

// cellText is a cell without what is not seen, and without the apostrophe that exports put before
// what a spreadsheet would take for a formula. What is longer than any value of its column is cut: still
// too long, it is told.
func cellText(column, cell string) string {
	longest := maxCell
	if strings.HasPrefix(column, colDescription) {
		longest = maxLongCell
	}
	return text.Cut(table.Typed(text.Clean(cell)), longest)
}

// count adds a row to the summary.
func (s *Summary) count(row Row) {
	switch row.Kind {
	case KindNew:
		s.New++
	case KindChanged:
		s.Changed++
	case KindUnchanged:
		s.Unchanged++
	case KindWrong:
		s.Wrong++
	}
	if (row.Kind == KindNew || row.Kind == KindChanged) && row.Doubtful() {
		s.Doubtful++
		if row.Kind == KindNew {
			s.DoubtfulNew++
		}
	}
}

// recount empties the figures of the rows, to be counted again.
func (s *Summary) recount() {
	s.New, s.Changed, s.Unchanged, s.Wrong, s.Doubtful, s.DoubtfulNew, s.Missing = 0, 0, 0, 0, 0, 0, 0
}

// keepUpload makes room for a new upload and writes it, without its rows.
func keepUpload(ctx context.Context, tx *sqlx.Tx, coopID uuid.UUID, u Upload, by actor.Actor) error {
	if err := makeRoom(ctx, tx, coopID); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `
		insert into uploads (id, cooperative_id, user_id, filename, state, summary, created_at)
		values ($1, $2, $3, $4, $5, '{}', $6)`,
		u.ID, coopID, by.UserID(), u.Filename, u.State, u.CreatedAt); err != nil {
		return fmt.Errorf("keep upload: %w", err)
	}
	return nil
}

// Discard throws a previewed upload away; one that was applied stays on record. seen is as for
// Reread.
func (s *Service) Discard(ctx context.Context, coopID, id uuid.UUID, seen *int64) error {
	var state string
	err := s.db.GetContext(ctx, &state, `
		with thrown as (
		    update uploads set state = 'discarded', file = null
		    where id = $1 and cooperative_id = $2 and state = 'previewed' and version = coalesce($3::bigint, version)
		    returning id, state
		), forgotten as (
		    delete from upload_rows r using thrown where r.upload_id = thrown.id
		)
		select state from thrown
		union all
		select state from uploads where id = $1 and cooperative_id = $2 and id not in (select id from thrown)`, id, coopID, seen)
	switch {
	case err == nil && state == Previewed:
		return ErrChanged
	case postgres.NoRows(err):
		return ErrNotFound
	case err != nil:
		return fmt.Errorf("discard upload: %w", err)
	}
	return Upload{State: state}.settled()
}

// Repair puts another value into one cell of a previewed upload and compares the file again.
// A cell may also be one that the file did not have. What a row is asked about is meant when it comes again. seen
// is as for Reread.
func (s *Service) Repair(ctx context.Context, coopID, id uuid.UUID, seen *int64, line int, column, value string) (Upload, error) {
	if _, ok := headings[column]; !ok && !slices.Contains(languageColumns, column) {
		return Upload{}, ErrNoColumn
	}
	return s.change(ctx, coopID, id, seen, func(tx *sqlx.Tx, u *Upload) error {
		c, err := s.compare(ctx, tx, coopID)
		if err != nil {
			return err
		}
		u.Summary.recount()
		found := false
		var altered []storedRow
		err = eachStored(ctx, tx, id, "order by number", func(r storedRow) error {
			var row struct { // as it was typed; the rest is worked out anew
				Line   int
				Values map[string]string
			}
			if err := json.Unmarshal(r.Row, &row); err != nil {
				return fmt.Errorf("upload row %d: %w", r.Number, err)
			}
			if row.Line == line {
				found = true
				var asked Row
				if err := json.Unmarshal(r.Row, &asked); err != nil {
					return fmt.Errorf("upload row %d: %w", r.Number, err)
				}
				value := cellText(column, value)
				if slices.ContainsFunc(asked.Notes, func(n RowError) bool { return n.means(column, value) }) {
					row.Values[sure(column)] = meaning(column, value)
				}
				row.Values[column] = value
			}
			fresh, _ := c.row(row.Line, row.Values)
			u.Summary.count(fresh)
			now, err := store(r.Number, fresh)
			if err == nil && !bytes.Equal(now.Row, r.Row) {
				altered = append(altered, now)
				u.written += len(now.Row)
			}
			return err
		})
		if err = cmp.Or(err, c.failed); err != nil {
			return err
		}
		if !found {
			return ErrNoLine
		}
		u.Summary.Missing = c.missing()
		return alterRows(ctx, tx, id, altered)
	})
}

// change lets change alter the rows of a preview and its summary; ErrTooMany if too much was
// written already.
func (s *Service) change(ctx context.Context, coopID, id uuid.UUID, seen *int64, change func(tx *sqlx.Tx, u *Upload) error) (Upload, error) {
	var u Upload
	err := s.files.Do(ctx, coopID.String(), func() error {
		if _, written, err := s.today(ctx, s.db, coopID); err != nil {
			return err
		} else if written >= maxDayWritten {
			return ErrTooMany
		}
		return postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) (err error) {
			if u, err = readUpload(ctx, tx, coopID, id, "for update"); err != nil {
				return err
			}
			if err := cmp.Or(u.open(), u.unchanged(seen)); err != nil {
				return err
			}
			u.Version++
			if err := change(tx, &u); err != nil {
				return err
			}
			return u.save(ctx, tx)
		})
	})
	if err != nil {
		return Upload{}, fmt.Errorf("change upload: %w", err)
	}
	return u, nil
}

// unchanged refuses an upload that is not as it was seen.
func (u Upload) unchanged(seen *int64) error {
	if seen != nil && *seen != int64(u.Version) {
		return ErrChanged
	}
	return nil
}

// open refuses an upload that is no longer a preview.
func (u Upload) open() error {
	if u.State == Discarded {
		return ErrDiscarded
	}
	return u.settled()
}

// settled refuses an upload that is in the catalogue, or on its way there.
func (u Upload) settled() error {
	switch u.State {
	case Applying:
		return ErrApplying
	case Applied:
		return ErrApplied
	}
	return nil
}

// Import reads a file and applies it at once, or discards it after the comparison, for the command
// line.
func (s *Service) Import(ctx context.Context, coopID uuid.UUID, filename string, r io.Reader, encoding sheet.Encoding, apply bool, by actor.Actor) (Upload, error) {
	u, err := s.Read(ctx, coopID, filename, r, encoding, by)
	if err != nil {
		return Upload{}, err
	}
	if apply {
		if _, err := s.Apply(ctx, coopID, u.ID, nil, by); err != nil {
			return Upload{}, err
		}
		return s.Get(ctx, coopID, u.ID)
	}
	if u, err = s.Get(ctx, coopID, u.ID); err != nil {
		return Upload{}, err
	}
	return u, s.Discard(ctx, coopID, u.ID, nil)
}

// Report is an upload as the command line prints it.
type Report struct {
	New       int           `json:"new"`
	Changed   int           `json:"changed"`
	Unchanged int           `json:"unchanged"`
	Wrong     int           `json:"wrong"`
	Applied   int           `json:"applied"`
	Errors    []ReportError `json:"errors"`
}

// ReportError is what is wrong in a row, in the reader's language.
type ReportError struct {
	Row     int    `json:"row"` // as the spreadsheet counts
	Column  string `json:"column"`
	Value   string `json:"value"`
	Message string `json:"message"`
}

// Report sums an upload up. Rows that were left alone because the product had changed meanwhile are
// among its errors.
func (u Upload) Report(l *i18n.Locale) Report {
	r := Report{
		New: u.Summary.New, Changed: u.Summary.Changed, Unchanged: u.Summary.Unchanged, Wrong: u.Summary.Wrong,
		Applied: u.Summary.Applied, Errors: []ReportError{},
	}
	for _, row := range u.Rows {
		told := row.Errors
		if row.Outcome == OutcomeMeanwhile {
			told = append(told, row.Notes...)
		}
		for _, e := range told {
			r.Errors = append(r.Errors, ReportError{row.Line, e.Column, e.Value, l.Message(e.Message)})
		}
	}
	return r
}
