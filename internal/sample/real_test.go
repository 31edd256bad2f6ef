package sample

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/market"
)

func TestNoSampleIsLoadedAmongRealPeople(t *testing.T) {
	t.Parallel()
	m := inMonth(t, time.November)
	real, err := market.New(m)
	if err != nil {
		t.Fatal(err)
	}
	_, err = real.Accounts.Create(context.Background(), account.NewUser{
		Name: "سعاد", Email: "souad@taawoniyat-berkane.ma", Password: "trois clémentines au soleil", Role: account.Director,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := Load(context.Background(), m, Size{}); !errors.Is(err, ErrRealMarket) {
		t.Errorf("loaded into a market with people of its own: %v", err)
	}
	if n, err := CanSignIn(context.Background(), m.DB); n != 0 || err != nil {
		t.Errorf("%d people of the sample can sign in, %v", n, err)
	}
}

func TestPeopleOfTheSampleAreCounted(t *testing.T) {
	t.Parallel()
	m := inMonth(t, time.November)
	loaded(t, m)
	people, err := People()
	if err != nil {
		t.Fatal(err)
	}
	if n, err := CanSignIn(context.Background(), m.DB); n != len(people) || err != nil {
		t.Errorf("%d of %d people can sign in, %v", n, len(people), err)
	}
}
