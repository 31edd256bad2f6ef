package buy

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/transfer"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// formRoom is what a form takes beside the file in it, in bytes.
const formRoom = 64 << 10

// toTransfer is the order that the holder of a link may pay by transfer now; order.ErrNotFound or order.ErrWrongState.
func (h *Handler) toTransfer(ctx context.Context, token string) (order.Order, error) {
	o, err := h.Orders.ByToken(ctx, token)
	switch {
	case err != nil:
		return o, err
	case !o.Acting:
		return o, order.ErrNotFound
	case o.State != order.StateAwaiting || o.Payment != payment.BankTransfer:
		return o, order.ErrWrongState
	}
	return o, nil
}

// maySendReceipt is no error for whoever may send a picture of a receipt; see web.Route.
func (h *Handler) maySendReceipt(ctx context.Context, token string) error {
	_, err := h.toTransfer(ctx, token)
	return err
}

// addReceipt takes a picture of the receipt that the buyer's bank gave her.
func (h *Handler) addReceipt(r *web.Request) error {
	token := r.Param("token")
	o, err := h.toTransfer(r.Context(), token)
	if errors.Is(err, order.ErrWrongState) {
		r.Flash("shop.pay.too_late")
		return r.Redirect(orderPath(token))
	}
	if err != nil {
		return err
	}
	switch err := h.keepReceipt(r, o); {
	case err == nil:
		r.Flash("shop.transfer.received")
		return r.Redirect(orderPath(token) + "/pay")
	case errors.Is(err, transfer.ErrNotFound): // she has not seen yet what she is to transfer
		return r.Redirect(orderPath(token) + "/pay")
	default:
		f := fault.As(err)
		if f == nil {
			return err
		}
		status, ok := refusedReceipt[f.Kind]
		if !ok {
			return err
		}
		return h.showPay(r, status, ui.Form{Errors: map[string]string{"receipt": r.Locale.Message(f.Message)}})
	}
}

// refusedReceipt are the statuses of pictures that are not taken.
var refusedReceipt = map[fault.Kind]int{
	fault.Invalid:  http.StatusUnprocessableEntity,
	fault.TooLarge: http.StatusRequestEntityTooLarge,
	fault.TooMany:  http.StatusTooManyRequests,
}

func (h *Handler) keepReceipt(r *web.Request, o order.Order) error {
	header, err := r.FormFile("receipt")
	if err != nil {
		return err
	}
	file, err := header.Open()
	if err != nil {
		return fmt.Errorf("open receipt: %w", err)
	}
	defer func() { _ = file.Close() }() // only read
	return h.Transfers.AddPicture(r.Context(), o.ID, file)
}

// fillRefund says what the view's order waits to have given back by transfer, and where to.
func (h *Handler) fillRefund(r *web.Request, v *trackingView) (err error) {
	if !v.Order.Acting || v.Order.Back <= v.Order.Given {
		return nil
	}
	if v.ByTransfer, err = h.Transfers.ToGiveBack(r.Context(), v.Order.ID); err != nil || v.ByTransfer == 0 {
		return err
	}
	accounts, err := h.Transfers.RefundAccounts(r.Context(), v.Order.ID)
	if account, ok := accounts[v.Order.ID]; ok {
		v.Account = &account
	}
	return err
}

// setRefundAccount takes the account that a buyer has money given back to.
func (h *Handler) setRefundAccount(r *web.Request) error {
	token := r.Param("token")
	o, err := h.Orders.ByToken(r.Context(), token)
	if err == nil && !o.Acting {
		err = order.ErrNotFound
	}
	if err != nil {
		return err
	}
	due, err := h.Transfers.ToGiveBack(r.Context(), o.ID)
	if err != nil {
		return err
	}
	if due == 0 {
		r.Flash("shop.transfer.nothing_back")
		return r.Redirect(orderPath(token))
	}
	err = h.Transfers.SetRefundAccount(r.Context(), transfer.RefundAccount{Reference: o.ID, Holder: r.Form("holder"), RIB: r.Form("rib")})
	if no, ok := r.Refused(err); ok {
		return h.showTracking(r, no)
	}
	if err != nil {
		return err
	}
	r.Flash("shop.transfer.account_kept")
	return r.Redirect(orderPath(token))
}
