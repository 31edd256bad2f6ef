package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/souk-taawon/souk/internal/fault"
)

// What a workbook may hold. Each is looked at before what it bounds is made: a part costs a thousand
// times less packed than unpacked, and an element four bytes.
const (
	maxParts = 2_000     // files in the archive
	maxPart  = 64 << 20  // bytes of a page
	maxAll   = 160 << 20 // bytes of all that is read; a page is gone through twice
	maxTexts = 24 << 20  // bytes of the texts that its pages share
	maxOther = 2 << 20   // bytes of any other part that is read
	maxPages = 8         // that are looked at
	maxNames = 256       // pages that are named
	maxText  = 500_000   // shared texts
	maxCell  = 1_000_000 // cells of a page, also those without anything in them
	maxLine  = 1_048_576 // the last row that a spreadsheet has
)

// workbook gives the tables of a workbook, a page each, and the names of the pages beyond maxPages. Only
// the parts that these pages need are ever unpacked, one at a time and never whole.
func workbook(data []byte) (tables []table, beyond []string, err error) {
	b, err := openBook(data)
	if err != nil {
		return nil, nil, readable(err)
	}
	pages, err := b.pages()
	if err != nil {
		return nil, nil, readable(err)
	}
	looked := min(len(pages), maxPages)
	for _, p := range pages[:looked] {
		tables = append(tables, table{page: p.name, walk: func(yield func(Row) error) error { return b.walk(p.part, yield) }})
	}
	for _, p := range pages[looked:] {
		beyond = append(beyond, p.name)
	}
	return tables, beyond, nil
}

// readable is what to tell of a workbook that cannot be read.
func readable(err error) error {
	if err != nil && fault.As(err) == nil {
		return ErrBroken.Wrap(err)
	}
	return err
}

// book is a workbook as an archive of parts.
type book struct {
	parts  map[string]*zip.File // by name in lower case
	main   string               // name of the part that lists the pages
	shared string               // name of the part with the texts that pages share; empty if there is none

	texts  string // once read: the shared texts, one behind the other
	ends   []int  // where each of them ends
	opened bool

	elements int   // that were read of all parts
	unpacked int64 // bytes likewise
}

type bookPage struct{ name, part string }

