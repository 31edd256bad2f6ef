package network_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/network"
)

func TestAnAddressCountsForItsLineAndItsSite(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"192.0.2.7":               "192.0.2.7/32×1",
		"::ffff:192.0.2.7":        "192.0.2.7/32×1",
		"2001:db8:1:2:3:4:5:6":    "2001:db8:1:2::/64×1 2001:db8:1::/48×16",
		"2001:db8:1:2:3:4:5:6%e0": "2001:db8:1:2::/64×1 2001:db8:1::/48×16",
		"::1":                     "::/64×1 ::/48×16",
	} {
		var got []string
		for _, n := range network.Of(netip.MustParseAddr(address)) {
			got = append(got, fmt.Sprintf("%s×%d", n.Prefix, n.Share))
		}
		if text := strings.Join(got, " "); text != want {
			t.Errorf("%s counts as %s, not %s", address, text, want)
		}
	}
}
