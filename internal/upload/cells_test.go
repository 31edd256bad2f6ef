package upload

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/text"
)

func TestUnitsAreReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range bundle.Codes() {
		for _, code := range []string{"kg", "g", "l", "ml", "piece", "m2"} {
			for _, amount := range []int{1, 2, 3, 5, 10, 11, 12, 25, 99, 100, 101, 102, 103, 250, 500, 1000, 5000} {
				typed := unitText(bundle.Locale(language), amount, code)
				a, c, ok := catalog.ParseUnit(text.Clean(typed))
				if !ok || !catalog.SameUnit(a, c, amount, code) {
					t.Errorf("%s: %d %s is written %q and read as %d %s", language, amount, code, typed, a, c)
				}
			}
		}
	}
}

func TestParsePrice(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]int64{
		"75": 75_00, "12,50": 12_50, "12.5": 12_50, "1 234,50": 1234_50, "1'250": 1250_00, "1 250 DH": 1250_00, "1.234,56": 1234_56, "1,234.56": 1234_56, "١٢٫٥٠": 12_50,
		"1\u202f250": 1250_00, "60 DH": 60_00, "60DH": 60_00, "60 dhs": 60_00, "MAD 60": 60_00, "60,00 درهم": 60_00, "٦٠ درهماً": 60_00,
		"60 د.م.": 60_00, "12.500000000000002": 12_50, "0.30000000000000004": 30, "1.2e3": 1200_00, "0.500": 50, "12.00": 12_00,
	} {
		price, problem := parsePrice(text.Clean(typed))
		if problem != nil || int64(price) != want {
			t.Errorf("%q: %d %+v, want %d", typed, price, problem, want)
		}
	}
	for typed, want := range map[string]string{
		"1.250":       "upload.price_ambiguous [1250 1.25]",
		"12,755":      "upload.price_ambiguous [12755 12.76]",
		"12 50":       "upload.price_ambiguous [1250 12.50]",
		"12'50":       "upload.price_ambiguous [1250 12.50]",
		"12 DH 50":    "upload.price_ambiguous [1250 12.50]",
		"5 5":         "upload.price_ambiguous [55 5.50]",
		"3 4 5":       "upload.price_unreadable []",
		"3O":          "upload.price_unreadable [30]",
		"l5,5O":       "upload.price_unreadable [15.50]",
		"25 DH/kg":    "upload.price_unreadable [25]",
		"gratuit":     "upload.price_unreadable []",
		"-5":          "upload.price_unreadable []",
		"12.3333":     "upload.price_fraction [12.33]",
		"99999999999": "upload.price_unreadable []",
		"0":           "upload.price_zero []",
		"0,00":        "upload.price_zero []",
	} {
		price, problem := parsePrice(typed)
		if problem == nil {
			t.Errorf("%q: %d, want %s", typed, price, want)
		} else if got := fmt.Sprint(problem.message.Key, " ", problem.suggestions); got != want {
			t.Errorf("%q: %s, want %s", typed, got, want)
		}
	}
}

func TestParseStock(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]int{"12": 12, "١٢": 12, "0": 0, "12.0": 12, "12,00": 12, "1 250": 1250, "1\u00a0250": 1250, "0.000": 0} {
		if n, problem := parseStock(text.Clean(typed)); problem != nil || n != want {
			t.Errorf("%q: %d %+v, want %d", typed, n, problem, want)
		}
	}
	for typed, want := range map[string]string{
		"beaucoup": "upload.stock_unreadable []", "1O": "upload.stock_unreadable [10]", "12,5": "upload.stock_fraction []",
		"-3": "catalog.stock_out_of_range []", "1000001": "catalog.stock_out_of_range []",
		"1.250": "upload.stock_ambiguous [1250]", "12.000": "upload.stock_ambiguous [12000 12]", "12,": "upload.stock_unreadable [12]",
		"5 5": "upload.stock_unreadable []", "12'5": "upload.stock_unreadable []", "1 2345": "upload.stock_unreadable []", "3,5,7,9,1,2,3": "upload.stock_unreadable []",
	} {
		n, problem := parseStock(typed)
		got := ""
		if problem != nil {
			got = fmt.Sprint(problem.message.Key, " ", problem.suggestions)
		}
		if got != want {
			t.Errorf("%q: %d %s, want %s", typed, n, got, want)
		}
	}
}

func TestParseSeasonAndDays(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"octobre – janvier": "10-1", "10-1": "10-1", "10/01": "10-1", "أكتوبر إلى يناير": "10-1", "de mai à août": "5-8", "Mai": "5-5", "ماي": "5-5",
		"toute l’année": "", "all year round": "", "طوال السنة": "", "Oct. - Jan.": "10-1",
	} {
		from, to, problem := parseSeason(text.Clean(typed))
		e := catalog.Edit{SeasonFrom: from, SeasonTo: to}
		season := catalog.Fields[slices.IndexFunc(catalog.Fields, func(f catalog.Field) bool { return f.Name == "season" })].Text(&e)
		if problem != nil || season != want {
			t.Errorf("%q: %s %+v, want %s", typed, season, problem, want)
		}
	}
	for _, typed := range []string{"hiver", "13", "1-2-3", "0"} {
		if _, _, problem := parseSeason(typed); problem == nil {
			t.Errorf("%q is no season", typed)
		}
	}
	for typed, want := range map[string]string{
		"31/12/2027": "2027-12-31", "1/2/2027": "2027-02-01", "2027-12-31": "2027-12-31", "31.12.2027": "2027-12-31", "٣١/١٢/٢٠٢٧": "2027-12-31",
		"46500": "2027-04-23", "46500.5": "2027-04-23", "2027-12-31T00:00:00Z": "2027-12-31",
	} {
		day, problem := parseDay(typed)
		if problem != nil || day.Format(time.DateOnly) != want {
			t.Errorf("%q: %s %+v, want %s", typed, day.Format(time.DateOnly), problem, want)
		}
	}
	for _, typed := range []string{"demain", "12", "31/02/2027", "1/1/0001", "1e300"} {
		if day, problem := parseDay(typed); problem == nil {
			t.Errorf("%q: %s, want none", typed, day.Format(time.DateOnly))
		}
	}
}