func openBook(data []byte) (*book, error) {
	if bytes.Count(data, []byte("PK\x01\x02")) > maxParts { // each begins an entry of the archive's directory
		return nil, ErrUnpacked
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	b := &book{parts: make(map[string]*zip.File, len(archive.File)), main: "xl/workbook.xml"}
	for _, file := range archive.File {
		name := partName("", file.Name)
		if b.parts[name] != nil {
			return nil, fmt.Errorf("two parts named %.80q", file.Name)
		}
		b.parts[name] = file
	}
	err = b.relations("_rels/.rels", "", func(kind, _, target string) {
		if kind == "officeDocument" {
			b.main = target
		}
	})
	return b, err
}

// partName is the name of a part as another one refers to it from its folder.
func partName(folder, target string) string {
	target = strings.ToLower(strings.ReplaceAll(target, `\`, "/"))
	if !strings.HasPrefix(target, "/") {
		target = folder + "/" + target
	}
	return strings.TrimPrefix(path.Clean("/"+target), "/")
}

// scan reads a part of at most limit bytes tag by tag, to its very end, where the archive's checksum is
// compared. A part that is not there has no tags.
func (b *book) scan(name string, limit uint64, read func(s *scanner, t token) error) (err error) {
	file := b.parts[name]
	if file == nil {
		return nil
	}
	if file.UncompressedSize64 > limit { // and the archive's reader stops at what it says
		return ErrUnpacked
	}
	part, err := file.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, part.Close()) }()
	s := newScanner(&counted{part, b}, &b.elements)
	for {
		t, err := s.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := read(s, t); err != nil {
			return err
		}
	}
}

// counted is a part whose bytes count for its workbook.
type counted struct {
	io.Reader
	book *book
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if c.book.unpacked += int64(n); c.book.unpacked > maxAll {
		return n, ErrUnpacked
	}
	return n, err
}

// relations yields what a part refers to: of which kind, by which id, and the other part's name.
func (b *book) relations(name, folder string, yield func(kind, id, target string)) error {
	return b.scan(name, maxOther, func(_ *scanner, t token) error {
		if t.kind == startTag && string(t.name) == "Relationship" && string(attr(t.attrs, "TargetMode")) != "External" {
			kind := string(attr(t.attrs, "Type"))
			yield(kind[strings.LastIndexByte(kind, '/')+1:], string(attr(t.attrs, "Id")), partName(folder, string(attr(t.attrs, "Target"))))
		}
		return nil
	})
}

// pages lists the visible pages that hold cells.
func (b *book) pages() ([]bookPage, error) {
	folder := path.Dir(b.main)
	parts := map[string]string{}
	err := b.relations(partName("", folder+"/_rels/"+path.Base(b.main)+".rels"), folder, func(kind, id, target string) {
		switch kind {
		case "worksheet":
			parts[id] = target
		case "sharedStrings":
			b.shared = target
		}
	})
	if err != nil {
		return nil, err
	}
	var pages []bookPage
	named := 0
	err = b.scan(b.main, maxOther, func(s *scanner, t token) error {
		if t.kind != startTag || string(t.name) != "sheet" {
			return nil
		}
		if named++; named > maxNames {
			return fault.New(ErrTooManyPages.Kind, ErrTooManyPages.Key, "Max", maxNames)
		}
		state := string(attr(t.attrs, "state"))
		part := parts[string(attr(t.attrs, "id"))]
		if (state == "" || state == "visible") && b.parts[part] != nil {
			name, err := s.unescaped(attr(t.attrs, "name"))
			pages = append(pages, bookPage{string(name), part})
			return err
		}
		return nil
	})
	if err == nil && len(pages) == 0 {
		err = errors.New("no page")
	}
	return pages, err
}

// walk yields the rows of a page that hold anything.
func (b *book) walk(part string, yield func(Row) error) error {
	if err := b.readTexts(); err != nil {
		return readable(err)
	}
	p := pageReader{book: b, yield: yield}
	return readable(b.scan(part, maxPart, p.read))
}

// readTexts reads the texts that the pages share, once.
func (b *book) readTexts() error {
	if b.opened {
		return nil
	}
	var all []byte
	err := b.scan(b.shared, maxTexts, func(s *scanner, t token) (err error) {
		if t.kind != startTag || string(t.name) != "si" {
			return nil
		}
		if len(b.ends) == maxText {
			return ErrUnpacked
		}
		all, err = richText(s, all)
		b.ends = append(b.ends, len(all))
		return err
	})
	b.texts, b.opened = string(all), err == nil
	return err
}

// text is a shared text by its number.
func (b *book) text(number string) (string, error) {
	i, err := strconv.Atoi(number)
	if err != nil || i < 0 || i >= len(b.ends) {
		return "", fmt.Errorf("no shared text %.20q", number)
	}
	from := 0
	if i > 0 {
		from = b.ends[i-1]
	}
	return plainText(b.texts[from:b.ends[i]]), nil
}

// richText adds the text of the element that has just begun, without its fonts and readings.
func richText(s *scanner, to []byte) ([]byte, error) {
	inText, from := false, len(to)
	for depth := 1; depth > 0; {
		t, err := s.next()
		if err != nil {
			return to, early(err)
		}
		switch {
		case t.kind == startTag && string(t.name) == "rPh": // how it is pronounced
			if err := s.skip(); err != nil {
				return to, err
			}
		case t.kind == startTag:
			depth++
			inText = string(t.name) == "t"
		case t.kind == endTag:
			depth--
			inText = false
		case inText:
			if to = append(to, t.text...); len(to)-from > MaxCell {
				return to, ErrUnpacked
			}
		}
	}
	return to, nil
}

// plainText replaces «_x000D_», which workbooks write for characters that XML has no place for.
func plainText(text string) string {
	const length = len("_x000D_")
	if !strings.Contains(text, "_x") {
		return text
	}
	var b strings.Builder
	for {
		at := strings.Index(text, "_x")
		if at < 0 || len(text) < at+length {
			b.WriteString(text)
			return b.String()
		}
		r, err := strconv.ParseUint(text[at+2:at+6], 16, 16)
		if err != nil || text[at+6] != '_' {
			b.WriteString(text[:at+2])
			text = text[at+2:]
			continue
		}
		b.WriteString(text[:at])
		b.WriteRune(rune(r))
		text = text[at+length:]
	}
}

// pageReader makes rows of a page's tags.
type pageReader struct {
	book  *book
	yield func(Row) error

	line, column int // of the present cell, from 1
	cells        []string
	count        int // of cells
	value        []byte
}

func (p *pageReader) read(s *scanner, t token) error {
	switch {
	case t.kind == startTag && string(t.name) == "row":
		return p.row(t)
	case t.kind == endTag && string(t.name) == "row":
		return put(Row{p.line, p.cells}, p.yield)
	case t.kind == startTag && string(t.name) == "c":
		return p.cell(s, t)
	}
	return nil
}

func (p *pageReader) row(t token) error {
	p.line, p.column, p.cells = p.line+1, 0, p.cells[:0]
	if number := attr(t.attrs, "r"); number != nil {
		var err error
		if p.line, err = strconv.Atoi(string(number)); err != nil {
			return fmt.Errorf("row %.20q", number)
		}
	}
	if p.line < 1 || p.line > maxLine {
		return fmt.Errorf("row %d", p.line)
	}
	return nil
}

// cell reads one cell. A number is given as it is kept (12.5 and not «12,50 DH»), and so is a day, as
// the number of days that it is.
func (p *pageReader) cell(s *scanner, t token) error {
	if p.count++; p.count > maxCell {
		return fault.New(ErrTooManyCells.Kind, ErrTooManyCells.Key, "Max", maxCell)
	}
	p.column++
	if place := attr(t.attrs, "r"); place != nil {
		if p.column = columnOf(place); p.column == 0 {
			return fmt.Errorf("cell %.20q", place)
		}
	}
	kind := string(attr(t.attrs, "t"))
	value, err := p.content(s)
	if err != nil || value == "" {
		return err
	}
	switch kind {
	case "s":
		if value, err = p.book.text(value); err != nil {
			return err
		}
	case "inlineStr", "str":
		value = plainText(value)
	case "b":
		value = map[string]string{"0": "FALSE", "1": "TRUE"}[value]
	}
	if value == "" {
		return nil
	}
	if p.column > MaxCells {
		return fault.New(ErrTooWide.Kind, ErrTooWide.Key, "Line", p.line, "Max", MaxCells)
	}
	for len(p.cells) < p.column {
		p.cells = append(p.cells, "")
	}
	p.cells[p.column-1] = value
	return nil
}

// content is what stands in a cell: its value, or its text; not its formula.
func (p *pageReader) content(s *scanner) (string, error) {
	p.value = p.value[:0]
	inValue := false
	for {
		t, err := s.next()
		if err != nil {
			return "", early(err)
		}
		switch {
		case t.kind == endTag && string(t.name) == "c":
			return string(p.value), nil
		case t.kind == endTag:
			inValue = false
		case t.kind == startTag && string(t.name) == "is":
			if p.value, err = richText(s, p.value); err != nil {
				return "", err
			}
		case t.kind == startTag && string(t.name) == "v":
			inValue = true
		case t.kind == startTag:
			if err := s.skip(); err != nil {
				return "", err
			}
		case inValue:
			if p.value = append(p.value, t.text...); len(p.value) > MaxCell {
				return "", fault.New(ErrLongCell.Kind, ErrLongCell.Key, "Line", p.line)
			}
		}
	}
}

// columnOf is the number of the column in «AB12», or 0.
func columnOf(place []byte) int {
	n := 0
	for i, c := range place {
		switch {
		case c >= 'A' && c <= 'Z' && i < 3:
			n = n*26 + int(c-'A') + 1
		case c >= '0' && c <= '9' && i > 0:
			return n
		default:
			return 0
		}
	}
	return 0
}
