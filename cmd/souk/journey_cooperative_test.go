package main

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/gif"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"github.com/xuri/excelize/v2"

	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/sample"
)

// member is a member of a cooperative and her working day.
type member struct {
	lang, coop string
	csv        string     // her catalogue file: a new product, a changed one, a mistake on line 4
	repaired   string     // what the mistake should have been; "" if it is left
	found      [2]string  // the names of the new products, of the CSV file and of the workbook
	workbook   [][]any    // another file
	ordered    []wanted   // of hers
	others     []wanted   // in the same joint order
	edited     string     // the product that she edits by hand
	price      string     // its new price, as it is typed
	photograph color.RGBA // the colour of its picture
}

func members() []member {
	return []member{
		{
			lang: "ar", coop: "tin-el-hadba",
			csv: "\ufeffالمرجع;المنتوج;المنتوج بالفرنسية;الصنف;الوحدة;الثمن;الكمية;رقم الترخيص\r\n" +
				"TH-101;شريحة محشوة بالكوز;Figues farcies au pignon;dried;500 غ;72,50;11;ONSSA-EX-99.121.12\r\n" +
				"TH-009;مربى التين بالنافع;Confiture de figue au fenouil;preserve;370 غ;39;14;ONSSA-EX-99.121.12\r\n" +
				"TH-102;معجون التين;Pâte de figue;dried;500 غ;غالي;5;ONSSA-EX-99.121.12\r\n",
			repaired: "58",
			found:    [2]string{"شريحة محشوة بالكوز", "قهوة نوى التين"},
			workbook: [][]any{
				{"المرجع", "المنتوج", "الصنف", "الوحدة", "الثمن", "الكمية", "رقم الترخيص", "اللون"},
				{"TH-103", "قهوة نوى التين", "dried", "250 غ", 33.5, 8, "ONSSA-EX-99.121.12", "أسود"},
			},
			ordered:    []wanted{{"figues-seches-en-chapelet", 2}, {"confiture-de-figue-pot-de-220-g", 1}},
			others:     []wanted{{"citron-confit", 1}, {"berkoukes-d-aklim", 3}},
			edited:     "figues-seches-boite-de-1-kg",
			price:      "112,50",
			photograph: color.RGBA{R: 20, G: 90, B: 200, A: 255},
		},
		{
			lang: "fr", coop: "barakat-el-kharroub",
			csv: "Référence,Désignation,Désignation en arabe,Catégorie,Conditionnement,Prix,Quantité,ONSSA\n" +
				"BK-101,Tablette de caroube au sésame,لوح الخروب بالجلجلان,dried,100 g,\"18,50\",25,ONSSA-EX-99.109.17\n" +
				"BK-007,Poudre de caroube grillée,دقيق الخروب المحمص,dried,250 g,31,20,ONSSA-EX-99.109.17\n" +
				"BK-102,Caroube en purée,معجون الخروب,dried,500 g,cher,5,ONSSA-EX-99.109.17\n",
			found: [2]string{"Tablette de caroube au sésame", "Gomme de caroube moulue"},
			workbook: [][]any{
				{"Référence", "Produit", "Catégorie", "Unité", "Prix", "Stock", "Autorisation ONSSA", "Couleur"},
				{"BK-103", "Gomme de caroube moulue", "dried", "100 g", 45, 6, "ONSSA-EX-99.109.17", "blanche"},
			},
			ordered:    []wanted{{"sirop-de-caroube", 2}, {"poudre-de-caroube-sachet-de-500-g", 1}},
			others:     []wanted{{"citron-confit-bocal-de-1-kg", 1}, {"couscous-de-ble-d-aklim", 3}},
			edited:     "kaak-a-la-caroube",
			price:      "36,50",
			photograph: color.RGBA{R: 200, G: 60, B: 30, A: 255},
		},
	}
}

// A cooperative's member with a telephone, in a browser that runs the script.
func TestACooperativesMemberKeepsHerCatalogueAndPreparesHerOrders(t *testing.T) {
	t.Parallel()
	for _, m := range members() {
		t.Run(m.lang, func(t *testing.T) {
			t.Parallel()
			r := newReader(t, m.lang, telephone())
			r.signIn(m.coop+"@exemple.invalid", sample.Password)
			r.arrive("/" + m.lang + "/seller")
			r.look("her home")
			r.uploadCSV(m)
			r.uploadWorkbook(m)
			r.prepare(m, placeJointly(t, newAPIClient(r.mk.url), append(m.ordered, m.others...)...))
			r.editByHand(m)
			r.addPhotograph(m)
			r.open("/" + m.lang + "/seller")
			r.press("nav a[href$='/seller/money']", "")
			r.arrive("/" + m.lang + "/seller/money")
			r.look("her money")
		})
	}
}

