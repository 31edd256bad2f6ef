package storefront

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/souk-taawon/souk/storefront/door"
	"github.com/souk-taawon/souk/storefront/web"
)

// Config is what the market's HTTP side can be told. A zero value means the default that stands
// beside it.
type Config struct {
	BaseURL        string   // scheme and host that people reach the market by
	Secret         []byte   // keys what is kept with readers, at least 32 bytes; needed
	SecretsBefore  [][]byte // what they keyed opens too
	TrustedProxies []string // addresses or networks whose X-Forwarded-For and X-Request-Id are believed
	Demo           bool     // show the mailbox and how to sign in
	Sample         bool     // say on every page that the goods are sample data
	DemoLogins     []door.Login
	// Reread is called before each request while somebody is at work on the pages: it reads what was edited, and
	// its error is the answer. For the demo only; nil: the pages are what the program was built with.
	Reread     func() error
	RateLimits RateLimits
	// ConnectionsPerAddress is how many connections one address may hold, 256; below 0 any number.
	// Trusted proxies, which carry everybody's, may hold any number.
	ConnectionsPerAddress int

	RequestTimeout time.Duration // for answering any other request, 15 s
	ConnectionWait time.Duration // for a connection to the database, before anything is done for a request, 2 s
	UploadTimeout  time.Duration // for receiving an upload, and again for answering or applying it, 3 min

	Now func() time.Time // the pages' clock, time.Now
	Log *slog.Logger
}

// RateLimits are budgets of requests for one address. Each instance counts its own: behind N of
// them an address may come up to N times as often. The limit of failed sign-ins is the account's
// own, counted in the database, and holds for all instances together.
type RateLimits struct {
	SignIn Rate
	Order  Rate
	Search Rate
	Hook   Rate // of what providers of payments tell
	// SpareLoopback lets this very machine through, and any number of its connections, for load tests.
	SpareLoopback bool
}

func (l RateLimits) byLimit() map[web.Limit]Rate {
	return map[web.Limit]Rate{web.SignInLimit: l.SignIn, web.OrderLimit: l.Order, web.SearchLimit: l.Search, web.HookLimit: l.Hook}
}

// Rate is how many requests are welcome in a sliding window; a Count of 0 is no limit.
type Rate struct {
	Count int
	Per   time.Duration
}

// secretLength is the least number of bytes of Config.Secret: as many as the HMAC that it keys.
const secretLength = 32

const (
	headLimit     = 16 << 10 // of a request's first line and headers
	bodyLimit     = 1 << 20
	headerTimeout = 5 * time.Second // for a request's header and body; cuts off who sends drop by drop
	writeTimeout  = 30 * time.Second
	idleTimeout   = 15 * time.Second
	proxyTimeout  = 75 * time.Second // longer than proxies keep an idle connection, or they would meet a closed one
)

// prepared is a Config that was found good.
type prepared struct {
	Config
	proxies []netip.Prefix
}

func (c Config) prepare() (prepared, error) {
	p := prepared{Config: c}
	var problems []error
	if u, err := url.Parse(c.BaseURL); err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" ||
		strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		problems = append(problems, fmt.Errorf("base URL %q must be a scheme and a host such as https://souk.example", c.BaseURL))
	}
	p.BaseURL = strings.TrimRight(c.BaseURL, "/")
	if len(c.Secret) < secretLength {
		problems = append(problems, fmt.Errorf("the secret has %d bytes, at least %d are needed", len(c.Secret), secretLength))
	}
	if c.Reread != nil && !c.Demo {
		problems = append(problems, errors.New("pages are read anew in the demo only"))
	}
	for _, text := range c.TrustedProxies {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			var address netip.Addr
			if address, err = netip.ParseAddr(text); err == nil {
				prefix = netip.PrefixFrom(address, address.BitLen())
			}
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("trusted proxy %q is no address or network", text))
			continue
		}
		p.proxies = append(p.proxies, prefix)
	}
	for limit, rate := range c.RateLimits.byLimit() {
		if rate.Count < 0 || (rate.Count > 0 && rate.Per < time.Second) {
			problems = append(problems, fmt.Errorf("rate limit of %s: %d in %s makes no sense", limit, rate.Count, rate.Per))
		}
	}
	switch {
	case p.ConnectionsPerAddress == 0:
		p.ConnectionsPerAddress = 256
	case p.ConnectionsPerAddress < 0:
		p.ConnectionsPerAddress = 0
	}
	if p.RequestTimeout <= 0 {
		p.RequestTimeout = 15 * time.Second
	}
	if p.UploadTimeout <= 0 {
		p.UploadTimeout = 3 * time.Minute // a photograph from a telephone in the hills
	}
	if p.ConnectionWait <= 0 {
		p.ConnectionWait = 2 * time.Second
	}
	if p.Now == nil {
		p.Now = time.Now
	}
	if p.Log == nil {
		p.Log = slog.Default()
	}
	return p, errors.Join(problems...)
}
