package catalog

import (
	"testing"

	"github.com/souk-taawon/souk/internal/i18n"
)

func TestGuess(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Clémentine de Berkane": "fruit clementine", "Figue sèche": "dried fig-dried", "Figues fraîches": "fruit fig-fresh", "Figue de Barbarie": "fruit pricklypear",
		"Amande beldi": "dried almond", "اللوز البلدي": "dried almond", "Miel d'oranger": "honey honey-orange", "عسل زهر البرتقال": "honey honey-orange",
		"Huile d'olive extra vierge": "oil oil", "زيت الزيتون": "oil oil", "Savon à l'huile d'olive": "cosmetic soap-olive", "Savon noir": "cosmetic soap-black",
		"Huile essentielle de romarin": "herbs rosemary-oil", "Eau de fleur d'oranger": "herbs orange-water", "ماء الزهر": "herbs orange-water",
		"Olives noires": "preserve olives-black", "Olives vertes": "preserve olives-green", "Confiture de clémentine": "preserve jam-clementine",
		"Couscous d'orge": "cereal couscous-barley", "كسكس القمح": "cereal couscous", "Citron confit": "preserve lemon-preserved", "Citron": "fruit lemon",
		"Panier cadeau": "bundle gift", "Panier en doum": "craft basket", "قفة من الدوم": "craft basket", "Terfass": "truffle terfass", "الترفاس": "truffle terfass",
		"Œufs beldi": "dairy eggs", "Fromage de chèvre": "dairy cheese", "Noix": "dried walnut", "Tapis": "craft zerbia", "Sirop de caroube": "preserve carob-syrup",
		"رُبّ الخروب": "preserve carob-syrup", "Poudre de caroube": "dried carob-powder", "Chose": " ", "": " ",
	} {
		category, drawing := Guess(i18n.Text{FR: name})
		if got := category + " " + drawing; got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
