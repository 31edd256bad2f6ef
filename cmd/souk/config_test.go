package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestServeNamesEveryProblemOfItsConfigurationAtOnce(t *testing.T) {
	for name, value := range map[string]string{
		"BASE_URL": "http://souk.example", "DATABASE_URL": "mysql://x", "SECRET_KEY": "changeme-changeme-changeme-changeme",
		"ADDR": "nowhere", "TRUSTED_PROXIES": "10.0.0.0/8,balancer", "SMTP_HOST": "mail.example", "DATABASE_CONNS": "1",
		"SMTP_TLS": "maybe", "RATE_ORDERS_PER_MINUTE": "0", "LOG_FORMAT": "xml", "SMTP_PORT": "smtp", "SHUTDOWN_TIMEOUT": "-1s", "PRIVATE_ADDR": ":99999",
	} {
		t.Setenv(name, value)
	}
	code, _, stderr := souk(t, "serve")
	if code != 1 {
		t.Fatalf("status %d:\n%s", code, stderr)
	}
	for _, problem := range []string{
		"BASE_URL", "DATABASE_URL", "SECRET_KEY looks like an example", "ADDR", `"balancer"`, "MAIL_FROM", "DATABASE_CONNS",
		"RATE_ORDERS_PER_MINUTE", "LOG_FORMAT", "BLOB_URL", "MEILI_URL", `SMTP_PORT "smtp" cannot be read`, `SMTP_TLS "maybe"`, "SHUTDOWN_TIMEOUT", "PRIVATE_ADDR",
	} {
		if !strings.Contains(stderr, problem) {
			t.Errorf("nothing is said of %s in:\n%s", problem, stderr)
		}
	}
	if strings.Count(stderr, "SMTP_PORT") != 1 {
		t.Errorf("what cannot be read is told again as wrong:\n%s", stderr)
	}
}

// sound is a configuration that nothing is to be said against.
func sound() config {
	return config{
		Addr: "127.0.0.1:8080", PrivateAddr: "127.0.0.1:9090", BaseURL: "https://souk.example", DataDir: "/data",
		DatabaseURL: "postgres://souk@db/souk?sslmode=verify-full", SecretKey: "tV9y3Qm7cXr2Lk8Zp4Wd6Nf1Hs5Jb0Ga", TrustedProxies: []string{"10.0.0.0/8"}, PrivateNetworks: []string{"meilisearch"},
		SMTPHost: "mail.example", SMTPPort: 587, SMTPTLS: "mandatory", MailFrom: "souk@souk.example",
		DatabaseConns: 20, SignInsPerMin: 20, OrdersPerMinute: 30, SearchesPerMin: 300, WebhooksPerMin: 20000, ConnsPerAddress: 100, LogFormat: "json",
		RequestTimeout: time.Second, ShutdownTimeout: time.Second,
	}
}

