package web

import (
	"errors"
	"math"
	"mime/multipart"
	"net/url"
	"strconv"
	"strings"

	"github.com/valyala/fasthttp"

	"github.com/souk-taawon/souk/internal/text"
)

// Clean makes text from outside fit for the database and for pages: valid UTF-8 without NUL and without
// what nobody sees (text.Visible). What Request's methods give is clean already; what is read out of a Body
// is not.
func Clean(s string) string { return text.Visible(valid(s)) }

func valid(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(strings.Clone(s), "\uFFFD"), "\x00", "")
}

// cleanField is Clean for one field of a form. A password is what was typed.
func cleanField(name, value string) string {
	if strings.Contains(name, "password") {
		return valid(value)
	}
	return Clean(value)
}

// unlessBlank is a value without spaces around it; it is empty, too, if nothing of it is to be seen.
func unlessBlank(s string) string {
	if text.Clean(s) == "" {
		return ""
	}
	return strings.TrimSpace(s)
}

// Query is one value of the address's query, as unlessBlank.
func (r *Request) Query(name string) string {
	return unlessBlank(Clean(string(r.fiber.Context().QueryArgs().Peek(name))))
}

// QueryValues is the whole query.
func (r *Request) QueryValues() url.Values { return values(r.fiber.Context().QueryArgs()) }

// Form is one value of the body of a form, as unlessBlank. The query is not looked at.
func (r *Request) Form(name string) string {
	return unlessBlank(r.RawForm(name))
}

// RawForm is Form as it was typed, for passwords.
func (r *Request) RawForm(name string) string {
	if all := r.FormValues()[name]; len(all) > 0 {
		return all[0]
	}
	return ""
}

// Whole is a field of a form that holds a whole number, not below zero, as people write it (text.Whole); ok is false
// for anything else.
func (r *Request) Whole(name string) (n int, ok bool) { return text.Whole(r.Form(name)) }

// NothingShown is how much a form showed that does not say it: no record has as much.
const NothingShown = math.MinInt64

// Shown is the hidden field by which a form says how much of a record it was shown with: how many entries of
// its history, which version, which sum. What is changed from a page has to be compared with it, in Go, and
// refused as a conflict if the record has changed since. A form without it, or with what is no number, is
// older than anything: NothingShown.
func (r *Request) Shown(name string) int64 {
	n, err := strconv.ParseInt(r.Form(name), 10, 64)
	if err != nil {
		return NothingShown
	}
	return n
}

// FormValues is the whole body of a form, without its files; it is for reading only. A body that cannot
// be read is empty.
func (r *Request) FormValues() url.Values {
	if r.form == nil {
		r.form = r.readForm() // once: a page asks for many fields, and a hostile body has half a million
	}
	return r.form
}

func (r *Request) readForm() url.Values {
	if form, err := r.multipart(); err == nil {
		all := make(url.Values, len(form.Value))
		for name, list := range form.Value {
			for _, v := range list {
				all.Add(Clean(name), cleanField(name, v))
			}
		}
		return all
	}
	return values(r.fiber.Context().PostArgs())
}

// FormFile is the file that a form brought; ErrNoFile if the field was left empty.
func (r *Request) FormFile(name string) (*multipart.FileHeader, error) {
	form, err := r.multipart()
	if errors.Is(err, fasthttp.ErrNoMultipartForm) {
		return nil, ErrNoFile
	}
	if err != nil {
		return nil, ErrForm.Wrap(err)
	}
	if list := form.File[name]; len(list) > 0 && list[0].Filename != "" {
		return list[0], nil
	}
	return nil, ErrNoFile
}

// Body is a copy of the request's body, as it came.
func (r *Request) Body() []byte { return append([]byte(nil), r.fiber.BodyRaw()...) }

func (r *Request) multipart() (*multipart.Form, error) { return r.fiber.Context().MultipartForm() }

func values(args *fasthttp.Args) url.Values {
	all := make(url.Values)
	for name, value := range args.All() {
		all.Add(Clean(string(name)), cleanField(string(name), string(value)))
	}
	return all
}
