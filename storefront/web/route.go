package web

import (
	"context"
	"net/http"

	"github.com/souk-taawon/souk/internal/account"
)

// Policy says who may use a route. The zero Policy is none at all: the server refuses to start with
// a route that does not declare its own.
type Policy int

// The policies.
const (
	Public   Policy = iota + 1 // anybody
	SignedIn                   // whoever has signed in
	Holder                     // whoever holds the route's Right; one of a cooperative's for its own things only
	Demo                       // anybody, but only where the market is a demonstration
)

// String names the policy, for messages of the start and of tests.
func (p Policy) String() string {
	switch p {
	case Public:
		return "public"
	case SignedIn:
		return "signed in"
	case Holder:
		return "holder of a right"
	case Demo:
		return "demo"
	default:
		return "none"
	}
}

// Limit names a budget of requests per address that a route draws on; several routes may share one.
type Limit int

// The limits.
const (
	Unlimited   Limit = iota
	SignInLimit       // signing in, and asking for or using a new password
	OrderLimit        // placing an order
	SearchLimit       // asking the search engine
	HookLimit         // what providers of payments tell
)

// String names the limit, for messages of the start.
func (l Limit) String() string {
	switch l {
	case SignInLimit:
		return "sign-in"
	case OrderLimit:
		return "order"
	case SearchLimit:
		return "search"
	case HookLimit:
		return "webhook"
	default:
		return "nothing"
	}
}

// Route is one page or one action.
type Route struct {
	Method string
	Path   string // pattern without the language: "/products/:slug"
	Policy Policy
	Right  account.Right // of a Holder

	// NoLang routes are mounted as they are, without /:lang before them. They read no session, so
	// they cannot act for anybody, and under /api they tell failures as JSON.
	NoLang bool

	// Private answers must not be kept by anyone although their policy is Public: a basket, a page
	// behind a secret link.
	Private bool

	// FromElsewhere is an action that a form on another site's page may ask for: it changes nothing, and shows nothing that
	// its address alone would not.
	FromElsewhere bool

	MaxBody int // bytes of a request body where more than the general limit is welcome
	// Bearer says of a Public route with a MaxBody who may send so much: whoever names something by :token that it is no
	// error for. It is asked before the body is read.
	Bearer func(ctx context.Context, token string) error
	Long   bool  // answering may take as long as where such a body comes
	Limit  Limit // how often one address may come
	// NoDatabase routes are answered also while every connection to the database is taken.
	NoDatabase bool

	Handler func(*Request) error
}

// Get is a page for those who hold a right.
func Get(right account.Right, path string, handler func(*Request) error) Route {
	return Route{Method: http.MethodGet, Path: path, Policy: Holder, Right: right, Handler: handler}
}

// File is a file of everything that a list has, for those who hold a right. It may be long in the making.
func File(right account.Right, path string, handler func(*Request) error) Route {
	file := Get(right, path, handler)
	file.Long = true
	return file
}

// Post is an action for those who hold a right.
func Post(right account.Right, path string, handler func(*Request) error) Route {
	return Route{Method: http.MethodPost, Path: path, Policy: Holder, Right: right, Handler: handler}
}
