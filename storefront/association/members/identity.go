package members

import (
	"time"

	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/shown"
	"github.com/souk-taawon/souk/internal/text"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// identityView is the form of all that is kept of a cooperative.
type identityView struct {
	Form    ui.Form
	Places  []ui.Option
	Sectors []ui.Option
	Stripe  bool // pays cooperatives out
}

// identityView makes the form.
func (h *Handler) identityView(r *web.Request, form ui.Form) (identityView, error) {
	v := identityView{Form: form, Stripe: h.Payments.PaysOut()}
	sectors, err := h.Cooperatives.Sectors(r.Context())
	if err != nil {
		return v, err
	}
	names := make(map[string]string, len(sectors))
	for _, sector := range sectors {
		names[sector.Slug] = r.Locale.Text(sector.Name)
	}
	v.Sectors = association.Options(r.Locale, names)
	places, err := h.Delivery.Places(r.Context())
	if err != nil {
		return v, err
	}
	zones, err := h.Delivery.Zones(r.Context())
	if err != nil {
		return v, err
	}
	for _, place := range delivery.Ordered(places, r.Locale) {
		v.Places = append(v.Places, ui.Option{
			Value: place.Slug, Label: r.Locale.Text(place.Name), Group: ui.ZoneName(r.Locale, zones, place.Zone),
		})
	}
	return v, nil
}

// readIdentity reads the form. What cannot be read becomes what the cooperative's own check refuses,
// so that all that is wrong with a form is told at once.
func readIdentity(r *web.Request) cooperative.Cooperative {
	ice := r.Form("ice")
	return cooperative.Cooperative{
		Name:        i18n.Text{AR: r.Form("name_ar"), FR: r.Form("name_fr")},
		Description: i18n.Text{AR: r.Form("description_ar"), FR: r.Form("description_fr"), EN: r.Form("description_en")},
		Story:       i18n.Text{AR: r.Form("story_ar"), FR: r.Form("story_fr"), EN: r.Form("story_en")},
		Hours:       i18n.Text{AR: r.Form("hours_ar"), FR: r.Form("hours_fr"), EN: r.Form("hours_en")},
		Sector:      r.Form("sector"), Commune: r.Form("commune"),
		Women: count(r, "women"), Men: count(r, "men"), Young: count(r, "young"), FoundedOn: dayTyped(r, "founded_on"),
		Court: r.Form("court"), LocalNumber: r.Form("local_number"), ODCONumber: r.Form("odco_number"),
		President: r.Form("president"), ICE: &ice, TaxID: r.Form("tax_id"), RIB: r.Form("rib"), StripeAccount: r.Form("stripe_account"),
		Phone: r.Form("phone"), Email: r.Form("email"), Prepare: prepareDays(r),
	}
}

// prepareDays reads days of preparation, which are the usual ones where none are said.
func prepareDays(r *web.Request) int {
	if r.Form("prepare_days") == "" {
		return delivery.UsualPrepare
	}
	return count(r, "prepare_days")
}

// count reads a number of people; what is none becomes -1.
func count(r *web.Request, field string) int {
	if r.Form(field) == "" {
		return 0
	}
	n, ok := r.Whole(field)
	if !ok {
		return -1
	}
	return n
}

// dayTyped reads a day; what is none becomes the first day of our era.
func dayTyped(r *web.Request, field string) *time.Time {
	typed := r.Form(field)
	if typed == "" {
		return nil
	}
	day, _ := text.Day(typed)
	return &day
}

// identityText is what is kept of a cooperative as the form shows it, by field.
func identityText(c cooperative.Cooperative) map[string]string {
	values := c.Identity()
	values["shown"] = shown.Of(values).Encode()
	values["rib"] = ui.RIBText(c.RIB)
	values["phone"] = ui.PhoneText(c.Phone)
	return values
}
