package account

import (
	"context"
	"errors"
	"testing"

	"github.com/alexedwards/argon2id"
)

func TestWhoCannotBeHashedForInTimeIsToldSo(t *testing.T) {
	t.Parallel()
	s := New(nil, nil, nil)
	for range atOnce {
		s.hashing <- struct{}{}
	}
	over, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.matches(over, "trois ruches au soleil", ""); !errors.Is(err, ErrBusy) {
		t.Errorf("%v, want ErrBusy", err)
	}
}

func TestPasswordsAreHashedAtTheCostThatIsSet(t *testing.T) {
	t.Parallel()
	s := New(nil, nil, nil)
	hash, err := s.hash(context.Background(), "trois ruches au soleil")
	if err != nil {
		t.Fatal(err)
	}
	params, _, _, err := argon2id.DecodeHash(hash)
	if err != nil || params.Memory != 46*1024 || params.Iterations != 1 || params.Parallelism != 1 {
		t.Errorf("%+v, %v", params, err)
	}
}
