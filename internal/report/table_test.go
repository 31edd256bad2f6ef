package report_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/report"
	"github.com/souk-taawon/souk/internal/table"
)

func TestTheReportIsExportedInEveryLanguage(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	b.autumn(t)
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	for code, want := range map[string]string{
		"ar": "nahlat;زكزل;نعم;10;10;2;1400,00;1400,00;1400,00;0,00;140,00\r\n",
		"fr": "nahlat;Zegzel;oui;10;10;2;1400,00;1400,00;1400,00;0,00;140,00\r\n",
		"en": "nahlat;Zegzel;yes;10;10;2;1400,00;1400,00;1400,00;0,00;140,00\r\n",
	} {
		sheet := b.Table(t.Context(), report.Filter{}, bundle.Locale(code))
		var out bytes.Buffer
		if err := table.WriteCSV(&out, sheet); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), want) || sheet.RightToLeft != (code == "ar") {
			t.Errorf("%s: %s", code, out.String())
		}
	}
}
