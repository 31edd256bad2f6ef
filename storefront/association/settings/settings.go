package settings

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/internal/settings"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// Handler has the page of the settings. All its fields are needed.
type Handler struct {
	Catalog      *catalog.Service
	Cooperatives *cooperative.Service
	Settings     *settings.Service
}

// Routes lists them.
func (h *Handler) Routes() []web.Route {
	return []web.Route{
		web.Get(web.Association, association.SettingsPath, h.settings),
		web.Post(web.Association, association.SettingsPath, h.saveSettings),
	}
}

// changesShown is how far back the page tells who changed what.
const changesShown = 20

// settingsView is the page on which the association changes its settings.
type settingsView struct {
	Form         ui.Form
	Zones        []string // their slugs
	Unauthorised int      // products on sale that would need an authorisation
	Changes      []settings.Change
}

func (h *Handler) settings(r *web.Request) error {
	kept, err := h.Settings.Get(r.Context())
	if err != nil {
		return err
	}
	form := ui.Form{Values: settingsText(r.Locale, kept)}
	form.Values["version"] = strconv.FormatInt(kept.Version, 10)
	return h.showSettings(r, http.StatusOK, kept, form)
}

func (h *Handler) showSettings(r *web.Request, status int, kept settings.Settings, form ui.Form) error {
	v := settingsView{Form: form}
	for _, z := range kept.Zones {
		v.Zones = append(v.Zones, z.Slug)
	}
	var err error
	if v.Unauthorised, err = h.Catalog.Unauthorised(r.Context()); err != nil {
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

func (h *Handler) saveSettings(r *web.Request) error {
	kept, err := h.Settings.Get(r.Context())
	if err != nil {
		return err
	}
	changed, err := h.Settings.Save(r.Context(), readSettings(r, kept), r.UserID())
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

// showSettingsChanged shows the form again after somebody else saved it first: with what was typed, who
// it was, and at each field that differs what is kept there now. Sent again, it replaces that.
func (h *Handler) showSettingsChanged(r *web.Request, changed *fault.Error) error {
	kept, err := h.Settings.Get(r.Context())
	if err != nil {
		return err
	}
	form, _ := r.Rejected(&fault.Error{Kind: fault.Invalid, Message: changed.Message})
	form.Values["version"] = strconv.FormatInt(kept.Version, 10)
	for field := range changed.Fields {
		form.Errors[field] = r.Locale.T("association.settings.now", "Value", settingText(r.Locale, field, kept.Fields()[field]))
	}
	latest, err := h.Settings.Changes(r.Context(), 1)
	if err != nil {
		return err
	}
	if len(latest) > 0 {
		form.Errors[""] = r.Locale.T("association.settings.changed", "Name", latest[0].User, "When", r.Locale.DateTime(latest[0].At))
	}
	return h.showSettings(r, http.StatusConflict, kept, form)
}

// readSettings reads the form. What cannot be read becomes what Save refuses, so that all that is wrong
// with a form is told at once.
func readSettings(r *web.Request, kept settings.Settings) settings.Settings {
	to := settings.Settings{
		Contact: settings.Contact{
			Name:  i18n.Text{AR: r.Form("name_ar"), FR: r.Form("name_fr"), EN: r.Form("name_en")},
			Phone: r.Form("phone"), WhatsApp: r.Form("whatsapp"), Email: r.Form("email"),
			Address: i18n.Text{AR: r.Form("address_ar"), FR: r.Form("address_fr")},
			Hours:   i18n.Text{AR: r.Form("hours_ar"), FR: r.Form("hours_fr"), EN: r.Form("hours_en")},
		},
		Version: r.Shown("version"), Commission: int(sum(r, "commission")), FreeFrom: sum(r, "free_from"),
		ReservationHours: whole(r, "reservation_hours"), BuyerMonths: whole(r, "buyer_months"), PublishUnauthorised: r.Form("unauthorised") == "yes",
	}
	for _, name := range settings.HoldsFields() {
		to.Set(name, whole(r, name))
	}
	for _, z := range kept.Zones {
		to.Zones = append(to.Zones, settings.Zone{
			Slug: z.Slug, Fee: sum(r, "fee_"+z.Slug), DaysMin: whole(r, "min_"+z.Slug), DaysMax: whole(r, "max_"+z.Slug),
		})
	}
	return to
}

// whole reads a whole number, and sum one with two decimals; what is none becomes -1.
func whole(r *web.Request, field string) int {
	n, ok := r.Whole(field)
	if !ok {
		return -1
	}
	return n
}

func sum(r *web.Request, field string) money.Amount {
	amount, err := money.Parse(strings.TrimSuffix(r.Form(field), "%"))
	if err != nil {
		return -1
	}
	return amount
}

// settingsText is the settings as the form shows them, by field.
func settingsText(l *i18n.Locale, s settings.Settings) map[string]string {
	values := s.Fields()
	for field, value := range values {
		switch {
		case field == "phone" || field == "whatsapp":
			values[field] = ui.PhoneText(value)
		case isSum(field):
			if amount, err := money.Parse(value); err == nil {
				values[field] = ui.Typed(l, amount)
			}
		}
	}
	return values
}

// settingText is what a field of the history says: with its unit, and never nothing.
func settingText(l *i18n.Locale, field, value string) string {
	amount, err := money.Parse(value)
	switch {
	case value == "":
		return l.T("association.settings.empty")
	case field == "commission" && err == nil:
		return l.T("number.percent", "Number", ui.Typed(l, amount))
	case isSum(field) && err == nil:
		return l.Money(amount)
	case field == "phone" || field == "whatsapp":
		return "\u2066" + ui.PhoneText(value) + "\u2069"
	case strings.HasSuffix(field, "_share"):
		return l.T("number.percent", "Number", value)
	case field == "unauthorised":
		return l.T("association.settings.unauthorised_" + value)
	}
	return ui.Isolate(value)
}

// settingHint explains a number of the settings that its name does not.
func settingHint(l *i18n.Locale, name string) string {
	switch name {
	case "buyer_months", "hold_hours", "address_orders", "product_share", "market_share", "spare_share", "alarm_share":
		return l.T("association.settings." + name + "_hint")
	}
	return ""
}

// isSum reports whether a field holds a number with two decimals.
func isSum(field string) bool {
	return field == "commission" || field == "free_from" || strings.HasPrefix(field, "fee_")
}
