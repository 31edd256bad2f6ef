package orders

import (
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// orderView is the page of one joint order.
type orderView struct {
	order.Order
	Refused  ui.Refusal
	Move     order.Move         // the one that was refused, if any
	Carriers []order.Carrier    // that may have its cash, if it is to be taken
	ByHand   bool               // people say of its payment that it is disputed
	OfMoney  []order.MoneyEvent // oldest first
	Moved    []order.AddressChange
	Now      time.Time
	Tracking string // the buyer's own page, with scheme and host
	Message  string // what a WhatsApp message to the buyer begins with, in the buyer's language
}

// These stand among the moves in paths.
const (
	moveRenew  order.Move = "renew"  // renews the tracking link, which is always possible
	moveRefund order.Move = "refund" // asks again for what could not be given back to the buyer
)

// can reports whether the association can make a move as the order stands.
func (v orderView) can(move order.Move) bool { return v.Can(move, actor.Association) }

// takesCash reports whether the order's delivery is paid in cash.
func (v orderView) takesCash() bool { return v.can(order.MoveDeliver) && !v.Paid && v.Due > 0 }

// paysInParts reports whether the order is waited for by a means that may pay it bit by bit.
func (v orderView) paysInParts() bool {
	return v.State == order.StateAwaiting && (v.Payment == payment.BankTransfer || v.Deposit > 0)
}

// seen is how much of the order's history the page shows; its forms send it back.
func (v orderView) seen() string { return strconv.Itoa(len(v.Events)) }

// asks reports whether the form of a move is to be shown again instead of its dialog.
func (v orderView) asks(move order.Move) bool {
	return v.Move == move && v.can(move) && (v.Refused.Invalid() || v.Refused.Words() != "")
}

// since is what a refused form had not seen of the order's history, the latest first.
func (v orderView) since() []order.Event {
	seen, err := strconv.Atoi(v.Refused.Form.Values["seen"])
	if err != nil || seen < 0 || seen > len(v.Events) || v.Move == moveRenew || v.Move == moveRefund { // whose forms do not show the history
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

func (h *Handler) order(r *web.Request) error { return h.showOrder(r, "", ui.Refusal{}) }

func (h *Handler) showOrder(r *web.Request, move order.Move, no ui.Refusal) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	v := orderView{Move: move, Refused: no, Now: h.Now()}
	if v.Order, err = h.Orders.ForAssociation(r.Context(), id); err != nil {
		return err
	}
	if v.ErasedAt == nil {
		h.addressBuyer(r, &v)
	}
	v.ByHand = h.Orders.DisputesByHand(v.Order)
	if v.OfMoney, err = h.Orders.MoneyEvents(r.Context(), id); err != nil {
		return err
	}
	if v.Moved, err = h.Orders.AddressChanges(r.Context(), v.Order); err != nil {
		return err
	}
	if v.takesCash() {
		if v.Carriers, err = h.Orders.Carriers(r.Context()); err != nil {
			return err
		}
	}
	p, err := association.Page(r, h.Cooperatives, r.Locale.T("association.order.title", "Number", v.Number))
	if err != nil {
		return err
	}
	return r.Render(no.Answer(), orderPage(p, v))
}

// addressBuyer writes what the association needs to speak with the buyer. The buyer's own link acts for her, so
// whoever may not move the order has the one that only shows it.
func (h *Handler) addressBuyer(r *web.Request, v *orderView) {
	buyers := r.Site.Languages.Locale(v.Locale)
	token := h.Orders.ReadingToken(v.ID, v.Link)
	if r.Holds(account.MoveOrders) {
		token = h.Orders.TokenAgain(v.Order)
	}
	v.Tracking = r.Site.BaseURL + "/" + buyers.Code() + "/orders/" + token
	v.Message = buyers.T("association.order.whatsapp", "Name", v.Buyer.Name, "Number", v.Number,
		"Total", buyers.Money(v.Due), "Link", v.Tracking)
}

func (h *Handler) moveOrder(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	move := order.Move(r.Param("move"))
	by := order.By{Actor: r.Actor(), Note: r.Form("note"), Seen: new(r.Shown("seen"))}
	if by.Cash, err = association.ReadHolder(r.Form("cash")); err != nil {
		return err
	}
	switch {
	case move == moveRenew:
		err = h.Orders.RenewLink(r.Context(), id, by.Seen)
	case move == moveRefund:
		err = h.Orders.RefundAgain(r.Context(), id, money.Amount(*by.Seen))
	case !move.By(actor.Association):
		return web.ErrNotFound
	case move == order.MoveCancel && by.Note == "":
		err = fault.New(fault.Invalid, "association.order.incomplete").Field("note", "association.order.reason_missing")
	default:
		err = h.Orders.Move(r.Context(), move, id, by)
	}
	if no, ok := r.Refused(err); ok {
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
	done := "association.order.done." + string(move)
	if move == order.MoveDispatch {
		o, err := h.Orders.ForAssociation(r.Context(), id)
		if err != nil { // it is done all the same
			r.Log().Warn("how a dispatched order goes", "error", err)
		}
		if o.Delivery == delivery.Pickup {
			done = "association.order.waits_pickup"
		}
	}
	r.Flash(done)
	if path := web.LocalPath(r.Form("back")); path == association.OrdersPath || strings.HasPrefix(path, association.OrdersPath+"?") {
		return r.Redirect(path)
	}
	return r.Redirect(association.OrdersPath + "/" + id.String())
}
