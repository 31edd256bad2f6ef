package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/mail"
	"net/url"
	"os"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
)

// config is everything that `souk serve` is told by its environment; the README lists it.
type config struct {
	Addr            string        `env:"ADDR" envDefault:"127.0.0.1:8080"`
	BaseURL         string        `env:"BASE_URL"`
	DataDir         string        `env:"DATA_DIR"`
	DatabaseURL     string        `env:"DATABASE_URL"`
	DatabaseConns   int           `env:"DATABASE_CONNS" envDefault:"20"`
	MeiliURL        string        `env:"MEILI_URL"`
	MeiliKey        string        `env:"MEILI_MASTER_KEY"`
	BlobURL         string        `env:"BLOB_URL"`
	SecretKey       string        `env:"SECRET_KEY"`
	PrivateAddr     string        `env:"PRIVATE_ADDR" envDefault:"127.0.0.1:9090"`
	TrustedProxies  []string      `env:"TRUSTED_PROXIES"`
	SMTPHost        string        `env:"SMTP_HOST"`
	SMTPPort        int           `env:"SMTP_PORT" envDefault:"587"`
	SMTPUser        string        `env:"SMTP_USER"`
	SMTPPassword    string        `env:"SMTP_PASSWORD"`
	MailFrom        string        `env:"MAIL_FROM"`
	SignInsPerMin   int           `env:"RATE_SIGN_INS_PER_MINUTE" envDefault:"20"`
	OrdersPerMinute int           `env:"RATE_ORDERS_PER_MINUTE" envDefault:"30"`
	RequestTimeout  time.Duration `env:"REQUEST_TIMEOUT" envDefault:"15s"`
	ShutdownTimeout time.Duration `env:"SHUTDOWN_TIMEOUT" envDefault:"20s"`
	LogFormat       string        `env:"LOG_FORMAT" envDefault:"json"`
	LogLevel        slog.Level    `env:"LOG_LEVEL" envDefault:"info"`

	unreadable map[string]bool // variables that hold something of another kind
}

// readConfig reads the environment. Its error names every variable that cannot be read; the config
// has the rest all the same.
func readConfig() (config, error) {
	c, err := env.ParseAs[config]()
	var all env.AggregateError
	if !errors.As(err, &all) {
		return c, err
	}
	c.unreadable = make(map[string]bool)
	var problems []error
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

// secretKeyLength is the least number of bytes in SECRET_KEY: as many as the HMAC that it keys.
const secretKeyLength = 32

// validateForServe says everything that keeps a production server from starting, not only the first.
func (c config) validateForServe() error {
	var problems []error
	wrong := func(name, format string, args ...any) {
		if !c.unreadable[name] {
			problems = append(problems, fmt.Errorf(name+" "+format, args...))
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
		if password, has := database.User.Password(); has && (placeholder(password) || password == "postgres" || password == database.User.Username()) {
			wrong("DATABASE_URL", "has a default password")
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
		wrong("MEILI_MASTER_KEY", "is missing: whoever reaches Meilisearch could change what buyers find")
	case c.MeiliKey != "" && weak(c.MeiliKey):
		wrong("MEILI_MASTER_KEY", "looks like an example")
	}
	switch {
	case c.SecretKey == "":
		wrong("SECRET_KEY", "is missing: at least %d random characters", secretKeyLength)
	case len(c.SecretKey) < secretKeyLength:
		wrong("SECRET_KEY", "has %d characters, at least %d are needed", len(c.SecretKey), secretKeyLength)
	case weak(c.SecretKey):
		wrong("SECRET_KEY", "looks like an example; make one with: openssl rand -base64 48")
	}
	for name, address := range map[string]string{"ADDR": c.Addr, "PRIVATE_ADDR": c.PrivateAddr} {
		_, port, err := net.SplitHostPort(address)
		if err == nil {
			_, err = strconv.ParseUint(port, 10, 16)
		}
		if err != nil {
			wrong(name, "%q is not HOST:PORT", address)
		}
	}
	for _, proxy := range c.TrustedProxies {
		if net.ParseIP(proxy) == nil {
			if _, _, err := net.ParseCIDR(proxy); err != nil {
				wrong("TRUSTED_PROXIES", "has %q, which is neither an address nor a network", proxy)
			}
		}
	}
	if c.SMTPHost != "" {
		if c.MailFrom == "" {
			wrong("MAIL_FROM", "is missing: the sender of the market's mail")
		} else if _, err := mail.ParseAddress(c.MailFrom); err != nil {
			wrong("MAIL_FROM", "%q is no mail address", c.MailFrom)
		}
	}
	if c.SMTPPort < 1 || c.SMTPPort > 65535 {
		wrong("SMTP_PORT", "%d is no port", c.SMTPPort)
	}
	if c.DatabaseConns < 4 {
		wrong("DATABASE_CONNS", "is %d, at least 4 are needed", c.DatabaseConns)
	}
	for name, n := range map[string]int{"RATE_SIGN_INS_PER_MINUTE": c.SignInsPerMin, "RATE_ORDERS_PER_MINUTE": c.OrdersPerMinute} {
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
	return errors.Join(problems...)
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

// weak reports whether a secret is a placeholder or has hardly any variety.
func weak(secret string) bool {
	different := map[rune]bool{}
	for _, r := range secret {
		different[r] = true
	}
	return len(different) < 10 || placeholder(secret)
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
