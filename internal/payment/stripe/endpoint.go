package stripe

import (
	"context"
	"fmt"
	"slices"

	stripego "github.com/stripe/stripe-go/v76"

	"github.com/souk-taawon/souk/internal/payment"
)

// needed are the events without which the market would not know of a payment, a refund or a dispute before it asks.
var needed = []string{
	"checkout.session.completed", "checkout.session.expired", "refund.created", "refund.updated", "charge.dispute.created", "charge.dispute.closed",
	"charge.dispute.updated", "charge.dispute.funds_reinstated", "transfer.reversed",
}

// Unsent lists the events that the market needs and that Stripe does not send to an address. payment.ErrUnknown if Stripe
// sends none there.
func (p *Provider) Unsent(ctx context.Context, address string) (events []string, err error) {
	params := &stripego.WebhookEndpointListParams{}
	lists(ctx, &params.ListParams)
	endpoints := p.client.WebhookEndpoints.List(params)
	for endpoints.Next() {
		e := endpoints.WebhookEndpoint()
		if e.URL != address || e.Status != "enabled" {
			continue
		}
		return slices.DeleteFunc(slices.Clone(needed), func(event string) bool {
			return slices.Contains(e.EnabledEvents, event) || slices.Contains(e.EnabledEvents, "*")
		}), nil
	}
	if err := endpoints.Err(); err != nil {
		return nil, failure("list endpoints", err)
	}
	return nil, payment.ErrUnknown.Wrap(fmt.Errorf("stripe: there is no endpoint %s", address))
}
