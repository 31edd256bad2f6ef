package sample

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/money"
)

// planned is a past order: who wanted what, and how it ends.
type planned struct {
	at       time.Time
	buyer    Buyer
	note     string
	delivery string
	baskets  []basket
	end      ending
	reached  stage // how far it has come, for the latest; 0: as far as time has carried it
	stuck    bool  // its cooperatives have accepted it, and have not handed it over by their day
}

// stage is how far the parts of an order have come.
type stage int

const (
	unpaid stage = 1 + iota // its buyer has a bank account to transfer to
	waiting
	accepted
	ready
	handedOver
	sent
	paid
	earned
)

// latest are the stages of the latest orders, from the last one back, so that on any day there is
// something to do for everybody.
var latest = []stage{waiting, waiting, accepted, accepted, ready, ready, handedOver, handedOver, sent, sent, unpaid}

// Days ago on which an order was placed that was refused at the door, and one whose cooperatives are late.
const (
	refusedDay = 8
	stuckDay   = 7
)

// basket is what an order holds of one cooperative.
type basket struct {
	seller *seller
	lines  []wanted
}

type wanted struct {
	product  *stocked
	quantity int
}

// ending is what becomes of an order, given time.
type ending int

const (
	delivered ending = iota
	declined         // the first cooperative cannot prepare its part; the others deliver theirs
	refused          // nobody at the door, or not wanted
	dropped          // by the association, because nobody answers the telephone
	withdrawn        // by the buyer
)

// endings are as common as in life, in percent: of parcels that are paid at the door, a good tenth
// and more comes back.
var endings = []share[ending]{{delivered, 77}, {declined, 3}, {refused, 12}, {dropped, 3}, {withdrawn, 5}}

// demand is how much buyers ask for each cooperative. Markets are not fair by themselves: a few
// sell most, and those who are not named have sold nothing yet.
var demand = map[string]int{
	"maasser-el-wifaq": 24, "zit-el-fajr": 20, "nahlat-el-houdoud": 19, "bortoqalat-el-assil": 17,
	"halawiyat-ed-diyafa": 15, "nouarat-echcharaa": 14, "assalat-el-arz": 12, "takatouf-en-nissa": 11,
	"louz-es-safh": 10, "fawakih-triffa": 9, "maidat-es-sahl": 7, "zahrat-el-ain": 7, "sellat-el-oued": 6,
	"tin-el-hadba": 6, "jben-el-marj": 5, "el-beldi-el-assil": 5, "chabab-et-tathmine": 4, "iklil-el-qimma": 4,
	"khayt-el-harir": 2, "mansaj-es-safa": 2, "fakhar-er-reggada": 1,
}

// cooperativesInOrder is from how many cooperatives buyers order at once, in percent.
var cooperativesInOrder = []share[int]{{1, 34}, {2, 29}, {3, 21}, {4, 11}, {5, 5}}

// linesOfOne is how many products they take of each, in percent.
var linesOfOne = []share[int]{{1, 62}, {2, 27}, {3, 11}}

