package feed

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/storefront/web"
)

// Bounds of a body, far above what the largest order needs.
const (
	maxDepth  = 8
	maxTokens = 5000
	maxShown  = 40 // bytes of a name that is told back
	wholeBits = 54 // of a number: ±2^53 is where readers of JSON begin to differ
)

// decode reads exactly one JSON value without fields that nobody knows or that stand twice. Its error says
// what is wrong with the body.
func decode(body []byte, into any) error {
	if err := check(body); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return explain(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errMore
	}
	return nil
}

// check refuses what encoding/json lets pass: a name that stands twice in an object, of which it takes
// the last and mixes the lines of both; names in other letters than the API's own; depth and number
// without end; and numbers that are not whole or not certain. What is no JSON at all is left to the
// decoder.
func check(body []byte) error {
	type frame struct {
		names map[string]bool // of an object so far; nil for a list
		named bool            // a value comes next, not a name
	}
	var open []frame
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	for tokens := 0; ; tokens++ {
		token, err := d.Token()
		if err != nil {
			return nil
		}
		if tokens == maxTokens || len(open) > maxDepth {
			return errValues
		}
		if top := len(open) - 1; top >= 0 && open[top].names != nil {
			if name, ok := token.(string); ok && !open[top].named {
				if len(name) > maxShown || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_") != "" {
					return saying(errUnknown, "Field", shown(name))
				}
				if open[top].names[name] {
					return saying(errTwice, "Field", name)
				}
				open[top].names[name], open[top].named = true, true
				continue
			}
			open[top].named = false
		}
		switch token := token.(type) {
		case json.Number:
			if _, err := strconv.ParseInt(token.String(), 10, wholeBits); err != nil {
				return saying(errNumber, "Number", shown(token.String()))
			}
		case json.Delim:
			switch token {
			case '{':
				open = append(open, frame{names: make(map[string]bool)})
			case '[':
				open = append(open, frame{})
			default:
				open = open[:len(open)-1]
			}
		}
	}
}

// shown is as much of what was sent as is told back.
func shown(text string) string { return web.Clean(text[:min(len(text), maxShown)]) }

// saying is a failure with its arguments.
func saying(f *fault.Error, args ...any) *fault.Error { return fault.New(f.Kind, f.Key, args...) }

// explain says where JSON is wrong that the decoder does not take.
func explain(err error) error {
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &kind) && kind.Field == "":
		return errObject.Wrap(err)
	case errors.As(err, &kind):
		return saying(errKind, "Field", shown(kind.Field), "Value", shown(kind.Value)).Wrap(err)
	case errors.As(err, &syntax):
		return saying(errSyntax, "Offset", int(syntax.Offset)).Wrap(err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errEnds.Wrap(err)
	}
	field, _ := strings.CutPrefix(err.Error(), "json: unknown field ") // it has no type of its own
	return saying(errUnknown, "Field", shown(strings.Trim(field, `"`))).Wrap(err)
}
