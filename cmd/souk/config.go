package main

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net"
	netmail "net/mail"
	"net/netip"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/caarlos0/env/v11"

	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/payment/stripe"
)

// config is everything that `souk serve` is told by its environment; the README lists it.
type config struct {
	Addr            string        `env:"ADDR" envDefault:"127.0.0.1:8080"`
	BaseURL         string        `env:"BASE_URL"`
	DataDir         string        `env:"DATA_DIR"`
	DatabaseURL     string        `env:"DATABASE_URL"`
	DatabaseConns   int           `env:"DATABASE_CONNS" envDefault:"20"`
	MeiliURL        string        `env:"MEILI_URL"`
	MeiliKey        string        `env:"MEILI_KEY"`
	BlobURL         string        `env:"BLOB_URL"`
	SecretKey       string        `env:"SECRET_KEY"`
	KeysBefore      string        `env:"SECRET_KEYS_BEFORE"`
	PrivateAddr     string        `env:"PRIVATE_ADDR" envDefault:"127.0.0.1:9090"`
	TrustedProxies  []string      `env:"TRUSTED_PROXIES"`
	PrivateNetworks []string      `env:"PRIVATE_NETWORKS"`
	SMTPHost        string        `env:"SMTP_HOST"`
	SMTPPort        int           `env:"SMTP_PORT" envDefault:"587"`
	SMTPUser        string        `env:"SMTP_USER"`
	SMTPPassword    string        `env:"SMTP_PASSWORD"`
	SMTPTLS         string        `env:"SMTP_TLS" envDefault:"mandatory"`
	MailFrom        string        `env:"MAIL_FROM"`
	SignInsPerMin   int           `env:"RATE_SIGN_INS_PER_MINUTE" envDefault:"20"`
	OrdersPerMinute int           `env:"RATE_ORDERS_PER_MINUTE" envDefault:"30"`
	SearchesPerMin  int           `env:"RATE_SEARCHES_PER_MINUTE" envDefault:"600"`
	WebhooksPerMin  int           `env:"RATE_WEBHOOKS_PER_MINUTE" envDefault:"20000"`
	ConnsPerAddress int           `env:"CONNECTIONS_PER_ADDRESS" envDefault:"256"`
	RequestTimeout  time.Duration `env:"REQUEST_TIMEOUT" envDefault:"15s"`
	ShutdownTimeout time.Duration `env:"SHUTDOWN_TIMEOUT" envDefault:"20s"`
	BackupStamp     string        `env:"BACKUP_STAMP"`
	LogFormat       string        `env:"LOG_FORMAT" envDefault:"json"`
	LogLevel        slog.Level    `env:"LOG_LEVEL" envDefault:"info"`

	StripeSecretKey     string `env:"STRIPE_SECRET_KEY"`
	StripeWebhookSecret string `env:"STRIPE_WEBHOOK_SECRET"`
	StripeAPIURL        string `env:"STRIPE_API_URL"`
	CMIClientID         string `env:"CMI_CLIENT_ID"`
	CMIStoreKey         string `env:"CMI_STORE_KEY"`
	CMIGatewayURL       string `env:"CMI_GATEWAY_URL"`

	PGPassword string `env:"PGPASSWORD"` // lib/pq reads it by itself; here it is only looked at

	// The same secrets in files, such as a container is given.
	DatabaseURLFile  string `env:"DATABASE_URL_FILE,file"`
	MeiliKeyFile     string `env:"MEILI_KEY_FILE,file"`
	SecretKeyFile    string `env:"SECRET_KEY_FILE,file"`
	KeysBeforeFile   string `env:"SECRET_KEYS_BEFORE_FILE,file"`
	SMTPPasswordFile string `env:"SMTP_PASSWORD_FILE,file"`

	StripeSecretKeyFile     string `env:"STRIPE_SECRET_KEY_FILE,file"`
	StripeWebhookSecretFile string `env:"STRIPE_WEBHOOK_SECRET_FILE,file"`
	CMIStoreKeyFile         string `env:"CMI_STORE_KEY_FILE,file"`

	unreadable map[string]bool // variables that hold something of another kind
}

