package i18n_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
)

func TestAWordLosesItsVowelBeforeAName(t *testing.T) {
	t.Parallel()
	l := load(t).Locale("fr")
	for name, want := range map[string]string{
		"Aachab": "Des produits d’Aachab", "Élixir": "Des produits d’Élixir", "El Baraka": "Des produits d’El Baraka", "Oujda": "Des produits d’Oujda",
		"Œuf d’or": "Des produits d’Œuf d’or", "\u2068Ain\u2069": "Des produits d’\u2068Ain\u2069", "« Anoual »": "Des produits d’« Anoual »",
		"Halib": "Des produits de Halib", "Yasmine": "Des produits de Yasmine", "Zegzel": "Des produits de Zegzel", "11 mars": "Des produits de 11 mars",
		"النور": "Des produits de النور", "": "Des produits de ", "-A": "Des produits de -A",
	} {
		if got := l.T("shop.coop.goods_of", "Name", name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	if got := l.T("seller.missing.picture", "Name", "Amandes"); got != "Une photo d’«\u00a0Amandes\u00a0»" {
		t.Errorf("in quotation marks: %q", got)
	}
	if got := l.Message(fault.Say("shop.product.description", "Name", "Huile", "Cooperative", i18n.Text{FR: "Aachab"}, "Place", "Ahfir", "Price", "8", "Unit", "le kg", "Means", "x")); !strings.HasPrefix(got, "Huile d’Aachab, Ahfir\u00a0: ") {
		t.Errorf("of several names: %q", got)
	}
	if got := load(t).Locale("en").T("seller.missing.picture", "Name", "Aachab"); !strings.Contains(got, "“Aachab”") {
		t.Errorf("where nothing is elided: %q", got)
	}
}

// In every sentence, wherever a name is put.
func TestNoSentenceSaysDeBeforeAVowel(t *testing.T) {
	t.Parallel()
	placeholder := regexp.MustCompile(`\{\{\.(\w+)\}\}`)
	unelided := regexp.MustCompile(`(?i)(?:^|[^\pL])(?:de|que)[\s\x{a0}«]+[aeiouéèêœ]rable`)
	l := load(t).Locale("fr")
	for key, texts := range readLanguages(t)["fr"] {
		for form, text := range texts {
			for _, vowel := range []string{"a", "E", "É", "i", "O", "u", "œ"} {
				var args []any
				for _, found := range placeholder.FindAllStringSubmatch(text, -1) {
					args = append(args, found[1], vowel+"rable")
				}
				said := l.T(key, args...)
				if form != "" {
					said = l.N(key, 5, args...)
				}
				if unelided.MatchString(said) || strings.ContainsRune(said, '\uFDD0') {
					t.Errorf("%s: %q", key, said)
				}
			}
		}
	}
}

// ل and ك are written together with the article of the name behind them, so that no sentence joins them to one.
func TestNoArabicSentenceJoinsAParticleToAName(t *testing.T) {
	t.Parallel()
	joined := regexp.MustCompile(`(^|[^\pL])[وف]?[لك]\{\{`)
	for key, texts := range readLanguages(t)["ar"] {
		for _, text := range texts {
			if found := joined.FindString(text); found != "" {
				t.Errorf("%s: %q", key, text)
			}
		}
	}
}
