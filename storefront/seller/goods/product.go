package goods

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/text"
	"github.com/souk-taawon/souk/storefront/seller"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// productView is the form of a product.
type productView struct {
	Product    *catalog.Product // nil for one that is not there yet
	Form       ui.Form
	Categories []catalog.Category
	Jumps      catalog.Jumps // what is asked about it
	Photo      string        // state of the photograph that was sent last
	Labels     []productLabel
	Sizes      []catalog.Product // in which the thing is sold, itself among them
	Others     []string          // the others of them as Page.AsThing, each after its id
	With       ui.Form           // that makes it a size of another
	Joins      catalog.Jumps     // what is asked about that
	Page       string            // what the form stands on: the catalogue's Page, or the key of a new product's
}

// action is where the form is sent.
func (v productView) action() string {
	if v.Product == nil {
		return seller.CataloguePath + "/new"
	}
	return seller.CataloguePath + "/" + v.Product.ID.String()
}

// more are the fields that most products can do without; they are folded away while nothing is in
// them.
var more = []string{
	"name_en", "description_ar", "description_fr", "description_en", "season", "season_from", "season_to", "prepare_days", "sku",
}

// unfolded reports whether the fields in more are to be seen at once.
func (v productView) unfolded() bool {
	for _, name := range more {
		if v.Form.Errors[name] != "" || v.Product == nil && v.Form.Values[name] != "" {
			return true
		}
	}
	return false
}

func (h *Handler) newProduct(r *web.Request) error {
	form := ui.Form{Values: map[string]string{
		"unit_amount": "1", "unit_code": "kg", "state": catalog.Published, "page": uuid.NewString(),
	}}
	if id, err := uuid.Parse(r.Query("size_of")); err == nil {
		other, err := h.Catalog.Get(r.Context(), r.CooperativeID(), id)
		if err != nil {
			return err
		}
		page := form.Values["page"]
		form.Values = valuesOf(r.Locale, other)
		for _, own := range []string{"sku", "price", "stock", "unit_amount"} {
			form.Values[own] = ""
		}
		for _, name := range []string{"name_ar", "name_fr", "name_en"} {
			if thing := catalog.WithoutMeasure(form.Values[name]); thing != "" {
				form.Values[name] = thing // what it is in is this size's own
			}
		}
		form.Values["page"], form.Values["size_of"] = page, id.String()
	}
	return h.showProduct(r, http.StatusOK, productView{Form: form})
}

