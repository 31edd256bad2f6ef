package browse

import (
	"testing"

	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/storefront/ui"
)

func TestYoungWomenAreCalledSo(t *testing.T) {
	t.Parallel()
	languages, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	p := ui.Page{L: languages.Locale("ar")}
	for want, c := range map[string]cooperative.Cooperative{
		"كلهن نساء، وشابتان":       {WomenOnly: true, Women: 9, Young: 2},
		"كلهن نساء، و4 شابات":      {WomenOnly: true, Women: 9, Young: 4},
		"منهم امرأة واحدة، وشابان": {Women: 1, Men: 8, Young: 2},
	} {
		if got := membersMore(p, c); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