// readConfig reads the environment. Its error names every variable that cannot be read; the config
// has the rest all the same.
func readConfig() (config, error) {
	c, err := env.ParseAs[config]()
	c.BaseURL = strings.TrimRight(c.BaseURL, "/") // what stands behind it begins with one
	problems := c.takeFromFiles()
	var all env.AggregateError
	if !errors.As(err, &all) {
		return c, errors.Join(append(problems, err)...)
	}
	c.unreadable = make(map[string]bool)
	for _, problem := range all.Errors {
		var wrong env.ParseError
		if !errors.As(problem, &wrong) {
			problems = append(problems, problem)
			continue
		}
		field, _ := reflect.TypeFor[config]().FieldByName(wrong.Name)
		name := field.Tag.Get("env")
		c.unreadable[name] = true
		problems = append(problems, fmt.Errorf("%s %q cannot be read: %w", name, os.Getenv(name), wrong.Err))
	}
	return c, errors.Join(problems...)
}

// takeFromFiles puts the secrets that stand in files in their place, without the line's end.
func (c *config) takeFromFiles() (problems []error) {
	for _, secret := range []struct {
		name        string
		value, file *string
	}{
		{"DATABASE_URL", &c.DatabaseURL, &c.DatabaseURLFile},
		{"MEILI_KEY", &c.MeiliKey, &c.MeiliKeyFile},
		{"SECRET_KEY", &c.SecretKey, &c.SecretKeyFile},
		{"SECRET_KEYS_BEFORE", &c.KeysBefore, &c.KeysBeforeFile},
		{"SMTP_PASSWORD", &c.SMTPPassword, &c.SMTPPasswordFile},
		{"STRIPE_SECRET_KEY", &c.StripeSecretKey, &c.StripeSecretKeyFile},
		{"STRIPE_WEBHOOK_SECRET", &c.StripeWebhookSecret, &c.StripeWebhookSecretFile},
		{"CMI_STORE_KEY", &c.CMIStoreKey, &c.CMIStoreKeyFile},
	} {
		switch {
		case *secret.file == "":
		case *secret.value != "":
			problems = append(problems, fmt.Errorf("%[1]s and %[1]s_FILE are both set: leave one out", secret.name))
		default:
			*secret.value = strings.TrimRight(*secret.file, "\r\n")
		}
	}
	return problems
}

// secretsBefore are the keys in whose place SECRET_KEY came. They stand apart by commas, or in a file by
// lines.
func (c config) secretsBefore() [][]byte {
	var keys [][]byte
	for _, key := range strings.FieldsFunc(c.KeysBefore, func(r rune) bool { return r == ',' || unicode.IsSpace(r) }) {
		keys = append(keys, []byte(key))
	}
	return keys
}

// meiliKeyLength is the least number of bytes in MEILI_KEY where others reach Meilisearch: what it
// asks for itself in production.
const meiliKeyLength = 16

// secretKeyLength is the least number of bytes in SECRET_KEY: as many as the HMAC that it keys.
const secretKeyLength = 32

// problems are what is wrong with variables.
type problems struct {
	config
	all []error
}

func (p *problems) wrong(name, format string, args ...any) {
	if !p.unreadable[name] { // which was said before
		p.all = append(p.all, fmt.Errorf(name+" "+format, args...))
	}
}

// validateForDemo says what keeps a demonstration from starting that takes cards: money may move there, too.
func (c config) validateForDemo() error {
	p := problems{config: c}
	c.checkStripe(p.wrong)
	c.checkCMI(p.wrong)
	return errors.Join(p.all...)
}

