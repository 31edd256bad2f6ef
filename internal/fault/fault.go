package fault

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// Kind says what sort of failure a person met; storefront maps each to one status code.
type Kind int

// The kinds of failure.
const (
	Internal        Kind = iota // ours; the person can only try again
	Invalid                     // what was sent cannot be used; Fields say where
	NotFound                    // no such thing, or not for this person to know of
	Gone                        // there was such a thing, and there will not be again
	Conflict                    // it was possible a moment ago, or with another request
	Unauthenticated             // sign in first
	Forbidden                   // signed in, but not theirs to do
	TooMany                     // too often; later
	TooLarge                    // bigger than allowed
	Unavailable                 // a part of the market is not answering
)

// Message is a sentence to be said in the reader's language: a translation key and its arguments.
type Message struct {
	Key  string         `json:"key"`
	Args map[string]any `json:"args,omitempty"`
}

// UnmarshalJSON brings a Message back whose arguments are text, whole numbers (as int) and objects. A
// number that is not whole, or beyond ±2^53 where readers of JSON begin to differ, is an error.
func (m *Message) UnmarshalJSON(data []byte) error {
	type plainMessage Message
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode((*plainMessage)(m)); err != nil {
		return fmt.Errorf("message: %w", err)
	}
	for name, value := range m.Args {
		if number, ok := value.(json.Number); ok {
			n, err := strconv.ParseInt(number.String(), 10, certainBits)
			if err != nil {
				return fmt.Errorf("message: %s: %w", name, err)
			}
			m.Args[name] = int(n)
		}
	}
	return nil
}

// certainBits is how many bits, the sign's included, a whole number has that JSON brings across unchanged.
const certainBits = 54

// Say makes a Message; args are name, value pairs.
func Say(key string, args ...any) Message {
	m := Message{Key: key}
	for i := 0; i+1 < len(args); i += 2 {
		if m.Args == nil {
			m.Args = make(map[string]any, len(args)/2)
		}
		m.Args[fmt.Sprint(args[i])] = args[i+1]
	}
	return m
}

// Error is a failure that can be told to a person: its Message in general and, for a form, one
// Message a field. Err is for the log only.
type Error struct {
	Kind Kind
	Message
	Fields map[string]Message
	Err    error
}

// New makes an Error; args are the message's name, value pairs.
func New(kind Kind, key string, args ...any) *Error {
	return &Error{Kind: kind, Message: Say(key, args...)}
}

// Field adds a message to one field of the form and returns e.
func (e *Error) Field(name, key string, args ...any) *Error {
	if e.Fields == nil {
		e.Fields = make(map[string]Message)
	}
	e.Fields[name] = Say(key, args...)
	return e
}

// TooLong adds a message to one field of the form if it holds words of more than most characters, and reports
// whether it does. The message's argument is Max.
func (e *Error) TooLong(name, key, words string, most int) bool {
	long := utf8.RuneCountInString(words) > most
	if long {
		e.Field(name, key, "Max", most)
	}
	return long
}

// Wrap returns a copy of e with err as its cause.
func (e *Error) Wrap(err error) *Error {
	c := *e
	c.Err = err
	return &c
}

// Error is for the log; people are told the translated Message.
func (e *Error) Error() string {
	text := e.Key
	if len(e.Args) > 0 {
		text = fmt.Sprintf("%s %v", text, e.Args)
	}
	if len(e.Fields) > 0 {
		text = fmt.Sprintf("%s fields %v", text, e.Fields)
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is the same failure, whatever its cause and arguments, so that
// errors.Is recognises a sentinel after Wrap.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Kind == e.Kind && t.Key == e.Key
}

// As gives the Error inside err, or nil.
func As(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// Is reports whether err carries an Error of that kind.
func Is(err error, kind Kind) bool {
	e := As(err)
	return e != nil && e.Kind == kind
}
