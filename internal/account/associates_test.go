package account_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/postgres"
)

// names are those of the people, in their order.
func names(people []account.Person) []string {
	list := make([]string, len(people))
	for i, p := range people {
		list[i] = p.Name
	}
	return list
}

func TestTheAssociationsPeopleAreSeenPageByPage(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.fatima(t)
	d.exec(t, `insert into users (id, name, email, password_hash, role, created_at, disabled_at)
		select gen_random_uuid(), 'n' || lpad(i::text, 3, '0'), 'n' || i || '@association.ma', '', 'support', $1::timestamptz + i * interval '1 hour',
		       case when i % 100 = 0 then $1::timestamptz end
		from generate_series(1, 650) i`, d.time)
	var want, forth, back []string
	for _, ended := range []bool{false, true} {
		for i := 1; i <= 650; i++ {
			if (i%100 == 0) == ended {
				want = append(want, fmt.Sprintf("n%03d", i))
			}
		}
	}
	sought := account.Sought{Limit: 30}
	var last account.Listed
	for more := true; more; {
		page, err := d.Associates(t.Context(), sought)
		if err != nil {
			t.Fatal(err)
		}
		if len(page.People) > 30 || (page.Previous != nil) != (sought.From != nil) {
			t.Fatalf("%d people, before %+v", len(page.People), page.Previous)
		}
		forth, more, last = append(forth, names(page.People)...), page.Next != nil, page
		sought.From = page.Next
	}
	if !slices.Equal(forth, want) {
		t.Errorf("forth: %v", forth)
	}
	back = names(last.People)
	for last.Previous != nil {
		page, err := d.Associates(t.Context(), account.Sought{Limit: 30, From: last.Previous})
		if err != nil || page.Next == nil {
			t.Fatalf("more %+v, %v", page.Next, err)
		}
		back, last = append(names(page.People), back...), page
	}
	if !slices.Equal(back, want) {
		t.Errorf("back: %v", back)
	}
	_, err := d.Associates(t.Context(), account.Sought{Limit: 30, From: &keyset.Place{ID: postgres.NewID()}})
	if !errors.Is(err, account.ErrNotFound) {
		t.Errorf("after nobody: %v", err)
	}
}

func TestTheAssociationsPeopleAreFoundByWhatIsKnownOfThem(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.fatima(t) // of a cooperative, who is never found
	for _, n := range []account.NewUser{
		{Name: "Hanan El Idrissi", Email: "h.idrissi@association.ma", Role: account.Director},
		{Name: "نادية بنعلي", Phone: "0661234599", Role: account.Support},
		{Name: "حسن ٨", Email: "hassan@association.ma", Role: account.Support},
		{Name: "Fatima Zahra", Email: "fz@association.ma", Phone: "0612345678", Role: account.Support},
		{Name: "فاطمة Bénaïssa", Email: "benaissa@association.ma", Role: account.Support},
	} {
		n.Password = password
		if _, err := d.Create(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	for typed, want := range map[string][]string{
		"":                         {"Hanan El Idrissi", "نادية بنعلي", "حسن ٨", "Fatima Zahra", "فاطمة Bénaïssa"},
		"حسن 8":                    {"حسن ٨"},
		"حسن ٨":                    {"حسن ٨"},
		"۸":                        {"حسن ٨"},
		"idri":                     {"Hanan El Idrissi"},
		"hanan idr":                {"Hanan El Idrissi"},
		"h.idrissi@association.ma": {"Hanan El Idrissi"},
		"بنع":                      {"نادية بنعلي"},
		"fatima":                   {"Fatima Zahra"},
		"فاطمه benaissa":           {"فاطمة Bénaïssa"},
		"BÉNA":                     {"فاطمة Bénaïssa"},
		"نادیه":                    {"نادية بنعلي"},
		"06 61 23":                 {"نادية بنعلي"},
		"+212 661-234599":          {"نادية بنعلي"},
		"٠٦١٢٣٤":                   {"Fatima Zahra"},
		"drissi":                   {},
		`'& !:*\`:                  {},
	} {
		found, err := d.Associates(t.Context(), account.Sought{Text: typed, Limit: 10})
		if err != nil || !slices.Equal(names(found.People), want) {
			t.Errorf("«%s» finds %v, %v", typed, names(found.People), err)
		}
	}
}

func TestACooperativeHasOnlySoManyAccounts(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.fatima(t)
	d.exec(t, `insert into users (id, name, email, password_hash, role, cooperative_id, created_at)
		select gen_random_uuid(), 'n', 'n' || i || '@nahlat.ma', '', 'preparer', $1, now() from generate_series(1, 498) i`, d.cooperative)
	d.create(t, "khadija")
	_, err := d.Create(t.Context(), account.NewUser{
		Name: "Zineb", Email: "zineb@nahlat.ma", Password: password, Role: account.Preparer, CooperativeID: &d.cooperative,
	})
	if f := fault.As(err); f == nil || f.Fields["name"].Key != "account.cooperative_full" {
		t.Errorf("the 501st account: %v", err)
	}
	if members, err := d.MembersOf(t.Context(), d.cooperative); err != nil || len(members) != 500 {
		t.Errorf("%d members, %v", len(members), err)
	}
	d.associate(t, "hanan")
}

// Whoever takes the whole list along gets everybody once, in the order of its pages, however many there are.
func TestTheWholeListOfPeopleIsRead(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	d.fatima(t) // of a cooperative
	d.exec(t, `insert into users (id, name, email, password_hash, role, created_at, disabled_at)
		select gen_random_uuid(), 'n' || lpad(i::text, 4, '0'), 'n' || i || '@association.ma', '', 'support', $1::timestamptz + i / 3 * interval '1 hour',
		       case when i % 100 = 0 then $1::timestamptz end
		from generate_series(1, 1300) i`, d.time)
	for typed, want := range map[string]int{"": 1300, "n00": 99, "nobody": 0} {
		var whole []account.Person
		err := d.EachAssociate(t.Context(), account.Sought{Text: typed}, func(p account.Person) error { whole = append(whole, p); return nil })
		if err != nil {
			t.Fatal(err)
		}
		page, err := d.Associates(t.Context(), account.Sought{Text: typed, Limit: 2000})
		if err != nil || len(whole) != want || !slices.Equal(names(whole), names(page.People)) {
			t.Errorf("«%s»: %d people of %d, %v", typed, len(whole), len(page.People), err)
		}
	}
}
