package orders

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/seller"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// Handler has the pages of a cooperative's parts of orders. All its services are needed.
type Handler struct {
	Orders *order.Service
	Now    func() time.Time
}

// Routes lists them.
func (h *Handler) Routes() []web.Route {
	return []web.Route{
		web.Get(account.SeeParts, ordersPath, h.orders),
		web.Get(account.SeeParts, ordersPath+"/:id", h.order),
		web.Post(account.PrepareParts, ordersPath+"/:id/:move", h.moveOrder),
		web.Get(account.SeeParts, returnedPath, h.returned),
		web.Post(account.KeepGoods, returnedPath+"/:id/:line", h.restock),
	}
}

const ordersPath = "/seller/orders"

const ordersPerPage = 12

// shelf is one of the lists that orders lie on.
type shelf struct {
	name   string
	label  string // translation key; of one state that state's own
	states []order.PartState
}

// past is the list of what is over.
const past = "past"

// shelves are the lists in the order of the work.
var shelves = []shelf{
	{"todo", "seller.orders.shelf_todo", order.TodoParts()},
	{"ready", order.PartReady.Key(), []order.PartState{order.PartReady}},
	{"handed_over", order.PartHandedOver.Key(), []order.PartState{order.PartHandedOver}},
	{past, "seller.orders.shelf_past", []order.PartState{order.PartDelivered, order.PartDeclined, order.PartCancelled, order.PartRefused}},
}

// ordersView is one list of orders.
type ordersView struct {
	Shelf  shelf
	Counts map[order.PartState]int
	order.ListedParts
	Now  time.Time
	from *keyset.Place // where the page begins; nil: it is the first
}

// address is the shelf from a place on, nil: from its beginning; the first one needs no name.
func (s shelf) address(from *keyset.Place) string {
	query := url.Values{}
	if s.name != shelves[0].name {
		query.Set("show", s.name)
	}
	web.SetPlace(query, from)
	return web.Address(ordersPath, query)
}

func (h *Handler) orders(r *web.Request) error {
	v := ordersView{Shelf: shelves[0], Now: h.Now()}
	for _, s := range shelves {
		if s.name == r.Query("show") {
			v.Shelf = s
		}
	}
	p, counts, err := seller.Page(r, h.Orders, r.Locale.T("seller.orders.title"))
	if err != nil {
		return err
	}
	v.Counts = counts
	v.from = web.ReadPlace(r.Query("place"))
	v.ListedParts, err = h.Orders.PartsOf(r.Context(), r.CooperativeID(), v.Shelf.states, v.from, ordersPerPage)
	if err == nil && len(v.Parts) == 0 && v.from != nil { // nothing stands there any more
		v.from = nil
		v.ListedParts, err = h.Orders.PartsOf(r.Context(), r.CooperativeID(), v.Shelf.states, nil, ordersPerPage)
	}
	if err != nil {
		return err
	}
	return r.Render(http.StatusOK, ordersPage(p, v))
}

// orderView is the cooperative's part of one order.
type orderView struct {
	order.CooperativePart
	Now       time.Time
	Form      ui.Form // of declining it or, of Line, of saying how many there are
	Line      uuid.UUID
	Meanwhile bool   // it was to be moved from a page that showed it otherwise
	Words     string // that were written for that
}

func (h *Handler) order(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	return h.showOrder(r, http.StatusOK, id, orderView{})
}

// showOrder shows the page of a part, with what v has of a move that was refused.
func (h *Handler) showOrder(r *web.Request, status int, id uuid.UUID, v orderView) error {
	part, err := h.Orders.PartOf(r.Context(), r.CooperativeID(), id)
	if err != nil {
		return err
	}
	p, _, err := seller.Page(r, h.Orders, r.Locale.T("seller.order.title", "Number", part.Number))
	if err != nil {
		return err
	}
	v.CooperativePart, v.Now = part, h.Now()
	return r.Render(status, orderPage(p, v))
}

