package upload_test

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/upload/sheet"
)

func TestAFileOfWindowsIsReadAgainInTheOtherWay(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	// Headings in plain letters, one name in French capitals: nothing says that it is Arabic.
	saved, err := charmap.Windows1256.NewEncoder().String("Produit;Prix;Stock;Unité\nع;80;3;500 غ\n")
	m.Must(err)
	u := m.upload(m.Honey, "liste.csv", saved)
	if u.Summary.Encoding != sheet.Windows1252 {
		t.Fatalf("read as %q", u.Summary.Encoding)
	}
	repaired, err := m.Repair(m.Ctx, m.Honey, u.ID, 2, "unit", "1 kg")
	m.Must(err)
	if repaired.Summary.Encoding != sheet.Windows1252 {
		t.Errorf("a repair forgets how the file was read: %+v", repaired.Summary)
	}

	_, err = m.Reread(m.Ctx, m.Couscous, u.ID, sheet.Windows1256)
	m.Refused(err, fault.NotFound, "upload.not_found")
	_, err = m.Reread(m.Ctx, m.Honey, u.ID, "koi8-r")
	m.Refused(err, fault.NotFound, "upload.no_encoding")

	u, err = m.Reread(m.Ctx, m.Honey, u.ID, sheet.Windows1256)
	m.Must(err)
	if row := u.Rows[0]; u.Summary.Encoding != sheet.Windows1256 || row.Name.AR != "ع" || row.Values["unit"] != "500 غ" {
		t.Errorf("%+v", u)
	}
	kept, err := m.Get(m.Ctx, m.Honey, u.ID)
	m.Must(err)
	if kept.Rows[0].Name.AR != "ع" || kept.Summary.Encoding != sheet.Windows1256 {
		t.Errorf("kept: %+v", kept)
	}

	m.Must(m.Discard(m.Ctx, m.Honey, u.ID, nil))
	if n := m.Number(`select count(*) from uploads where file is not null`); n != 0 {
		t.Error("a file that is thrown away is kept")
	}
	_, err = m.Reread(m.Ctx, m.Honey, u.ID, sheet.Windows1252)
	m.Refused(err, fault.Conflict, "upload.discarded")
}

func TestAFileThatMakesNoSenseInTheOtherWayStays(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	saved, err := charmap.Windows1256.NewEncoder().String("المنتوج;الثمن;الوحدة\nعسل الزعتر;120;500 غ\n")
	m.Must(err)
	u := m.upload(m.Honey, "عسل.csv", saved)
	if u.Summary.Encoding != sheet.Windows1256 || u.Summary.New != 1 {
		t.Fatalf("%+v", u.Summary)
	}
	_, err = m.Reread(m.Ctx, m.Honey, u.ID, sheet.Windows1252)
	m.Refused(err, fault.Invalid, "upload.no_headings")
	if u = m.apply(m.Honey, u); u.Summary.Applied != 1 {
		t.Errorf("%+v", u.Summary)
	}
	if n := m.Number(`select count(*) from products where name_ar = 'عسل الزعتر'`); n != 1 {
		t.Errorf("%d products of that name", n)
	}
	if n := m.Number(`select count(*) from uploads where file is not null`); n != 0 {
		t.Error("the file of an applied upload is kept")
	}
}

func TestOnlyAFileInDoubtIsKept(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	u := m.upload(m.Honey, "a.csv", "Désignation;Prix\nMiel;10\n")
	if n := m.Number(`select count(*) from uploads where file is not null`); n != 0 || u.Summary.Encoding != "" {
		t.Errorf("%d files, read as %q", n, u.Summary.Encoding)
	}
	_, err := m.Reread(m.Ctx, m.Honey, u.ID, sheet.Windows1256)
	m.Refused(err, fault.NotFound, "upload.no_encoding")
	if _, err = m.Read(m.Ctx, m.Honey, "a.csv", strings.NewReader("Produit;Prix\nMiel;10\n"), sheet.Windows1256, m.Member); err != nil {
		t.Errorf("UTF-8 is UTF-8, whatever is asked for: %v", err)
	}
}
