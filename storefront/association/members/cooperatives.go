package members

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/report"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/web"
)

// cooperativeStates are the states in the order in which they concern the association.
var cooperativeStates = []cooperative.State{cooperative.Pending, cooperative.Approved, cooperative.Suspended}

// cooperativesView is the list of cooperatives.
type cooperativesView struct {
	State        cooperative.State // "" for all
	Cooperatives []cooperative.Cooperative
	Sales        map[uuid.UUID]report.Cooperative // of those that are approved or ever sold
	Count        map[cooperative.State]int        // of all, whatever the filter
	Women        int                              // women-only ones of all
}

func (h *Handler) cooperatives(r *web.Request) error {
	all, err := h.Cooperatives.List(r.Context(), cooperative.Filter{})
	if err != nil {
		return err
	}
	v := cooperativesView{Count: make(map[cooperative.State]int)}
	if state := cooperative.State(r.Query("state")); slices.Contains(cooperativeStates, state) {
		v.State = state
	}
	for _, c := range all {
		v.Count[c.State]++
		if c.WomenOnly {
			v.Women++
		}
		if v.State == "" || c.State == v.State {
			v.Cooperatives = append(v.Cooperatives, c)
		}
	}
	order := r.Locale.Order()
	slices.SortFunc(v.Cooperatives, func(a, b cooperative.Cooperative) int {
		return cmp.Or(
			cmp.Compare(slices.Index(cooperativeStates, a.State), slices.Index(cooperativeStates, b.State)),
			order(r.Locale.Text(a.Name), r.Locale.Text(b.Name)))
	})
	if v.Sales, err = h.salesOfAll(r.Context()); err != nil {
		return err
	}
	p, err := association.Page(r, h.Cooperatives, r.Locale.T("association.cooperatives.title"))
	if err != nil {
		return err
	}
	return r.Render(http.StatusOK, cooperativesPage(p, v))
}

// salesOfAll is what each cooperative has sold since the beginning.
func (h *Handler) salesOfAll(ctx context.Context) (map[uuid.UUID]report.Cooperative, error) {
	sales, err := h.Reports.Sales(ctx, report.Filter{})
	if err != nil {
		return nil, err
	}
	byID := make(map[uuid.UUID]report.Cooperative, len(sales.ByCooperative))
	for _, c := range sales.ByCooperative {
		byID[c.ID] = c
	}
	return byID, nil
}

func (v cooperativesView) all() int {
	n := 0
	for _, count := range v.Count {
		n += count
	}
	return n
}
