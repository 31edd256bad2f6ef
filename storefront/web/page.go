package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/storefront/ui"
)

// languageKeep is how long a reader's language is remembered for the address without one.
const languageKeep = 365 * 24 * time.Hour

// Page is what the layouts want to know of the reader and of the page. It takes the waiting toast,
// so it is made once for each page.
func (r *Request) Page(title string) ui.Page {
	p := ui.Page{
		L: r.Locale, Path: r.pagePath(), BaseURL: r.Site.BaseURL, Title: title, Query: r.Query("q"),
		Private: r.route.Private || r.route.Policy != Public,
		At:      r.Site.Now(), User: r.User, Demo: r.Site.Demo, Sample: r.Site.Sample,
	}
	for _, code := range r.Site.Languages.Codes() {
		p.Languages = append(p.Languages, r.Site.Languages.Locale(code))
	}
	if c := r.Cooperative; c != nil {
		p.CooperativeName = r.Locale.Text(c.Name)
		members := "web.members"
		if c.WomenOnly {
			members = "web.women"
		}
		p.CooperativePlace, p.CooperativeMembers = r.Locale.Text(c.CommuneName), r.Locale.N(members, c.Members())
	}
	p.Place = r.Place()
	decided, err := r.Site.Settings(r.Context())
	if err != nil { // the page is worth more than its foot
		r.Log().Warn("settings of the association", "error", err)
	}
	p.Contact = decided.Contact
	for _, name := range r.Site.Means(decided) {
		p.Means = append(p.Means, ui.Means{Name: name, Fee: r.Site.MeansFee(decided, name)})
	}
	if p.Shelves, err = r.Site.Shelves(r.Context()); err != nil { // likewise
		r.Log().Warn("shelves of the market", "error", err)
	}
	if text := r.toast(); text != "" {
		p.Toast = &ui.Toast{Text: text}
	}
	if token := r.Cookie(BasketCookie); token != "" {
		count, err := r.Site.BasketCount(r.Context(), token)
		if err != nil { // the page is worth more than the number beside its basket
			r.Log().Warn("count basket", "error", err)
		}
		p.BasketCount = count
	}
	// Only an address that names its language says that the reader chose it; elsewhere it is a guess.
	if !r.route.NoLang && r.Cookie(LanguageCookie) != r.Locale.Code() {
		r.SetCookie(LanguageCookie, r.Locale.Code(), languageKeep)
	}
	return p
}

// maxPath is the longest address of a page that the page repeats, in bytes; longer ones are refused.
const maxPath = 6 << 10

// pagePath is where this page is found again in another language. The answer to a form that was
// sent elsewhere is found nowhere, so that leads to the page it came from.
func (r *Request) pagePath() string {
	if r.Method() == "GET" || r.Method() == "HEAD" {
		if path := r.Path(); len(path) <= maxPath {
			return path
		}
		return "/" // it was refused, and each page says its address many times
	}
	from, found := strings.CutPrefix(r.Header("Referer"), r.Site.BaseURL+"/"+r.Locale.Code())
	if found && (from == "" || LocalPath(from) != "") {
		return "/" + strings.TrimPrefix(from, "/")
	}
	return "/"
}

// maxRepeated is how much of one field is shown again, in bytes: more than any field may hold, and less
// than a whole body, of which a page makes many times as much.
const maxRepeated = 32 << 10

// Rejected turns what is wrong with a form into the form that is shown again, with what was typed
// and a sentence for each field; the field "" has the sentence for the form as a whole. Any other
// kind of error is not for a form: ok is false.
func (r *Request) Rejected(err error) (form ui.Form, ok bool) {
	f := fault.As(err)
	if f == nil || f.Kind != fault.Invalid {
		return ui.Form{}, false
	}
	form = ui.Form{Values: make(map[string]string), Errors: make(map[string]string)}
	for name, list := range r.FormValues() {
		if len(list) > 0 && !strings.Contains(name, "password") {
			form.Values[name] = Clean(list[0][:min(len(list[0]), maxRepeated)])
		}
	}
	form.Errors[""] = r.Locale.Message(f.Message)
	for name, m := range f.Fields {
		form.Errors[name] = r.Locale.Message(m)
	}
	return form, true
}

// Refused tells what the page of err has to say: of what is wrong with a form, or that it was too late. Then what was
// typed is not lost, but what was confirmed (the field sure) has to be confirmed for what stands there now. ok is
// false for an error that is not for a page.
func (r *Request) Refused(err error) (no ui.Refusal, ok bool) {
	if form, invalid := r.Rejected(err); invalid {
		return ui.Refusal{Status: http.StatusUnprocessableEntity, Form: form}, true
	}
	if f := fault.As(err); f != nil && f.Kind == fault.Conflict {
		form, _ := r.Rejected(fault.New(fault.Invalid, f.Key))
		form.Errors = nil
		delete(form.Values, "sure")
		return ui.Refusal{Status: http.StatusConflict, Form: form, Notice: r.Locale.Message(f.Message)}, true
	}
	return ui.Refusal{}, false
}
