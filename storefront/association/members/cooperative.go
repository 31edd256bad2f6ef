package members

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/report"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// cooperativeView is the page of one cooperative.
type cooperativeView struct {
	cooperative.Cooperative
	Decision cooperative.Event   // the last one
	Events   []cooperative.Event // a page of its history, the latest first
	First    bool                // it is the first
	keyset.Turns
	Accounts []account.Person // who can sign in for it, and who could before
	Sold     report.Figures
	Goods    goods
	Refused  ui.Refusal
	Form     string // which form was refused: formSuspend or formMember
}

// The forms of the page.
const (
	formSuspend = "suspend"
	formMember  = "member"
)

// refused reports whether that form is to be shown again.
func (v cooperativeView) refused(form string) bool { return v.Refused.Again() && v.Form == form }

// asks reports whether the form that suspends is to be shown again instead of its dialog.
func (v cooperativeView) asks() bool {
	return v.refused(formSuspend) && v.State == cooperative.Approved && (v.Refused.Invalid() || v.Refused.Words() != "")
}

// headed reports whether somebody can sign in as the cooperative's head.
func (v cooperativeView) headed() bool {
	return slices.ContainsFunc(v.Accounts, func(p account.Person) bool { return p.Role == account.President && p.EndedAt == nil })
}

// since are the decisions that a refused form had not seen, the latest first.
func (v cooperativeView) since() (list []cooperative.Event) {
	seen, err := strconv.ParseInt(v.Refused.Form.Values["seen"], 10, 64)
	for _, e := range v.Events {
		if err == nil && e.Kind == cooperative.Decided && e.Mark() > seen && len(list) < association.SinceShown {
			list = append(list, e)
		}
	}
	return list
}

// form is what was typed into that form, if it was refused.
func (v cooperativeView) form(name string) ui.Form {
	if v.refused(name) {
		return v.Refused.Form
	}
	return ui.Form{}
}

// seen is the last decision that the page shows; its forms send it back.
func (v cooperativeView) seen() string { return strconv.FormatInt(v.Decision.Mark(), 10) }

// historyPerPage is how many entries of its history a cooperative's page has.
const historyPerPage = 20

// first is the page with the latest entries, and next that with those after the page's.
func (v cooperativeView) first() string {
	return association.CooperativesPath + "/" + v.Slug + "#history"
}

func (v cooperativeView) next() string {
	if v.Next == nil {
		return ""
	}
	query := url.Values{"history": {web.PlaceText(*v.Next)}}
	return association.CooperativesPath + "/" + v.Slug + "?" + query.Encode() + "#history"
}

// fill is where a field of the cooperative's identity can be filled in; nil for a reader who may not.
func (v cooperativeView) fill(p ui.Page) func(field string) string {
	if !p.Holds(account.KeepCooperatives) {
		return nil
	}
	return func(field string) string { return association.FillIn(v.Slug, field) }
}

// known reports whether the reader is one of those who know the cooperative's bank account.
func (v cooperativeView) known(p ui.Page) bool {
	return p.Holds(account.KeepCooperatives) || p.Holds(account.SeeMoney)
}

// goods are a cooperative's products, and what most of them still lack.
type goods struct {
	Published       int // things, whatever their sizes, as buyers are told
	Draft, Archived int
	SoldOut         int // of those published, each size
	NoPicture       int
	Newest          int // of how many products it is told what else they lack, if not of all
	Unauthorised    int // food without a number that is valid today
	Unlabelled      int
	Untranslated    int    // without a name in Arabic, French or English
	Lacking         []lack // those that lack an authorisation or a translation
}

// lack is a product and what it lacks.
type lack struct {
	Product       catalog.Product
	Authorisation bool
	Languages     []string // codes of the languages that its name is missing in
}

