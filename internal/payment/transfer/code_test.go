package transfer

import (
	"strings"
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/money"
)

func TestACodeIsReadHoweverItIsTypedAndASlipIsNoticed(t *testing.T) {
	t.Parallel()
	for range 200 {
		code, err := newCode()
		if err != nil || !checks(code) {
			t.Fatalf("%q: %v", code, err)
		}
		spaced := strings.ToLower(strings.Join(strings.Split(code, ""), " "))
		lookAlike := strings.NewReplacer("5", "S", "8", "b", "2", "z", "6", "G", "Y", "v").Replace(code)
		for _, typed := range []string{
			"VIR RECU DE FATIMA " + written(code), "ref:" + spaced, "طلب " + code[:4] + " – " + code[4:], lookAlike, "X/" + code + "/20261123",
		} {
			if found := codesIn(typed); !contains(found, code) {
				t.Errorf("%s is not found in %q: %v", code, typed, found)
			}
		}
		for i := range code { // any one sign wrong
			for _, sign := range alphabet {
				slip := code[:i] + string(sign) + code[i+1:]
				if slip != code && checks(slip) {
					t.Fatalf("%s is taken for %s", slip, code)
				}
			}
			if i > 0 && code[i] != code[i-1] { // any two exchanged
				slip := []byte(code)
				slip[i], slip[i-1] = slip[i-1], slip[i]
				if checks(string(slip)) {
					t.Fatalf("%s is taken for %s", slip, code)
				}
			}
		}
	}
}

func contains(list []string, s string) bool {
	for _, one := range list {
		if one == s {
			return true
		}
	}
	return false
}

func TestAmountsAreReadAsBanksWriteThemAndDoubtfulOnesAreNot(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   mark
		cell string
		want money.Amount
		bad  bool
	}{
		{',', "1 234,56", 123456, false}, {',', "1\u202f234,56", 123456, false}, {0, "1.234,56", 123456, false}, {0, "1,234.56", 123456, false},
		{0, "-12,50", -1250, false}, {0, "12,50-", -1250, false}, {0, "(12.50)", -1250, false}, {0, "−7,00", -700, false}, {0, "+7,00 MAD", 700, false},
		{0, "", 0, false}, {0, "75", 7500, false}, {0, "١٢٫٥٠", 1250, false},
		{',', "1.234", 123400, false}, {'.', "1,234", 123400, false},
		{0, "1.234", 0, true}, {',', "1,234", 0, true}, {0, "douze", 0, true}, {0, "=1+1", 0, true}, {0, "99999999999,00", 0, true}, {0, "1e9", 0, true},
		{0, "12 50", 0, true}, {',', "5 5", 0, true}, {0, "12 DH 50", 0, true}, {',', "1 2345,00", 0, true},
	} {
		if got, ok := c.in.read(c.cell); ok == c.bad || ok && got != c.want {
			t.Errorf("%q where decimals stand behind %q is read as %s, %t; want %s", c.cell, c.in, got, ok, c.want)
		}
	}
}

func TestDaysAreReadAsBanksWriteThem(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)
	for _, cell := range []string{"03/11/2026", "3/11/2026", "03-11-2026", "03.11.2026", "2026-11-03", "03/11/26", "03/11/2026 14:05", "2026-11-03T14:05:00", "46329"} {
		if day, ok := readDay(cell); !ok || !day.Equal(want) {
			t.Errorf("%s is read as %s, %t", cell, day, ok)
		}
	}
	for _, cell := range []string{"", "31/02/2026", "11/25/2026", "hier", "03/11/1926", "1"} {
		if day, ok := readDay(cell); ok {
			t.Errorf("%q is read as %s", cell, day)
		}
	}
}

func TestHeadingsOfBanksAreKnown(t *testing.T) {
	t.Parallel()
	for _, headings := range []string{
		"Date opération;Date valeur;Libellé;Débit;Crédit", "DATE;LIBELLE DE L'OPERATION;REFERENCE;MONTANT (MAD);SENS", "Date Comptable;Nature de l’opération;N° pièce;Montant",
		"التاريخ;البيان;المدين;الدائن", "Date;Description;Amount",
	} {
		if at := layoutOf(strings.Split(headings, ";")); !at.usable() {
			t.Errorf("%s: %v", headings, at)
		}
	}
	for _, headings := range []string{"Date;Libellé;Débit", "Libellé;Crédit", "Date;Crédit", "a;b;c", ""} {
		if at := layoutOf(strings.Split(headings, ";")); at.usable() {
			t.Errorf("%s is enough: %v", headings, at)
		}
	}
}
