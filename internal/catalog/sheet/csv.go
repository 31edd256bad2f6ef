package sheet

import (
	"bytes"
	"encoding/csv"
	"io"
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
func lines(text []byte) ([]byte, []rune) {
	if !bytes.ContainsRune(text, '\n') {
		text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n")) // «CSV (Macintosh)»
	}
	separators := []rune{';', ',', '\t'}
	if first, _, _ := bytes.Cut(text, []byte("\n")); bytes.HasPrefix(first, []byte("sep=")) && len(first) > 4 {
		if i := strings.IndexRune(";,\t", rune(first[4])); i >= 0 {
			separators = []rune{rune(first[4])}
		}
		copy(text, bytes.Repeat([]byte(" "), len(bytes.TrimRight(first, "\r")))) // keeps the count of lines
	}
	return text, separators
}

// walkCSV reads a table strictly where it is written strictly. Files made by hand have stray quotes
// in them (Couscous "fin"), which are taken as they stand; but then a cell may no longer run over
// several lines, because a quote that is never closed would swallow the rows behind it in silence.
func walkCSV(text []byte, separator rune, yield func(Row) error) error {
	lazy := false
	strict := reader(text, separator)
	for {
		if _, err := strict.Read(); err == io.EOF {
			break
		} else if err != nil {
			lazy = true
			break
		}
	}
	rows := reader(text, separator)
	rows.LazyQuotes = lazy
	for {
		cells, err := rows.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return ErrBroken.Wrap(err)
		}
		line, _ := rows.FieldPos(0)
		if lazy {
			for i, cell := range cells {
				if strings.ContainsRune(cell, '\n') {
					at, _ := rows.FieldPos(i)
					return fault.New(ErrQuote.Kind, ErrQuote.Key, "Line", at)
				}
			}
		}
		if err := put(Row{line, cells}, yield); err != nil {
			return err
		}
	}
}

func reader(text []byte, separator rune) *csv.Reader {
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma = separator
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	return r
}