func TestHeadings(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"الاسم بالعربية": colNameAR, "اسم المنتوج بالفرنسية": colNameFR, "المنتوج": colName, "Désignation": colName, "Produit": colName,
		"Nom (FR)": colNameFR, "Nom du produit en arabe": colNameAR, "Nom en français": colNameFR, "Product name (English)": colNameEN, "name_ar": colNameAR,
		"Prix": colPrice, "الثمن": colPrice, "Prix unitaire (DH)": colPrice, "Prix (hors livraison)": colPrice, "PRIX  UNITAIRE": colPrice, "الثمن بالدرهم": colPrice,
		"P.U.": colPrice, "Quantité": colStock, "Qté": colStock, "الكمية": colStock, "المخزون": colStock, "En stock": colStock, "Unité": colUnit, "الوحدة": colUnit,
		"Conditionnement": colUnit, "Réf.": colSKU, "المرجع": colSKU, "SKU": colSKU, "Catégorie": colCategory, "الصنف": colCategory,
		"Description": colDescription, "Description (ar)": colDescriptionAR, "الوصف بالإنجليزية": colDescriptionEN, "N° ONSSA": colAuthorisation,
		"رقم الترخيص": colAuthorisation, "Autorisation valable jusqu’au": colAuthorisedTill, "Début de saison": colSeasonFrom, "نهاية الموسم": colSeasonTo,
		"Saison": colSeason, "Label": colLabel, "season_from": colSeasonFrom, "authorised_till": colAuthorisedTill,
		"Couleur": "", "": "", "Prix;Stock": "", "Photo": "", strings.Repeat("(", 300): "", "((((": "",
	} {
		if got := heading(typed); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range bundle.Codes() {
		for _, column := range templateColumns {
			if title := bundle.Locale(language).T("upload.column." + column); heading(title) != column {
				t.Errorf("%s: the download's heading %q is read as %q, want %q", language, title, heading(title), column)
			}
		}
	}
	// Whoever makes a file by hand writes what the form of a product says.
	for _, language := range bundle.Codes() {
		for label, column := range map[string]string{
			"sku": colSKU, "category": colCategory, "name_ar": colNameAR, "name_fr": colNameFR, "name_en": colNameEN, "unit_code": colUnit, "price": colPrice,
			"stock": colStock, "season": colSeason, "authorisation": colAuthorisation, "authorised_till": colAuthorisedTill,
			"description_ar": colDescriptionAR, "description_fr": colDescriptionFR, "description_en": colDescriptionEN,
		} {
			if title := bundle.Locale(language).T("seller.product." + label); heading(title) != column {
				t.Errorf("%s: the form's label %q is read as %q, want %q", language, title, heading(title), column)
			}
		}
	}
	known := map[string]string{}
	for column, aliases := range headings {
		for _, alias := range aliases {
			key := wordKey(text.Words(alias))
			if other := known[key]; other != "" && other != column {
				t.Errorf("%q is both %s and %s", alias, column, other)
			}
			known[key] = column
		}
	}
}

// Whatever is in a cell, its parsers answer, and what is kept is typed that PostgreSQL takes.
func FuzzCells(f *testing.F) {
	for _, typed := range []string{"", "1.250", "3O", "١٢٫٥٠", "500 g", "6 x 100 g", "octobre – janvier", "31/12/2027", "1e300", "0x1p-2", "((", "\x00\xff", "1/0 kg",
		"\u022a\u032f\u032a\u032f\x00\u031b"} { // the last mark joins the letter when what parts them is gone
		f.Add(typed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		value := cellText(colName, typed)
		if !utf8.ValidString(value) || strings.ContainsRune(value, 0) || utf8.RuneCountInString(value) > maxCell {
			t.Fatalf("kept %q", value)
		}
		heading(typed)
		values := map[string]string{}
		for _, column := range []string{colSKU, colName, colCategory, colUnit, colPrice, colStock, colSeason, colSeasonFrom, colAuthorisedTill} {
			values[column] = value
		}
		c := &comparer{noCategory: chooseFrom(nil), named: map[string]string{}, bySKU: map[string]int{}, byName: map[string][]int{}, seen: map[string]int{}}
		row, merged := c.row(1, values)
		if again := text.Clean(value); again != value {
			t.Fatalf("%q cleaned is %q, and again %q", typed, value, again)
		}
		for _, e := range append(row.Errors, row.Notes...) {
			for _, suggested := range e.Suggestions {
				repaired := map[string]string{e.Column: suggested}
				c.parse(repaired, func(column, value string, _ *cellError) {
					t.Fatalf("%q: %q is suggested for %s, and refused", typed, value, column)
				})
			}
		}
		if merged.Price < 0 || merged.Stock != nil && (*merged.Stock < 0 || *merged.Stock > catalog.MaxStock) || row.Kind == "" {
			t.Fatalf("%q gave %+v", typed, merged)
		}
	})
}