// plan invents the past orders, more and more from day to day. The same moment gives the same
// orders. What they keep is added to the products' sold.
func (l *loader) plan(ctx context.Context) ([]planned, error) {
	buyers, err := buyers()
	if err != nil {
		return nil, err
	}
	places, err := l.Delivery.Places(ctx)
	if err != nil {
		return nil, err
	}
	categories, err := l.Catalog.Categories(ctx)
	if err != nil {
		return nil, err
	}
	l.food = make(map[string]bool, len(categories))
	for _, c := range categories {
		l.food[c.Slug] = c.Food
	}
	nearest := places[0].Zone
	near := make(map[string]bool, len(places))
	for _, p := range places {
		near[p.Slug] = p.Zone == nearest
	}
	random := rand.New(rand.NewPCG(63300, 112))
	var orders []planned
	for day := l.size.Days; day >= 1; day-- {
		grown := 1 - float64(day)/float64(l.size.Days)
		for i := range int((0.6+1.3*grown)*l.size.Busy + random.Float64()) {
			at := l.now.Add(-time.Duration((float64(day) - random.Float64()) * float64(24*time.Hour)))
			if at.Hour() < 7 {
				at = at.Add(-8 * time.Hour) // people order before they go to sleep
			}
			buyer := buyers[random.IntN(len(buyers))]
			o := planned{at: at, buyer: buyer, delivery: delivery.Home, end: draw(random, endings)}
			switch {
			case day == refusedDay && i == 0:
				o.end = refused
			case day <= 8:
				o.end = delivered // if all goes well: it is not over
			}
			o.stuck = day == stuckDay && i == 0
			if near[buyer.Place] && random.IntN(5) == 0 {
				o.delivery = delivery.Pickup
			}
			if random.IntN(6) == 0 {
				o.note = notes[buyer.Locale]
			}
			if o.baskets = l.fill(random, o, near[buyer.Place]); len(o.baskets) > 0 {
				orders = append(orders, o)
			}
		}
	}
	slices.SortFunc(orders, func(a, b planned) int { return a.at.Compare(b.at) })
	for i, reached := range latest {
		o := &orders[len(orders)-1-i]
		o.reached = reached
		switch reached {
		case waiting: // an order that nobody confirms does not wait for more than a day
			o.at = l.now.Add(-time.Duration(i+1) * 3 * time.Hour)
		case unpaid:
			o.at = l.now.Add(-5 * time.Hour)
		}
	}
	for _, o := range orders {
		o.count()
	}
	return orders, nil
}

var notes = map[string]string{
	"ar": "الاتصال قبل الوصول من فضلكم.",
	"fr": "Merci d’appeler avant de passer.",
	"en": "Please call before you come.",
}

// fill chooses what is ordered; fresh says whether fruit and dairy can be brought there.
func (l *loader) fill(random *rand.Rand, o planned, fresh bool) []basket {
	var open []share[*seller]
	for _, s := range l.sellers {
		if s.State == cooperative.Approved && demand[s.Slug] > 0 {
			open = append(open, share[*seller]{s, demand[s.Slug]})
		}
	}
	var baskets []basket
	for range draw(random, cooperativesInOrder) {
		s := draw(random, open)
		open = slices.DeleteFunc(open, func(c share[*seller]) bool { return c.of == s })
		if lines := l.choose(random, s, o, fresh); len(lines) > 0 {
			baskets = append(baskets, basket{s, lines})
		}
	}
	return baskets
}

// choose takes a few products of a cooperative, rather the cheaper ones.
func (l *loader) choose(random *rand.Rand, s *seller, o planned, fresh bool) []wanted {
	var shelf []share[*stocked]
	for _, p := range s.products {
		offered := p.Authorisation != "" || !l.food[p.Category]
		if offered && inSeason(p.Product, o.at.Month()) && (fresh || !p.Perishable) {
			shelf = append(shelf, share[*stocked]{p, int(1_000_000 / (p.Price + 30_00))})
		}
	}
	var lines []wanted
	for range draw(random, linesOfOne) * l.size.Lines {
		if len(shelf) == 0 {
			break
		}
		p := draw(random, shelf)
		shelf = slices.DeleteFunc(shelf, func(c share[*stocked]) bool { return c.of == p })
		quantity := howMany(random, p.Price)
		// What comes back must not have been needed by anybody else meanwhile.
		if o.end == delivered || inSeason(p.Product, l.now.Month()) && p.Stock >= quantity {
			lines = append(lines, wanted{p, quantity})
		}
	}
	return lines
}

func howMany(random *rand.Rand, price money.Amount) int {
	switch {
	case price < 30_00:
		return 1 + random.IntN(4)
	case price < 130_00:
		return 1 + random.IntN(2)
	}
	return 1
}

// count adds what the order keeps, in the end or up to now, to the products' sold.
func (o planned) count() {
	for i, b := range o.baskets {
		for _, line := range b.lines {
			if o.end == delivered || o.end == declined && i > 0 {
				line.product.sold += line.quantity
			}
		}
	}
}

// share is a possible answer with its weight.
type share[T any] struct {
	of     T
	weight int
}

func draw[T any](random *rand.Rand, among []share[T]) T {
	total := 0
	for _, s := range among {
		total += s.weight
	}
	n, i := random.IntN(total), 0
	for n >= among[i].weight {
		n -= among[i].weight
		i++
	}
	return among[i].of
}
