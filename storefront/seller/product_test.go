package seller_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/storefront/storetest"
)

func newProduct() url.Values {
	return url.Values{
		"name_ar": {"عسل الخروب"}, "name_fr": {"Miel de caroubier"}, "category": {"honey"}, "price": {"150"},
		"unit_amount": {"500"}, "unit_code": {"g"}, "stock": {"12"}, "authorisation": {"ES.9.9.26"}, "state": {"published"},
	}
}

func TestProductIsAddedThenPhotographed(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	m.WorkJobs()
	member := m.SignIn(m.Honey.Member)
	page := member.Post("/ar/seller/products/new", newProduct()).Want(http.StatusOK)
	if !strings.HasSuffix(page.Path, "/picture") || !page.Has("#toasts .toast") {
		t.Fatalf("after adding: %s", page.Path)
	}
	if page.Find("input[type=file][capture]").Length() != 1 || page.Find("input[type=file]:not([capture])").Length() != 1 {
		t.Error("no way to take a photograph, or none to choose one")
	}
	sent := member.Upload(page.Path, "camera", "IMG_2041.JPG", photograph(t), nil).Want(http.StatusOK)
	if sent.Path != page.Path {
		t.Errorf("after sending: %s", sent.Path)
	}
	m.Eventually("the photograph is shown", func() bool {
		return strings.HasPrefix(member.Get(page.Path).Find(".photo img").AttrOr("src", ""), "/pictures/")
	})
	if ready := member.Get(page.Path); ready.Header.Get("Refresh") != "" {
		t.Error("the page goes on asking for itself")
	}
}

func TestMistakesInAProductKeepEverythingElse(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	for name, test := range map[string]struct {
		change url.Values
		field  string // whose error is shown
	}{
		"no name":         {url.Values{"name_ar": {""}, "name_fr": {" "}}, "fieldset.err .errmsg"},
		"no category":     {url.Values{"category": {""}}, "#f-category-error"},
		"unknown shelf":   {url.Values{"category": {"weapons"}}, "#f-category-error"},
		"no price":        {url.Values{"price": {""}}, "#f-price-error"},
		"letters":         {url.Values{"price": {"1OO"}}, "#f-price-error"},
		"minus":           {url.Values{"price": {"-5"}}, "#f-price-error"},
		"half a piece":    {url.Values{"stock": {"2,5"}}, "#f-stock-error"},
		"too much":        {url.Values{"stock": {"9999999"}}, "#f-stock-error"},
		"no unit":         {url.Values{"unit_amount": {""}}, "#f-unit-error"},
		"unknown unit":    {url.Values{"unit_code": {"barrel"}}, "#f-unit-error"},
		"half a season":   {url.Values{"season_from": {"10"}}, "details[open] .errmsg"},
		"no such day":     {url.Values{"authorised_till": {"tomorrow"}}, "#f-authorised_till-error"},
		"no number":       {url.Values{"authorisation": {""}}, "#f-authorisation-error"},
		"long name":       {url.Values{"name_fr": {strings.Repeat("miel ", 50)}}, "#f-name_fr-error"},
		"taken code":      {url.Values{"sku": {"M-1"}}, "#f-sku-error"},
		"no such state":   {url.Values{"state": {"eaten"}}, "fieldset.err .errmsg"},
		"hostile letters": {url.Values{"price": {"<script>\x00\xff"}}, "#f-price-error"},
	} {
		form := newProduct()
		for field, value := range test.change {
			form[field] = value
		}
		page := member.Post("/fr/seller/products/new", form).Want(http.StatusUnprocessableEntity)
		if !page.Has(test.field) {
			t.Errorf("%s: nothing said at %s: %s", name, test.field, page.Text("main form"))
		}
		if !page.Has(".note.bad") {
			t.Errorf("%s: nothing said above the form", name)
		}
		if test.change.Get("name_ar") == "" && test.change["name_ar"] == nil {
			if got := page.Find("#f-name_ar").AttrOr("value", ""); got != "عسل الخروب" {
				t.Errorf("%s: the name became %q", name, got)
			}
		}
	}
	form := newProduct()
	form.Set("name_ar", "500 غ")
	form.Set("name_fr", "")
	form.Set("category", "")
	if both := member.Post("/fr/seller/products/new", form).Want(http.StatusUnprocessableEntity); !both.Has("#f-name_ar-error, #f-name-error") || !both.Has("#f-category-error") {
		t.Errorf("a name that is a size and no category are told as %q", both.Text("main form"))
	}
	form = newProduct()
	form.Set("price", "0")
	l := m.Languages.Locale("fr")
	if said := member.Post("/fr/seller/products/new", form).Want(http.StatusUnprocessableEntity).Text("#f-price-error"); said != l.T("seller.product.price_zero") {
		t.Errorf("a price of nothing is told %q", said)
	}
	page := member.Get("/fr/seller/products").Want(http.StatusOK)
	if page.Find("tbody tr").Length() != 3 {
		t.Error("something was added all the same")
	}
}

