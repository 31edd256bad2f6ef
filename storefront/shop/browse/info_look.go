package browse

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/i18n"
)

// perishable names the shelves of what perishes, one after the other, as they stand within a sentence.
func perishable(l *i18n.Locale, categories []catalog.Category) string {
	var names []string
	for _, c := range categories {
		if c.Perishable {
			name := l.Text(c.Name)
			first, size := utf8.DecodeRuneInString(name)
			names = append(names, string(unicode.ToLower(first))+name[size:])
		}
	}
	return strings.Join(names, l.T("shop.comma"))
}
