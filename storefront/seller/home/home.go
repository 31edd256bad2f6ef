package home

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/certificate"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/picture"
	"github.com/souk-taawon/souk/internal/settlement"
	"github.com/souk-taawon/souk/storefront/seller"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// Handler has a member's first page and those of her cooperative and its people. All its services are needed.
type Handler struct {
	Accounts     *account.Service
	Catalog      *catalog.Service
	Certificates *certificate.Service
	Cooperatives *cooperative.Service
	Orders       *order.Service
	Pictures     *picture.Service
	Settlements  *settlement.Service
	Now          func() time.Time
}

// Routes lists them.
func (h *Handler) Routes() []web.Route {
	photograph := web.Post(account.KeepPage, pagePath+"/picture", h.addPicture)
	photograph.MaxBody = picture.MaxBytes + seller.FormRoom
	return []web.Route{
		web.Get(account.SeeParts, seller.Home, h.home),
		web.Get(account.SeeCooperative, cooperativePath, h.cooperative),
		web.Get(account.KeepPage, pagePath, h.page),
		web.Post(account.KeepPage, pagePath, h.present),
		photograph,
		web.Get(account.KeepMembers, peoplePath, h.people),
		web.Get(account.KeepMembers, peoplePath+"/:id", h.person),
		web.Post(account.KeepMembers, peoplePath+"/:id/role", h.giveRole),
	}
}

// homeView is what the first page tells.
type homeView struct {
	State    cooperative.State
	Reason   string // of a suspension
	Products int

	Orders   int          // to be prepared
	New      int          // of them, not answered yet
	Asked    []string     // ids of those of Oldest that are not answered yet
	Accepted []string     // ids of those that the reader has just accepted here and may take back
	AnswerBy time.Time    // the first of the new ones
	Ready    int          // orders that wait to be fetched
	Oldest   int          // of Orders, those that the following is about
	Take     []take       // what they ask for
	FirstDay time.Time    // by which the first of them is to be handed over
	Late     bool         // it was not
	Share    money.Amount // what is the cooperative's, of them all

	Unconfirmed money.Amount // of Share, what is of orders that wait to be confirmed

	Owed      settlement.Owed
	Coming    []settlement.Coming
	Next      settlement.Next
	Frozen    settlement.Frozen // while it is disputed
	Returning settlement.Frozen // while it is being sent back
	Missing   *missing
	Others    int // more products that something is missing of
}

// take is one product to prepare, from all orders together.
type take struct {
	order.OrderLine
	Orders int
}

// missing is one thing that would help a product to sell.
type missing struct {
	Product catalog.Product
	Kind    string // see the kinds of gaps
	Field   string // of the product's form, to go to; empty for the picture and a label
	Label   i18n.Text
	Days    int // until the label ends
}

const (
	takesShown    = 12
	partsAtOnce   = 50 // as many as are packed in a day; whoever has more to prepare begins with the oldest
	productsAsked = 50 // the newest ones; looking for gaps in more would only slow the page down
)

func (h *Handler) home(r *web.Request) error {
	p, counts, err := seller.Page(r, h.Orders, r.Locale.T("seller.home.title"))
	if err != nil {
		return err
	}
	v := homeView{State: r.Cooperative.State, Orders: p.Waiting, New: counts[order.PartPlaced], Ready: counts[order.PartReady]}
	if err := h.fillHome(r, &v); err != nil {
		return err
	}
	if done := r.Query("done"); done != "" && r.Holds(account.PrepareParts) {
		parts, err := h.Orders.PartsNamed(r.Context(), r.CooperativeID(), ids(done))
		if err != nil {
			return err
		}
		for _, part := range parts {
			if part.Undo(p.User.ID, h.Now()) == order.MoveUnaccept {
				v.Accepted = append(v.Accepted, part.ID.String())
			}
		}
	}
	return r.Render(http.StatusOK, homePage(p, v))
}