// validateForServe says everything that keeps a production server from starting, not only the first.
func (c config) validateForServe() error {
	p := problems{config: c}
	wrong := p.wrong
	checkKey := func(name, key string) {
		switch {
		case len(key) < secretKeyLength:
			wrong(name, "has %d characters, at least %d are needed", len(key), secretKeyLength)
		case weak(key):
			wrong(name, "looks like an example; make a key with: openssl rand -base64 48")
		}
	}
	base, err := url.Parse(c.BaseURL)
	switch {
	case c.BaseURL == "":
		wrong("BASE_URL", "is missing: the address people use, such as https://souk.example")
	case err != nil || base.Host == "" || (base.Scheme != "https" && base.Scheme != "http") || (base.Path != "" && base.Path != "/"):
		wrong("BASE_URL", "%q is not like https://souk.example", c.BaseURL)
	case base.Scheme == "http" && !loopback(base.Hostname()):
		wrong("BASE_URL", "%q must be https: sign-in cookies and tracking links would travel in the clear", c.BaseURL)
	}
	database, err := url.Parse(c.DatabaseURL)
	switch {
	case c.DatabaseURL == "" && c.DataDir == "":
		wrong("DATABASE_URL", "is missing (or DATA_DIR, to keep an embedded database there)")
	case c.DatabaseURL == "":
	case err != nil || (database.Scheme != "postgres" && database.Scheme != "postgresql"):
		wrong("DATABASE_URL", "is not like postgres://user:password@host/name") // it may hold a password, so it is not shown
	default:
		if password, _ := database.User.Password(); isDefault(password, database.User.Username()) {
			wrong("DATABASE_URL", "has a default password")
		}
		if isDefault(c.PGPassword, database.User.Username()) {
			wrong("PGPASSWORD", "is a default password")
		}
	}
	if c.BlobURL == "" && c.DataDir == "" {
		wrong("BLOB_URL", "is missing (or DATA_DIR): where pictures are kept, such as file:///var/lib/souk/blobs")
	}
	search, err := url.Parse(c.MeiliURL)
	switch {
	case c.MeiliURL == "" && c.DataDir == "":
		wrong("MEILI_URL", "is missing (or DATA_DIR, to keep an embedded index there)")
	case c.MeiliURL == "":
	case err != nil || search.Host == "" || (search.Scheme != "https" && search.Scheme != "http"):
		wrong("MEILI_URL", "%q is not like http://meilisearch:7700", c.MeiliURL)
	case c.MeiliKey == "" && !loopback(search.Hostname()):
		wrong("MEILI_KEY", "is missing: whoever reaches Meilisearch could change what buyers find")
	case c.MeiliKey != "" && len(c.MeiliKey) < meiliKeyLength && !loopback(search.Hostname()):
		wrong("MEILI_KEY", "has %d characters, at least %d are needed", len(c.MeiliKey), meiliKeyLength)
	case c.MeiliKey != "" && weak(c.MeiliKey):
		wrong("MEILI_KEY", "looks like an example")
	}
	if c.SecretKey == "" {
		wrong("SECRET_KEY", "is missing: at least %d random characters", secretKeyLength)
	} else {
		checkKey("SECRET_KEY", c.SecretKey)
	}
	for _, key := range c.secretsBefore() {
		if string(key) == c.SecretKey {
			wrong("SECRET_KEYS_BEFORE", "has SECRET_KEY itself: it holds the keys before that one")
		} else {
			checkKey("SECRET_KEYS_BEFORE: a key", string(key))
		}
	}
	for name, address := range map[string]string{"ADDR": c.Addr, "PRIVATE_ADDR": c.PrivateAddr} {
		host, port, err := net.SplitHostPort(address)
		if err == nil {
			_, err = strconv.ParseUint(port, 10, 16)
		}
		switch {
		case err != nil:
			wrong(name, "%q is not HOST:PORT", address)
		case name == "PRIVATE_ADDR" && !c.private(host):
			wrong(name, "%q would show the market's figures to others: listen on this machine, or on an address of PRIVATE_NETWORKS", address)
		case name == "ADDR" && !loopback(host) && len(c.PrivateNetworks) == 0:
			wrong(name, "%q takes requests in the clear from other machines: listen on this one, or name in PRIVATE_NETWORKS where the proxy is", address)
		}
	}
	for _, proxy := range c.TrustedProxies {
		network, err := parseNetwork(proxy)
		switch {
		case err != nil:
			wrong("TRUSTED_PROXIES", "has %q, which is neither an address nor a network", proxy)
		case network.Bits() < shortestProxies(network.Addr()):
			wrong("TRUSTED_PROXIES", "has %q, which is far more than proxies: whoever is believed can claim any address (at least /%d)", proxy, shortestProxies(network.Addr()))
		case !c.listensHere() && !c.privateNetwork(network):
			wrong("TRUSTED_PROXIES", "has %q, whose requests come to ADDR in the clear: name its network in PRIVATE_NETWORKS too, if nobody else is on it", proxy)
		}
	}
	for _, entry := range c.PrivateNetworks {
		network, err := parseNetwork(entry)
		switch {
		case err != nil && strings.ContainsAny(entry, "/:"):
			wrong("PRIVATE_NETWORKS", "has %q, which is no address, network or name", entry)
		case err == nil && network.Bits() < shortestOwn(network.Addr()):
			wrong("PRIVATE_NETWORKS", "has %q, which is far more than a network of your own (at least /%d)", entry, shortestOwn(network.Addr()))
		}
	}
	for _, problem := range c.inTheClear() {
		wrong(problem.name, "%s: use TLS, or name the network in PRIVATE_NETWORKS if nobody else is on it", problem.text)
	}
	if c.SMTPHost != "" {
		if c.MailFrom == "" {
			wrong("MAIL_FROM", "is missing: the sender of the market's mail")
		} else if _, err := netmail.ParseAddress(c.MailFrom); err != nil {
			wrong("MAIL_FROM", "%q is no mail address", c.MailFrom)
		}
		if isDefault(c.SMTPPassword, c.SMTPUser) {
			wrong("SMTP_PASSWORD", "is a default password")
		}
	}
	c.checkStripe(wrong)
	c.checkCMI(wrong)
	switch mail.TLS(c.SMTPTLS) {
	case mail.Mandatory, mail.Opportunistic, mail.None:
	default:
		wrong("SMTP_TLS", "%q is none of mandatory, opportunistic and none", c.SMTPTLS)
	}
	if c.SMTPPort < 1 || c.SMTPPort > 65535 {
		wrong("SMTP_PORT", "%d is no port", c.SMTPPort)
	}
	if c.DatabaseConns < 4 {
		wrong("DATABASE_CONNS", "is %d, at least 4 are needed", c.DatabaseConns)
	}
	for name, n := range map[string]int{"RATE_SIGN_INS_PER_MINUTE": c.SignInsPerMin, "RATE_ORDERS_PER_MINUTE": c.OrdersPerMinute, "RATE_SEARCHES_PER_MINUTE": c.SearchesPerMin, "RATE_WEBHOOKS_PER_MINUTE": c.WebhooksPerMin, "CONNECTIONS_PER_ADDRESS": c.ConnsPerAddress} {
		if n < 1 {
			wrong(name, "is %d, at least 1 is needed", n)
		}
	}
	for name, timeout := range map[string]time.Duration{"REQUEST_TIMEOUT": c.RequestTimeout, "SHUTDOWN_TIMEOUT": c.ShutdownTimeout} {
		if timeout < time.Second {
			wrong(name, "is %s, at least a second is needed", timeout)
		}
	}
	if c.LogFormat != "json" && c.LogFormat != "text" {
		wrong("LOG_FORMAT", "%q is neither json nor text", c.LogFormat)
	}
	return errors.Join(p.all...)
}

