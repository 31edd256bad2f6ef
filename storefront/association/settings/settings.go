package settings

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/internal/settings"
	"github.com/souk-taawon/souk/internal/shown"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// Handler has the page of the settings. All its fields are needed.
type Handler struct {
	Catalog      *catalog.Service
	Cooperatives *cooperative.Service
	Delivery     *delivery.Service
	Settings     *settings.Service
}

// Routes lists them.
func (h *Handler) Routes() []web.Route {
	return []web.Route{
		web.Get(account.KeepSettings, association.SettingsPath, h.settings),
		web.Post(account.KeepSettings, association.SettingsPath, h.saveSettings),
	}
}

// changesShown is how far back the page tells who changed what.
const changesShown = 20

// settingsView is the page on which the association changes its settings.
type settingsView struct {
	Form         ui.Form
	Kept         settings.Kept
	Zones        []delivery.Zone
	Gaps         []settings.Gap // where some orders cannot be paid
	Everywhere   money.Amount   // above this none can be paid in any zone, if it is the same in all; zero: it is not
	Unauthorised int            // products on sale that would need an authorisation
	Beyond       bool           // and more than those
	Changes      []settings.Change
}

func (h *Handler) settings(r *web.Request) error {
	kept, err := h.Settings.Kept(r.Context())
	if err != nil {
		return err
	}
	form := ui.Form{Values: formValues(r.Locale, kept)}
	return h.showSettings(r, http.StatusOK, kept, form)
}

func (h *Handler) showSettings(r *web.Request, status int, kept settings.Kept, form ui.Form) error {
	v := settingsView{Form: form, Kept: kept}
	v.Gaps, v.Everywhere = h.gaps(kept)
	var err error
	if v.Unauthorised, v.Beyond, err = h.Catalog.Unauthorised(r.Context()); err != nil {
		return err
	}
	if v.Zones, err = h.Delivery.Zones(r.Context()); err != nil {
		return err
	}
	if v.Changes, err = h.Settings.Changes(r.Context(), changesShown); err != nil {
		return err
	}
	p, err := association.Page(r, h.Cooperatives, r.Locale.T("association.settings.title"))
	if err != nil {
		return err
	}
	return r.Render(status, settingsPage(p, v))
}

// gaps are where orders cannot be paid, and above what if it is the same everywhere.
func (h *Handler) gaps(kept settings.Kept) (gaps []settings.Gap, everywhere money.Amount) {
	gaps, zones := h.Settings.Gaps(kept)
	if len(gaps) == 0 || len(gaps) < zones || slices.ContainsFunc(gaps, func(g settings.Gap) bool { return g.Above != gaps[0].Above }) {
		return gaps, 0
	}
	return gaps, gaps[0].Above
}

func (h *Handler) saveSettings(r *web.Request) error {
	kept, err := h.Settings.Kept(r.Context())
	if err != nil {
		return err
	}
	typed := make(map[string]string, len(kept.Values))
	for _, f := range kept.Values {
		typed[f.Name] = r.Form(f.Name)
	}
	changed, err := h.Settings.SaveFields(r.Context(), shown.Read(r.Form("shown")), typed, r.Actor())
	if errors.Is(err, settings.ErrChanged) {
		return h.showSettingsChanged(r, fault.As(err))
	}
	if form, ok := r.Rejected(err); ok {
		return h.showSettings(r, http.StatusUnprocessableEntity, kept, form)
	}
	if err != nil {
		return err
	}
	if len(changed) == 0 {
		r.Flash("association.settings.nothing")
	} else {
		r.Record(security.SettingsChanged, uuid.Nil, strings.Join(changed, " "))
		r.Flash("association.settings.done")
	}
	return r.Redirect(association.SettingsPath)
}

// showSettingsChanged shows the form again after somebody else changed the same field first: as it is now, with what was
// changed in it, who it was, and at each field that both changed what is kept there now. Sent again, it replaces that.
func (h *Handler) showSettingsChanged(r *web.Request, changed *fault.Error) error {
	kept, err := h.Settings.Kept(r.Context())
	if err != nil {
		return err
	}
	form := ui.Form{Values: formValues(r.Locale, kept), Errors: map[string]string{"": r.Locale.Message(changed.Message)}}
	for _, v := range kept.Values {
		if typed := r.Form(v.Name); v.Touched(shown.Read(r.Form("shown")), typed) {
			form.Values[v.Name] = typed
		}
		if _, differs := changed.Fields[v.Name]; differs {
			form.Errors[v.Name] = r.Locale.T("association.settings.now", "Value", settingText(r.Locale, v.Field, v.Text))
		}
	}
	latest, err := h.Settings.Changes(r.Context(), 1)
	if err != nil {
		return err
	}
	if len(latest) > 0 {
		form.Errors[""] = r.Locale.T("association.settings.changed", "Name", ui.Who(r.Locale, latest[0].Actor, latest[0].User), "When", r.Locale.DateTime(latest[0].At))
	}
	return h.showSettings(r, http.StatusConflict, kept, form)
}
