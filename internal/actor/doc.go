// Package actor says who does something on the market, in a word that histories keep. That there is no
// user does not say it: a buyer has no account, and neither has the market's clock. Start at Actor.
package actor
