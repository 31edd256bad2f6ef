package web

import (
	"encoding/json"
	"slices"
	"time"
)

// The orders that were placed or followed in a browser are remembered there, by their tracking links: nobody has to keep
// the links elsewhere. Others who use the browser see them too, and can have them forgotten.
const (
	ordersCookie  = "orders"
	ordersKeep    = 90 * 24 * time.Hour
	maxRemembered = 5
)

// Remembered are the tokens of the tracking links that the reader's browser remembers, the last one first.
func (r *Request) Remembered() (tokens []string) {
	content, ok := r.Site.Seals.Open(ordersCookie, r.Cookie(ordersCookie))
	if !ok || json.Unmarshal(content, &tokens) != nil {
		return nil
	}
	return tokens[:min(len(tokens), maxRemembered)]
}

// Remember has the browser remember a link, in place of the one that it has not met for longest. It remembers none for
// whoever has signed in: the market's people open buyers' links all day, and these are not theirs.
func (r *Request) Remember(token string) {
	if r.User != nil {
		return
	}
	tokens := slices.DeleteFunc(r.Remembered(), func(known string) bool { return known == token })
	r.RememberOnly(append([]string{token}, tokens...))
}

// RememberOnly has it remember these links and no others.
func (r *Request) RememberOnly(tokens []string) {
	if len(tokens) == 0 {
		r.DropCookie(ordersCookie)
		return
	}
	content, err := json.Marshal(tokens[:min(len(tokens), maxRemembered)])
	if err != nil { // texts never are
		r.Log().Error("remember orders", "error", err)
		return
	}
	r.SetCookie(ordersCookie, r.Site.Seals.Seal(ordersCookie, content, ordersKeep), ordersKeep)
}
