package goods

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/money"
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

	// Refused is the row whose form could not be used, as it was sent.
	Refused uuid.UUID
	Form    ui.Form
}

const productsPerPage = 25

func (h *Handler) catalogue(r *web.Request) error {
	return h.showCatalogue(r, http.StatusOK, r.QueryValues(), catalogueView{All: r.Query("choose") == "all"})
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
	p, _, err := seller.Page(r, h.Orders, r.Locale.T("seller.catalogue.title"))
	if err != nil {
		return err
	}
	return r.Render(status, cataloguePage(p, v))
}

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
	return v.All || slices.ContainsFunc(v.Left, func(l catalog.Left) bool { return l.Product.ID == p.ID })
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
	price, stock, err := quickValues(r)
	var product catalog.Product
	if err == nil {
		page := catalog.ReadPage(r.Form("page"))
		product, err = h.Catalog.ChangePriceStock(r.Context(), r.CooperativeID(), id, price, stock, page, r.Actor())
	}
	if err != nil {
		return h.refuseRow(r, id, err)
	}
	if r.WantsJSON() {
		return r.JSON(http.StatusOK, rowAnswer{Message: r.Locale.T("seller.catalogue.saved"), Values: rowValues(r.Locale, product)})
	}
	return h.saved(r, "seller.catalogue.saved")
}

// rowAnswer tells the script what became of a row: what its fields are to hold now.
type rowAnswer struct {
	Message string            `json:"message"`
	Errors  map[string]string `json:"errors,omitempty"`
	Values  map[string]string `json:"values"`
}

// rowValues are the fields of a product's row as they stand.
func rowValues(l *i18n.Locale, p catalog.Product) map[string]string {
	return map[string]string{"page": rowPage(p), "price": ui.Typed(l, p.Price), "stock": strconv.Itoa(p.Stock)}
}

// rowPage is the page that a product's row stands on.
func rowPage(p catalog.Product) string { return catalog.NewPage(p).Encode("price", "state") }

// quickValues are the fields of a row; what was not sent stays.
func quickValues(r *web.Request) (price *money.Amount, stock *int, err error) {
	wrong := fault.New(fault.Invalid, "seller.product.invalid")
	if r.FormValues().Has("price") {
		amount, err := money.Parse(r.Form("price"))
		if err != nil {
			wrong.Field("price", "seller.product.price_unreadable", "Value", r.Form("price"))
		}
		price = &amount
	}
	if r.FormValues().Has("stock") {
		pieces, ok := r.Whole("stock")
		if !ok {
			wrong.Field("stock", "seller.product.stock_unreadable", "Value", r.Form("stock"))
		}
		stock = &pieces
	}
	if len(wrong.Fields) > 0 {
		return nil, nil, wrong
	}
	return price, stock, nil
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

// setSeveral does the same to all products that are ticked.
func (h *Handler) setSeveral(r *web.Request) error {
	var chosen []catalog.Chosen
	for _, text := range r.FormValues()["chosen"] {
		text, page, _ := strings.Cut(text, " ")
		id, err := uuid.Parse(text)
		if err != nil {
			return web.ErrNotFound.Wrap(err)
		}
		chosen = append(chosen, catalog.Chosen{ID: id, Page: catalog.ReadPage(page)})
	}
	what := r.Form("do")
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
	if !ok || r.WantsJSON() {
		return err
	}
	return h.showCatalogueBehind(r, http.StatusUnprocessableEntity, catalogueView{Refused: id, Form: form})
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
	return r.JSON(http.StatusConflict, rowAnswer{Message: form.Errors[""], Errors: form.Errors, Values: values})
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

func (h *Handler) exportCatalogue(r *web.Request) error {
	return r.Table(seller.FileName(r, h.Now(), "souk-catalogue"), r.Param("format"), h.Uploads.Template(r.Context(), r.CooperativeID(), r.Locale))
}
