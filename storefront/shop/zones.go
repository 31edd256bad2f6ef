package shop

import (
	"context"
	"time"

	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/order"
)

// Zone is the places that delivery to costs the same, and what it costs.
type Zone struct {
	delivery.Zone
	Places []delivery.Place
	Quote  delivery.Quote
	TooFar bool // for what perishes in the basket
}

// Zones are the places that orders go to, nearest first, with what it costs to bring the basket there on a day.
func Zones(ctx context.Context, deliveries *delivery.Service, l *i18n.Locale, basket order.Basket, on time.Time) ([]Zone, error) {
	places, err := deliveries.Places(ctx)
	if err != nil {
		return nil, err
	}
	known, err := deliveries.Zones(ctx)
	if err != nil {
		return nil, err
	}
	within := make(map[string][]delivery.Place)
	for _, place := range delivery.Ordered(places, l) {
		within[place.Zone] = append(within[place.Zone], place)
	}
	var zones []Zone
	for _, zone := range known {
		if len(within[zone.Slug]) > 0 {
			zones = append(zones, Zone{Zone: zone, Places: within[zone.Slug]})
		}
	}
	prepare := basket.Prepare
	if len(basket.Groups) == 0 {
		prepare = delivery.UsualPrepare
	}
	for i := range zones {
		zones[i].Quote, err = deliveries.Quote(ctx, delivery.QuoteInput{
			Method: delivery.Home, Place: zones[i].Places[0].Slug, Items: basket.Items,
			HasPerishable: basket.Perishable, Prepare: prepare, On: on,
		})
		zones[i].TooFar = fault.Is(err, fault.Invalid)
		if err != nil && !zones[i].TooFar {
			return nil, err
		}
	}
	return zones, nil
}
