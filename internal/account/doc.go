// Package account knows the people who sign in: members, who each act for one cooperative, and the
// association. Start at Service.SignIn, which gives the token of a session, and Service.Session,
// which gives the person behind it on every later request. Guessing is slowed down (delay.go), browsers
// are known again (device.go), passwords are chosen by links (reset.go) and accounts ended (end.go).
// ParsePhone is the one place that reads telephone numbers.
package account
