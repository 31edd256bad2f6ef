package goods

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/text"
	"github.com/souk-taawon/souk/storefront/seller"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// catalogueView is a page of the catalogue.
type catalogueView struct {
	catalog.Catalogue
	Filter     catalog.Filter
	Categories []catalog.Category

	// All says that every product of the page is chosen, as the address asks.
	All bool
	// Left are products that were chosen and could not be changed, and Done says how many could.
	Left []catalog.Left
	Done string

	// Refused is the row whose form could not be used, as it was sent, and Jumps what is asked about it.
	Refused uuid.UUID
	Form    ui.Form
	Jumps   catalog.Jumps

	// Emptied are products, as the form of several has them, of whose Pieces it is asked whether none is left.
	Emptied []string
	Pieces  int

	// Was is how the row that was saved last was before, to be seen and taken back.
	Was *catalog.Product
	// Gone is the product of Was where the page does not show it.
	Gone *catalog.Product
}

const productsPerPage = 25

func (h *Handler) catalogue(r *web.Request) error {
	return h.showCatalogue(r, http.StatusOK, r.QueryValues(), catalogueView{All: r.Query("choose") == "all", Was: was(r)})
}

// showCatalogue shows the page of the catalogue that query asks for, with what v has to say on it.
func (h *Handler) showCatalogue(r *web.Request, status int, query url.Values, v catalogueView) error {
	categories, err := h.Catalog.Categories(r.Context())
	if err != nil {
		return err
	}
	v.Filter, v.Categories = filterOf(query, categories), categories
	if v.Catalogue, err = h.Catalog.Catalogue(r.Context(), r.CooperativeID(), v.Filter); err != nil {
		return err
	}
	if v.Was != nil && !slices.ContainsFunc(v.Products, func(p catalog.Product) bool { return p.ID == v.Was.ID }) {
		product, err := h.Catalog.Get(r.Context(), r.CooperativeID(), v.Was.ID)
		if err != nil {
			return err
		}
		v.Gone = &product
	}
	p, _, err := seller.Page(r, h.Orders, r.Locale.T("seller.catalogue.title"))
	if err != nil {
		return err
	}
	return r.Render(status, cataloguePage(p, v))
}

// wasCookie keeps for the next page of the catalogue how a product was before it was saved.
const wasCookie = "was"

const wasKept = time.Minute

func keepWas(r *web.Request, p catalog.Product) {
	content := fmt.Appendf(nil, "%s %d %d", p.ID, p.Price, p.Stock)
	r.SetCookie(wasCookie, r.Site.Seals.Seal(wasOf(r), content, wasKept), wasKept)
}

// was takes what keepWas left for this page; nil for nothing.
func was(r *web.Request) *catalog.Product {
	sealed := r.Cookie(wasCookie)
	if sealed == "" {
		return nil
	}
	r.DropCookie(wasCookie)
	content, ok := r.Site.Seals.Open(wasOf(r), sealed)
	var id string
	var p catalog.Product
	if _, err := fmt.Sscan(string(content), &id, (*int64)(&p.Price), &p.Stock); !ok || err != nil {
		return nil
	}
	p.ID, _ = uuid.Parse(id) // as it was written
	return &p
}

func wasOf(r *web.Request) string { return wasCookie + " " + r.CooperativeID().String() }

// filterOf reads what the address asks for; what makes no sense is not asked for.
func filterOf(query url.Values, categories []catalog.Category) catalog.Filter {
	f := catalog.Filter{
		Query: strings.TrimSpace(query.Get("q")), From: web.ReadPlace(query.Get("place")), PerPage: productsPerPage,
	}
	switch show := query.Get("show"); show {
	case catalog.Published, catalog.Draft, catalog.Archived, catalog.SoldOut, catalog.Unpictured:
		f.State = show
	}
	if slices.ContainsFunc(categories, func(c catalog.Category) bool { return c.Slug == query.Get("category") }) {
		f.Category = query.Get("category")
	}
	return f
}

// address is the page under the same filter that begins at a place; nil: the first one.
func (v catalogueView) address(from *keyset.Place) string {
	query := web.Values(map[string]string{"q": v.Filter.Query, "category": v.Filter.Category, "show": v.Filter.State})
	web.SetPlace(query, from)
	return web.Address(seller.CataloguePath, query)
}

// here is the present page.
func (v catalogueView) here() string { return v.address(v.Filter.From) }

// showing is the first page under the same search with another state.
func (v catalogueView) showing(state string) string {
	v.Filter.State = state
	return v.address(nil)
}

