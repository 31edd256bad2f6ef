package returns

import (
	"net/url"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

const returnsPerPage = 30

// returnsView is a page of the list of what is sent back.
type returnsView struct {
	order.ListedReturns
	Now time.Time
}

// returnView is the page of one return.
type returnView struct {
	order.Return
	Buyer   order.Buyer
	Seen    int // as many entries the order's history had
	Now     time.Time
	Move    order.Move // that was refused, if any
	Refused ui.Refusal
}

// returnsAddress is the page of the list that begins at a place.
func returnsAddress(from *keyset.Place) string {
	query := url.Values{}
	web.SetPlace(query, from)
	return web.Address(association.ReturnsPath, query)
}

func (h *Handler) returns(r *web.Request) error {
	list, err := h.Orders.Returns(r.Context(), web.ReadPlace(r.Query("place")), returnsPerPage)
	if err != nil {
		return err
	}
	p, err := association.Page(r, h.Cooperatives, r.Locale.T("association.returns.title"))
	if err != nil {
		return err
	}
	return r.Render(ui.Refusal{}.Answer(), returnsPage(p, returnsView{ListedReturns: list, Now: h.Now()}))
}

func (h *Handler) oneReturn(r *web.Request) error { return h.showReturn(r, "", ui.Refusal{}) }

func (h *Handler) showReturn(r *web.Request, move order.Move, no ui.Refusal) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	v := returnView{Now: h.Now(), Move: move, Refused: no}
	if v.Return, err = h.Orders.ReturnByID(r.Context(), id); err != nil {
		return err
	}
	whole, err := h.Orders.ForAssociation(r.Context(), v.OrderID)
	if err != nil {
		return err
	}
	v.Buyer, v.Seen = whole.Buyer, len(whole.Events)
	p, err := association.Page(r, h.Cooperatives, r.Locale.T("association.returns.one", "Number", v.Number))
	if err != nil {
		return err
	}
	return r.Render(no.Answer(), returnPage(p, v))
}

// moveReturn arranges or refuses a return.
func (h *Handler) moveReturn(r *web.Request) error {
	move := order.Move(r.Param("move"))
	return h.changeReturn(r, move, func(id uuid.UUID, by order.By) error {
		switch move {
		case order.MoveArrange:
			return h.Orders.ArrangeReturn(r.Context(), id, r.Form("arrangement"), by)
		case order.MoveReject:
			return h.Orders.RejectReturn(r.Context(), id, r.Form("why"), by)
		}
		return web.ErrNotFound
	})
}

// receiveReturn counts what came back.
func (h *Handler) receiveReturn(r *web.Request) error {
	return h.changeReturn(r, order.MoveReceive, func(id uuid.UUID, by order.By) error { return h.receive(r, id, by) })
}

// changeReturn makes a move of a return, and shows it again.
func (h *Handler) changeReturn(r *web.Request, move order.Move, fn func(id uuid.UUID, by order.By) error) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	err = fn(id, order.By{Actor: r.Actor(), Seen: new(r.Shown("seen"))})
	if no, ok := r.Refused(err); ok {
		return h.showReturn(r, move, no)
	}
	if err != nil {
		return err
	}
	r.Flash("association.returns.done." + string(move))
	return r.Redirect(association.ReturnsPath + "/" + id.String())
}

// receive reads what came back of each line: what is not said to be damaged or missing is sound.
func (h *Handler) receive(r *web.Request, id uuid.UUID, by order.By) error {
	back, err := h.Orders.ReturnByID(r.Context(), id)
	if err != nil {
		return err
	}
	wrong := fault.New(order.ErrInvalid.Kind, order.ErrInvalid.Key)
	count := func(field string) int {
		n, whole := r.Whole(field)
		if !whole {
			wrong.Field(field, "order.return_counts")
		}
		return n
	}
	counts := make(map[uuid.UUID]order.Counted, len(back.Lines))
	for _, l := range back.Lines {
		damaged, missing := count("damaged-"+l.LineID.String()), count("missing-"+l.LineID.String())
		counts[l.LineID] = order.Counted{Sound: l.Quantity - damaged - missing, Damaged: damaged, Missing: missing}
	}
	if len(wrong.Fields) > 0 {
		return wrong
	}
	return h.Orders.ReceiveReturn(r.Context(), id, counts, by)
}

// form is that of a move, as it was typed if it was refused.
func (v returnView) form(move order.Move) ui.Form {
	if v.Move == move {
		return v.Refused.Form
	}
	return ui.Form{}
}

// counting is the form of what came back: nothing is damaged or missing until somebody says so.
func (v returnView) counting() ui.Form {
	if form := v.form(order.MoveReceive); form.Values != nil {
		return form
	}
	form := ui.Form{Values: make(map[string]string)}
	for _, l := range v.Lines {
		form.Values["damaged-"+l.LineID.String()], form.Values["missing-"+l.LineID.String()] = "0", "0"
	}
	return form
}
