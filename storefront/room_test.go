package storefront_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/storefront"
	"github.com/souk-taawon/souk/storefront/storetest"
)

func TestWhereEveryConnectionIsTakenPeopleAreToldSo(t *testing.T) {
	t.Parallel()
	m := storetest.New(t, func(c *storefront.Config) {
		c.ConnectionWait, c.RequestTimeout = time.Millisecond, time.Hour // whoever waits for longer waits for the test's end
	})
	readers := map[string]*storetest.Client{"anybody": m.Visitor(), "a member": m.SignIn(m.Honey.Member), "the association": m.SignIn(m.Association)}
	pages := []string{"/ar/", "/fr/products", "/en/basket", "/fr/checkout", "/fr/signin", "/fr/seller", "/ar/association", "/api/v1/products", "/sitemap.xml"}

	m.DB.SetMaxOpenConns(2)
	var held []*sqlx.Tx
	for range 2 {
		tx, err := m.DB.Beginx()
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, tx)
	}
	for who, reader := range readers {
		for _, path := range pages {
			page := reader.Get(path).Want(http.StatusServiceUnavailable)
			if page.Header.Get("Retry-After") == "" {
				t.Errorf("%s is not told when to come back to %s", who, path)
			}
			if code, rest, _ := strings.Cut(path[1:], "/"); m.Languages.Has(code) && page.Text("h1") != m.Languages.Locale(code).T("web.error.503") {
				t.Errorf("%s: /%s says %q", who, rest, page.Text("h1"))
			}
		}
		reader.Get("/healthz").Want(http.StatusOK)
	}
	m.Visitor().Post("/fr/signin", nil).Want(http.StatusServiceUnavailable)

	for _, tx := range held {
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range pages {
		page := readers["anybody"].Get(path)
		for end := time.Now().Add(10 * time.Second); page.Status == http.StatusServiceUnavailable && time.Now().Before(end); {
			page = readers["anybody"].Get(path) // a busy machine may have somebody else wait for a millisecond
		}
		if page.Status >= http.StatusInternalServerError {
			t.Errorf("afterwards %s answers %d", path, page.Status)
		}
	}
}
