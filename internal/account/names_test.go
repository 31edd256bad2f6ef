package account

import "testing"

// houses are a cooperative and the association, as houseNames gives them.
var houses = []string{
	"نوارة الشراعة", "Nouarat Ech-Charâa", "nouarat ech charaa",
	"جمعية تعاونيات بركان", "Association des coopératives de Berkane", "Berkane cooperatives",
}

func TestPasswordsAreNotMadeOfTheNamesOfOnesHouse(t *testing.T) {
	t.Parallel()
	made := func(password string) bool {
		for _, name := range houses {
			if madeOfName(password, name) {
				return true
			}
		}
		return false
	}
	for _, password := range []string{
		"Nouarat2026!", "nouarat ech-charaa", "NouaratEchCharaa", "nouaratechcharaa7", "NOUARAT-ECH-CHARÂA", "2026_Nouarat_63300", "charaa.nouarat",
		"نوارة2026!!", "نوارةالشراعة", "نَوَّارة الشراعة", "الشراعة نوارة", "نواره الشراعه", "ＮＯＵＡＲＡＴ２０２６", "nwarat 3chara3a", "nouarat-x-9731",
		"cooperatives-berkane", "Berkane cooperative!", "بركان تعاونيات 1", "association2026",
	} {
		if !made(password) {
			t.Errorf("%q passes", password)
		}
	}
	for _, password := range []string{
		"trois ruches au soleil", "trois ruches au soleil de Berkane", "ثلاث خلايا تحت الشمس", "k3rmous-f-stah", "figs under seven roofs",
		"olivier 1978 Zegzel", "sept paniers de nèfles",
	} {
		if made(password) {
			t.Errorf("%q is refused", password)
		}
	}
	for _, name := range []string{"", "!", "و", "a b"} {
		if madeOfName("trois ruches au soleil", name) {
			t.Errorf("the name %q refuses everything", name)
		}
	}
}
