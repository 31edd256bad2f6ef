package returns

import (
	"slices"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/ui"
)

// words names what the page says, which is something else before the order is paid.
func words(v giveBackView, name string) string {
	if v.Paid {
		return "association.giveback." + name
	}
	return "association.giveback." + name + "_before"
}

// what are the things that can be given back: all, the delivery, a part, a line, or an amount.
func (v giveBackView) what(p ui.Page) []ui.Option {
	options := []ui.Option{{Label: p.T("association.giveback.choose")}}
	delivered := v.State == order.StateDelivered
	if goods := v.goods(); goods > 0 {
		if delivered {
			options = append(options, ui.Option{Value: string(order.RefundOrder), Label: p.T("association.giveback.all", "Amount", p.L.Money(goods))})
		}
		label := p.T("association.giveback.amount_before")
		if delivered {
			label = p.T("association.giveback.amount")
		}
		options = append(options, ui.Option{Value: string(order.RefundAmount), Label: label})
	}
	if left := v.DeliveryFee - v.FeeBack; delivered && left > 0 {
		options = append(options, ui.Option{Value: string(order.RefundDelivery), Label: p.T("association.giveback.only_delivery", "Amount", p.L.Money(left))})
	}
	for _, part := range v.Parts {
		if !part.State.Active() || part.Items == 0 {
			continue
		}
		group := p.L.Text(part.Cooperative.Name)
		switch value := string(order.RefundPart) + ":" + part.ID.String(); {
		case delivered:
			options = append(options, ui.Option{Value: value, Group: group, Label: p.T("association.giveback.part", "Amount", p.L.Money(part.Items))})
		case v.Can(order.MoveRemove, actor.Association):
			options = append(options, ui.Option{Value: value, Group: group, Label: p.T("association.giveback.part_before", "Amount", p.L.Money(part.Items))})
		}
		if len(v.Parts) > 1 {
			options = append(options, ui.Option{Value: string(order.RefundAmount) + ":" + part.ID.String(), Group: group, Label: p.T("association.giveback.amount_of_part")})
		}
		for _, line := range part.Lines {
			if line.Quantity > 0 {
				options = append(options, ui.Option{
					Value: string(order.RefundLine) + ":" + line.ID.String(), Group: group,
					Label: p.T("association.giveback.line", "Name", line.Called(p.L), "Pieces", p.L.Number(line.Quantity), "Amount", p.L.Money(line.Total)),
				})
			}
		}
	}
	return options
}

// goods is what the goods are worth that the buyer has, or is to have.
func (v giveBackView) goods() (sum money.Amount) {
	for _, part := range v.Parts {
		if part.State.Active() {
			sum += part.Items
		}
	}
	return sum
}

// from is from whom or what something comes.
type from struct {
	whom   string
	amount money.Amount
}

// shares are from where comes what the buyer has back.
func shares(p ui.Page, v giveBackView) []from {
	var list []from
	for _, part := range v.Split.Parts {
		list = append(list, from{p.L.Text(part.Cooperative), part.Share})
	}
	return some(append(list, from{p.T("association.giveback.from_commission"), v.Split.Commission()},
		from{p.T("association.giveback.from_delivery"), v.Split.Delivery}, from{p.T("association.giveback.from_means_fee"), v.Split.MeansFee}))
}

// fees are who bears what the payment's provider keeps.
func fees(p ui.Page, v giveBackView) []from {
	list := []from{{p.T("association.giveback.by_association"), v.Split.Fee}}
	for _, part := range v.Split.Parts {
		list = append(list, from{p.L.Text(part.Cooperative), part.Fee})
	}
	return some(list)
}

// some are those of which there is something.
func some(list []from) []from {
	return slices.DeleteFunc(list, func(f from) bool { return f.amount == 0 })
}

// giveBackReasons are why it is given back.
func giveBackReasons(p ui.Page) []ui.Option {
	options := []ui.Option{{Label: p.T("association.giveback.choose")}}
	for _, reason := range []order.Reason{order.ReasonMissing, order.ReasonDamaged, order.ReasonWeight, order.ReasonGoodwill} {
		options = append(options, ui.Option{Value: string(reason), Label: p.T("order.note." + string(reason))})
	}
	return options
}

// bearers are who can bear a free amount.
func bearers(p ui.Page) []ui.Option {
	return []ui.Option{
		{Value: string(order.ByCooperative), Label: p.T("association.giveback.by_cooperative"), Hint: p.T("association.giveback.by_cooperative_hint")},
		{Value: string(order.ByAssociation), Label: p.T("association.giveback.by_association"), Hint: p.T("association.giveback.by_association_hint")},
	}
}

// means are by which it can be given back.
func (v giveBackView) means(p ui.Page) []ui.Option {
	options := []ui.Option{{Label: p.T("association.giveback.same", "Means", p.RefundMeans(v.Payment))}}
	for _, name := range v.ByHand {
		if name != v.Payment {
			options = append(options, ui.Option{Value: name, Label: p.RefundMeans(name)})
		}
	}
	return options
}
