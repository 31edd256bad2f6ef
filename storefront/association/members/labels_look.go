package members

import (
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/certificate"
	"github.com/souk-taawon/souk/storefront/ui"
)

// labelName is what a label is called.
func labelName(p ui.Page, labels []catalog.Label, slug string) string {
	for _, label := range labels {
		if label.Slug == slug {
			return p.L.Text(label.Name)
		}
	}
	return slug
}

// scanWord is what becomes of a certificate's picture that cannot be seen.
func scanWord(state string) string {
	if state == certificate.ScanRefused {
		return "unreadable"
	}
	return "waiting"
}
