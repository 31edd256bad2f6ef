package cmi

import (
	"cmp"
	"crypto/sha512"
	"encoding/base64"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/souk-taawon/souk/internal/payment"
)

// field is one of a form.
type field struct{ name, value string }

// escape is what stands before the separator, and before itself.
var escape = strings.NewReplacer(`\`, `\\`, `|`, `\|`)

// hash is that of a form's fields, under the store key.
func hash(fields []field, storeKey string) string {
	ordered := slices.Clone(fields)
	slices.SortStableFunc(ordered, func(a, b field) int { return naturally(strings.ToUpper(a.name), strings.ToUpper(b.name)) })
	sum := sha512.New()
	for _, f := range ordered {
		if name := strings.ToLower(f.name); name != "hash" && name != "encoding" {
			sum.Write([]byte(escape.Replace(f.value) + "|"))
		}
	}
	sum.Write([]byte(escape.Replace(storeKey)))
	return base64.StdEncoding.EncodeToString(sum.Sum(nil))
}

// naturally compares two names, in which numbers count by their size.
func naturally(a, b string) int {
	for a != "" && b != "" {
		x, y := number(a), number(b)
		if x == "" || y == "" {
			if a[0] != b[0] {
				return cmp.Compare(a[0], b[0])
			}
			a, b = a[1:], b[1:]
			continue
		}
		a, b = a[len(x):], b[len(y):]
		x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
		if c := cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

// number is what a text begins with of digits.
func number(s string) string {
	return s[:len(s)-len(strings.TrimLeft(s, "0123456789"))]
}

// parse reads a callback's body, of which each name may stand once; payment.ErrForged otherwise.
func parse(body []byte) ([]field, error) {
	var fields []field
	seen := map[string]bool{}
	for pair := range strings.SplitSeq(string(body), "&") {
		name, value, _ := strings.Cut(pair, "=")
		name, nameErr := url.QueryUnescape(name)
		value, valueErr := url.QueryUnescape(value)
		if nameErr != nil || valueErr != nil || seen[name] {
			return nil, payment.ErrForged
		}
		seen[name] = true
		fields = append(fields, field{name, unescape(strings.TrimSuffix(value, "\n"))})
	}
	return fields, nil
}

var entity = regexp.MustCompile(`&(#[0-9]+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);`)

// unescape undoes HTML's entities as PHP does: without its semicolon, and under an unknown name, it is none. Go, as browsers,
// takes a name's beginning for one: «&notin» begins with «&not».
func unescape(value string) string {
	return entity.ReplaceAllStringFunc(value, func(written string) string {
		if read := html.UnescapeString(written); read == ";" || !strings.HasSuffix(read, ";") {
			return read
		}
		return written
	})
}
