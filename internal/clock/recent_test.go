package clock_test

import (
	"errors"
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/clock"
)

func TestARecentValueIsReadAgainOnceItIsOld(t *testing.T) {
	t.Parallel()
	now, asked := time.Now(), 0
	r := clock.Recent[int]{Age: time.Minute}
	get := func(want int, wantErr error, answer error) {
		t.Helper()
		got, err := r.Get(now, func() (int, error) { asked++; return asked, answer })
		if got != want || !errors.Is(err, wantErr) {
			t.Errorf("%d, %v; want %d, %v", got, err, want, wantErr)
		}
	}
	down := errors.New("down")
	get(1, nil, nil)
	now = now.Add(time.Minute - 1)
	get(1, nil, nil)
	now = now.Add(1)
	get(1, down, down) // what is known beside the error
	get(3, nil, nil)
	r.Forget()
	get(4, nil, nil)
}

func TestWhileOneReadsTheOthersAreGivenWhatIsKnown(t *testing.T) {
	t.Parallel()
	now := time.Now()
	r := clock.Recent[string]{Age: time.Minute}
	_, _ = r.Get(now, func() (string, error) { return "old", nil })
	_, _ = r.Get(now.Add(time.Hour), func() (string, error) {
		got, err := r.Get(now.Add(time.Hour), func() (string, error) { t.Error("two read at once"); return "", nil })
		if got != "old" || err != nil {
			t.Errorf("meanwhile: %q, %v", got, err)
		}
		return "new", nil
	})
}
