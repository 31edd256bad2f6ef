package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// apiClient is a partner's program.
type apiClient struct {
	base string
	http *http.Client
}

func newAPIClient(base string) apiClient {
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	return apiClient{base, &http.Client{Timeout: patience, Transport: transport}}
}

type apiAnswer struct {
	Status int
	Body   string
}

type apiProduct struct {
	ID           string `json:"id"`
	Slug         string `json:"slug"`
	PriceCentime int64  `json:"price_centimes"`
	Stock        int    `json:"stock"`
	Cooperative  struct {
		Slug string `json:"slug"`
	} `json:"cooperative"`
}

type apiOrder struct {
	Number      string `json:"number"`
	TrackingURL string `json:"tracking_url"`
	Total       int64  `json:"total_centimes"`
	Delivery    int64  `json:"delivery_centimes"`
	SubOrders   []struct {
		State string `json:"state"`
		Items int64  `json:"items_centimes"`
	} `json:"sub_orders"`
	Payment struct {
		Means string `json:"means"`
		URL   string `json:"url"` // null where nothing is paid on a page
	} `json:"payment"`
}

func (c apiClient) do(t *testing.T, request *http.Request) apiAnswer {
	t.Helper()
	for try := 0; ; try++ {
		response, err := c.http.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		if err := errors.Join(err, response.Body.Close()); err != nil {
			t.Fatal(err)
		}
		// A market that is too busy says so, and a partner's program comes again with the same request.
		if response.StatusCode != http.StatusServiceUnavailable || try == 120 {
			return apiAnswer{response.StatusCode, string(body)}
		}
		if request.GetBody != nil {
			if request.Body, err = request.GetBody(); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Second)
	}
}

func (c apiClient) get(t *testing.T, path string) apiAnswer {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, c.base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c.do(t, request)
}

// products searches; each has something in stock.
func (c apiClient) products(t *testing.T, query url.Values) []apiProduct {
	t.Helper()
	query.Set("in_stock", "true")
	answer := c.get(t, "/api/v1/products?"+query.Encode())
	var found struct {
		Hits []apiProduct `json:"hits"`
	}
	if err := json.Unmarshal([]byte(answer.Body), &found); err != nil || answer.Status != http.StatusOK {
		t.Fatalf("%v: %d %s", err, answer.Status, answer.Body)
	}
	return found.Hits
}

// product finds the first product for the words.
func (c apiClient) product(t *testing.T, words string) apiProduct {
	t.Helper()
	found := c.products(t, url.Values{"q": {words}})
	if len(found) == 0 {
		t.Fatalf("nothing found for %s", words)
	}
	return found[0]
}

// phoneOf is a number of the buyer's own, who is told by some text: under each number only a few orders
// may wait to be confirmed.
func phoneOf(buyer string) string {
	return fmt.Sprintf("066%07d", crc32.ChecksumIEEE([]byte(buyer))%1e7)
}

func (c apiClient) place(t *testing.T, key, productID string, quantity int) apiAnswer {
	t.Helper()
	body, err := json.Marshal(map[string]any{
		"lines":    []map[string]any{{"product_id": productID, "quantity": quantity}},
		"buyer":    map[string]string{"name": "ليلى بنعلي", "phone": phoneOf(key), "commune": "berkane", "address": "حي السلام، رقم 12"},
		"delivery": "home", "payment": "cash_on_delivery",
	})
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequest(http.MethodPost, c.base+"/api/v1/orders", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", key)
	return c.do(t, request)
}

// order places one that must succeed.
func (c apiClient) order(t *testing.T, p apiProduct, quantity int) apiOrder {
	t.Helper()
	answer := c.place(t, rand.Text(), p.ID, quantity)
	var placed apiOrder
	if err := json.Unmarshal([]byte(answer.Body), &placed); err != nil || answer.Status != http.StatusCreated {
		t.Fatalf("%v: %d %s", err, answer.Status, answer.Body)
	}
	return placed
}

// token is the secret at the end of a tracking link.
func token(trackingURL string) string { return trackingURL[strings.LastIndex(trackingURL, "/")+1:] }

func TestFiftyBuyersAtOnceOnTheLastTenPiecesBuyExactlyTen(t *testing.T) {
	t.Parallel()
	mk := visit(t)
	client := newAPIClient(mk.url)
	goods := client.products(t, url.Values{"category": {"cosmetic"}})
	if len(goods) == 0 {
		t.Fatal("no soap to buy")
	}
	soap := goods[len(goods)-1]
	// Somebody else takes the others first: most of them at once, and then, since unconfirmed orders never
	// hold all of a product, piece by piece.
	for left := soap.Stock; left > 10; {
		most := max(min(left-10, soap.Stock*8/10-(soap.Stock-left)), 1)
		client.order(t, soap, most)
		left -= most
	}
	answers := make([]apiAnswer, 50)
	var buyers sync.WaitGroup
	for i := range answers {
		buyers.Go(func() { answers[i] = client.place(t, rand.Text(), soap.ID, 1) })
	}
	buyers.Wait()
	bought := 0
	for _, answer := range answers {
		switch {
		case answer.Status == http.StatusCreated:
			bought++
		case answer.Status != http.StatusConflict || !strings.Contains(answer.Body, `"out_of_stock"`):
			t.Errorf("a buyer is told %d %s", answer.Status, answer.Body)
		}
	}
	if bought != min(10, soap.Stock) {
		t.Errorf("%d of 50 buyers got one of the last %d pieces", bought, min(10, soap.Stock))
	}
	if left := client.get(t, "/api/v1/products/"+soap.Slug); !strings.Contains(left.Body, `"stock":0`) {
		t.Errorf("afterwards: %s", left.Body)
	}
}
