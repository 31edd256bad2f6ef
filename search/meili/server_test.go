package meili_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/search/meili"
	"github.com/souk-taawon/souk/search/text"
)

// call sends a request of our own to the server and returns the answer.
func call(t *testing.T, server, key, method, path, body string) map[string]any {
	t.Helper()
	request, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), method, server+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+key)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var answer map[string]any
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil && !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return answer
}

// settled waits until the server has nothing left to do.
func settled(t *testing.T, server, key string) {
	t.Helper()
	for range 1_000 {
		if call(t, server, key, "GET", "/tasks?statuses=enqueued,processing", "")["total"] == 0.0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the server is never done")
}

// ownServer is a server that no other test uses.
func ownServer(t *testing.T) (url, key string) {
	p := start(t)
	return p.URL(), p.Key()
}

// uid is the name of the index of an engine for "products".
func uid() string { return fmt.Sprintf("products_v%d", search.Schema) }

func honey() iter.Seq2[search.Document, error] {
	return search.Each([]search.Document{{ID: "honey", NameFR: "Miel"}})
}

func expectFound(t *testing.T, e *meili.Engine, text string, expected int) {
	t.Helper()
	got, err := e.Search(t.Context(), search.Query{Text: text, Lang: "fr"})
	if err != nil {
		t.Fatal(err)
	}
	if got.Total != expected {
		t.Errorf("«%s» finds %d, expected %d", text, got.Total, expected)
	}
}

func TestSettingsArePushedOnlyWhenTheyDiffer(t *testing.T) {
	t.Parallel()
	server, key := ownServer(t)
	tasks := func() any {
		return call(t, server, key, "GET", "/tasks?types=settingsUpdate", "")["total"]
	}
	for range 3 { // three starts
		if err := meili.New(server, key, "products", text.Builtin()).Put(t.Context(), honey()); err != nil {
			t.Fatal(err)
		}
	}
	if n := tasks(); n != 1.0 {
		t.Errorf("settings were pushed %v times, expected once", n)
	}
	call(t, server, key, "PATCH", "/indexes/"+uid()+"/settings", `{"rankingRules":["words"],"typoTolerance":{"enabled":false}}`)
	settled(t, server, key)
	if _, err := meili.New(server, key, "products", text.Builtin()).Count(t.Context()); err != nil {
		t.Fatal(err)
	}
	settled(t, server, key)
	settings := call(t, server, key, "GET", "/indexes/"+uid()+"/settings", "")
	if rules := settings["rankingRules"].([]any); len(rules) < 5 || rules[0] != "sort" {
		t.Errorf("settings that somebody changed stay changed: %v", rules)
	}
	if n := tasks(); n != 3.0 {
		t.Errorf("settings were pushed %v times, expected three", n)
	}
}

func TestAServerThatLostItsIndexSaysSoAndIsFilledAgain(t *testing.T) {
	t.Parallel()
	server, key := ownServer(t)
	for name, notice := range map[string]func(e *meili.Engine) error{
		"by a search": func(e *meili.Engine) error {
			_, err := e.Search(t.Context(), search.Query{Text: "miel"})
			return err
		},
		"by a change":       func(e *meili.Engine) error { return e.Put(t.Context(), honey()) },
		"by a deletion":     func(e *meili.Engine) error { return e.Delete(t.Context(), []string{"honey"}) },
		"by a health check": func(e *meili.Engine) error { return e.Health(t.Context()) },
	} {
		e := meili.New(server, key, "products", text.Builtin())
		if err := e.Put(t.Context(), honey()); err != nil {
			t.Fatal(err)
		}
		call(t, server, key, "DELETE", "/indexes/"+uid(), "")
		settled(t, server, key)
		if err := notice(e); !errors.Is(err, search.ErrUnavailable) {
			t.Errorf("%s: %v, expected %v", name, err, search.ErrUnavailable)
		}
		if n, err := e.Count(t.Context()); n != 0 || err != nil {
			t.Errorf("%s: then %d documents, %v", name, n, err)
		}
		if err := e.Put(t.Context(), honey()); err != nil {
			t.Errorf("%s: then %v", name, err)
		}
		expectFound(t, e, "miel", 1)
	}
}

func TestWhileAnotherProgramRebuildsNothingIsWritten(t *testing.T) {
	t.Parallel()
	server, key := ownServer(t)
	ours, theirs := meili.New(server, key, "products", text.Builtin()), meili.New(server, key, "products", text.Builtin())
	if err := ours.Put(t.Context(), honey()); err != nil {
		t.Fatal(err)
	}
	err := theirs.Rebuild(t.Context(), func(yield func(search.Document, error) bool) {
		if err := ours.Put(t.Context(), honey()); !errors.Is(err, search.ErrRebuilding) {
			t.Errorf("put: %v, expected %v", err, search.ErrRebuilding)
		}
		if err := ours.Rebuild(t.Context(), nil); !errors.Is(err, search.ErrRebuilding) {
			t.Errorf("rebuild: %v, expected %v", err, search.ErrRebuilding)
		}
		expectFound(t, ours, "miel", 1)
		yield(search.Document{ID: "oil", NameFR: "Huile"}, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	expectFound(t, ours, "miel", 0)
	expectFound(t, ours, "huile", 1)
	if err := ours.Put(t.Context(), honey()); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	if n := call(t, server, key, "GET", "/indexes", "")["total"]; n != 1.0 {
		t.Errorf("a rebuild leaves %v indexes", n)
	}
}

func TestARebuildWhoseIndexWasTakenAwayFails(t *testing.T) {
	t.Parallel()
	server, key := ownServer(t)
	e := meili.New(server, key, "products", text.Builtin())
	if err := e.Put(t.Context(), honey()); err != nil {
		t.Fatal(err)
	}
	err := e.Rebuild(t.Context(), func(yield func(search.Document, error) bool) {
		for _, index := range call(t, server, key, "GET", "/indexes", "")["results"].([]any) {
			if uid := index.(map[string]any)["uid"].(string); strings.Contains(uid, "rebuild") {
				call(t, server, key, "DELETE", "/indexes/"+uid, "")
			}
		}
		settled(t, server, key)
		yield(search.Document{ID: "oil", NameFR: "Huile"}, nil)
	})
	if !errors.Is(err, search.ErrUnavailable) {
		t.Errorf("%v, expected %v", err, search.ErrUnavailable)
	}
	expectFound(t, e, "miel", 1)
	if n := call(t, server, key, "GET", "/indexes", "")["total"]; n != 1.0 {
		t.Errorf("%v indexes are left", n)
	}
}

func TestAServerThatDoesNotAnswerIsLeftAlone(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer broken.Close()
	e := meili.New(broken.URL, "key", "products", text.Builtin())
	for range 50 {
		if _, err := e.Search(t.Context(), search.Query{Text: "miel"}); !errors.Is(err, search.ErrUnavailable) {
			t.Fatalf("search: %v, expected %v", err, search.ErrUnavailable)
		}
	}
	if n := asked.Load(); n > 3 {
		t.Errorf("50 searches asked it %d times", n)
	}
	if err := e.Put(t.Context(), honey()); !errors.Is(err, search.ErrUnavailable) {
		t.Errorf("put: %v", err)
	}
	if err := e.Health(t.Context()); !errors.Is(err, search.ErrUnavailable) {
		t.Errorf("health: %v", err)
	}
}

func TestASlowServerDoesNotHoldABuyerUp(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer slow.Close()
	defer close(release)
	e := meili.New(slow.URL, "key", "products", text.Builtin())
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := e.Search(ctx, search.Query{Text: "miel"}); !errors.Is(err, search.ErrUnavailable) {
		t.Errorf("search: %v, expected %v", err, search.ErrUnavailable)
	}
}

func TestNobodyWaitsBehindTheSyncerForAServerThatHangs(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	asked := make(chan struct{}, 100)
	hanging := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		asked <- struct{}{}
		<-release
	}))
	defer hanging.Close()
	defer close(release)
	e := meili.New(hanging.URL, "key", "products", text.Builtin())
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() { _, _ = e.Count(ctx) }() // as the syncer does at its start, without a limit
	<-asked
	buyer, leave := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer leave()
	begun := time.Now()
	if _, err := e.Search(buyer, search.Query{Text: "miel"}); !errors.Is(err, search.ErrUnavailable) {
		t.Errorf("search: %v, expected %v", err, search.ErrUnavailable)
	}
	if waited := time.Since(begun); waited > 2*time.Second {
		t.Errorf("a buyer waited %s", waited)
	}
}

func TestAServerThatAnswersNonsenseIsNotBelieved(t *testing.T) {
	t.Parallel()
	for _, nonsense := range []string{"", "<html>welcome</html>", "{}", "[]", "null", `{"results":[]}`, `{"results":[{}]}`, `{"results":[{"hits":[{"id":7}]}]}`,
		`{"results":[{"hits":[{}],"estimatedTotalHits":1,"facetDistribution":"x"}]}`} {
		mad := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, nonsense)
		}))
		e := meili.New(mad.URL, "key", "products", text.Builtin())
		if got, err := e.Search(t.Context(), search.Query{Text: "miel thym"}); err == nil {
			t.Errorf("%q was taken for %+v", nonsense, got)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		if err := e.Put(ctx, honey()); err == nil {
			t.Errorf("%q was taken for a confirmation", nonsense)
		}
		if err := e.Rebuild(ctx, honey()); err == nil {
			t.Errorf("%q was taken for a rebuilt index", nonsense)
		}
		cancel()
		mad.Close()
	}
}

