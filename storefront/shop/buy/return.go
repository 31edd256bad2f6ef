package buy

import (
	"errors"
	"strings"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// returnView is the page on which a buyer asks to send goods back.
type returnView struct {
	Order   order.Order
	Token   string
	Means   []string // by which she can have her money, besides as she paid
	Refused ui.Refusal
	Key     uuid.UUID // of the form, so that what is sent twice is asked once
}

// pieceField begins the name of the field of how many pieces of a line come back; its id follows.
const pieceField = "pieces-"

func (h *Handler) toReturn(r *web.Request) error { return h.showReturn(r, ui.Refusal{}) }

func (h *Handler) showReturn(r *web.Request, no ui.Refusal) error {
	v := returnView{Token: r.Param("token"), Means: h.Orders.MeansByHand(), Refused: no, Key: uuid.New()}
	var err error
	if v.Order, err = h.Orders.ByToken(r.Context(), v.Token); err != nil {
		return err
	}
	if !v.Order.Acting || !canReturn(v.Order, h.Now()) {
		return r.Redirect(orderPath(v.Token)) // which says how it stands
	}
	p := r.Page(r.Locale.T("shop.return.title"))
	p.Path = orderPath(v.Token) + "/return"
	return r.Render(no.Answer(), returnPage(p, v))
}

// askReturn asks to send goods back.
func (h *Handler) askReturn(r *web.Request) error {
	token := r.Param("token")
	in := order.ReturnInput{Lines: make(map[uuid.UUID]int), Reason: r.Form("reason"), Means: r.Form("means")}
	in.Key, _ = uuid.Parse(r.Form("key"))
	for name := range r.FormValues() {
		of, pieces := strings.CutPrefix(name, pieceField)
		line, err := uuid.Parse(of)
		if !pieces || err != nil || len(in.Lines) == order.MaxLines || r.Form(name) == "" {
			continue
		}
		n, whole := r.Whole(name)
		if !whole {
			n = -1 // which is said to be no quantity
		}
		in.Lines[line] = n
	}
	err := h.Orders.AskReturn(r.Context(), token, in)
	for _, over := range []error{order.ErrReturnLate, order.ErrReturnOpen, order.ErrReturnsMany, order.ErrWrongState, order.ErrNothingBack} {
		if errors.Is(err, over) { // its page says how it stands
			r.Flash(fault.As(err).Key)
			return r.Redirect(orderPath(token))
		}
	}
	if errors.Is(err, order.ErrIdempotencyConflict) {
		r.Flash("shop.return.differs")
		return r.Redirect(orderPath(token))
	}
	if no, ok := r.Refused(err); ok {
		return h.showReturn(r, no)
	}
	if err != nil {
		return err
	}
	r.Flash("shop.return.asked")
	return r.Redirect(orderPath(token))
}

// keep takes the wish to send goods back away.
func (h *Handler) keep(r *web.Request) error {
	token := r.Param("token")
	err := h.Orders.KeepReturn(r.Context(), token)
	switch {
	case err == nil:
		r.Flash("shop.return.kept")
	case errors.Is(err, order.ErrWrongState), errors.Is(err, order.ErrNoReturn):
		r.Flash("shop.return.too_late")
	default:
		return err
	}
	return r.Redirect(orderPath(token))
}
