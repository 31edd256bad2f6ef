package members

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/keyset"
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
	Labels  int                          // that were proposed and nobody has decided
}

func (h *Handler) cooperatives(r *web.Request) error {
	ctx := r.Context()
	v := readCooperatives(r)
	sought := v.sought(r.Locale)
	sought.Limit, sought.From = cooperativesPerPage, web.ReadRow(r)
	var err error
	if v.Listed, err = h.Cooperatives.Search(ctx, sought); err != nil {
		return err
	}
	if v.Numbers, err = h.Cooperatives.Numbers(ctx); err != nil {
		return err
	}
	if v.Sold, err = h.Reports.OfEach(ctx, report.Filter{}, idsOf(v.Cooperatives)); err != nil {
		return err
	}
	if r.Holds(account.KeepCooperatives) {
		if v.Labels, err = h.Certificates.CountWaiting(ctx); err != nil {
			return err
		}
	}
	p, err := association.Page(r, h.Cooperatives, r.Locale.T("association.cooperatives.title"))
	if err != nil {
		return err
	}
	return r.Render(http.StatusOK, cooperativesPage(p, v))
}

// readCooperatives reads which cooperatives are asked for; a state that there is not is left out.
func readCooperatives(r *web.Request) cooperativesView {
	v := cooperativesView{Text: association.Sought(r.Query("q"))}
	if state := cooperative.State(r.Query("state")); slices.Contains(cooperativeStates, state) {
		v.State = state
	}
	return v
}

// sought is how they are asked for.
func (v cooperativesView) sought(l *i18n.Locale) cooperative.Sought {
	return cooperative.Sought{State: v.State, Text: v.Text, Language: l.Code()}
}

// listedCooperative is a line of the list.
type listedCooperative struct {
	cooperative.Cooperative
	Sold report.Figures // since the beginning
}

// exportCooperatives answers with all cooperatives that are asked for, as a spreadsheet.
func (h *Handler) exportCooperatives(r *web.Request) error {
	ctx, v := r.Context(), readCooperatives(r)
	t := cooperativesTable(r.Locale, r.Holds(account.SeeSales), func(fn func(listedCooperative) error) error {
		if err := h.Reports.CatchUp(ctx); err != nil {
			return err
		}
		return h.Cooperatives.EachSought(ctx, v.sought(r.Locale), func(tx *sqlx.Tx, some []cooperative.Cooperative) error {
			sold, err := h.Reports.OfEachFrom(ctx, tx, report.Filter{}, idsOf(some))
			for i := 0; err == nil && i < len(some); i++ {
				err = fn(listedCooperative{some[i], sold[some[i].ID]})
			}
			return err
		})
	})
	name := association.FileName("souk-cooperatives", association.DateValue(association.Day(h.Now())), string(v.State))
	return r.Table(name, r.Param("format"), t)
}

func idsOf(some []cooperative.Cooperative) []uuid.UUID {
	ids := make([]uuid.UUID, len(some))
	for i, c := range some {
		ids[i] = c.ID
	}
	return ids
}

// query is the list as readCooperatives reads it.
func (v cooperativesView) query() url.Values {
	return web.Values(map[string]string{"state": string(v.State), "q": v.Text})
}

// address is the list from a place on; nil: from its beginning.
func (v cooperativesView) address(from *keyset.Place) string {
	query := v.query()
	web.SetPlace(query, from)
	return web.Address(association.CooperativesPath, query)
}

// file is the whole list as a file of that kind.
func (v cooperativesView) file(kind string) string {
	return web.Address(association.CooperativesPath+"."+kind, v.query())
}

// in is the beginning of the list in that state.
func (v cooperativesView) in(state cooperative.State) string {
	v.State = state
	return v.address(nil)
}
