package searchtest

import (
	"slices"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/search"
)

func namesFirst(t *testing.T, engine search.Engine) {
	honey := product("is", "عسل السدر", "Miel de jujubier", "Jujube honey")
	contains := product("contains", "صابون بالعسل", "Savon au miel", "Honey soap")
	mentions := product("mentions", "مقروط", "Makrout", "Makrout")
	mentions.DescriptionAR, mentions.DescriptionFR, mentions.DescriptionEN = "محلى بعسل المنطقة والعسل الحر", "Au miel", "With honey"
	put(t, engine, mentions, contains, honey, product("neither", "بيض", "Œufs", "Eggs"))
	for _, text := range []string{"عسل", "miel", "honey"} {
		expect(t, engine, text, "is", "contains", "mentions")
	}
	expect(t, engine, "3sel", "is", "contains")
}

func oilIsNotOlives(t *testing.T, engine search.Engine) {
	put(t, engine,
		product("oil", "زيت زيتون بكر", "Huile d'olive vierge", "Virgin olive oil"),
		product("argan", "زيت أركان", "Huile d'argan", "Argan oil"),
		product("green", "زيتون أخضر", "Olives vertes", "Green olives"),
		product("honey", "عسل", "Miel", "Honey"))
	for _, text := range []string{"زيت", "الزيت", "huile", "oil", "zit", "lzit"} {
		expectAnyOrder(t, engine, text, "oil", "argan")
	}
	for _, text := range []string{"زيتون", "والزيتون", "olives", "olive", "zitoun"} {
		expect(t, engine, text, "green", "oil")
	}
	for _, text := range []string{"زيت زيتون", "زيت الزيتون", "huile d'olive", "huile d’olive", "olive oil", "zit zitoun", "zit l3oud"} {
		expect(t, engine, text, "oil")
	}
}

func exactNameFirst(t *testing.T, engine search.Engine) {
	put(t, engine,
		product("preserved", "حامض مصير", "Citron confit", "Preserved lemon"),
		product("juice", "حامض معصور", "Citron pressé", "Pressed lemon"),
		product("lemon", "حامض", "Citron", "Lemon"),
		product("dried", "حامض مجفف", "Citron séché", "Dried lemon"))
	for _, text := range []string{"حامض", "الحامض", "citron", "lemon", "LEMON", "Cítron"} {
		got := ask(t, engine, search.Query{Text: text})
		if got.Total != 4 || got.IDs()[0] != "lemon" {
			t.Errorf("«%s» found %v", text, got.IDs())
		}
	}
}

func allWordsThenSome(t *testing.T, engine search.Engine) {
	put(t, engine,
		product("thyme-honey", "عسل الزعتر", "Miel de thym", ""),
		product("jujube-honey", "عسل السدر", "Miel de jujubier", ""),
		product("thyme", "زعتر", "Thym", ""),
		product("eggs", "بيض", "Œufs", ""))
	expect(t, engine, "miel thym", "thyme-honey")
	expect(t, engine, "le miel de thym", "thyme-honey")
	expect(t, engine, "عسل الزعتر", "thyme-honey")
	if got := ask(t, engine, search.Query{Text: "miel de thym"}); got.Partial {
		t.Error("«miel de thym» says that words are missing")
	}
	got := ask(t, engine, search.Query{Text: "miel thym licorne"})
	if !got.Partial || len(got.Hits) == 0 || got.IDs()[0] != "thyme-honey" || slices.Contains(got.IDs(), "eggs") {
		t.Errorf("«miel thym licorne» found %v, partial %v", got.IDs(), got.Partial)
	}
	if got := ask(t, engine, search.Query{Text: "licorne arc-en-ciel"}); got.Total != 0 || got.Partial {
		t.Errorf("«licorne arc-en-ciel» found %v, partial %v", got.IDs(), got.Partial)
	}
}

