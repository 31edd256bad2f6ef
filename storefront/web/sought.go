package web

import (
	"encoding/json"
	"net/url"
	"time"

	"github.com/souk-taawon/souk/internal/fault"
)

// What people look for on a list (somebody's name, telephone number, network address) would stand in the
// list's address, which browsers remember and proxies write into their logs. So the form of such a list is
// posted, and its answer leads to an address in which the words are hidden: to the list, its pages and its
// exports they mean the same, and nobody else can read them.
const (
	HiddenField = "find"         // of the address
	soughtKeep  = 12 * time.Hour // a day's work: the list can be returned to
	maxSought   = 254            // characters of one field, the longest e-mail address; of a longer text the beginning is looked for
)

// ErrSought says that an address does not lead to what was looked for, or not any more.
var ErrSought = fault.New(fault.Invalid, "web.sought_over")

// Hide writes words, by their fields, as the HiddenField of that page's address has them; "" for none.
func (r *Request) Hide(page string, words map[string]string) string {
	kept := make(map[string]string)
	for field, text := range words {
		if text != "" {
			characters := []rune(text)
			kept[field] = string(characters[:min(len(characters), maxSought)])
		}
	}
	content, err := json.Marshal(kept)
	if err != nil || len(kept) == 0 { // a map of texts is never an error
		return ""
	}
	return r.Site.Seals.Seal(page, content, soughtKeep)
}

// Sought gives the values of the address, with what Hide hid there for that page in its fields. Beside
// ErrSought, if that does not open or one of the fields stands there in the clear, stand the other values.
func (r *Request) Sought(page string, fields ...string) (url.Values, error) {
	all := r.QueryValues()
	clear := false
	for _, field := range fields {
		clear = clear || all.Has(field)
		all.Del(field)
	}
	hidden := all.Get(HiddenField)
	if clear {
		return all, ErrSought
	}
	if hidden == "" {
		return all, nil
	}
	content, ok := r.Site.Seals.Open(page, hidden)
	if !ok {
		return all, ErrSought
	}
	var words map[string]string
	if err := json.Unmarshal(content, &words); err != nil { // the market wrote it otherwise, before it was renewed
		return all, ErrSought.Wrap(err)
	}
	for _, field := range fields {
		if text := words[field]; text != "" {
			all.Set(field, text)
		}
	}
	return all, nil
}
