package web_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/souk-taawon/souk/storefront/web"
)

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

func noonAlways() time.Time { return noon }

func sealer(secret string, now time.Time) *web.Sealer {
	return web.NewSealer([]byte(secret), func() time.Time { return now })
}

const siteSecret = "a secret of the tests, which is long enough"

func TestWhatWasSealedOpensForItsPurposeWhileItLasts(t *testing.T) {
	t.Parallel()
	sealed := sealer(siteSecret, noon).Seal("flash", []byte("عسل"), time.Minute)
	for name, test := range map[string]struct {
		by      *web.Sealer
		purpose string
		want    bool
	}{
		"at once":             {sealer(siteSecret, noon), "flash", true},
		"in its last second":  {sealer(siteSecret, noon.Add(time.Minute)), "flash", true},
		"too late":            {sealer(siteSecret, noon.Add(61*time.Second)), "flash", false},
		"for another purpose": {sealer(siteSecret, noon), "flash2", false},
		"by another market":   {sealer(siteSecret+"!", noon), "flash", false},

		"under a newer secret":            {web.NewSealer([]byte(siteSecret+"!"), noonAlways, []byte("the oldest"), []byte(siteSecret)), "flash", true},
		"when the older one was dropped":  {web.NewSealer([]byte(siteSecret+"!"), noonAlways, []byte("the oldest")), "flash", false},
		"too late, under a newer secret":  {web.NewSealer([]byte(siteSecret+"!"), func() time.Time { return noon.Add(61 * time.Second) }, []byte(siteSecret)), "flash", false},
		"for another purpose, and secret": {web.NewSealer([]byte(siteSecret+"!"), noonAlways, []byte(siteSecret)), "flash2", false},
	} {
		if content, ok := test.by.Open(test.purpose, sealed); ok != test.want || ok && string(content) != "عسل" {
			t.Errorf("%s: %q, %v", name, content, ok)
		}
	}
	if strings.Trim(sealed, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
		t.Errorf("%q does not fit into an address as it is", sealed)
	}
	if opened, _ := base64.RawURLEncoding.DecodeString(sealed); strings.Contains(string(opened), "عسل") {
		t.Error("who finds it reads what is sealed")
	}
	if long := sealer(siteSecret, noon).Seal("flash", make([]byte, 3000), time.Minute); len(long) > 4<<10 {
		t.Errorf("3,000 bytes are sealed in %d", len(long))
	}
}

// FuzzNothingForgedOpens changes, cuts and makes up what readers bring back. Fuzzing runs in several processes,
// each of which seals in its own words: what another one has sealed opens, letter by letter as it was.
func FuzzNothingForgedOpens(f *testing.F) {
	const content = `{"key":"shop.basket.added"}`
	s := sealer(siteSecret, noon)
	genuine := s.Seal("flash", []byte(content), time.Minute)
	for _, text := range []string{
		"", "=", genuine, genuine + "=", genuine + "\n", genuine[1:], genuine[:len(genuine)-1], strings.Repeat("A", 54), strings.Repeat("A", 5000),
		base64.RawURLEncoding.EncodeToString([]byte(`{"key":"shop.basket.added","args":{"Count":-9223372036854775808}}`)),
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		opened, ok := s.Open("flash", text)
		decoded, _ := base64.RawURLEncoding.DecodeString(text) // of what is none, another part
		if ok && (string(opened) != content || base64.RawURLEncoding.EncodeToString(decoded) != text) || !ok && text == genuine {
			t.Errorf("%q opens as %q, %t", text, opened, ok)
		}
	})
}
