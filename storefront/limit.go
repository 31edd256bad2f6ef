package storefront

import (
	"math"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/network"
	"github.com/souk-taawon/souk/storefront/web"
)

var errTooOften = fault.New(fault.TooMany, "web.too_often")

// maxNetworks is how many networks one budget remembers: some 6 MB.
const maxNetworks = 1 << 16

// budget counts what networks draw on a rate. What is drawn is given back evenly over the rate's time
// (the generic cell rate algorithm of ITU-T I.371), so one time is all there is to remember of each.
type budget struct {
	rate Rate
	now  func() time.Time

	mu   sync.Mutex
	full map[netip.Prefix]time.Time // when all that a network drew will have been given back
}

func newBudget(rate Rate, now func() time.Time) *budget {
	return &budget{rate: rate, now: now, full: make(map[netip.Prefix]time.Time)}
}

// draw takes one from the budget of each network, or from none: then wait is how long until there is
// one again, and otherwise 0.
func (b *budget) draw(networks []network.Network) (wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	for _, n := range networks {
		wait = max(wait, b.after(now, n).Sub(now)-b.rate.Per)
	}
	if wait > 0 {
		return wait
	}
	for _, n := range networks {
		after := b.after(now, n)
		if _, known := b.full[n.Prefix]; !known && len(b.full) >= maxNetworks {
			b.forget()
		}
		b.full[n.Prefix] = after
	}
	return 0
}

// after is when all would be given back, were one more drawn.
func (b *budget) after(now time.Time, n network.Network) time.Time {
	full := b.full[n.Prefix]
	if full.Before(now) {
		full = now
	}
	return full.Add(b.rate.Per / time.Duration(b.rate.Count*n.Share))
}

// forget makes room for one more: of some networks, whichever comes first in the map, it forgets the one
// that has the least to give back. Who fills the memory with networks thereby forgets its own.
func (b *budget) forget() {
	var least netip.Prefix
	looked := 0
	for prefix, full := range b.full {
		if looked == 0 || full.Before(b.full[least]) {
			least = prefix
		}
		if looked++; looked == 8 {
			break
		}
	}
	delete(b.full, least)
}

// limiters makes one counter for each limit; the routes that draw on it share it.
func (s *Server) limiters() map[web.Limit]fiber.Handler {
	made := make(map[web.Limit]fiber.Handler)
	for limit, rate := range s.config.RateLimits.byLimit() {
		if rate.Count == 0 {
			continue
		}
		b := newBudget(rate, s.config.Now)
		made[limit] = func(c *fiber.Ctx) error {
			address := s.readerAddress(c)
			if s.spares(address) {
				return c.Next()
			}
			networks := network.Of(address)
			if limit == web.SignInLimit {
				networks = s.signingIn(c, networks)
			}
			if wait := b.draw(networks); wait > 0 {
				c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(math.Ceil(wait.Seconds()))))
				return errTooOften
			}
			return c.Next()
		}
	}
	return made
}
