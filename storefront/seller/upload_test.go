package seller_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/finding"
	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/storefront/storetest"
)

// catalogueFile has a new product, a changed one, one as it is, one with a letter for a zero and one
// whose price is ten times what it was.
const catalogueFile = "\uFEFFcode;produit;unité;prix (DH);qté;onssa;note\n" +
	"M-1;Miel de thym;500 g;115;25;;\n" +
	"M-2;Miel de jujubier;1 kg;3505;1;;\n" +
	";Miel de romarin;500 g;9O;8;;à vérifier\n" +
	"M-7;Miel d'euphorbe;250 g;160;6;ES.7.7.26;\n"

func TestFileIsReadCheckedRepairedAppliedAndFound(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	ctx, stop := context.WithCancel(context.Background())
	synced := make(chan struct{})
	go func() {
		defer close(synced)
		search.NewSyncer("test", m.Search, finding.NewSource(m.DB, time.Now), slog.New(slog.DiscardHandler)).Run(ctx)
	}()
	defer func() { stop(); <-synced }()

	member := m.SignIn(m.Honey.Member)
	page := member.Upload("/fr/seller/upload", "file", "miel de novembre.csv", []byte(catalogueFile), nil).Want(http.StatusOK)
	if got := page.Text(".tiles"); got != "À corriger 1 ne seront pas publiéesModifiées 2 dont 1 à vérifierNouvelles 1 des produits ajoutésInchangées 0 rien à faire" {
		t.Errorf("counts: %s", got)
	}
	if got := page.Text(".actions form[action$=apply] button"); got != "Publier les 2 lignes prêtes" {
		t.Errorf("the button says %s", got)
	}
	if first := page.Find("table.diff tbody tr").First(); !first.HasClass("bad") || first.AttrOr("id", "") != "line-4" {
		t.Error("the mistake does not come first")
	}
	if m.Stock(m.Honey.Product(t, "M-1").ID) != 20 {
		t.Error("the preview changed something")
	}

	// The proposal to read the letter as a zero stands in the field already.
	fix := formOf(page, "#line-4 form.fix")
	if fix.Get("value") != "90" {
		t.Errorf("proposed: %q", fix.Get("value"))
	}
	page = member.Post(action(page, "#line-4 form.fix"), fix).Want(http.StatusOK)
	if page.Has("tr.bad") {
		t.Error("the repaired row is still wrong")
	}
	// No, the jujube honey keeps its price.
	keep := formOf(page, "tr.ask form.fix")
	keep.Set("value", page.Find("tr.ask form.fix button").AttrOr("value", ""))
	page = member.Post(action(page, "tr.ask form.fix"), keep).Want(http.StatusOK)
	if page.Has("tr.ask") || page.Text(".actions form[action$=apply] button") != "Publier les 3 lignes prêtes" {
		t.Errorf("after both repairs: %s", page.Text(".actions"))
	}

	applied := member.Submit(page, ".actions form[action$=apply]", nil).Want(http.StatusOK)
	start := time.Now()
	if got := applied.Text(".note.ok b"); got != "3 lignes enregistrées." {
		t.Errorf("applied: %s", got)
	}
	if got := applied.Text(".note.ok p:nth-of-type(2)"); !strings.HasPrefix(got, "2 produits sont en vente") {
		t.Errorf("on sale: %s", got)
	}
	if m.Stock(m.Honey.Product(t, "M-1").ID) != 25 {
		t.Error("the stock was not counted anew")
	}
	// Rosemary honey has no authorisation yet: it is there, and nobody but the cooperative sees it.
	if got := applied.Text(".note.wait b"); got != "1 produit reste masqué." {
		t.Errorf("hidden: %s", got)
	}
	buyer := m.Visitor()
	m.Eventually("the new honey is found", func() bool {
		return strings.Contains(buyer.Get("/fr/products?q=euphorbe").Text("main"), "Miel d'euphorbe")
	})
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("found after %s", took)
	}

	// Whoever presses the button again, or comes too late to discard, is shown the result.
	for _, last := range []string{"/apply", "/discard", "/repair"} {
		again := member.Post(applied.Path+last, url.Values{"line": {"2"}, "column": {"price"}, "value": {"1"}}).Want(http.StatusOK)
		if again.Path != applied.Path {
			t.Errorf("%s leads to %s", last, again.Path)
		}
	}
	if m.Stock(m.Honey.Product(t, "M-1").ID) != 25 {
		t.Error("it was applied twice")
	}
}

