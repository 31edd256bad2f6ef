package storefront

import "net/netip"

// network is whom a limit counts: one address, or addresses that one person may have all of. share is
// how many times what one address may have the network as a whole may.
type network struct {
	prefix netip.Prefix
	share  int
}

// sitesShare is how many readers' worth an IPv6 site may have: providers give one customer up to a /48,
// which is 65,536 times the /64 of one line.
const sitesShare = 16

// networksOf are the networks that a limit counts for an address: an IPv4 address by itself, an IPv6
// address with its /64, since each reader has all of one, and with its /48.
func networksOf(address netip.Addr) []network {
	address = address.Unmap().WithZone("")
	if !address.Is6() {
		return []network{{netip.PrefixFrom(address, address.BitLen()), 1}}
	}
	line, _ := address.Prefix(64) // fails only for more bits than an address has
	site, _ := address.Prefix(48)
	return []network{{line, 1}, {site, sitesShare}}
}
