package association_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestTheAreaIsForTheAssociationOnly(t *testing.T) {
	t.Parallel()
	m := open(t)
	o := m.order("2026-11-10", "ar", line(m.Honey.Product(t, "M-1"), 1))
	fill := strings.NewReplacer(":id", o.ID.String(), ":format", "csv", ":move", "confirm", ":slug", "nahla")
	member, visitor := m.SignIn(m.Honey.Member), m.Visitor().Stay()
	for _, route := range m.Server.Routes() {
		if !strings.HasPrefix(route.Path, "/association") {
			continue
		}
		path := "/ar" + fill.Replace(route.Path)
		header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
		member.Do(route.Method, path, nil, header).Want(http.StatusForbidden)
		in := visitor.Do(route.Method, path, nil, header).Want(http.StatusSeeOther)
		if to := in.Header.Get("Location"); !strings.HasPrefix(to, "/ar/signin") {
			t.Errorf("%s leads a stranger to %s", path, to)
		}
		if cache := in.Header.Get("Cache-Control"); cache != "no-store" {
			t.Errorf("%s may be kept: %s", path, cache)
		}
	}
	if got := m.stateOf(o.ID); got != "placed" {
		t.Errorf("somebody else moved the order: it is %s", got)
	}
}
