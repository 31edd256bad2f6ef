package main

import (
	"strings"
	"testing"
	"time"
)

func TestServeNamesEveryProblemOfItsConfigurationAtOnce(t *testing.T) {
	for name, value := range map[string]string{
		"BASE_URL": "http://souk.example", "DATABASE_URL": "mysql://x", "SECRET_KEY": "changeme-changeme-changeme-changeme",
		"ADDR": "nowhere", "TRUSTED_PROXIES": "10.0.0.0/8,balancer", "SMTP_HOST": "mail.example", "DATABASE_CONNS": "1",
		"RATE_ORDERS_PER_MINUTE": "0", "LOG_FORMAT": "xml", "SMTP_PORT": "smtp", "SHUTDOWN_TIMEOUT": "-1s", "PRIVATE_ADDR": ":99999",
	} {
		t.Setenv(name, value)
	}
	code, _, stderr := souk(t, "serve")
	if code != 1 {
		t.Fatalf("status %d:\n%s", code, stderr)
	}
	for _, problem := range []string{
		"BASE_URL", "DATABASE_URL", "SECRET_KEY looks like an example", "ADDR", `"balancer"`, "MAIL_FROM", "DATABASE_CONNS",
		"RATE_ORDERS_PER_MINUTE", "LOG_FORMAT", "BLOB_URL", "MEILI_URL", `SMTP_PORT "smtp" cannot be read`, "SHUTDOWN_TIMEOUT", "PRIVATE_ADDR",
	} {
		if !strings.Contains(stderr, problem) {
			t.Errorf("nothing is said of %s in:\n%s", problem, stderr)
		}
	}
	if strings.Count(stderr, "SMTP_PORT") != 1 {
		t.Errorf("what cannot be read is told again as wrong:\n%s", stderr)
	}
}

func TestServeRefusesDefaultSecrets(t *testing.T) {
	good := config{
		Addr: "127.0.0.1:8080", PrivateAddr: "127.0.0.1:9090", BaseURL: "https://souk.example", DataDir: "/data",
		DatabaseURL: "postgres://souk@db/souk", SecretKey: "tV9y3Qm7cXr2Lk8Zp4Wd6Nf1Hs5Jb0Ga", SMTPPort: 587,
		DatabaseConns: 20, SignInsPerMin: 20, OrdersPerMinute: 30, LogFormat: "json",
		RequestTimeout: time.Second, ShutdownTimeout: time.Second,
	}
	if err := good.validateForServe(); err != nil {
		t.Fatalf("a good configuration is refused: %v", err)
	}
	for _, secret := range []string{"", "short", strings.Repeat("a", 40), "this-is-the-default-secret-of-souk-123456"} {
		c := good
		c.SecretKey = secret
		if err := c.validateForServe(); err == nil {
			t.Errorf("SECRET_KEY=%q is accepted", secret)
		}
	}
	for address, accepted := range map[string]bool{
		"postgres://souk:souk@db/souk": false, "postgres://postgres:postgres@db/souk": false, "postgres://souk:changeme@db/souk": false,
		"postgres://souk:kX3pVt8w@db/souk": true, "postgres://souk@db/souk": true,
	} {
		c := good
		c.DatabaseURL = address
		if err := c.validateForServe(); (err == nil) != accepted {
			t.Errorf("DATABASE_URL=%q: %v", address, err)
		} else if err != nil && strings.Contains(err.Error(), "changeme") {
			t.Errorf("a password is shown: %v", err)
		}
	}
	for _, test := range []struct {
		url, key string
		accepted bool
	}{
		{"http://meilisearch:7700", "", false}, {"http://meilisearch:7700", "masterKeyExample", false}, {"meilisearch:7700", "kX3pVt8wQz5r", false},
		{"http://meilisearch:7700", "kX3pVt8wQz5r", true}, {"http://127.0.0.1:7700", "", true},
	} {
		c := good
		c.MeiliURL, c.MeiliKey = test.url, test.key
		if err := c.validateForServe(); (err == nil) != test.accepted {
			t.Errorf("%+v: %v", test, err)
		}
	}
}

func TestACommandLineThatIsNotUnderstoodIsToldHow(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{}, {"sell"}, {"demo", "-nonsense"}, {"import", "file.csv"}, {"user"}, {"audit", "too", "much"}} {
		if code, stdout, stderr := souk(t, args...); code != 2 || stdout+stderr == "" {
			t.Errorf("souk %v: status %d, said %q", args, code, stdout+stderr)
		}
	}
	if code, stdout, _ := souk(t, "help"); code != 0 || !strings.Contains(stdout, "reindex") {
		t.Errorf("souk help: status %d, said %q", code, stdout)
	}
}
