package demo_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/postgres/pgtest"
	"github.com/souk-taawon/souk/storefront/storetest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestMailIsKeptWithItsLinks(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	visitor := m.Visitor()
	if empty := visitor.Get("/fr/demo/mailbox").Want(http.StatusOK); !empty.Has("main .empty") {
		t.Errorf("an empty mailbox says %q", empty.Text("main"))
	}
	_, err := m.DB.Exec(`
		insert into mailbox (id, recipient, subject, body, at, ends_at) values
		    (gen_random_uuid(), 'nahla@souk.test', 'Commande', $1, now(), now() + interval '1 day'),
		    (gen_random_uuid(), 'zaytoun@souk.test', 'Avant', '<b>rien</b>', now() - interval '1 hour', now() + interval '1 day')`,
		"À préparer, S-2611-00000007 :\nhttps://souk.test/fr/seller/orders/7?a=1&b=2 avant jeudi")
	if err != nil {
		t.Fatal(err)
	}
	page := visitor.Get("/fr/demo/mailbox").Want(http.StatusOK)
	letters := page.Find("main article")
	if letters.Length() != 2 || strings.TrimSpace(letters.First().Find("h2").Text()) != "Commande" {
		t.Fatalf("the newest of %d is %q", letters.Length(), letters.First().Find("h2").Text())
	}
	if link := letters.First().Find("a").AttrOr("href", ""); link != "https://souk.test/fr/seller/orders/7?a=1&b=2" {
		t.Errorf("its link leads to %q", link)
	}
	if number := letters.First().Find("bdi.nb").Text(); number != "S-2611-00000007" {
		t.Errorf("the order's number, kept together, is %q", number)
	}
	if letters.First().Find("br").Length() != 2 {
		t.Error("its lines run together")
	}
	if page.Has("main article b") {
		t.Error("a letter's text became markup")
	}
}