// choosing is the present page with all of its products chosen, or none.
func (v catalogueView) choosing(all bool) string {
	address := v.here()
	switch {
	case !all:
		return address
	case strings.Contains(address, "?"):
		return address + "&choose=all"
	}
	return address + "?choose=all"
}

// chosen reports whether a product is ticked when the page is shown.
func (v catalogueView) chosen(p catalog.Product) bool {
	return v.All || slices.ContainsFunc(v.Emptied, func(form string) bool { return strings.HasPrefix(form, p.ID.String()) }) ||
		slices.ContainsFunc(v.Left, func(l catalog.Left) bool { return l.Product.ID == p.ID })
}

// another reports whether a product is another size of the thing above it.
func (v catalogueView) another(p catalog.Product) bool {
	at := slices.IndexFunc(v.Products, func(other catalog.Product) bool { return other.Family == p.Family })
	return at >= 0 && v.Products[at].ID != p.ID
}

// value is what stands in a field of a product's row: what was typed and refused, or what is true.
func (v catalogueView) value(p catalog.Product, name, is string) string {
	if v.Refused == p.ID {
		if typed, sent := v.Form.Values[name]; sent {
			return typed
		}
	}
	return is
}

// wrong is what is wrong with a field of a product's row.
func (v catalogueView) wrong(p catalog.Product, name string) string {
	if v.Refused != p.ID {
		return ""
	}
	return v.Form.Errors[name]
}

// back is the page of the catalogue that a form was sent from.
func back(r *web.Request) string {
	path := web.LocalPath(r.Form("back"))
	if path == seller.CataloguePath || strings.HasPrefix(path, seller.CataloguePath+"?") {
		return path
	}
	return seller.CataloguePath
}

func (h *Handler) setPriceStock(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	present, err := h.Catalog.Get(r.Context(), r.CooperativeID(), id)
	if err != nil {
		return err
	}
	price, stock, err := quickValues(r)
	page := catalog.ReadPage(r.Form("page"))
	var product catalog.Product
	if err == nil {
		page.Sure = sureOf(r)
		product, err = h.Catalog.ChangePriceStock(r.Context(), r.CooperativeID(), id, price, stock, page, r.Actor())
	}
	if err != nil {
		return h.refuseRow(r, id, err)
	}
	typed := catalog.Edit{Stock: stock}
	if price != nil {
		typed.Price = *price
	}
	touched := page.Touched(typed)
	became := became("seller.catalogue.saved", map[string]bool{"price": price != nil && touched["price"], "stock": touched["stock"]}, stock, product)
	if !r.WantsJSON() {
		return h.savedFrom(r, became, back(r), present, product)
	}
	v := catalogueView{Was: &present}
	return h.answerRow(r, http.StatusOK, rowAnswer{
		Message: r.Locale.Message(became), Moved: moves(r.Locale, present, product), Values: rowValues(r.Locale, product),
	}, v, product)
}

// became says what became of a product that was saved from a page: what the key says, that nothing was changed on it, or that
// the stock is not what was typed, since it moved after the page was shown. Sent again, a form is told the same.
func became(key string, touched map[string]bool, stock *int, after catalog.Product) fault.Message {
	if touched["stock"] {
		switch moved := after.Stock - *stock; {
		case moved < 0:
			return fault.Say("seller.catalogue.stock_out", "Count", -moved, "Left", after.Stock)
		case moved > 0:
			return fault.Say("seller.catalogue.stock_in", "Count", moved, "Left", after.Stock)
		}
	}
	if !slices.Contains(slices.Collect(maps.Values(touched)), true) {
		return fault.Say("seller.catalogue.nothing")
	}
	return fault.Say(key)
}

// rowAnswer tells the script what became of a row: what its fields are to hold now, and what stands beside them.
type rowAnswer struct {
	Message string            `json:"message"`
	Moved   string            `json:"moved,omitempty"` // from what to what
	Errors  map[string]string `json:"errors,omitempty"`
	Values  map[string]string `json:"values"`
	Says    map[string]string `json:"says"` // pieces of the page
}

// answerRow answers with what the page of v would say beside the fields of a product's row.
func (h *Handler) answerRow(r *web.Request, status int, a rowAnswer, v catalogueView, product catalog.Product) error {
	a.Says = make(map[string]string, len(rowFields))
	for _, name := range rowFields {
		var b strings.Builder
		if err := rowSays(ui.Page{L: r.Locale}, v, product, name).Render(r.Context(), &b); err != nil {
			return fmt.Errorf("row of the catalogue: %w", err)
		}
		a.Says[name] = b.String()
	}
	return r.JSON(status, a)
}