// look counts what these products lack.
func (g *goods) look(products []catalog.Product, today time.Time) {
	for _, p := range products {
		if p.State == catalog.Archived {
			continue
		}
		l := lack{Product: p, Authorisation: !p.Authorised(today), Languages: missingNames(p)}
		if l.Authorisation {
			g.Unauthorised++
		}
		if len(l.Languages) > 0 {
			g.Untranslated++
		}
		if len(p.Labels) == 0 {
			g.Unlabelled++
		}
		if l.Authorisation || len(l.Languages) > 0 {
			g.Lacking = append(g.Lacking, l)
		}
	}
}

// productsAsked are the newest products of a cooperative, of which gaps are looked for.
const productsAsked = 50

// goods counts a cooperative's products, and looks at the newest for what they lack.
func (h *Handler) goods(ctx context.Context, id uuid.UUID) (goods, error) {
	of, err := h.Catalog.Catalogue(ctx, id, catalog.Filter{PerPage: productsAsked})
	if err != nil {
		return goods{}, err
	}
	g := goods{Published: of.Things, Draft: of.Draft, Archived: of.Archived, SoldOut: of.SoldOut, NoPicture: of.Unpictured}
	g.look(of.Products, association.Day(h.Now()))
	if of.Count() > len(of.Products) {
		g.Newest = len(of.Products)
	}
	return g, nil
}

func missingNames(p catalog.Product) []string {
	var missing []string
	for _, name := range []struct{ code, text string }{{"ar", p.Name.AR}, {"fr", p.Name.FR}, {"en", p.Name.EN}} {
		if name.text == "" {
			missing = append(missing, name.code)
		}
	}
	return missing
}

// living is how many products are not archived.
func (g goods) living() int { return g.Published + g.Draft }

func (h *Handler) cooperative(r *web.Request) error {
	return h.showCooperative(r, "", ui.Refusal{})
}

func (h *Handler) showCooperative(r *web.Request, form string, no ui.Refusal) error {
	c, err := h.Cooperatives.BySlug(r.Context(), r.Param("slug"))
	if err != nil {
		return err
	}
	v := cooperativeView{Cooperative: c, Refused: no, Form: form}
	if v.Decision, err = h.Cooperatives.Last(r.Context(), c.ID, cooperative.Decided); err != nil {
		return err
	}
	from := web.ReadPlace(r.Query("history"))
	v.First = from == nil
	if v.Events, v.Turns, err = h.Cooperatives.Events(r.Context(), c.ID, from, historyPerPage); err != nil {
		return err
	}
	if r.Holds(account.KeepPeople) {
		if v.Accounts, err = h.Accounts.MembersOf(r.Context(), c.ID); err != nil {
			return err
		}
	}
	if v.Goods, err = h.goods(r.Context(), c.ID); err != nil {
		return err
	}
	if v.Sold, err = h.Reports.Of(r.Context(), c.ID); err != nil {
		return err
	}
	p, err := association.Page(r, h.Cooperatives, r.Locale.Text(c.Name))
	if err != nil {
		return err
	}
	return r.Render(no.Answer(), cooperativePage(p, v))
}

func (h *Handler) approve(r *web.Request) error {
	return h.decide(r, cooperative.Approved, "association.cooperative.done.approved")
}

func (h *Handler) suspend(r *web.Request) error {
	return h.decide(r, cooperative.Suspended, "association.cooperative.done.suspended")
}

// decide brings a cooperative into a state and says so by the sentence done.
func (h *Handler) decide(r *web.Request, to cooperative.State, done string) error {
	c, err := h.Cooperatives.BySlug(r.Context(), r.Param("slug"))
	if err != nil {
		return err
	}
	err = h.Cooperatives.Decide(r.Context(), c.ID, r.Shown("seen"), to, r.Form("note"), r.Actor())
	if no, ok := r.Refused(err); ok {
		return h.showCooperative(r, formSuspend, no)
	}
	if err != nil {
		return err
	}
	r.Record(map[cooperative.State]security.Kind{
		cooperative.Approved: security.CooperativeApproved, cooperative.Suspended: security.CooperativeStopped,
	}[to], c.ID, r.Form("note"))
	r.Flash(done, "Name", c.Name)
	return r.Redirect(association.CooperativesPath + "/" + c.Slug)
}
