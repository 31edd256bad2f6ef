package ui

import (
	"math"

	"github.com/souk-taawon/souk/internal/i18n"
)

// Column is one value of a chart. Label stands under it, Figure (which may be "") over it; Pale is
// for what is not finished, such as the present month.
type Column struct {
	Label  string
	Value  float64
	Figure string
	Pale   bool
}

// The chart's own units, which the page scales.
const (
	chartWidth  = 640
	chartHeight = 300
	chartLeft   = 84 // «10 000», also as large as on a phone
	chartTop    = 28
	chartBottom = 30
)

type chartLayout struct {
	grid  []gridLine
	boxes []box
}

type gridLine struct{ y, value float64 }

type box struct {
	x, y, width, height float64
	label, figure       string
	pale                bool
}

func layOut(columns []Column) chartLayout {
	most := 0.0
	for _, c := range columns {
		most = max(most, c.Value)
	}
	tick := niceTick(most)
	ticks := int(math.Max(1, math.Ceil(most/tick)))
	height := float64(chartHeight - chartTop - chartBottom)
	at := func(value float64) float64 { return chartTop + height*(1-value/(tick*float64(ticks))) }

	var c chartLayout
	for i := 0; i <= ticks; i++ {
		c.grid = append(c.grid, gridLine{y: at(float64(i) * tick), value: float64(i) * tick})
	}
	slot := float64(chartWidth-chartLeft) / float64(max(len(columns), 1))
	for i, column := range columns {
		y := at(column.Value)
		c.boxes = append(c.boxes, box{
			x: chartLeft + slot*(float64(i)+.2), y: y, width: slot * .6, height: at(0) - y,
			label: column.Label, figure: column.Figure, pale: column.Pale,
		})
	}
	return c
}

// onAxis writes a value of the grid, in as many decimals as niceTick leaves.
func onAxis(l *i18n.Locale, value float64) string {
	if value == math.Trunc(value) {
		return l.Number(int(value))
	}
	return l.Decimal(value, 1)
}

// niceTick is the round distance between grid lines that gives three or four of them: 1, 2 or 5
// times a power of ten.
func niceTick(most float64) float64 {
	if most <= 0 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(most/3)))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= most/4 {
			return m * power
		}
	}
	return 10 * power
}
