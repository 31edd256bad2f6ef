// Package storetest opens a whole small market for a page's test: its own database, the embedded
// search engine, the server on a real address, three approved cooperatives with a few products each,
// one that waits for approval, and somebody of every role. A test says
//
//	func TestMain(m *testing.M) { pgtest.Main(m) }
//
//	m := storetest.New(t)
//	page := m.SignIn(m.Honey.Member).Get("/ar/seller")
//
// and asks the page by selector. Tests of shop, seller and association stand in packages of their own
// (shop_test), since the server imports those areas.
package storetest
