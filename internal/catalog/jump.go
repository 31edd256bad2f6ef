package catalog

import (
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
)

// Jump says that a field of a product would become so different that it is mostly a slip, of the comma, of the unit or of
// a digit: people are asked before it is written. Old and New are the product before and after.
type Jump struct {
	Field    string // one of Jumping
	Old, New Edit
	Sized    bool // Old is what the product would cost at the price of another size of the same thing
}

// Jumping are the fields that are asked about.
var Jumping = []string{"price", "unit", "stock"}

// Jumps are what people are asked before a product is written.
type Jumps []Jump

const (
	jumpTimes  = 3   // a price becomes so many times what it was, or such a part of it: seasons double and halve fresh goods
	dearTimes  = 2   // the same quantity costs so many times more in the larger of two sizes; less, in the smaller, is usual
	stockTimes = 10  // a stock becomes so many times what it was,
	stockFew   = 10  // from so many pieces on; with fewer left a new batch comes in,
	stockBatch = 500 // which is asked about from so many on
)

// JumpsOf is what is to be asked about the way from one edit of a product to the next, but for the fields that are sure.
// What counts of a price is what the same quantity costs.
func JumpsOf(before, after Edit, sure map[string]bool) (jumps Jumps) {
	was, unit := SmallestUnit(before.UnitAmount, before.UnitCode)
	is, other := SmallestUnit(after.UnitAmount, after.UnitCode)
	dearer := far(before.Price, after.Price)
	asked := far(before.Price*money.Amount(is), after.Price*money.Amount(was))
	otherwise := far(money.Amount(is), money.Amount(was)) // whatever it costs
	if unit != other {
		// They cannot be compared, but «500 g» is not «500 pieces» for the same price.
		otherwise = is > 1 && before.UnitAmount == after.UnitAmount
		asked = dearer || otherwise
	}
	switch { // a yes to the price says nothing of the unit
	case asked && dearer && !sure["price"]:
		jumps = append(jumps, Jump{Field: "price", Old: before, New: after})
	case asked && (otherwise || !dearer) && !sure["unit"]:
		jumps = append(jumps, Jump{Field: "unit", Old: before, New: after})
	}
	if before.Stock != nil && after.Stock != nil && !sure["stock"] {
		had, has := *before.Stock, *after.Stock
		if has >= stockTimes*max(had, 1) && (had >= stockFew || has >= stockBatch) {
			jumps = append(jumps, Jump{Field: "stock", Old: before, New: after})
		}
	}
	return jumps
}

// JumpsOfSize is what is to be asked about a product that becomes a size of the same thing as another, but for the fields
// that are sure: whether it is meant that the same quantity costs so much otherwise, or the larger size no more than the
// smaller one.
func JumpsOfSize(other, e Edit, sure map[string]bool) Jumps {
	was, unit := SmallestUnit(other.UnitAmount, other.UnitCode)
	is, code := SmallestUnit(e.UnitAmount, e.UnitCode)
	if sure["price"] || unit != code || was == 0 || was == is || other.Price == 0 || e.Price == 0 {
		return nil
	}
	small, large := other.Price, e.Price
	fewer, more := money.Amount(was), money.Amount(is)
	if was > is {
		small, large, fewer, more = large, small, more, fewer
	}
	if large > small && small*more < jumpTimes*large*fewer && large*fewer < dearTimes*small*more {
		return nil
	}
	other.Price = other.Price * money.Amount(is) / money.Amount(was)
	other.UnitAmount, other.UnitCode = e.UnitAmount, e.UnitCode
	return Jumps{{Field: "price", Old: other, New: e, Sized: true}}
}

func far(a, b money.Amount) bool {
	return a > 0 && b > 0 && (a >= jumpTimes*b || b >= jumpTimes*a)
}

// At is what is asked about a field, or nil.
func (j Jumps) At(field string) *Jump {
	for i := range j {
		if j[i].Field == field {
			return &j[i]
		}
	}
	return nil
}

// Likely is the price that was probably meant, the new one with its comma elsewhere, if that is another than the old one and
// near to it; otherwise none.
func (j Jump) Likely() (price money.Amount, ok bool) {
	for _, moved := range [...]money.Amount{10, 100, 1000} {
		if meant := j.New.Price / moved; j.New.Price%moved == 0 && near(j.Old.Price, meant) {
			return meant, meant != j.Old.Price
		}
		if meant := j.New.Price * moved; meant <= money.MaxAmount && near(j.Old.Price, meant) {
			return meant, meant != j.Old.Price
		}
	}
	return 0, false
}

// near reports whether neither of two prices is half as much again as the other, or more.
func near(a, b money.Amount) bool { return 2*a < 3*b && 2*b < 3*a }

// Message is the question.
func (j Jump) Message() fault.Message {
	switch {
	case j.Sized:
		return fault.Say("catalog.size_jump", "Old", j.Old.Price, "New", j.New.Price, "Unit", i18n.Unit{Amount: j.New.UnitAmount, Code: j.New.UnitCode})
	case j.Field == "stock":
		return fault.Say("catalog.stock_jump", "Old", *j.Old.Stock, "New", *j.New.Stock)
	case SameUnit(j.Old.UnitAmount, j.Old.UnitCode, j.New.UnitAmount, j.New.UnitCode):
		return fault.Say("catalog.price_jump", "Old", j.Old.Price, "New", j.New.Price)
	}
	return fault.Say("catalog.unit_jump", "Old", j.Old.Price, "New", j.New.Price,
		"OldUnit", i18n.Unit{Amount: j.Old.UnitAmount, Code: j.Old.UnitCode}, "NewUnit", i18n.Unit{Amount: j.New.UnitAmount, Code: j.New.UnitCode})
}

func (j Jumps) Error() string {
	text := "catalog: asked"
	for _, one := range j {
		text += ": " + one.Field
	}
	return text
}

// Unwrap gives what to tell a person, at the fields.
func (j Jumps) Unwrap() error {
	wrong := fault.New(fault.Invalid, "catalog.invalid")
	wrong.Fields = make(map[string]fault.Message, len(j))
	for _, one := range j {
		wrong.Fields[one.Field] = one.Message()
	}
	return wrong
}
