package meili_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/search"
	"github.com/souk-taawon/souk/search/meili"
	"github.com/souk-taawon/souk/search/searchtest"
	"github.com/souk-taawon/souk/search/text"
)

var products = flag.Int("products", 20_000, "how many products to measure with")

// BenchmarkSearch compares Search with the server's own search for the same words, filters and facets: one
// plain request each.
func BenchmarkSearch(b *testing.B) {
	url, key := server(b)
	e := meili.New(url, key, "products", text.Builtin())
	if err := e.Put(b.Context(), search.Each(searchtest.Market(*products))); err != nil {
		b.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	searchtest.Compare(b, e, func(q search.Query) error {
		body := map[string]any{
			"q": strings.Join(text.Content(q.Text), " "), "limit": search.DefaultPerPage, "facets": q.Facets, "matchingStrategy": "all",
			"attributesToRetrieve": []string{"id"},
		}
		if len(q.Categories) > 0 {
			body["filter"] = fmt.Sprintf("category = %q AND in_stock = true", q.Categories[0])
		}
		encoded, err := json.Marshal(body)
		if err != nil {
			return err
		}
		request, err := http.NewRequestWithContext(b.Context(), http.MethodPost, url+"/indexes/"+uid()+"/search", bytes.NewReader(encoded))
		if err != nil {
			return err
		}
		request.Header.Set("Authorization", "Bearer "+key)
		request.Header.Set("Content-Type", "application/json")
		response, err := client.Do(request)
		if err != nil {
			return err
		}
		defer func() { _ = response.Body.Close() }()
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("the server answers %s", response.Status)
		}
		_, err = io.Copy(io.Discard, response.Body)
		return err
	})
}
