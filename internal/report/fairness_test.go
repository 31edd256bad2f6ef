package report

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/souk-taawon/souk/internal/money"
)

func TestGiniAgreesWithWhatIsCountedByHand(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		perMember []float64
		want      float64
	}{
		"all alike":           {[]float64{5, 5, 5, 5}, 0},
		"one has everything":  {[]float64{0, 0, 0, 10}, 1},  // 3·10 / (3·10)
		"one has nothing":     {[]float64{0, 1}, 1},         // 1·1 / (1·1)
		"one, two, three":     {[]float64{1, 2, 3}, 1. / 3}, // (−2·1 + 0·2 + 2·3) / (2·6)
		"half sells nothing":  {[]float64{0, 0, 6, 6}, 2. / 3},
		"nobody sold":         {[]float64{0, 0, 0}, 0},
		"a single seller":     {[]float64{7}, 0},
		"no cooperative ever": {nil, 0},
	} {
		if got := gini(c.perMember); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func perMember(t *rapid.T) []float64 {
	x := rapid.SliceOfN(rapid.Float64Range(0, 1e6), 2, 60).Draw(t, "sales per member")
	slices.Sort(x)
	return x
}

func TestGiniIsBetweenZeroAndOneAndBlindToTheCurrency(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x := perMember(t)
		g := gini(x)
		if g < -1e-9 || g > 1+1e-9 {
			t.Fatalf("%v", g)
		}
		scaled := make([]float64, len(x))
		for i := range x {
			scaled[i] = x[i] * 100
		}
		if math.Abs(gini(scaled)-g) > 1e-9 {
			t.Fatalf("in centimes %v, in dirhams %v", gini(scaled), g)
		}
	})
}

// The mean difference between any two sellers, over twice the mean, is the same measure by another
// way (Gini 1912).
func TestGiniIsHalfTheRelativeMeanDifference(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x := perMember(t)
		var differences, sum float64
		for _, a := range x {
			sum += a
			for _, b := range x {
				differences += math.Abs(a - b)
			}
		}
		if sum == 0 {
			return
		}
		n := float64(len(x))
		if want := differences / (n * (n - 1)) / (2 * sum / n); math.Abs(gini(x)-want) > 1e-9 {
			t.Fatalf("%v, want %v", gini(x), want)
		}
	})
}

func TestASaleMovedFromTheMostToTheLeastMakesTheMarketFairer(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x := perMember(t)
		moved := slices.Clone(x)
		sale := (x[len(x)-1] - x[0]) * rapid.Float64Range(0, 0.5).Draw(t, "part of the gap")
		moved[0] += sale
		moved[len(x)-1] -= sale
		slices.Sort(moved)
		if gini(moved) > gini(x)+1e-9 {
			t.Fatalf("%v before, %v after", gini(x), gini(moved))
		}
	})
}

func TestLorenzCurveHangsBelowEqualityAsFarAsGiniSays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x := perMember(t)
		curve := lorenz(x)
		if curve == nil {
			if x[len(x)-1] != 0 {
				t.Fatal("no curve, though something was sold")
			}
			return
		}
		n := float64(len(x))
		if len(curve) != len(x)+1 || curve[0] != 0 || curve[len(x)] != 1 {
			t.Fatalf("%v", curve)
		}
		var area float64
		for i := 1; i < len(curve); i++ {
			if curve[i] < curve[i-1]-1e-12 || curve[i] > float64(i)/n+1e-9 {
				t.Fatalf("at %d: %v", i, curve)
			}
			area += (curve[i] + curve[i-1]) / 2 / n
		}
		if want := (1 - 2*area) * n / (n - 1); math.Abs(gini(x)-want) > 1e-9 {
			t.Fatalf("gini %v, twice the area between %v", gini(x), want)
		}
	})
}

func TestMedian(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		totals []money.Amount
		want   money.Amount
	}{{nil, 0}, {[]money.Amount{4}, 4}, {[]money.Amount{0, 10}, 5}, {[]money.Amount{0, 3, 900}, 3}, {[]money.Amount{0, 2, 4, 900}, 3}} {
		if got := median(c.totals); got != c.want {
			t.Errorf("%v: %d, want %d", c.totals, got, c.want)
		}
	}
}
