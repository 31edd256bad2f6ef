package terms

import (
	"slices"
	"strings"

	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/search/text"
)

// Term is a word to look for.
type Term struct {
	Word     string
	Skeleton string // if not empty, look for this in Skeletons instead
	Prefix   bool   // words that begin with it will do
	Typos    int    // letters that may be wrong
}

// Attempt is one way to look for what was typed.
type Attempt struct {
	Terms []Term
	// Any: products with some of the words will do, those with more of them first. Otherwise a product
	// must have all.
	Any bool
	// Kinds: only products that are one of these families.
	Kinds []string
	// Understood is what to tell the buyer that was understood if this attempt finds something.
	Understood string
}

// Words are the words of all terms, as one text.
func (a Attempt) Words() string {
	words := make([]string, len(a.Terms))
	for i, t := range a.Terms {
		words[i] = t.Word
	}
	return strings.Join(words, " ")
}

// Plan is the attempts to make, one after the other until one finds something: what was typed as it
// stands; the last word as the beginning of a word, with its ending and without; with typing errors; Latin letters as Darija, by
// their consonants; and in the end with some of the words missing. It begins with the second if the last
// word could be half a word. Stricter attempts first keep what nobody asked for («noir» for «noix») out
// of the counts and out of lists sorted by price. No attempts mean that nothing was typed: everything
// is asked for.
func Plan(lexicon *text.Lexicon, q search.Query) []Attempt {
	r := lexicon.Read(q.Text, q.Lang)
	if len(r.Words) == 0 {
		return nil
	}
	words := r.Words[:min(len(r.Words), search.MaxWords)]
	last := len(words) - 1

	attempt := func(each func(i int, w text.Word) Term) Attempt {
		a := Attempt{Understood: r.Understood}
		for i, w := range words {
			a.Terms = append(a.Terms, each(i, w))
		}
		return a
	}
	exact := attempt(func(_ int, w text.Word) Term { return Term{Word: w.Text} })
	// The last word may be half typed, and then what looks like an ending is no ending.
	whole := attempt(func(i int, w text.Word) Term {
		if i == last && w.Whole != "" {
			return Term{Word: w.Whole, Prefix: true}
		}
		return Term{Word: w.Text}
	})
	begun := attempt(func(i int, w text.Word) Term { return Term{Word: w.Text, Prefix: i == last} })
	mistyped := attempt(func(i int, w text.Word) Term {
		return Term{Word: w.Text, Prefix: i == last, Typos: text.Typos(w.Text)}
	})
	// Words that are the name of something are the last to be given up. «iphone 15» is not answered with
	// everything that weighs 15 kg.
	someOf := Attempt{Any: true, Understood: r.Understood}
	for _, known := range [...]bool{true, false} {
		for i, w := range words {
			if w.Known == known && !w.Weak {
				someOf.Terms = append(someOf.Terms, mistyped.Terms[i])
			}
		}
	}
	consonants := false
	bySound := attempt(func(_ int, w text.Word) Term {
		t := Term{Word: w.Text}
		if s := text.Skeletons(w.Text); w.Latin && !w.Known && len(s) > 0 {
			t.Skeleton, consonants = s[0], true
		}
		return t
	})
	bySound.Understood = r.Transliterated

	var plan []Attempt
	if words[last].Known || r.Complete {
		plan = append(plan, exact)
	}
	if words[last].Whole != "" {
		plan = append(plan, whole)
	}
	plan = append(plan, begun)
	if !slices.Equal(begun.Terms, mistyped.Terms) { // short words have no typing errors
		plan = append(plan, mistyped)
	}
	if consonants {
		plan = append(plan, bySound)
	}
	if len(words) > 1 && len(someOf.Terms) > 0 {
		plan = append(plan, someOf)
	}
	if len(r.Kinds) == 0 || r.Bare && q.Sort == search.Relevance {
		return plan
	}
	of := slices.Clone(plan)
	for i := range of {
		of[i].Kinds = r.Kinds
	}
	return append(of, plan...)
}
