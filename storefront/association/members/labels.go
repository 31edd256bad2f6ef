package members

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/certificate"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

const (
	labelsPath    = "/association/labels"
	labelsPerPage = 20
)

// labelsView is a page of the labels that cooperatives have proposed and nobody has decided, or of those that end soon.
type labelsView struct {
	Soon      bool // those that end
	Ending    []catalog.SoonEnding
	Waiting   int // up to certificate.MostCounted, as those that end
	Ends      int
	Proposals []certificate.Proposal
	keyset.Turns
	Labels  []catalog.Label
	Refused ui.Refusal // of the decision
	Of      uuid.UUID  // about that proposal
	from    *keyset.Place
}

// showEnding asks the page for the labels that end soon.
const showEnding = "ending"

// address is the page from a place on.
func (v labelsView) address(from *keyset.Place) string {
	query := url.Values{}
	if v.Soon {
		query.Set("show", showEnding)
	}
	web.SetPlace(query, from)
	return web.Address(labelsPath, query)
}

// form is what was typed about a proposal.
func (v labelsView) form(id uuid.UUID) ui.Form {
	if v.Of != id {
		return ui.Form{}
	}
	return v.Refused.Form
}

func (h *Handler) labels(r *web.Request) error { return h.showLabels(r, labelsView{}) }

func (h *Handler) showLabels(r *web.Request, v labelsView) error {
	var err error
	v.from = web.ReadPlace(r.Query("place"))
	if v.Soon = r.Query("show") == showEnding; v.Soon {
		v.Ending, v.Turns, err = h.Catalog.SoonEnding(r.Context(), v.from, labelsPerPage)
	} else {
		v.Proposals, v.Turns, err = h.Certificates.Waiting(r.Context(), v.from, labelsPerPage)
	}
	if err != nil {
		return err
	}
	if v.Waiting, err = h.Certificates.CountWaiting(r.Context()); err != nil {
		return err
	}
	if v.Ends, err = h.Catalog.CountSoonEnding(r.Context(), certificate.MostCounted); err != nil {
		return err
	}
	if v.Labels, err = h.Catalog.Labels(r.Context()); err != nil {
		return err
	}
	p, err := association.Page(r, h.Cooperatives, r.Locale.T("association.labels.title"))
	if err != nil {
		return err
	}
	return r.Render(v.Refused.Answer(), labelsPage(p, v))
}

// answers are what is made of a proposal.
var answers = []string{"confirm", "refuse"}

// decideLabel confirms a label that was proposed, or refuses it.
func (h *Handler) decideLabel(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	decision := r.Param("decision")
	switch {
	case !slices.Contains(answers, decision):
		return web.ErrNotFound
	case r.Form("seen") != string(certificate.Proposed):
		err = certificate.ErrDecided
	case decision == answers[0]:
		err = h.Certificates.Confirm(r.Context(), id, r.Actor())
	default:
		err = h.Certificates.Refuse(r.Context(), id, r.Form("reason"), r.Actor())
	}
	if no, ok := r.Refused(err); ok {
		return h.showLabels(r, labelsView{Refused: no, Of: id})
	}
	if err != nil {
		return err
	}
	r.Flash("association.labels.done_" + decision)
	return r.Redirect(labelsPath)
}

// certificate shows the picture of a certificate.
func (h *Handler) certificate(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	file, err := h.Certificates.OpenScan(r.Context(), id)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	body, err := io.ReadAll(file)
	if err != nil {
		return fmt.Errorf("certificate %s: %w", id, err)
	}
	return r.Bytes(http.StatusOK, "image/jpeg", body)
}