// rowFields are the fields of a product's row.
var rowFields = []string{"price", "stock"}

// rowValues are the fields of a product's row as they stand.
func rowValues(l *i18n.Locale, p catalog.Product) map[string]string {
	return map[string]string{"page": rowPage(p), "price": ui.Typed(l, p.Price), "stock": strconv.Itoa(p.Stock)}
}

// rowPage is the page that a product's row stands on.
func rowPage(p catalog.Product) string { return catalog.NewPage(p).Encode("price", "state") }

// quickValues are the fields of a row; what was not sent stays.
func quickValues(r *web.Request) (price *money.Amount, stock *int, err error) {
	wrong := fault.New(fault.Invalid, "seller.product.invalid")
	if typed, sent := offered(r, "price"); sent {
		amount, err := money.Parse(typed)
		switch {
		case typed == "":
			wrong.Field("price", "catalog.price_missing")
		case err != nil && tooLarge(typed):
			wrong.Field("price", "catalog.price_too_high")
		case err != nil:
			ui.Unreadable(r.Locale, wrong, "price", "seller.product.price_unreadable", typed)
		case amount == 0:
			wrong.Field("price", "seller.product.price_zero")
		}
		price = &amount
	}
	if typed, sent := offered(r, "stock"); sent {
		pieces, ok := text.Whole(typed)
		switch {
		case typed == "":
			wrong.Field("stock", "seller.product.stock_missing")
		case !ok && tooLarge(typed):
			wrong.Field("stock", "catalog.stock_out_of_range", "Max", catalog.MaxStock)
		case !ok:
			wrong.Field("stock", "seller.product.stock_unreadable", "Value", typed)
		}
		stock = &pieces
	}
	if len(wrong.Fields) > 0 {
		return nil, nil, wrong
	}
	return price, stock, nil
}

// tooLarge reports whether what was typed is no amount and no number of pieces only because it is more than any: that it
// has a fraction that neither has is something else.
func tooLarge(typed string) bool {
	whole, fraction, ok := text.Number(typed)
	return ok && fraction == "" && len(whole) > 9
}

// sureOf are the fields whose values somebody was asked about and means, or pressed the button of.
func sureOf(r *web.Request) map[string]bool {
	sure := make(map[string]bool, len(catalog.Jumping))
	for _, name := range catalog.Jumping {
		typed := r.Form(name)
		if name == "unit" {
			typed = r.Form("unit_amount") + " " + r.Form("unit_code")
		}
		sure[name] = r.Form("offered_"+name) != "" || typed != "" && r.Form("sure_"+name) == typed
	}
	return sure
}

// answered puts into a form that comes back what buttons of it offered, as what was asked about once.
func answered(form ui.Form) ui.Form {
	for _, name := range catalog.Jumping {
		value := form.Values["offered_"+name]
		if value == "" {
			continue
		}
		form.Values["sure_"+name] = value
		if name == "unit" {
			form.Values["unit_amount"], form.Values["unit_code"], _ = strings.Cut(value, " ")
		} else {
			form.Values[name] = value
		}
	}
	return form
}

// offered is what a button beside a field offers instead of what stands in it, if it was pressed, and otherwise that.
func offered(r *web.Request, name string) (value string, sent bool) {
	if value := r.Form("offered_" + name); value != "" {
		return value, true
	}
	return r.Form(name), r.FormValues().Has(name)
}

func (h *Handler) setState(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	state := r.Form("state")
	err = h.Catalog.ChangeState(r.Context(), r.CooperativeID(), id, state, catalog.ReadPage(r.Form("page")), r.Actor())
	if err != nil {
		return h.refuseRow(r, id, err)
	}
	return h.saved(r, "seller.catalogue.now_"+state)
}

// setSeveral does the same to all products that are ticked. Whether none is left of them is asked first, with how many
// pieces the page showed.
func (h *Handler) setSeveral(r *web.Request) error {
	var chosen []catalog.Chosen
	pieces := 0
	for _, text := range r.FormValues()["chosen"] {
		text, page, _ := strings.Cut(text, " ")
		id, err := uuid.Parse(text)
		if err != nil {
			return web.ErrNotFound.Wrap(err)
		}
		chosen = append(chosen, catalog.Chosen{ID: id, Page: catalog.ReadPage(page)})
		pieces += chosen[len(chosen)-1].Page.Stock()
	}
	what := r.Form("do")
	if what == catalog.SoldOut && pieces > 0 && r.Form("sure") == "" && len(chosen) <= catalog.MaxSeveral {
		return h.showCatalogueBehind(r, http.StatusUnprocessableEntity, catalogueView{Emptied: r.FormValues()["chosen"], Pieces: pieces})
	}
	done, left, err := h.Catalog.SetSeveral(r.Context(), r.CooperativeID(), chosen, what, r.Actor())
	switch {
	case err != nil:
		return h.refuseRow(r, uuid.Nil, err)
	case len(left) == 0:
		r.Flash("seller.catalogue.several_"+what, "Count", done)
		return r.Redirect(back(r))
	}
	v := catalogueView{Left: left}
	if done > 0 {
		v.Done = r.Locale.N("seller.catalogue.several_"+what, done)
	}
	return h.showCatalogueBehind(r, http.StatusUnprocessableEntity, v)
}

