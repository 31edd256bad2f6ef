package i18n_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-taawon/souk/internal/i18n"
)

func TestNamesAreInTheOrderOfTheReadersLanguage(t *testing.T) {
	t.Parallel()
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	for code, want := range map[string][]string{
		"fr": {"Aghbal", "Aïn Reggada", "Aklim", "Épices", "Figues", "Œufs et smen", "Olives", "Zegzel"},
		"ar": {"أحفير", "أغبال", "أكليم", "بركان", "زكزل", "عين الركادة", "مداغ"},
	} {
		got := slices.Clone(want)
		slices.Reverse(got)
		slices.SortFunc(got, bundle.Locale(code).Order())
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", code, diff)
		}
	}
}
