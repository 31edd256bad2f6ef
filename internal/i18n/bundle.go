package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed locales/*.json
var files embed.FS

// Default is the language of a reader of whom nothing is known.
const Default = "ar"

// Bundle holds every language; it is safe for concurrent use.
type Bundle struct {
	codes   []string
	locales map[string]*Locale
	matcher language.Matcher
}

// Load reads the languages. It fails on a file that cannot be read or lacks what makes a language.
func Load() (*Bundle, error) {
	names, err := fs.Glob(files, "locales/*.json")
	if err != nil {
		return nil, fmt.Errorf("i18n: %w", err)
	}
	messages := i18n.NewBundle(language.MustParse(Default))
	messages.RegisterUnmarshalFunc("json", json.Unmarshal)
	b := &Bundle{locales: make(map[string]*Locale)}
	for _, name := range names {
		content, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("i18n: %w", err)
		}
		file, err := messages.ParseMessageFileBytes(content, name)
		if err != nil {
			return nil, fmt.Errorf("i18n: %s: %w", name, err)
		}
		b.codes = append(b.codes, file.Tag.String())
	}
	// The default language comes first: it is what the matcher falls back to.
	slices.SortStableFunc(b.codes, func(x, y string) int {
		return strings.Compare(rank(x), rank(y))
	})
	tags := make([]language.Tag, len(b.codes))
	for i, code := range b.codes {
		tags[i] = language.MustParse(code)
		locale, err := newLocale(code, i18n.NewLocalizer(messages, code))
		if err != nil {
			return nil, fmt.Errorf("i18n: %s: %w", code, err)
		}
		b.locales[code] = locale
	}
	b.matcher = language.NewMatcher(tags)
	return b, nil
}

// rank orders the languages as a reader of the market expects them: Arabic, French, the rest.
func rank(code string) string {
	if i := slices.Index([]string{Default, "fr"}, code); i >= 0 {
		return fmt.Sprint(i)
	}
	return "9" + code
}

// Codes lists the languages, the default first.
func (b *Bundle) Codes() []string { return slices.Clone(b.codes) }

// Has reports whether there is such a language.
func (b *Bundle) Has(code string) bool { return b.locales[code] != nil }

// Locale is the language with that code, or the default.
func (b *Bundle) Locale(code string) *Locale {
	if l := b.locales[code]; l != nil {
		return l
	}
	return b.locales[Default]
}

// maxAccepted is how much of an Accept-Language header is read, in bytes: twenty languages or so. Each
// one costs a look at a large table.
const maxAccepted = 200

// Match picks the language that suits an Accept-Language header best. Of a long header only the
// beginning counts.
func (b *Bundle) Match(acceptLanguage string) *Locale {
	if len(acceptLanguage) > maxAccepted {
		acceptLanguage = acceptLanguage[:strings.LastIndexByte(acceptLanguage[:maxAccepted], ',')+1]
		acceptLanguage = strings.TrimSuffix(acceptLanguage, ",")
	}
	wanted, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil || len(wanted) == 0 {
		return b.locales[Default]
	}
	_, i, confidence := b.matcher.Match(wanted...)
	if confidence == language.No {
		return b.locales[Default]
	}
	return b.locales[b.codes[i]]
}