func halfTyped(t *testing.T, engine search.Engine) {
	put(t, engine,
		product("couscous", "كسكس", "Couscous", "Couscous"),
		product("clementine", "كليمونتين", "Clémentine", "Clementine"),
		product("thyme-honey", "عسل الزعتر", "Miel de thym", "Thyme honey"))
	for text, id := range map[string]string{
		"cou": "couscous", "couscou": "couscous", "كسك": "couscous", "sek": "couscous",
		"clém": "clementine", "CLEM": "clementine", "كليم": "clementine",
		"miel de th": "thyme-honey", "عسل زع": "thyme-honey", "3se": "thyme-honey", "3sel za3": "thyme-honey",
	} {
		expect(t, engine, text, id)
	}
}

func mistyped(t *testing.T, engine search.Engine) {
	put(t, engine,
		product("walnuts", "جوز", "Noix", "Walnuts"),
		product("black-soap", "صابون بلدي", "Savon noir", "Black soap"),
		product("clementine", "كليمونتين", "Clémentine", "Clementine"),
		product("wormwood", "شيح", "Armoise", "Wormwood"))
	expect(t, engine, "noix", "walnuts")
	expect(t, engine, "savon noir", "black-soap")
	for _, text := range []string{"clemantine", "clmentine", "clementnie", "clementinne", "كليمنتين", "كليمونطين"} {
		expect(t, engine, text, "clementine")
	}
	for _, text := range []string{"armoize", "harmoise", "wormwod"} {
		expect(t, engine, text, "wormwood")
	}
}

func bands(t *testing.T, engine search.Engine) {
	// Words of no family, so that all who have them are found.
	sold := func(id, coop, fr string) search.Document {
		d := product(id, "", fr, "")
		d.Cooperative = coop
		return d
	}
	mentioned := sold("candles", "north", "Bougies")
	mentioned.DescriptionFR = "Avec le tifaw de l'ourika"
	near := sold("sweets", "south", "Nougat")
	near.CategoryFR = "Tifaw et ourika"
	put(t, engine, sold("north", "north", "Tifaw Ourika"), sold("south", "south", "Tifaw d'Ourika du Zegzel"), near, mentioned,
		sold("plain", "north", "Tifaw simple"))

	band := func(q search.Query, id string) int {
		t.Helper()
		got := ask(t, engine, q)
		i := slices.Index(got.IDs(), id)
		if i < 0 {
			t.Fatalf("«%s» does not find %s", q.Text, id)
		}
		return got.Hits[i].Band
	}
	asked := search.Query{Text: "tifaw ourika ", Lang: "fr"}
	if hits := ask(t, engine, asked).Hits; len(hits) < 2 || hits[0].Cooperative != hits[0].ID || hits[1].Cooperative != hits[1].ID {
		t.Errorf("who sells it: %+v", hits)
	}
	named := band(asked, "north")
	if other := band(asked, "south"); named != 0 || other != named {
		t.Errorf("what is called so is in the bands %d and %d, expected 0", named, other)
	}
	if around, described := band(asked, "sweets"), band(asked, "candles"); named >= around || around >= described {
		t.Errorf("what is called so, what stands on a shelf called so and what mentions it are in the bands %d, %d, %d", named, around, described)
	}
	if byPrice := (search.Query{Text: "tifaw ourika ", Lang: "fr", Sort: search.DearestFirst}); band(byPrice, "candles") != band(asked, "candles") {
		t.Error("a chosen order changes the bands")
	}
	partly := search.Query{Text: "tifaw ourika licorne", Lang: "fr"}
	if all, some := band(partly, "north"), band(partly, "plain"); all >= some {
		t.Errorf("two of three words are in band %d, one in %d", all, some)
	}
	soldOut := sold("gone", "north", "Tifaw d'Ourika d'hier")
	soldOut.Availability = search.SoldOut
	put(t, engine, soldOut)
	if left, none := band(asked, "north"), band(asked, "gone"); left >= none {
		t.Errorf("what is to be had is in band %d, what is sold out in %d", left, none)
	}
	if all, some := band(partly, "gone"), band(partly, "plain"); all >= some {
		t.Errorf("two of three words are in band %d if sold out, one to be had in %d", all, some)
	}
	for _, hit := range ask(t, engine, search.Query{}).Hits {
		if (hit.Band != 0) != (hit.ID == "gone") {
			t.Errorf("nothing was typed, and %s is in band %d", hit.ID, hit.Band)
		}
	}

	// From the first page to the last the bands only go up, and there are few of them.
	put(t, engine, Documents(Corpus())...)
	for _, typed := range []string{"miel", "زيت", "couscous bio", "clémantine", "sabon 3sel", "produit berkane"} {
		last, seen := 0, map[int]bool{}
		for page := 1; ; page++ {
			hits := ask(t, engine, search.Query{Text: typed, Lang: "fr", Page: page, PerPage: 5}).Hits
			for _, hit := range hits {
				if hit.Band < last {
					t.Errorf("«%s», page %d: %s of band %d comes after band %d", typed, page, hit.ID, hit.Band, last)
				}
				last, seen[hit.Band] = hit.Band, true
			}
			if len(hits) == 0 {
				break
			}
		}
		if len(seen) == 0 || len(seen) > 8*2 { // half of them of what is sold out
			t.Errorf("«%s» is answered in %d bands", typed, len(seen))
		}
	}
}

