package feed

import (
	"errors"
	"net/http"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/web"
)

// ErrNoSearch says that the search engine does not answer. A page shows the day's shelf instead and says
// so; a program that asked for something would take that for what it asked for.
var ErrNoSearch = fault.New(fault.Unavailable, "web.no_search")

var (
	errQuery = fault.New(fault.Invalid, "feed.query") // Fields say where
	errKey   = fault.New(fault.Invalid, "feed.idempotency_key")
	errOrder = fault.New(fault.Invalid, "feed.order") // Fields say where
)

// What is wrong with a body. Names of fields and values come as they were sent.
var (
	errNoJSON  = fault.New(fault.Invalid, "feed.json_type")    // its Content-Type is another
	errObject  = fault.New(fault.Invalid, "feed.json_object")  // is what it has to be
	errKind    = fault.New(fault.Invalid, "feed.json_kind")    // at Field stands a Value of another kind
	errSyntax  = fault.New(fault.Invalid, "feed.json_syntax")  // at Offset, in bytes
	errEnds    = fault.New(fault.Invalid, "feed.json_end")     // before its end
	errMore    = fault.New(fault.Invalid, "feed.json_more")    // values than one
	errValues  = fault.New(fault.Invalid, "feed.json_values")  // without end
	errUnknown = fault.New(fault.Invalid, "feed.json_unknown") // Field
	errTwice   = fault.New(fault.Invalid, "feed.json_twice")   // Field
	errNumber  = fault.New(fault.Invalid, "feed.json_number")  // Number is not whole or not certain
)

// codes name failures for programs. They are part of the API and do not change.
var codes = []struct {
	err  error
	code string
}{
	{errQuery, "invalid_query"},
	{errNoJSON, "invalid_json"}, {errObject, "invalid_json"}, {errKind, "invalid_json"}, {errSyntax, "invalid_json"}, {errEnds, "invalid_json"}, {errMore, "invalid_json"},
	{errValues, "invalid_json"}, {errUnknown, "invalid_json"}, {errTwice, "invalid_json"}, {errNumber, "invalid_json"},
	{errKey, "idempotency_key_required"},
	{errOrder, "invalid_order"},
	{order.ErrInvalid, "invalid_order"},
	{ErrNoSearch, "search_unavailable"},
	{order.ErrIdempotencyConflict, "idempotency_conflict"},
	{order.ErrPlacedElsewhere, "already_placed"},
	{order.ErrPhoneWaits, "phone_waits"},
	{order.ErrAddressWaits, "address_waits"},
	{order.ErrMarketHeld, "market_held"},
	{order.ErrSpareHeld, "spare_held"},
}

// statusCodes name the failures that have no name of their own.
var statusCodes = map[int]string{
	http.StatusBadRequest:                  "bad_request",
	http.StatusForbidden:                   "forbidden",
	http.StatusNotFound:                    "not_found",
	http.StatusMethodNotAllowed:            "method_not_allowed",
	http.StatusRequestTimeout:              "request_timeout",
	http.StatusConflict:                    "conflict",
	http.StatusGone:                        "gone",
	http.StatusRequestEntityTooLarge:       "too_large",
	http.StatusRequestURITooLong:           "uri_too_long",
	http.StatusUnsupportedMediaType:        "unsupported_media_type",
	http.StatusUnprocessableEntity:         "invalid",
	http.StatusTooManyRequests:             "too_many_requests",
	http.StatusRequestHeaderFieldsTooLarge: "header_too_large",
	http.StatusServiceUnavailable:          "unavailable",
}

type failure struct {
	Code    string            `json:"code"`
	Message string            `json:"message"`
	Fields  map[string]string `json:"fields,omitempty"`
	Lines   []catalog.Short   `json:"lines,omitempty"`
}

// WriteError tells a program of a failure: f is what is told of err.
func WriteError(r *web.Request, status int, f *fault.Error, err error) error {
	told := failure{Code: statusCodes[status], Message: r.Locale.Message(f.Message)}
	if told.Code == "" {
		told.Code = "internal"
	}
	for _, c := range codes {
		if errors.Is(f, c.err) {
			told.Code = c.code
			break
		}
	}
	for name, m := range f.Fields {
		if told.Fields == nil {
			told.Fields = make(map[string]string, len(f.Fields))
		}
		told.Fields[name] = r.Locale.Message(m)
	}
	var short *catalog.OutOfStock
	if errors.As(err, &short) {
		told.Code, told.Lines = "out_of_stock", short.Lines
	}
	var held *order.Held
	if errors.As(err, &held) {
		told.Code, told.Lines = "held", held.Lines
	}
	return r.JSON(status, map[string]failure{"error": told})
}