// uploadCSV sends her file, sees what it would change, repairs the mistake or leaves it, and applies it.
func (r *reader) uploadCSV(m member) {
	r.t.Helper()
	file := filepath.Join(r.t.TempDir(), "منتوجات.csv")
	if err := os.WriteFile(file, []byte(m.csv), 0o600); err != nil {
		r.t.Fatal(err)
	}
	r.press("nav a[href$='/seller/upload']", "")
	r.arrive("/" + m.lang + "/seller/upload")
	r.look("the place for files")
	r.attach("input[type=file][name=file]", file)
	r.arrive("/" + m.lang + "/seller/upload/…")
	r.look("what the file would change")
	r.counts("main tbody tr", 3)
	r.sees("main", filepath.Base(file))
	r.sees("main tbody tr", m.found[0])
	mistake := "main form[action$='/repair']:has([name=line][value='4'])"
	r.counts(mistake+" [name=value]", 1)
	if r.findable(m, m.found[0]) {
		r.t.Error("a preview has written to the catalogue")
	}
	ready := 2
	if m.repaired != "" {
		r.write(mistake+" [name=value]", m.repaired)
		r.press(mistake+" button", r.l.T("seller.upload.repair"))
		r.counts(mistake, 0)
		ready = 3
		r.look("the file repaired")
	}
	r.apply(m, ready, m.found[0])
}

// uploadWorkbook does the same with a workbook, one column of which the market does not know.
func (r *reader) uploadWorkbook(m member) {
	r.t.Helper()
	book := excelize.NewFile()
	defer book.Close()
	for i, row := range m.workbook {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err == nil {
			err = book.SetSheetRow("Sheet1", cell, &row)
		}
		if err != nil {
			r.t.Fatal(err)
		}
	}
	file := filepath.Join(r.t.TempDir(), "catalogue.xlsx")
	if err := book.SaveAs(file); err != nil {
		r.t.Fatal(err)
	}
	r.press("main a[href$='/seller/upload']", r.l.T("seller.upload.another"))
	r.arrive("/" + m.lang + "/seller/upload")
	r.attach("input[type=file][name=file]", file)
	r.arrive("/" + m.lang + "/seller/upload/…")
	unknown := m.workbook[0][len(m.workbook[0])-1].(string)
	r.sees("main", r.l.N("seller.upload.ignored", 1)+" "+unknown)
	r.look("what the workbook would change")
	r.apply(m, 1, m.found[1])
}

// apply applies the rows that are ready and waits until buyers find a product of theirs.
func (r *reader) apply(m member, ready int, name string) {
	r.t.Helper()
	begun := time.Now()
	r.press("main form[action$='/apply'] button", r.l.N("seller.upload.apply", ready))
	r.until("find "+name, func() string {
		if !r.findable(m, name) {
			return "search does not know it"
		}
		return ""
	})
	r.t.Logf("%s: found by buyers %s after the button was pressed", name, time.Since(begun).Round(time.Millisecond))
	r.sees("main h1", r.l.T("seller.upload.applied_title"))
	r.sees("main", r.l.N("seller.upload.applied", ready))
	r.look("the file applied")
}

// findable asks search for a product of hers by its name.
func (r *reader) findable(m member, name string) bool {
	r.t.Helper()
	hits := r.offered(url.Values{"q": {name}, "coop": {m.coop}, "lang": {m.lang}})
	return slices.ContainsFunc(hits, func(g goods) bool { return g.Name == name })
}

// offered is what buyers find.
func (r *reader) offered(query url.Values) []goods {
	r.t.Helper()
	answer := newAPIClient(r.mk.url).get(r.t, "/api/v1/products?"+query.Encode())
	var found struct {
		Hits []goods `json:"hits"`
	}
	if err := json.Unmarshal([]byte(answer.Body), &found); err != nil || answer.Status != http.StatusOK {
		r.t.Fatalf("%v: %d %s", err, answer.Status, answer.Body)
	}
	return found.Hits
}