func soonerFirst(t *testing.T, engine search.Engine) {
	honey := func(id, fr string, availability search.Availability, price int64) search.Document {
		d := product(id, "عسل الزعتر", fr, "")
		d.Availability, d.InStock, d.PriceCentimes = availability, availability != search.SoldOut, price
		return d
	}
	soap := product("soap", "صابون", "Savon au miel de thym", "")
	wax := product("wax", "شمع", "Cire", "")
	wax.DescriptionFR, wax.PriceCentimes = "De ruches à miel de thym", 9_000
	put(t, engine, honey("none", "Miel de thym", search.SoldOut, 1_000), honey("winter", "Miel de thym", search.OffSeason, 2_000),
		honey("some", "Miel de thym", search.Available, 3_000), soap, wax)
	for _, c := range []struct {
		q        search.Query
		expected []string
	}{
		// Whatever is to be had comes before whatever is not, then what answers best.
		{search.Query{Text: "miel de thym"}, []string{"some", "soap", "wax", "winter", "none"}},
		// A chosen order is followed to the letter.
		{search.Query{Text: "miel de thym", Sort: search.CheapestFirst, MaxPrice: 4_000}, []string{"none", "winter", "some"}},
		{search.Query{Sort: search.DearestFirst, MaxPrice: 4_000}, []string{"some", "winter", "none"}},
	} {
		c.q.Lang = "fr"
		if got := ask(t, engine, c.q).IDs(); !slices.Equal(got, c.expected) {
			t.Errorf("%+v: %v, expected %v", c.q, got, c.expected)
		}
	}
	// The pages are cut from one order, with nothing typed too.
	known := map[string]search.Availability{"winter": search.OffSeason, "none": search.SoldOut}
	for _, d := range Documents(Corpus()) {
		known[d.ID] = d.Availability
	}
	put(t, engine, Documents(Corpus())...)
	for _, typed := range []string{"", "miel", "huile"} {
		var order []int
		for page := 1; ; page++ {
			hits := ask(t, engine, search.Query{Text: typed, Lang: "fr", Page: page, PerPage: 3, Categories: []string{"honey", "oil", "dried"}}).Hits
			if len(hits) == 0 {
				break
			}
			for _, hit := range hits {
				order = append(order, int(known[hit.ID]))
			}
		}
		if !slices.IsSorted(order) || len(order) < 5 {
			t.Errorf("«%s»: %v", typed, order)
		}
	}
	// Among equals of a chosen order too.
	put(t, engine, honey("dear", "Miel de thym", search.SoldOut, 70_000), honey("dear-too", "Miel de thym", search.Available, 70_000))
	if got := ask(t, engine, search.Query{Text: "miel", MinPrice: 70_000, Sort: search.NewestFirst}).IDs(); !slices.Equal(got, []string{"dear-too", "dear"}) {
		t.Errorf("among equals: %v", got)
	}
	// What keeps is sent everywhere.
	fresh := honey("comb", "Rayon de miel", search.Available, 5_000)
	fresh.Perishable = true
	put(t, engine, fresh)
	if got := ask(t, engine, search.Query{Text: "rayon", Durable: true}); got.Total != 0 || got.Facets["durable"]["false"] != 1 {
		t.Errorf("what keeps: %v, counts %v", got.IDs(), got.Facets["durable"])
	}
}

