// Package audit holds the form in which domains report whether what must always be true still is:
// money, stock and states that agree with each other. It knows no domain: each writes its own
// checks as queries for what contradicts them, and has Run ask the database.
package audit
