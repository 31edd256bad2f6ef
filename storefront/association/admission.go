package association

import (
	"crypto/rand"
	"net/http"
	"slices"
	"strconv"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// sectors are what a new cooperative can be said to make.
var sectors = []string{
	"almonds", "carob", "cheese", "citrus", "citrus-and-jam", "couscous", "couscous-and-berkoukes", "crafts",
	"eggs-and-smen", "embroidery-and-blouza", "figs", "floral-waters-and-soap", "herbs", "honey", "loquat-and-jam",
	"olive-oil", "pastry", "pottery-and-baskets", "preserves", "rosemary-and-essential-oils", "spices", "weaving",
}

// admissionView is the form of a cooperative that wants to join.
type admissionView struct {
	Form    ui.Form
	Places  []ui.Option
	Sectors []ui.Option
}

func (h *Handler) newCooperative(r *web.Request) error {
	return h.showAdmission(r, http.StatusOK, ui.Form{})
}

func (h *Handler) showAdmission(r *web.Request, status int, form ui.Form) error {
	v := admissionView{Form: form, Sectors: sectorOptions(r.Locale)}
	places, err := h.Delivery.Places(r.Context())
	if err != nil {
		return err
	}
	for _, place := range places {
		v.Places = append(v.Places, ui.Option{Value: place.Slug, Label: r.Locale.Text(place.Name)})
	}
	p, err := h.page(r, r.Locale.T("association.new.title"))
	if err != nil {
		return err
	}
	return r.Render(status, admissionPage(p, v))
}

func sectorOptions(l *i18n.Locale) []ui.Option {
	names := make(map[string]string, len(sectors))
	for _, sector := range sectors {
		names[sector] = sectorName(l, sector)
	}
	return options(l, names)
}

func (h *Handler) createCooperative(r *web.Request) error {
	ice, sector := r.Form("ice"), r.Form("sector")
	if !slices.Contains(sectors, sector) {
		sector = "" // nothing that was offered, so it is still to be chosen
	}
	c, err := h.Cooperatives.Create(r.Context(), cooperative.Cooperative{
		Name:   i18n.Text{AR: r.Form("name_ar"), FR: r.Form("name_fr")},
		Sector: sector, Commune: r.Form("commune"),
		Women: count(r, "women"), Men: count(r, "men"), Young: count(r, "young"),
		Court: r.Form("court"), LocalNumber: r.Form("local_number"), ODCONumber: r.Form("odco_number"),
		President: r.Form("president"), ICE: &ice, TaxID: r.Form("tax_id"), RIB: r.Form("rib"),
		Phone: r.Form("phone"), Email: r.Form("email"),
	}, r.UserID())
	if form, ok := r.Rejected(err); ok {
		return h.showAdmission(r, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	r.Flash("association.new.done", "Name", c.Name)
	return r.Redirect(cooperativesPath + "/" + c.Slug)
}

// count reads a number of people; what is none is told by the cooperative's own check.
func count(r *web.Request, field string) int {
	typed := r.Form(field)
	if typed == "" {
		return 0
	}
	n, err := strconv.Atoi(typed)
	if err != nil {
		return -1
	}
	return n
}

// addMember gives somebody of a cooperative an account. With an e-mail address and no password, a
// link to choose one is mailed; a password that was agreed on by word of mouth serves those without.
func (h *Handler) addMember(r *web.Request) error {
	c, err := h.Cooperatives.BySlug(r.Context(), r.Param("slug"))
	if err != nil {
		return err
	}
	member := account.NewUser{
		Name: r.Form("name"), Email: r.Form("email"), Phone: r.Form("phone"), Password: r.RawForm("password"),
		Role: account.Member, CooperativeID: &c.ID, Locale: r.Locale.Code(),
	}
	mailed := member.Password == "" && member.Email != ""
	if mailed {
		member.Password = rand.Text() // nobody's, until the link is followed
	}
	done := "association.member.done"
	_, err = h.Accounts.Create(r.Context(), member)
	if err == nil && mailed {
		done = "association.member.mailed"
		link := func(token string) string { return r.AbsoluteURL("/reset/" + token) }
		err = h.Accounts.RequestReset(r.Context(), member.Email, link, r.Locale)
	}
	if form, ok := r.Rejected(err); ok {
		return h.showCooperative(r, formMember, refusal{Status: http.StatusUnprocessableEntity, Form: form})
	}
	if err != nil {
		return err
	}
	r.Flash(done, "Name", member.Name)
	return r.Redirect(cooperativesPath + "/" + c.Slug)
}
