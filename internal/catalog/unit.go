package catalog

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/text"
)

// PerMeasure is what a price for so much comes to for a kilogram or a litre, half a centime upwards; ok is false of
// what is sold neither by weight nor by volume.
func PerMeasure(price money.Amount, amount int, code string) (per money.Amount, measure string, ok bool) {
	small := money.Amount(1)
	switch code {
	case "kg", "l":
		measure = code
	case "g":
		measure, small = "kg", 1000
	case "ml":
		measure, small = "l", 1000
	}
	if measure == "" || amount <= 0 {
		return 0, "", false
	}
	whole := 2 * money.Amount(amount)
	return (2*price*small + money.Amount(amount)) / whole, measure, true
}

// unitWords are the folded words for units, each with its code and how many of it the word means.
var unitWords = map[string]struct {
	code string
	n    float64
}{
	"kg": {"kg", 1}, "kgs": {"kg", 1}, "kilo": {"kg", 1}, "kilos": {"kg", 1}, "kilogramme": {"kg", 1},
	"kilogrammes": {"kg", 1}, "kilogram": {"kg", 1}, "kilograms": {"kg", 1},
	"كلغ": {"kg", 1}, "كغ": {"kg", 1}, "كج": {"kg", 1}, "كلج": {"kg", 1}, "كيلو": {"kg", 1},
	"كيلوغرام": {"kg", 1}, "كيلوغرامات": {"kg", 1}, "كيلوجرام": {"kg", 1}, "كيلوكرام": {"kg", 1},
	"g": {"g", 1}, "gr": {"g", 1}, "grs": {"g", 1}, "gramme": {"g", 1}, "grammes": {"g", 1}, "gram": {"g", 1}, "grams": {"g", 1},
	"غ": {"g", 1}, "غم": {"g", 1}, "غرام": {"g", 1}, "غراما": {"g", 1}, "غرامات": {"g", 1}, "جرام": {"g", 1}, "جم": {"g", 1}, "كرام": {"g", 1}, "ج": {"g", 1},
	"l": {"l", 1}, "lt": {"l", 1}, "ltr": {"l", 1}, "litre": {"l", 1}, "litres": {"l", 1}, "liter": {"l", 1}, "liters": {"l", 1},
	"ل": {"l", 1}, "لتر": {"l", 1}, "ليتر": {"l", 1}, "لترات": {"l", 1}, "لترا": {"l", 1},
	"ml": {"ml", 1}, "millilitre": {"ml", 1}, "millilitres": {"ml", 1}, "milliliter": {"ml", 1}, "milliliters": {"ml", 1},
	"مل": {"ml", 1}, "ملل": {"ml", 1}, "مليلتر": {"ml", 1}, "ميليلتر": {"ml", 1}, "ميلي": {"ml", 1},
	"cl": {"ml", 10}, "centilitre": {"ml", 10}, "centilitres": {"ml", 10}, "سل": {"ml", 10}, "سنتيلتر": {"ml", 10},
	"piece": {"piece", 1}, "pieces": {"piece", 1}, "pc": {"piece", 1}, "pcs": {"piece", 1}, "pce": {"piece", 1}, "pces": {"piece", 1},
	"unite": {"piece", 1}, "unites": {"piece", 1}, "unit": {"piece", 1}, "units": {"piece", 1}, "u": {"piece", 1}, "each": {"piece", 1},
	"قطعه": {"piece", 1}, "قطع": {"piece", 1}, "وحده": {"piece", 1}, "وحدات": {"piece", 1}, "حبه": {"piece", 1}, "حبات": {"piece", 1},
	"بيضه": {"piece", 1}, "بيضات": {"piece", 1}, "oeuf": {"piece", 1}, "oeufs": {"piece", 1}, "egg": {"piece", 1}, "eggs": {"piece", 1},
	"قطعتان": {"piece", 2}, "حبتان": {"piece", 2}, "لتران": {"l", 2}, "paire": {"piece", 2}, "pair": {"piece", 2}, "زوج": {"piece", 2}, "douzaine": {"piece", 12}, "dozen": {"piece", 12}, "دزينه": {"piece", 12}, "طزينه": {"piece", 12},
	"m2": {"m2", 1}, "م2": {"m2", 1},
}

