package catalog

import (
	"slices"
	"sync"

	"github.com/souk-taawon/souk/internal/text"

	"github.com/souk-taawon/souk/internal/i18n"
)

// clues say what a product is by words of its name: all words of one spelling must be there. The
// first clue that fits decides, so the particular come before the general: orange water before
// orange, olive soap before olive oil. The drawing is an object of the drawings that stand in for
// a picture.
var clues = []struct {
	category, drawing string
	spellings         []string
}{
	{"bundle", "gift", []string{"panier cadeau", "coffret", "gift basket", "gift box", "سلة هدايا", "سلة هدية", "قفة هدايا"}},

	{"cosmetic", "soap-black", []string{"savon noir", "black soap", "صابون بلدي", "صابون أسود"}},
	{"cosmetic", "soap-olive", []string{"savon", "soap", "صابون", "shampoing", "shampoo", "شامبو", "crème visage", "كريم", "cosmétique", "cosmetic"}},
	{"herbs", "orange-water", []string{"eau fleur", "eau de rose", "blossom water", "rose water", "ماء زهر", "ماء ورد", "eau florale"}},
	{"herbs", "rosemary-oil", []string{"huile essentielle", "essential oil", "زيت عطري", "زيت أساسي", "زيت إكليل"}},

	{"preserve", "jam-loquat", []string{"confiture nèfle", "loquat jam", "مربى مزاح"}},
	{"preserve", "jam-clementine", []string{"confiture clémentine", "confiture orange", "clementine jam", "orange jam", "مربى كليمونتين", "مربى برتقال"}},
	{"preserve", "jam-fig", []string{"confiture", "jam", "مربى"}},
	{"preserve", "carob-syrup", []string{"sirop caroube", "carob syrup", "رب خروب"}},
	{"preserve", "harissa", []string{"harissa", "هريسة"}},
	{"preserve", "lemon-preserved", []string{"citron confit", "preserved lemon", "حامض مصير", "حامض مرقد", "ليمون مخلل"}},
	{"preserve", "olives-black", []string{"olive noire", "black olive", "زيتون أسود"}},
	{"dairy", "cheese", []string{"fromage", "cheese", "جبن ماعز"}},
	{"dairy", "jben", []string{"jben", "جبن"}},
	{"dairy", "smen", []string{"smen", "beurre", "butter", "سمن", "زبدة"}},
	{"dairy", "eggs", []string{"oeuf", "egg", "بيض"}},
	{"dairy", "jben", []string{"lait", "yaourt", "milk", "حليب", "لبن", "رايب"}},

	{"honey", "honey-orange", []string{"miel oranger", "miel orange", "orange honey", "orange blossom honey", "عسل زهر برتقال", "عسل برتقال", "عسل ليمون"}},
	{"honey", "honey-jujube", []string{"miel jujubier", "jujube honey", "عسل سدر"}},
	{"honey", "honey-thyme", []string{"miel thym", "thyme honey", "عسل زعتر"}},
	{"honey", "honey-rosemary", []string{"miel romarin", "rosemary honey", "عسل إكليل", "عسل أزير"}},
	{"honey", "honey-euca", []string{"miel eucalyptus", "eucalyptus honey", "عسل كاليبتوس", "عسل كاليتوس"}},
	{"honey", "honey-lavender", []string{"miel lavande", "lavender honey", "عسل خزامى"}},
	{"honey", "pollen", []string{"pollen", "لقاح"}},
	{"honey", "propolis", []string{"propolis", "عكبر"}},
	{"honey", "honey-flowers", []string{"miel", "honey", "عسل"}},
	{"oil", "oil", []string{"huile", "oil", "زيت", "زيت زيتون"}},
	{"preserve", "olives-green", []string{"olive", "زيتون"}},

	{"cereal", "couscous-barley", []string{"couscous orge", "barley couscous", "كسكس شعير"}},
	{"cereal", "couscous-five", []string{"couscous 5", "couscous cinq", "five grain couscous", "كسكس خماسي", "كسكس خمس"}},
	{"cereal", "couscous-herbs", []string{"couscous herbe", "herb couscous", "كسكس أعشاب"}},
	{"cereal", "couscous", []string{"couscous", "كسكس", "كسكسو", "سكسو"}},
	{"cereal", "berkoukes", []string{"berkoukes", "berkoukch", "بركوكس", "بركوكش"}},
	{"cereal", "mhamsa", []string{"mhamsa", "محمصة", "hand rolled pasta"}},
	{"cereal", "zamita", []string{"zamita", "زميتة"}},
	{"cereal", "couscous-barley", []string{"farine", "semoule", "orge", "flour", "barley", "دقيق قمح", "دقيق شعير", "سميد", "شعير", "بلبولة", "céréale", "cereal"}},
	{"pastry", "sellou", []string{"sellou", "سلو", "سفوف"}},
	{"pastry", "kaak", []string{"kaak", "كعك", "biscuit"}},
	{"pastry", "makrout", []string{"makrout", "مقروط"}},
	{"pastry", "chebakia", []string{"chebakia", "شباكية", "مخرقة"}},
	{"pastry", "ghriba", []string{"ghriba", "غريبة", "gateau", "patisserie", "pastry", "حلوى", "حلويات"}},

	{"truffle", "terfass", []string{"terfass", "truffe", "truffle", "ترفاس"}},
	{"dried", "carob-powder", []string{"poudre caroube", "carob powder", "دقيق خروب"}},
	{"dried", "carob", []string{"caroube", "carob", "خروب"}},
	{"dried", "fig-dried", []string{"figue sèche", "figue séchée", "dried fig", "تين مجفف", "شريحة"}},
	{"dried", "raisin", []string{"raisin sec", "raisin", "زبيب"}},
	{"dried", "almond", []string{"amande", "almond", "لوز"}},
	{"dried", "walnut", []string{"noix", "walnut", "جوز", "كركاع"}},
	{"fruit", "pricklypear", []string{"figue barbarie", "prickly pear", "هندية", "صبار"}},
	{"fruit", "fig-fresh", []string{"figue", "fig", "تين"}},
	{"fruit", "clementine", []string{"clémentine", "clementine", "mandarine", "كليمونتين", "مندرين"}},
	{"herbs", "ras-el-hanout", []string{"ras hanout", "رأس حانوت", "épice", "spice", "توابل", "cumin", "كمون", "safran", "زعفران"}},
	{"fruit", "orange", []string{"orange", "برتقال", "ليمون"}},
	{"fruit", "lemon", []string{"citron", "lemon", "حامض"}},
	{"fruit", "loquat", []string{"nèfle", "loquat", "مزاح"}},
	{"fruit", "pomegranate", []string{"grenade", "pomegranate", "رمان"}},
	{"herbs", "rosemary", []string{"romarin", "rosemary", "إكليل", "أزير"}},
	{"herbs", "thyme", []string{"thym", "thyme", "زعتر"}},
	{"herbs", "lavender", []string{"lavande", "lavender", "خزامى"}},
	{"herbs", "verbena", []string{"verveine", "verbena", "لويزة"}},
	{"herbs", "armoise", []string{"armoise", "wormwood", "شيح", "شيبة"}},
	{"herbs", "thyme", []string{"tisane", "herbe", "herb", "أعشاب", "نعناع", "menthe"}},

	{"craft", "djellaba", []string{"djellaba", "jellaba", "جلابة", "جلباب", "سلهام"}},
	{"craft", "blouza", []string{"blouza", "بلوزة", "caftan", "قفطان"}},
	{"craft", "nappe", []string{"nappe", "tablecloth", "broderie", "brodé", "embroidered", "غطاء مائدة", "طرز", "مطرز"}},
	{"craft", "hanbel", []string{"hanbel", "couverture", "blanket", "حنبل", "بطانية"}},
	{"craft", "zerbia", []string{"tapis", "zerbia", "rug", "carpet", "زربية", "زرابي"}},
	{"craft", "cushion", []string{"coussin", "cushion", "وسادة", "مخدة"}},
	{"craft", "basket", []string{"panier", "doum", "basket", "قفة", "دوم", "سلة"}},
	{"craft", "tajine", []string{"tajine", "poterie", "terre cuite", "pottery", "طاجين", "فخار"}},
}

// foldedClues are the clues with each spelling as folded words, made once.
var foldedClues = sync.OnceValue(func() [][][]string {
	folded := make([][][]string, len(clues))
	for i, clue := range clues {
		for _, spelling := range clue.spellings {
			folded[i] = append(folded[i], text.Words(spelling))
		}
	}
	return folded
})

// Guess tells a product's category and drawing from its name in any language; empty if nothing in
// it is known.
func Guess(name i18n.Text) (category, drawing string) {
	var given []map[string]bool // the words of each text
	for _, written := range [...]string{name.FR, name.AR, name.EN} {
		if written != "" {
			known := map[string]bool{}
			for _, word := range text.Words(written) {
				known[word] = true
			}
			given = append(given, known)
		}
	}
	for i, spellings := range foldedClues() {
		for _, wanted := range spellings {
			for _, present := range given {
				if !slices.ContainsFunc(wanted, func(w string) bool { return !present[w] }) {
					return clues[i].category, clues[i].drawing
				}
			}
		}
	}
	return "", ""
}
