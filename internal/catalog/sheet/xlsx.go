package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"
)

// What a workbook may unpack to. Sheets and texts beyond maxPart go through a temporary file;
// everything else has to be small, because it is unpacked in memory.
const (
	maxUnpacked = 64 << 20
	maxPart     = 8 << 20
	maxOther    = 4 << 20
	maxPages    = 8
)

// workbook gives the tables of a workbook, a page each, and the names of the pages beyond maxPages.
func workbook(data []byte) (tables []table, beyond []string, err error) {
	if err := weigh(data); err != nil {
		return nil, nil, err
	}
	var pages []string
	err = withBook(data, func(book *excelize.File) error {
		for _, page := range book.GetSheetList() {
			if visible, err := book.GetSheetVisible(page); err == nil && visible {
				pages = append(pages, page)
			}
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	looked := min(len(pages), maxPages)
	for _, page := range pages[:looked] {
		tables = append(tables, table{page: page, walk: func(yield func(Row) error) error {
			return withBook(data, func(book *excelize.File) error { return walkPage(book, page, yield) })
		}})
	}
	return tables, pages[looked:], nil
}

// weigh refuses what would unpack to too much, before anything is unpacked, and then what is damaged
// or lied about its size: the library would read such a part as far as it goes, and rows would be
// missing in silence.
func weigh(data []byte) error {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return ErrBroken.Wrap(err)
	}
	var sum uint64
	for _, file := range archive.File {
		name := strings.ToLower(file.Name)
		table := strings.HasPrefix(name, "xl/worksheets/") || name == "xl/sharedstrings.xml"
		picture := strings.HasPrefix(name, "xl/media/")
		if file.UncompressedSize64 > maxUnpacked || !table && !picture && file.UncompressedSize64 > maxOther {
			return ErrUnpacked
		}
		if sum += file.UncompressedSize64; sum > maxUnpacked {
			return ErrUnpacked
		}
	}
	for _, file := range archive.File {
		if err := sound(file); err != nil {
			return ErrBroken.Wrap(err)
		}
	}
	return nil
}

// sound unpacks a part to nowhere; the archive's reader compares its size and checksum.
func sound(file *zip.File) (err error) {
	part, err := file.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, part.Close()) }()
	_, err = io.Copy(io.Discard, part)
	return err
}

// withBook opens a workbook and always closes it again, which removes its temporary files.
func withBook(data []byte, fn func(book *excelize.File) error) (err error) {
	// The library is made for files of honest programs; one that makes it stumble is a broken file.
	defer func() {
		if p := recover(); p != nil {
			err = ErrBroken.Wrap(fmt.Errorf("panic: %v", p))
		}
	}()
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		RawCellValue:      true, // 12.5 and not «12,50 DH»: numbers as numbers, days as day numbers
		UnzipSizeLimit:    maxUnpacked,
		UnzipXMLSizeLimit: maxPart,
	})
	if err != nil {
		return ErrBroken.Wrap(err)
	}
	defer func() { _ = book.Close() }() // a temporary file left behind is the system's to clear
	return fn(book)
}

func walkPage(book *excelize.File, page string, yield func(Row) error) error {
	rows, err := book.Rows(page)
	if err != nil {
		return ErrBroken.Wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for line := 1; rows.Next(); line++ {
		cells, err := rows.Columns()
		if err != nil {
			return ErrBroken.Wrap(err)
		}
		if err := put(Row{line, cells}, yield); err != nil {
			return err
		}
	}
	if err := rows.Error(); err != nil {
		return ErrBroken.Wrap(err)
	}
	return nil
}
