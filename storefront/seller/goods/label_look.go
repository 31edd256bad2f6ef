package goods

import (
	"time"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/certificate"
	"github.com/souk-taawon/souk/internal/i18n"
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

// productLabel is a label of a product, or one that was proposed for it, as its form tells it.
type productLabel struct{ Name, Certificate, Until, State, Colour string }

// labelsOf are the labels that a product carries and, of each other that was proposed for it, what became of that last,
// unless the cooperative withdrew it.
func labelsOf(l *i18n.Locale, p catalog.Product, proposals []certificate.Proposal, known []catalog.Label, today time.Time) (list []productLabel) {
	carried, told := map[string]bool{}, map[string]bool{}
	for _, label := range p.Labels {
		carried[label.Slug] = true
		list = append(list, productLabel{l.Text(label.Name), label.Certificate, lastDay(l, label), stateKey(certificate.Confirmed), "ok"})
	}
	for _, proposal := range proposals { // the latest first
		state, colour, before := stateKey(proposal.State), proposalColour(proposal.State), told[proposal.Label]
		told[proposal.Label] = true
		switch {
		case before, proposal.State == certificate.Withdrawn, proposal.State == certificate.Confirmed && carried[proposal.Label]:
			continue
		case proposal.State == certificate.Confirmed && proposal.ExpiresOn.Before(today):
			state, colour = "seller.label.over", "bad"
		}
		list = append(list, productLabel{catalog.LabelName(l, known, proposal.Label), proposal.Certificate, l.LongDate(proposal.ExpiresOn), state, colour})
	}
	return list
}

func stateKey(s certificate.State) string { return "certificate.state." + string(s) }

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
