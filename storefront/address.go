package storefront

import (
	"net/netip"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// readerAddress is where a request comes from, for limits. A proxy's word for it is taken only from
// the configured proxies, from the right: what stands further left anybody may have written. IPv6
// readers count by their /64, since each has all of one.
func (s *Server) readerAddress(c *fiber.Ctx) netip.Addr {
	address := sender(c)
	var hops []string
	for _, header := range c.Context().Request.Header.PeekAll(fiber.HeaderXForwardedFor) {
		hops = append(hops, strings.Split(string(header), ",")...)
	}
	for i := len(hops) - 1; i >= 0 && s.isProxy(address); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		address = hop.Unmap()
	}
	if address.Is6() && !address.IsLoopback() {
		if network, err := address.WithZone("").Prefix(64); err == nil {
			return network.Addr()
		}
	}
	return address
}

// sender is who stands at the other end of the connection: a reader or a proxy.
func sender(c *fiber.Ctx) netip.Addr {
	address, _ := netip.AddrFromSlice(c.Context().RemoteIP()) // the zero address is nobody's
	return address.Unmap()
}

func (s *Server) isProxy(address netip.Addr) bool {
	for _, prefix := range s.config.proxies {
		if prefix.Contains(address) {
			return true
		}
	}
	return false
}

// spares reports whether limits let an address through that is this very machine's.
func (s *Server) spares(address netip.Addr) bool {
	return s.config.RateLimits.SpareLoopback && address.IsLoopback()
}
