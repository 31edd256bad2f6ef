package returns

import (
	"net/url"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/transfer"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

const refundsPerPage = 30

// refundsView is a page of the list of money that waits to be given back.
type refundsView struct {
	order.RefundsToGive
	ByHand  []string // names of the means by which anything can be given
	Refused ui.Refusal
	About   uuid.UUID // the refund that it is about
	from    *keyset.Place

	Accounts map[uuid.UUID]transfer.RefundAccount // of buyers, by their orders; for those only who give back
}

// form is that of a refund, as it was typed if it was refused.
func (v refundsView) form(r order.RefundToGive) ui.Form {
	if v.About == r.ID && v.Refused.Again() {
		return v.Refused.Form
	}
	return ui.Form{}
}

// address is the page of the list that begins at a place.
func address(from *keyset.Place) string {
	query := url.Values{}
	web.SetPlace(query, from)
	return web.Address(association.RefundsPath, query)
}

func (h *Handler) refunds(r *web.Request) error { return h.showRefunds(r, uuid.Nil, ui.Refusal{}) }

func (h *Handler) showRefunds(r *web.Request, about uuid.UUID, no ui.Refusal) error {
	v := refundsView{ByHand: h.Orders.MeansByHand(), Refused: no, About: about, from: web.ReadPlace(r.Query("place"))}
	var err error
	if v.RefundsToGive, err = h.Orders.RefundsToGive(r.Context(), v.from, refundsPerPage); err != nil {
		return err
	}
	if err := h.fillAccounts(r, &v); err != nil {
		return err
	}
	p, err := association.Page(r, h.Cooperatives, r.Locale.T("association.refunds.title"))
	if err != nil {
		return err
	}
	return r.Render(no.Answer(), refundsPage(p, v))
}

// fillAccounts tells whoever gives back into which accounts what is given by transfer goes.
func (h *Handler) fillAccounts(r *web.Request, v *refundsView) (err error) {
	if !r.Holds(account.GiveBack) {
		return nil
	}
	var orders []uuid.UUID
	for _, refund := range v.Refunds {
		if refund.Means == payment.BankTransfer {
			orders = append(orders, refund.OrderID)
		}
	}
	if len(orders) > 0 {
		v.Accounts, err = h.Transfers.RefundAccounts(r.Context(), orders...)
	}
	return err
}

// given says that money was given back by hand.
func (h *Handler) given(r *web.Request) error {
	return h.change(r, "association.refunds.done", func(id uuid.UUID) error {
		given := payment.Given{Means: r.Form("seen"), Reference: r.Form("reference"), By: r.UserID()}
		if given.Means == payment.BankTransfer {
			return h.Transfers.RefundGiven(r.Context(), id, r.Shown("account"), given)
		}
		return h.Orders.RefundGiven(r.Context(), id, given)
	})
}

// byMeans has money given by another means, or asked for again.
func (h *Handler) byMeans(r *web.Request) error {
	return h.change(r, "association.refunds.changed", func(id uuid.UUID) error {
		return h.Orders.RefundByMeans(r.Context(), id, r.Form("seen"), r.Form("means"))
	})
}

// change does something to a refund and shows the list again.
func (h *Handler) change(r *web.Request, done string, fn func(id uuid.UUID) error) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	err = payment.ErrRefundChanged // since a page that does not say by which means it was to be given
	if r.Form("seen") != "" {
		err = fn(id)
	}
	if no, ok := r.Refused(err); ok {
		return h.showRefunds(r, id, no)
	}
	if err != nil {
		return err
	}
	r.Flash(done)
	return r.Redirect(association.RefundsPath)
}
