package members

import (
	"github.com/souk-taawon/souk/internal/certificate"
	"github.com/souk-taawon/souk/storefront/ui"
)

// scanWord is what becomes of a certificate's picture that cannot be seen.
func scanWord(state string) string {
	switch state {
	case certificate.ScanWaiting:
		return "waiting"
	case certificate.ScanRefused:
		return "unreadable"
	}
	return "gone"
}

// counted is a number as far as it was counted.
func counted(p ui.Page, n int) string {
	if n == certificate.MostCounted {
		return p.T("association.labels.many", "N", p.L.Number(n-1))
	}
	return p.L.Number(n)
}

// labelsWaiting says how many labels wait, as far as they were counted.
func labelsWaiting(p ui.Page, n int) string {
	if n == certificate.MostCounted {
		return p.T("association.labels.waiting_many", "N", p.L.Number(n-1))
	}
	return p.N("association.labels.waiting", n)
}
