// Package door has the pages at the market's staff entrance: signing in and out, and choosing a new
// password by mail. Buyers never come here: they need no account.
package door