func TestEncodingOfAFileIsToldAndCanBeChosen(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	const plain = "Produit;Prix;Stock;Unité\nع;80;3;500 غ\n" // too few Arabic letters to tell by
	saved, err := charmap.Windows1256.NewEncoder().String(plain)
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range languages {
		page := member.Upload("/"+language+"/seller/upload", "file", "liste.csv", []byte(saved), nil).Want(http.StatusOK)
		if said := page.Text("#encoding p"); !strings.Contains(said, "1252") {
			t.Fatalf("%s: it says %q", language, said)
		}
		choose := url.Values{"encoding": {page.Find("#encoding button").AttrOr("value", "")}}
		page = member.Submit(page, "#encoding form", choose).Want(http.StatusOK)
		if said := page.Text("#encoding p"); !strings.Contains(said, "1256") || !strings.Contains(page.Text("#line-2"), "ع") {
			t.Errorf("%s: then %q, %q", language, said, page.Text("#line-2"))
		}
		member.Submit(page, "#encoding form", url.Values{"encoding": {"latin-9"}}).Want(http.StatusNotFound)
	}
	page := member.Upload("/fr/seller/upload", "file", "liste.csv", []byte(plain), nil).Want(http.StatusOK)
	if page.Has("#encoding") {
		t.Error("there is no doubt about UTF-8")
	}
}

// Search is spoken of for what buyers find there, and for nothing else.
func TestWhatIsNotOnSaleIsNotSaidToBeFound(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	thyme := m.Honey.Product(t, "M-1")
	if err := m.Catalog.SetState(t.Context(), m.Honey.ID, thyme.ID, catalog.Archived, actor.OfCooperative(m.Honey.ID, m.Honey.Member.ID)); err != nil {
		t.Fatal(err)
	}
	upload := func(content string) string {
		t.Helper()
		preview := member.Upload("/fr/seller/upload", "file", "miel.csv", []byte(content), nil).Want(http.StatusOK)
		return member.Submit(preview, "form[action$=apply]", nil).Want(http.StatusOK).Path
	}
	said := func(path, language string) (title, saved, all string) {
		page := member.Get("/" + language + strings.TrimPrefix(path, "/fr")).Want(http.StatusOK)
		return page.Text("h1"), page.Text(".note.ok"), page.Text("main")
	}
	hidden := upload("code;produit;prix;stock\nM-1;;118;\n;Miel de romarin;90;8\n")
	for _, language := range languages {
		l := m.Languages.Locale(language)
		title, saved, all := said(hidden, language)
		if title != l.T("seller.upload.saved_title") || saved != l.N("seller.upload.applied", 2) {
			t.Errorf("%s: of two that nobody sees it says %q, %q", language, title, saved)
		}
		for _, why := range []string{"seller.upload.hidden_new", "seller.upload.archived"} {
			if !strings.Contains(all, l.N(why, 1)) {
				t.Errorf("%s: %s is not said: %q", language, why, all)
			}
		}
	}
	// What a suspended cooperative has on sale is not found either.
	if err := m.Cooperatives.SetState(t.Context(), m.Honey.ID, "suspended", "a complaint", actor.OfAssociation(m.Association.ID)); err != nil {
		t.Fatal(err)
	}
	unseen := upload("code;prix\nM-2;355\n")
	for _, language := range languages {
		l := m.Languages.Locale(language)
		if title, saved, _ := said(unseen, language); title != l.T("seller.upload.saved_title") || !strings.HasSuffix(saved, l.N("seller.upload.not_yet", 1)) {
			t.Errorf("%s: of a suspended cooperative's it says %q, %q", language, title, saved)
		}
	}
}

