package members

import (
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// eventsPerPage is how many security events a page shows.
const eventsPerPage = 50

// securityFilter is which security events are listed.
type securityFilter struct {
	association.Span
	Kind        security.Kind
	Person      uuid.UUID // chosen on a person's page
	Who         string    // an e-mail address or a telephone number, as it was typed
	Cooperative string    // a slug, chosen on a cooperative's page, or what somebody typed of its name
	Address     string
	found       string // Who and Address as addresses have them
}

// securityView is a page of the record. With a filter that cannot be used it has a form only.
type securityView struct {
	Filter  securityFilter
	Form    ui.Form
	Usable  bool
	Person  string // the name of whom it is narrowed to
	Entries []security.Entry
	Zones   []delivery.Zone
	From    *keyset.Place // where the page begins; nil: it is the first
	keyset.Turns
	from func(address string) string // where what came from a network address stands
}

// query writes the filter the way readSecurityFilter reads it.
func (f securityFilter) query() url.Values {
	query := web.Values(map[string]string{
		"kind": string(f.Kind), web.HiddenField: f.found, "cooperative": f.Cooperative,
		"from": association.DateValue(f.From), "to": association.DateValue(f.To),
	})
	if f.Person != uuid.Nil {
		query.Set("person", f.Person.String())
	}
	return query
}

// address is the record at path under this filter, from that place on; nil: from the beginning.
func (f securityFilter) address(path string, from *keyset.Place) string {
	query := f.query()
	web.SetPlace(query, from)
	return web.Address(path, query)
}

// soughtEvents are the fields of the record's filter that are hidden in addresses.
var soughtEvents = []string{"who", "address"}

func (h *Handler) security(r *web.Request) error {
	query, err := r.Sought(association.SecurityPath, soughtEvents...)
	v := securityView{From: web.ReadPlace(r.Query("place"))}
	if err != nil {
		return h.showSecurity(r, query, v, err)
	}
	filter, err := h.readSecurityFilter(r, query, &v)
	if err != nil {
		return h.showSecurity(r, query, v, err)
	}
	v.Usable = true
	filter.Place, filter.Limit = v.From, eventsPerPage
	if v.Entries, v.Turns, err = h.Security.List(r.Context(), filter); err != nil {
		return err
	}
	return h.showSecurity(r, query, v, nil)
}

// findEvents leads to the events that the filter lets through.
func (h *Handler) findEvents(r *web.Request) error {
	v := securityView{}
	if _, err := h.readSecurityFilter(r, r.FormValues(), &v); err != nil {
		return h.showSecurity(r, r.FormValues(), v, err)
	}
	v.Filter.found = r.Hide(association.SecurityPath, map[string]string{"who": v.Filter.Who, "address": v.Filter.Address})
	return r.Redirect(v.Filter.address(association.SecurityPath, nil))
}

// showSecurity answers with a page of the record, or with the form and what is wrong with it.
func (h *Handler) showSecurity(r *web.Request, typed url.Values, v securityView, err error) error {
	status := http.StatusOK
	if f := fault.As(err); f != nil && f.Kind == fault.Invalid {
		v.Form, status = association.FormOf(r.Locale, typed, f), http.StatusUnprocessableEntity
	} else if err != nil {
		return err
	}
	if v.Zones, err = h.Delivery.Zones(r.Context()); err != nil {
		return err
	}
	v.from = func(address string) string {
		return securityFilter{found: r.Hide(association.SecurityPath, map[string]string{"address": address})}.address(association.SecurityPath, nil)
	}
	p, err := association.Page(r, h.Cooperatives, r.Locale.T("association.security.title"))
	if err != nil {
		return err
	}
	return r.Render(status, securityPage(p, v))
}

// readSecurityFilter reads the fields of the filter's form into v, and gives them as the record understands
// them. What there is not, a person, a cooperative or a kind of events, is told at its field.
func (h *Handler) readSecurityFilter(r *web.Request, values url.Values, v *securityView) (security.Filter, error) {
	text := func(field string) string { return strings.TrimSpace(values.Get(field)) }
	f := securityFilter{Who: text("who"), Cooperative: text("cooperative"), Address: text("address"), found: values.Get(web.HiddenField)}
	v.Form.Values = map[string]string{
		"kind": values.Get("kind"), "who": f.Who, "cooperative": f.Cooperative, "address": f.Address,
		"from": values.Get("from"), "to": values.Get("to"),
	}
	var err error
	if f.Span, err = association.ReadSpan(values); err != nil {
		return security.Filter{}, err
	}
	wrong := fault.New(fault.Invalid, "association.security.wrong")
	filter := security.Filter{Address: f.Address, From: f.From, Until: f.Until()}
	if kind := security.Kind(values.Get("kind")); slices.Contains(security.Kinds, kind) {
		f.Kind, filter.Kinds = kind, []security.Kind{kind}
	} else if kind != "" {
		wrong.Field("kind", "association.security.no_kind")
	}
	if f.Address != "" {
		if _, err := netip.ParseAddr(f.Address); err != nil {
			wrong.Field("address", "association.security.no_address")
		}
	}
	person := account.Person{}
	switch id, err := uuid.Parse(values.Get("person")); {
	case f.Who != "":
		if person, err = h.Accounts.ByLogin(r.Context(), f.Who); errors.Is(err, account.ErrNotFound) {
			wrong.Field("who", "association.security.no_person")
		} else if err != nil {
			return security.Filter{}, err
		}
	case err == nil:
		if person, err = h.Accounts.Person(r.Context(), id); err != nil {
			return security.Filter{}, err
		}
		f.Person = id
	}
	filter.Person, v.Person = person.ID, person.Name
	if f.Cooperative != "" {
		c, err := h.Cooperatives.Named(r.Context(), f.Cooperative)
		if errors.Is(err, cooperative.ErrNotFound) {
			wrong.Field("cooperative", "association.security.no_cooperative")
		} else if err != nil {
			return security.Filter{}, err
		}
		filter.Cooperative = c.ID
	}
	v.Filter = f
	if len(wrong.Fields) > 0 {
		return security.Filter{}, wrong
	}
	return filter, nil
}

// exportSecurity answers with all events that the filter lets through, as a spreadsheet.
func (h *Handler) exportSecurity(r *web.Request) error {
	query, err := r.Sought(association.SecurityPath, soughtEvents...)
	if err != nil {
		return err
	}
	filter, err := h.readSecurityFilter(r, query, new(securityView))
	if err != nil {
		return err
	}
	zones, err := h.Delivery.Zones(r.Context())
	if err != nil {
		return err
	}
	t := recordTable(r.Locale, zones, func(fn func(security.Entry) error) error { return h.Security.Each(r.Context(), filter, fn) })
	return r.Table(association.FileName("souk-security", association.DateValue(association.Day(h.Now()))), r.Param("format"), t)
}
