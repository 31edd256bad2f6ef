package text_test

import (
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/text"
)

func TestADayIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	want := time.Date(2027, 6, 3, 0, 0, 0, 0, time.UTC)
	for _, typed := range []string{"2027-06-03", "03/06/2027", "3/6/2027", "3-6-2027", "03.06.2027", " ٠٣/٠٦/٢٠٢٧ ", "\u200f٠٣/٠٦/٢٠٢٧\u200e"} {
		if day, ok := text.Day(typed); !ok || !day.Equal(want) {
			t.Errorf("%q is %s, %t", typed, day, ok)
		}
	}
	for _, typed := range []string{"", "31/06/2027", "06/2027", "3/6/27", "2027", "demain", "1997-06-03", "2127-06-03"} {
		if day, ok := text.Day(typed); ok {
			t.Errorf("%q is %s", typed, day)
		}
	}
}