func TestALargeFileIsPublishedWhileThePageWaits(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	var file strings.Builder
	file.WriteString("code;produit;catégorie;unité;prix\n")
	for i := range 1001 {
		fmt.Fprintf(&file, "T-%d;Tapis %d;craft;1 m2;900\n", i, i)
	}
	preview := member.Upload("/fr/seller/upload", "file", "tapis.csv", []byte(file.String()), nil).Want(http.StatusOK)
	if got := preview.Find("table.diff tbody tr").Length(); got != 200 || !preview.Has("main p b") {
		t.Errorf("%d rows are shown", got)
	}
	id := preview.Path[strings.LastIndex(preview.Path, "/")+1:]
	member.Submit(preview, "form[action$=apply]", nil).Want(http.StatusOK)
	for _, language := range languages {
		page := member.Get("/" + language + "/seller/upload/" + id).Want(http.StatusOK)
		if page.Header.Get("Refresh") == "" || !page.Has("[role=status]") || page.Has("form[action$='/apply']") {
			t.Errorf("%s: the page does not wait: %s", language, page.Text("main"))
		}
	}
	// What others do with it meanwhile is told, and changes nothing.
	if page := member.Post(preview.Path+"/discard", nil).Want(http.StatusOK); page.Path != preview.Path {
		t.Errorf("discarded to %s", page.Path)
	}
	m.WorkJobs()
	m.Eventually("it is published", func() bool { return member.Get(preview.Path).Header.Get("Refresh") == "" })
	if page := member.Get(preview.Path).Want(http.StatusOK); !page.Has(".note.ok") || !strings.Contains(page.Text(".note.ok"), "001") {
		t.Errorf("it says %q", page.Text("main"))
	}
}

func TestThePreviewSaysOfWhatARowBecomesASize(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	file := "code;produit;unité;prix;stock;catégorie;format de\nN-1;Seau du dimanche;5 kg;700;3;Miel;m-1\nN-2;Seau du lundi;7 kg;900;3;Miel;N-1\n"
	preview := member.Upload("/fr/seller/upload", "file", "formats.csv", []byte(file), nil).Want(http.StatusOK)
	want := m.Honey.Product(t, "M-1").Name.FR
	for _, language := range []string{"fr", "ar", "en"} {
		page := member.Get("/" + language + strings.TrimPrefix(preview.Path, "/fr")).Want(http.StatusOK)
		l := m.Languages.Locale(language)
		if language != "fr" {
			want = l.Text(m.Honey.Product(t, "M-1").Name)
		}
		for _, line := range []string{"#line-2", "#line-3"} {
			list := page.Find(line + " .chg")
			if label := l.T("seller.upload.size_of"); list.Find("dt").Last().Text() != label || list.Find("dd").Last().Text() != want {
				t.Errorf("%s, %s: %q, not «%s: %s»", language, line, list.Text(), label, want)
			}
		}
	}
}

func TestWhatIsLeftForLaterIsCountedAsAbove(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	file := "code;produit;unité;prix;stock;catégorie\nM-1;;;1200;;\nN-1;Confiture;200 g;cher;3;Miel\nN-2;Pollen;200 g;40;beaucoup;Miel\nN-3;Gelée;200 g;90;3;Miel\n"
	preview := member.Upload("/fr/seller/upload", "file", "plus-tard.csv", []byte(file), nil).Want(http.StatusOK)
	for _, language := range languages {
		page := member.Get("/" + language + strings.TrimPrefix(preview.Path, "/fr")).Want(http.StatusOK)
		l := m.Languages.Locale(language)
		want := " · " + l.N("seller.upload.later", 2) + " · " + l.N("seller.upload.later_checked", 1)
		if !strings.Contains(page.Text("main"), plainly(want)) {
			t.Errorf("%s: no %q", language, want)
		}
		if label := page.Text("#line-3 label"); label != l.T("upload.column.price")+l.T("shop.comma")+l.T("seller.upload.line")+" "+l.Number(3) {
			t.Errorf("%s: the cell is called %q", language, label)
		}
	}
}

func TestFileOfWhichNothingIsLeftSaysSo(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	preview := member.Upload("/fr/seller/upload", "file", "prix.csv", []byte("code;prix\nM-1;115\n"), nil).Want(http.StatusOK)
	// Meanwhile somebody changes the price by hand.
	thyme := m.Honey.Product(t, "M-1")
	member.Post("/fr/seller/products/"+thyme.ID.String()+"/quick", url.Values{"price": {"118"}, "page": {shownNow(member, thyme)}}).Want(http.StatusOK)
	page := member.Submit(preview, "form[action$=apply]", nil).Want(http.StatusOK)
	if page.Text("h1") != "Rien n’a été publié" || page.Has(".note.ok") || !strings.Contains(page.Text("#line-2"), "modifié ailleurs") {
		t.Errorf("it says %q, %q", page.Text("h1"), page.Text("main"))
	}
	now, err := m.Catalog.Get(t.Context(), m.Honey.ID, m.Honey.Product(t, "M-1").ID)
	if err != nil || now.Price != 118_00 {
		t.Errorf("the price is %s: %v", now.Price, err)
	}
}

