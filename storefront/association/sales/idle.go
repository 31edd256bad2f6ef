package sales

import (
	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/report"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/web"
)

// idlePerPage is how many cooperatives a page of the list has.
const idlePerPage = 30

// idleView is a page of the list of the cooperatives without a sale.
type idleView struct {
	asked
	report.Idle
	List []idle // Cooperatives, with what can be seen of them
}

// idle is a cooperative without a sale, what can be seen of it, and the next step.
type idle struct {
	report.Cooperative
	Published int
	Phone     string
	Before    money.Amount // sold in as many days before
}

func (h *Handler) idlePage(r *web.Request) error {
	v := idleView{}
	var err error
	if v.asked, err = h.asked(r); err != nil {
		return err
	}
	if v.Usable {
		if v.Idle, err = h.Reports.Idle(r.Context(), v.Filter.report(), web.ReadRow(r), idlePerPage); err != nil {
			return err
		}
		if v.List, err = h.idle(r, v.Filter, v.Cooperatives); err != nil {
			return err
		}
	}
	p, err := association.Page(r, h.Cooperatives, r.Locale.T("association.idle.title"))
	if err != nil {
		return err
	}
	return r.Render(v.status(), idlePage(p, v))
}

// exportIdle answers with all of the list under the same filter.
func (h *Handler) exportIdle(r *web.Request) error {
	v, err := h.filtered(r)
	if err != nil {
		return err
	}
	t := h.Reports.IdleTable(r.Context(), v.Filter.report(), r.Locale)
	t.Name = r.Locale.T("association.idle.title")
	return r.Table(v.Filter.fileName("souk-idle"), r.Param("format"), t)
}

// idle looks at these cooperatives without a sale.
func (h *Handler) idle(r *web.Request, f salesFilter, list []report.Cooperative) ([]idle, error) {
	ids := make([]uuid.UUID, len(list))
	for i, c := range list {
		ids[i] = c.ID
	}
	known, err := h.Cooperatives.ByIDs(r.Context(), ids)
	if err != nil {
		return nil, err
	}
	var sold map[uuid.UUID]report.Figures
	if before, ok := f.Before(); ok {
		if sold, err = h.Reports.OfEach(r.Context(), f.reportOn(before), ids); err != nil {
			return nil, err
		}
	}
	shown := make([]idle, len(list))
	for i, c := range list {
		shown[i] = idle{Cooperative: c, Published: known[i].ProductCount, Phone: known[i].Phone, Before: sold[c.ID].Total()}
	}
	return shown, nil
}

// from is the list under the same filter from a place on.
func (v idleView) from(place *keyset.Place) string {
	query := v.Filter.query()
	web.SetPlace(query, place)
	return web.Address(association.IdlePath, query)
}
