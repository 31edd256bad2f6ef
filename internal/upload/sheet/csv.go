package sheet

import (
	"bytes"
	"errors"
	"strings"

	"github.com/souk-taawon/souk/internal/fault"
)

// separated gives a text file's table as it reads in each encoding that may be meant and with each
// separator in use; whichever shows the most known headings is meant.
func separated(data []byte, asked Encoding) ([]table, error) {
	list, err := readings(data, asked)
	if err != nil {
		return nil, err
	}
	var tables []table
	for _, read := range list {
		text, separators := lines(read.text)
		for _, separator := range separators {
			tables = append(tables, table{encoding: read.encoding, walk: func(yield func(Row) error) error {
				return walkCSV(text, separator, yield)
			}})
		}
	}
	return tables, nil
}

// lines gives a file's text with the ends of lines that a reader knows, and the separators that may
// be meant: one that the file names itself («sep=;») is believed.
func lines(text []byte) ([]byte, []byte) {
	if !bytes.ContainsRune(text, '\n') {
		text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n")) // «CSV (Macintosh)»
	}
	separators := []byte{';', ',', '\t'}
	if first, _, _ := bytes.Cut(text, []byte("\n")); bytes.HasPrefix(first, []byte("sep=")) && len(first) > 4 {
		if i := strings.IndexByte(";,\t", first[4]); i >= 0 {
			separators = []byte{first[4]}
		}
		copy(text, bytes.Repeat([]byte(" "), len(bytes.TrimRight(first, "\r")))) // keeps the count of lines
	}
	return text, separators
}

// walkCSV reads a table strictly where it is written strictly. Files made by hand have stray quotes
// in them (Couscous "fin"), which are taken as they stand; but then a cell may no longer run over
// several lines, because a quote that is never closed would swallow the rows behind it in silence.
func walkCSV(text []byte, separator byte, yield func(Row) error) error {
	rows := csvReader{text: text, separator: separator, line: 1, lazy: stray(text, separator)}
	for {
		switch err := rows.next(); {
		case err == errEnd:
			return nil
		case err != nil:
			return err
		}
		if err := put(Row{rows.first, rows.cells}, yield); err != nil {
			return err
		}
	}
}

// stray reports whether quotes stand in a text where none belong.
func stray(text []byte, separator byte) bool {
	if bytes.IndexByte(text, '"') < 0 {
		return false
	}
	rows := csvReader{text: text, separator: separator, line: 1}
	for {
		if err := rows.next(); err != nil {
			return err == errStray
		}
	}
}

var (
	errEnd   = errors.New("end of the text")
	errStray = errors.New("a quote where none belongs")
)

// csvReader reads the rows of a text one by one (RFC 4180). It keeps nothing of a row that is too wide
// or of a cell that is too long.
type csvReader struct {
	text      []byte // that is still to be read
	separator byte
	lazy      bool // quotes that do not belong are taken as they stand

	line  int // of text
	first int // of the row that was read
	cells []string
	row   []byte // its cells, one behind the other
	ends  []int  // where each of them ends
}

// next reads the next row that is not an empty line into cells. It fails with errEnd behind the last,
// and with errStray unless lazy.
func (r *csvReader) next() error {
	for bytes.HasPrefix(r.text, []byte("\n")) || bytes.HasPrefix(r.text, []byte("\r\n")) {
		r.text = r.text[bytes.IndexByte(r.text, '\n')+1:]
		r.line++
	}
	if len(r.text) == 0 {
		return errEnd
	}
	r.first, r.row, r.ends = r.line, r.row[:0], r.ends[:0]
	for more := true; more; {
		if len(r.ends) == MaxCells {
			return fault.New(ErrTooWide.Kind, ErrTooWide.Key, "Line", r.first, "Max", MaxCells)
		}
		read := r.bare
		if bytes.HasPrefix(r.text, []byte{'"'}) {
			read = r.quoted
		}
		end, err := read()
		if err != nil {
			return err
		}
		r.ends = append(r.ends, len(r.row))
		more = end < len(r.text) && r.text[end] == r.separator
		if end < len(r.text) {
			end++
			if !more {
				r.line++
			}
		}
		r.text = r.text[end:]
	}
	all, from := string(r.row), 0
	r.cells = r.cells[:0]
	for _, end := range r.ends {
		r.cells = append(r.cells, all[from:end])
		from = end
	}
	return nil
}

// bare reads a cell without quotes around it and tells where it ends.
func (r *csvReader) bare() (end int, err error) {
	for end < len(r.text) && r.text[end] != r.separator && r.text[end] != '\n' {
		switch {
		case end == MaxCell:
			return 0, r.tooLong()
		case r.text[end] == '"' && !r.lazy:
			return 0, errStray
		}
		end++
	}
	cell := r.text[:end]
	if end == len(r.text) || r.text[end] == '\n' {
		cell = bytes.TrimSuffix(cell, []byte("\r"))
	}
	r.row = append(r.row, cell...)
	return end, nil
}

// quoted reads a cell with quotes around it and tells where it ends.
func (r *csvReader) quoted() (end int, err error) {
	begun, from := r.line, len(r.row)
	for i := 1; ; i++ {
		switch {
		case i == len(r.text), r.text[i] == '\n' && r.lazy:
			if !r.lazy {
				return 0, errStray
			}
			return 0, fault.New(ErrQuote.Kind, ErrQuote.Key, "Line", begun)
		case len(r.row)-from == MaxCell:
			if !r.lazy {
				return 0, errStray // most likely it is one that was never closed
			}
			return 0, r.tooLong()
		case r.text[i] == '\n':
			r.line++
			if len(r.row) > from {
				r.row = bytes.TrimSuffix(r.row, []byte("\r"))
			}
			r.row = append(r.row, '\n')
		case r.text[i] != '"':
			r.row = append(r.row, r.text[i])
		default:
			rest := r.text[i+1:]
			switch behind := bytes.TrimPrefix(rest, []byte("\r")); {
			case bytes.HasPrefix(rest, []byte{'"'}):
				i++
			case len(behind) == 0 || behind[0] == '\n':
				return len(r.text) - len(behind), nil
			case rest[0] == r.separator:
				return i + 1, nil
			case !r.lazy:
				return 0, errStray
			}
			r.row = append(r.row, '"')
		}
	}
}

func (r *csvReader) tooLong() error {
	return fault.New(ErrLongCell.Kind, ErrLongCell.Key, "Line", r.first)
}
