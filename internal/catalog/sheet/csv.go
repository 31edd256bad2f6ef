package sheet

import (
	"bytes"
	"encoding/csv"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"

	"github.com/souk-taawon/souk/internal/fault"
)

// separated gives a text file's table as it reads with each separator in use; whichever shows the
// most known headings is meant. A file that says so itself («sep=;») is believed.
func separated(data []byte) ([]walker, error) {
	text, err := decode(data)
	if err != nil {
		return nil, err
	}
	separators := []rune{';', ',', '\t'}
	if first, _, _ := bytes.Cut(text, []byte("\n")); bytes.HasPrefix(first, []byte("sep=")) && len(first) > 4 {
		if i := strings.IndexRune(";,\t", rune(first[4])); i >= 0 {
			separators = []rune{rune(first[4])}
		}
		copy(text, bytes.Repeat([]byte(" "), len(bytes.TrimRight(first, "\r")))) // keeps the count of lines
	}
	tables := make([]walker, len(separators))
	for i, separator := range separators {
		tables[i] = func(yield func(Row) error) error { return walkCSV(text, separator, yield) }
	}
	return tables, nil
}

// decode gives UTF-8 without a byte order mark.
func decode(data []byte) ([]byte, error) {
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) {
		text, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(data)
		if err != nil {
			return nil, ErrEncoding.Wrap(err)
		}
		return text, nil
	}
	text := bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(text) || bytes.ContainsRune(text, 0) {
		return nil, ErrEncoding
	}
	return bytes.Clone(text), nil
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
