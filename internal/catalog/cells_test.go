package catalog

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/souk-taawon/souk/internal/i18n"
)

func TestParseUnit(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"500 g": "500 g", "500g": "500 g", "500 غ": "500 g", "٥٠٠ غرام": "500 g", "500 Gr.": "500 g", "0,5 kg": "500 g",
		"1/2 kg": "500 g", "نصف كيلو": "500 g", "ربع كيلو": "250 g", "demi litre": "500 ml",
		"1 kg": "1 kg", "kg": "1 kg", "KG": "1 kg", "Le kilo": "1 kg", "كلغ": "1 kg", "الكيلو": "1 kg", "1,0 kg": "1 kg", "2 كيلوغرام": "2 kg",
		"1 L": "1 l", "1L": "1 l", "5 litres": "5 l", "لتر": "1 l", "5 لتر": "5 l", "0.75 L": "750 ml", "75 cl": "750 ml", "250 مل": "250 ml",
		"pièce": "1 piece", "la pièce": "1 piece", "12 pièces": "12 piece", "قطعة": "1 piece", "القطعة": "1 piece", "قطعة واحدة": "1 piece",
		"قطعتان": "2 piece", "douzaine": "12 piece", "12 œufs": "12 piece", "unité": "1 piece", "bocal": "1 piece", "علبة": "1 piece",
		"bocal 370 g": "370 g", "Pot de 500 g": "500 g", "6 x 100 g": "600 g", "قنينة 1 لتر": "1 l",
		"1.500 g": "1500 g", "1 500 g": "1500 g", "1.500 kg": "1500 g", "0,500 kg": "500 g", "1,000 ml": "1000 ml",
		"m²": "1 m2", "m2": "1 m2", "م²": "1 m2", "mètre carré": "1 m2", "متر مربع": "1 m2", "\u200f500\u00a0g": "500 g",
	} {
		amount, code, ok := ParseUnit(clean(text))
		if got := fmt.Sprintf("%d %s", amount, code); !ok || got != want {
			t.Errorf("%q: %s %v, want %s", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "beau", "12", "0 kg", "-", "1 kg 500", "kg 2", "0.0001 g", "1,5 pièce", "999999999 kg", "1/0 kg"} {
		if amount, code, ok := ParseUnit(text); ok {
			t.Errorf("%q: %d %s, want none", text, amount, code)
		}
	}
}

func TestUnitsAreReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range bundle.Codes() {
		for code := range unitCodes {
			for _, amount := range []int{1, 2, 3, 5, 10, 11, 12, 25, 99, 100, 101, 102, 103, 250, 500, 1000, 5000} {
				text := unitText(bundle.Locale(language), amount, code)
				a, c, ok := ParseUnit(clean(text))
				if !ok || !sameUnit(a, c, amount, code) {
					t.Errorf("%s: %d %s is written %q and read as %d %s", language, amount, code, text, a, c)
				}
			}
		}
	}
}

func TestParsePrice(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"75": 75_00, "12,50": 12_50, "12.5": 12_50, "1 234,50": 1234_50, "1.234,56": 1234_56, "1,234.56": 1234_56, "١٢٫٥٠": 12_50,
		"1\u202f250": 1250_00, "60 DH": 60_00, "60DH": 60_00, "60 dhs": 60_00, "MAD 60": 60_00, "60,00 درهم": 60_00, "٦٠ درهماً": 60_00,
		"60 د.م.": 60_00, "12.500000000000002": 12_50, "0.30000000000000004": 30, "1.2e3": 1200_00, "0.500": 50, "12.00": 12_00,
	} {
		price, problem := parsePrice(clean(text))
		if problem != nil || int64(price) != want {
			t.Errorf("%q: %d %+v, want %d", text, price, problem, want)
		}
	}
	for text, want := range map[string]string{
		"1.250":       "upload.price_ambiguous [1250 1.25]",
		"12,755":      "upload.price_ambiguous [12755 12.76]",
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
		price, problem := parsePrice(text)
		if problem == nil {
			t.Errorf("%q: %d, want %s", text, price, want)
		} else if got := fmt.Sprint(problem.message.Key, " ", problem.suggestions); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestParseStock(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"12": 12, "١٢": 12, "0": 0, "12.0": 12, "12,00": 12, "1 250": 1250, "1\u00a0250": 1250, "0.000": 0} {
		if n, problem := parseStock(clean(text)); problem != nil || n != want {
			t.Errorf("%q: %d %+v, want %d", text, n, problem, want)
		}
	}
	for text, want := range map[string]string{
		"beaucoup": "upload.stock_unreadable []", "1O": "upload.stock_unreadable [10]", "12,5": "upload.stock_fraction []",
		"-3": "catalog.stock_out_of_range []", "1000001": "catalog.stock_out_of_range []",
		"1.250": "upload.stock_ambiguous [1250]", "12.000": "upload.stock_ambiguous [12000 12]", "12,": "",
	} {
		n, problem := parseStock(text)
		got := ""
		if problem != nil {
			got = fmt.Sprint(problem.message.Key, " ", problem.suggestions)
		}
		if got != want {
			t.Errorf("%q: %d %s, want %s", text, n, got, want)
		}
	}
}

