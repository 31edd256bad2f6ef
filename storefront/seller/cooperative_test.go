package seller_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/storefront/storetest"
)

func TestAMemberSeesWhatIsKeptOfHerCooperativeAndWhomToTell(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	honey, oil := m.SignIn(m.Honey.Member), m.SignIn(m.Oil.Member)
	for _, code := range languages {
		l := m.Languages.Locale(code)
		path := "/" + code + "/seller/cooperative"
		honey.Get("/" + code + "/seller").Want(http.StatusOK).Find(`main a[href="` + path + `"]`)
		page := honey.Get(path).Want(http.StatusOK)
		if got := strings.Join(strings.Fields(page.Text("[data-fact=rib]")), " "); got != "011 780 0000123456789012 96" {
			t.Errorf("%s: the account is %q", code, got)
		}
		if got := page.Text("[data-fact=ice]"); got != l.T("association.identity.missing") {
			t.Errorf("%s: the ICE is %q", code, got)
		}
		if !strings.Contains(page.Text(".note"), l.T("seller.cooperative.tell")) {
			t.Errorf("%s: nobody to tell: %s", code, page.Text(".note"))
		}
		if page.Has("main form") || page.Has("main [data-identity] a") {
			t.Errorf("%s: a member can correct it", code)
		}
		if page := oil.Get(path).Want(http.StatusOK); strings.Contains(page.Text("body"), "0000123456789012") {
			t.Errorf("%s: another cooperative's member sees the account", code)
		}
	}
}
