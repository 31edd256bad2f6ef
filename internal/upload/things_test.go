package upload_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/upload"
)

// jars are three products of which nothing written says that they are sizes of one thing.
func jars(m *market) {
	for sku, name := range map[string]string{"A": "Miel de thym", "B": "Grand pot de thym", "C": "Seau d’apiculteur"} {
		e := catalogtest.Thyme()
		e.SKU, e.Name, e.UnitCode, e.UnitAmount = sku, i18n.Text{FR: name}, "g", map[string]int{"A": 250, "B": 500, "C": 5000}[sku]
		e.Price = money.Amount(e.UnitAmount) * 30
		m.Offer(m.Honey, e)
	}
}

func TestARowSaysOfWhatItIsASize(t *testing.T) {
	t.Parallel()
	for _, heading := range []string{"Format de", "taille de", "Size of (reference)", "نفس المنتوج"} {
		m := newMarket(t)
		jars(m)
		u := m.upload(m.Honey, "a.csv", `Référence;Produit;Unité;Prix;Stock;Catégorie;`+heading+`
B;;;;;;a
N-1;Pot du dimanche;1 kg;280;3;Miel;Miel de thym
;Pot de la semaine;2 kg;500;3;Miel;n‑1
;Seau de fête;3 kg;700;3;Miel;pot de la SEMAINE
`)
		for _, row := range u.Rows {
			if len(row.Errors) > 0 || row.Kind == upload.KindUnchanged {
				t.Errorf("%s: line %d is %s: %+v", heading, row.Line, row.Kind, row.Errors)
			}
		}
		m.apply(m.Honey, u)
		m.sound()
		of := m.BySKU(m.Honey, "A").Family
		if n := m.Number(`select count(*) from products where family = $1`, of); n != 5 || m.BySKU(m.Honey, "B").Family != of || m.BySKU(m.Honey, "C").Family == of {
			t.Errorf("%s: %d are sizes of it", heading, n)
		}
	}
}

func TestAReferenceIsTheSameHoweverAFileJoinsItsParts(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	e := catalogtest.Thyme()
	e.SKU = "NE-001"
	kept := m.Offer(m.Honey, e)
	twin := m.Offer(m.Honey, catalogtest.Thyme())
	m.Exec(`update products set sku = 'NE001' where id = $1`, twin.ID) // as it could be once
	u := m.upload(m.Honey, "a.csv", `Référence;Produit;Unité;Prix;Stock;Catégorie
ne 001;;;160;;
NE001;;;170;;
A-2;Pot du dimanche;1 kg;280;3;Miel
a2;Pot du lundi;2 kg;500;3;Miel
`)
	if rows := u.Rows; rows[0].ProductID == nil || *rows[0].ProductID != kept.ID || rows[1].ProductID == nil || *rows[1].ProductID != twin.ID ||
		rows[2].Kind != upload.KindNew || rows[3].Kind != upload.KindWrong || rows[3].Errors[0].Message.Key != "upload.duplicate" {
		t.Errorf("%+v", rows)
	}
}

func TestAPriceFarFromTheOtherSizesIsAsked(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	jars(m)
	u := m.upload(m.Honey, "a.csv", `Référence;Produit;Unité;Prix;Stock;Catégorie;Format de
N-1;Pot du dimanche;1 kg;600;3;Miel;A
N-2;Pot du lundi;2 kg;1000;3;Miel;A
;Miel de thym;125 g;375;3;Miel;
`)
	if u.Summary.Doubtful != 2 || u.Summary.DoubtfulNew != 2 || u.Summary.Ready() != 1 {
		t.Fatalf("%+v", u.Summary)
	}
	asked := u.Rows[0].Notes[len(u.Rows[0].Notes)-1]
	if asked.Column != "price" || !slices.Equal(asked.Suggestions, []string{"300", "600"}) {
		t.Errorf("asked %+v", asked)
	}
	for _, language := range []string{"ar", "fr", "en"} {
		if said := m.Locale(language).Message(asked.Message); strings.Contains(said, asked.Message.Key) || strings.Contains(said, "<no value>") {
			t.Errorf("%s says %q", language, said)
		}
	}
	u, err := m.Repair(m.Ctx, m.Honey, u.ID, u.Rows[0].Line, "price", "600")
	m.Must(err)
	if u.Summary.Doubtful != 1 || u.Summary.Ready() != 2 {
		t.Errorf("meant: %+v", u.Summary)
	}
	m.apply(m.Honey, u)
	m.sound()
	if n := m.Number(`select count(*) from products where family = $1`, m.BySKU(m.Honey, "A").Family); n != 3 {
		t.Errorf("%d are sizes of it", n)
	}
}