// setSizes makes a product a size of another, or a thing of its own.
func (h *Handler) setSizes(r *web.Request) error {
	product, err := h.ownProduct(r)
	if err != nil {
		return err
	}
	before, err := h.Catalog.SizesOf(r.Context(), product)
	if err != nil {
		return err
	}
	if r.Form("alone") != "" {
		err = h.Catalog.Alone(r.Context(), r.CooperativeID(), product.ID, r.Actor())
	} else {
		err = h.sizeOf(r, product)
	}
	if form, ok := r.Rejected(err); ok {
		v := productView{Product: &product, Form: ui.Form{Values: valuesOf(r.Locale, product)}, With: form}
		errors.As(err, &v.Joins)
		return h.showProduct(r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	after, err := h.Catalog.Get(r.Context(), r.CooperativeID(), product.ID)
	if err != nil {
		return err
	}
	if stay := len(before) - 1; stay > 0 && after.Family != product.Family && r.Form("alone") == "" {
		r.Flash("seller.size.done_without", "Count", stay)
	} else {
		r.Flash("seller.size.done")
	}
	return r.Redirect(seller.CataloguePath + "/" + product.ID.String() + "#sizes")
}

// sizeOf makes a product a size of the one whose reference was typed; why not is said at that field.
func (h *Handler) sizeOf(r *web.Request, product catalog.Product) error {
	sku := text.Line(r.Form("with"))
	other, err := h.Catalog.BySKU(r.Context(), r.CooperativeID(), sku)
	if err == nil && other.ID != product.ID {
		err = h.Catalog.SizeOf(r.Context(), r.CooperativeID(), product.ID, other.ID, text.Line(r.Form("meant")) == sku, r.Actor())
	}
	why, args := "", []any(nil)
	var jumps catalog.Jumps
	switch {
	case sku == "":
		why = "seller.size.missing"
	case errors.Is(err, catalog.ErrNotFound):
		why = "seller.size.unknown"
	case err == nil && other.ID == product.ID:
		why = "seller.size.itself"
	case errors.Is(err, catalog.ErrOneSize):
		why = "seller.size.same"
	case errors.Is(err, catalog.ErrManySizes):
		why, args = catalog.ErrManySizes.Key, []any{"Most", catalog.ErrManySizes.Args["Most"]}
	case errors.Is(err, catalog.ErrNotAlike):
		why = "catalog.not_alike"
	case errors.As(err, &jumps):
		asked := fault.New(fault.Invalid, "seller.product.invalid").Wrap(err)
		asked.Fields = map[string]fault.Message{"with": jumps[0].Message()}
		return asked
	default:
		return err
	}
	return fault.New(fault.Invalid, "seller.product.invalid").Field("with", why, args...)
}

func (h *Handler) createProduct(r *web.Request) error {
	edit, err := readEdit(r)
	var product catalog.Product
	if err == nil {
		edit.Form, _ = uuid.Parse(r.Form("page")) // without one, nothing is made once only
		edit.SizeOf, _ = uuid.Parse(r.Form("size_of"))
		edit.Sure = sureOf(r)
		product, err = h.Catalog.Create(r.Context(), r.CooperativeID(), edit, r.Actor())
	}
	if form, ok := r.Rejected(err); ok {
		v := productView{Form: answered(form)}
		errors.As(err, &v.Jumps)
		return h.showProduct(r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	r.Flash("seller.product.created")
	return r.Redirect(seller.CataloguePath + "/" + product.ID.String() + "/picture")
}

func (h *Handler) product(r *web.Request) error {
	product, err := h.ownProduct(r)
	if err != nil {
		return err
	}
	return h.showProduct(r, http.StatusOK, productView{Product: &product, Form: ui.Form{Values: valuesOf(r.Locale, product)}})
}

// inputs are the inputs of a field of the form that has others than one of its own name.
var inputs = map[string][]string{"unit": {"unit_amount", "unit_code"}, "season": {"season_from", "season_to"}}

// changedProduct is the form of a product that somebody else changed too: what she typed, and around it
// what is true now. Sent again it holds, since both have now been seen.
func (h *Handler) changedProduct(r *web.Request, page catalog.Page, edit catalog.Edit, changed *catalog.Changed) error {
	product, err := h.ownProduct(r)
	if err != nil {
		return err
	}
	categories, err := h.Catalog.Categories(r.Context())
	if err != nil {
		return err
	}
	form := ui.Form{Values: valuesOf(r.Locale, product), Errors: changedErrors(r, changed, categories)}
	for field, touched := range page.Touched(edit) {
		if !touched {
			continue
		}
		names := inputs[field]
		if names == nil {
			names = []string{field}
		}
		for _, name := range names {
			form.Values[name] = r.Form(name)
		}
	}
	form.Values["alike"] = r.Form("alike")
	return h.showProduct(r, http.StatusConflict, productView{Product: &product, Form: form})
}

// changedErrors says at each field what somebody else made of it meanwhile.
func changedErrors(r *web.Request, changed *catalog.Changed, categories []catalog.Category) map[string]string {
	errors := map[string]string{"": r.Locale.T("seller.product.changed")}
	for _, c := range changed.Fields {
		errors[c.Field] = r.Locale.T("seller.product.changed_field", "Now", seller.FieldWords(r.Locale, categories, c.Field, c.Old))
	}
	return errors
}

// ownProduct is the product that the address names.
func (h *Handler) ownProduct(r *web.Request) (catalog.Product, error) {
	id, err := r.UUID("id")
	if err != nil {
		return catalog.Product{}, err
	}
	return h.Catalog.Get(r.Context(), r.CooperativeID(), id)
}

func (h *Handler) updateProduct(r *web.Request) error {
	product, err := h.ownProduct(r)
	if err != nil {
		return err
	}
	before, err := h.Catalog.SizesOf(r.Context(), product)
	if err != nil {
		return err
	}
	page := catalog.ReadPage(r.Form("page"))
	edit, err := readEdit(r)
	var updated catalog.Product
	if err == nil {
		page.Sure = sureOf(r)
		if r.Form("alike") != "" {
			page.Others = othersOf(r)
		}
		updated, err = h.Catalog.Update(r.Context(), r.CooperativeID(), product.ID, edit, page, r.Actor())
	}
	var changed *catalog.Changed
	if errors.As(err, &changed) {
		return h.changedProduct(r, page, edit, changed)
	}
	if form, ok := r.Rejected(err); ok {
		v := productView{Product: &product, Form: answered(form), Others: r.FormValues()["others"]}
		errors.As(err, &v.Jumps)
		return h.showProduct(r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	after, err := h.Catalog.SizesOf(r.Context(), updated)
	if err != nil {
		return err
	}
	said := became("seller.product.updated", page.Touched(edit), edit.Stock, updated)
	switch {
	case product.State == catalog.Archived || updated.State == catalog.Archived: // then it has no other size in any case
	case len(before) > 1 && len(after) == 1:
		said = fault.Say("seller.product.left_sizes")
	case len(before) == 1 && len(after) > 1:
		said = fault.Say("seller.product.joined_sizes")
	case len(page.Others) > 0:
		said = fault.Say("seller.product.sizes_alike", "Count", len(page.Others))
	case len(after) > 1 && page.RenamesThing(edit):
		said = fault.Say("seller.product.sizes_stay", "Count", len(after)-1)
	}
	return h.savedFrom(r, said, seller.CataloguePath, product, updated)
}

// othersOf are the other sizes of a product's thing as its form showed them.
func othersOf(r *web.Request) (others []catalog.Chosen) {
	for _, text := range r.FormValues()["others"] {
		id, page, _ := strings.Cut(text, " ")
		if id, err := uuid.Parse(id); err == nil && len(others) < catalog.MaxSizes {
			others = append(others, catalog.Chosen{ID: id, Page: catalog.ReadPage(page)})
		}
	}
	return others
}

// showProduct shows the form of a product, or of one that is not there yet.
func (h *Handler) showProduct(r *web.Request, status int, v productView) error {
	title := r.Locale.T("seller.product.new")
	var err error
	if v.Page = v.Form.Values["page"]; v.Product != nil {
		if v.Page == "" {
			v.Page = catalog.NewPage(*v.Product).Encode()
		}
		title = r.Locale.Text(v.Product.Name)
		if v.Sizes, err = h.Catalog.SizesOf(r.Context(), *v.Product); err != nil {
			return err
		}
		if v.Others == nil {
			for _, size := range v.Sizes {
				if size.ID != v.Product.ID {
					v.Others = append(v.Others, size.ID.String()+" "+catalog.NewPage(size).AsThing())
				}
			}
		}
		proposals, err := h.Certificates.OfProduct(r.Context(), r.CooperativeID(), v.Product.ID)
		if err != nil {
			return err
		}
		known, err := h.Catalog.Labels(r.Context())
		if err != nil {
			return err
		}
		v.Labels = labelsOf(r.Locale, *v.Product, proposals, known, clock.Day(h.Now()))
		if v.Photo, err = h.Pictures.Latest(r.Context(), r.CooperativeID(), v.Product.ID); err != nil {
			return err
		}
	} else if id, err := uuid.Parse(v.Form.Values["size_of"]); err == nil {
		other, err := h.Catalog.Get(r.Context(), r.CooperativeID(), id)
		if err != nil {
			return err
		}
		title = r.Locale.T("seller.product.another_size", "Name", catalog.Called(r.Locale, other.Name, other.UnitAmount, other.UnitCode))
	}
	if v.Categories, err = h.Catalog.Categories(r.Context()); err != nil {
		return err
	}
	p, _, err := seller.Page(r, h.Orders, title)
	if err != nil {
		return err
	}
	return r.Render(status, productPage(p, v))
}

// valuesOf are the fields of a product's form as they stand.
func valuesOf(l *i18n.Locale, p catalog.Product) map[string]string {
	values := map[string]string{
		"sku": p.SKU, "category": p.Category, "state": p.State, "authorisation": p.Authorisation,
		"name_ar": p.Name.AR, "name_fr": p.Name.FR, "name_en": p.Name.EN,
		"description_ar": p.Description.AR, "description_fr": p.Description.FR, "description_en": p.Description.EN,
		"unit_amount": strconv.Itoa(p.UnitAmount), "unit_code": p.UnitCode,
		"price": ui.Typed(l, p.Price), "stock": strconv.Itoa(p.Stock),
	}
	for name, month := range map[string]*int{"season_from": p.SeasonFrom, "season_to": p.SeasonTo} {
		if month != nil {
			values[name] = strconv.Itoa(*month)
		}
	}
	if p.PrepareOwn != nil {
		values["prepare_days"] = strconv.Itoa(*p.PrepareOwn)
	}
	if p.Perishable {
		values["perishable"] = "yes"
	}
	if p.AuthorisedTill != nil {
		values["authorised_till"] = p.AuthorisedTill.Format(time.DateOnly)
	}
	return values
}

// readEdit reads the form of a product. What cannot be read at all comes back as Invalid, by field;
// whether the rest makes sense is for the catalogue to say.
func readEdit(r *web.Request) (catalog.Edit, error) {
	form := r.FormValues()
	e := catalog.Edit{
		SKU: form.Get("sku"), Category: form.Get("category"), State: form.Get("state"),
		Name:        i18n.Text{AR: form.Get("name_ar"), FR: form.Get("name_fr"), EN: form.Get("name_en")},
		Description: i18n.Text{AR: form.Get("description_ar"), FR: form.Get("description_fr"), EN: form.Get("description_en")},
		UnitCode:    form.Get("unit_code"), Perishable: form.Get("perishable") != "", Authorisation: form.Get("authorisation"),
	}
	wrong := fault.New(fault.Invalid, "seller.product.invalid")
	required(form, wrong)
	if value, _ := offered(r, "price"); value != "" {
		var err error
		if e.Price, err = money.Parse(value); err != nil {
			ui.Unreadable(r.Locale, wrong, "price", "seller.product.price_unreadable", value)
		} else if e.Price == 0 {
			wrong.Field("price", "seller.product.price_zero")
		}
	}
	if value, _ := offered(r, "stock"); value != "" {
		pieces, ok := text.Whole(value)
		if !ok {
			wrong.Field("stock", "seller.product.stock_unreadable", "Value", value)
		}
		e.Stock = &pieces
	}
	if value := r.Form("offered_unit"); value != "" {
		var ok bool
		if e.UnitAmount, e.UnitCode, ok = catalog.ParseUnit(value); !ok {
			wrong.Field("unit", "seller.product.unit_unreadable", "Value", value)
		}
	} else if value := r.Form("unit_amount"); value != "" {
		var ok bool
		if e.UnitAmount, ok = r.Whole("unit_amount"); !ok && !strings.ContainsFunc(value, unicode.IsLetter) {
			e.UnitAmount, e.UnitCode, ok = catalog.ParseUnit(value + " " + e.UnitCode) // «1,5» litres are 1 500 ml
		}
		if !ok {
			wrong.Field("unit", "seller.product.unit_unreadable", "Value", value)
		}
	}
	if value := r.Form("prepare_days"); value != "" {
		days, ok := r.Whole("prepare_days")
		if !ok {
			wrong.Field("prepare_days", "seller.product.prepare_days_unreadable", "Value", value)
		}
		e.Prepare = &days
	}
	for name, month := range map[string]**int{"season_from": &e.SeasonFrom, "season_to": &e.SeasonTo} {
		if n, ok := r.Whole(name); ok {
			*month = &n
		}
	}
	if value := r.Form("authorised_till"); value != "" {
		day, ok := text.Day(value)
		if !ok {
			wrong.Field("authorised_till", "seller.product.day_unreadable", "Value", value)
		}
		e.AuthorisedTill = &day
	}
	if len(wrong.Fields) > 0 {
		return catalog.Edit{}, wrong
	}
	return e, nil
}

// required tells what was left empty, or as good as, so that everything that is wrong with a form is told at once.
func required(form url.Values, wrong *fault.Error) {
	if !catalog.Names(form.Get("name_ar")) && !catalog.Names(form.Get("name_fr")) {
		wrong.Field("name", "catalog.name_missing")
	}
	if form.Get("category") == "" {
		wrong.Field("category", "catalog.category_missing")
	}
	if form.Get("price") == "" {
		wrong.Field("price", "catalog.price_missing")
	}
}
