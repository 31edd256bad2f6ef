package upload

import (
	"slices"
	"strings"
	"sync"

	"github.com/souk-taawon/souk/internal/text"
)

// The columns of a catalogue file. Name and description without a language are taken as the language
// that their letters are of. The names are also those in RowError.Column and for Repair.
const (
	colSKU            = "sku"
	colCategory       = "category"
	colName           = "name"
	colNameAR         = "name_ar"
	colNameFR         = "name_fr"
	colNameEN         = "name_en"
	colDescription    = "description"
	colDescriptionAR  = "description_ar"
	colDescriptionFR  = "description_fr"
	colDescriptionEN  = "description_en"
	colUnit           = "unit"
	colSizeOf         = "size_of" // another product, of which it is a size
	colPrice          = "price"
	colStock          = "stock"
	colStockThen      = "stock_then" // what a downloaded catalogue showed, and when: see stockThen
	colSeason         = "season"
	colSeasonFrom     = "season_from"
	colSeasonTo       = "season_to"
	colAuthorisation  = "authorisation"
	colAuthorisedTill = "authorised_till"
	colLabel          = "label" // told about only: a label needs a certificate
)

// languageColumns are those that have no headings of their own: a language is said beside the name's
// or the description's.
var languageColumns = []string{
	colNameAR, colNameFR, colNameEN, colDescriptionAR, colDescriptionFR, colDescriptionEN,
}

// headings are the words that people write above each column, in their three languages.
var headings = map[string][]string{
	colSKU: {
		"sku", "référence", "réf", "code", "code produit", "code article", "référence produit", "réf produit",
		"réf article", "référence article", "reference", "product code", "item code", "المرجع", "الرمز", "رمز المنتوج",
		"رمز المنتج", "رقم المنتوج", "الرقم المرجعي", "الكود", "كود",
	},
	colName: {
		"nom", "produit", "nom du produit", "nom produit", "désignation", "désignation du produit", "désignation produit",
		"libellé", "article", "intitulé", "dénomination", "titre", "name", "product", "product name", "item", "title",
		"المنتوج", "المنتج", "الاسم", "اسم المنتوج", "اسم المنتج", "التسمية", "البيان", "السلعة", "المادة",
	},
	colDescription: {
		"description", "description du produit", "description produit", "descriptif", "détails", "présentation", "details",
		"product description", "الوصف", "وصف المنتوج", "وصف المنتج", "التفاصيل", "التعريف",
	},
	colCategory: {
		"catégorie", "famille", "rayon", "type", "type de produit", "category", "الصنف", "الفئة", "النوع", "التصنيف", "صنف المنتوج",
	},
	colUnit: {
		"unité", "unité de vente", "unité de mesure", "conditionnement", "format", "poids", "contenance", "poids net", "unit",
		"packaging", "pack", "size", "weight", "unit of sale", "الوحدة", "وحدة البيع", "وحدة القياس", "الوزن", "الحجم", "التعبئة", "السعة",
	},
	colSizeOf: {
		"taille de", "format de", "autre taille de", "autre format de", "même produit", "même produit que", "size of", "other size of",
		"same product", "same product as", "نفس المنتوج", "نفس المنتج", "حجم من", "حجم آخر من",
	},
	colPrice: {
		"prix", "prix unitaire", "prix de vente", "prix vente", "prix public", "prix ttc", "prix unitaire ttc", "pu", "p.u.",
		"pu ttc", "tarif", "price", "unit price", "selling price", "الثمن", "السعر", "ثمن الوحدة", "ثمن البيع", "سعر الوحدة", "سعر البيع",
		"الثمن للوحدة",
	},
	colStock: {
		"stock", "quantité", "qté", "quantité disponible", "qté disponible", "quantité en stock", "stock disponible", "en stock",
		"disponible", "qty", "quantity", "available", "in stock", "stock quantity", "الكمية", "المخزون", "الكمية المتوفرة",
		"الكمية المتاحة", "العدد", "المتوفر", "الكمية في المخزون",
	},
	colStockThen: {"stock au téléchargement", "stock when downloaded", "المخزون عند التنزيل"},
	colSeason:    {"saison", "saisonnalité", "période", "season", "الموسم", "موسم", "الفترة"},
	colSeasonFrom: {
		"saison de", "saison du", "saison début", "début de saison", "début saison", "mois de début", "season from", "season start",
		"الموسم من", "بداية الموسم", "من شهر",
	},
	colSeasonTo: {
		"saison à", "saison au", "saison fin", "fin de saison", "fin saison", "mois de fin", "season to", "season until", "season end",
		"الموسم إلى", "نهاية الموسم", "إلى شهر",
	},
	colAuthorisation: {
		"autorisation", "autorisation onssa", "onssa", "numéro onssa", "n° onssa", "agrément", "agrément onssa", "n° agrément",
		"numéro d'autorisation", "numéro d'autorisation onssa", "onssa authorisation number", "رقم رخصة ONSSA", "n° autorisation", "authorisation", "authorization", "onssa authorisation", "onssa number",
		"الترخيص", "الرخصة", "رقم الترخيص", "رقم الرخصة", "ترخيص أونسا", "ترخيص ONSSA", "الاعتماد", "رقم الاعتماد",
	},
	colAuthorisedTill: {
		"autorisation jusqu'au", "validité autorisation", "fin autorisation", "fin de l'autorisation", "expiration autorisation", "expiration de l'autorisation",
		"autorisation valable jusqu'au", "authorised until", "authorisation until", "authorisation expires", "authorised till",
		"valable jusqu'au", "valid until", "صالحة إلى غاية",
		"صلاحية الترخيص", "صلاحية الرخصة", "انتهاء الترخيص", "الترخيص إلى غاية", "تاريخ انتهاء الترخيص", "نهاية الترخيص",
	},
	colLabel: {"label", "labels", "certification", "العلامة", "علامة الجودة", "الشارة"},
}

