package catalog_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
)

func TestGuess(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	rules, err := catalog.New(db, slog.New(slog.DiscardHandler), time.Now).Rules(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
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
		category, drawing := rules.Guess(i18n.Text{FR: name})
		if got := category + " " + drawing; got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestAnotherCategoryIsARowWithItsClues(t *testing.T) {
	t.Parallel()
	m := catalogtest.New(t)
	m.Offer(m.Honey, catalogtest.Thyme()) // so that the categories are known
	m.Exec(`insert into categories (slug, position, name_ar, name_fr, name_en, food, drawing) values ('tried', 20, 'فطر', 'Champignons', 'Mushrooms', true, 'basket')`)
	m.Exec(`insert into category_clues (position, category, drawing, spellings) select max(position) + 1, 'tried', 'tajine', '{champignon,فطر}' from category_clues`)
	mushrooms := catalogtest.Thyme()
	mushrooms.SKU, mushrooms.Category, mushrooms.Name = "", "tried", i18n.Text{FR: "Girolles"}
	if _, err := m.Create(m.Ctx, m.Honey, mushrooms, m.Member); err == nil {
		t.Error("a category is known before it was read")
	}
	m.Today = m.Today.Add(time.Minute)
	if p := m.Offer(m.Honey, mushrooms); p.Drawing != "" || p.CategoryDrawing != "basket" || !p.Food {
		t.Errorf("%q is drawn as %q instead of %q; food: %v", p.Name.FR, p.Drawing, p.CategoryDrawing, p.Food)
	}
	mushrooms.Name = i18n.Text{FR: "Champignons des bois"}
	if p := m.Offer(m.Honey, mushrooms); p.Drawing != "tajine" {
		t.Errorf("%q is drawn as %q", p.Name.FR, p.Drawing)
	}
	m.Sound()
}
