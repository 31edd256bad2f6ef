package sales

import (
	"fmt"
	"strings"
	"time"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/report"
	"github.com/souk-taawon/souk/storefront/ui"
)

// monthsShown is how many columns the chart of the months has room for; its table has all of them.
const monthsShown = 12

// roomOnPhone is how many of them a phone has room for; more are moved sideways.
const roomOnPhone = 4

// manyDirhams is the sum of a month from which the chart counts in thousands.
const manyDirhams = 10_000 * 100

// monthChart is the chart of the sales of each month.
type monthChart struct {
	Columns   []ui.Column
	Thousands bool // of dirhams; otherwise dirhams
	Under     bool // the last month is not over
	Name      string
}

func chartOfMonths(l *i18n.Locale, months []report.Month, today time.Time) monthChart {
	months = months[max(0, len(months)-monthsShown):]
	var c monthChart
	var most report.Month
	for _, m := range months {
		if m.Total() > most.Total() {
			most = m
		}
	}
	c.Thousands = most.Total() >= manyDirhams
	for _, m := range months {
		column := ui.Column{Label: l.MonthName(int(m.Month.Month())), Value: float64(m.Total()) / 100, Figure: dirhams(l, m.Total())}
		if c.Thousands {
			column.Value /= 1000
			column.Figure = l.Decimal(column.Value, 1)
			if column.Value >= 100 {
				column.Figure = l.Decimal(column.Value, 0)
			}
		}
		column.Pale = m.Month.Year() == today.Year() && m.Month.Month() == today.Month()
		c.Under = c.Under || column.Pale
		c.Columns = append(c.Columns, column)
	}
	c.Name = l.T("association.months.chart", "Month", l.Month(most.Month), "Most", l.Money(most.Total()))
	return c
}

// of is a part of a whole as a share, 0 to 1.
func of(part, whole money.Amount) float64 {
	if whole <= 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// mostSold is what the bars of the cooperatives are measured by.
func mostSold(list []report.Cooperative) money.Amount {
	var most money.Amount
	for _, c := range list {
		most = max(most, c.Total())
	}
	return most
}

// mostOfCommune is what the bars of the communes are measured by.
func mostOfCommune(list []report.Commune) money.Amount {
	var most money.Amount
	for _, c := range list {
		most = max(most, c.Sold)
	}
	return most
}

// dirhams writes an amount without its centimes.
func dirhams(l *i18n.Locale, a money.Amount) string { return l.Number(int((a + 50) / 100)) }

// The Lorenz chart's own units, which the page scales.
const (
	lorenzSide = 300.
	lorenzLeft = 48.
	lorenzTop  = 12.

	lorenzPoints = 100 // nobody sees more
)

// lorenzChart draws how sales per member are spread over the cooperatives, from the least to the most.
type lorenzChart struct {
	Curve      string  // path of the curve
	Half       float64 // share of the half that sells least
	HalfX, AtY float64 // where the curve passes the half
}

func chartOfLorenz(curve []float64) lorenzChart {
	var c lorenzChart
	var path strings.Builder
	n := float64(len(curve) - 1)
	step := max(1, len(curve)/lorenzPoints)
	for i, y := range curve {
		if i%step != 0 && i != len(curve)-1 {
			continue
		}
		command := 'L'
		if i == 0 {
			command = 'M'
		}
		fmt.Fprintf(&path, "%c%.1f %.1f", command, lorenzX(float64(i)/n), lorenzY(y))
	}
	c.Curve = path.String()
	middle := n / 2
	below := int(middle)
	c.Half = curve[below]
	if rest := middle - float64(below); rest > 0 {
		c.Half += rest * (curve[below+1] - curve[below])
	}
	c.HalfX, c.AtY = lorenzX(.5), lorenzY(c.Half)
	return c
}

func lorenzX(share float64) float64 { return lorenzLeft + lorenzSide*share }
func lorenzY(share float64) float64 { return lorenzTop + lorenzSide*(1-share) }

// lorenzTicks are the shares that the axes name.
var lorenzTicks = []float64{0, .25, .5, .75, 1}
