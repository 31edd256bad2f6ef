package members

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/report"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/web"
)

// cooperativeStates are the states in the order in which they concern the association.
var cooperativeStates = []cooperative.State{cooperative.Pending, cooperative.Approved, cooperative.Suspended}

// cooperativesPerPage is how many cooperatives a page of the list has.
const cooperativesPerPage = 30

// cooperativesView is a page of the list of cooperatives.
type cooperativesView struct {
	State cooperative.State // "" for all
	Text  string            // what was looked for
	cooperative.Listed
	Numbers cooperative.Numbers          // of all, whatever the filter
	Sold    map[uuid.UUID]report.Figures // since the beginning
}

func (h *Handler) cooperatives(r *web.Request) error {
	ctx := r.Context()
	v := cooperativesView{Text: association.Sought(r.Query("q"))}
	if state := cooperative.State(r.Query("state")); slices.Contains(cooperativeStates, state) {
		v.State = state
	}
	sought := cooperative.Sought{State: v.State, Text: v.Text, Language: r.Locale.Code(), Limit: cooperativesPerPage}
	if id, err := uuid.Parse(r.Query("after")); err == nil {
		sought.From = &cooperative.Place{ID: id}
	} else if id, err := uuid.Parse(r.Query("before")); err == nil {
		sought.From = &cooperative.Place{ID: id, Back: true}
	}
	var err error
	if v.Listed, err = h.Cooperatives.Search(ctx, sought); err != nil {
		return err
	}
	if v.Numbers, err = h.Cooperatives.Numbers(ctx); err != nil {
		return err
	}
	ids := make([]uuid.UUID, len(v.Cooperatives))
	for i, c := range v.Cooperatives {
		ids[i] = c.ID
	}
	if v.Sold, err = h.Reports.OfEach(ctx, report.Filter{}, ids); err != nil {
		return err
	}
	p, err := association.Page(r, h.Cooperatives, r.Locale.T("association.cooperatives.title"))
	if err != nil {
		return err
	}
	return r.Render(http.StatusOK, cooperativesPage(p, v))
}

// address is the list in that state; place is "after" or "before" a cooperative, or empty.
func (v cooperativesView) address(state cooperative.State, place string, id uuid.UUID) string {
	query := url.Values{}
	if state != "" {
		query.Set("state", string(state))
	}
	if v.Text != "" {
		query.Set("q", v.Text)
	}
	if place != "" {
		query.Set(place, id.String())
	}
	if len(query) == 0 {
		return association.CooperativesPath
	}
	return association.CooperativesPath + "?" + query.Encode()
}

// in is the beginning of the list in that state.
func (v cooperativesView) in(state cooperative.State) string { return v.address(state, "", uuid.Nil) }

// previous and next are what stands before and after the page; empty where nothing does.
func (v cooperativesView) previous() string {
	if !v.Before || len(v.Cooperatives) == 0 {
		return ""
	}
	return v.address(v.State, "before", v.Cooperatives[0].ID)
}

func (v cooperativesView) next() string {
	if !v.More || len(v.Cooperatives) == 0 {
		return ""
	}
	return v.address(v.State, "after", v.Cooperatives[len(v.Cooperatives)-1].ID)
}