// prepare finds her part of a joint order, which tells her nothing of the others', and brings it as
// far as the association.
func (r *reader) prepare(m member, placed jointOrder) {
	r.t.Helper()
	api := newAPIClient(r.mk.url)
	r.press("nav a[href$='/seller/orders']", "")
	r.arrive("/" + m.lang + "/seller/orders")
	r.look("her orders")
	r.discreet(m, api)
	r.turnUntilSeen("main a[href*='/seller/orders/']", placed.Number)
	r.press("main a[href*='/seller/orders/']", placed.Number)
	r.arrive("/" + m.lang + "/seller/orders/…")
	r.look("her part of an order")
	r.sees("main h1", placed.Number)
	for _, line := range m.ordered {
		r.sees("main", api.goods(r.t, m.lang, line.slug).Name)
	}
	for _, move := range []struct {
		button string
		state  order.PartState
	}{{"accept", order.PartAccepted}, {"ready", order.PartReady}, {"handover", order.PartHandedOver}} {
		r.discreet(m, api)
		r.press("main:not(.still) form[action$='/"+move.button+"'] button", r.l.T("seller.orders.do_"+move.button))
		r.sees("[role=status]", r.l.T("seller.orders.done_"+move.button, "Number", placed.Number))
		for coop, state := range placed.states(r.t, api) {
			if want := map[bool]order.PartState{true: move.state, false: order.PartPlaced}[coop == m.coop]; state != want {
				r.t.Errorf("after %s the part of %s is %s, not %s", move.button, coop, state, want)
			}
		}
	}
	r.look("her part, handed over")
	r.counts("main .btn.big", 0)
}

// discreet fails the test if the page tells, anywhere in its source, what belongs to other cooperatives
// of the order, or where the buyer lives.
func (r *reader) discreet(m member, api apiClient) {
	r.t.Helper()
	source, err := ask[string](r, `() => document.documentElement.outerHTML`)
	if err != nil {
		r.t.Fatal(err)
	}
	secrets := []string{buyersAddress, buyersPhone, buyersPhone[1:], "06 61 98 76 54", strings.Fields(buyersName)[1]}
	for _, line := range m.others {
		for _, lang := range []string{"ar", "fr"} {
			g := api.goods(r.t, lang, line.slug)
			secrets = append(secrets, g.Name, g.Cooperative.Name, g.ID)
		}
	}
	for _, secret := range secrets {
		if strings.Contains(source, secret) {
			r.t.Errorf("%s tells %q", r.path(), secret)
		}
	}
}

// turnUntilSeen turns the pages of a list until something stands there.
func (r *reader) turnUntilSeen(selector, words string) {
	r.t.Helper()
	for {
		here, err := ask[bool](r, `(selector, words) => [...document.querySelectorAll(selector)].some(e => e.innerText.includes(words))`, selector, words)
		if err != nil {
			r.t.Fatal(err)
		}
		if here {
			return
		}
		before := r.path()
		r.press("main a[rel=next]", "")
		r.want("turn the page", `before => location.pathname + location.search !== before && document.readyState === 'complete'`, before)
	}
}

