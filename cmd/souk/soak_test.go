package main

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/souk-taawon/souk/internal/sample"
)

// TestMemoryStaysFlatUnderMixedRequests sends a running market as many requests of every kind as SOUK_SOAK
// says (40000 by hand, none in CI), and holds the memory of the last quarter to that of the second.
func TestMemoryStaysFlatUnderMixedRequests(t *testing.T) {
	total, err := strconv.Atoi(cmp.Or(os.Getenv("SOUK_SOAK"), "0"))
	if err != nil {
		t.Fatal(err)
	}
	if total == 0 {
		t.Skip("SOUK_SOAK says how many requests to send, such as 40000")
	}
	s := newSoak(t)
	var sent atomic.Int64
	readings := make([]int, total/1000)
	var workers sync.WaitGroup
	for n := range 6 {
		workers.Go(func() {
			chance := rand.New(rand.NewPCG(7, uint64(n)))
			for {
				i := int(sent.Add(1))
				if i > total {
					return
				}
				s.one(chance)
				if i%1000 == 0 {
					readings[i/1000-1] = s.memory()
				}
			}
		})
	}
	workers.Wait()
	t.Logf("kB after each 1,000 requests: %v", readings)
	t.Logf("answers by status: %v", s.statuses)
	quarter := len(readings) / 4
	second, last := median(readings[quarter:2*quarter]), median(readings[3*quarter:])
	t.Logf("median of the second quarter %d kB, of the last %d kB", second, last)
	if 10*last > 11*second {
		t.Errorf("the memory grows from %d to %d kB", second, last)
	}
	if err := s.program.end(syscall.SIGINT); err != nil {
		t.Errorf("Ctrl-C: %v\n%s", err, s.program.out)
	}
}

func median(list []int) int {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}

// soak is a market under a load of everything.
type soak struct {
	t       *testing.T
	program *program
	client  *http.Client
	slugs   []string // of products
	ids     []string
	session string // a member's

	mu       sync.Mutex
	statuses map[int]int
}

func newSoak(t *testing.T) *soak {
	t.Helper()
	s := &soak{t: t, program: openProgram(t, newFolder(t)), statuses: make(map[int]int)}
	s.client = &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: 16},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	for _, p := range newAPIClient(s.program.url).products(t, url.Values{"per_page": {"100"}}) {
		s.slugs, s.ids = append(s.slugs, p.Slug), append(s.ids, p.ID)
	}
	response := s.post("/fr/signin", url.Values{"login": {"nouarat-echcharaa@exemple.invalid"}, "password": {sample.Password}})
	for _, cookie := range response.Cookies() {
		if strings.HasSuffix(cookie.Name, "session") {
			s.session = cookie.Name + "=" + cookie.Value
		}
	}
	if s.session == "" {
		t.Fatalf("signing in answers %s", response.Status)
	}
	return s
}

// one sends a request of some kind.
func (s *soak) one(chance *rand.Rand) {
	lang := []string{"ar", "fr", "en"}[chance.IntN(3)]
	slug, id := s.slugs[chance.IntN(len(s.slugs))], s.ids[chance.IntN(len(s.ids))]
	words := []string{"miel", "زيت", "3sel", "couscous", "safran", "xyz", "huile olive", "kouskous"}[chance.IntN(8)]
	text := fmt.Sprintf("%s %x", words, chance.Uint32()) // never the same
	switch n := chance.IntN(100); {
	case n < 15:
		s.get("/" + lang)
	case n < 30:
		s.get("/" + lang + "/products/" + slug)
	case n < 45:
		s.get("/" + lang + "/products?q=" + url.QueryEscape(text))
	case n < 55:
		s.get("/" + lang + "/suggest?q=" + url.QueryEscape(words))
	case n < 60:
		s.get("/api/v1/products?q=" + url.QueryEscape(text))
	case n < 65:
		s.get("/" + lang + "/cooperatives")
	case n < 72:
		s.post("/"+lang+"/basket/lines", url.Values{"product": {id}, "quantity": {"1"}})
	case n < 78:
		s.order(chance, id)
	case n < 79:
		s.post("/"+lang+"/signin", url.Values{"login": {fmt.Sprintf("%x@exemple.invalid", chance.Uint64())}, "password": {text}})
	case n < 80:
		s.post("/"+lang+"/signin", url.Values{"login": {"assalat-el-arz@exemple.invalid"}, "password": {sample.Password}})
	case n < 86:
		s.get("/" + lang + []string{"/seller", "/seller/products", "/seller/orders"}[chance.IntN(3)])
	case n < 88:
		s.upload(chance)
	case n < 92:
		s.get(fmt.Sprintf("/%s/%x/%s", lang, chance.Uint64(), url.PathEscape(text))) // nowhere
	case n < 95:
		s.post("/api/v1/orders", url.Values{"x": {strings.Repeat(text, 100)}}) // nonsense
	case n < 98:
		s.get("/" + lang + "/products?" + strings.Repeat("category=honey&", 1+chance.IntN(200)) + "page=" + strconv.Itoa(chance.Int()))
	default:
		s.get("/" + lang + "/orders/" + strconv.FormatUint(chance.Uint64(), 36))
	}
}

