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
		web.Post(account.PrepareParts, ordersPath+"/:move", h.moveShown),
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
	Stay bool // Parts are those of the screen on which something was done, whatever became of them
	Done refusedMoves
	from *keyset.Place // where the page begins; nil: it is the first
}

// address is the shelf from a place on, nil: from its beginning; the first one needs no name.
func (s shelf) address(from *keyset.Place) string { return web.Address(ordersPath, s.query(from)) }

func (s shelf) query(from *keyset.Place) url.Values {
	query := url.Values{}
	if s.name != shelves[0].name {
		query.Set("show", s.name)
	}
	web.SetPlace(query, from)
	return query
}

// staying is the address of the shelf with the same parts on it as now, in the same order: who has done something with
// one of them finds it where it was, and not where it belongs since.
func (v ordersView) staying() string {
	ids := make([]string, len(v.Parts))
	for i, part := range v.Parts {
		ids[i] = part.ID.String()
	}
	query := v.Shelf.query(v.from)
	query.Set("stay", strings.Join(ids, "."))
	return web.Address(ordersPath, query)
}

func (h *Handler) orders(r *web.Request) error {
	return h.showOrders(r, http.StatusOK, ordersView{from: web.ReadPlace(r.Query("place"))}, r.Query("show"), strings.Split(r.Query("stay"), "."))
}

// showOrders shows the shelf of that name or, if they are some of the cooperative's, the parts with these ids on it.
func (h *Handler) showOrders(r *web.Request, status int, v ordersView, name string, stay []string) error {
	v.Shelf, v.Now = shelves[0], h.Now()
	for _, s := range shelves {
		if s.name == name {
			v.Shelf = s
		}
	}
	p, counts, err := seller.Page(r, h.Orders, r.Locale.T("seller.orders.title"))
	if err != nil {
		return err
	}
	v.Counts = counts
	if ids := parsed(stay); len(ids) > 0 {
		if v.Parts, err = h.Orders.PartsNamed(r.Context(), r.CooperativeID(), ids); err != nil {
			return err
		}
		if v.Stay = len(v.Parts) > 0; v.Stay {
			return r.Render(status, ordersPage(p, v))
		}
	}
	v.ListedParts, err = h.Orders.PartsOf(r.Context(), r.CooperativeID(), v.Shelf.states, v.from, ordersPerPage)
	if err == nil && len(v.Parts) == 0 && v.from != nil { // nothing stands there any more
		v.from = nil
		v.ListedParts, err = h.Orders.PartsOf(r.Context(), r.CooperativeID(), v.Shelf.states, nil, ordersPerPage)
	}
	if err != nil {
		return err
	}
	return r.Render(status, ordersPage(p, v))
}

// parsed are those of the texts that are ids, as many as a screen has at most.
func parsed(texts []string) (ids []uuid.UUID) {
	for _, text := range texts[:min(len(texts), maxTogether)] {
		if id, err := uuid.Parse(text); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// orderView is the cooperative's part of one order.
type orderView struct {
	order.CooperativePart
	Now    time.Time
	Form   ui.Form // of declining it or, of Line, of saying how many there are
	Line   uuid.UUID
	Notice string // translation key: why it was not moved
	Words  string // that were written for that
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
	switch {
	case errors.Is(err, order.ErrWrongState): // somebody else of the cooperative was quicker, or the order was cancelled: what is true is shown
		return h.showOrder(r, http.StatusConflict, id, orderView{Notice: "seller.orders.meanwhile", Words: words})
	case errors.Is(err, order.ErrUndoOver):
		return h.showOrder(r, http.StatusConflict, id, orderView{Notice: order.ErrUndoOver.Key})
	case err != nil:
		return err
	}
	parts, err := h.Orders.PartsNamed(r.Context(), r.CooperativeID(), []uuid.UUID{id})
	if err != nil {
		return err
	}
	for _, part := range parts {
		if by.Why.Lost() { // declined, and its goods are not for sale again
			r.Flash("seller.orders.declined_lost", "Number", part.Number)
		} else {
			r.Flash("seller.orders.done_"+string(move), "Number", part.Number)
		}
	}
	if path := web.LocalPath(r.Form("back")); isList(path) {
		return r.Redirect(path + "#" + cardID(id))
	}
	return r.Redirect(ordersPath + "/" + id.String())
}

// isList reports whether a path is that of a list of orders.
func isList(path string) bool {
	return path == ordersPath || strings.HasPrefix(path, ordersPath+"?") && !strings.Contains(path, "#")
}

// together are the moves that may be made with everything that a screen shows, from the state that it shows it in.
var together = []order.Move{order.MoveAccept, order.MoveReady, order.MoveHandOver}

// moves are those of several at once: besides, her first page takes back what was accepted there.
var moves = append(slices.Clone(together), order.MoveUnaccept)

// maxTogether is how many parts one press moves at most, each of them in a transaction of its own.
const maxTogether = 50

// refusedMoves are the parts that a move was not made with, and why not, beside how many it was made with.
type refusedMoves struct {
	Move    order.Move
	Moved   int
	Refused []refusedMove
}

type refusedMove struct {
	Number string
	Why    fault.Message
}

// moveShown makes one move with each of the parts that a screen shows. What becomes of one keeps no other from it.
func (h *Handler) moveShown(r *web.Request) error {
	done := refusedMoves{Move: order.Move(r.Param("move"))}
	if !slices.Contains(moves, done.Move) {
		return web.ErrNotFound
	}
	shown := r.FormValues()["part"]
	if len(shown) == 0 || len(shown) > maxTogether {
		return web.ErrForm
	}
	parts, err := h.Orders.PartsNamed(r.Context(), r.CooperativeID(), parsed(shown))
	if err != nil {
		return err
	}
	if len(parts) != len(shown) {
		return web.ErrNotFound
	}
	seen := order.PartState(r.Form("seen"))
	for _, part := range parts {
		err := h.Orders.Move(r.Context(), done.Move, part.ID, order.By{Actor: r.Actor(), SeenPart: &seen})
		switch told := fault.As(err); {
		case err == nil:
			done.Moved++
		case told == nil:
			return err
		case errors.Is(err, order.ErrWrongState):
			done.Refused = append(done.Refused, refusedMove{part.Number, fault.Say("seller.orders.meanwhile_short", "State", fault.Say(part.State.NameKey(part.Delivery)))})
		default:
			done.Refused = append(done.Refused, refusedMove{part.Number, told.Message})
		}
	}
	back := web.LocalPath(r.Form("back"))
	switch home := back == seller.Home; {
	case isList(back) || home && len(done.Refused) == 0 && done.Move != order.MoveAccept:
	case home && len(done.Refused) == 0:
		back = seller.HomeAfter(shown)
	default:
		back = ordersView{Shelf: shelves[0], ListedParts: order.ListedParts{Parts: parts}}.staying()
	}
	if len(done.Refused) > 0 {
		address, err := url.Parse(back)
		if err != nil {
			return web.ErrForm.Wrap(err)
		}
		query := address.Query()
		return h.showOrders(r, http.StatusConflict, ordersView{Done: done, from: web.ReadPlace(query.Get("place"))}, query.Get("show"), strings.Split(query.Get("stay"), "."))
	}
	r.Flash("seller.orders.all_"+string(done.Move), "Count", done.Moved)
	return r.Redirect(back)
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