func TestParseSeasonAndDays(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"octobre – janvier": "10-1", "10-1": "10-1", "10/01": "10-1", "أكتوبر إلى يناير": "10-1", "de mai à août": "5-8", "Mai": "5-5", "ماي": "5-5",
		"toute l’année": "", "all year round": "", "طوال السنة": "", "Oct. - Jan.": "10-1",
	} {
		from, to, problem := parseSeason(clean(text))
		e := Edit{SeasonFrom: from, SeasonTo: to}
		season := editable[slices.IndexFunc(editable, func(f field) bool { return f.name == "season" })].text(&e)
		if problem != nil || season != want {
			t.Errorf("%q: %s %+v, want %s", text, season, problem, want)
		}
	}
	for _, text := range []string{"hiver", "13", "1-2-3", "0"} {
		if _, _, problem := parseSeason(text); problem == nil {
			t.Errorf("%q is no season", text)
		}
	}
	for text, want := range map[string]string{
		"31/12/2027": "2027-12-31", "1/2/2027": "2027-02-01", "2027-12-31": "2027-12-31", "31.12.2027": "2027-12-31", "٣١/١٢/٢٠٢٧": "2027-12-31",
		"46500": "2027-04-23", "46500.5": "2027-04-23", "2027-12-31T00:00:00Z": "2027-12-31",
	} {
		day, problem := parseDay(text)
		if problem != nil || dayText(day) != want {
			t.Errorf("%q: %s %+v, want %s", text, dayText(day), problem, want)
		}
	}
	for _, text := range []string{"demain", "12", "31/02/2027", "1/1/0001", "1e300"} {
		if day, problem := parseDay(text); problem == nil {
			t.Errorf("%q: %s, want none", text, dayText(day))
		}
	}
}

