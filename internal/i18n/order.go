package i18n

import (
	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// Order is how this language puts names in order, for slices.SortFunc and the like: «Épices» comes
// before «Figues». What it returns is for one goroutine.
func (l *Locale) Order() func(a, b string) int {
	return collate.New(language.Make(l.code)).CompareString
}
