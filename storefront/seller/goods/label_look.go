package goods

import (
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/certificate"
	"github.com/souk-taawon/souk/storefront/ui"
)

// labelOptions are the labels, for a list to choose from.
func labelOptions(p ui.Page, labels []catalog.Label) []ui.Option {
	options := []ui.Option{{Label: p.T("seller.product.choose")}}
	for _, label := range labels {
		options = append(options, ui.Option{Value: label.Slug, Label: p.L.Text(label.Name)})
	}
	return options
}

// proposalColour is the colour of what became of a proposal.
func proposalColour(s certificate.State) string {
	switch s {
	case certificate.Confirmed:
		return "ok"
	case certificate.Refused:
		return "bad"
	}
	return "wait"
}
