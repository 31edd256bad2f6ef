package text

import "strings"

// isStop tells whether a normalised word says nothing about a product: articles, prepositions, and what
// people say to a shop («prix», «bghit»).
func isStop(word string) bool {
	switch word {
	case "d", "l", "de", "du", "des", "le", "la", "les", "un", "une", "et", "au", "aux", "en", "avec", "pour", "sur", "par", "dan",
		"the", "of", "and", "with", "for", "in", "an", "a", "to", "from",
		"el", "al", "dyal", "dial", "diyal", "dyel", "m3a", "fi", "mn", "b", "f", "w", "o", "ou", "li",
		"من", "في", "علي", "مع", "و", "او", "عن", "ب", "ل", "ف", "ديال", "دي", "د",
		"pri", "pas", "cher", "achat", "acheter", "vent", "vendr", "buy", "pric", "cheap",
		"taman", "thaman", "bch7al", "bghit", "nchri", "chri",
		"ثمن", "اثمنه", "سعر", "شرا", "بيع", "بشحال", "بغيت", "نشري":
		return true
	}
	return false
}

// isQuantity tells whether a normalised word is a number with its unit («500g», «5l»).
func isQuantity(word string) bool {
	unit := strings.TrimLeft(word, "0123456789")
	return unit != word && isUnit(unit)
}

func isUnit(word string) bool {
	switch word {
	case "g", "gr", "gram", "gramm", "kg", "kilo", "kilogramm", "l", "ml", "cl", "litr", "liter", "litro", "lt", "m", "m2", "cm", "pcs", "piec",
		"غ", "غرام", "جرام", "كغ", "كلغ", "كيلو", "كيلوغرام", "ل", "لتر", "مل", "سنتيم", "متر", "قطعه":
		return true
	}
	return false
}

func isNumber(word string) bool {
	return word != "" && strings.Trim(word, "0123456789") == ""
}
