package catalog

import (
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/i18n"
)

func TestSlugify(t *testing.T) {
	t.Parallel()
	for name, want := range map[i18n.Text]string{
		{FR: "Miel d’oranger « été » 500 g"}: "miel-d-oranger-ete-500-g", {FR: "Œufs beldi"}: "oeufs-beldi", {AR: "عسلُ الزّعتر"}: "asl-alzatr",
		{AR: "عسل", EN: "Honey"}: "honey", {FR: "✿✿✿"}: "product", {FR: "  --a--  "}: "a", {}: "product",
	} {
		if got := slugify(name); got != want {
			t.Errorf("%+v: %q, want %q", name, got, want)
		}
	}
	if long := slugify(i18n.Text{FR: strings.Repeat("été ", 100)}); len(long) > maxSlug+2 || strings.HasSuffix(long, "-") {
		t.Errorf("%q", long)
	}
}