func TestRowThatComesTwiceIsRepairedByAnotherName(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	file := "produit;unité;prix\nMiel de caroubier;500 g;90\nMiel de caroubier;500 g;95\n"
	page := member.Upload("/fr/seller/upload", "file", "deux fois.csv", []byte(file), nil).Want(http.StatusOK)
	fix := formOf(page, "#line-3 form.fix")
	if fix.Get("value") != "Miel de caroubier" {
		t.Fatalf("the name to change is not in the field, but %q", fix.Get("value"))
	}
	fix.Set("value", "Miel de caroubier, récolte d'automne")
	if page = member.Post(action(page, "#line-3 form.fix"), fix).Want(http.StatusOK); page.Has("tr.bad") {
		t.Errorf("still wrong: %s", page.Text("tr.bad"))
	}
}

func TestFileIsDiscarded(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	preview := member.Upload("/ar/seller/upload", "file", "عسل.csv", []byte(catalogueFile), nil).Want(http.StatusOK)
	if got := member.Submit(preview, "form[action$=discard]", nil).Want(http.StatusOK).Path; got != "/ar/seller/products" {
		t.Errorf("then to %s", got)
	}
	if got := member.Get(preview.Path).Want(http.StatusOK).Path; got != "/ar/seller/upload" {
		t.Errorf("a discarded file is shown at %s", got)
	}
	if got := member.Post(preview.Path+"/apply", nil).Want(http.StatusOK).Path; got != "/ar/seller/upload" {
		t.Errorf("a discarded file is applied at %s", got)
	}
	if m.Stock(m.Honey.Product(t, "M-1").ID) != 20 {
		t.Error("something changed")
	}
}

func TestWhatIsNoCatalogueIsRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	for name, content := range map[string]string{
		"empty.csv": "", "headings only.csv": "produit;prix\n", "unknown.csv": "foo;bar\n1;2\n", "photo.xlsx": "PK\x03\x04 no workbook",
		"picture.jpg": "\xff\xd8\xff\xe0 JFIF", "no price.csv": "produit;note\nMiel;bon\n", "zeros.csv": strings.Repeat("\x00", 500),
	} {
		for _, language := range languages {
			page := member.Upload("/"+language+"/seller/upload", "file", name, []byte(content), nil).Want(http.StatusUnprocessableEntity)
			said := page.Text("#file-error")
			if !strings.Contains(said, name) || len(said) < len(name)+20 {
				t.Errorf("%s in %s: %s", name, language, said)
			}
			if found := storetest.Unsaid(strings.ReplaceAll(said, name, "")); found != "" {
				t.Errorf("%s in %s says %q", name, language, found)
			}
		}
	}
	page := member.Upload("/fr/seller/upload", "nothing", "x", nil, nil).Want(http.StatusUnprocessableEntity)
	if !page.Has("#file-error") {
		t.Error("no file, and nothing says so")
	}
	member.Upload("/fr/seller/upload", "file", "huge.csv", make([]byte, 9<<20), nil).Want(http.StatusRequestEntityTooLarge)
}