func TestServeRefusesWhatWouldLetAnybodyIn(t *testing.T) {
	t.Parallel()
	if err, warnings := sound().validateForServe(), sound().warnings(); err != nil || len(warnings) > 0 {
		t.Fatalf("a sound configuration: %v, %q", err, warnings)
	}
	for name, c := range map[string]struct {
		change func(*config)
		says   string // "" where it is accepted
	}{
		"everybody is a proxy":          {func(c *config) { c.TrustedProxies = []string{"0.0.0.0/0"} }, `"0.0.0.0/0"`},
		"half of everybody":             {func(c *config) { c.TrustedProxies = []string{"10.0.0.1", "128.0.0.0/1"} }, `"128.0.0.0/1"`},
		"everybody of IPv6":             {func(c *config) { c.TrustedProxies = []string{"::/0"} }, `"::/0"`},
		"a provider's network":          {func(c *config) { c.TrustedProxies = []string{"172.16.0.0/12", "fd00::/16", "::1"} }, ""},
		"figures on every address":      {func(c *config) { c.PrivateAddr = ":9090" }, "PRIVATE_ADDR"},
		"figures on every IPv4 address": {func(c *config) { c.PrivateAddr = "0.0.0.0:9090" }, "PRIVATE_ADDR"},
		"figures on every IPv6 address": {func(c *config) { c.PrivateAddr = "[::]:9090" }, "PRIVATE_ADDR"},
		"figures on address zero":       {func(c *config) { c.PrivateAddr = "0:9090" }, "PRIVATE_ADDR"},
		"figures on a public address":   {func(c *config) { c.PrivateAddr = "41.140.3.9:9090" }, "PRIVATE_ADDR"},
		"figures on a private address": {func(c *config) {
			c.PrivateAddr, c.PrivateNetworks = "10.0.3.9:9090", []string{"10.0.3.0/24"}
		}, ""},
		"figures on an address nobody named": {func(c *config) { c.PrivateAddr = "10.0.3.9:9090" }, "PRIVATE_ADDR"},
		"figures by name":                    {func(c *config) { c.PrivateAddr = "localhost:9090" }, ""},
		"a mail password in the clear":       {func(c *config) { c.SMTPTLS, c.SMTPUser, c.SMTPPassword = "opportunistic", "souk", "x" }, "SMTP_TLS"},
		"a mail password on this machine":    {func(c *config) { c.SMTPTLS, c.SMTPUser, c.SMTPHost = "none", "souk", "127.0.0.1" }, ""},
	} {
		changed := sound()
		c.change(&changed)
		err := changed.validateForServe()
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestServeRefusesWhatTravelsInTheClear(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*config)
		says   string // "" where it is accepted
	}{
		"a database far away":             {func(c *config) { c.DatabaseURL = "postgres://souk:kX3pVt8w@db.example/souk?sslmode=disable" }, "in the clear to db.example"},
		"a database that may be clear":    {func(c *config) { c.DatabaseURL = "postgres://souk@db.example/souk?sslmode=prefer" }, "in the clear to db.example"},
		"a database of a private address": {func(c *config) { c.DatabaseURL = "postgres://souk@192.168.1.5/souk?sslmode=disable" }, "in the clear to 192.168.1.5"},
		"a database of a bare name":       {func(c *config) { c.DatabaseURL = "postgres://souk@postgres/souk?sslmode=disable" }, "in the clear to postgres"},
		"a database named beside the URL": {func(c *config) { c.DatabaseURL = "postgres://souk@/souk?host=db.example&sslmode=disable" }, "in the clear to db.example"},
		"the second of two databases": {func(c *config) {
			c.DatabaseURL = "postgres://souk@127.0.0.1/souk?host=localhost,db.example&sslmode=disable"
		}, "in the clear to db.example"},
		"a database on this machine": {func(c *config) { c.DatabaseURL = "postgres://souk@127.0.0.1/souk?sslmode=disable" }, ""},
		"a database by a socket":     {func(c *config) { c.DatabaseURL = "postgres:///souk?host=/run/postgresql&sslmode=disable" }, ""},
		"a database by TLS":          {func(c *config) { c.DatabaseURL = "postgres://souk@db.example/souk?sslmode=require" }, ""},
		"a database next door": {func(c *config) {
			c.DatabaseURL, c.PrivateNetworks = "postgres://souk@192.168.1.5/souk?sslmode=disable", []string{"192.168.1.0/24"}
		}, ""},
		"databases next door, with their ports": {func(c *config) {
			c.DatabaseURL, c.PrivateNetworks = "postgres://souk@db1:5432,db2:5433/souk?sslmode=disable", []string{"db1", "DB2", "fd00::/8"}
		}, ""},
		"one of them is not": {func(c *config) {
			c.DatabaseURL, c.PrivateNetworks = "postgres://souk@db1:5432,db3:5433/souk?sslmode=disable", []string{"db1", "db2"}
		}, "in the clear to db3"},
		"a database of an IPv6 address": {func(c *config) {
			c.DatabaseURL, c.PrivateNetworks = "postgres:///souk?host=fd12::5&sslmode=disable", []string{"fd12::/64"}
		}, ""},
		"a database on this Machine":    {func(c *config) { c.DatabaseURL = "postgres://souk@LocalHost/souk?sslmode=disable" }, ""},
		"Meilisearch far away":          {func(c *config) { c.MeiliURL, c.MeiliKey = "http://search.example:7700", "kX3pVt8wQz5rLm7B" }, "MEILI_URL"},
		"Meilisearch far away by https": {func(c *config) { c.MeiliURL, c.MeiliKey = "https://search.example", "kX3pVt8wQz5rLm7B" }, ""},
		"Meilisearch by a named name":   {func(c *config) { c.MeiliURL, c.MeiliKey = "http://Meilisearch:7700", "kX3pVt8wQz5rLm7B" }, ""},
		"Meilisearch next door": {func(c *config) {
			c.MeiliURL, c.MeiliKey, c.PrivateNetworks = "http://[fd12::5]:7700", "kX3pVt8wQz5rLm7B", []string{"fd12::/64"}
		}, ""},
		"mail":                           {func(c *config) { c.SMTPTLS = "opportunistic" }, "SMTP_TLS"},
		"mail on this machine":           {func(c *config) { c.SMTPTLS, c.SMTPHost = "none", "localhost" }, ""},
		"mail that is not sent":          {func(c *config) { c.SMTPTLS, c.SMTPHost = "none", "" }, ""},
		"requests of a public address":   {func(c *config) { c.Addr, c.PrivateNetworks = "41.140.3.9:8080", nil }, "ADDR"},
		"requests of every address":      {func(c *config) { c.Addr, c.PrivateNetworks = ":8080", nil }, "ADDR"},
		"a proxy nobody named":           {func(c *config) { c.Addr, c.PrivateNetworks = ":8080", []string{"10.1.0.0/16"} }, "TRUSTED_PROXIES"},
		"a proxy next door":              {func(c *config) { c.Addr, c.PrivateNetworks = ":8080", []string{"10.0.0.0/8"} }, ""},
		"a private network of everybody": {func(c *config) { c.PrivateNetworks = []string{"0.0.0.0/0"} }, "PRIVATE_NETWORKS"},
		"half of all IPv6 addresses":     {func(c *config) { c.PrivateNetworks = []string{"8000::/1"} }, "PRIVATE_NETWORKS"},
		"a private network of nobody":    {func(c *config) { c.PrivateNetworks = []string{"10.0.0.0/99"} }, "PRIVATE_NETWORKS"},
	} {
		changed := sound()
		c.change(&changed)
		err := changed.validateForServe()
		if (err == nil) != (c.says == "") || err != nil && (!strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "kX3pVt8w")) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestServeWarnsOfWhatShouldNotStaySo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*config)
		warns  string // "" where all is well
	}{
		"https without a proxy":      {func(c *config) { c.TrustedProxies = nil }, "TRUSTED_PROXIES"},
		"http on this machine":       {func(c *config) { c.BaseURL, c.TrustedProxies = "http://localhost:8080", nil }, ""},
		"a database nobody checks":   {func(c *config) { c.DatabaseURL = "postgres://souk:secretword@db.example/souk" }, "not checked"},
		"a database that is checked": {func(c *config) { c.DatabaseURL = "postgres://souk@db.example/souk?sslmode=verify-full" }, ""},
		"no mail":                    {func(c *config) { c.SMTPHost = "" }, "SMTP_HOST"},
	} {
		changed := sound()
		c.change(&changed)
		warnings := ""
		for _, w := range changed.warnings() {
			warnings += w.found + "\n"
			if w.mend == "" {
				t.Errorf("%s: what to do is not said", name)
			}
		}
		if c.warns == "" && warnings != "" || !strings.Contains(warnings, c.warns) || strings.Contains(warnings, "secretword") {
			t.Errorf("%s: %q", name, warnings)
		}
	}
}

