package association

import (
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/settlement"
)

// Owed is where the association and the cooperatives stand, with the sums.
type Owed struct {
	Lines []settlement.Owed
	Total settlement.Owed // sums; names and the like are empty
	Women settlement.Owed // the same of the women-only cooperatives

	Ready    int // cooperatives with money owed and a bank account to send it to
	NoRIB    int // cooperatives with money owed and none
	WomenN   int
	ReadyDue money.Amount // owed to those that are ready
}

// OwedOf sums up the lines.
func OwedOf(lines []settlement.Owed) Owed {
	v := Owed{Lines: lines}
	for _, o := range lines {
		add(&v.Total, o)
		if o.WomenOnly {
			add(&v.Women, o)
			v.WomenN++
		}
		switch {
		case Payable(o):
			v.Ready++
			v.ReadyDue += o.Due
		case o.Due > 0:
			v.NoRIB++
		}
	}
	return v
}

func add(sum *settlement.Owed, o settlement.Owed) {
	sum.Sales += o.Sales
	sum.Commission += o.Commission
	sum.PaidOut += o.PaidOut
	sum.Due += o.Due
	sum.Pending += o.Pending
}

// Payable reports whether money is owed to a cooperative and it has a bank account to send it to.
func Payable(o settlement.Owed) bool { return o.Due > 0 && o.RIB != "" }

// LeftOut are those that are owed money and have given no bank account.
func (v Owed) LeftOut() []settlement.Owed {
	var list []settlement.Owed
	for _, o := range v.Lines {
		if o.Due > 0 && !Payable(o) {
			list = append(list, o)
		}
	}
	return list
}
