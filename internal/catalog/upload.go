package catalog

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/catalog/sheet"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/postgres"
)

// The states of an upload.
const (
	UploadPreviewed = "previewed"
	UploadApplied   = "applied"
	UploadDiscarded = "discarded"
)

// Upload is a catalogue file as it was read and compared with what was there.
type Upload struct {
	ID        uuid.UUID
	Filename  string
	State     string
	Rows      []UploadRow // in the file's order
	Summary   Summary
	CreatedAt time.Time
	AppliedAt *time.Time
}

// Summary counts an upload's rows.
type Summary struct {
	New       int `json:"new"`
	Changed   int `json:"changed"`
	Unchanged int `json:"unchanged"`
	Wrong     int `json:"wrong"`
	Applied   int `json:"applied"`   // once applied: new and changed rows that were written
	Meanwhile int `json:"meanwhile"` // once applied: rows left alone, since the product had changed elsewhere
	Doubtful  int `json:"doubtful"`  // rows whose price moved tenfold
	Missing   int `json:"missing"`   // products that the file does not name; they stay as they are

	Columns []string `json:"columns"` // that were recognised
	Ignored []string `json:"ignored"` // headings that were not

	Encoding sheet.Encoding `json:"encoding,omitempty"` // that was assumed; the other one may be meant
	Page     string         `json:"page,omitempty"`     // of the workbook, when others were not read
	Unread   []string       `json:"unread,omitempty"`   // those others
}

// Ready is how many rows would be written.
func (s Summary) Ready() int { return s.New + s.Changed }

// Why an upload is refused as a whole, apart from what package sheet refuses.
var (
	ErrUploadNotFound  = fault.New(fault.NotFound, "upload.not_found")
	ErrUploadDiscarded = fault.New(fault.Conflict, "upload.discarded")
	ErrUploadApplied   = fault.New(fault.Conflict, "upload.already_applied")
	ErrNoRows          = fault.New(fault.Invalid, "upload.no_rows")
	ErrNoLine          = fault.New(fault.NotFound, "upload.no_line")
	ErrNoColumn        = fault.New(fault.Invalid, "upload.no_column")
	ErrNoEncoding      = fault.New(fault.NotFound, "upload.no_encoding")
)

// Limits of what is kept of a file.
const (
	maxLongCell = 6000     // characters of a description
	maxCell     = 400      // characters of any other cell, which is twice what a name may have
	maxKept     = 24 << 20 // bytes of all cells, as they stand in the file
	uploadsKept = 90 * 24 * time.Hour
)

// ReadUpload reads a catalogue file (CSV or XLSX, at most 8 MiB and 20,000 rows), compares it with the
// cooperative's products and keeps what it would do. Nothing of the catalogue changes. A file that
// cannot be used as a whole is a *fault.Error; what is wrong in a row is told on that row. Encoding is
// empty, or what a text file that is not UTF-8 is to be read in. Few files are read at once, and of one
// person one: gate.ErrBusy.
func (s *Service) ReadUpload(ctx context.Context, coopID uuid.UUID, filename string, r io.Reader, encoding sheet.Encoding, by uuid.UUID) (Upload, error) {
	u := Upload{ID: postgres.NewID(), Filename: cut(cleanLine(filename), 120), State: UploadPreviewed, CreatedAt: s.now()}
	err := s.files.Do(ctx, person(by), func() error {
		file, err := sheet.Read(r)
		if err != nil {
			return err
		}
		if err := u.read(filename, file, encoding); err != nil {
			return err
		}
		c, err := s.compare(ctx, s.db, coopID, u.Rows)
		if err != nil {
			return err
		}
		u.compareWith(c)
		if u.Summary.Encoding == "" {
			file = nil // it will not have to be read again
		}
		return s.keepUpload(ctx, coopID, u, file, by)
	})
	if err != nil {
		return Upload{}, fmt.Errorf("read upload: %w", err)
	}
	return u, nil
}

// RereadUpload reads the file of a preview again in the other encoding that it may be written in.
// Repairs are forgotten: they belonged to what was misread. ErrNoEncoding if there is no doubt how
// the file is written.
func (s *Service) RereadUpload(ctx context.Context, coopID, id uuid.UUID, encoding sheet.Encoding) (Upload, error) {
	return s.changeUpload(ctx, coopID, id, func(tx *sqlx.Tx, u *Upload) error {
		if encoding.Other() == "" || u.Summary.Encoding == "" {
			return ErrNoEncoding
		}
		var file []byte
		if err := tx.GetContext(ctx, &file, `select file from uploads where id = $1`, id); err != nil {
			return fmt.Errorf("uploaded file: %w", err)
		}
		return u.read(u.Filename, file, encoding)
	})
}