// languages are the folded words by which a heading says its language.
var languages = map[string]string{
	"ar": "ar", "arabe": "ar", "arabic": "ar", "عربيه": "ar", "عربي": "ar", "ع": "ar",
	"fr": "fr", "francai": "fr", "francaise": "fr", "french": "fr", "فرنسيه": "fr", "ف": "fr",
	"en": "en", "eng": "en", "anglai": "en", "anglaise": "en", "english": "en", "انجليزيه": "en", "انكليزيه": "en",
}

// currencyWords say nothing about a column beyond that it is one of prices.
var currencyWords = []string{"dh", "mad", "dirham", "درهم", "دراهم", "درهما"}

var knownHeadings = sync.OnceValue(func() map[string]string {
	known := map[string]string{}
	for column, aliases := range headings {
		known[column] = column // as the file's own columns are called in an error
		known[wordKey(text.Words(column))] = column
		for _, alias := range aliases {
			known[wordKey(text.Words(alias))] = column
		}
	}
	return known
})

// wordKey is folded words as one key.
func wordKey(words []string) string { return strings.Join(words, " ") }

// heading tells which column a heading is above; empty if it is none that is known.
func heading(cell string) string {
	if len(cell) > 200 {
		return ""
	}
	all := slices.DeleteFunc(text.Words(cell), func(w string) bool { return slices.Contains(currencyWords, w) })
	known := knownHeadings()
	if column := known[wordKey(all)]; column != "" {
		return column
	}
	// «Nom (fr)», «Description en arabe», «الاسم بالعربية», name_ar
	language := ""
	rest := slices.DeleteFunc(slices.Clone(all), func(w string) bool {
		l := languages[w]
		if w == "in" {
			return true // «name in Arabic»
		}
		if l != "" && (language == "" || language == "en" && w != "en") { // «nom en français» says «en» too
			language = l
		}
		return l != ""
	})
	column := known[wordKey(rest)]
	if language != "" && (column == colName || column == colDescription) {
		return column + "_" + language
	}
	// «Prix (hors livraison)»
	if open := strings.IndexAny(cell, "(["); open > 0 && language == "" {
		return heading(cell[:open])
	}
	return ""
}

// layout says which column each cell of a row belongs to.
type layout struct {
	columns []string // by cell; empty: not used
	used    []string // columns in the file, in its order
	ignored []string // headings that are not used
}

func layoutOf(cells []string) layout {
	l := layout{columns: make([]string, len(cells))}
	for i, cell := range cells {
		column := heading(cell)
		switch {
		case column == "" || column == colLabel || slices.Contains(l.used, column):
			if title := text.Cut(text.Line(cell), 60); title != "" && len(l.ignored) < 40 {
				l.ignored = append(l.ignored, title)
			}
		default:
			l.columns[i] = column
			l.used = append(l.used, column)
		}
	}
	return l
}

func (l layout) has(columns ...string) bool {
	return slices.ContainsFunc(columns, func(c string) bool { return slices.Contains(l.used, c) })
}