func (s *soak) get(path string) {
	request, err := http.NewRequest(http.MethodGet, s.program.url+path, nil)
	if err != nil {
		s.t.Error(err)
		return
	}
	s.send(request)
}

func (s *soak) post(path string, form url.Values) *http.Response {
	request, err := http.NewRequest(http.MethodPost, s.program.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.send(request)
}

func (s *soak) order(chance *rand.Rand, id string) {
	body, err := json.Marshal(map[string]any{
		"lines":    []map[string]any{{"product_id": id, "quantity": 1}},
		"buyer":    map[string]string{"name": "ليلى بنعلي", "phone": fmt.Sprintf("066%07d", chance.IntN(1e7)), "commune": "berkane", "address": "حي السلام"},
		"delivery": "home", "payment": "cash_on_delivery",
	})
	if err != nil {
		s.t.Error(err)
		return
	}
	request, err := http.NewRequest(http.MethodPost, s.program.url+"/api/v1/orders", bytes.NewReader(body))
	if err != nil {
		s.t.Error(err)
		return
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", fmt.Sprintf("%016x", chance.Uint64()))
	s.send(request)
}

// upload sends a catalogue of some hundred rows.
func (s *soak) upload(chance *rand.Rand) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "catalogue.csv")
	if err != nil {
		s.t.Error(err)
		return
	}
	w := csv.NewWriter(part)
	rows := [][]string{{"sku", "name_fr", "price", "stock", "category"}}
	for n := range 300 {
		rows = append(rows, []string{fmt.Sprintf("S-%d", n), fmt.Sprintf("Miel %x", chance.Uint32()), "12,50", "5", "honey"})
	}
	if err := w.WriteAll(rows); err != nil {
		s.t.Error(err)
		return
	}
	if err := form.Close(); err != nil {
		s.t.Error(err)
		return
	}
	request, err := http.NewRequest(http.MethodPost, s.program.url+"/fr/seller/upload", &body)
	if err != nil {
		s.t.Error(err)
		return
	}
	request.Header.Set("Content-Type", form.FormDataContentType())
	s.send(request)
}

func (s *soak) send(request *http.Request) *http.Response {
	if strings.Contains(request.URL.Path, "/seller") {
		request.Header.Set("Cookie", s.session)
	}
	response, err := s.client.Do(request)
	if err != nil {
		s.t.Errorf("%s %s: %v", request.Method, request.URL, err)
		return &http.Response{}
	}
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		s.t.Errorf("%s %s: %v", request.Method, request.URL, err)
	}
	_ = response.Body.Close() // read to its end
	s.mu.Lock()
	defer s.mu.Unlock()
	s.statuses[response.StatusCode]++
	return response
}

// memory is what the program has of the machine's, in kB; without its children.
func (s *soak) memory() int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.program.command.Process.Pid))
	if err != nil {
		s.t.Error(err)
		return 0
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	kB, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		s.t.Error(err)
	}
	return kB
}
