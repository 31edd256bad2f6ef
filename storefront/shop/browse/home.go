package browse

import (
	"net/http"
	"time"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/storefront/shop"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// homeView is what the front page shows.
type homeView struct {
	Cooperatives int
	Products     int
	Fee          delivery.Quote // to the reader, or to the nearest zone: the lowest there is
	InSeason     []catalog.Product
	Shelf        []ui.Card
	Guest        cooperative.Cooperative // the one that is introduced today
	GuestGoods   []catalog.Product
}

// shelfShown are whole rows of the front page's shelf, on a phone and on a desktop.
const shelfShown = 8

func (h *Handler) home(r *web.Request) error {
	ctx, now := r.Context(), h.Now()
	var v homeView
	counts, err := h.Cooperatives.CountPublic(ctx)
	if err != nil {
		return err
	}
	for _, c := range counts {
		v.Cooperatives += c.Cooperatives
	}
	if v.Products, err = h.Catalog.CountOffered(ctx); err != nil {
		return err
	}
	v.Fee, err = h.Delivery.Near(ctx, delivery.QuoteInput{Place: r.PlaceSlug(), On: now})
	if err != nil {
		return err
	}
	if v.InSeason, err = h.Catalog.InSeason(ctx, now); err != nil {
		return err
	}
	shelf, err := h.Catalog.Shelf(ctx, now, shelfShown)
	if err != nil {
		return err
	}
	v.Shelf = shop.Cards(r, h.Orders, shelf, 0)
	if v.Cooperatives > 0 {
		if v.Guest, err = h.Cooperatives.Guest(ctx, clock.Day(now).Format(time.DateOnly)); err != nil {
			return err
		}
		goods, err := h.Catalog.OfferedBy(ctx, v.Guest.ID, nil, goodsShown)
		if err != nil {
			return err
		}
		v.GuestGoods = goods.Products
	}
	return r.Render(http.StatusOK, homePage(r.Page(""), v))
}