func TestWhatCannotBeASizeIsToldOfItsRow(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	jars(m)
	u := m.upload(m.Honey, "a.csv", `Référence;Produit;Unité;Prix;Stock;Catégorie;Format de
N-1;Pot du dimanche;1 kg;280;3;Miel;Miel de lavande
N-2;Pot du lundi;1 pièce;280;3;Miel;A
N-3;Pot du mardi;0,25 kg;280;3;Miel;A
N-4;Pot du mercredi;1 kg;280;3;Miel;A
N-5;Pot du jeudi;1000 g;280;3;Miel;A
N-6;Pot du vendredi;7 kg;1900;3;Miel;N-1
`)
	for i, key := range []string{"upload.size_of_unknown", "catalog.not_alike", "catalog.one_size", "", "catalog.one_size", "upload.size_of_unknown"} {
		errors := u.Rows[i].Errors
		if key == "" && len(errors) > 0 || key != "" && (len(errors) != 1 || errors[0].Message.Key != key || errors[0].Column != "size_of") {
			t.Errorf("line %d: %+v, not %q", u.Rows[i].Line, errors, key)
		}
		for _, e := range errors {
			for _, language := range []string{"ar", "fr", "en"} {
				if said := m.Locale(language).Message(e.Message); said == "" || strings.Contains(said, e.Message.Key) {
					t.Errorf("%s says %q", language, said)
				}
			}
		}
	}
	// Repaired, the row and the one below it that names it can be used.
	u, err := m.Repair(m.Ctx, m.Honey, u.ID, u.Rows[0].Line, "size_of", "C")
	m.Must(err)
	if len(u.Rows[0].Errors)+len(u.Rows[5].Errors) > 0 {
		t.Errorf("repaired: %+v, %+v", u.Rows[0].Errors, u.Rows[5].Errors)
	}
	m.apply(m.Honey, u)
	m.sound()
	if of := m.BySKU(m.Honey, "C").Family; m.BySKU(m.Honey, "N-1").Family != of || m.BySKU(m.Honey, "N-6").Family != of {
		t.Error("they are no sizes of it")
	}
}

// A catalogue that is downloaded says what are sizes of one thing, and changes nothing when it is sent back.
func TestSizesAreInTheCatalogueThatIsDownloaded(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	jars(m)
	m.Must(m.Market.SizeOf(m.Ctx, m.Honey, m.BySKU(m.Honey, "B").ID, m.BySKU(m.Honey, "A").ID, true, m.Member))
	for _, language := range []string{"ar", "fr", "en"} {
		file := string(m.template(m.Honey, language, "csv"))
		u := m.upload(m.Honey, "a.csv", file)
		if u.Summary.Unchanged != 3 || u.Summary.Rows() != 3 {
			t.Errorf("%s: %+v", language, u.Summary)
		}
		if err := m.Discard(m.Ctx, m.Honey, u.ID, nil); err != nil {
			t.Fatal(err)
		}
		m.Must(m.Alone(m.Ctx, m.Honey, m.BySKU(m.Honey, "B").ID, m.Member))
		u = m.upload(m.Honey, "a.csv", file)
		if u.Summary.Changed != 1 || u.Rows[1].Changes[0] != (catalog.Change{Field: "size_of", New: "A"}) {
			t.Errorf("%s: taken apart meanwhile: %+v", language, u.Rows)
		}
		m.apply(m.Honey, u)
		if m.BySKU(m.Honey, "B").Family != m.BySKU(m.Honey, "A").Family {
			t.Errorf("%s: they are not put together again", language)
		}
	}
}
