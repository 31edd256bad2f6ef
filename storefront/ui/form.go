package ui

import (
	"maps"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
)

// Field is one field of a form. Its value and its error come from the Form by its Name.
type Field struct {
	Name, Label, Hint string
	ID                string // in the document; made of Name if empty, which then has to be the page's only one
	Type              string // of the input; text if empty
	Placeholder       string
	Autocomplete      string
	InputMode         string
	Optional          bool   // says so beside the label; otherwise the field is required
	LTR               bool   // telephone numbers, addresses of mail and codes read left to right
	Max               int    // characters; 0 for no limit
	Suffix            string // a unit behind the field; the currency stands where its language writes it
	Attributes        templ.Attributes
}

// Option is one of the values of a Select or a Choice. Group is for a Select: the line over the options
// that follow each other and share it. Hint, Side and Disabled are for a Choice.
type Option struct {
	Value, Label, Group, Hint, Side string
	Disabled                        bool
}

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

// directed is f with the direction of what is typed, unless it has one.
func (f Field) directed() Field {
	attributes := templ.Attributes{"dir": "auto"}
	maps.Copy(attributes, f.Attributes)
	f.Attributes = attributes
	return f
}

// attributes are those that every kind of field shares, the ones for assistive technology among them.
func (f Field) attributes(form Form) templ.Attributes {
	a := templ.Attributes{"id": f.id(), "name": f.Name}
	if f.Type != "" {
		a["type"] = f.Type
		if f.Type == "tel" {
			a["pattern"] = telephone
		}
	}
	if f.Max > 0 {
		a["maxlength"] = f.Max
	}
	for name, value := range map[string]string{
		"placeholder": f.Placeholder, "autocomplete": f.Autocomplete, "inputmode": f.InputMode,
	} {
		if value != "" && f.Type != "checkbox" { // which has none of them
			a[name] = value
		}
	}
	if !f.Optional {
		a["required"] = true
	}
	var described []string
	if form.Errors[f.Name] != "" {
		if f.InputMode == "decimal" || f.InputMode == "numeric" {
			a["pattern"] = figure
		}
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

// telephone lets a browser tell whether a number that was refused is mended: it has as many digits as one can have, however
// they are written. Whether there is such a number the market says.
const telephone = `(\P{Nd}*\p{Nd}){9,15}\P{Nd}*`

// figure does the same for an amount or a number that was refused.
const figure = `.*\p{Nd}.*`

// RIB does the same for a bank account's number.
var RIB = templ.Attributes{"pattern": `(\P{Nd}*\p{Nd}){24}\P{Nd}*`}

// Wrong are the attributes of a field that is wrong as message says, in the element of that id; none if it is not.
func Wrong(message, id string) templ.Attributes {
	if message == "" {
		return nil
	}
	return templ.Attributes{"aria-invalid": "true", "aria-describedby": id}
}

// wrongOption are the same of one of a Choice's options; none of one that cannot be chosen.
func (f Field) wrongOption(form Form, o Option) templ.Attributes {
	if o.Disabled {
		return nil
	}
	return Wrong(form.Errors[f.Name], f.id()+"-error")
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

// Typed writes an amount as the reader would type it into a field: «1250», «12,50».
func Typed(l *i18n.Locale, a money.Amount) string {
	if a%100 == 0 {
		return strconv.FormatInt(int64(a/100), 10)
	}
	return l.Decimal(float64(a)/100, 2)
}

// Unreadable says of a field that what was typed is no amount in the words of key, or, if it could be two, how to write either.
func Unreadable(l *i18n.Locale, wrong *fault.Error, field, key, typed string) {
	if large, small, ok := money.Readings(typed); ok {
		wrong.Field(field, "ui.two_amounts", "Value", typed, "Large", Typed(l, large), "Small", Typed(l, small))
		return
	}
	wrong.Field(field, key, "Value", typed)
}

// InArabic is a field that is written in Arabic, whatever the page is.
var InArabic = templ.Attributes{"dir": "rtl", "lang": "ar"}
