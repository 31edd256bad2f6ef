package web

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
)

// The market's cookies. None is for anybody but the market.
const (
	SessionCookie  = "session"
	DeviceCookie   = "device" // by which a browser that somebody signed in with is known again
	BasketCookie   = "basket"
	LanguageCookie = "language"
	placeCookie    = "place"
	flashCookie    = "flash"
)

// CookieName binds a cookie to this very host where the connection is safe: a browser takes a
// «__Host-» cookie only with Secure, the whole path and no domain.
func (s *Site) CookieName(name string) string {
	if s.Secure() {
		return "__Host-" + name
	}
	return name
}

// Cookie is a cookie's value, or "".
func (r *Request) Cookie(name string) string { return Clean(r.fiber.Cookies(r.Site.CookieName(name))) }

// KeepsCookies reports whether the reader's browser has been seen to keep the market's cookies: each page gives it the
// one of its language.
func (r *Request) KeepsCookies() bool { return r.Cookie(LanguageCookie) != "" }

// SetCookie keeps a value in the reader's browser, out of reach of scripts and of other sites'
// requests, for that long; with 0, until the browser closes.
func (r *Request) SetCookie(name, value string, keep time.Duration) {
	r.fiber.Cookie(&fiber.Cookie{
		Name: r.Site.CookieName(name), Value: value, Path: "/", MaxAge: int(keep.Seconds()), SessionOnly: keep == 0,
		Secure: r.Site.Secure(), HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode,
	})
}

// DropCookie forgets a cookie.
func (r *Request) DropCookie(name string) {
	r.fiber.Cookie(&fiber.Cookie{
		Name: r.Site.CookieName(name), Path: "/", Expires: time.Unix(1, 0),
		Secure: r.Site.Secure(), HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode,
	})
}

// Forget tells the browser to throw away what it keeps of the market's pages, for whoever sits before it
// next (ASVS 14.3.1). Cookies stay: the basket and the language are nobody's secret.
func (r *Request) Forget() { r.SetHeader("Clear-Site-Data", `"cache", "storage"`) }

// placeKeep is how long a browser remembers where its reader's orders go.
const placeKeep = 365 * 24 * time.Hour

// Place is where the reader's orders go, as far as she has said so; nil while she has not, or where none go any more.
func (r *Request) Place() *delivery.Place {
	slug := r.Cookie(placeCookie)
	if slug == "" {
		return nil
	}
	place, ok, err := r.Site.Place(r.Context(), slug)
	if err != nil { // the page is worth more than what it says of delivery
		r.Log().Warn("place of the reader", "error", err)
	}
	if !ok {
		return nil
	}
	return &place
}

// PlaceSlug is the slug of Place, or "".
func (r *Request) PlaceSlug() string {
	if place := r.Place(); place != nil {
		return place.Slug
	}
	return ""
}

// SetPlace remembers where the reader's orders go; "" forgets it.
func (r *Request) SetPlace(slug string) {
	if slug == "" {
		r.DropCookie(placeCookie)
		return
	}
	r.SetCookie(placeCookie, slug, placeKeep)
}

// flashKeep is how long a toast waits for its page.
const flashKeep = time.Minute

// Flash says a sentence on the reader's next page, as a toast; args are its placeholders' name, value
// pairs.
func (r *Request) Flash(key string, args ...any) {
	r.FlashMessage(fault.Say(key, args...))
}

// FlashMessage is Flash of a message.
func (r *Request) FlashMessage(m fault.Message) {
	for name, value := range m.Args {
		switch v := value.(type) {
		case int, string:
		case money.Amount: // JSON would not tell money from a number
			m.Args[name] = r.Locale.Money(v)
		case i18n.Text:
			m.Args[name] = r.Locale.Text(v)
		case time.Time:
			m.Args[name] = r.Locale.Date(v)
		default:
			m.Args[name] = fmt.Sprint(v)
		}
	}
	text, err := json.Marshal(m)
	if err != nil { // only strings and numbers are left
		r.Log().Error("toast", "key", m.Key, "error", err)
		return
	}
	r.FlashAgain(r.Site.Seals.Seal(flashCookie, text, flashKeep))
}

// Flashed is what Flash has said, sealed for FlashAgain to say it once more in the answer to another request of the reader's.
func (r *Request) Flashed() string { return r.flashed }

// FlashAgain says it, if anything was.
func (r *Request) FlashAgain(sealed string) {
	if r.flashed = sealed; sealed != "" {
		r.SetCookie(flashCookie, sealed, flashKeep)
	}
}

// toast takes what Flash left for this page. What anybody else left is dropped.
func (r *Request) toast() string {
	sealed := r.Cookie(flashCookie)
	if sealed == "" {
		return ""
	}
	r.DropCookie(flashCookie)
	text, ok := r.Site.Seals.Open(flashCookie, sealed)
	if !ok {
		return ""
	}
	var m fault.Message
	if err := json.Unmarshal(text, &m); err != nil {
		r.Log().Error("toast", "error", err)
		return ""
	}
	return r.Locale.Message(m)
}
