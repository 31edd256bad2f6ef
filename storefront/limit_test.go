package storefront

import (
	"encoding/binary"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/network"
	"github.com/souk-taawon/souk/storefront/web"
)

// line is an address of one of an IPv6 customer's lines.
func line(site uint32, number uint16) netip.Addr {
	var bytes [16]byte
	bytes[0] = 0x20
	binary.BigEndian.PutUint32(bytes[2:], site)
	binary.BigEndian.PutUint16(bytes[6:], number)
	bytes[15] = 1
	return netip.AddrFrom16(bytes)
}

func TestWhatIsDrawnIsGivenBackEvenly(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	b := newBudget(Rate{Count: 6, Per: time.Minute}, func() time.Time { return now })
	reader := network.Of(netip.MustParseAddr("192.0.2.7"))
	for i := range 6 {
		if wait := b.draw(reader); wait != 0 {
			t.Fatalf("the %dth of six has to wait %s", i+1, wait)
		}
	}
	for range 3 { // to ask in vain costs nothing
		if wait := b.draw(reader); wait != 10*time.Second {
			t.Fatalf("the seventh has to wait %s", wait)
		}
	}
	if wait := b.draw(network.Of(netip.MustParseAddr("192.0.2.8"))); wait != 0 {
		t.Errorf("somebody else has to wait %s", wait)
	}
	now = now.Add(10 * time.Second)
	if first, second := b.draw(reader), b.draw(reader); first != 0 || second != 10*time.Second {
		t.Errorf("after ten seconds the next has to wait %s and then %s", first, second)
	}
	now = now.Add(time.Hour)
	for i := range 6 {
		if wait := b.draw(reader); wait != 0 {
			t.Errorf("after an hour the %dth has to wait %s", i+1, wait)
		}
	}
}

func TestManyLinesOfOneCustomerAreCountedTogether(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	b := newBudget(Rate{Count: 2, Per: time.Minute}, func() time.Time { return now })
	let := 0
	for number := range uint16(1000) {
		if b.draw(network.Of(line(7, number))) == 0 {
			let++
		}
	}
	if let != 2*network.SiteShare {
		t.Errorf("%d of 1,000 lines of one customer are let in", let)
	}
	if b.draw(network.Of(line(8, 0))) != 0 {
		t.Error("another customer has to wait")
	}
}

func TestABudgetRemembersNoMoreThanItHasRoomFor(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	b := newBudget(Rate{Count: 20, Per: time.Minute}, func() time.Time { return now })
	heavy := network.Of(netip.MustParseAddr("192.0.2.7"))
	for range 20 {
		b.draw(heavy)
	}
	for site := range uint32(100_000) {
		b.draw(network.Of(line(site, 0)))
	}
	if len(b.full) > maxNetworks {
		t.Errorf("%d networks are remembered", len(b.full))
	}
	if b.draw(heavy) == 0 {
		t.Error("who came too often was forgotten for others who came once")
	}
}

func TestWhoComesTooOftenIsToldWhenToComeBack(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	search := page("/products", say("found"))
	search.Limit = web.SearchLimit
	s := bare(t, Config{
		RateLimits: RateLimits{Search: Rate{Count: 3, Per: 90 * time.Second}}, Now: func() time.Time { return now },
	}, search)
	for i, want := range []int{200, 200, 200, 429, 429} {
		response, body := ask(t, s, httptest.NewRequest(http.MethodGet, "/fr/products", nil))
		if response.StatusCode != want || want == 429 && (response.Header.Get("Retry-After") != "30" || !strings.Contains(body, "<h1>Trop de demandes</h1>")) {
			t.Errorf("request %d: %d %v %.100s", i+1, response.StatusCode, response.Header, body)
		}
	}
	now = now.Add(30 * time.Second)
	if response, _ := ask(t, s, httptest.NewRequest(http.MethodGet, "/fr/products", nil)); response.StatusCode != http.StatusOK {
		t.Errorf("when told to come back: %d", response.StatusCode)
	}
}