func TestProductIsEditedInEveryLanguage(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	thyme := m.Honey.Product(t, "M-1")
	for i, language := range languages {
		path := "/" + language + "/seller/products/" + thyme.ID.String()
		form := formOf(member.Get(path).Want(http.StatusOK), "main form[action='"+path+"']")
		field := "description_" + m.Languages.Locale(language).Reads()
		form.Set(field, "وصف description "+language)
		form.Set("price", []string{"٩٩٫٥٠", "99,50", "99.50"}[i%3])
		page := member.Post(path, form).Want(http.StatusOK)
		if page.Path != "/"+language+"/seller/products" {
			t.Errorf("%s: after saving %s", language, page.Path)
		}
		again := formOf(member.Get(path), "main form[action='"+path+"']")
		if again.Get(field) != "وصف description "+language {
			t.Errorf("%s: the description was not kept", language)
		}
	}
	if got := m.Stock(thyme.ID); got != 20 {
		t.Errorf("%d in stock", got)
	}
}

func TestEditDoesNotPutBackWhatWasSold(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	thyme := m.Honey.Product(t, "M-1")
	path := "/ar/seller/products/" + thyme.ID.String()
	form := formOf(member.Get(path).Want(http.StatusOK), "main form[action='"+path+"']")
	m.Order()
	form.Set("name_en", "Wild thyme honey")
	member.Post(path, form).Want(http.StatusOK)
	if got := m.Stock(thyme.ID); got != 18 {
		t.Errorf("%d in stock", got)
	}
}

func TestAFormThatSomebodyElseChangedTooComesBackWithBoth(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	thyme := m.Honey.Product(t, "M-1")
	for i, language := range languages {
		path := "/" + language + "/seller/products/" + thyme.ID.String()
		at := "main form[action='" + path + "']"
		mine, theirs := formOf(member.Get(path).Want(http.StatusOK), at), formOf(member.Get(path), at)
		theirs.Set("name_fr", "Miel A "+language)
		theirs.Set("description_fr", "Autre texte "+language)
		member.Post(path, theirs).Want(http.StatusOK)

		mine.Set("name_fr", "Miel B "+language)
		mine.Set("unit_amount", strconv.Itoa(301+i))
		m.Order()
		told := member.Post(path, mine).Want(http.StatusConflict)
		told.Find("h1 + div [role=alert]") // before the photograph, which fills a telephone
		if said := told.Text("#f-name_fr-error"); !strings.Contains(said, "Miel A "+language) {
			t.Errorf("%s: the name says %q", language, said)
		}
		again := formOf(told, at)
		for field, want := range map[string]string{
			"name_fr": "Miel B " + language, "description_fr": "Autre texte " + language, "unit_amount": mine.Get("unit_amount"),
			"stock": strconv.Itoa(m.Stock(thyme.ID)),
		} {
			if got := again.Get(field); got != want {
				t.Errorf("%s: %s is %q, not %q", language, field, got, want)
			}
		}
		member.Post(path, again).Want(http.StatusOK)
		if kept := formOf(member.Get(path), at); kept.Get("name_fr") != "Miel B "+language || kept.Get("description_fr") != "Autre texte "+language {
			t.Errorf("%s: kept %q, %q", language, kept.Get("name_fr"), kept.Get("description_fr"))
		}
	}
}

