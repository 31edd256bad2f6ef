package delivery_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/delivery"
)

func day(n int) time.Time { return time.Date(2027, 2, n, 0, 0, 0, 0, time.UTC) } // in its midst the clocks change

func TestAWindowIsTheTimeToAnswerThenPreparationThenTheRound(t *testing.T) {
	t.Parallel()
	answer := day(3).Add(15 * time.Hour)
	for name, c := range map[string]struct {
		round delivery.Round
		parts []delivery.Stage
		today int
		told  delivery.Window
		want  delivery.Window
		next  int
	}{
		"nobody has answered": {
			delivery.Round{Min: 1, Max: 2}, []delivery.Stage{{Prepare: 1, AnswerBy: answer}}, 1, delivery.Window{},
			delivery.Window{From: day(3), To: day(6)}, 6,
		},
		"the slowest decides": {
			delivery.Round{Min: 1, Max: 2}, []delivery.Stage{{Prepare: 1, AnswerBy: answer}, {Prepare: 5, AnswerBy: answer}}, 1, delivery.Window{},
			delivery.Window{From: day(7), To: day(10)}, 10,
		},
		"one has said yes": {
			delivery.Round{Min: 1, Max: 2}, []delivery.Stage{{Prepare: 1, HandOverBy: day(2)}}, 1, delivery.Window{From: day(3), To: day(6)},
			delivery.Window{From: day(3), To: day(4)}, 2,
		},
		"it is here early, and not brought before what was told": {
			delivery.Round{Min: 1, Max: 2}, []delivery.Stage{{Prepare: 3, HandOverBy: day(4), Here: day(2)}}, 2, delivery.Window{From: day(5), To: day(6)},
			delivery.Window{From: day(5), To: day(6)}, 6,
		},
		"it is here early, and still is on the first day that was told": {
			delivery.Round{Min: 1, Max: 3}, []delivery.Stage{{Prepare: 3, HandOverBy: day(4), Here: day(2)}}, 5, delivery.Window{From: day(5), To: day(8)},
			delivery.Window{From: day(5), To: day(7)}, 7,
		},
		"it is late": {
			delivery.Round{Min: 1, Max: 2}, []delivery.Stage{{Prepare: 1, HandOverBy: day(2)}}, 3, delivery.Window{From: day(3), To: day(4)},
			delivery.Window{From: day(5), To: day(6)}, 4,
		},
		"it is late, and what was told leaves time": {
			delivery.Round{Min: 1, Max: 2}, []delivery.Stage{{HandOverBy: day(2)}, {HandOverBy: day(6)}}, 3, delivery.Window{From: day(7), To: day(8)},
			delivery.Window{From: day(7), To: day(8)}, 6,
		},
		"the round is late": {
			delivery.Round{Min: 1, Max: 2}, []delivery.Stage{{HandOverBy: day(2), Here: day(2)}}, 5, delivery.Window{From: day(3), To: day(4)},
			delivery.Window{From: day(5), To: day(7)}, 7,
		},
		"a round of no day goes on the next": {
			delivery.Round{}, []delivery.Stage{{HandOverBy: day(2)}}, 1, delivery.Window{}, delivery.Window{From: day(2), To: day(3)}, 2,
		},
		"it is fetched, from one day on": {
			delivery.Round{Min: 1, Max: 3, Fetched: true}, []delivery.Stage{{Prepare: 1, AnswerBy: answer}}, 1, delivery.Window{},
			delivery.Window{From: day(5), To: day(5)}, 5,
		},
		"nobody works on Sundays, the 7th": {
			delivery.Round{Min: 1, Max: 2, Rest: 7}, []delivery.Stage{{Prepare: 2, AnswerBy: day(6).Add(15 * time.Hour)}}, 5, delivery.Window{},
			delivery.Window{From: day(9), To: day(11)}, 11,
		},
		"it is late on a Saturday": {
			delivery.Round{Min: 1, Max: 2, Rest: 7}, []delivery.Stage{{HandOverBy: day(5)}}, 6, delivery.Window{From: day(6), To: day(8)},
			delivery.Window{From: day(9), To: day(10)}, 8,
		},
	} {
		got := c.round.Window(c.parts, day(c.today), c.told)
		if got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		if next := c.round.Next(c.parts, day(c.today), got); next != day(c.next) {
			t.Errorf("%s: looked at again after %v, want %v", name, next, day(c.next))
		}
	}
}

// However an order goes as long as nobody is late, what is promised lies within what was promised before, and each part
// is to be handed over before the last day of it.
func TestAPromiseOnlyNarrowsWhileNobodyIsLate(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(20, 27))
	for range 5000 {
		round := delivery.Round{Min: random.IntN(4), Fetched: random.IntN(4) == 0, Rest: clock.Rest(random.IntN(8))}
		round.Max = round.Min + random.IntN(4)
		answer := day(10).Add(time.Duration(random.IntN(72*60)) * time.Minute)
		parts := make([]delivery.Stage, 1+random.IntN(3))
		for i := range parts {
			parts[i] = delivery.Stage{Prepare: random.IntN(5), AnswerBy: answer}
		}
		told := round.Window(parts, day(10), delivery.Window{})
		for today := day(10); !today.After(told.To); today = today.AddDate(0, 0, 1) {
			for i, p := range parts {
				due := today.Equal(p.HandOverBy) || p.HandOverBy.IsZero() && !today.Before(clock.Day(answer))
				switch {
				case !p.Here.IsZero() || !due && random.IntN(2) == 0:
				case p.HandOverBy.IsZero():
					parts[i].HandOverBy = round.Rest.After(today, p.Prepare)
				default:
					parts[i].Here = today
				}
				if p = parts[i]; p.Here.IsZero() && today.Equal(p.HandOverBy) && random.IntN(2) == 0 {
					parts[i].Here = today // else on the evening, after all that is looked at here
				}
			}
			w := round.Window(parts, today, told)
			if round.Rest.After(w.From, 0) != w.From || round.Rest.After(w.To, 0) != w.To {
				t.Fatalf("%+v, %+v on %s: %v is a day of rest", round, parts, today, w)
			}
			if w.To.After(told.To) || !round.Fetched && w.From.Before(told.From) || w.To.Before(w.From) {
				t.Fatalf("%+v, %+v on %s: %v after %v", round, parts, today, w, told)
			}
			for _, p := range parts {
				by := p.HandOverBy
				if by.IsZero() {
					by = round.LatestHandOver(p)
				}
				if p.Here.IsZero() && !by.Before(w.To) {
					t.Fatalf("%+v, %+v on %s: handed over on %s, promised %v", round, parts, today, by, w)
				}
			}
			told = w
			for i, p := range parts { // what is due goes
				if p.Here.IsZero() && today.Equal(p.HandOverBy) {
					parts[i].Here = today
				}
			}
		}
	}
}

// Whoever is late, what is promised then can still be held, and is not promised again each day.
func TestWhoIsLateMovesThePromiseAndNotEachDay(t *testing.T) {
	t.Parallel()
	round := delivery.Round{Min: 1, Max: 2}
	parts := []delivery.Stage{{HandOverBy: day(2)}}
	told := delivery.Window{From: day(3), To: day(4)}
	moved := 0
	for n := 3; n < 13; n++ {
		w := round.Window(parts, day(n), told)
		if !w.To.After(day(n)) {
			t.Errorf("on %d: %v", n, w)
		}
		if w.To.After(told.To) {
			moved++
		}
		told = w
	}
	if moved != 5 {
		t.Errorf("the promise moved %d times in ten days, want each second day", moved)
	}
}