// warning is something that does not keep the market from running, but should not stay so, and what to do
// about it.
type warning struct{ found, mend string }

// warnings tells all that the configuration should be warned of.
func (c config) warnings() []warning {
	var list []warning
	warn := func(remedy, format string, args ...any) {
		list = append(list, warning{fmt.Sprintf(format, args...), remedy})
	}
	if strings.HasPrefix(c.BaseURL, "https://") && len(c.TrustedProxies) == 0 {
		warn("name the proxy in TRUSTED_PROXIES", "BASE_URL is https and TRUSTED_PROXIES is empty: behind a proxy all readers have the proxy's address, and share one budget of sign-ins and orders")
	}
	for _, host := range c.databaseHosts() {
		if !c.private(host) && c.sslMode() == "require" {
			warn("say sslmode=verify-full in DATABASE_URL", "DATABASE_URL: the certificate of %s is not checked, so somebody between could be it", host)
		}
	}
	if c.StripeSecretKey != "" && strings.HasPrefix(c.BaseURL, "https://") && !stripe.Live(c.StripeSecretKey) {
		warn("use the account's live key, and the secret of an endpoint made in live mode", "STRIPE_SECRET_KEY is a test key: orders are paid by cards that cost nothing")
	}
	if c.StripeAPIURL != "" {
		warn("leave STRIPE_API_URL out", "STRIPE_API_URL: %s is believed about payments, and not Stripe", c.StripeAPIURL)
	}
	if c.SMTPHost == "" {
		warn("name a mail server in SMTP_HOST, and the sender in MAIL_FROM", "SMTP_HOST is empty: nobody is sent any mail; messages are kept in the database for a month, without their links")
	}
	return list
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || (ip != nil && ip.IsLoopback())
}

// clearLine is a line to another machine that everybody on the way could read.
type clearLine struct{ name, text string }

