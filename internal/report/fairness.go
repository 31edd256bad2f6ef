package report

import (
	"slices"

	"github.com/souk-taawon/souk/internal/money"
)

// Fairness says how evenly sales are spread over the cooperatives, those with no sale included.
type Fairness struct {
	// Gini of sales per member: 0 when every member's cooperative sold as much per head, 1 when one
	// cooperative sold everything.
	Gini float64
	// Median sales of a cooperative: half sold less.
	Median money.Amount
	// Lorenz is the curve behind Gini: element i is the share of all sales per member that the i
	// cooperatives with the least have; it begins with 0 and ends with 1. Empty without sales.
	Lorenz []float64
}

// fairness is that of cooperatives with these sales and so many members; it sorts totals.
func fairness(totals []money.Amount, members []int) Fairness {
	perMember := make([]float64, len(totals))
	for i, total := range totals {
		perMember[i] = float64(total) / float64(members[i])
	}
	slices.Sort(totals)
	slices.Sort(perMember)
	return Fairness{Gini: gini(perMember), Median: median(totals), Lorenz: lorenz(perMember)}
}

// gini is G = Σ(2i−n−1)xᵢ / (nΣx) over x ascending, times n/(n−1), without which a market of few
// sellers could never reach 1 (Deltas 2003, «The Small-Sample Bias of the Gini Coefficient»). It is
// 0 for fewer than two, and when nothing was sold.
func gini(ascending []float64) float64 {
	n := len(ascending)
	var weighted, sum float64
	for i, x := range ascending {
		weighted += float64(2*(i+1)-n-1) * x
		sum += x
	}
	if n < 2 || sum == 0 {
		return 0
	}
	return weighted / (float64(n-1) * sum) // n/(n−1) and 1/n leave 1/(n−1)
}

func median(ascending []money.Amount) money.Amount {
	n := len(ascending)
	if n == 0 {
		return 0
	}
	return (ascending[(n-1)/2] + ascending[n/2]) / 2
}

func lorenz(ascending []float64) []float64 {
	var sum float64
	for _, x := range ascending {
		sum += x
	}
	if sum == 0 {
		return nil
	}
	curve := make([]float64, len(ascending)+1)
	var below float64
	for i, x := range ascending {
		below += x
		curve[i+1] = below / sum
	}
	curve[len(ascending)] = 1
	return curve
}