func TestServeRefusesDefaultSecrets(t *testing.T) {
	good := sound()
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
		{"http://meilisearch:7700", "", false}, {"http://meilisearch:7700", "masterKeyExample", false}, {"meilisearch:7700", "kX3pVt8wQz5rLm7B", false},
		{"http://meilisearch:7700", "kX3pVt8wQz5rLm7B", true}, {"http://127.0.0.1:7700", "", true},
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

// stripeKey is what is secret of a key of Stripe's.
const stripeKey = "51NkX3pVt8wQm2yLr7Bd"

func TestServeRefusesDefaultPasswordsWhereverTheyStand(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*config)
		says   string // "" where it is accepted
	}{
		"beside the database's address": {func(c *config) { c.PGPassword = "postgres" }, "PGPASSWORD"},
		"the database user's name":      {func(c *config) { c.PGPassword = "souk" }, "PGPASSWORD"},
		"a database password":           {func(c *config) { c.PGPassword = "kX3pVt8w" }, ""},
		"no database elsewhere":         {func(c *config) { c.PGPassword, c.DatabaseURL = "postgres", "" }, ""},
		"an example of a mail password": {func(c *config) { c.SMTPUser, c.SMTPPassword = "souk", "ChangeMe1" }, "SMTP_PASSWORD"},
		"the mail user's name":          {func(c *config) { c.SMTPUser, c.SMTPPassword = "souk", "souk" }, "SMTP_PASSWORD"},
		"a key that browsers know":      {func(c *config) { c.StripeSecretKey, c.StripeWebhookSecret = "pk_live_"+stripeKey, "whsec_"+stripeKey }, "STRIPE_SECRET_KEY"},
		"an example of a Stripe key":    {func(c *config) { c.StripeSecretKey, c.StripeWebhookSecret = "sk_live_example", "whsec_"+stripeKey }, "STRIPE_SECRET_KEY looks"},
		"a Stripe key alone":            {func(c *config) { c.StripeSecretKey = "sk_live_" + stripeKey }, "STRIPE_WEBHOOK_SECRET is missing"},
		"an endpoint's secret alone":    {func(c *config) { c.StripeWebhookSecret = "whsec_" + stripeKey }, "STRIPE_SECRET_KEY is missing"},
		"a key in the secret's place":   {func(c *config) { c.StripeSecretKey, c.StripeWebhookSecret = "sk_live_"+stripeKey, "sk_live_"+stripeKey }, "STRIPE_WEBHOOK_SECRET is not"},
		"an example of a secret":        {func(c *config) { c.StripeSecretKey, c.StripeWebhookSecret = "sk_live_"+stripeKey, "whsec_changeme" }, "STRIPE_WEBHOOK_SECRET looks"},
		"both keys of Stripe":           {func(c *config) { c.StripeSecretKey, c.StripeWebhookSecret = "rk_live_"+stripeKey, "whsec_"+stripeKey }, ""},
		"Stripe in the clear":           {func(c *config) { c.StripeAPIURL = "http://stripe.example" }, "STRIPE_API_URL"},
		"a Stripe that is no address":   {func(c *config) { c.StripeAPIURL = "stripe.example" }, "STRIPE_API_URL"},
		"all of the CMI": {func(c *config) {
			c.CMIClientID, c.CMIStoreKey, c.CMIGatewayURL = "600001234", "azertyuiop-2026", "https://payment.cmi.co.ma/fim/est3Dgate"
		}, ""},
		"a merchant without a key": {func(c *config) {
			c.CMIClientID, c.CMIGatewayURL = "600001234", "https://payment.cmi.co.ma/fim/est3Dgate"
		}, "CMI_STORE_KEY is missing"},
		"a key without a merchant": {func(c *config) {
			c.CMIStoreKey, c.CMIGatewayURL = "azertyuiop-2026", "https://payment.cmi.co.ma/fim/est3Dgate"
		}, "CMI_CLIENT_ID is missing"},
		"a merchant that is none": {func(c *config) {
			c.CMIClientID, c.CMIStoreKey, c.CMIGatewayURL = "souk", "azertyuiop-2026", "https://payment.cmi.co.ma/fim/est3Dgate"
		}, "CMI_CLIENT_ID"},
		"a short key": {func(c *config) {
			c.CMIClientID, c.CMIStoreKey, c.CMIGatewayURL = "600001234", "azertyuiop", "https://payment.cmi.co.ma/fim/est3Dgate"
		}, "CMI_STORE_KEY has"},
		"an example of a store key": {func(c *config) {
			c.CMIClientID, c.CMIStoreKey, c.CMIGatewayURL = "600001234", "TEST1234TEST1234", "https://payment.cmi.co.ma/fim/est3Dgate"
		}, "CMI_STORE_KEY looks"},
		"a gateway in the clear": {func(c *config) {
			c.CMIClientID, c.CMIStoreKey, c.CMIGatewayURL = "600001234", "azertyuiop-2026", "http://payment.cmi.co.ma/fim/est3Dgate"
		}, "CMI_GATEWAY_URL"},
		"a Stripe of this machine":        {func(c *config) { c.StripeAPIURL = "http://127.0.0.1:12111" }, ""},
		"a short key beyond this machine": {func(c *config) { c.MeiliURL, c.MeiliKey = "http://meilisearch:7700", "kX3pVt8wQm2" }, "MEILI_KEY has 11"},
		"a short key on this machine":     {func(c *config) { c.MeiliURL, c.MeiliKey = "http://127.0.0.1:7700", "kX3pVt8wQm2" }, ""},
	} {
		changed := sound()
		c.change(&changed)
		err := changed.validateForServe()
		if (err == nil) != (c.says == "") || err != nil && (!strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "ChangeMe1") || strings.Contains(err.Error(), stripeKey)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Money may move in a demonstration that is given keys.
func TestADemonstrationTakesCardsByWholeKeysOnly(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config config
		says   string // "" where it is accepted
	}{
		"no keys":              {config{}, ""},
		"whole keys of Stripe": {config{StripeSecretKey: "sk_test_" + stripeKey, StripeWebhookSecret: "whsec_" + stripeKey}, ""},
		"rubbish":              {config{StripeSecretKey: "rubbish"}, "STRIPE_SECRET_KEY is not"},
		"no webhook secret":    {config{StripeSecretKey: "sk_test_" + stripeKey}, "STRIPE_WEBHOOK_SECRET is missing"},
		"half of the CMI":      {config{CMIClientID: "600001234"}, "CMI_STORE_KEY is missing"},
	} {
		if err := c.config.validateForDemo(); (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSecretsMayStandInFiles(t *testing.T) {
	file := func(content string) string {
		path := filepath.Join(t.TempDir(), "secret")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	t.Setenv("SECRET_KEY", "")
	t.Setenv("SECRET_KEY_FILE", file("tV9y3Qm7cXr2Lk8Zp4Wd6Nf1Hs5Jb0Ga\n"))
	t.Setenv("SECRET_KEYS_BEFORE_FILE", file("wQ8nB4vK1xT6mR3zL9cJ5hF2dS7gP0aY\n\nfR2kU7pX4nM9bV1cZ6tQ3wL8jH5gD0sE\n"))
	t.Setenv("DATABASE_URL_FILE", file("postgres://souk:kX3pVt8w@db/souk\r\n"))
	t.Setenv("MEILI_KEY_FILE", file("kX3pVt8wQm2kX3pVt8wQm2"))
	t.Setenv("SMTP_PASSWORD_FILE", file(" with a space "))
	t.Setenv("STRIPE_SECRET_KEY_FILE", file("sk_live_"+stripeKey+"\n"))
	t.Setenv("STRIPE_WEBHOOK_SECRET_FILE", file("whsec_"+stripeKey+"\n"))
	c, err := readConfig()
	if err != nil || c.SecretKey != sound().SecretKey || c.DatabaseURL != "postgres://souk:kX3pVt8w@db/souk" ||
		c.MeiliKey != "kX3pVt8wQm2kX3pVt8wQm2" || c.SMTPPassword != " with a space " ||
		c.StripeSecretKey != "sk_live_"+stripeKey || c.StripeWebhookSecret != "whsec_"+stripeKey {
		t.Errorf("%+v, %v", c, err)
	}
	if keys := c.secretsBefore(); len(keys) != 2 || string(keys[1]) != "fR2kU7pX4nM9bV1cZ6tQ3wL8jH5gD0sE" {
		t.Errorf("the keys before are %q", keys)
	}
	t.Setenv("SECRET_KEY", "another")
	t.Setenv("SMTP_PASSWORD_FILE", filepath.Join(t.TempDir(), "nothing"))
	if _, err := readConfig(); err == nil || !strings.Contains(err.Error(), "SECRET_KEY and SECRET_KEY_FILE") ||
		!strings.Contains(err.Error(), "nothing") || strings.Contains(err.Error(), "another") {
		t.Errorf("two secrets, and a file that is not there: %v", err)
	}
}

func TestKeysBeforeAreKeysToo(t *testing.T) {
	t.Parallel()
	const older, oldest = "wQ8nB4vK1xT6mR3zL9cJ5hF2dS7gP0aY", "fR2kU7pX4nM9bV1cZ6tQ3wL8jH5gD0sE"
	for keys, problem := range map[string]string{
		"":                                     "",
		older:                                  "",
		older + ", " + oldest:                  "",
		older + ",short":                       "a key has 5 characters",
		older + "," + strings.Repeat("ab", 16): "a key looks like an example",
		sound().SecretKey:                      "has SECRET_KEY itself",
	} {
		c := sound()
		c.KeysBefore = keys
		err := c.validateForServe()
		if (err == nil) != (problem == "") || err != nil && !strings.Contains(err.Error(), "SECRET_KEYS_BEFORE") || err != nil && !strings.Contains(err.Error(), problem) {
			t.Errorf("%q: %v", keys, err)
		}
	}
}

// Whoever writes the address of the market with a slash at its end has the same links as others.
func TestTheMarketsAddressEndsWithoutASlash(t *testing.T) {
	t.Setenv("BASE_URL", "https://souk.example/")
	if c, err := readConfig(); err != nil || c.BaseURL != "https://souk.example" {
		t.Errorf("%q, %v", c.BaseURL, err)
	}
}
