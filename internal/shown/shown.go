// Package shown tells what was changed in a form from what it showed: a form is filled in while others work, so only what was
// changed in it is written, and two people who change different fields at once both have what they wrote. Start at
// Fields.Merge.
package shown

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
)

// Fields is what a form showed, by its fields' names: a digest of each, so that a long text costs a page a few letters. Nil
// showed nothing and was not seen by anybody: what is given instead of it is written as it is.
type Fields map[string]string

// Of are the fields of a form that shows these texts.
func Of(texts map[string]string) Fields {
	f := make(Fields, len(texts))
	for name, text := range texts {
		f.Show(name, text)
	}
	return f
}

// Read reads what Encode wrote. What cannot be read showed nothing, so that it overwrites nothing.
func Read(encoded string) Fields {
	f := Fields{}
	for field := range strings.FieldsSeq(encoded) {
		if name, digest, ok := strings.Cut(field, ":"); ok {
			f[name] = digest
		}
	}
	return f
}

// Encode writes them into one hidden field of their form.
func (f Fields) Encode() string {
	fields := make([]string, 0, len(f))
	for _, name := range slices.Sorted(maps.Keys(f)) {
		fields = append(fields, name+":"+f[name])
	}
	return strings.Join(fields, " ")
}

// Show says that the form shows a text.
func (f Fields) Show(name, text string) { f[name] = digest(text) }

// Changed reports whether a text is another than the form showed.
func (f Fields) Changed(name, typed string) bool { return f[name] != digest(typed) }

// Merge is what becomes of a field that is one text now, and for which another was typed. clash says that somebody else has
// changed it since it was shown, and not to what was typed.
func (f Fields) Merge(name, is, typed string) (becomes string, clash bool) {
	switch {
	case f == nil || is == typed:
		return typed, false
	case !f.Changed(name, typed):
		return is, false
	}
	return typed, f.Changed(name, is)
}

// digest tells one text from another in a few letters.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:6])
}
