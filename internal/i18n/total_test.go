package i18n_test

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
)

// edges are the numbers at which signs, groups and widths change.
var edges = []int64{
	math.MinInt64, math.MinInt64 + 1, math.MaxInt64, -1 << 53, 1 << 53, -1000, -100, -99, -5, -1, 0, 1, 2, 9, 99, 100, 999, 1000, 1_000_000,
}

// FuzzEveryFigureIsWritten writes each kind of figure in each language: there is none that cannot be
// written, since nothing catches the overflow of a stack.
func FuzzEveryFigureIsWritten(f *testing.F) {
	for _, n := range edges {
		f.Add(n)
	}
	b := load(f)
	f.Fuzz(func(t *testing.T, n int64) {
		minus := n < 0
		for _, code := range b.Codes() {
			l := b.Locale(code)
			digits := strings.Join(strings.FieldsFunc(l.Number(int(n)), func(r rune) bool { return r < '0' || r > '9' }), "")
			if want := strings.TrimPrefix(strconv.FormatInt(n, 10), "-"); digits != want {
				t.Errorf("%s writes %d as %q", code, n, l.Number(int(n)))
			}
			for _, text := range []string{l.Number(int(n)), l.Centimes(money.Amount(n)), l.Amount(money.Amount(n))} {
				if strings.HasPrefix(text, "\u2212") != minus || strings.Contains(text, "-") {
					t.Errorf("%s writes %d as %q", code, n, text)
				}
			}
			if text := l.Money(money.Amount(n)); strings.Contains(text, "\u2212") != minus {
				t.Errorf("%s writes %d as %q", code, n, text)
			}
			for _, text := range []string{
				l.N("unit.piece", int(n)), l.Unit(int(n), "piece"), l.Unit(int(n), "kg"), l.PerUnit(int(n), "g"),
				l.Message(fault.Say("unit.piece", "Count", int(n))), l.Percent(float64(n)), l.Decimal(float64(n), 2),
				l.Date(time.Unix(n, 0)), l.LongDate(time.UnixMilli(n)), l.DateTime(time.Unix(0, n)), l.Month(time.Unix(n, 0)),
			} {
				if text == "" {
					t.Errorf("%s writes nothing for %d", code, n)
				}
			}
			_ = l.MonthName(int(n)) // most numbers are no month
		}
	})
}

func TestOnlyNumbersThatAreCertainComeBackFromJSON(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]any{
		`-3`: -3, `0`: 0, `9007199254740991`: 1<<53 - 1, `"1e308"`: "1e308", `true`: true,
		`-9223372036854775808`: nil, `1e308`: nil, `1.5`: nil, `1e2`: nil, `9007199254740993`: nil,
	} {
		var m fault.Message
		err := json.Unmarshal([]byte(`{"key":"unit.piece","args":{"Count":`+text+`}}`), &m)
		if want == nil && err == nil || want != nil && (err != nil || m.Args["Count"] != want) {
			t.Errorf("%s comes back as %v, %v", text, m.Args["Count"], err)
		}
	}
	var whole, back fault.Message = fault.Say("unit.piece", "Count", 2, "Name", "عسل"), fault.Message{}
	text, err := json.Marshal(whole)
	if err == nil {
		err = json.Unmarshal(text, &back)
	}
	if err != nil || back.Key != whole.Key || back.Args["Count"] != 2 || back.Args["Name"] != "عسل" {
		t.Errorf("%v came back as %v: %v", whole, back, err)
	}
}
