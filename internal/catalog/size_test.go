package catalog

import (
	"testing"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
)

func TestANameIsTheSameWithoutItsMeasure(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	same := func(want string, names ...string) {
		t.Helper()
		for _, name := range names {
			var got string
			if err := db.Get(&got, `select without_measure($1)`, name); err != nil {
				t.Fatal(err)
			}
			if got != want {
				t.Errorf("%q: %q, not %q", name, got, want)
			}
		}
	}
	same("miel de thym", "Miel de thym", "Miel de thym 250 g", "MIEL DE THYM (1 kg)", "Miel de thym, pot de 250 g", "Miel de thym 250g", "Miel de thym – 1,5 kg.",
		"Miel de thym demi-kilo", "Miel de thym 1 500 g", "250 g Miel de thym", "Miel de thym - bocal 370 g", "Miel de thym, seau de 5 kg", "Miel de thym, caisse de 6 x 500 g")
	same("عسل الزعتر", "عسل الزعتر", "عسل الزعتر 500 غ", "عسل الزعتر ٥٠٠ غرام", "عسل الزعتر، علبة من 250 غ", "عسل الزعتر نصف كيلو", "عسل الزعتر 1 كلغ", "عسل الزعتر، صندوق 5 كلغ", "عَسَلُ الزعتر (٢٥٠غ)")
	same("thyme honey", "Thyme honey", "Thyme honey, jar of 500 g", "Thyme honey half kilo", "Thyme honey 1kg")
	same("huile d olive", "Huile d’olive 0,5 L", "Huile d'olive 75 cl", "Huile d'olive, bouteille d'1 L", "Huile d'olive 6 x 250 ml")
	same("numero 5", "Numéro 5")
	same("plateau 12 roses", "Plateau 12 roses")
	same("", "250 g", "")
	same("extra virgin olive oil", "Extra virgin olive oil, 5 L can", "Extra virgin olive oil 500 ml bottle")
	same("savon noir", "Savon noir 200 g", "Savon noir, pot de 200 g")
	for word := range unitWords {
		same("miel", "Miel 3 "+word, "Miel 3"+word)
	}
	for word := range containers {
		same("miel", "Miel, "+word+" 3 kg", "Miel 3 kg "+word)
	}
}

// What a page says of a thing is what the schema compares it by.
func TestANameIsWrittenWithoutItsMeasure(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	for name, want := range map[string]string{
		"Miel de thym":                           "Miel de thym",
		"Miel de thym, pot de 250\u00a0g":        "Miel de thym",
		"MIEL DE THYM (1 kg)":                    "MIEL DE THYM",
		"Miel de thym 1 500 g":                   "Miel de thym",
		"250 g Miel de thym":                     "Miel de thym",
		"Miel 250g de thym":                      "Miel de thym",
		"Huile d’olive, bouteille d’1 L":         "Huile d’olive",
		"Huile d’olive vierge, bidon de 5 L":     "Huile d’olive vierge",
		"Huile d’olive 6 x 250 ml":               "Huile d’olive",
		"Extra virgin olive oil, 5 L can":        "Extra virgin olive oil",
		"عسل الزعتر، علبة من ٢٥٠ غ":              "عسل الزعتر",
		"عسل الزعتر نصف كيلو":                    "عسل الزعتر",
		"زيت زيتون بكر ممتاز، بيدون 5 لتر":       "زيت زيتون بكر ممتاز",
		"Plateau 12 roses":                       "Plateau 12 roses",
		"Numéro 5":                               "Numéro 5",
		"Coffret 2 pots de 250 g et un pot 1 kg": "Coffret 2 pots et un",
		"250 g":                                  "",
	} {
		got := WithoutMeasure(name)
		if got != want {
			t.Errorf("%q: %q, not %q", name, got, want)
		}
		var compared, itself string
		if err := db.QueryRow(`select without_measure($1), without_measure($2)`, name, got).Scan(&compared, &itself); err != nil {
			t.Fatal(err)
		}
		if compared != itself {
			t.Errorf("%q: the schema compares %q, %q is shown", name, compared, got)
		}
	}
}

// A line says how much it is once, in whatever figures and words its name does.
func TestWhatIsCalledSaysItsSizeOnce(t *testing.T) {
	t.Parallel()
	languages, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		amount int
		code   string
		want   string
	}{
		{"Huile d’olive", 500, "ml", "Huile d’olive, 500\u00a0ml"},
		{"Huile d’olive, bouteille de 0,5 L", 500, "ml", "Huile d’olive, bouteille de 0,5 L"},
		{"Couscous, sac de 25 kg", 5, "kg", "Couscous, sac de 25 kg, 5\u00a0kg"},
		{"Couscous ٥ كلغ", 5, "kg", "Couscous ٥ كلغ"},
		{"Tapis", 1, "piece", "Tapis"},
	} {
		if got := Called(languages.Locale("fr"), i18n.Text{FR: c.name}, c.amount, c.code); got != c.want {
			t.Errorf("%q is called %q", c.name, got)
		}
	}
}
