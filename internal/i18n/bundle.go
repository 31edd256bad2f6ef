package i18n

import (
	"bytes"
	"cmp"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync/atomic"
	"time"

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
	now  atomic.Pointer[func() time.Time]
}

// Home is where the market is at home, as its sentences say it: {{.Province}} and {{.Town}} in any of them. What is
// empty is said as home.province and home.town of the language.
type Home struct {
	Province Text // such as «province de Berkane»
	Town     Text // of the association's seat
}

// SetHome lets the sentences say where the market is, from now on.
func (b *Bundle) SetHome(home Home) { b.home.Store(&home) }

// SetClock lets dates have their year once it is over, or before it has begun. Without a clock they never have it.
func (b *Bundle) SetClock(now func() time.Time) { b.now.Store(&now) }

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
	read, err := b.read(folder)
	if err != nil {
		return fmt.Errorf("i18n: %w", err)
	}
	b.held.Store(read)
	return nil
}

func (b *Bundle) read(folder fs.FS) (*languages, error) {
	names, err := fs.Glob(folder, "*.json")
	if err != nil {
		return nil, err
	}
	read := &languages{locales: make(map[string]*Locale)}
	for _, name := range names {
		content, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, err
		}
		locale, err := readLocale(content, name)
		if broken, ok := errors.AsType[*json.SyntaxError](err); ok {
			return nil, fmt.Errorf("%s: line %d: %w", name, 1+bytes.Count(content[:broken.Offset], []byte("\n")), err)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		locale.home, locale.now = &b.home, &b.now
		read.codes, read.locales[locale.code] = append(read.codes, locale.code), locale
	}
	if !slices.Contains(read.codes, Default) {
		return nil, fmt.Errorf("there is no %s.json", Default)
	}
	// The default language comes first: it is what the matcher falls back to.
	slices.SortFunc(read.codes, func(x, y string) int {
		switch Default {
		case x:
			return -1
		case y:
			return 1
		}
		return cmp.Or(strings.Compare(read.locales[x].rank, read.locales[y].rank), strings.Compare(x, y))
	})
	tags := make([]language.Tag, len(read.codes))
	for i, code := range read.codes {
		tags[i] = language.MustParse(code)
	}
	read.matcher = language.NewMatcher(tags)
	return read, nil
}

// readLocale reads a language from its file.
func readLocale(content []byte, name string) (*Locale, error) {
	file, err := i18n.ParseMessageFileBytes(content, name, map[string]i18n.UnmarshalFunc{"json": json.Unmarshal})
	if err != nil {
		return nil, err
	}
	counts := file.Tag
	messages := i18n.NewBundle(counts)
	if err := messages.AddMessages(counts, file.Messages...); err != nil {
		counts = oneForm
		if err := messages.AddMessages(counts, file.Messages...); err != nil {
			return nil, err
		}
	}
	locale, err := newLocale(file.Tag.String(), i18n.NewLocalizer(messages, counts.String()))
	if err != nil {
		return nil, err
	}
	for _, m := range file.Messages {
		sentences := m.Zero + m.One + m.Two + m.Few + m.Many + m.Other
		locale.atHome[m.ID] = strings.Contains(sentences, "{{.Province}}") || strings.Contains(sentences, "{{.Town}}")
	}
	return locale, nil
}

// oneForm is a language that counts in one form, as CLDR lets those count of which it says nothing else:
// Standard Moroccan Tamazight is one of them.
var oneForm = language.Japanese

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
