package account_test

import (
	"context"
	"errors"
	"testing"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/postgres"
)

func TestPeopleAreListedWithTheirs(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	ctx := context.Background()
	for i, n := range []account.NewUser{
		{Name: "Fatima", Phone: "0661234567", Role: account.President, CooperativeID: &d.cooperative},
		{Name: "Hanan", Email: "hanan@souk.test", Role: account.Director},
		{Name: "Khadija", Email: "khadija@souk.test", Role: account.President, CooperativeID: &d.cooperative},
		{Name: "Zineb", Email: "zineb@souk.test", Role: account.President, CooperativeID: &d.cooperative},
	} {
		n.Password = password
		d.time = d.time.AddDate(0, 0, i)
		if _, err := d.Create(ctx, n); err != nil {
			t.Fatal(err)
		}
	}
	d.exec(t, `update users set disabled_at = now() where name = 'Zineb'`)
	members, err := d.MembersOf(ctx, d.cooperative)
	if err != nil || len(members) != 3 || members[0].Name != "Fatima" || members[1].Name != "Khadija" || *members[0].Phone != "+212661234567" {
		t.Errorf("%+v, %v", members, err)
	}
	if zineb := members[2]; zineb.Name != "Zineb" || zineb.EndedAt == nil {
		t.Errorf("who left stands last: %+v", zineb)
	}
	if found, err := d.Associates(ctx, account.Sought{Limit: 10}); err != nil || len(found.People) != 1 || found.People[0].Name != "Hanan" {
		t.Errorf("the association is %+v, %v", found, err)
	}
	if p, err := d.ByLogin(ctx, " KHADIJA@souk.test"); err != nil || p.Name != "Khadija" {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := d.ByLogin(ctx, "nobody@souk.test"); !errors.Is(err, account.ErrNotFound) {
		t.Error(err)
	}
	if members, err := d.MembersOf(ctx, postgres.NewID()); err != nil || len(members) != 0 {
		t.Errorf("of nobody's cooperative: %+v, %v", members, err)
	}
}
