// Package network says whom a limit counts for an address, so that nobody has a thousand limits by having
// a thousand addresses.
package network

import "net/netip"

// Network is whom a limit counts: one address, or addresses that one person may have all of.
type Network struct {
	Prefix netip.Prefix
	Share  int // how many times what one address may have the network as a whole may
}

// SiteShare is how many readers' worth an IPv6 site may have: providers give one customer up to a /48,
// which is 65,536 times the /64 of one line.
const SiteShare = 16

// Of are the networks that a limit counts for an address, the narrowest first: an IPv4 address by itself,
// an IPv6 address with its /64, since each reader has all of one, and with its /48.
func Of(address netip.Addr) []Network {
	address = address.Unmap().WithZone("")
	if !address.Is6() {
		return []Network{{netip.PrefixFrom(address, address.BitLen()), 1}}
	}
	line, _ := address.Prefix(64) // fails only for more bits than an address has
	site, _ := address.Prefix(48)
	return []Network{{line, 1}, {site, SiteShare}}
}