// inTheClear tells each of them that the configuration would open.
func (c config) inTheClear() []clearLine {
	var lines []clearLine
	for _, host := range c.databaseHosts() {
		if mode := c.sslMode(); !c.private(host) && !slices.Contains([]string{"require", "verify-ca", "verify-full"}, mode) {
			lines = append(lines, clearLine{"DATABASE_URL", fmt.Sprintf("with sslmode=%s everything may travel in the clear to %s", mode, host)})
		}
	}
	if search, err := url.Parse(c.MeiliURL); err == nil && search.Scheme == "http" && !c.private(search.Hostname()) {
		lines = append(lines, clearLine{"MEILI_URL", fmt.Sprintf("searches and the key would travel in the clear to %s", search.Hostname())})
	}
	if c.SMTPHost != "" && mail.TLS(c.SMTPTLS) != mail.Mandatory && !c.private(c.SMTPHost) {
		lines = append(lines, clearLine{"SMTP_TLS", fmt.Sprintf("is %s: mail, with links to choose a password, could be read on its way to %s", c.SMTPTLS, c.SMTPHost)})
	}
	return lines
}

// databaseHosts are the hosts that lib/pq would try, without sockets, which lead to this machine.
func (c config) databaseHosts() []string {
	database, err := url.Parse(c.DatabaseURL)
	if err != nil || c.DatabaseURL == "" {
		return nil
	}
	query := database.Query()
	all := cmp.Or(query.Get("hostaddr"), query.Get("host"), withoutPorts(database.Host), os.Getenv("PGHOSTADDR"), os.Getenv("PGHOST"))
	return slices.DeleteFunc(strings.Split(all, ","), func(host string) bool { return host == "" || strings.HasPrefix(host, "/") })
}

// withoutPorts are the hosts of an address, which may name several, each with a port of its own.
func withoutPorts(list string) string {
	hosts := strings.Split(list, ",")
	for i, host := range hosts {
		hosts[i] = (&url.URL{Host: host}).Hostname()
	}
	return strings.Join(hosts, ",")
}

// sslMode is what lib/pq makes of DATABASE_URL and the environment.
func (c config) sslMode() string {
	database, err := url.Parse(c.DatabaseURL)
	if err != nil {
		return ""
	}
	return cmp.Or(database.Query().Get("sslmode"), os.Getenv("PGSSLMODE"), "require")
}

// private reports whether a host is this machine, or in PRIVATE_NETWORKS. What listens on every address is not.
func (c config) private(host string) bool {
	if network, err := parseNetwork(host); err == nil {
		return c.privateNetwork(network)
	}
	return loopback(host) || slices.ContainsFunc(c.PrivateNetworks, func(name string) bool { return name != "" && strings.EqualFold(name, host) })
}

func (c config) privateNetwork(network netip.Prefix) bool {
	return network.Addr().IsLoopback() || slices.ContainsFunc(c.PrivateNetworks, func(entry string) bool {
		private, err := parseNetwork(entry)
		return err == nil && private.Bits() <= network.Bits() && private.Contains(network.Addr())
	})
}

// listensHere reports whether readers and proxies of this machine only reach ADDR.
func (c config) listensHere() bool {
	host, _, err := net.SplitHostPort(c.Addr)
	return err == nil && loopback(host)
}

// parseNetwork reads a network, or an address as a network of its own.
func parseNetwork(text string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(address, address.BitLen()), nil
	}
	return netip.ParsePrefix(text)
}

// shortestProxies is how many bits a network of proxies has to have at least: the largest private
// network of IPv4, and more of IPv6 than any one provider has.
func shortestProxies(of netip.Addr) int {
	if of.Is4() {
		return 8
	}
	return 16
}

// shortestOwn is how many bits a private network has to have at least: as proxies', but for all private
// addresses of IPv6 (fc00::/7, RFC 4193).
func shortestOwn(of netip.Addr) int {
	if of.Is6() && of.IsPrivate() {
		return 7
	}
	return shortestProxies(of)
}

// weak reports whether a secret is a placeholder or has hardly any variety.
func weak(secret string) bool {
	different := map[rune]bool{}
	for _, r := range secret {
		different[r] = true
	}
	return len(different) < 10 || placeholder(secret)
}

// isDefault reports whether a password is one that is tried first: none is not.
func isDefault(password, user string) bool {
	return password != "" && (placeholder(password) || password == "postgres" || password == user)
}

// placeholder reports whether a secret is one that stands in examples.
func placeholder(secret string) bool {
	lower := strings.ToLower(secret)
	for _, word := range []string{"changeme", "change-me", "change_me", "secret", "example", "password", "default"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return false
}
