package orders

import (
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/association"
)

// messagePath is where something is said of a message.
func messagePath(m order.Message, what string) string {
	return association.MessagesPath + "/" + m.ID.String() + "/" + what
}
