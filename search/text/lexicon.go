package text

import (
	"cmp"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

//go:embed families.tsv
var familiesTSV string

// Lexicon is what people call each kind of product. It never changes and may be used by many goroutines.
type Lexicon struct {
	byName  map[string]*Named // From and To are 0
	words   map[string]bool
	longest int // words of a name
}

// Builtin reads the lexicon that is part of the program (families.tsv). Once is enough for a program.
func Builtin() *Lexicon {
	l, err := Parse(familiesTSV)
	if err != nil {
		panic(err) // the file is part of the program and tested with it
	}
	return l
}

// Family is a kind of product and everything people call it.
type Family struct {
	Key    string  // names it in this program: «olive-oil»
	Parent *Family // the kind that it is one of, or nil
	// Quality: no product is this alone, only «local», «of wool» or «embroidered».
	Quality bool
	// Its names as they are shown; those of French and English are empty if it has none there.
	Arabic, French, English string

	names []name
}

// quality stands in the column of parents for a family that is none.
const quality = "quality"

// name is one way to call a family.
type name struct {
	words  []string // normalised, without stop words
	joined string   // written in one word
}

// shown is the family's name for a reader of lang, in Arabic if it has none there.
func (f *Family) shown(lang string) string {
	switch lang {
	case "fr":
		return cmp.Or(f.French, f.Arabic)
	case "en":
		return cmp.Or(f.English, f.Arabic)
	}
	return f.Arabic
}

// column is a column of families.tsv, or several.
type column uint8

const (
	arabic column = 1 << iota
	french
	english
	darija
	misspelt
)

// Names are the words that alone mean the family, in every language and spelling.
func (f *Family) Names() []string {
	var words []string
	for _, n := range f.names {
		if len(n.words) == 1 {
			words = append(words, n.words[0])
		}
	}
	return words
}

// Parts are the words of the family's names of several words, and those names written as one word
// («raselhanout»).
func (f *Family) Parts() []string {
	var words []string
	for _, n := range f.names {
		if len(n.words) > 1 {
			words = append(append(words, n.words...), n.joined)
		}
	}
	return words
}

// Named is a place in a text where families are named. One name can mean several: «tin» is fig, and
// clay.
type Named struct {
	From, To int // words
	Families []*Family
	columns  column // all in which the name stands
}

// same tells whether both words mean the same families.
func (l *Lexicon) same(a, b string) bool {
	x, y := l.byName[a], l.byName[b]
	return x != nil && y != nil && slices.Equal(x.Families, y.Families)
}

// Kinds are the keys of the families that are named in words and are no mere qualities, each once.
func (l *Lexicon) Kinds(words []string) []string {
	var keys []string
	for _, named := range l.Families(words) {
		keys = addKinds(keys, named)
	}
	return keys
}

func addKinds(keys []string, named Named) []string {
	for _, f := range named.Families {
		if !f.Quality && !slices.Contains(keys, f.Key) {
			keys = append(keys, f.Key)
		}
	}
	return keys
}

// near finds the families that a word of no name is a mistyped name of: one letter is wrong, missing,
// added or has changed places with the next. As everywhere, the first letter has to be right.
func (l *Lexicon) near(word string) []Named {
	if Typos(word) == 0 || l.words[word] {
		return nil
	}
	var found []Named
	for name, named := range l.byName {
		if name[0] == word[0] && max(len(name)-len(word), len(word)-len(name)) <= utf8.UTFMax && Typos(name) > 0 && oneTypo(word, name) {
			found = append(found, *named)
		}
	}
	slices.SortFunc(found, func(a, b Named) int { return strings.Compare(a.Families[0].Key, b.Families[0].Key) })
	return found
}

// oneTypo tells whether a and b, which are not equal, differ by one typing error after their first letter.
func oneTypo(a, b string) bool {
	x, y := []rune(a), []rune(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	if x[0] != y[0] || len(y)-len(x) > 1 {
		return false
	}
	i := 0
	for i < len(x) && x[i] == y[i] {
		i++
	}
	if len(x) < len(y) {
		return slices.Equal(x[i:], y[i+1:])
	}
	return slices.Equal(x[i+1:], y[i+1:]) ||
		i+1 < len(x) && x[i] == y[i+1] && x[i+1] == y[i] && slices.Equal(x[i+2:], y[i+2:])
}

// Content is Words without stop words; all of them if there is nothing else.
func Content(s string) []string {
	words := Words(s)
	content := slices.DeleteFunc(slices.Clone(words), isStop)
	if len(content) == 0 {
		return words
	}
	return content
}

// Parse reads a lexicon from a table: a heading, then a line for each family with its key, its parent above
// it («quality» for a mere quality), and in five columns the names by commas in Arabic, French, English,
// Darija with Latin letters, and misspelt. The error names the line that is wrong.
func Parse(tsv string) (*Lexicon, error) {
	l := &Lexicon{byName: map[string]*Named{}, words: map[string]bool{}}
	families := map[string]*Family{}
	for i, line := range strings.Split(strings.TrimSpace(tsv), "\n") {
		cells := strings.Split(line, "\t")
		if len(cells) != 7 {
			return nil, fmt.Errorf("lexicon, line %d: %d columns instead of 7", i+1, len(cells))
		}
		if i == 0 {
			continue // the heading
		}
		f := &Family{Key: cells[0], Parent: families[cells[1]], Quality: cells[1] == quality}
		if f.Parent == nil && cells[1] != "" && !f.Quality || families[f.Key] != nil {
			return nil, fmt.Errorf("lexicon, line %d: parent %q is not above, or %q is there twice", i+1, cells[1], f.Key)
		}
		families[f.Key] = f
		for c, cell := range cells[2:] {
			for written := range strings.SplitSeq(cell, ",") {
				if written = strings.TrimSpace(written); written != "" {
					if len(Words(written)) == 0 {
						return nil, fmt.Errorf("lexicon, line %d: %q has no word", i+1, written)
					}
					l.add(f, written, arabic<<c)
				}
			}
		}
		if f.Arabic == "" {
			return nil, fmt.Errorf("lexicon, line %d: no Arabic name", i+1)
		}
	}
	return l, nil
}

func (l *Lexicon) add(f *Family, written string, c column) {
	if shown := map[column]*string{arabic: &f.Arabic, french: &f.French, english: &f.English}[c]; shown != nil && *shown == "" {
		*shown = strings.ReplaceAll(written, "'", "’")
	}
	n := name{words: Content(written)}
	if joined := Words(strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || isApostrophe(r) {
			return -1
		}
		return r
	}, written)); len(joined) == 1 {
		n.joined = joined[0]
	}
	f.names = append(f.names, n)
	if singular, ok := strings.CutSuffix(n.joined, "ه"); ok && c == arabic && len(n.words) == 1 {
		l.add(f, singular+"ات", c) // «مخدة», «مخدات»
	}
	if c != misspelt || len(n.words) == 1 { // «cous cous» does not make «cous» a word
		for _, w := range n.words {
			l.words[w] = true
		}
	}
	l.longest = max(l.longest, len(n.words))
	l.point(strings.Join(n.words, " "), f, c)
	if n.joined != "" {
		l.words[n.joined] = true
		l.point(n.joined, f, c)
	}
}

// point lets a name lead to a family.
func (l *Lexicon) point(name string, f *Family, c column) {
	named := l.byName[name]
	if named == nil {
		named = &Named{}
		l.byName[name] = named
	}
	named.columns |= c
	if !slices.Contains(named.Families, f) {
		named.Families = append(named.Families, f)
	}
}

// Families finds the names of families in words without stop words (see Content), from the left, the
// longest name first: «زيت زيتون» is olive oil and no longer names olives.
func (l *Lexicon) Families(words []string) []Named {
	var found []Named
	for from := 0; from < len(words); {
		next := from + 1
		for to := min(from+l.longest, len(words)); to > from; to-- {
			if named := l.byName[strings.Join(words[from:to], " ")]; named != nil {
				found = append(found, Named{from, to, named.Families, named.columns})
				next = to
				break
			}
		}
		from = next
	}
	return found
}
