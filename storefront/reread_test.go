package storefront_test

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/souk-taawon/souk/storefront"
	"github.com/souk-taawon/souk/storefront/storetest"
)

func TestWhoWritesThePagesSeesWhatCannotBeReadAndGoesOn(t *testing.T) {
	t.Parallel()
	wrong := errors.New("fr.json: line 12: invalid character")
	var broken atomic.Bool
	m := storetest.New(t, func(c *storefront.Config) {
		c.Reread = func() error {
			if broken.Load() {
				return wrong
			}
			return nil
		}
	})
	m.Visitor().Get("/fr").Want(http.StatusOK)
	broken.Store(true)
	page := m.Visitor().Get("/fr").Want(http.StatusInternalServerError)
	if !strings.Contains(string(page.Body), wrong.Error()) || !strings.HasPrefix(page.Header.Get("Content-Type"), "text/plain") {
		t.Errorf("shown is %s", page.Body)
	}
	broken.Store(false)
	m.Visitor().Get("/fr").Want(http.StatusOK)
}

func TestOnlyTheDemoReadsPagesAnew(t *testing.T) {
	t.Parallel()
	_, err := storefront.New(storefront.Config{
		BaseURL: "https://souk.example", Secret: []byte("thirty-two bytes of a test secret"), Reread: func() error { return nil },
	}, storefront.Services{})
	if err == nil || !strings.Contains(err.Error(), "demo only") {
		t.Errorf("%v", err)
	}
}