// refuseRow shows the catalogue again with what was typed in a row and what is wrong with it; without
// a row what is wrong concerns the page. Where somebody else changed the same, the row stands on what is
// true now, so that sent again it holds.
func (h *Handler) refuseRow(r *web.Request, id uuid.UUID, err error) error {
	var changed *catalog.Changed
	if errors.As(err, &changed) {
		return h.changedRow(r, id, changed)
	}
	form, ok := r.Rejected(err)
	if !ok || r.WantsJSON() && id == uuid.Nil {
		return err
	}
	v := catalogueView{Refused: id, Form: answered(form)}
	errors.As(err, &v.Jumps)
	if !r.WantsJSON() {
		return h.showCatalogueBehind(r, http.StatusUnprocessableEntity, v)
	}
	product, err := h.Catalog.Get(r.Context(), r.CooperativeID(), id)
	if err != nil {
		return err
	}
	return h.answerRow(r, http.StatusUnprocessableEntity, rowAnswer{Message: form.Errors[""], Errors: form.Errors, Values: typed(form)}, v, product)
}

// typed are the fields of a row as they were typed or offered.
func typed(form ui.Form) map[string]string {
	values := make(map[string]string, len(rowFields))
	for _, name := range rowFields {
		if value, sent := form.Values[name]; sent {
			values[name] = value
		}
	}
	return values
}

func (h *Handler) changedRow(r *web.Request, id uuid.UUID, changed *catalog.Changed) error {
	form := ui.Form{Values: map[string]string{}, Errors: changedErrors(r, changed, nil)}
	for _, c := range changed.Fields {
		form.Values[c.Field] = r.Form(c.Field)
	}
	if !r.WantsJSON() {
		return h.showCatalogueBehind(r, http.StatusConflict, catalogueView{Refused: id, Form: form})
	}
	product, err := h.Catalog.Get(r.Context(), r.CooperativeID(), id)
	if err != nil {
		return err
	}
	values := rowValues(r.Locale, product)
	for name, typed := range form.Values {
		values[name] = typed
	}
	v := catalogueView{Refused: id, Form: form}
	return h.answerRow(r, http.StatusConflict, rowAnswer{Message: form.Errors[""], Errors: form.Errors, Values: values}, v, product)
}

// showCatalogueBehind shows the page of the catalogue that a form was sent from, and what is wrong.
func (h *Handler) showCatalogueBehind(r *web.Request, status int, v catalogueView) error {
	address, err := url.Parse(back(r))
	if err != nil {
		return fmt.Errorf("page of the catalogue: %w", err)
	}
	return h.showCatalogue(r, status, address.Query(), v)
}

// saved says that a row was saved: to the script in a word, to anybody else on the page they came from.
func (h *Handler) saved(r *web.Request, key string) error {
	if r.WantsJSON() {
		return r.JSON(http.StatusOK, map[string]string{"message": r.Locale.T(key)})
	}
	r.Flash(key)
	return r.Redirect(back(r))
}

// savedFrom leads to a page of the catalogue that says how the product was before, where it changed. What a price was for
// another quantity is not put back by itself.
func (h *Handler) savedFrom(r *web.Request, became fault.Message, page string, present, product catalog.Product) error {
	r.FlashMessage(became)
	same := catalog.SameUnit(present.UnitAmount, present.UnitCode, product.UnitAmount, product.UnitCode)
	if !same || present.Price == product.Price && present.Stock == product.Stock {
		return r.Redirect(page)
	}
	keepWas(r, present)
	return r.Redirect(page + "#row-" + product.ID.String())
}

func (h *Handler) exportCatalogue(r *web.Request) error {
	return r.Table(seller.FileName(r, h.Now(), "souk-catalogue"), r.Param("format"), h.Uploads.Template(r.Context(), r.CooperativeID(), r.Locale))
}