func TestHeadings(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
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
		if got := heading(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range bundle.Codes() {
		for _, c := range templateColumns {
			if title := bundle.Locale(language).T("upload.column." + c.column); heading(title) != c.column {
				t.Errorf("%s: the download's heading %q is read as %q, want %q", language, title, heading(title), c.column)
			}
		}
	}
	known := map[string]string{}
	for column, aliases := range headings {
		for _, alias := range aliases {
			key := wordKey(words(alias))
			if other := known[key]; other != "" && other != column {
				t.Errorf("%q is both %s and %s", alias, column, other)
			}
			known[key] = column
		}
	}
}

func TestGuess(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Clémentine de Berkane": "fruit clementine", "Figue sèche": "dried fig-dried", "Figues fraîches": "fruit fig-fresh", "Figue de Barbarie": "fruit pricklypear",
		"Amande beldi": "dried almond", "اللوز البلدي": "dried almond", "Miel d'oranger": "honey honey-orange", "عسل زهر البرتقال": "honey honey-orange",
		"Huile d'olive extra vierge": "oil oil", "زيت الزيتون": "oil oil", "Savon à l'huile d'olive": "cosmetic soap-olive", "Savon noir": "cosmetic soap-black",
		"Huile essentielle de romarin": "herbs rosemary-oil", "Eau de fleur d'oranger": "herbs orange-water", "ماء الزهر": "herbs orange-water",
		"Olives noires": "preserve olives-black", "Olives vertes": "preserve olives-green", "Confiture de clémentine": "preserve jam-clementine",
		"Couscous d'orge": "cereal couscous-barley", "كسكس القمح": "cereal couscous", "Citron confit": "preserve lemon-preserved", "Citron": "fruit lemon",
		"Panier cadeau": "bundle gift", "Panier en doum": "craft basket", "قفة من الدوم": "craft basket", "Terfass": "truffle terfass", "الترفاس": "truffle terfass",
		"Œufs beldi": "dairy eggs", "Fromage de chèvre": "dairy cheese", "Noix": "dried walnut", "Tapis": "craft zerbia", "Sirop de caroube": "preserve carob-syrup",
		"رُبّ الخروب": "preserve carob-syrup", "Poudre de caroube": "dried carob-powder", "Chose": " ", "": " ",
	} {
		category, drawing := guess(i18n.Text{FR: name})
		if got := category + " " + drawing; got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestSlugify(t *testing.T) {
	t.Parallel()
	for name, want := range map[i18n.Text]string{
		{FR: "Miel d’oranger « été » 500 g"}: "miel-d-oranger-ete-500-g", {FR: "Œufs beldi"}: "oeufs-beldi", {AR: "عسلُ الزّعتر"}: "asl-alzatr",
		{AR: "عسل", EN: "Honey"}: "honey", {FR: "✿✿✿"}: "product", {FR: "  --a--  "}: "a", {}: "product",
	} {
		if got := slugify(name); got != want {
			t.Errorf("%+v: %q, want %q", name, got, want)
		}
	}
	if long := slugify(i18n.Text{FR: strings.Repeat("été ", 100)}); len(long) > maxSlug+2 || strings.HasSuffix(long, "-") {
		t.Errorf("%q", long)
	}
}

func TestCleanKeepsNothingUnseen(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a\x00b\u202ec\u200f": "abc", " \u00a0Miel\u2009de\u202fthym ": "Miel de thym", "e\u0301te\u0301": "été", "\xff\xfe": "", "l1\r\nl2": "l1\nl2", "l1\u2028l2": "l1\nl2", "\u2029\u05bfa": "a",
		"\u200b\u2066\u00ad\u3164\uffa0\u2800\u180e\ufeff\u061c\u2060": "", "\u0301\u0302": "", " \u064e a": "a", "Mi\u00adel\u200d": "Miel",
		"a\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301": "\u00e1\u0301\u0301\u0301", "عَسَلٌ": "عَسَلٌ", "مُّ": "مُّ",
	} {
		if got := clean(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestPlainTextIsCleanAlready(t *testing.T) {
	t.Parallel()
	var plain []rune
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if isPlain(string(r)) {
			plain = append(plain, r)
		}
	}
	for _, a := range plain {
		for _, b := range plain {
			if text := "x" + string(a) + string(b) + "x"; cleaned(text) != text {
				t.Fatalf("%q: %q", text, cleaned(text))
			}
		}
	}
	for _, text := range []string{"\u0301", "e\u0301", "\u00a0", "\u00ad", "\r", "\x00", "\xff", "عَ", "\u202e"} {
		if isPlain(text) {
			t.Errorf("%q is not plain", text)
		}
	}
}

// Whatever is in a cell, its parsers answer, and what is kept is text that PostgreSQL takes.
func FuzzCells(f *testing.F) {
	for _, text := range []string{"", "1.250", "3O", "١٢٫٥٠", "500 g", "6 x 100 g", "octobre – janvier", "31/12/2027", "1e300", "0x1p-2", "((", "\x00\xff", "1/0 kg",
		"\u022a\u032f\u032a\u032f\x00\u031b"} { // the last mark joins the letter when what parts them is gone
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		value := cellText(colName, text)
		if !utf8.ValidString(value) || strings.ContainsRune(value, 0) || utf8.RuneCountInString(value) > maxCell {
			t.Fatalf("kept %q", value)
		}
		heading(text)
		slugify(i18n.Text{AR: value})
		values := map[string]string{}
		for _, column := range []string{colSKU, colName, colCategory, colUnit, colPrice, colStock, colSeason, colSeasonFrom, colAuthorisedTill} {
			values[column] = value
		}
		c := &comparer{noCategory: chooseFrom(nil), rules: rules{categories: map[string]Category{}}, named: map[string]string{}, bySKU: map[string]int{}, byName: map[string][]int{}, seen: map[string]int{}}
		row, merged := c.row(1, values)
		if again := clean(value); again != value {
			t.Fatalf("%q cleaned is %q, and again %q", text, value, again)
		}
		for _, e := range append(row.Errors, row.Notes...) {
			for _, suggested := range e.Suggestions {
				repaired := map[string]string{e.Column: suggested}
				c.parse(repaired, func(column, value string, _ *cellError) {
					t.Fatalf("%q: %q is suggested for %s, and refused", text, value, column)
				})
			}
		}
		if merged.Price < 0 || merged.Stock != nil && (*merged.Stock < 0 || *merged.Stock > maxStock) || row.Kind == "" {
			t.Fatalf("%q gave %+v", text, merged)
		}
	})
}