// containers are the folded words for what goods are in: what is sold by the piece when no quantity is told.
var containers = map[string]bool{
	"pot": true, "bocal": true, "bouteille": true, "bidon": true, "caisse": true, "sac": true, "seau": true, "barquette": true, "sachet": true, "paquet": true, "boite": true, "botte": true,
	"lot": true, "panier": true, "coffret": true, "flacon": true, "jerrican": true, "jerrycan": true, "cruche": true, "carafe": true, "jarre": true, "amphore": true, "cageot": true, "cagette": true,
	"carton": true, "pochette": true, "etui": true, "tube": true, "tonneau": true, "fut": true, "canette": true, "conserve": true,
	"jar": true, "bottle": true, "bag": true, "box": true, "pack": true, "basket": true, "bunch": true, "crate": true, "sack": true, "bucket": true, "tin": true, "can": true,
	"canister": true, "jug": true, "pitcher": true, "packet": true, "pouch": true, "punnet": true, "drum": true, "barrel": true, "tub": true,
	"علبه": true, "قنينه": true, "قاروره": true, "كيس": true, "رزمه": true, "سله": true, "قفه": true, "مرطبان": true, "برطمان": true, "طرد": true, "باقه": true, "صندوق": true,
	"دلو": true, "بيدون": true, "بيدو": true, "جريكان": true, "جره": true, "سطل": true, "صفيحه": true, "برميل": true, "كرطون": true, "كرطونه": true, "كرتون": true, "كرتونه": true,
	"عبوه": true, "زجاجه": true, "حزمه": true, "شكاره": true, "خابيه": true, "بوكال": true,
}

// piece is a word for goods that are a piece by themselves.
const piece = "savon"

var (
	squareMetre = regexp.MustCompile(`metres? carres?|square met(er|re)s?|متر مربع`)
	unitParts   = regexp.MustCompile(`\d(?:[\d .,'٫٬/]*\d)?|\pL+2?`)
	thousands   = regexp.MustCompile(`^([1-9]\d{0,2})[.,](\d{3})$`)
)

// Folded words beside a quantity. Any other may stand before a number that is followed by its unit, «pot en verre 250 g», or
// after the unit; but without a number, or between one and its unit, it may say how much: «trente œufs», «cinq cents g».
var (
	// numberWords are how many there are of a unit.
	numberWords = map[string]float64{
		"deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "huit": 8, "dix": 10, "douze": 12, "vingt": 20,
		"two": 2, "three": 3, "four": 4, "five": 5, "eight": 8, "ten": 10, "twelve": 12, "twenty": 20,
		"جوج": 2, "ثلاثه": 3, "ثلاث": 3, "اربعه": 4, "اربع": 4, "خمسه": 5, "خمس": 5, "سته": 6, "عشره": 10, "عشر": 10,
	}
	// plurals are words for units that are not told apart from the rest of a name by them, as those above are.
	plurals = map[string]string{"douzaines": "douzaine", "dozens": "dozen", "قطعتين": "قطعتان", "حبتين": "حبتان", "لترين": "لتران"}
	// times join a number to what it counts: «6 x 100 g», «12 sachets de 25 g».
	times = wordSet("x de d of من")
	// besides say nothing about how much: «la pièce», «au kilo», «لكل قطعة».
	besides = wordSet("le la les l un une par pour au aux a du des the per an one each chaque prix price لكل كل ب واحد واحده")
	// unclear leave open which of two quantities is sold, or add to one: «5 à 10 kg», «1 kg et demi», «moins 1 kg».
	unclear = wordSet("ou et entre to or and between moins minus الي حتي او و بين ونصف وربع ونص ناقص")
	// fractionSigns are read as they are spelt out.
	fractionSigns = strings.NewReplacer("½", " 1/2", "¼", " 1/4", "¾", " 3/4", "⅓", " 1/3", "⅔", " 2/3", "m²", "m2", "M²", "m2", "م²", "م2")
)

func wordSet(words string) map[string]bool {
	set := make(map[string]bool)
	for _, word := range strings.Fields(words) {
		set[word] = true
	}
	return set
}

