package settings

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/text"
)

// Kind is how a field is entered, kept and shown.
type Kind string

// The kinds of fields, and the form in which each is kept.
const (
	Line    Kind = "line"    // a text of one line
	Lines   Kind = "lines"   // a text of several
	Phone   Kind = "phone"   // E.164, or empty
	Email   Kind = "email"   // an address, or empty
	RIB     Kind = "rib"     // the 24 digits of a bank account, or empty
	Sum     Kind = "sum"     // dirhams with a point and two decimals
	Percent Kind = "percent" // with a point and two decimals; hundredths of it in Go
	Share   Kind = "share"   // a whole percent, 1 or more
	Number  Kind = "number"  // 1 or more
	Days    Kind = "days"    // 0 or more
	Choice  Kind = "choice"  // yes or no
	Weekday Kind = "weekday" // 1 for Monday to 7; 0: none
)

// Field is one thing that the association decides.
type Field struct {
	Name    string // in the form and the history
	Kind    Kind
	Group   string // of fields that stand together in the form
	Lang    string // of a text in one language: its code
	Least   int64  // of a number; 0: one
	Most    int64  // the largest: in centimes or hundredths of a percent if it has decimals; 0: any
	Default string // as it is kept, while nothing else has been decided
	Hint    bool   // its name alone does not explain it
	Whole   bool   // those of its group that are so are all entered or none: sentences take them together
	Beside  bool   // in the form it stands beside its neighbours of whom this is said too
	Stays   bool   // a name: once entered, it is not left empty any more
	Within  string // what it is about, of fields that are the same for several things, such as delivery's zones
}

// The most letters of a text.
const (
	maxLine = 200
	maxText = 500
)

// Fields are those of Settings, in the order of the form.
func Fields() []Field {
	var fields []Field
	eachField(reflect.ValueOf(new(Settings)).Elem(), func(f Field, _ reflect.Value) { fields = append(fields, f) })
	return fields
}

// eachField calls do with each field of a structure of settings and with where its value is.
func eachField(settings reflect.Value, do func(Field, reflect.Value)) {
	for _, at := range reflect.VisibleFields(settings.Type()) {
		tag := at.Tag
		if tag.Get("name") == "" {
			continue
		}
		least, _ := strconv.ParseInt(tag.Get("least"), 10, 64)
		most, _ := strconv.ParseInt(tag.Get("most"), 10, 64)
		f := Field{
			Name: tag.Get("name"), Kind: Kind(tag.Get("kind")), Group: tag.Get("group"), Least: least, Most: most, Default: tag.Get("default"),
			Hint: tag.Get("hint") == "yes", Whole: tag.Get("whole") == "yes", Beside: tag.Get("beside") == "yes", Stays: tag.Get("stays") == "yes",
		}
		value := settings.FieldByIndex(at.Index)
		if tag.Get("langs") == "" {
			do(f, value)
			continue
		}
		for lang := range strings.FieldsSeq(tag.Get("langs")) {
			in := f
			in.Name, in.Lang = f.Name+"_"+lang, lang
			do(in, value.FieldByName(strings.ToUpper(lang)))
		}
	}
}

// texts are the settings as they are kept, by the fields' names.
func (s Settings) texts() map[string]string {
	texts := make(map[string]string)
	eachField(reflect.ValueOf(&s).Elem(), func(f Field, value reflect.Value) {
		switch f.Kind {
		case Sum, Percent:
			texts[f.Name] = money.Amount(value.Int()).String()
		case Share, Number, Days, Weekday:
			texts[f.Name] = strconv.FormatInt(value.Int(), 10)
		case Choice:
			texts[f.Name] = "no"
			if value.Bool() {
				texts[f.Name] = "yes"
			}
		default:
			texts[f.Name] = value.String()
		}
	})
	return texts
}

// fill takes what is kept; what is not has its default.
func (s *Settings) fill(texts map[string]string) (err error) {
	eachField(reflect.ValueOf(s).Elem(), func(f Field, value reflect.Value) {
		text, kept := texts[f.Name]
		if !kept {
			text = f.Default
		}
		if err != nil {
			return
		}
		switch f.Kind {
		case Sum, Percent:
			var amount money.Amount
			amount, err = money.Parse(text)
			value.SetInt(int64(amount))
		case Share, Number, Days, Weekday:
			var n int64
			n, err = strconv.ParseInt(text, 10, 32)
			value.SetInt(n)
		case Choice:
			value.SetBool(text == "yes")
		default:
			value.SetString(text)
		}
		if err != nil {
			err = fmt.Errorf("%s is %q: %w", f.Name, text, err)
		}
	})
	return err
}

// Read gives what was typed in the form in which it is kept, or adds to wrong why it cannot be meant.
func (f Field) Read(typed string, wrong *fault.Error) string {
	switch f.Kind {
	case Line:
		return f.short(text.Line(typed), maxLine, wrong)
	case Lines:
		return f.short(text.Clean(typed), maxText, wrong)
	case Email:
		address := f.short(text.Line(typed), maxLine, wrong)
		if address != "" && !account.ValidEmail(address) {
			wrong.Field(f.Name, "account.email_invalid")
		}
		return address
	case Phone:
		number := strings.TrimSpace(typed)
		if number == "" {
			return ""
		}
		parsed, err := account.ParsePhone(number)
		if err != nil {
			wrong.Field(f.Name, account.ErrPhone.Key)
		}
		return parsed
	case RIB:
		rib := text.Ungrouped(typed)
		if rib != "" && !money.ValidRIB(rib) {
			wrong.Field(f.Name, "cooperative.rib_invalid")
		}
		return rib
	case Sum, Percent:
		parse := money.Parse
		if f.Kind == Percent {
			typed, parse = withoutSign(typed), money.ParseBare
		}
		amount, err := parse(typed)
		if most := f.most(); err != nil || amount < 0 || amount > most {
			key, args := "settings.amount_invalid", []any(nil)
			large, small, two := money.Readings(typed)
			switch {
			case f.Kind == Percent:
				key = "settings.commission_invalid"
			case two && small <= most:
				key, args = "settings.two_amounts", []any{"Value", typed, "Large", large, "Small", small}
			case f.Most > 0:
				key, args = "settings.fee_invalid", []any{"Max", most}
			}
			wrong.Field(f.Name, key, args...)
		}
		return amount.String()
	case Choice:
		if typed == "yes" {
			return "yes"
		}
		return "no"
	}
	if f.Kind == Share {
		typed = withoutSign(typed)
	}
	n, isNumber := text.Whole(typed)
	least, key := max(f.Least, 1), "settings.number_invalid"
	switch f.Kind {
	case Days:
		least, key = 0, "settings.days_invalid"
	case Weekday:
		least, key = 0, "settings.weekday_invalid"
	}
	if !isNumber || int64(n) < least || int64(n) > f.Most {
		wrong.Field(f.Name, key, "Min", least, "Max", f.Most)
	}
	return strconv.Itoa(n)
}

// withoutSign is what was typed of a percentage without the sign that it may end with.
func withoutSign(typed string) string {
	typed = text.Digits(text.Visible(typed))
	if bare, ok := strings.CutSuffix(typed, "%"); ok {
		return bare
	}
	return strings.TrimSuffix(typed, "٪")
}

// most is the largest amount.
func (f Field) most() money.Amount {
	if f.Most == 0 {
		return money.MaxAmount
	}
	return money.Amount(f.Most)
}

// short refuses words of more than most characters, and gives them back.
func (f Field) short(words string, most int, wrong *fault.Error) string {
	wrong.TooLong(f.Name, "settings.too_long", words, most)
	return words
}
