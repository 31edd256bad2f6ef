package seller

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
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
	p, _, err := h.page(r, r.Locale.T("seller.catalogue.title"))
	if err != nil {
		return err
	}
	return r.Render(status, cataloguePage(p, v))
}

// filterOf reads what the address asks for; what makes no sense is not asked for.
func filterOf(query url.Values, categories []catalog.Category) catalog.Filter {
	f := catalog.Filter{Query: strings.TrimSpace(query.Get("q")), PerPage: productsPerPage}
	f.Page, _ = strconv.Atoi(query.Get("page"))
	switch show := query.Get("show"); show {
	case catalog.Published, catalog.Draft, catalog.Archived, catalog.SoldOut, catalog.Unpictured:
		f.State = show
	}
	if slices.ContainsFunc(categories, func(c catalog.Category) bool { return c.Slug == query.Get("category") }) {
		f.Category = query.Get("category")
	}
	return f
}

// all is how many products the cooperative has, whatever the filter.
func (v catalogueView) all() int { return v.Published + v.Draft + v.Archived }

// address is the page with that number under the same filter.
func (v catalogueView) address(page int) string {
	query := url.Values{}
	for name, value := range map[string]string{"q": v.Filter.Query, "category": v.Filter.Category, "show": v.Filter.State} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if page > 1 {
		query.Set("page", strconv.Itoa(page))
	}
	if len(query) == 0 {
		return cataloguePath
	}
	return cataloguePath + "?" + query.Encode()
}

// showing is the first page under the same search with another state.
func (v catalogueView) showing(state string) string {
	v.Filter.State = state
	return v.address(1)
}

// choosing is the present page with all of its products chosen, or none.
func (v catalogueView) choosing(all bool) string {
	address := v.address(v.Page)
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

const cataloguePath = "/seller/products"

// back is the page of the catalogue that a form was sent from.
func back(r *web.Request) string {
	path := web.LocalPath(r.Form("back"))
	if path == cataloguePath || strings.HasPrefix(path, cataloguePath+"?") {
		return path
	}
	return cataloguePath
}

func (h *Handler) setPriceStock(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	price, stock, err := quickValues(r)
	if err == nil {
		err = h.Catalog.SetPriceStock(r.Context(), r.CooperativeID(), id, price, stock, r.UserID())
	}
	if err != nil {
		return h.refuseRow(r, id, err)
	}
	return h.saved(r, "seller.catalogue.saved")
}

// quickValues are the fields of a row that are not as they were shown. What was left alone is not
// written: a new price must not put back a stock that an order has taken from since.
func quickValues(r *web.Request) (price *money.Amount, stock *int, err error) {
	wrong := fault.New(fault.Invalid, "seller.product.invalid")
	if typed := r.Form("price"); typed != r.Form("was_price") {
		amount, err := money.Parse(typed)
		if err != nil {
			wrong.Field("price", "seller.product.price_unreadable", "Value", typed)
		}
		price = &amount
	}
	if typed := r.Form("stock"); typed != r.Form("was_stock") {
		pieces, ok := count(typed)
		if !ok {
			wrong.Field("stock", "seller.product.stock_unreadable", "Value", typed)
		}
		stock = &pieces
	}
	if len(wrong.Fields) > 0 {
		return nil, nil, wrong
	}
	return price, stock, nil
}

// count reads a whole number of pieces as people write it.
func count(typed string) (n int, ok bool) {
	value, err := money.Parse(typed)
	return int(value / 100), err == nil && value%100 == 0
}

func (h *Handler) setState(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	state := r.Form("state")
	err = h.Catalog.SetState(r.Context(), r.CooperativeID(), id, state, r.UserID())
	if err != nil {
		return h.refuseRow(r, id, err)
	}
	return h.saved(r, "seller.catalogue.now_"+state)
}

// setSeveral does the same to all products that are ticked.
func (h *Handler) setSeveral(r *web.Request) error {
	var ids []uuid.UUID
	for _, text := range r.FormValues()["id"] {
		id, err := uuid.Parse(text)
		if err != nil {
			return web.ErrNotFound.Wrap(err)
		}
		ids = append(ids, id)
	}
	what := r.Form("do")
	done, left, err := h.Catalog.SetSeveral(r.Context(), r.CooperativeID(), ids, what, r.UserID())
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
	return h.showCatalogueBehind(r, v)
}

// refuseRow shows the catalogue again with what was typed in a row and what is wrong with it; without
// a row what is wrong concerns the page.
func (h *Handler) refuseRow(r *web.Request, id uuid.UUID, err error) error {
	form, ok := r.Rejected(err)
	if !ok || r.WantsJSON() {
		return err
	}
	return h.showCatalogueBehind(r, catalogueView{Refused: id, Form: form})
}

// showCatalogueBehind shows the page of the catalogue that a form was sent from, and what is wrong.
func (h *Handler) showCatalogueBehind(r *web.Request, v catalogueView) error {
	address, err := url.Parse(back(r))
	if err != nil {
		return fmt.Errorf("page of the catalogue: %w", err)
	}
	return h.showCatalogue(r, http.StatusUnprocessableEntity, address.Query(), v)
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
	format := r.Param("format")
	if web.SpreadsheetTypes[format] == "" {
		return web.ErrNotFound
	}
	name := fileName(r, "souk-catalogue") + "." + format
	return r.Attachment(name, web.SpreadsheetTypes[format], func(w io.Writer) error {
		return h.Catalog.Template(r.Context(), r.CooperativeID(), r.Locale, format, w)
	})
}