// maxUnitAmount is the largest quantity in one unit of sale: a hundred thousand grams or pieces.
const maxUnitAmount = 100_000

// ParseUnit reads what a price is for: «500 g», «1 kg», «kg», «0,5 L», «12 pièces», «6 x 100 g»,
// «قطعة», «500 غ», «نصف كيلو». Fractions come back in the smaller unit (0.5 kg is 500 g). It
// reports false for what is no unit, and for what could be another quantity: «250-300 g», «-1 kg», «1 kg 500».
func ParseUnit(s string) (amount int, code string, ok bool) {
	s = fractionSigns.Replace(s)
	if strings.ContainsAny(s, "%²³¹") {
		return 0, "", false
	}
	number, counted, contained, grouped := 1.0, false, false, false
	joined, unknown, worded := false, false, false // since the last number, or the beginning
	folded, till := squareMetre.ReplaceAllString(text.Fold(s), "m2"), 0
	for _, at := range unitParts.FindAllStringIndex(folded, -1) {
		part, before := folded[at[0]:at[1]], folded[till:at[0]]
		till = at[1]
		joined = joined || strings.ContainsAny(before, "×*")
		value, isNumber := numberWords[part], numberWords[part] > 0
		if !isNumber {
			value, isNumber = quantity(part)
		}
		if isNumber {
			switch {
			case code != "": // «1 kg 500» is a second quantity, and «kg 2» could be anything
				return 0, "", false
			case counted && !joined, strings.ContainsAny(before, "-–—−+~") && (counted || !worded): // «250-300 g», «-1 kg»; but «bocal - 370 g»
				return 0, "", false
			}
			number, counted = number*value, true // «6 x 100 g»
			grouped = grouped || thousands.MatchString(part)
			joined, unknown, worded = false, false, false
			continue
		}
		if part[0] >= '0' && part[0] <= '9' || unclear[part] || part == "a" && counted {
			return 0, "", false // «1/0 kg», «12 50 g»
		}
		part, worded = strings.TrimPrefix(strings.TrimPrefix(part, "بال"), "ال"), true
		holds := containers[part] || containers[strings.TrimSuffix(part, "s")] || part == "bocaux" || part == piece || part == "علب"
		u, isUnit := unitWords[cmp.Or(plurals[part], part)]
		switch {
		case isUnit && code == "":
			if unknown {
				return 0, "", false
			}
			number, code = number*u.n, u.code
			if grouped && code != "kg" && code != "l" {
				number *= 1000 // nobody writes «1.500 g» for a gram and a half, but «1.500 kg» for 1500 g
			}
		case holds, times[part]:
			joined = true
		case !besides[part]:
			unknown = true
		}
		contained = contained || containers[part] || part == piece
	}
	if code == "" && contained && !counted {
		return 1, "piece", true // «bocal»; «bocal 370 g» is 370 g
	}
	if number != math.Trunc(number) {
		number, code = math.Round(number*1000), map[string]string{"kg": "g", "l": "ml"}[code]
	}
	if code == "" || number < 1 || number > maxUnitAmount {
		return 0, "", false
	}
	return int(number), code, true
}

// IsContainer reports whether a unit of sale names only what the goods are in, «pot» or «boîte»: ParseUnit takes it as one piece,
// though its quantity may be known.
func IsContainer(s string) bool {
	contained := false
	for _, part := range unitParts.FindAllString(text.Fold(s), -1) {
		part = strings.TrimPrefix(part, "ال")
		if _, isUnit := unitWords[part]; isUnit || part[0] >= '0' && part[0] <= '9' {
			return false
		}
		contained = contained || containers[part]
	}
	return contained
}

// nameParts are the words and numbers of a name.
var nameParts = regexp.MustCompile(`\p{Nd}(?:[\p{Nd} \x{a0}\x{202f}.,٫٬/]*\p{Nd})?|[\pL\pM]+2?`)

// beside is what stands between a measure and the rest of a name.
const beside = " \u00a0,،;:.-–—·()[]"

