package account

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/souk-taawon/souk/search/text"
)

// houseNames are what u's cooperative, the association and the places around are called, in each language and in
// the address of the cooperative's page: what whoever knows where she belongs would try first. The places are one
// name, so that a sentence may speak of one of them.
func (s *Service) houseNames(ctx context.Context, u User) ([]string, error) {
	var names []string
	err := s.db.SelectContext(ctx, &names, `
		select name from (
		    select unnest(array[name_ar, name_fr, name_en, province_ar, province_fr, province_en]) as name from association
		    union all select string_agg(name_ar || ' ' || name_fr, ' ') from towns where near
		    union all select unnest(array[name_ar, name_fr, replace(slug, '-', ' ')]) from sellers where id = $1
		) n where name <> ''`, u.CooperativeID)
	if err != nil {
		return nil, fmt.Errorf("names that a password should not be made of: %w", err)
	}
	return names, nil
}

// What makes a name worth looking for, in letters, and how few letters beside a name's words leave nothing
// to guess.
const (
	leastName = 4
	leastWord = 3
	leastRest = 5

	leastConsonants = 4 // of a name in the other script
)

// madeOfName reports whether a password has the whole name in it, or little else than words of it: written
// apart or together, with or without accents and signs, in Arabic or in Latin letters.
func madeOfName(password, name string) bool {
	whole := plain(name)
	if utf8.RuneCountInString(whole) >= leastName && strings.Contains(plain(password), whole) {
		return true
	}
	typed, words := text.Words(apart(password)), text.Words(name)
	var consonants, typedConsonants string
	for _, word := range words {
		consonants += skeleton(word)
	}
	rest, met := 0, false
	for _, t := range typed {
		typedConsonants += skeleton(t)
		if slices.ContainsFunc(words, func(word string) bool { return sameWord(t, word) }) {
			met = true
			continue
		}
		rest += utf8.RuneCountInString(plain(t))
	}
	return met && rest < leastRest || len(consonants) >= leastConsonants && strings.Contains(typedConsonants, consonants)
}

// sameWord reports whether two normalised words are one, also if one is in Arabic and one in Latin letters.
func sameWord(a, b string) bool {
	if utf8.RuneCountInString(plain(b)) < leastWord {
		return false
	}
	same := skeleton(a)
	return a == b || plain(a) == plain(b) || same != "" && same == skeleton(b)
}

// skeleton is a word's consonants without ع, which people leave out in Latin letters; empty for few.
func skeleton(word string) string {
	found := text.Skeletons(word)
	if len(found) == 0 {
		return ""
	}
	return strings.ReplaceAll(found[len(found)-1], "3", "")
}

// apart sets words apart that are written together, at capitals and numbers. A digit alone may stand for a
// letter («3ar9»).
func apart(password string) string {
	var b strings.Builder
	letters := []rune(password)
	for i, r := range letters {
		if i > 0 && unicode.IsLower(letters[i-1]) && unicode.IsUpper(r) {
			b.WriteByte(' ')
		}
		number := unicode.IsDigit(r) && (i > 0 && unicode.IsDigit(letters[i-1]) || i+1 < len(letters) && unicode.IsDigit(letters[i+1]))
		if number {
			r = ' '
		}
		b.WriteRune(r)
	}
	return b.String()
}