// ids are those that an address names.
func ids(named string) (ids []uuid.UUID) {
	for _, text := range strings.SplitN(named, ".", partsAtOnce+1) {
		if id, err := uuid.Parse(text); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// fillHome gathers what the reader may see.
func (h *Handler) fillHome(r *web.Request, v *homeView) error {
	ctx, coopID := r.Context(), r.CooperativeID()
	if v.State == cooperative.Suspended {
		decided, err := h.Cooperatives.Last(ctx, coopID, cooperative.Decided)
		if err != nil {
			return err
		}
		v.Reason = decided.Note
	}
	todo, err := h.Orders.PartsOf(ctx, coopID, order.TodoParts(), nil, partsAtOnce)
	if err != nil {
		return err
	}
	v.gather(todo.Parts, h.Now())
	if v.New > 0 && v.AnswerBy.IsZero() { // they are all newer than the oldest
		fresh, err := h.Orders.PartsOf(ctx, coopID, []order.PartState{order.PartPlaced}, nil, 1)
		if err != nil {
			return err
		}
		for _, part := range fresh.Parts {
			v.AnswerBy = part.ExpiresAt
		}
	}
	if r.Holds(account.SeeOwnMoney) {
		if v.Owed, err = h.Settlements.OwedTo(ctx, coopID); err != nil {
			return err
		}
		if v.Coming, err = h.Settlements.Coming(ctx, coopID); err != nil {
			return err
		}
		if v.Next, err = h.Settlements.Next(ctx, v.Owed, v.Coming); err != nil {
			return err
		}
		if v.Frozen, err = h.Settlements.Frozen(ctx, coopID); err != nil {
			return err
		}
		if v.Returning, err = h.Settlements.Returning(ctx, coopID); err != nil {
			return err
		}
	}
	asked := catalog.Filter{PerPage: 1}
	if r.Holds(account.KeepGoods) {
		asked.PerPage = productsAsked
	}
	catalogue, err := h.Catalog.Catalogue(ctx, coopID, asked)
	if err != nil {
		return err
	}
	v.Products = catalogue.Count()
	if r.Holds(account.KeepGoods) {
		if err := h.withoutProposed(ctx, catalogue.Products); err != nil {
			return err
		}
		v.Missing, v.Others = firstGap(catalogue.Products, h.Now())
	}
	return nil
}

// withoutProposed takes the labels off products whose next certificate waits for the association: nothing is to be done
// about them.
func (h *Handler) withoutProposed(ctx context.Context, products []catalog.Product) error {
	var ending []uuid.UUID
	for _, p := range products {
		if endingLabel(p, clock.Day(h.Now())) != nil {
			ending = append(ending, p.ID)
		}
	}
	if len(ending) == 0 {
		return nil
	}
	proposed, err := h.Certificates.WaitingOf(ctx, ending)
	if err != nil {
		return err
	}
	for i, p := range products {
		products[i].Labels = slices.DeleteFunc(p.Labels, func(l catalog.Label) bool { return slices.Contains(proposed[p.ID], l.Slug) })
	}
	return nil
}

// gather adds up what the oldest parts ask for, the most first.
func (v *homeView) gather(parts []order.CooperativePart, now time.Time) {
	v.Oldest = len(parts)
	at := map[uuid.UUID]int{}
	for _, part := range parts {
		v.Share += part.Items - part.Commission
		if part.OrderState == order.StatePlaced {
			v.Unconfirmed += part.Items - part.Commission
		}
		if day := part.HandOver(now); v.FirstDay.IsZero() || day.Before(v.FirstDay) {
			v.FirstDay, v.Late = day, part.Late(now)
		}
		if part.State == order.PartPlaced {
			v.Asked = append(v.Asked, part.ID.String())
		}
		if part.State == order.PartPlaced && (v.AnswerBy.IsZero() || part.ExpiresAt.Before(v.AnswerBy)) {
			v.AnswerBy = part.ExpiresAt
		}
		for _, line := range part.Lines {
			if line.Quantity == 0 { // all of it was taken off
				continue
			}
			i, known := at[line.ProductID]
			if !known {
				i = len(v.Take)
				at[line.ProductID] = i
				v.Take = append(v.Take, take{OrderLine: line})
				v.Take[i].Quantity = 0
			}
			v.Take[i].Quantity += line.Quantity
			v.Take[i].Orders++
		}
	}
	slices.SortStableFunc(v.Take, func(a, b take) int { return cmp.Compare(b.Quantity, a.Quantity) })
}

// coming is what becomes the cooperative's: all that the next transfer brings besides what is due or, if that is nothing,
// what comes first.
func (v homeView) coming() []settlement.Coming {
	if len(v.Next.Coming) > 0 {
		return v.Next.Coming
	}
	return v.Coming[:min(len(v.Coming), 1)]
}

// firstKey is the translation key of by when the first of the orders is to be handed over, or was.
func firstKey(v homeView) string {
	if v.Late {
		return "seller.home.first_late"
	}
	return "seller.home.first_day"
}

// gaps are what can be missing of a product, the worst first.
var gaps = []struct {
	kind, field string
	is          func(p catalog.Product, today time.Time) bool
}{
	{"authorisation", "authorisation", func(p catalog.Product, today time.Time) bool {
		return !p.Authorised(today) && p.Authorisation == ""
	}},
	{"expired", "authorisation", func(p catalog.Product, today time.Time) bool { return !p.Authorised(today) }},
	{"expiring", "authorised_till", func(p catalog.Product, today time.Time) bool { return !p.Authorised(today.AddDate(0, 0, 30)) }},
	{"label", "", func(p catalog.Product, today time.Time) bool { return endingLabel(p, today) != nil }},
	{"soldout", "stock", func(p catalog.Product, today time.Time) bool {
		return p.State == catalog.Published && p.Stock == 0 && p.InSeason(today.Month())
	}},
	{"picture", "", func(p catalog.Product, _ time.Time) bool { return p.PictureID == nil }},
	{"arabic", "name_ar", func(p catalog.Product, _ time.Time) bool { return p.Name.AR == "" }},
	{"french", "name_fr", func(p catalog.Product, _ time.Time) bool { return p.Name.FR == "" }},
	{"description", "description_ar", func(p catalog.Product, _ time.Time) bool { return p.Description == i18n.Text{} }},
}

// endingLabel is the first label of the product to end within thirty days; nil if none does.
func endingLabel(p catalog.Product, today time.Time) (first *catalog.Label) {
	last := today.AddDate(0, 0, 30).Format(time.DateOnly)
	for i, l := range p.Labels {
		if l.ExpiresOn <= last && (first == nil || l.ExpiresOn < first.ExpiresOn) {
			first = &p.Labels[i]
		}
	}
	return first
}

// firstGap finds the one thing that is worth doing next, and how many other products lack something.
func firstGap(products []catalog.Product, now time.Time) (first *missing, others int) {
	today := clock.Day(now)
	worst := len(gaps)
	lacking := 0
	for _, p := range products {
		if p.State == catalog.Archived {
			continue
		}
		for i, gap := range gaps {
			if !gap.is(p, today) {
				continue
			}
			lacking++
			if i < worst {
				worst, first = i, &missing{Product: p, Kind: gap.kind, Field: gap.field}
				if label := endingLabel(p, today); gap.kind == "label" {
					if last, err := time.Parse(time.DateOnly, label.ExpiresOn); err == nil { // the database has days
						first.Label, first.Days = label.Name, int(last.Sub(today).Hours()/24)
					}
				}
			}
			break
		}
	}
	return first, max(0, lacking-1)
}

// address is where what is missing can be added.
func (m missing) address(p ui.Page) string {
	path := "/seller/products/" + m.Product.ID.String()
	switch {
	case m.Kind == "label":
		return p.URL(path + "/label")
	case m.Field == "":
		return p.URL(path + "/picture")
	}
	return p.URL(path + "#f-" + m.Field)
}
