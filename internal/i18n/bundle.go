package i18n

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed locales/*.json
var files embed.FS

// Default is the language of a reader of whom nothing is known.
const Default = "ar"

// Bundle holds every language; it is safe for concurrent use.
type Bundle struct {
	held atomic.Pointer[languages]
	home atomic.Pointer[Home]
}

// Home is where the market is at home, as its sentences say it: {{.Province}} and {{.Town}} in any of them. What is
// empty is said as home.province and home.town of the language.
type Home struct {
	Province Text // such as «province de Berkane»
	Town     Text // of the association's seat
}

// SetHome lets the sentences say where the market is, from now on.
func (b *Bundle) SetHome(home Home) { b.home.Store(&home) }

type languages struct {
	codes   []string
	locales map[string]*Locale
	matcher language.Matcher
}

// Load reads the languages. It fails on a file that cannot be read or lacks what makes a language.
func Load() (*Bundle, error) {
	b := new(Bundle)
	return b, b.Reload(Own())
}

// Own is the folder of the languages that are part of the program, a file each.
func Own() fs.FS {
	own, err := fs.Sub(files, "locales")
	if err != nil {
		panic(err) // not with a name that is a path
	}
	return own
}

// Reload reads the languages anew from a folder of their files, for whoever writes them: the market's own
// are part of the program. On an error, which names the file, they stay as they were.
func (b *Bundle) Reload(folder fs.FS) error {
	read, err := readLanguages(folder, &b.home)
	if err != nil {
		return fmt.Errorf("i18n: %w", err)
	}
	b.held.Store(read)
	return nil
}

func readLanguages(folder fs.FS, home *atomic.Pointer[Home]) (*languages, error) {
	names, err := fs.Glob(folder, "*.json")
	if err != nil {
		return nil, err
	}
	messages := i18n.NewBundle(language.MustParse(Default))
	messages.RegisterUnmarshalFunc("json", json.Unmarshal)
	read := &languages{locales: make(map[string]*Locale)}
	atHome := make(map[string]map[string]bool)
	for _, name := range names {
		content, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, err
		}
		file, err := messages.ParseMessageFileBytes(content, name)
		if broken, ok := errors.AsType[*json.SyntaxError](err); ok {
			return nil, fmt.Errorf("%s: line %d: %w", name, 1+bytes.Count(content[:broken.Offset], []byte("\n")), err)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		code := file.Tag.String()
		read.codes, atHome[code] = append(read.codes, code), make(map[string]bool)
		for _, m := range file.Messages {
			sentences := m.Zero + m.One + m.Two + m.Few + m.Many + m.Other
			atHome[code][m.ID] = strings.Contains(sentences, "{{.Province}}") || strings.Contains(sentences, "{{.Town}}")
		}
	}
	if !slices.Contains(read.codes, Default) {
		return nil, fmt.Errorf("there is no %s.json", Default)
	}
	// The default language comes first: it is what the matcher falls back to.
	slices.SortStableFunc(read.codes, func(x, y string) int {
		return strings.Compare(rank(x), rank(y))
	})
	tags := make([]language.Tag, len(read.codes))
	for i, code := range read.codes {
		tags[i] = language.MustParse(code)
		locale, err := newLocale(code, i18n.NewLocalizer(messages, code))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", code, err)
		}
		locale.home, locale.atHome = home, atHome[code]
		read.locales[code] = locale
	}
	read.matcher = language.NewMatcher(tags)
	return read, nil
}

// rank orders the languages as a reader of the market expects them: Arabic, French, the rest.
func rank(code string) string {
	if i := slices.Index([]string{Default, "fr"}, code); i >= 0 {
		return fmt.Sprint(i)
	}
	return "9" + code
}

// Codes lists the languages, the default first.
func (b *Bundle) Codes() []string { return slices.Clone(b.held.Load().codes) }

// Has reports whether there is such a language.
func (b *Bundle) Has(code string) bool { return b.held.Load().locales[code] != nil }

// Locale is the language with that code, or the default.
func (b *Bundle) Locale(code string) *Locale {
	return b.held.Load().locale(code)
}

func (l *languages) locale(code string) *Locale {
	if found := l.locales[code]; found != nil {
		return found
	}
	return l.locales[Default]
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
	held := b.held.Load()
	wanted, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil || len(wanted) == 0 {
		return held.locale(Default)
	}
	_, i, confidence := held.matcher.Match(wanted...)
	if confidence == language.No {
		return held.locale(Default)
	}
	return held.locale(held.codes[i])
}
