package sample

// Size is how large a sample market is. A zero field is as in the sample itself.
type Size struct {
	Days     int     // since the first order
	Busy     float64 // how many times the sample's orders a day
	Lines    int     // how many times as many products in an order
	Copies   int     // how many times the whole market is there
	Products int     // in all, if that is more
	Shelf    int     // of one cooperative, of those that demonstrations sign in as
	Sales    int     // how many times its orders and payouts that same cooperative has, of those of its copies
}

// Country is a market of 5,500 cooperatives with 99,000 products and a million order lines. One of them has 20,000 of
// the products, ten thousand parts of orders and some thousand payouts.
var Country = Size{Days: 350, Busy: 1.5, Lines: 3, Copies: 220, Products: 99_000, Shelf: 20_000, Sales: 112}

func (s Size) orSample() Size {
	if s.Days == 0 {
		s.Days = 120
	}
	if s.Busy == 0 {
		s.Busy = 1
	}
	if s.Lines == 0 {
		s.Lines = 1
	}
	if s.Copies == 0 {
		s.Copies = 1
	}
	return s
}
