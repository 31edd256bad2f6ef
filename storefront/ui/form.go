package ui

import (
	"strings"

	"github.com/a-h/templ"
)

// id is the field's own in the document.
func (f Field) id() string {
	if f.ID != "" {
		return f.ID
	}
	return "f-" + f.Name
}

// written is f as an input with its type told, which tools that fill in forms look for.
func (f Field) written() Field {
	if f.Type == "" {
		f.Type = "text"
	}
	return f
}

// attributes are those that every kind of field shares, the ones for assistive technology among them.
func (f Field) attributes(form Form) templ.Attributes {
	a := templ.Attributes{"id": f.id(), "name": f.Name}
	if f.Type != "" {
		a["type"] = f.Type
	}
	if f.Max > 0 {
		a["maxlength"] = f.Max
	}
	for name, value := range map[string]string{
		"placeholder": f.Placeholder, "autocomplete": f.Autocomplete, "inputmode": f.InputMode,
	} {
		if value != "" {
			a[name] = value
		}
	}
	if !f.Optional {
		a["required"] = true
	}
	var described []string
	if form.Errors[f.Name] != "" {
		a["aria-invalid"] = "true"
		described = append(described, f.id()+"-error")
	}
	if f.Hint != "" {
		described = append(described, f.id()+"-hint")
	}
	if len(described) > 0 {
		a["aria-describedby"] = strings.Join(described, " ")
	}
	for name, value := range f.Attributes {
		a[name] = value
	}
	return a
}

func inputClass(f Field) string {
	if f.LTR {
		return "in ltr"
	}
	return "in"
}

// group is options of a Select that stand under one line.
type group struct {
	name    string
	options []Option
}

func grouped(options []Option) []group {
	var groups []group
	for _, o := range options {
		if len(groups) == 0 || groups[len(groups)-1].name != o.Group {
			groups = append(groups, group{name: o.Group})
		}
		last := &groups[len(groups)-1]
		last.options = append(last.options, o)
	}
	return groups
}