// editByHand changes a price and a stock in the list; a sale in between is not undone. Then it changes
// the product on its own page.
func (r *reader) editByHand(m member) {
	r.t.Helper()
	api := newAPIClient(r.mk.url)
	before := api.goods(r.t, m.lang, m.edited)
	r.press("nav a[href$='/seller/products']", "")
	r.arrive("/" + m.lang + "/seller/products")
	r.look("her catalogue")
	r.write("main form[role=search] [name=q]", before.Name)
	r.key(kb.Enter)
	r.want("search her catalogue", `name => document.readyState === 'complete' && new URLSearchParams(location.search).get('q') === name`, before.Name)
	row := "main tr:has(a[href$='/seller/products/" + before.ID + "'])"
	r.counts(row, 1)
	still := r.stays()
	save := func(field, value string, is func(goods) bool) {
		r.t.Helper()
		r.write(row+" [name="+field+"]", value)
		r.key(kb.Tab)
		r.sees("[role=status]", r.l.T("seller.catalogue.saved"))
		r.until(field+" "+value, func() string {
			if now := api.goods(r.t, m.lang, m.edited); !is(now) {
				return "buyers see " + now.Price.String() + " and " + r.l.Number(now.Stock) + " pieces"
			}
			return ""
		})
	}
	save("stock", "20", func(g goods) bool { return g.Stock == 20 })
	placeJointly(r.t, api, wanted{m.edited, 3})
	price, err := money.Parse(m.price)
	if err != nil {
		r.t.Fatal(err)
	}
	save("price", m.price, func(g goods) bool { return g.Price == price })
	if left := api.goods(r.t, m.lang, m.edited).Stock; left != 17 {
		r.t.Errorf("20 pieces, 3 sold since: a new price makes them %d", left)
	}
	// While the network is slow she goes on typing: the answer to one field leaves the next alone, which is saved after it.
	if _, err := ask[bool](r, `() => {
		const quick = fetch
		window.fetch = async (...asked) => {
			const answer = await quick(...asked)
			await new Promise(goOn => setTimeout(goOn, 700))
			return answer
		}
		return true
	}`); err != nil {
		r.t.Fatal(err)
	}
	r.write(row+" [name=price]", (price + 1_00).String())
	r.key(kb.Tab)
	r.write(row+" [name=stock]", "19")
	r.key(kb.Tab)
	r.until("both are saved", func() string {
		if now := api.goods(r.t, m.lang, m.edited); now.Stock != 19 || now.Price != price+1_00 {
			return "buyers see " + now.Price.String() + " and " + r.l.Number(now.Stock) + " pieces"
		}
		return ""
	})
	r.counts(row+" .did", 2) // each can be undone
	save("stock", "17", func(g goods) bool { return g.Stock == 17 })
	save("price", m.price, func(g goods) bool { return g.Price == price })
	if !still() {
		r.t.Error("saving in the list has loaded the page again")
	}
	r.look("her catalogue, changed")

	r.press(row+" a[href$='/seller/products/"+before.ID+"']", before.Name)
	r.arrive("/" + m.lang + "/seller/products/" + before.ID)
	r.look("a product of hers")
	r.write("main form:not([enctype]) [name=stock]", "30")
	r.press("main form:not([enctype]) button", r.l.T("seller.save"))
	r.sees("[role=status]", r.l.T("seller.product.updated"))
	if now := api.goods(r.t, m.lang, m.edited); now.Stock != 30 || now.Price != price {
		r.t.Errorf("after saving, buyers see %d pieces for %s", now.Stock, now.Price)
	}
}

// addPhotograph takes a picture with the telephone; it takes the drawing's place for buyers.
func (r *reader) addPhotograph(m member) {
	r.t.Helper()
	api := newAPIClient(r.mk.url)
	before := api.goods(r.t, m.lang, m.edited)
	if strings.Contains(before.ImageURL, "/pictures/") {
		r.t.Fatalf("%s has a photograph already", before.Slug)
	}
	// What HEIC is to an iPhone's browser, a GIF is to this one: it can read what the market does not take.
	canvas := image.NewPaletted(image.Rect(0, 0, 1600, 1200), color.Palette{m.photograph})
	var photograph bytes.Buffer
	if err := gif.Encode(&photograph, canvas, nil); err != nil {
		r.t.Fatal(err)
	}
	file := filepath.Join(r.t.TempDir(), "IMG_0001.gif")
	if err := os.WriteFile(file, photograph.Bytes(), 0o600); err != nil {
		r.t.Fatal(err)
	}
	r.open("/" + m.lang + "/seller/products/" + before.ID)
	begun := time.Now()
	r.attach("input[name=camera]", file)
	r.arrive("/" + m.lang + "/seller/products/" + before.ID + "/picture")
	r.want("see the photograph", `() => document.readyState === 'complete' && !!document.querySelector('main img[src*="/pictures/"]')`)
	r.t.Logf("the photograph is there %s after it was taken", time.Since(begun).Round(time.Millisecond))
	r.look("the photograph")

	r.open("/" + m.lang + "/products/" + before.Slug)
	shown, err := ask[[]int](r, `async () => {
		const picture = document.querySelector('main figure img')
		await picture.decode()
		const canvas = document.createElement('canvas')
		canvas.width = canvas.height = 8
		const paint = canvas.getContext('2d')
		paint.drawImage(picture, 0, 0, 8, 8)
		return [...paint.getImageData(4, 4, 1, 1).data]
	}`)
	if err != nil {
		r.t.Fatalf("the photograph in the shop: %v", err)
	}
	for i, want := range []uint8{m.photograph.R, m.photograph.G, m.photograph.B} {
		if off := shown[i] - int(want); off < -12 || off > 12 {
			r.t.Fatalf("buyers see a picture of the colour %v instead of the photograph's %v", shown, m.photograph)
		}
	}
	r.counts("main figure figcaption", 0)
	r.look("the product with its photograph")
}