func sellerBeginsSo(t *testing.T, engine search.Engine) {
	rug := product("rug", "زربية", "Tapis", "")
	rug.CooperativeFR, rug.CooperativeAR = "Mansaj Es-Safa", "منسج الصفاء"
	mandarin := product("mandarin", "مندرين", "Mandarine", "")
	put(t, engine, rug, mandarin, product("clementine", "كليمونتين", "Clémentine", ""))
	for _, typed := range []string{"mans", "mans ", "Mansa", "mansaj"} {
		if got := ask(t, engine, search.Query{Text: typed, Lang: "fr"}).IDs(); len(got) == 0 || got[0] != "rug" {
			t.Errorf("«%s» found %v", typed, got)
		}
	}
	for typed, first := range map[string]string{"tapi": "rug", "tapis": "rug", "mandarin": "mandarin", "mandarines": "mandarin", "mand": "mandarin"} {
		if got := ask(t, engine, search.Query{Text: typed, Lang: "fr"}).IDs(); len(got) == 0 || got[0] != first {
			t.Errorf("«%s» found %v", typed, got)
		}
	}
}

func nothingLikeIt(t *testing.T, engine search.Engine) {
	put(t, engine, Documents(Corpus())...)
	for _, text := range []string{
		"xyzzy", "qwerty", "blabla", "aaaaaaa", "12345678", "iphone", "samsung", "montre", "bière", "djaj", "tomobil", "ordinateur",
		"هاتف", "حاسوب", "لبلبلب", "кот", "iphone 15", "galaxy 5 g", "هاتف 5",
	} {
		if got := ask(t, engine, search.Query{Text: text, Lang: "fr"}); got.Total != 0 {
			t.Errorf("«%s» found %d: %v", text, got.Total, got.IDs())
		}
	}
}

func kindFirst(t *testing.T, engine search.Engine) {
	honey := product("honey", "عسل", "Miel", "Honey")
	propolis := product("propolis", "عكبر", "Propolis", "Propolis")
	propolis.DescriptionEN = "Raw, to be taken with honey"
	propolis.PriceCentimes = 1_000
	almonds := product("almonds", "لوز بلدي", "Amandes", "Almonds")
	almonds.CooperativeFR, almonds.CooperativeAR = "Zit Zitoun El Jabal", "زيت زيتون الجبل"
	put(t, engine, honey, propolis, almonds)

	expect(t, engine, "honey", "honey", "propolis")
	if got := ask(t, engine, search.Query{Text: "raw honey"}); !slices.Equal(got.IDs(), []string{"honey"}) || !got.Partial {
		t.Errorf("«raw honey» found %v, partial %v", got.IDs(), got.Partial)
	}
	// A chosen order would put what only mentions it first.
	if got := ask(t, engine, search.Query{Text: "honey", Sort: search.CheapestFirst}); !slices.Equal(got.IDs(), []string{"honey"}) {
		t.Errorf("«honey» by price found %v", got.IDs())
	}
	// Filters do not bring it back.
	if got := ask(t, engine, search.Query{Text: "honey", Sort: search.CheapestFirst, MaxPrice: 2_000}); got.Total != 0 {
		t.Errorf("«honey» up to 20 DH by price found %v", got.IDs())
	}
	// The name of a cooperative may be that of a product; all that it sells is meant.
	expect(t, engine, "Zit Zitoun El Jabal", "almonds")
	expect(t, engine, "زيت زيتون الجبل", "almonds")
}