func TestANewProductThatIsSentTwiceIsOne(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	form := formOf(member.Get("/fr/seller/products/new").Want(http.StatusOK), "main form[method=post]")
	for name, values := range newProduct() {
		form[name] = values
	}
	first := member.Post("/fr/seller/products/new", form).Want(http.StatusOK)
	if again := member.Post("/fr/seller/products/new", form).Want(http.StatusOK); again.Path != first.Path {
		t.Errorf("first %s, then %s", first.Path, again.Path)
	}
	// Mended after a mistake, the form is the same one.
	form.Set("price", "abc")
	mended := formOf(member.Post("/fr/seller/products/new", form).Want(http.StatusUnprocessableEntity), "main form[method=post]")
	if mended.Get("page") != form.Get("page") || mended.Get("page") == "" {
		t.Errorf("the form's key became %q", mended.Get("page"))
	}
}

func TestWhatIsNoPictureIsRefused(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	path := "/fr/seller/products/" + m.Honey.Product(t, "M-1").ID.String() + "/picture"
	for name, content := range map[string][]byte{
		"text": []byte("this is no picture"), "empty": nil, "cut short": photograph(t)[:40], "vector": []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"),
	} {
		page := member.Upload(path, "picture", "photo.jpg", content, nil).Want(http.StatusUnprocessableEntity)
		if !page.Has("#picture-error") {
			t.Errorf("%s: nothing says why", name)
		}
	}
	page := member.Upload(path, "other", "x", nil, nil).Want(http.StatusUnprocessableEntity)
	if !page.Has("#picture-error") {
		t.Error("no file: nothing says so")
	}
}

// formOf is what a browser would send of a form as it is shown.
func formOf(page *storetest.Page, selector string) url.Values {
	form := url.Values{}
	for _, field := range page.Find(selector).Find("input, select, textarea").EachIter() {
		name := field.AttrOr("name", "")
		switch {
		case field.Is("select"):
			form.Set(name, field.Find("option[selected]").AttrOr("value", ""))
		case field.Is("textarea"):
			form.Set(name, field.Text())
		case field.Is("[type=radio], [type=checkbox]"):
			if _, checked := field.Attr("checked"); checked {
				form.Set(name, field.AttrOr("value", "on"))
			}
		default:
			form.Set(name, field.AttrOr("value", ""))
		}
	}
	return form
}

