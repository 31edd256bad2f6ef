package members

import (
	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/table"
	"github.com/souk-taawon/souk/storefront/ui"
)

// accountStateKey is the key of what can be said of an account's state.
func accountStateKey(u account.Person) string {
	switch {
	case u.EndedAt != nil:
		return "association.person.state_ended"
	case !u.Chosen:
		return "association.person.state_invited"
	}
	return "association.person.state_open"
}

// peopleTable is the list as a spreadsheet's table.
func peopleTable(l *i18n.Locale, each func(fn func(account.Person) error) error) table.Table {
	return table.Table{
		Name: l.T("association.people.title"),
		Header: []string{
			l.T("association.member.name"), l.T("ui.role.title"), l.T("association.column.state"),
			l.T("association.identity.email"), l.T("association.identity.phone"),
		},
		Rows: table.Walk(each, func(u account.Person) []any {
			row := []any{u.Name, ui.RoleName(l, u.Role), l.T(accountStateKey(u)), nil, nil}
			if u.Email != nil {
				row[3] = *u.Email
			}
			if u.Phone != nil {
				row[4] = ui.PhoneText(*u.Phone)
			}
			return row
		}),
		RightToLeft: l.Dir() == "rtl",
	}
}
