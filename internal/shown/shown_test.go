package shown_test

import (
	"testing"

	"github.com/souk-taawon/souk/internal/shown"
)

func TestOnlyWhatWasChangedInAFormIsWritten(t *testing.T) {
	t.Parallel()
	form := shown.Read(shown.Of(map[string]string{"name": "as shown", "empty": ""}).Encode())
	for _, c := range []struct {
		what            string
		form            shown.Fields
		name, is, typed string
		becomes         string
		clash           bool
	}{
		{"nobody changed it", form, "name", "as shown", "as shown", "as shown", false},
		{"she did", form, "name", "as shown", "hers", "hers", false},
		{"somebody else did", form, "name", "theirs", "as shown", "theirs", false},
		{"both did", form, "name", "theirs", "hers", "hers", true},
		{"both did the same", form, "name", "same", "same", "same", false},
		{"she filled it in", form, "empty", "", "hers", "hers", false},
		{"she emptied what somebody else changed", form, "name", "theirs", "", "", true},
		{"the form did not have it", form, "other", "theirs", "hers", "hers", true},
		{"what it showed cannot be read", shown.Read("?"), "name", "theirs", "hers", "hers", true},
		{"there was no form", nil, "name", "theirs", "hers", "hers", false},
	} {
		if becomes, clash := c.form.Merge(c.name, c.is, c.typed); becomes != c.becomes || clash != c.clash {
			t.Errorf("%s: it becomes %q, %t", c.what, becomes, clash)
		}
	}
}
