// Package door has the pages at the market's staff entrance: signing in and out, choosing a password by a
// link, and each person's own account. Buyers never come here: they need no account.
package door
