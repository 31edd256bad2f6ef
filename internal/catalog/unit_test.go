package catalog

import (
	"fmt"
	"testing"

	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/text"
)

func TestParseUnit(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"500 g": "500 g", "500g": "500 g", "500 غ": "500 g", "٥٠٠ غرام": "500 g", "500 Gr.": "500 g", "0,5 kg": "500 g",
		"1/2 kg": "500 g", "نصف كيلو": "500 g", "ربع كيلو": "250 g", "demi litre": "500 ml",
		"1 kg": "1 kg", "kg": "1 kg", "KG": "1 kg", "Le kilo": "1 kg", "كلغ": "1 kg", "الكيلو": "1 kg", "1,0 kg": "1 kg", "2 كيلوغرام": "2 kg",
		"1 L": "1 l", "1L": "1 l", "5 litres": "5 l", "لتر": "1 l", "5 لتر": "5 l", "0.75 L": "750 ml", "75 cl": "750 ml", "250 مل": "250 ml",
		"pièce": "1 piece", "la pièce": "1 piece", "12 pièces": "12 piece", "قطعة": "1 piece", "القطعة": "1 piece", "قطعة واحدة": "1 piece",
		"قطعتان": "2 piece", "douzaine": "12 piece", "12 œufs": "12 piece", "unité": "1 piece", "bocal": "1 piece", "علبة": "1 piece",
		"bocal 370 g": "370 g", "Pot de 500 g": "500 g", "6 x 100 g": "600 g", "قنينة 1 لتر": "1 l",
		"1.500 g": "1500 g", "1 500 g": "1500 g", "1.500 kg": "1500 g", "0,500 kg": "500 g", "1,000 ml": "1000 ml", "1'500 g": "1500 g", "١٬٥٠٠ غ": "1500 g", "2 x 1 500 g": "3000 g",
		"bocal - 370 g": "370 g", "boîte à 6 pièces": "6 piece", "deux kilos": "2 kg", "ثلاثة كيلو": "3 kg", "lot de six bocaux de 100 g": "600 g",
		"½ kg": "500 g", "¾ L": "750 ml", "3/4 L": "750 ml", "deux douzaines": "24 piece", "لترين": "2 l", "قطعتين": "2 piece", "بالكيلو": "1 kg",
		"pot en verre 250 g": "250 g", "la bouteille d'un litre": "1 l", "au kilo": "1 kg", "kg en vrac": "1 kg", "6 pots 100 g": "600 g", "12 boîtes de 6 œufs": "72 piece", "500 g (sachet)": "500 g", "لكل قطعة": "1 piece",
		"6×100 g": "600 g", "6*100g": "600 g", "12 sachets de 25 g": "300 g", "m²": "1 m2", "m2": "1 m2", "م²": "1 m2", "mètre carré": "1 m2", "متر مربع": "1 m2", "\u200f500\u00a0g": "500 g",
	} {
		amount, code, ok := ParseUnit(text.Clean(typed))
		if got := fmt.Sprintf("%d %s", amount, code); !ok || got != want {
			t.Errorf("%q: %s %v, want %s", typed, got, ok, want)
		}
	}
	for _, typed := range []string{"", "beau", "12", "0 kg", "-", "1 kg 500", "kg 2", "0.0001 g", "1,5 pièce", "999999999 kg", "1/0 kg",
		"12 50 g", "12'50 g", "5 5 kg", "1 2345 g", "2 1/2 kg", "1/2/3 kg", "3 4 5 pièces",
		"250-300 g", "5-10 kg", "5–10 kg", "5 - 10 kg", "5 à 10 kg", "5 to 10 kg", "5 ou 10 kg", "5 إلى 10 كلغ", "entre 5 et 10 kg", "2+1 kg",
		"-1 kg", "-250 g", "−250 g", "- 250 g", "1 et demi kg", "1 kg et demi", "كيلو ونصف", "kilo et demi", "250/300 g",
		"1½ kg", "12² kg", "25/30 kg", "250 → 300 g", "250 & 300 g", "250 bis 300 g", "250 par 300 g", "12;50 g", "12_50 g", "12:5 g", "5% g", "cinq cents grammes",
		"deux cent cinquante grammes", "cent grammes", "mille grammes", "خمسمائة غرام", "مئتان وخمسون غراما", "trente œufs", "quinze pièces", "سبع قطع", "thirty eggs",
		"vingt quatre pièces", "trois quarts de litre", "moins 1 kg"} {
		if amount, code, ok := ParseUnit(typed); ok {
			t.Errorf("%q: %d %s, want none", typed, amount, code)
		}
	}
}

func TestAPriceIsComparedByKilogramAndLitre(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		price   money.Amount
		amount  int
		code    string
		per     money.Amount
		measure string
	}{
		{12_000, 500, "g", 24_000, "kg"}, {2_500, 1, "kg", 2_500, "kg"}, {35_000, 5, "kg", 7_000, "kg"},
		{4_500, 250, "ml", 18_000, "l"}, {8_000, 1, "l", 8_000, "l"}, {100, 3, "kg", 33, "kg"}, {200, 3, "kg", 67, "kg"},
		{1, 2, "l", 1, "l"}, {1, 2000, "g", 1, "kg"}, {1, 2001, "g", 0, "kg"}, {1_000_000_00, 1, "g", 100_000_000_000, "kg"},
		{1_200, 1, "piece", 0, ""}, {1_200, 12, "piece", 0, ""}, {65_000, 1, "m2", 0, ""}, {100, 0, "g", 0, ""},
	} {
		per, measure, ok := PerMeasure(c.price, c.amount, c.code)
		if per != c.per || measure != c.measure || ok != (c.measure != "") {
			t.Errorf("%d for %d %s: %d for a %q (%t), not %d for a %q", c.price, c.amount, c.code, per, measure, ok, c.per, c.measure)
		}
	}
}
