package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
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
}

func readConfig() (config, error) {
	c, err := env.ParseAs[config]()
	if err != nil {
		return c, fmt.Errorf("configuration: %w", err)
	}
	return c, nil
}

// secretKeyLength is the least number of bytes in SECRET_KEY: as many as the HMAC that it keys.
const secretKeyLength = 32

// validateForServe says everything that keeps a production server from starting, not only the first.
func (c config) validateForServe() error {
	var problems []error
	wrong := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }

	base, err := url.Parse(c.BaseURL)
	switch {
	case c.BaseURL == "":
		wrong("BASE_URL is missing: the address people use, such as https://souk.example")
	case err != nil || base.Host == "" || (base.Scheme != "https" && base.Scheme != "http") || (base.Path != "" && base.Path != "/"):
		wrong("BASE_URL %q is not like https://souk.example", c.BaseURL)
	case base.Scheme == "http" && !loopback(base.Hostname()):
		wrong("BASE_URL %q must be https: sign-in cookies and tracking links would travel in the clear", c.BaseURL)
	}
	if c.DatabaseURL == "" && c.DataDir == "" {
		wrong("DATABASE_URL is missing (or DATA_DIR, to keep an embedded database there)")
	}
	if c.DatabaseURL != "" && !strings.HasPrefix(c.DatabaseURL, "postgres://") && !strings.HasPrefix(c.DatabaseURL, "postgresql://") {
		wrong("DATABASE_URL must begin with postgres://")
	}
	if c.BlobURL == "" && c.DataDir == "" {
		wrong("BLOB_URL is missing (or DATA_DIR): where pictures are kept, such as file:///var/lib/souk/blobs")
	}
	if c.MeiliURL == "" && c.DataDir == "" {
		wrong("MEILI_URL is missing (or DATA_DIR, to keep an embedded index there)")
	}
	switch {
	case c.SecretKey == "":
		wrong("SECRET_KEY is missing: at least %d random characters", secretKeyLength)
	case len(c.SecretKey) < secretKeyLength:
		wrong("SECRET_KEY has %d characters, at least %d are needed", len(c.SecretKey), secretKeyLength)
	case weak(c.SecretKey):
		wrong("SECRET_KEY looks like an example; make one with: openssl rand -base64 48")
	}
	if c.MeiliURL != "" && c.MeiliKey != "" && weak(c.MeiliKey) {
		wrong("MEILI_MASTER_KEY looks like an example")
	}
	for name, address := range map[string]string{"ADDR": c.Addr, "PRIVATE_ADDR": c.PrivateAddr} {
		if _, _, err := net.SplitHostPort(address); err != nil {
			wrong("%s %q is not HOST:PORT", name, address)
		}
	}
	for _, proxy := range c.TrustedProxies {
		if net.ParseIP(proxy) == nil {
			if _, _, err := net.ParseCIDR(proxy); err != nil {
				wrong("TRUSTED_PROXIES: %q is neither an address nor a network", proxy)
			}
		}
	}
	if c.SMTPHost != "" && c.MailFrom == "" {
		wrong("MAIL_FROM is missing: the sender of the market's mail")
	}
	if c.SMTPPort < 1 || c.SMTPPort > 65535 {
		wrong("SMTP_PORT %d is no port", c.SMTPPort)
	}
	if c.DatabaseConns < 4 {
		wrong("DATABASE_CONNS is %d, at least 4 are needed", c.DatabaseConns)
	}
	for name, n := range map[string]int{"RATE_SIGN_INS_PER_MINUTE": c.SignInsPerMin, "RATE_ORDERS_PER_MINUTE": c.OrdersPerMinute} {
		if n < 1 {
			wrong("%s is %d, at least 1 is needed", name, n)
		}
	}
	if c.LogFormat != "json" && c.LogFormat != "text" {
		wrong("LOG_FORMAT %q is neither json nor text", c.LogFormat)
	}
	return errors.Join(problems...)
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

// weak reports whether a secret is a placeholder or has hardly any variety.
func weak(secret string) bool {
	lower := strings.ToLower(secret)
	for _, word := range []string{"changeme", "change-me", "change_me", "secret", "example", "password", "default"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	different := map[rune]bool{}
	for _, r := range secret {
		different[r] = true
	}
	return len(different) < 10
}
