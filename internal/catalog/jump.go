package catalog

import (
	"fmt"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
)

// PriceJump says that a price would become five times what it was or more, or a fifth or less, which is mostly a slip
// of the comma: people are asked before it is written.
type PriceJump struct{ Old, New money.Amount }

const jumpTimes = 5

// JumpOf is the jump of the price from one edit of a product to the next; nil for none. A price for another quantity
// of the same jumps only if the price of that quantity does too.
func JumpOf(before, after Edit) *PriceJump {
	if !far(before.Price, after.Price) {
		return nil
	}
	was, unit := SmallestUnit(before.UnitAmount, before.UnitCode)
	is, other := SmallestUnit(after.UnitAmount, after.UnitCode)
	if unit == other && !far(before.Price*money.Amount(is), after.Price*money.Amount(was)) {
		return nil
	}
	return &PriceJump{before.Price, after.Price}
}

func far(a, b money.Amount) bool {
	return a > 0 && b > 0 && (a >= jumpTimes*b || b >= jumpTimes*a)
}

// Likely is the price that was probably meant: the new one with its comma elsewhere, where that is near to the old one,
// and otherwise the old one.
func (j *PriceJump) Likely() money.Amount {
	for _, moved := range [...]money.Amount{10, 100, 1000} {
		if meant := j.New / moved; j.New%moved == 0 && meant > 0 && !far(j.Old, meant) {
			return meant
		}
		if meant := j.New * moved; meant <= money.MaxAmount && !far(j.Old, meant) {
			return meant
		}
	}
	return j.Old
}

func (j *PriceJump) Error() string {
	return fmt.Sprintf("catalog: the price goes from %s to %s", j.Old, j.New)
}

// Unwrap gives what to tell a person, at the field of the price.
func (j *PriceJump) Unwrap() error {
	return fault.New(fault.Invalid, "catalog.invalid").Field("price", "catalog.price_jump", "Old", j.Old, "New", j.New)
}