// photograph is a small JPEG.
func photograph(t *testing.T) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 320, 240))
	for x := range 320 {
		for y := range 240 {
			img.Set(x, y, color.RGBA{uint8(x), uint8(y), 128, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAMemberSaysHowLongAProductTakesToBePrepared(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	product := m.Honey.Products[0]
	if _, err := m.DB.Exec(`update cooperatives set prepare_days = 2 where id = $1`, m.Honey.ID); err != nil {
		t.Fatal(err)
	}
	member := m.SignIn(m.Honey.Member)
	path := "/fr/seller/products/" + product.ID.String()
	for _, c := range []struct {
		typed  string
		status int
		takes  int
	}{{"٤", http.StatusOK, 4}, {"4 5", http.StatusUnprocessableEntity, 4}, {"jeudi", http.StatusUnprocessableEntity, 4}, {"61", http.StatusUnprocessableEntity, 4}, {"0", http.StatusOK, 0}, {"", http.StatusOK, 2}} {
		form := formOf(member.Get(path).Want(http.StatusOK), "#product")
		form.Set("prepare_days", c.typed)
		page := member.Post(path, form).Want(c.status)
		if c.status != http.StatusOK && (!page.Has("#f-prepare_days-error") || !page.Has("details[open] #f-prepare_days") || page.Find("#f-prepare_days").AttrOr("value", "") != c.typed) {
			t.Errorf("%q is refused without a word beside it", c.typed)
		}
		now, err := m.Catalog.Get(t.Context(), m.Honey.ID, product.ID)
		if err != nil || now.Prepare != c.takes {
			t.Errorf("after %q it takes %d days, want %d; %v", c.typed, now.Prepare, c.takes, err)
		}
	}
}

func TestASizeIsAddedTakenOutAndPutBack(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	jar := m.Honey.Product(t, "M-1")
	path := "/fr/seller/products/" + jar.ID.String()
	page := member.Get(path).Want(http.StatusOK)
	if page.Has("#sizes li") {
		t.Error("one size alone is listed")
	}
	fresh := member.Get(page.Find("#sizes a[href*='size_of']").AttrOr("href", "")).Want(http.StatusOK)
	form := formOf(fresh, "#product")
	if form.Get("name_fr") != jar.Name.FR || form.Get("price") != "" || form.Get("unit_amount") != "" || form.Get("sku") != "" {
		t.Errorf("the form of another size has %v", form)
	}
	amount := strconv.Itoa(jar.UnitAmount)
	for field, value := range map[string]string{"price": "45", "stock": "7", "sku": "M-1-2", "unit_amount": amount} {
		form.Set(field, value)
	}
	if same := member.Post("/fr/seller/products/new", form).Want(http.StatusUnprocessableEntity); same.Text("#f-unit-error") == "" {
		t.Error("nothing said of a size that is there")
	}
	form.Set("unit_amount", amount+"0")
	form.Set("price", "20000")
	asked := member.Post("/fr/seller/products/new", form).Want(http.StatusUnprocessableEntity)
	if answers := asked.Find("button[name=offered_price]"); answers.Length() != 2 || !strings.Contains(asked.Text("#f-price-error"), "autre format") {
		t.Fatalf("a price far from the other size's is asked about by %q", asked.Text("#f-price-error"))
	}
	form.Set("offered_price", asked.Find("button[name=offered_price]").Last().AttrOr("value", ""))
	member.Post("/fr/seller/products/new", form).Want(http.StatusOK)
	if page = member.Get(path); page.Find("#sizes li").Length() != 2 || page.Find("#sizes li [aria-current]").Length() != 1 {
		t.Fatalf("sizes: %s", page.Text("#sizes"))
	}
	if page = member.Post(path+"/sizes", url.Values{"alone": {"yes"}}).Want(http.StatusOK); page.Has("#sizes li") || !page.Has("#toasts .toast") {
		t.Errorf("taken out: %s", page.Text("#sizes"))
	}
	if page = member.Post(path+"/sizes", url.Values{"with": {"nothing"}}).Want(http.StatusUnprocessableEntity); page.Text("#f-with-error") == "" {
		t.Error("nothing said of a reference that is none")
	}
	if page = member.Post(path+"/sizes", url.Values{"with": {"M-1-2"}, "meant": {"M-1-2"}}).Want(http.StatusOK); page.Find("#sizes li").Length() != 2 {
		t.Errorf("put back: %s", page.Text("#sizes"))
	}
}

func TestASizeThatIsSavedOutOfItsThingIsTold(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	jar := m.Honey.Product(t, "M-1")
	form := formOf(member.Get("/fr/seller/products/new?size_of="+jar.ID.String()).Want(http.StatusOK), "#product")
	form.Set("price", strconv.Itoa(2*int(jar.Price)/100))
	form.Set("sku", "M-1-2")
	form.Set("unit_amount", strconv.Itoa(2*jar.UnitAmount))
	member.Post("/fr/seller/products/new", form).Want(http.StatusOK)
	m.DB.MustExec(`update products set sized_with = null where sku in ('M-1', 'M-1-2') and cooperative_id = $1`, m.Honey.ID) // the names alone decide
	large, err := m.Catalog.BySKU(t.Context(), m.Honey.ID, "M-1-2")
	if err != nil {
		t.Fatal(err)
	}
	path := "/fr/seller/products/" + large.ID.String()
	for _, c := range []struct{ name, said string }{
		{"Miel de thym de montagne", "Il n’est plus un format"}, {"Miel de thym de la montagne", "Le produit est enregistré."}, {jar.Name.FR, "Il est maintenant un format"},
	} {
		form := formOf(member.Get(path).Want(http.StatusOK), "#product")
		form.Set("name_fr", c.name)
		page := member.Post(path, form).Want(http.StatusOK)
		if said := page.Text("#toasts"); !strings.Contains(said, c.said) || strings.Contains(c.said, "enregistré") && strings.Contains(said, "format") {
			t.Errorf("called %q it is told %q", c.name, said)
		}
	}
}

// Of several sizes one is renamed alone, which is told, or all are where the member ticks that.
func TestANameIsGivenToTheOtherSizesToo(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	l := m.Languages.Locale("fr")
	jar := m.Honey.Product(t, "M-1")
	e := jar.Edit()
	e.SKU, e.UnitAmount, e.UnitCode, e.SizeOf = "M-1-250", 250, "g", jar.ID
	small, err := m.Catalog.Create(t.Context(), m.Honey.ID, e, actor.OfCooperative(m.Honey.ID, m.Honey.Member.ID))
	if err != nil {
		t.Fatal(err)
	}
	path := "/fr/seller/products/" + jar.ID.String()
	if alone := member.Get("/fr/seller/products/" + m.Honey.Product(t, "M-2").ID.String()); alone.Has("[name=alike]") {
		t.Error("there is no other size to name")
	}
	save := func(name, alike, said string) {
		t.Helper()
		form := formOf(member.Get(path).Want(http.StatusOK), "#product")
		if form.Get("alike") != "" || form.Get("others") == "" {
			t.Fatalf("the form begins with %q for %q", form.Get("alike"), form.Get("others"))
		}
		form.Set("name_fr", name)
		form.Set("alike", alike)
		if page := member.Post(path, form).Want(http.StatusOK); !strings.Contains(page.Text("#toasts"), said) {
			t.Errorf("called %q it is told %q", name, page.Text("#toasts"))
		}
	}
	now := func() string {
		t.Helper()
		p, err := m.Catalog.Get(t.Context(), m.Honey.ID, small.ID)
		if err != nil {
			t.Fatal(err)
		}
		return p.Name.FR
	}
	save("Miel de lavande", "", l.N("seller.product.sizes_stay", 1))
	if now() != jar.Name.FR {
		t.Errorf("unasked it is called %q", now())
	}
	save("Miel de lavande", "yes", l.N("seller.product.sizes_alike", 1))
	if now() != "Miel de lavande" {
		t.Errorf("asked for it is called %q", now())
	}

	// The form comes back with what others have made of it, and the tick.
	form := formOf(member.Get(path).Want(http.StatusOK), "#product")
	form.Set("name_fr", "Miel de romarin")
	form.Set("alike", "yes")
	form.Set("price", "many")
	refused := member.Post(path, form).Want(http.StatusUnprocessableEntity)
	if again := formOf(refused, "#product"); again.Get("alike") != "yes" || again.Get("others") != form.Get("others") {
		t.Errorf("it comes back with %q for %q", again.Get("alike"), again.Get("others"))
	}
	m.DB.MustExec(`update products set name_fr = 'Miel de fleurs' where id = $1`, small.ID)
	form.Set("price", strconv.Itoa(int(jar.Price)/100))
	changed := member.Post(path, form).Want(http.StatusConflict)
	if said := changed.Text("#f-name_fr-error"); !strings.Contains(said, "Miel de fleurs") || now() != "Miel de fleurs" {
		t.Errorf("it is told %q, and called %q", said, now())
	}
	form = formOf(changed, "#product")
	if form.Get("name_fr") != "Miel de romarin" || form.Get("alike") != "yes" {
		t.Errorf("it comes back with %q and %q", form.Get("name_fr"), form.Get("alike"))
	}
	member.Post(path, form).Want(http.StatusOK)
	if now() != "Miel de romarin" {
		t.Errorf("once seen it is called %q", now())
	}
}

// The form of another size names the thing, not the size that it begins from.
func TestAnotherSizeIsNamedWithoutTheMeasure(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	jar := m.Honey.Product(t, "M-1")
	m.DB.MustExec(`update products set name_ar = 'عسل الزعتر، علبة من ٥٠٠ غ', name_fr = 'Miel de Thym, pot de 500 g', name_en = 'Thyme honey, 500 g jar' where id = $1`, jar.ID)
	page := member.Get("/fr/seller/products/new?size_of=" + jar.ID.String()).Want(http.StatusOK)
	form := formOf(page, "#product")
	if form.Get("name_ar") != "عسل الزعتر" || form.Get("name_fr") != "Miel de Thym" || form.Get("name_en") != "Thyme honey" {
		t.Errorf("it begins as %v", form)
	}
	if h1 := page.Text("h1"); !strings.Contains(h1, "Miel de Thym, pot de 500 g") {
		t.Errorf("its title is %q", h1)
	}
	form.Set("price", "many")
	if page = member.Post("/fr/seller/products/new", form).Want(http.StatusUnprocessableEntity); !strings.Contains(page.Text("h1"), "pot de 500 g") {
		t.Errorf("refused, its title is %q", page.Text("h1"))
	}
}

func TestAQuantityIsWrittenWithAFraction(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Oil.Member)
	oil := m.Oil.Product(t, "Z-1")
	path := "/fr/seller/products/" + oil.ID.String()
	for typed, want := range map[string]int{"1,5": 1500, "١٫٥": 1500, "0,25": 250, "1.500": 1500} {
		form := formOf(member.Get(path).Want(http.StatusOK), "#product")
		form.Set("unit_amount", typed)
		form.Set("unit_code", "l")
		form.Set("sure_unit", typed+" l")
		page := member.Post(path, form)
		now, err := m.Catalog.Get(t.Context(), m.Oil.ID, oil.ID)
		if err != nil || now.UnitAmount != want || now.UnitCode != "ml" {
			t.Errorf("%q litres are %d %s: %v; %s", typed, now.UnitAmount, now.UnitCode, err, page.Text(".errmsg"))
		}
	}
	for _, typed := range []string{"1,5 kg", "abc", "-1", "1,5,5"} {
		form := formOf(member.Get(path).Want(http.StatusOK), "#product")
		form.Set("unit_amount", typed)
		if page := member.Post(path, form).Want(http.StatusUnprocessableEntity); page.Text("#f-unit-error") == "" {
			t.Errorf("nothing said of %q", typed)
		}
	}
}

// A reference is found however it is typed, and who leaves other sizes behind is told so.
func TestJoiningAThingByReference(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	member := m.SignIn(m.Honey.Member)
	l := m.Languages.Locale("fr")
	jar := m.Honey.Product(t, "M-1")
	e := jar.Edit()
	e.SKU, e.UnitAmount, e.UnitCode = "M-1-250", 250, "g"
	small, err := m.Catalog.Create(t.Context(), m.Honey.ID, e, actor.OfCooperative(m.Honey.ID, m.Honey.Member.ID))
	if err != nil {
		t.Fatal(err)
	}
	path := "/fr/seller/products/" + jar.ID.String() + "/sizes"
	if page := member.Post(path, url.Values{"with": {" m-1 "}}).Want(http.StatusUnprocessableEntity); page.Text("#f-with-error") != l.T("seller.size.itself") {
		t.Errorf("its own reference: %q", page.Text("#f-with-error"))
	}
	page := member.Post(path, url.Values{"with": {"m-2 "}}).Want(http.StatusOK)
	if got, want := page.Text("#toasts"), l.N("seller.size.done_without", 1); !strings.Contains(got, want) {
		t.Errorf("told %q, not %q", got, want)
	}
	if left, err := m.Catalog.Get(t.Context(), m.Honey.ID, small.ID); err != nil || left.Family == m.Honey.Product(t, "M-2").Family {
		t.Errorf("the small one goes along: %v", err)
	}

	// A price far from the size's beside it is asked about.
	dear := m.Honey.Product(t, "M-2")
	m.DB.MustExec(`update products set price_centimes = price_centimes * 20, sized_with = null where id = $1`, jar.ID)
	member.Post("/fr/seller/products/"+dear.ID.String()+"/sizes", url.Values{"alone": {"yes"}}).Want(http.StatusOK)
	asked := member.Post(path, url.Values{"with": {"m-2"}}).Want(http.StatusUnprocessableEntity)
	if !strings.Contains(asked.Text("#f-with-error"), "autre format") || asked.Find("#sizes button[name=meant]").Length() != 1 || asked.Has("#f-price-error, [name=offered_price]") {
		t.Errorf("asked by %q", asked.Text("#sizes"))
	}
	member.Post(path, url.Values{"with": {"m-2"}, "meant": {asked.Find("button[name=meant]").AttrOr("value", "")}}).Want(http.StatusOK)
}
