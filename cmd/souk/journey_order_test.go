package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
)

// wanted is a line of an order.
type wanted struct {
	slug     string
	quantity int
}

// jointOrder is an order that a partner shop has placed.
type jointOrder struct {
	Number      string       `json:"number"`
	TrackingURL string       `json:"tracking_url"`
	Total       money.Amount `json:"total_centimes"`
	SubOrders   []struct {
		State       order.PartState `json:"state"`
		Items       money.Amount    `json:"items_centimes"`
		Cooperative struct {
			Slug string `json:"slug"`
		} `json:"cooperative"`
	} `json:"sub_orders"`
}

// Whoever orders in these tests; no cooperative may learn more than the first name and the place.
const (
	buyersName, buyersPhone, buyersAddress = "سعاد المرابط", "0661987654", "حي النور، عمارة 5"
)

// placeJointly orders products of several cooperatives by the public API.
func placeJointly(t *testing.T, c apiClient, lines ...wanted) jointOrder {
	t.Helper()
	type sent struct {
		ID       string `json:"product_id"`
		Quantity int    `json:"quantity"`
	}
	var list []sent
	for _, line := range lines {
		list = append(list, sent{c.goods(t, "ar", line.slug).ID, line.quantity})
	}
	body, err := json.Marshal(map[string]any{
		"lines":    list,
		"buyer":    map[string]string{"name": buyersName, "phone": buyersPhone, "commune": "berkane", "address": buyersAddress},
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
	request.Header.Set("Idempotency-Key", rand.Text())
	answer := c.do(t, request)
	var placed jointOrder
	if err := json.Unmarshal([]byte(answer.Body), &placed); err != nil || answer.Status != http.StatusCreated {
		t.Fatalf("%v: %d %s", err, answer.Status, answer.Body)
	}
	return placed
}

// states are the states of an order's parts, by cooperative.
func (o jointOrder) states(t *testing.T, c apiClient) map[string]order.PartState {
	t.Helper()
	answer := c.get(t, "/api/v1/orders/"+token(o.TrackingURL))
	var now jointOrder
	if err := json.Unmarshal([]byte(answer.Body), &now); err != nil || answer.Status != http.StatusOK {
		t.Fatalf("%v: %d %s", err, answer.Status, answer.Body)
	}
	states := map[string]order.PartState{}
	for _, part := range now.SubOrders {
		states[part.Cooperative.Slug] = part.State
	}
	return states
}
