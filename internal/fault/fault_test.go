package fault_test

import (
	"testing"

	"github.com/souk-taawon/souk/internal/fault"
)

func TestWordsAreTooLongByTheirCharacters(t *testing.T) {
	t.Parallel()
	e := fault.New(fault.Invalid, "form.invalid")
	if e.TooLong("name", "name.too_long", "زيت الزيتون", 11) || len(e.Fields) > 0 {
		t.Errorf("eleven letters are refused: %v", e.Fields)
	}
	if !e.TooLong("name", "name.too_long", "زيت الزيتون", 10) || e.Fields["name"].Key != "name.too_long" || e.Fields["name"].Args["Max"] != 10 {
		t.Errorf("of more than ten letters it is said %v", e.Fields)
	}
}
