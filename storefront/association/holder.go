package association

import (
	"strings"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/web"
)

// The beginnings of a holder's value in forms.
const (
	ofCarrier     = "carrier-"
	ofCooperative = "cooperative-"
)

// HolderValue is a holder of cash as forms name it; empty: the association.
func HolderValue(h order.CashHolder) string {
	switch {
	case h.Carrier != uuid.Nil:
		return ofCarrier + h.Carrier.String()
	case h.Cooperative != uuid.Nil:
		return ofCooperative + h.Cooperative.String()
	}
	return ""
}

// ReadHolder reads it; ErrNotFound if it is none.
func ReadHolder(value string) (h order.CashHolder, err error) {
	id := &h.Carrier
	text, carrier := strings.CutPrefix(value, ofCarrier)
	if !carrier {
		if value == "" {
			return h, nil
		}
		text, id = strings.TrimPrefix(value, ofCooperative), &h.Cooperative
	}
	if *id, err = uuid.Parse(text); err != nil {
		return order.CashHolder{}, web.ErrNotFound.Wrap(err)
	}
	return h, nil
}