func TestThousandsOfMistakesAreCutAndCanBeDownloaded(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	var file strings.Builder
	file.WriteString("produit;prix;stock\n")
	for i := range 10_000 {
		fmt.Fprintf(&file, "Miel %d;cher;beaucoup\n", i)
	}
	member := m.SignIn(m.Honey.Member)
	page := member.Upload("/fr/seller/upload", "file", "faux.csv", []byte(file.String()), nil).Want(http.StatusOK)
	if got := page.Find("table.diff tbody tr").Length(); got != 200 {
		t.Errorf("%d rows on one page", got)
	}
	if got := page.Text("main .wrap > p.mt4 b"); got != "et 9 800 autres lignes, non affichées ici" {
		t.Errorf("it says %s", got)
	}
	if page.Has("form[action$=apply]") {
		t.Error("there is a button to publish nothing")
	}
	list := member.Get(page.Path + "/errors.csv").Want(http.StatusOK)
	reader := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(list.Body), "\uFEFF")))
	reader.Comma = ';'
	rows, err := reader.ReadAll()
	if err != nil || len(rows) != 20_001 {
		t.Fatalf("%d rows of mistakes: %v", len(rows), err)
	}
	if got := strings.Join(rows[1][:3], " "); got != "2 Prix cher" {
		t.Errorf("the first is %s", got)
	}
	page = member.Post(page.Path+"/repair", url.Values{"line": {"2"}, "column": {"price"}, "value": {"50"}, "show": {"wrong"}, "seen": {"0"}}).Want(http.StatusOK)
	if !page.Has("#line-2 form.fix input[value=stock]") || page.Has("#line-2 form.fix input[value=price]") {
		t.Error("one of two mistakes in a row cannot be repaired alone")
	}
}

func TestRepairOfNothingIsRefused(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	path := member.Upload("/fr/seller/upload", "file", "x.csv", []byte(catalogueFile), nil).Want(http.StatusOK).Path
	for _, form := range []url.Values{
		nil, {"line": {"two"}}, {"line": {"99"}, "column": {"price"}, "value": {"1"}, "seen": {"0"}}, {"line": {"-1"}, "column": {"price"}, "seen": {"0"}},
	} {
		member.Post(path+"/repair", form).Want(http.StatusNotFound)
	}
	member.Post(path+"/repair", url.Values{"line": {"2"}, "column": {"owner"}, "value": {"me"}}).Want(http.StatusUnprocessableEntity)
}

func TestTooManyFilesOfADayAreToldAndNothingTypedIsLost(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	path := member.Upload("/fr/seller/upload", "file", "x.csv", []byte(catalogueFile), nil).Want(http.StatusOK).Path
	id := path[strings.LastIndex(path, "/")+1:]
	if _, err := m.DB.ExecContext(t.Context(), `update uploads set written = 256 << 20 where id = $1`, id); err != nil {
		t.Fatal(err)
	}
	for _, language := range languages {
		page := member.Upload("/"+language+"/seller/upload", "file", "encore.csv", []byte(catalogueFile), nil).Want(http.StatusTooManyRequests)
		if said := page.Text("#file-error"); !strings.Contains(said, "encore.csv") || storetest.Unsaid(strings.ReplaceAll(said, "encore.csv", "")) != "" ||
			!page.Has("input[type=file]") || page.Header.Get("Retry-After") == "" {
			t.Errorf("%s says %q", language, said)
		}
		page = member.Post("/"+language+"/seller/upload/"+id+"/repair",
			url.Values{"line": {"4"}, "column": {"price"}, "value": {"91"}, "show": {"wrong"}}).Want(http.StatusTooManyRequests)
		if said := page.Text("#refused"); said == "" || storetest.Unsaid(said) != "" {
			t.Errorf("%s says %q", language, said)
		}
		if form := formOf(page, "#line-4 form.fix"); form.Get("value") != "91" || form.Get("show") != "wrong" {
			t.Errorf("%s: what was typed is lost: %v", language, form)
		}
	}
}

func TestAFileWhoseRowsAreForgottenSaysSo(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	preview := member.Upload("/fr/seller/upload", "file", "x.csv", []byte(catalogueFile), nil).Want(http.StatusOK)
	id := preview.Path[strings.LastIndex(preview.Path, "/")+1:]
	member.Submit(preview, "form[action$=apply]", nil).Want(http.StatusOK)
	if _, err := m.DB.ExecContext(t.Context(), `delete from upload_rows where upload_id = $1`, id); err != nil {
		t.Fatal(err)
	}
	for _, language := range languages {
		page := member.Get("/" + language + "/seller/upload/" + id).Want(http.StatusOK)
		if !page.Has(".sechead h2") || !page.Has(".sechead + p") || page.Has("table.diff") || page.Has("a[href$='errors.csv']") {
			t.Errorf("%s: %s", language, page.Text("main"))
		}
	}
}

// action is where a form is sent.
func action(page *storetest.Page, selector string) string {
	return page.Find(selector).First().AttrOr("action", "")
}
