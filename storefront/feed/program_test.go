package feed_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"

	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/paymenttest"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
	"github.com/souk-taawon/souk/storefront"
	"github.com/souk-taawon/souk/storefront/feed"
	"github.com/souk-taawon/souk/storefront/storetest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// program uses the API and holds every answer against the API's description.
type program struct {
	*storetest.Market
	t           *testing.T
	client      *storetest.Client
	description validator.Validator
}

func newProgram(t *testing.T, options ...storetest.Option) *program {
	t.Helper()
	return newProgramTaking(t, nil, options...)
}

func newProgramTaking(t *testing.T, means []payment.Provider, options ...storetest.Option) *program {
	t.Helper()
	m := storetest.NewTaking(t, means, options...)
	return &program{Market: m, t: t, client: m.Visitor(), description: described(t, offered(t, m))}
}

// offered are the means of payment that a market offers.
func offered(t *testing.T, m *storetest.Market) []order.Called {
	t.Helper()
	means, err := m.Orders.CalledMeans(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return means
}

// described reads the description for a market that takes these means of payment.
func described(t *testing.T, means []order.Called) validator.Validator {
	t.Helper()
	document, err := libopenapi.NewDocument(feed.OpenAPI(means))
	if err != nil {
		t.Fatal(err)
	}
	description, problems := validator.NewValidator(document)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	t.Cleanup(description.Release)
	return description
}

// send sends a request and gives its answer, which must be as described.
func (p *program) send(method, path, body string, header http.Header) *storetest.Page {
	p.t.Helper()
	answer := p.client.Do(method, path, []byte(body), header)
	request, err := http.NewRequest(method, p.URL+path, bytes.NewReader([]byte(body)))
	if err != nil {
		p.t.Fatal(err)
	}
	request.Header = header.Clone()
	// Lists with commas and values left empty are forgiven, but a description cannot say so.
	forgiven := strings.Contains(path, ",") || strings.Contains(path, "=&")
	if answer.Status < http.StatusBadRequest && !forgiven {
		if ok, problems := p.description.ValidateHttpRequest(request); !ok { // what is taken is what is described
			for _, problem := range problems {
				p.t.Errorf("%s %s is taken although not as described: %s: %s %v\n%s", method, path, problem.Message, problem.Reason, problem.SchemaValidationErrors, body)
			}
		}
	}
	response := &http.Response{StatusCode: answer.Status, Header: answer.Header, Body: io.NopCloser(bytes.NewReader(answer.Body)), Request: request}
	if ok, problems := p.description.ValidateHttpResponse(request, response); !ok {
		for _, problem := range problems {
			p.t.Errorf("%s %s, %d: not as described: %s: %s %v\n%s", method, path, answer.Status, problem.Message, problem.Reason, problem.SchemaValidationErrors, answer.Body)
		}
	}
	return answer
}

// get reads an answer of 200 into v.
func (p *program) get(path string, v any) {
	p.t.Helper()
	read(p.t, p.send(http.MethodGet, path, "", http.Header{}).Want(http.StatusOK), v)
}

func read(t *testing.T, answer *storetest.Page, v any) {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(answer.Body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil {
		t.Fatalf("%v in %s", err, answer.Body)
	}
}

// failure is how the API tells what is wrong.
type failure struct {
	Error struct {
		Code, Message string
		Fields        map[string]string
		Lines         []struct {
			ProductID string `json:"product_id"`
			Available int
		}
	}
}

func (p *program) refused(method, path, body string, header http.Header, status int, code string) failure {
	p.t.Helper()
	answer := p.send(method, path, body, header).Want(status)
	var f failure
	read(p.t, answer, &f)
	if f.Error.Code != code || f.Error.Message == "" {
		p.t.Errorf("%s %s is told %+v, not %s", method, path, f.Error, code)
	}
	return f
}

func TestDescriptionIsValidAndServed(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	if ok, problems := p.description.ValidateDocument(); !ok {
		for _, problem := range problems {
			t.Errorf("%s: %s %v", problem.Message, problem.Reason, problem.SchemaValidationErrors)
		}
	}
	served := p.Visitor().Get("/api/openapi.yaml").Want(http.StatusOK)
	if !bytes.Equal(served.Body, feed.OpenAPI(offered(t, p.Market))) || served.Header.Get("Content-Type") != "application/yaml; charset=utf-8" {
		t.Errorf("served %d bytes as %s", len(served.Body), served.Header.Get("Content-Type"))
	}
}

func TestTheMeansOfPaymentAreDescribedAsTheyAreTaken(t *testing.T) {
	t.Parallel()
	description := described(t, []order.Called{{Means: payment.CashOnDelivery}, {Means: paymenttest.Name, Fee: 5_00}})
	for means, taken := range map[string]bool{payment.CashOnDelivery: true, paymenttest.Name: true, "figs": false, "$MEANS": false} {
		order := `{"lines":[{"product_id":"0190a000-0003-7000-8000-000000000001","quantity":1}],
			"buyer":{"name":"Salma","phone":"0612345678","commune":"berkane"},"delivery":"pickup","payment":"` + means + `"}`
		request, err := http.NewRequest(http.MethodPost, "/api/v1/orders", strings.NewReader(order))
		if err != nil {
			t.Fatal(err)
		}
		request.Header = http.Header{"Content-Type": {"application/json"}, "Idempotency-Key": {"one"}}
		if ok, problems := description.ValidateHttpRequest(request); ok != taken {
			t.Errorf("paid by %s: described as taken: %t, %v", means, ok, problems)
		}
	}
}

func TestTheDescriptionCallsStatesAsThePagesDo(t *testing.T) {
	t.Parallel()
	m := storetest.New(t)
	served := strings.Join(strings.Fields(string(m.Visitor().Get("/api/openapi.yaml").Want(http.StatusOK).Body)), " ")
	en := m.Languages.Locale("en")
	for _, s := range order.States() {
		says := "`" + string(s) + "`: " + en.T(s.Key())
		if !strings.Contains(served, says) {
			t.Errorf("it does not say %q", says)
		}
	}
	for _, s := range []order.PartState{
		order.PartAwaiting, order.PartPlaced, order.PartAccepted, order.PartReady, order.PartHandedOver, order.PartDelivered,
		order.PartDeclined, order.PartCancelled, order.PartRefused,
	} {
		says := "`" + string(s) + "`: " + en.T(s.Key()) + "."
		if !strings.Contains(served, says) {
			t.Errorf("it does not say %q", says)
		}
	}
	if waits := en.T(order.StateDispatched.NameKey(delivery.Pickup)); !strings.Contains(served, waits) {
		t.Errorf("it does not say %q", waits)
	}
}

func TestFailuresOfTheServerAreToldAsTheAPIDoes(t *testing.T) {
	t.Parallel()
	p := newProgram(t, func(c *storefront.Config) { c.RateLimits.Order = storefront.Rate{Count: 2, Per: 3600e9} })
	for range 2 {
		p.refused(http.MethodPost, "/api/v1/orders", "", http.Header{}, http.StatusUnprocessableEntity, "idempotency_key_required")
	}
	p.refused(http.MethodPost, "/api/v1/orders", "", http.Header{}, http.StatusTooManyRequests, "too_many_requests")
	p.refused(http.MethodPost, "/api/v1/orders", string(make([]byte, 2<<20)), http.Header{}, http.StatusRequestEntityTooLarge, "too_large")

	// The description names neither of these, so only the shape of the answer can be held.
	for _, test := range []struct {
		method, path string
		status       int
		code         string
	}{
		{http.MethodGet, "/api/v1/nothing", http.StatusNotFound, "not_found"},
		{http.MethodGet, "/api/v2/products", http.StatusNotFound, "not_found"},
		{http.MethodDelete, "/api/v1/products", http.StatusMethodNotAllowed, "method_not_allowed"},
	} {
		var f failure
		read(t, p.Visitor().Do(test.method, test.path, nil, nil).Want(test.status), &f)
		if f.Error.Code != test.code {
			t.Errorf("%s %s is told %+v", test.method, test.path, f.Error)
		}
	}
}
