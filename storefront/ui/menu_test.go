package ui

import (
	"testing"

	"github.com/souk-taawon/souk/internal/account"
)

func TestWhoeverHoldsARightHasAWayToItsPages(t *testing.T) {
	t.Parallel()
	for right, want := range map[account.Right]string{
		account.SeeMoney: "/association/settlement", account.KeepSettings: "/association/settings",
		account.KeepPeople: "/association/people", account.SeeSecurity: "/association/security",
		account.EraseBuyers: "/account", // what is done on other pages leads nowhere by itself
	} {
		menu := menuFor(func(r account.Right) bool { return r == right }, associationMenu)
		if got := first(menu); got != want || len(menu) > 1 {
			t.Errorf("%s begins at %s and has a menu of %d, want %s", right, got, len(menu), want)
		}
	}
	everything := func(account.Right) bool { return true }
	if n := len(menuFor(everything, associationMenu)); n != 5 {
		t.Errorf("whoever may do everything has a menu of %d", n)
	}
}
