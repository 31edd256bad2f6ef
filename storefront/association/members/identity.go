package members

import (
	"slices"
	"time"

	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// sectors are what a cooperative can be said to make.
var sectors = []string{
	"almonds", "carob", "cheese", "citrus", "citrus-and-jam", "couscous", "couscous-and-berkoukes", "crafts",
	"eggs-and-smen", "embroidery-and-blouza", "figs", "floral-waters-and-soap", "herbs", "honey", "loquat-and-jam",
	"olive-oil", "pastry", "pottery-and-baskets", "preserves", "rosemary-and-essential-oils", "spices", "weaving",
}

// identityView is the form of all that is kept of a cooperative.
type identityView struct {
	Form    ui.Form
	Places  []ui.Option
	Sectors []ui.Option
}

// identityView makes the form. sector is the cooperative's own, which is offered even if nobody else
// can choose it; "" for a new one.
func (h *Handler) identityView(r *web.Request, form ui.Form, sector string) (identityView, error) {
	v := identityView{Form: form, Sectors: sectorOptions(r.Locale, sector)}
	places, err := h.Delivery.Places(r.Context())
	if err != nil {
		return v, err
	}
	for _, place := range delivery.Ordered(places, r.Locale) {
		v.Places = append(v.Places, ui.Option{
			Value: place.Slug, Label: r.Locale.Text(place.Name), Group: r.Locale.T("shop.zone." + place.Zone),
		})
	}
	return v, nil
}

func sectorOptions(l *i18n.Locale, own string) []ui.Option {
	names := make(map[string]string, len(sectors)+1)
	for _, sector := range sectors {
		names[sector] = association.SectorName(l, sector)
	}
	if own != "" {
		names[own] = association.SectorName(l, own)
	}
	return association.Options(l, names)
}

// readIdentity reads the form. What cannot be read becomes what the cooperative's own check refuses,
// so that all that is wrong with a form is told at once. own is as for identityView.
func readIdentity(r *web.Request, own string) cooperative.Cooperative {
	ice, sector := r.Form("ice"), r.Form("sector")
	if sector != own && !slices.Contains(sectors, sector) {
		sector = "" // nothing that was offered, so it is still to be chosen
	}
	return cooperative.Cooperative{
		Name:        i18n.Text{AR: r.Form("name_ar"), FR: r.Form("name_fr")},
		Description: i18n.Text{AR: r.Form("description_ar"), FR: r.Form("description_fr"), EN: r.Form("description_en")},
		Story:       i18n.Text{AR: r.Form("story_ar"), FR: r.Form("story_fr"), EN: r.Form("story_en")},
		Sector:      sector, Commune: r.Form("commune"),
		Women: count(r, "women"), Men: count(r, "men"), Young: count(r, "young"), FoundedOn: dayTyped(r, "founded_on"),
		Court: r.Form("court"), LocalNumber: r.Form("local_number"), ODCONumber: r.Form("odco_number"),
		President: r.Form("president"), ICE: &ice, TaxID: r.Form("tax_id"), RIB: r.Form("rib"),
		Phone: r.Form("phone"), Email: r.Form("email"),
	}
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
	day, err := time.Parse(time.DateOnly, typed)
	if err != nil {
		day = time.Time{}
	}
	return &day
}

// identityText is what is kept of a cooperative as the form shows it, by field.
func identityText(c cooperative.Cooperative) map[string]string {
	values := c.Identity()
	values["rib"] = ui.RIBText(c.RIB)
	values["phone"] = ui.PhoneText(c.Phone)
	return values
}
