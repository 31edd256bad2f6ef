package members

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// peoplePerPage is how many people a page of the list has.
const peoplePerPage = 30

// peopleView is a page of who can sign in for the association.
type peopleView struct {
	account.Listed
	Text  string // who was looked for
	found string // Text as addresses have it
	Find  ui.Form
	Form  ui.Form
}

// many reports whether there are more people than the page shows, or somebody was looked for.
func (v peopleView) many() bool {
	return v.Previous != nil || v.Next != nil || v.Text != "" || v.Find.Errors != nil
}

// query is who is looked for.
func (v peopleView) query() url.Values {
	return web.Values(map[string]string{web.HiddenField: v.found})
}

// address is the list of those that are looked for from a place on; nil: from its beginning.
func (v peopleView) address(from *keyset.Place) string {
	query := v.query()
	web.SetPlace(query, from)
	return web.Address(association.PeoplePath, query)
}

// file is the whole list as a file of that kind.
func (v peopleView) file(kind string) string {
	return web.Address(association.PeoplePath+"."+kind, v.query())
}

func (h *Handler) people(r *web.Request) error {
	query, err := r.Sought(association.PeoplePath, "q")
	v := peopleView{Text: association.Sought(query.Get("q")), found: query.Get(web.HiddenField)}
	if f := fault.As(err); f != nil && f.Kind == fault.Invalid {
		v.found, v.Find = "", association.FormOf(r.Locale, query, f)
		return h.showPeople(r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	return h.showPeople(r, http.StatusOK, v)
}

// findPeople leads to the people that are looked for.
func (h *Handler) findPeople(r *web.Request) error {
	v := peopleView{Text: association.Sought(r.Form("q"))}
	v.found = r.Hide(association.PeoplePath, map[string]string{"q": v.Text})
	return r.Redirect(v.address(nil))
}

// showPeople answers with a page of the list; while the form to look for somebody is wrong, with nobody.
func (h *Handler) showPeople(r *web.Request, status int, v peopleView) error {
	if v.Find.Errors == nil {
		v.Find.Values = map[string]string{"q": v.Text}
		sought := account.Sought{Text: v.Text, Limit: peoplePerPage, From: web.ReadRow(r)}
		var err error
		if v.Listed, err = h.Accounts.Associates(r.Context(), sought); err != nil {
			return err
		}
	}
	p, err := association.Page(r, h.Cooperatives, r.Locale.T("association.people.title"))
	if err != nil {
		return err
	}
	return r.Render(status, peoplePage(p, v))
}

// exportPeople answers with all people who are looked for, as a spreadsheet.
func (h *Handler) exportPeople(r *web.Request) error {
	query, err := r.Sought(association.PeoplePath, "q")
	if err != nil {
		return err
	}
	t := peopleTable(r.Locale, func(fn func(account.Person) error) error {
		return h.Accounts.EachAssociate(r.Context(), account.Sought{Text: association.Sought(query.Get("q"))}, fn)
	})
	return r.Table(association.FileName("souk-people", association.DateValue(association.Day(h.Now()))), r.Param("format"), t)
}

// addAssociate gives somebody of the association an account.
func (h *Handler) addAssociate(r *web.Request) error {
	return h.invite(r, account.NewUser{}, func(form ui.Form) error {
		return h.showPeople(r, http.StatusUnprocessableEntity, peopleView{Form: form})
	}, association.PeoplePath)
}

// invite gives somebody an account with what the form says. Who has an e-mail address is mailed a link to
// choose a password, and the next page is at done; for who has none, the page of the account shows a
// link to hand over. again shows the form with what is wrong.
func (h *Handler) invite(r *web.Request, n account.NewUser, again func(ui.Form) error, done string) error {
	n.Name, n.Email, n.Phone, n.Locale = r.Form("name"), r.Form("email"), r.Form("phone"), r.Locale.Code()
	n.Role = account.Role(r.Form("role"))
	n.Form, _ = uuid.Parse(r.Form(keyField))
	u, token, err := h.Accounts.Invite(r.Context(), n, r.Actor(), r.Source(), func(token string) string { return linkTo(r, token) }, r.Locale)
	if form, ok := r.Rejected(err); ok {
		return again(form)
	}
	if err != nil {
		return err
	}
	if u.Email == nil { // without a token the form came twice, and the first answer had it
		return h.showPerson(r, u.ID, personView{Token: token, New: true})
	}
	r.Flash("association.member.mailed", "Name", u.Name)
	return r.Redirect(done)
}

// linkTo is where a password is chosen.
func linkTo(r *web.Request, token string) string { return r.AbsoluteURL("/reset/" + token) }

// personView is one person's account as the association sees it.
type personView struct {
	account.Person
	Cooperative *cooperative.Cooperative // a member's
	Sessions    []account.Session
	Events      []security.Entry
	Zones       []delivery.Zone
	Own         bool // the reader's

	Token   string // of a link that was made just now; it is told this once
	New     bool   // the account was, too
	Link    string
	Message string // the words to send it with, in her language
	Refused ui.Refusal
	Form    string // which form was refused: formRole or formDecide
}

// The forms of a person's page.
const (
	formRole   = "role"
	formDecide = "decide"
)

// menu is the part of the association's pages that she belongs to.
func (v personView) menu() string {
	if v.Cooperative != nil {
		return "cooperatives"
	}
	return "settings"
}

// form is what was typed into that form, if it was refused.
func (v personView) form(name string) ui.Form {
	if v.Form != name {
		return ui.Form{}
	}
	return v.Refused.Form
}

// ended reports whether the account is.
func (v personView) ended() bool { return v.EndedAt != nil }

// sms opens a text message to her with the words.
func (v personView) sms() string {
	return "sms:" + *v.Phone + "?body=" + url.PathEscape(v.Message)
}

func (h *Handler) person(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	return h.showPerson(r, id, personView{})
}

// events is how many events of an account its page shows.
const events = 20

func (h *Handler) showPerson(r *web.Request, id uuid.UUID, v personView) error {
	var err error
	if v.Person, err = h.Accounts.Person(r.Context(), id); err != nil {
		return err
	}
	if v.CooperativeID != nil {
		c, err := h.Cooperatives.ByID(r.Context(), *v.CooperativeID)
		if err != nil {
			return err
		}
		v.Cooperative = &c
	}
	if v.Person.Sessions > 0 {
		if v.Sessions, err = h.Accounts.Sessions(r.Context(), id, r.Cookie(web.SessionCookie)); err != nil {
			return err
		}
	}
	if r.Holds(account.SeeSecurity) {
		if v.Events, _, err = h.Security.List(r.Context(), security.Filter{Person: id, Limit: events}); err != nil {
			return err
		}
		if v.Zones, err = h.Delivery.Zones(r.Context()); err != nil {
			return err
		}
	}
	v.Own = id == r.UserID()
	if v.Token != "" {
		hers := r.Site.Languages.Locale(v.Locale)
		v.Link = r.Site.BaseURL + "/" + hers.Code() + "/reset/" + v.Token
		v.Message = hers.T("association.person.message", "Name", v.Name, "Link", v.Link)
	}
	p, err := association.Page(r, h.Cooperatives, v.Name)
	if err != nil {
		return err
	}
	return r.Render(v.Refused.Answer(), personPage(p, v))
}

func (h *Handler) handOverLink(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	if id == r.UserID() { // her own page asks for her password
		return r.Redirect("/account")
	}
	token, err := h.Accounts.HandOverLink(r.Context(), id, r.Actor(), new(r.Shown("seen")), r.Source())
	if no, ok := r.Refused(err); ok {
		return h.showPerson(r, id, personView{Refused: no})
	}
	if err != nil {
		return err
	}
	return h.showPerson(r, id, personView{Token: token})
}

func (h *Handler) signOutPerson(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	if id == r.UserID() { // her own page asks for her password
		return r.Redirect("/account")
	}
	person, err := h.Accounts.Person(r.Context(), id)
	if err != nil {
		return err
	}
	ended, err := h.Accounts.EndSessions(r.Context(), person.User, "", r.Actor(), r.Source())
	if err != nil {
		return err
	}
	r.Flash("door.account.ended", "Count", ended)
	return r.Redirect(association.PeoplePath + "/" + id.String())
}

func (h *Handler) endAccount(r *web.Request) error {
	return h.decideAccount(r, h.Accounts.End, "association.person.ended")
}

func (h *Handler) reopenAccount(r *web.Request) error {
	return h.decideAccount(r, h.Accounts.Reopen, "association.person.reopened")
}

func (h *Handler) decideAccount(r *web.Request, do func(ctx context.Context, user uuid.UUID, by actor.Actor, seen *int64, reason string, from security.Source) error, done string) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	err = do(r.Context(), id, r.Actor(), new(r.Shown("seen")), r.Form("reason"), r.Source())
	if no, ok := r.Refused(err); ok {
		return h.showPerson(r, id, personView{Refused: no, Form: formDecide})
	}
	if err != nil {
		return err
	}
	r.Flash(done)
	return r.Redirect(association.PeoplePath + "/" + id.String())
}

// giveRole gives a person another role of her house.
func (h *Handler) giveRole(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	err = r.GiveRole(h.Accounts, id)
	if no, ok := r.Refused(err); ok {
		return h.showPerson(r, id, personView{Refused: no, Form: formRole})
	}
	if err != nil {
		return err
	}
	return r.Redirect(association.PeoplePath + "/" + id.String())
}

// withRole is the form of an invitation with the role that is offered first: the head's while there is none, and
// then the one with the fewest rights.
func withRole(form ui.Form, headed, inCooperative bool) ui.Form {
	if form.Values["role"] != "" {
		return form
	}
	roles := account.Roles(inCooperative)
	offered := roles[0]
	if headed {
		offered = slices.MinFunc(roles, func(a, b account.Role) int { return cmp.Compare(len(a.Rights()), len(b.Rights())) })
	}
	form.Values = maps.Clone(form.Values)
	if form.Values == nil {
		form.Values = make(map[string]string)
	}
	form.Values["role"] = string(offered)
	return form
}