func darija(t *testing.T, engine search.Engine) {
	docs := Documents(Corpus())
	put(t, engine, docs...)
	for text, understood := range map[string]string{
		"3sel": "عسل", "l3sel": "عسل", "zit l3oud": "زيت زيتون", "7amed": "حامض", "3sel bio": "عسل عضوي",
		"miel": "", "عسل": "", "": "",
	} {
		got := ask(t, engine, search.Query{Text: text, Lang: "ar"})
		if got.Understood != understood {
			t.Errorf("«%s» was understood as «%s», expected «%s»", text, got.Understood, understood)
		}
		if got.Total == 0 {
			t.Errorf("«%s» found nothing", text)
		}
	}
	for lang, understood := range map[string]string{"ar": "زيت زيتون", "fr": "huile d’olive", "en": "olive oil"} {
		if got := ask(t, engine, search.Query{Text: "zit l3oud", Lang: lang}).Understood; got != understood {
			t.Errorf("«zit l3oud» was understood as «%s» for a reader of %s, expected «%s»", got, lang, understood)
		}
	}
	if got := ask(t, engine, search.Query{Text: "zzzzxq", Lang: "ar"}); got.Total > 0 || got.Understood != "" {
		t.Errorf("«zzzzxq» found %v and was understood as «%s»", got.IDs(), got.Understood)
	}
	// A word that is on no list is found by its consonants.
	put(t, engine, product("new", "شكشوكة حارة", "", ""))
	got := ask(t, engine, search.Query{Text: "chakchouka", Lang: "ar"})
	if !slices.Equal(got.IDs(), []string{"new"}) || got.Understood == "" {
		t.Errorf("«chakchouka» found %v, understood «%s»", got.IDs(), got.Understood)
	}
	if got := ask(t, engine, search.Query{Text: "chakchouka", Lang: "fr"}); !slices.Equal(got.IDs(), []string{"new"}) || got.Understood != "" {
		t.Errorf("«chakchouka» found %v, understood «%s» for a reader of French", got.IDs(), got.Understood)
	}
}

func acrossLanguages(t *testing.T, engine search.Engine) {
	put(t, engine,
		product("arabic", "عسل السدر", "", ""),
		product("french", "", "Miel de jujubier", ""),
		product("english", "", "", "Jujube honey"),
		product("other", "بيض", "Œufs", "Eggs"))
	for _, text := range []string{"عسل", "miel", "honey", "3sel", "عسل السدر", "miel de jujubier", "jujube honey", "3sel sder"} {
		expectAnyOrder(t, engine, text, "arabic", "french", "english")
	}
}

func anythingTyped(t *testing.T, engine search.Engine) {
	put(t, engine, Documents(Corpus())...)
	for _, text := range []string{
		" ", "\t\n", "\"", "\"\"", "\"miel", "miel\"", "-miel", "+miel -thym", "miel*", "m?el", "miel~2", "miel^3", "name:miel",
		"miel OR thym", "(miel", "[a TO b]", "\\", "/miel/", "%", "'; drop table products; --", "<script>alert(1)</script>",
		"\x00", "a\x00b", "\xff\xfe", "\u200f\u200e", "ـــــ", "ًٌٍ", "🍯", "👩🏽‍🌾", "l'", "d'", "'", "ال", "و", "ل", "a", "q", "ا",
		"1", "5", "500g", "1 kg", "٥٠٠ غ", "000000000000000000000", "de la", "le", "من",
		strings.Repeat("a", 10_000), strings.Repeat("miel ", 2_000), strings.Repeat("عسل", 3_000), strings.Repeat("\"", 500),
		"miel thym huile olive couscous orge figue amande noix caroube tapis panier savon", "日本語", "мёд", "ⵜⴰⵎⵎⴻⵏⵜ", "ﷲ", "ﻋﺴﻞ",
	} {
		ask(t, engine, search.Query{Text: text, Lang: "xx"})
		ask(t, engine, search.Query{Text: text, Sort: search.CheapestFirst, InStock: true})
	}
	for _, text := range []string{"\"miel\"", "-miel", "miel*", "ﻋﺴﻞ", "ـعـسـل", "MIEL", "de la"} {
		if text != "de la" && ask(t, engine, search.Query{Text: text}).Total == 0 {
			t.Errorf("«%s» found nothing", text)
		}
	}
}
