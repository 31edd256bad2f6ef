package feed

import (
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
)

func TestJSONIsRefusedBeforeItCosts(t *testing.T) {
	t.Parallel()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	const line = `{"product_id":"a","quantity":1},`
	for name, test := range map[string]struct {
		body    string
		refused string // a part of what is told; "" if it is read
	}{
		"an order":                     {`{"lines":[{"product_id":"a","quantity":2}],"buyer":{"name":"نادية"},"delivery":"home"}`, ""},
		"500 lines":                    {`{"lines":[` + strings.TrimSuffix(strings.Repeat(line, 500), ",") + `]}`, ""},
		"100,000 lines":                {`{"lines":[` + strings.Repeat(line, 100_000), "too many values"},
		"depth without end":            {strings.Repeat(`[`, 1<<20), "too many values"},
		"objects without end":          {strings.Repeat(`{"a":`, 1<<18), "too many values"},
		"values without end":           {`[` + strings.Repeat(`0,`, 1<<19), "too many values"},
		"a name that stands twice":     {`{"delivery":"home","delivery":"relay"}`, "“delivery” stands twice"},
		"a name in capitals":           {`{"Delivery":"home"}`, "There is no field"},
		"a name nobody knows":          {`{"coupon":"x"}`, "There is no field"},
		"a name of a mebibyte":         {`{"` + strings.Repeat("a", 1<<20) + `":1}`, "There is no field"},
		"one JSON value only":          {`{} {}`, "one JSON value only"},
		"something behind the value":   {`{}]`, ""},
		"no JSON":                      {`<order/>`, "from byte 1 on"},
		"nothing":                      {``, "ends before its end"},
		"half of it":                   {`{"lines":[`, "ends before its end"},
		"a text for a number":          {`{"lines":[{"quantity":"2"}]}`, "“lines.quantity” has a value of another kind than expected (string)"},
		"a number with a fraction":     {`{"lines":[{"quantity":1.5}]}`, "1.5 is not a whole number"},
		"a number with an exponent":    {`{"lines":[{"quantity":1e308}]}`, "1e308 is not a whole number"},
		"the least of all numbers":     {`{"lines":[{"quantity":-9223372036854775808}]}`, "beyond 2^53"},
		"a number that is not certain": {`{"lines":[{"quantity":9007199254740993}]}`, "beyond 2^53"},
		"a number of 1,000 digits":     {`{"lines":[{"quantity":` + strings.Repeat("9", 1000) + `}]}`, "beyond 2^53"},
		"no number":                    {`{"lines":[{"quantity":NaN}]}`, "from byte"},
	} {
		var sent orderRequest
		err := decode([]byte(test.body), &sent)
		told := ""
		if f := fault.As(err); f != nil {
			told = texts.Locale("en").Message(f.Message)
			for _, code := range []string{"ar", "fr"} { // which hold no English of the library's
				if strings.Contains(texts.Locale(code).Message(f.Message), "json:") {
					t.Errorf("%s is told in %s: %s", name, code, texts.Locale(code).Message(f.Message))
				}
			}
		}
		if (test.refused == "") != (err == nil) && name != "something behind the value" || !strings.Contains(told, test.refused) || len(told) > 200 {
			t.Errorf("%s is told %.300q", name, told)
		}
	}
}

// Not parallel: it counts.
func TestRefusingJSONCostsLittle(t *testing.T) {
	for name, body := range map[string]string{
		"depth": strings.Repeat(`[`, 1<<20), "values": `[` + strings.Repeat(`0,`, 1<<19), "objects": `[` + strings.Repeat(`{},`, 1<<18),
	} {
		made := testing.AllocsPerRun(1, func() {
			var sent orderRequest
			if decode([]byte(body), &sent) == nil {
				t.Errorf("%s without end is read", name)
			}
		})
		if made > 40_000 {
			t.Errorf("%s: %.0f pieces of memory", name, made)
		}
	}
}

func FuzzOrdersAreReadOrRefused(f *testing.F) {
	for _, body := range []string{
		`{"lines":[{"product_id":"a","quantity":2}],"buyer":{"name":"n","phone":"06"},"delivery":"home","payment":"cash_on_delivery"}`,
		`{"lines":[{"quantity":-9223372036854775808}]}`, `{"lines":null}`, `{"buyer":{"name":"\ud800"}}`, `[[[[[[[[[[`, `{"a":1,"a":2}`, `1e308`, "\xff",
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		var sent orderRequest
		if err := decode([]byte(body), &sent); err != nil {
			if f := fault.As(err); f == nil || f.Kind != fault.Invalid {
				t.Errorf("%q fails: %v", body, err)
			}
			return
		}
		for _, line := range sent.Lines {
			if line.Quantity > 1<<53 || line.Quantity < -1<<53 {
				t.Errorf("%q is an order of %d pieces", body, line.Quantity)
			}
		}
	})
}