// WithoutMeasure is a name without how much of it there is and what it is in, for «Miel de thym, pot de 250 g» «Miel de thym»:
// as it is written what without_measure of the schema compares names by. Of what is nothing else it is empty.
func WithoutMeasure(name string) string {
	var kept []string
	from := 0
	keep := func(till int) {
		if rest := strings.Trim(name[from:till], beside); rest != "" {
			kept = append(kept, rest)
		}
	}
	for _, m := range measures(name) {
		keep(m.from)
		from = m.till
	}
	keep(len(name))
	return strings.Join(kept, " ")
}

// Called is a name with how much of it there is, «Miel de thym, 500 g», unless it says so itself, is of one piece, or nobody
// knows any more.
func Called(l *i18n.Locale, name i18n.Text, amount int, code string) string {
	written := l.Text(name)
	if !needsSize(written, amount, code) {
		return written
	}
	return l.T("catalog.sized", "Name", written, "Size", l.Unit(amount, code))
}

// CalledIn is Called for an argument of a message, whose language nobody knows yet. A name that says its size in one of
// them is left as it is.
func CalledIn(name i18n.Text, amount int, code string) any {
	for _, written := range [...]string{name.AR, name.FR, name.EN} {
		if !needsSize(written, amount, code) {
			return name
		}
	}
	return fault.Say("catalog.sized", "Name", name, "Size", i18n.Unit{Amount: amount, Code: code})
}

// needsSize reports whether a name is to be followed by its size.
func needsSize(name string, amount int, code string) bool {
	said := slices.ContainsFunc(measures(name), func(m measure) bool {
		a, c, ok := ParseUnit(m.text)
		return ok && SameUnit(a, c, amount, code)
	})
	return !said && code != "" && (amount != 1 || code != "piece")
}

// measure is a quantity in a name: «250 g», which with what it is in stands from one place till another.
type measure struct {
	text       string
	from, till int
}

func measures(name string) (list []measure) {
	places := nameParts.FindAllStringIndex(name, -1)
	part := func(i int) string {
		if i < 0 || i >= len(places) {
			return ""
		}
		return text.Fold(name[places[i][0]:places[i][1]])
	}
	till := 0
	for i := range places {
		_, isNumber := quantity(part(i))
		if _, isUnit := unitWords[strings.TrimPrefix(part(i+1), "ال")]; !isNumber || !isUnit || places[i][0] < till {
			continue
		}
		first, last := i, i+1
		if _, counted := quantity(part(first - 2)); counted && part(first-1) == "x" {
			first -= 2
		}
		written := name[places[first][0]:places[last][1]]
		switch part(first - 1) {
		case "de", "d", "of", "من":
			first--
		}
		if containers[part(first-1)] {
			first--
		}
		if containers[part(last+1)] {
			last++
		}
		list = append(list, measure{written, max(places[first][0], till), places[last][1]})
		till = places[last][1]
	}
	return list
}

// quantity reads a number, a fraction or an Arabic word for one.
func quantity(part string) (float64, bool) {
	switch part {
	case "نصف", "demi", "half":
		return 0.5, true
	case "ربع", "quart", "quarter":
		return 0.25, true
	}
	if above, below, isFraction := strings.Cut(part, "/"); isFraction {
		a, aboveWhole := text.Whole(above)
		b, belowWhole := text.Whole(below)
		return float64(a) / float64(b), aboveWhole && belowWhole && a < b && b <= 10 // «25/30 kg» is two quantities
	}
	whole, fraction, isNumber := text.Number(part)
	if parts := thousands.FindStringSubmatch(part); parts != nil {
		whole, fraction, isNumber = parts[1], parts[2], true // its unit tells what was meant
	}
	if !isNumber {
		return 0, false
	}
	value, err := strconv.ParseFloat(whole+"."+fraction, 64)
	return value, err == nil
}

// SmallestUnit gives a unit in grams, millilitres, pieces or square metres, so that 1 kg and 1000 g are
// the same.
func SmallestUnit(amount int, code string) (int, string) {
	switch code {
	case "kg":
		return amount * 1000, "g"
	case "l":
		return amount * 1000, "ml"
	}
	return amount, code
}

// SameUnit reports whether two units are the same quantity of the same.
func SameUnit(amount int, code string, otherAmount int, otherCode string) bool {
	a, c := SmallestUnit(amount, code)
	b, d := SmallestUnit(otherAmount, otherCode)
	return a == b && c == d
}
