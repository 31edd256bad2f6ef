package upload_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/upload"
)

func TestACatalogueFileIsReadShownAndApplied(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.Offer(m.Honey, catalogtest.Thyme())
	same := catalogtest.Thyme()
	same.SKU, same.Name.FR, same.Price = "M-02", "Miel de romarin", 90_00
	m.Offer(m.Honey, same)

	u := m.upload(m.Honey, "catalogue-novembre.csv", "\ufeff"+strings.Join([]string{
		"Catalogue novembre;;;;;",
		"",
		"Réf;Désignation;Prix unitaire (DH);Quantité;Autorisation ONSSA;Couleur",
		"M-01;Miel de thym;155,50;٢٥;;doré",
		"M-02;Miel de romarin;90;20;;",
		"M-03;Miel d’oranger 500 g;60 DH;12;ONSSA 12.345;",
		"M-04;Pollen;2O;5;;",
		"M-05;Panier en doum;1.250;;;",
	}, "\r\n"))

	if s := u.Summary; s.New != 1 || s.Changed != 1 || s.Unchanged != 1 || s.Wrong != 2 || s.Missing != 0 {
		t.Errorf("summary %+v", s)
	}
	if !cmp.Equal(u.Summary.Ignored, []string{"Couleur"}) {
		t.Errorf("ignored %v", u.Summary.Ignored)
	}
	if u.Rows[0].Line != 4 {
		t.Errorf("the first row is on line %d of the file, told as %d", 4, u.Rows[0].Line)
	}
	if !cmp.Equal(u.Rows[0].Changes, []catalog.Change{{Field: "price", Old: "150.00", New: "155.50"}, {Field: "stock", Old: "20", New: "25"}}) {
		t.Errorf("changes %+v", u.Rows[0].Changes)
	}
	if row := u.Rows[2]; row.Kind != upload.KindNew || row.Category != "honey" || row.Drawing != "honey-orange" || row.State != catalog.Published {
		t.Errorf("new row %+v", row)
	}
	if e := u.Rows[3].Errors[0]; e.Message.Key != "upload.price_unreadable" || !cmp.Equal(e.Suggestions, []string{"20"}) {
		t.Errorf("the letter O: %+v", e)
	}
	if e := u.Rows[4].Errors[0]; e.Message.Key != "upload.price_ambiguous" || !cmp.Equal(e.Suggestions, []string{"1250", "1.25"}) {
		t.Errorf("thousand or one: %+v", e)
	}
	fr := m.Locale("fr")
	if text := fr.Message(u.Rows[4].Errors[0].Message); !strings.Contains(text, "1250") || !strings.Contains(text, "1,25 ") {
		t.Errorf("both readings are told: %s", text)
	}
	if n := m.Number(`select count(*) from products`); n != 2 {
		t.Fatalf("%d products: a preview changes nothing", n)
	}

	kept, err := m.Get(m.Ctx, m.Honey, u.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(u.Report(fr), kept.Report(fr)); diff != "" {
		t.Errorf("kept and read again it says something else:\n%s", diff)
	}

	done := m.apply(m.Honey, u)
	if done.State != upload.Applied || done.Summary.Applied != 2 || done.AppliedAt == nil {
		t.Errorf("applied: %s %+v", done.State, done.Summary)
	}
	if p := m.BySKU(m.Honey, "M-01"); p.Price != 155_50 || p.Stock != 25 || p.Authorisation != "ONSSA 12.345" {
		t.Errorf("thyme honey: %d, %d, %q", p.Price, p.Stock, p.Authorisation)
	}
	if p := m.BySKU(m.Honey, "M-03"); p.Price != 60_00 || p.UnitAmount != 500 || p.UnitCode != "g" || p.Stock != 12 || p.Slug != "miel-d-oranger-500-g" {
		t.Errorf("orange honey: %+v", p)
	}
	m.sound()

	again := m.apply(m.Honey, u)
	if diff := cmp.Diff(done.Summary, again.Summary); diff != "" {
		t.Errorf("applied again it says something else:\n%s", diff)
	}
	if n := m.Number(`select count(*) from products`); n != 3 {
		t.Errorf("%d products after applying twice", n)
	}
	m.sound()
}

func TestAnArabicFile(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	u := m.upload(m.Couscous, "المنتوجات.csv", "المنتوج,الوحدة,الثمن بالدرهم,المخزون,الموسم\n"+
		"كسكس الشعير,كلغ,٢٥٫٥٠,١٢,\n"+
		"زيت الزيتون البكر,5 لتر,٣٥٠,٤,نونبر - يناير\n"+
		"قفة من الدوم,قطعة,80,3,\n")
	if u.Summary.New != 3 {
		t.Fatalf("summary %+v, rows %+v", u.Summary, u.Rows)
	}
	m.Exec(`update settings set decided = decided || '{"unauthorised": "yes"}'`)
	m.apply(m.Couscous, u)
	list, err := m.OfCooperative(m.Ctx, m.Couscous)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, p := range list {
		season := ""
		if p.SeasonFrom != nil {
			season = fmt.Sprint(*p.SeasonFrom, *p.SeasonTo)
		}
		got[p.Name.AR] = fmt.Sprintf("%s %d %s %s %d %s", p.Category, p.UnitAmount, p.UnitCode, p.Price, p.Stock, season)
	}
	want := map[string]string{
		"كسكس الشعير":       "cereal 1 kg 25.50 12 ",
		"زيت الزيتون البكر": "oil 5 l 350.00 4 11 1",
		"قفة من الدوم":      "craft 1 piece 80.00 3 ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestARowWithoutReferenceFindsItsProductByNameAndUnit(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.Offer(m.Honey, catalogtest.Thyme())
	kilo := catalogtest.Thyme()
	kilo.SKU, kilo.UnitAmount, kilo.UnitCode, kilo.Price = "M-1K", 1, "kg", 280_00
	m.Offer(m.Honey, kilo)

	u := m.upload(m.Honey, "a.csv", "Produit;Unité;Prix\n"+
		"MIEL DE THYM;1000 g;290\n"+ // the kilo, written otherwise
		"عسل الزَّعتر;500 غ;160\n"+ // the half, in Arabic with vowels
		"Miel de thym;;170\n"+ // which?
		"Miel de thym;250 g;90\n"+ // a new size
		"miel de thym;0,25 kg;95\n") // that size again
	kinds := []upload.Kind{}
	for _, row := range u.Rows {
		kinds = append(kinds, row.Kind)
	}
	if !slices.Equal(kinds, []upload.Kind{upload.KindChanged, upload.KindChanged, upload.KindWrong, upload.KindNew, upload.KindWrong}) {
		t.Fatalf("kinds %v", kinds)
	}
	if row := u.Rows[0]; row.SKU != "M-1K" || len(row.Changes) != 1 {
		t.Errorf("a kilo is a thousand grams: %+v", row)
	}
	if row := u.Rows[1]; row.SKU != "M-01" {
		t.Errorf("the half kilo: %+v", row)
	}
	if e := u.Rows[2].Errors[0]; e.Message.Key != "upload.which_product" || len(e.Suggestions) != 2 {
		t.Errorf("two sizes: %+v", e)
	}
	if e := u.Rows[4].Errors[0]; e.Message.Key != "upload.duplicate" || fmt.Sprint(e.Message.Args["Line"]) != "5" {
		t.Errorf("twice in the file: %+v", e)
	}
	m.apply(m.Honey, u)
	list, err := m.OfCooperative(m.Ctx, m.Honey)
	if err != nil || len(list) != 3 {
		t.Fatalf("%d products (%v)", len(list), err)
	}
	made := slices.IndexFunc(list, func(p catalog.Product) bool { return p.UnitAmount == 250 })
	if made < 0 || !strings.HasPrefix(list[made].SKU, "S-") {
		t.Errorf("the new size got no reference: %+v", list)
	}
}

func TestWhatTheFileDoesNotSayStays(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	e := catalogtest.Thyme()
	e.Description.FR, e.SeasonFrom, e.SeasonTo = "Récolté à Tafoughalt.", new(6), new(8)
	e.Labels = []catalog.Label{{Slug: "igp", Certificate: "1", ExpiresOn: "2030-01-01"}}
	p := m.Offer(m.Honey, e)
	u := m.upload(m.Honey, "stock.csv", "Code,Stock,Description,Prix\nM-01,7,,\n")
	if u.Summary.Changed != 1 || len(u.Rows[0].Changes) != 1 {
		t.Fatalf("rows %+v", u.Rows)
	}
	m.apply(m.Honey, u)
	want := p
	want.Stock, want.Counts = 7, 2
	if diff := cmp.Diff(want, m.Product(m.Honey, p.ID)); diff != "" {
		t.Error(diff)
	}
}

func TestDuplicatesNameTheFirstLine(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	u := m.upload(m.Honey, "a.csv", "Référence;Produit;Prix\nA1;Miel;10\nA2;Pollen;20\na1;Miel de thym;30\n")
	if u.Rows[2].Kind != upload.KindWrong {
		t.Fatalf("rows %+v", u.Rows)
	}
	e := u.Rows[2].Errors[0]
	if e.Column != "sku" || e.Message.Key != "upload.duplicate" || fmt.Sprint(e.Message.Args["Line"]) != "2" {
		t.Errorf("%+v", e)
	}
}

func TestACategoryIsGuessedOrAsked(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	u := m.upload(m.Honey, "a.csv", "Produit;Catégorie;Prix\nMiel de thym;;10\nChose;;20\nTruc;Huiles d'olive;5\nMachin;Voitures;5\nSavon;صابون وتجميل;9\n"+
		"Henné;Cosmétique;9\nMarmelade;Épices;9\nBouchiar;حلويات;9\nChoses;Fruits à coque et noix;9\nPeigne;صناعة;9\n")
	got := []string{}
	for _, row := range u.Rows {
		got = append(got, row.Category)
	}
	if !slices.Equal(got, []string{"honey", "", "oil", "", "cosmetic", "cosmetic", "herbs", "pastry", "dried", "craft"}) {
		t.Errorf("categories %q", got)
	}
	e := u.Rows[1].Errors[0]
	if e.Column != "category" || len(e.Suggestions) != 13 || !strings.Contains(m.Locale("fr").Message(e.Message), "Miel, Huile") {
		t.Errorf("the choices are told: %+v", e)
	}
	kept, err := m.Get(m.Ctx, m.Honey, u.ID)
	if err != nil || !strings.Contains(m.Locale("ar").Message(kept.Rows[3].Errors[0].Message), "عسل، زيت") {
		t.Errorf("and still told when read again: %v %+v", err, kept.Rows[3].Errors)
	}
}

// What a row leaves open is taken as what it most likely means, and said.
func TestWhatIsAssumedIsSaid(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	today := clock.Day(m.Now())
	day := func(days int) string { return today.AddDate(0, 0, days).Format("02/01/2006") }
	u := m.upload(m.Honey, "a.csv", "Produit;Catégorie;Unité;Prix;Stock;Autorisation;Autorisation jusqu'au\n"+
		"Miel de thym;Miel;boîte;10;1;ONSSA 1;\n"+
		"Miel d'oranger;Miel;الكيس;10;1;ONSSA 1;"+day(20)+"\n"+
		"Miel d'euphorbe;Miel;pot de 250 g;10;1;ONSSA 1;"+day(31)+"\n"+
		"Miel de jujubier;Miel;pièce;10;1;ONSSA 1;"+day(-30)+"\n"+
		"Panier en doum;Artisanat;panier;80;1;ONSSA 1;"+day(-400)+"\n")
	want := [][]string{
		{"upload.container_assumed"}, {"upload.container_assumed", "catalog.authorisation_ends"}, nil, {"catalog.authorisation_expired"}, {"upload.container_assumed"},
	}
	for i, row := range u.Rows {
		var keys []string
		for _, note := range row.Notes {
			keys = append(keys, note.Message.Key)
		}
		if !slices.Equal(keys, want[i]) || len(row.Errors) > 0 {
			t.Errorf("line %d: it is said %v, not %v (%+v)", row.Line, keys, want[i], row.Errors)
		}
	}
	kept, err := m.Get(m.Ctx, m.Honey, u.ID)
	m.Must(err)
	for _, code := range []string{"ar", "fr", "en"} {
		l := m.Locale(code)
		if said := l.Message(kept.Rows[3].Notes[0].Message); !strings.Contains(said, " "+l.ShortDate(today.AddDate(0, 0, -30))+".") {
			t.Errorf("%s: read again it is said %q", code, said)
		}
	}
	m.apply(m.Honey, u)
	u = m.upload(m.Honey, "b.csv", "Produit;Unité;Prix;Autorisation jusqu'au\nMiel de jujubier;boîte;10;"+day(-2)+"\n")
	if len(u.Rows) != 1 || len(u.Rows[0].Notes) != 1 || u.Rows[0].Notes[0].Message.Key != "catalog.authorisation_expired" {
		t.Errorf("of a draft whose authorisation is over: %+v", u.Rows)
	}
	// Where food may be offered without one, nothing follows from an authorisation that ends.
	m.Exec(`update settings set decided = decided || '{"unauthorised": "yes"}'`)
	u = m.upload(m.Honey, "c.csv", "Produit;Catégorie;Unité;Prix;Stock;Autorisation;Autorisation jusqu'au\n"+
		"Miel de thym;Miel;pot de 250 g;10;1;ONSSA 1;"+day(20)+"\nMiel d'oranger;Miel;pot de 250 g;10;1;ONSSA 1;"+day(-30)+"\n")
	for i, key := range []string{"catalog.authorisation_renew", "catalog.authorisation_over"} {
		if notes := u.Rows[i].Notes; len(notes) != 1 || notes[0].Message.Key != key {
			t.Errorf("line %d: it is said %+v, not %s", u.Rows[i].Line, notes, key)
		}
	}
}

func TestNewFoodWithoutAuthorisationIsADraft(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	u := m.upload(m.Honey, "a.csv", "Produit;Prix;Autorisation;Autorisation jusqu'au\n"+
		"Miel de thym;10;;\nPanier en doum;80;;\nPollen;50;ONSSA 1;31/10/2026\nPropolis;50;ONSSA 1;46500\n")
	states := []string{}
	for _, row := range u.Rows {
		states = append(states, row.State)
	}
	if !slices.Equal(states, []string{"draft", "published", "draft", "published"}) {
		t.Fatalf("states %v", states)
	}
	keys := []string{}
	for _, note := range append(u.Rows[0].Notes, u.Rows[2].Notes...) {
		keys = append(keys, note.Message.Key)
	}
	if !slices.Contains(keys, "catalog.needs_authorisation") || !slices.Contains(keys, "catalog.authorisation_expired") {
		t.Errorf("the reason is told: %v", keys)
	}
	m.apply(m.Honey, u)
	if n := m.Number(`select count(*) from products where state = 'draft'`); n != 2 {
		t.Errorf("%d drafts", n)
	}
	page, err := m.Catalogue(m.Ctx, m.Honey, catalog.Filter{})
	if err != nil || page.Published != 2 {
		t.Errorf("%+v %v", page, err)
	}
}

func TestATenfoldPriceIsAsked(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	thyme := m.Offer(m.Honey, catalogtest.Thyme())
	price := func() int { return m.Number(`select price_centimes from products where id = $1`, thyme.ID) }
	u := m.upload(m.Honey, "a.csv", "Réf;Prix;Stock\nM-01;1500;7\n")
	if u.Summary.Doubtful != 1 || u.Summary.Ready() != 0 || u.Rows[0].Kind != upload.KindChanged || u.Rows[0].Notes[0].Suggestions[0] != "150" {
		t.Fatalf("%+v", u.Rows)
	}
	if u = m.apply(m.Honey, u); price() != 150_00 || u.Summary.Applied != 0 || u.Summary.Meanwhile != 1 {
		t.Errorf("nobody answered, and it is %d: %+v", price(), u.Summary)
	}

	u = m.upload(m.Honey, "b.csv", "Réf;Prix\nM-01;1500\n")
	u, err := m.Repair(m.Ctx, m.Honey, u.ID, 2, "price", "150")
	if err != nil || u.Summary.Doubtful != 0 || u.Summary.Unchanged != 1 {
		t.Errorf("no, 150: %+v %v", u.Summary, err)
	}

	u = m.upload(m.Honey, "c.csv", "Réf;Prix\nM-01;1500\n")
	for _, slip := range []string{"15000", "1 500,00"} { // neither is what was asked about
		if u, err = m.Repair(m.Ctx, m.Honey, u.ID, 2, "price", slip); err != nil || u.Summary.Doubtful != 1 {
			t.Errorf("%s is not asked about: %+v %v", slip, u.Summary, err)
		}
	}
	if u, err = m.Repair(m.Ctx, m.Honey, u.ID, 2, "price", "1500"); err != nil || u.Summary.Ready() != 1 || u.Summary.Doubtful != 0 {
		t.Errorf("yes, 1500: %+v %v", u.Summary, err)
	}
	if u, err = m.Repair(m.Ctx, m.Honey, u.ID, 2, "price", "1 500,00 DH"); err != nil || u.Summary.Ready() != 1 || u.Summary.Doubtful != 0 {
		t.Errorf("the same in other words: %+v %v", u.Summary, err)
	}
	u = m.upload(m.Honey, "d.csv", "Réf;Prix\nM-01;1500\n")
	if u, err = m.Repair(m.Ctx, m.Honey, u.ID, 2, "price", "1500,00"); err != nil || u.Summary.Ready() != 1 || u.Summary.Doubtful != 0 {
		t.Errorf("yes, 1500,00: %+v %v", u.Summary, err)
	}
	if m.apply(m.Honey, u); price() != 1500_00 {
		t.Errorf("she said yes, and it is %d", price())
	}
}

func TestAnotherUnitAndAStockAHundredTimesAreAskedAbout(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	thyme := m.Offer(m.Honey, catalogtest.Thyme()) // 150 DH for 500 g, 20 of them
	u := m.upload(m.Honey, "a.csv", "Réf;Unité;Prix;Stock\nM-01;500 kg;150;2000\n")
	if u.Summary.Doubtful != 1 || u.Summary.Ready() != 0 || len(u.Rows[0].Notes) != 2 {
		t.Fatalf("%+v", u.Rows)
	}
	unit, stock := u.Rows[0].Notes[0], u.Rows[0].Notes[1]
	if unit.Column != "unit" || unit.Message.Args["NewUnit"] != (i18n.Unit{Amount: 500, Code: "kg"}) || !slices.Equal(unit.Suggestions, []string{"500 g", "500 kg"}) {
		t.Errorf("of the unit: %+v", unit)
	}
	if stock.Column != "stock" || !slices.Equal(stock.Suggestions, []string{"20", "2000"}) {
		t.Errorf("of the stock: %+v", stock)
	}
	for column, value := range map[string]string{"unit": "500 g", "stock": "2000"} { // no, yes
		var err error
		if u, err = m.Repair(m.Ctx, m.Honey, u.ID, 2, column, value); err != nil {
			t.Fatal(err)
		}
	}
	if u.Summary.Doubtful != 0 || u.Summary.Ready() != 1 {
		t.Errorf("answered: %+v", u.Rows)
	}
	m.apply(m.Honey, u)
	if got := m.Product(m.Honey, thyme.ID); got.UnitCode != "g" || got.Stock != 2000 {
		t.Errorf("%d %s, %d in stock", got.UnitAmount, got.UnitCode, got.Stock)
	}
	// The same from a downloaded catalogue.
	file := strings.Replace(string(m.template(m.Honey, "fr", "csv")), ";2000;", ";200000;", 1)
	if u = m.upload(m.Honey, "b.csv", file); u.Summary.Doubtful != 1 || !slices.Equal(u.Rows[0].Notes[0].Suggestions, []string{"2000", "200000"}) {
		t.Errorf("downloaded: %+v", u.Rows)
	}
	m.sound()
}

func TestRowsAreRepairedInPlace(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	u := m.upload(m.Honey, "a.csv", "Produit;Prix;Unité\nMiel;2O;kg\n;30;kg\nPollen;10;brassée\nChose;5;\n")
	if u.Summary.Wrong != 4 {
		t.Fatalf("%+v", u.Rows)
	}
	for _, repair := range []struct {
		line          int
		column, value string
	}{{2, "price", "20"}, {3, "name", "عسل السدر"}, {4, "unit", "100 غ"}, {5, "category", "craft"}} {
		var err error
		if u, err = m.Repair(m.Ctx, m.Honey, u.ID, repair.line, repair.column, repair.value); err != nil {
			t.Fatal(err)
		}
	}
	if u.Summary.Wrong != 0 || u.Summary.New != 4 {
		t.Fatalf("%+v %+v", u.Summary, u.Rows)
	}
	_, err := m.Repair(m.Ctx, m.Honey, u.ID, 99, "price", "1")
	m.Refused(err, fault.NotFound, "upload.no_line")
	for _, column := range []string{"state", "name_ber", "description_" + strings.Repeat("x", 9000)} {
		_, err = m.Repair(m.Ctx, m.Honey, u.ID, 2, column, "published")
		m.Refused(err, fault.Invalid, "upload.no_column")
	}
	_, err = m.Repair(m.Ctx, m.Couscous, u.ID, 2, "price", "1")
	m.Refused(err, fault.NotFound, "upload.not_found")
	u = m.apply(m.Honey, u)
	if u.Summary.Applied != 4 {
		t.Errorf("%+v", u.Summary)
	}
	_, err = m.Repair(m.Ctx, m.Honey, u.ID, 2, "price", "1")
	m.Refused(err, fault.Conflict, "upload.already_applied")
}

func TestAFileOfSizesBringsOneThing(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	const file = "Nom;Catégorie;Unité;Prix;Stock\n" +
		"Miel d’euphorbe 250 g;Miel;250 g;65;5\nMiel d’euphorbe;Miel;500 g;120;5\nMIEL D’EUPHORBE, pot de 1 kg;Miel;1 kg;220;5\nMiel d’acacia;Miel;250 g;60;5\n"
	m.apply(m.Honey, m.upload(m.Honey, "miels.csv", file))
	things := func() int {
		t.Helper()
		return m.Number(`select count(distinct family) from products where name_fr ilike '%euphorbe%'`)
	}
	if n := m.Number(`select count(*) from products where name_fr ilike '%euphorbe%'`); n != 3 || things() != 1 {
		t.Errorf("%d products of %d things", n, things())
	}
	if u := m.upload(m.Honey, "miels.csv", file); u.Summary.Unchanged != 4 {
		t.Errorf("read again: %+v", u.Summary)
	}
}
