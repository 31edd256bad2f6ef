package account_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/security"
)

func TestNoRoleHasARightOfTheOtherHouseAndTheHeadHasAll(t *testing.T) {
	t.Parallel()
	for _, inCooperative := range []bool{true, false} {
		roles := account.Roles(inCooperative)
		head := roles[0]
		for _, role := range roles {
			if role.InCooperative() != inCooperative || len(role.Rights()) == 0 {
				t.Errorf("%s has %v", role, role.Rights())
			}
			for _, right := range role.Rights() {
				if !head.Holds(right) {
					t.Errorf("%s may %s and %s may not", role, right, head)
				}
				for _, other := range account.Roles(!inCooperative) {
					if other.Holds(right) {
						t.Errorf("%s and %s may both %s", role, other, right)
					}
				}
			}
		}
	}
	if account.Role("queen").Holds(account.SeeParts) || account.Director.Holds("everything") || len(account.Holders("")) > 0 {
		t.Error("somebody may do what there is not, or a role that there is not may do something")
	}
	if both := account.Holders(account.PayOut); slices.ContainsFunc(both, func(r account.Role) bool { return r != account.Director && r.Holds(account.KeepCooperatives) }) {
		t.Errorf("of %v somebody corrects the bank account that she pays to", both)
	}
}

// hire gives somebody an account with that role.
func (d *door) hire(t *testing.T, name string, role account.Role) account.User {
	t.Helper()
	n := account.NewUser{Name: name, Email: name + "@souk.test", Password: password, Role: role}
	if role.InCooperative() {
		n.CooperativeID = &d.cooperative
	}
	u, err := d.Create(context.Background(), n)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestARoleIsGivenAndCountsAtOnce(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	ctx := context.Background()
	jamal, fatima := d.associate(t, "Jamal"), d.fatima(t)
	amina := d.hire(t, "Amina", account.Preparer)
	entry := d.enter(t, "amina@souk.test", password, "")
	grant := func(user, by account.User, role account.Role, seen int64) error {
		return d.Grant(ctx, user.ID, by.Actor(), &seen, role, village)
	}
	for key, role := range map[string]account.Role{"account.role_same": account.Preparer, "account.role_unknown": account.Director} {
		if e := fault.As(grant(amina, fatima, role, 0)); e == nil || e.Fields["role"].Key != key {
			t.Errorf("%s: %v", role, e)
		}
	}
	if err := grant(amina, fatima, account.Manager, 0); err != nil {
		t.Fatal(err)
	}
	if u, err := d.Session(ctx, entry.Token); err != nil || u.Role != account.Manager {
		t.Errorf("she is %s, %v", u.Role, err)
	}
	if err := grant(amina, jamal, account.Preparer, 0); !errors.Is(err, account.ErrWrongState) {
		t.Errorf("from a page that showed it before: %v", err)
	}
	if err := grant(amina, amina, account.President, 1); !errors.Is(err, account.ErrOwnAccount) {
		t.Errorf("to herself: %v", err)
	}
	entries, _, err := d.events.List(ctx, security.Filter{Kinds: []security.Kind{security.RoleGranted}, Limit: 10})
	if err != nil || len(entries) != 1 || entries[0].Detail != "preparer manager" || entries[0].Actor != "Fatima" || entries[0].User != "Amina" {
		t.Errorf("the record says %+v, %v", entries, err)
	}
	d.sound(t)
}

func TestACooperativeAndTheAssociationAreNeverWithoutTheirHead(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	ctx := context.Background()
	jamal, fatima := d.associate(t, "Jamal"), d.fatima(t)
	samira, amina := d.hire(t, "Samira", account.Treasurer), d.hire(t, "Amina", account.Preparer)
	last := func(what string, err error) {
		t.Helper()
		if !errors.Is(err, account.ErrLastHead) {
			t.Errorf("%s: %v", what, err)
		}
	}
	last("the last president is lowered", d.Grant(ctx, fatima.ID, jamal.Actor(), nil, account.Manager, village))
	last("the last president is ended", d.End(ctx, fatima.ID, jamal.Actor(), nil, "left", village))
	last("the last director is lowered", d.Grant(ctx, jamal.ID, actor.OfSystem(), nil, account.Support, village))
	last("the last director is ended", d.End(ctx, jamal.ID, actor.OfSystem(), nil, "left", village))
	// Whoever is alone in a cooperative may leave it; then nobody comes back but its president.
	if err := errors.Join(d.End(ctx, amina.ID, fatima.Actor(), nil, "left", village), d.End(ctx, fatima.ID, jamal.Actor(), nil, "left", village)); err != nil {
		t.Fatal(err)
	}
	last("a preparer comes back alone", d.Reopen(ctx, amina.ID, jamal.Actor(), nil, "came back", village))
	d.sound(t)
	if err := errors.Join(d.Reopen(ctx, fatima.ID, jamal.Actor(), nil, "came back", village), d.Reopen(ctx, amina.ID, jamal.Actor(), nil, "came back", village)); err != nil {
		t.Fatal(err)
	}
	// Of two directors who lower each other at once the second is too late.
	if err := d.Grant(ctx, samira.ID, jamal.Actor(), nil, account.Director, village); err != nil {
		t.Fatal(err)
	}
	var both sync.WaitGroup
	results := make([]error, 2)
	both.Go(func() { results[0] = d.Grant(ctx, samira.ID, jamal.Actor(), nil, account.Marketing, village) })
	both.Go(func() { results[1] = d.Grant(ctx, jamal.ID, samira.Actor(), nil, account.Marketing, village) })
	both.Wait()
	if (results[0] == nil) == (results[1] == nil) {
		t.Errorf("of two who lower each other at once: %v, %v", results[0], results[1])
	}
	d.sound(t)
	d.exec(t, `update users set role = 'manager' where role = 'president'`)
	checks, err := account.Audit(ctx, d.db)
	if err != nil || checks[1].Count != 1 {
		t.Errorf("a cooperative without its president is found: %+v, %v", checks, err)
	}
}
