// Package pgtest gives each test a PostgreSQL database of its own, with the schema in place and
// nothing in it, on a machine with nothing prepared. A package whose tests want one says
//
//	func TestMain(m *testing.M) { pgtest.Main(m) }
//
// and its tests call New, or URL if they run a program that opens the database itself.
//
// The server is the one that DATABASE_URL names, whose user must be allowed to create databases;
// without it an embedded one, which all test processes of a user share: the first that wants it
// starts it, and it goes, data and all, a few seconds after the last has gone (see shared.go).
// Migrations run once, into a template that each test's database is cloned from (see template.go).
package pgtest
