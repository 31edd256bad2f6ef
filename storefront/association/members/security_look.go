package members

import (
	"github.com/a-h/templ"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/internal/table"
	"github.com/souk-taawon/souk/storefront/ui"
)

// kindOptions are the kinds of events by their names.
func kindOptions(p ui.Page) []ui.Option {
	list := make([]ui.Option, len(security.Kinds))
	for i, kind := range security.Kinds {
		list[i] = ui.Option{Value: string(kind), Label: p.T("security.kind." + string(kind))}
	}
	return list
}

// notRequired is a field that may stay empty without saying so.
var notRequired = templ.Attributes{"required": false}

// unknownActor says who did what nobody who had signed in did.
func unknownActor(e security.Entry) string {
	if e.By == actor.System {
		return "association.security.market"
	}
	return "association.security.nobody"
}

// recordTable is the record as a spreadsheet's table.
func recordTable(l *i18n.Locale, zones []delivery.Zone, each func(fn func(security.Entry) error) error) table.Table {
	return table.Table{
		Name: l.T("association.security.title"),
		Header: []string{
			l.T("association.security.when"), l.T("association.security.what"), l.T("association.security.count"),
			l.T("association.security.actor"), l.T("association.security.account"), l.T("association.column.cooperative"),
			l.T("association.security.address"), l.T("association.security.browser"), l.T("association.security.detail"),
		},
		Rows: table.Walk(each, func(e security.Entry) []any {
			return []any{
				e.At, l.T("security.kind." + string(e.Kind)), e.Count, e.Actor, e.User, e.Cooperative, e.Address, e.Agent, ui.EventDetail(l, zones, e),
			}
		}),
		RightToLeft: l.Dir() == "rtl",
	}
}

// cooperativeName is the name of the cooperative that an event is about.
func cooperativeName(e security.Entry) i18n.Text {
	return i18n.Text{AR: e.CooperativeAR, FR: e.CooperativeFR}
}
