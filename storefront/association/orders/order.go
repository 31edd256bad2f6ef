package orders

import (
	"context"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/web"
)

// orderView is the page of one joint order.
type orderView struct {
	order.Order
	Refused  association.Refusal
	Move     string // the one that was refused, if any
	Tracking string // the buyer's own page, with scheme and host
	Message  string // what a WhatsApp message to the buyer begins with, in the buyer's language
}

// The moves, as paths name them.
const (
	moveConfirm  = "confirm"
	moveDispatch = "dispatch"
	moveDeliver  = "deliver"
	moveRefuse   = "refuse"
	moveCancel   = "cancel"
	moveRenew    = "renew" // of the tracking link; always possible
)

// can reports whether a move is possible as the order stands.
func (v orderView) can(move string) bool {
	switch move {
	case moveConfirm:
		return v.State == order.StatePlaced
	case moveDispatch:
		return v.Dispatchable()
	case moveDeliver, moveRefuse:
		return v.State == order.StateDispatched
	case moveCancel:
		return v.State == order.StatePlaced || v.State == order.StateConfirmed
	}
	return false
}

// seen is how much of the order's history the page shows; its forms send it back.
func (v orderView) seen() string { return strconv.Itoa(len(v.Events)) }

// asks reports whether the form of a move is to be shown again instead of its dialog.
func (v orderView) asks(move string) bool {
	return v.Move == move && v.can(move) && (v.Refused.Invalid() || v.Refused.Words() != "")
}

// since is what a refused form had not seen of the order's history, the latest first.
func (v orderView) since() []order.Event {
	seen, err := strconv.Atoi(v.Refused.Form.Values["seen"])
	if err != nil || seen < 0 || seen > len(v.Events) || v.Move == moveRenew { // whose form shows a link, not the history
		return nil
	}
	list := backwards(v.Events[seen:])
	return list[:min(len(list), association.SinceShown)]
}

// handedOver is how many of the parts that are left the association has, and how many there are.
func (v orderView) handedOver() (done, all int) {
	for _, part := range v.Parts {
		if part.State.Active() {
			all++
			if part.State == order.PartHandedOver {
				done++
			}
		}
	}
	return done, all
}

// part is the one that an event is about, or nil when it is about the whole order.
func (v orderView) part(id *uuid.UUID) *order.Part {
	for i := range v.Parts {
		if id != nil && v.Parts[i].ID == *id {
			return &v.Parts[i]
		}
	}
	return nil
}

func (h *Handler) order(r *web.Request) error { return h.showOrder(r, "", association.Refusal{}) }

func (h *Handler) showOrder(r *web.Request, move string, no association.Refusal) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	v := orderView{Move: move, Refused: no}
	if v.Order, err = h.Orders.ForAssociation(r.Context(), id); err != nil {
		return err
	}
	if v.ErasedAt == nil {
		h.addressBuyer(r, &v)
	}
	p, err := association.Page(r, h.Cooperatives, r.Locale.T("association.order.title", "Number", v.Number))
	if err != nil {
		return err
	}
	return r.Render(no.Answer(), orderPage(p, v))
}

// addressBuyer writes what the association needs to speak with the buyer.
func (h *Handler) addressBuyer(r *web.Request, v *orderView) {
	buyers := r.Site.Languages.Locale(v.Locale)
	v.Tracking = r.Site.BaseURL + "/" + buyers.Code() + "/orders/" + h.Orders.TokenAgain(v.Order)
	v.Message = buyers.T("association.order.whatsapp", "Name", v.Buyer.Name, "Number", v.Number,
		"Total", buyers.Money(v.Due), "Link", v.Tracking)
}

func (h *Handler) moveOrder(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	move := r.Param("move")
	do := map[string]func(context.Context, uuid.UUID, order.By) error{
		moveConfirm: h.Orders.Confirm, moveDispatch: h.Orders.Dispatch, moveDeliver: h.Orders.Deliver,
		moveRefuse: h.Orders.Refuse, moveCancel: h.Orders.Cancel,
		moveRenew: func(ctx context.Context, id uuid.UUID, by order.By) error {
			return h.Orders.RenewLink(ctx, id, by.Seen)
		},
	}[move]
	if do == nil {
		return web.ErrNotFound
	}
	by := order.By{User: r.UserID(), Note: r.Form("note"), Seen: new(r.Shown("seen"))}
	if move == moveCancel && by.Note == "" {
		err = fault.New(fault.Invalid, "association.order.incomplete").Field("note", "association.order.reason_missing")
	} else {
		err = do(r.Context(), id, by)
	}
	if no, ok := association.Refused(r, err); ok {
		return h.showOrder(r, move, no)
	}
	if err != nil {
		return err
	}
	if move == moveRenew {
		o, err := h.Orders.ForAssociation(r.Context(), id)
		if err != nil {
			return err
		}
		r.Record(security.TrackingLinkRenewed, uuid.Nil, o.Number+" "+id.String())
	}
	r.Flash("association.order.done." + move)
	if path := web.LocalPath(r.Form("back")); path == association.OrdersPath || strings.HasPrefix(path, association.OrdersPath+"?") {
		return r.Redirect(path)
	}
	return r.Redirect(association.OrdersPath + "/" + id.String())
}
