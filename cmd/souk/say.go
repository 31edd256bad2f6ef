package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
)

// closing ends something at the end of a command, and tells if that went wrong.
func closing(end func() error, err *error) {
	*err = errors.Join(*err, end())
}

// plain puts a failure that is made for people into the words of the command line, English.
func plain(texts *i18n.Bundle, err error) error {
	f := fault.As(err)
	if f == nil {
		return err
	}
	english := texts.Locale("en")
	lines := []string{english.Message(f.Message)}
	var fields []string
	for field, m := range f.Fields {
		fields = append(fields, field+": "+english.Message(m))
	}
	slices.Sort(fields)
	return errors.New(strings.Join(append(lines, fields...), "\n  "))
}