// The server's compressed answers stall on a kept connection, and an answer is only ever asked for once.
func TestRequestsAskForNoCompression(t *testing.T) {
	t.Parallel()
	server, key := ownServer(t)
	target, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	var compressed atomic.Int64
	proxy := httputil.NewSingleHostReverseProxy(target)
	between := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "" || r.Header.Get("Content-Encoding") != "" {
			compressed.Add(1)
		}
		proxy.ServeHTTP(w, r)
	}))
	defer between.Close()
	e := meili.New(between.URL, key, "products", text.Builtin())
	if err := e.Put(t.Context(), honey()); err != nil {
		t.Fatal(err)
	}
	expectFound(t, e, "miel", 1)
	if n := compressed.Load(); n != 0 {
		t.Errorf("%d requests speak of compression", n)
	}
}

func TestATaskThatFailsIsAnError(t *testing.T) {
	t.Parallel()
	server, key := ownServer(t)
	target, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	between := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/documents") {
			body := `[{"id":"not an id"}]`
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
		}
		proxy.ServeHTTP(w, r)
	}))
	defer between.Close()
	if err := meili.New(between.URL, key, "products", text.Builtin()).Put(t.Context(), honey()); !errors.Is(err, search.ErrRefused) {
		t.Errorf("put: %v, expected %v", err, search.ErrRefused)
	}
}

func TestTheKeyFollowsNoRedirect(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("led to %s", r.URL) }))
	defer elsewhere.Close()
	server := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer server.Close()
	engine := meili.New(server.URL, "the master key", "souk", text.Builtin())
	defer func() { _ = engine.Close() }()
	if _, err := engine.Search(t.Context(), search.Query{}); err == nil {
		t.Error("a redirect passes for an answer")
	}
}
