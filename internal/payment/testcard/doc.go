// Package testcard is a means of payment for demonstrations: a card whose page says that no money moves, and asks what
// is to happen. Whatever is chosen there goes the way of a real provider: it is told in a signed event, which lies in the
// inbox until a job has asked how things stand. Start at Provider.
package testcard
