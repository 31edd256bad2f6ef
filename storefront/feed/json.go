package feed

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Bounds of a body, far above what the largest order needs.
const (
	maxDepth  = 8
	maxTokens = 5000
	maxShown  = 40 // bytes of a name that is told back
	wholeBits = 54 // of a number: ±2^53 is where readers of JSON begin to differ
)

// decode reads exactly one JSON value without fields that nobody knows or that stand twice.
func decode(body []byte, into any) error {
	if err := check(body); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one value")
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
			return errors.New("too many values")
		}
		if top := len(open) - 1; top >= 0 && open[top].names != nil {
			if name, ok := token.(string); ok && !open[top].named {
				if len(name) > maxShown || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_") != "" {
					return fmt.Errorf("unknown field %q", shown(name))
				}
				if open[top].names[name] {
					return fmt.Errorf("field %q stands twice", name)
				}
				open[top].names[name], open[top].named = true, true
				continue
			}
			open[top].named = false
		}
		switch token := token.(type) {
		case json.Number:
			if _, err := strconv.ParseInt(token.String(), 10, wholeBits); err != nil {
				return fmt.Errorf("number %s is not whole, or beyond 2^53", shown(token.String()))
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
func shown(text string) string { return text[:min(len(text), maxShown)] }

// explain says where JSON is wrong, in the words of its own standard.
func explain(err error) string {
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &kind):
		return fmt.Sprintf("%s: %s", kind.Field, kind.Value)
	case errors.As(err, &syntax):
		return fmt.Sprintf("offset %d", syntax.Offset)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "unexpected end"
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}