func (h *Handler) moveOrder(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	move := order.Move(r.Param("move"))
	if !move.By(actor.Member) {
		return web.ErrNotFound
	}
	by := order.By{Actor: r.Actor(), SeenPart: new(order.PartState(r.Form("seen")))}
	var line uuid.UUID
	words := r.Form("words")
	if move == order.MoveDecline {
		by.Why, by.Note, err = reason(r)
	}
	switch {
	case move == order.MoveShorten:
		line, _ = uuid.Parse(r.Form("line"))
		words = r.Form("have")
		err = h.shorten(r, id, line, by)
	case err == nil:
		err = h.Orders.Move(r.Context(), move, id, by)
	}
	if form, ok := r.Rejected(err); ok {
		return h.showOrder(r, http.StatusUnprocessableEntity, id, orderView{Form: form, Line: line})
	}
	if errors.Is(err, order.ErrWrongState) {
		// Somebody else of the cooperative was quicker, or the order was cancelled: what is true is shown.
		return h.showOrder(r, http.StatusConflict, id, orderView{Meanwhile: true, Words: words})
	}
	if err != nil {
		return err
	}
	r.Flash("seller.orders.done_" + string(move))
	if path := web.LocalPath(r.Form("back")); path == ordersPath || strings.HasPrefix(path, ordersPath+"?") {
		return r.Redirect(path)
	}
	return r.Redirect(ordersPath + "/" + id.String())
}

// shorten takes off a line of the part what the cooperative does not have of it.
func (h *Handler) shorten(r *web.Request, id, line uuid.UUID, by order.By) error {
	part, err := h.Orders.PartOf(r.Context(), r.CooperativeID(), id)
	if err != nil {
		return err
	}
	left := r.Shown("left")
	by.SeenLeft = &left
	now := slices.ContainsFunc(part.Lines, func(l order.OrderLine) bool { return l.ID == line && int64(l.Quantity) == left })
	a := order.Adjustment{Line: line, Share: true, Reason: order.Reason(r.Form("reason"))}
	a.Key, _ = uuid.Parse(r.Form("key"))
	wrong := fault.New(fault.Invalid, "seller.short.incomplete")
	have, ok := r.Whole("have")
	if a.Quantity = int(min(left, order.MaxQuantity)) - have; !ok || have < 0 {
		wrong.Field("have", "seller.short.have_missing")
	} else if a.Quantity <= 0 && now {
		wrong.Field("have", "seller.short.have_all")
	}
	if !slices.Contains(shortReasons, string(a.Reason)) {
		wrong.Field("reason", "seller.decline.choose")
	}
	if len(wrong.Fields) > 0 {
		return wrong
	}
	if a.Quantity <= 0 || a.Key == uuid.Nil { // it was shown with something else, or does not say it
		return order.ErrWrongState
	}
	err = h.Orders.Adjust(r.Context(), part.OrderID, a, by)
	if errors.Is(err, order.ErrTakesAll) {
		return wrong.Field("have", order.ErrTakesAll.Key)
	}
	return err
}

// shortReasons are why a cooperative may have less than was ordered.
var shortReasons = []string{"missing", "damaged"}

// maxWords bounds what is said about a reason, in characters.
const maxWords = 200

// otherReason is chosen by whoever tells a reason in words alone.
const otherReason = "other"

// reason is why an order is declined, and in the words of whoever declines it.
func reason(r *web.Request) (why order.Decline, words string, err error) {
	words = r.Form("words")
	if wrong := fault.New(fault.Invalid, order.ErrInvalid.Key); wrong.TooLong("words", "order.too_long", words, maxWords) {
		return "", "", wrong
	}
	switch why = order.Decline(r.Form("reason")); {
	case slices.Contains(order.Declines, why):
		return why, words, nil
	case why != otherReason:
		return "", "", fault.New(fault.Invalid, "seller.decline.incomplete").Field("reason", "seller.decline.choose")
	case words == "":
		return "", "", fault.New(fault.Invalid, "seller.decline.incomplete").Field("words", "seller.decline.words_missing")
	}
	return "", words, nil
}