// read replaces an upload's rows by those of a file, to be compared.
func (u *Upload) read(filename string, file []byte, encoding sheet.Encoding) error {
	table, err := sheet.Open(filename, file, encoding, func(cells []string) int { return len(layoutOf(cells).used) })
	if err != nil {
		return err
	}
	layout := layoutOf(table.Heading.Cells)
	if err := layout.usable(table.Heading.Cells); err != nil {
		return err
	}
	u.Rows = nil
	u.Summary = Summary{Columns: layout.used, Ignored: layout.ignored, Encoding: table.Encoding}
	if len(table.Unread) > 0 {
		u.Summary.Page, u.Summary.Unread = cut(cleanLine(table.Page), 60), table.Unread
	}
	kept := 0
	err = table.Rows(func(row sheet.Row) error {
		for i, cell := range row.Cells[:min(len(row.Cells), len(layout.columns))] {
			if layout.columns[i] != "" {
				kept += len(cell)
			}
		}
		if kept > maxKept {
			return sheet.ErrUnpacked
		}
		if values := layout.values(row.Cells); len(values) > 0 {
			u.Rows = append(u.Rows, UploadRow{Line: row.Line, Values: values})
		}
		return nil
	})
	if err == nil && len(u.Rows) == 0 {
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
			if title := cut(cleanLine(cell), 30); title != "" && len(titles) < 8 {
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
	text := clean(cell)
	if len(text) > 1 && text[0] == '\'' && strings.ContainsRune("=+-@", rune(text[1])) {
		text = text[1:]
	}
	return cut(text, longest)
}

// compareWith works out anew what every row would do.
func (u *Upload) compareWith(c *comparer) {
	s := &u.Summary
	s.New, s.Changed, s.Unchanged, s.Wrong, s.Doubtful, s.Missing = 0, 0, 0, 0, 0, 0
	for i, row := range u.Rows {
		u.Rows[i], _ = c.row(row.Line, row.Values)
		switch u.Rows[i].Kind {
		case KindNew:
			s.New++
		case KindChanged:
			s.Changed++
		case KindUnchanged:
			s.Unchanged++
		case KindWrong:
			s.Wrong++
		}
		for _, note := range u.Rows[i].Notes {
			if note.Message.Key == "upload.price_jump" {
				s.Doubtful++
			}
		}
	}
	for _, p := range c.products {
		if p.State != Archived && !c.met[p.ID] {
			s.Missing++
		}
	}
}

// keepUpload writes a new upload, and forgets the cooperative's old ones. The file itself is kept only
// where it may have to be read again.
func (s *Service) keepUpload(ctx context.Context, coopID uuid.UUID, u Upload, file []byte, by uuid.UUID) error {
	rows, summary, err := u.encode()
	if err != nil {
		return err
	}
	if _, err := s.db.ExecContext(ctx, `
		with forgotten as (
		    delete from uploads where cooperative_id = $2 and created_at < $3
		)
		insert into uploads (id, cooperative_id, user_id, filename, state, rows, summary, file, created_at)
		values ($1, $2, $4, $5, $6, $7, $8, nullif($9, ''::bytea), $10)`,
		u.ID, coopID, u.CreatedAt.Add(-uploadsKept), nullable(by), u.Filename, u.State, rows, summary, file, u.CreatedAt); err != nil {
		return fmt.Errorf("keep upload: %w", err)
	}
	return nil
}

func (u Upload) encode() (rows, summary []byte, err error) {
	if rows, err = json.Marshal(u.Rows); err != nil {
		return nil, nil, fmt.Errorf("encode upload: %w", err)
	}
	if summary, err = json.Marshal(u.Summary); err != nil {
		return nil, nil, fmt.Errorf("encode upload: %w", err)
	}
	return rows, summary, nil
}

// GetUpload reads one of a cooperative's own uploads; ErrUploadNotFound if it is another's.
func (s *Service) GetUpload(ctx context.Context, coopID, id uuid.UUID) (Upload, error) {
	return readUpload(ctx, s.db, coopID, id, "")
}

func readUpload(ctx context.Context, q sqlx.QueryerContext, coopID, id uuid.UUID, lock string) (Upload, error) {
	var u Upload
	var rows, summary []byte
	err := q.QueryRowxContext(ctx, `
		select id, filename, state, rows, summary, created_at, applied_at
		from uploads
		where id = $1 and cooperative_id = $2 `+lock, id, coopID).
		Scan(&u.ID, &u.Filename, &u.State, &rows, &summary, &u.CreatedAt, &u.AppliedAt)
	if postgres.NoRows(err) {
		return Upload{}, ErrUploadNotFound
	}
	if err != nil {
		return Upload{}, fmt.Errorf("upload: %w", err)
	}
	if err := json.Unmarshal(rows, &u.Rows); err != nil {
		return Upload{}, fmt.Errorf("upload rows: %w", err)
	}
	if err := json.Unmarshal(summary, &u.Summary); err != nil {
		return Upload{}, fmt.Errorf("upload summary: %w", err)
	}
	return u, nil
}

// DiscardUpload throws a previewed upload away; one that was applied stays on record.
func (s *Service) DiscardUpload(ctx context.Context, coopID, id uuid.UUID) error {
	var state string
	err := s.db.GetContext(ctx, &state, `
		with thrown as (
		    update uploads set state = 'discarded', rows = '[]', file = null
		    where id = $1 and cooperative_id = $2 and state = 'previewed'
		    returning state
		)
		select state from thrown
		union all
		select state from uploads where id = $1 and cooperative_id = $2 and state <> 'previewed'`, id, coopID)
	switch {
	case postgres.NoRows(err):
		return ErrUploadNotFound
	case err != nil:
		return fmt.Errorf("discard upload: %w", err)
	case state == UploadApplied:
		return ErrUploadApplied
	}
	return nil
}

// RepairUpload puts another value into one cell of a previewed upload and compares the file again.
// A cell may also be one that the file did not have.
func (s *Service) RepairUpload(ctx context.Context, coopID, id uuid.UUID, line int, column, value string) (Upload, error) {
	return s.changeUpload(ctx, coopID, id, func(_ *sqlx.Tx, u *Upload) error { return u.repair(line, column, value) })
}

// changeUpload lets change alter the rows of a preview and compares them again.
func (s *Service) changeUpload(ctx context.Context, coopID, id uuid.UUID, change func(tx *sqlx.Tx, u *Upload) error) (Upload, error) {
	var u Upload
	err := postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) (err error) {
		if u, err = readUpload(ctx, tx, coopID, id, "for update"); err != nil {
			return err
		}
		if err := u.open(); err != nil {
			return err
		}
		if err := change(tx, &u); err != nil {
			return err
		}
		c, err := s.compare(ctx, tx, coopID, u.Rows)
		if err != nil {
			return err
		}
		u.compareWith(c)
		rows, summary, err := u.encode()
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `update uploads set rows = $2, summary = $3 where id = $1`, id, rows, summary)
		return err
	})
	if err != nil {
		return Upload{}, fmt.Errorf("change upload: %w", err)
	}
	return u, nil
}

// open refuses an upload that is no longer a preview.
func (u Upload) open() error {
	switch u.State {
	case UploadApplied:
		return ErrUploadApplied
	case UploadDiscarded:
		return ErrUploadDiscarded
	}
	return nil
}

func (u Upload) repair(line int, column, value string) error {
	if _, ok := headings[column]; !ok && !slices.Contains(languageColumns, column) {
		return ErrNoColumn
	}
	for _, row := range u.Rows {
		if row.Line == line {
			row.Values[column] = cellText(column, value)
			return nil
		}
	}
	return ErrNoLine
}

// Import reads a file and applies it at once, or discards it after the comparison, for the command
// line.
func (s *Service) Import(ctx context.Context, coopID uuid.UUID, filename string, r io.Reader, encoding sheet.Encoding, apply bool, by uuid.UUID) (Upload, error) {
	u, err := s.ReadUpload(ctx, coopID, filename, r, encoding, by)
	if err != nil {
		return Upload{}, err
	}
	if apply {
		return s.ApplyUpload(ctx, coopID, u.ID, by)
	}
	return u, s.DiscardUpload(ctx, coopID, u.ID)
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
