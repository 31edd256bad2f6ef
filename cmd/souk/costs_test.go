package main

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/sample"
)

// What one request of a signed-in person may cost the program at most; what costs more is a job. What the
// database does is printed beside it: the time of a statement is its own limit (postgres.Open).
const (
	mostSeconds = 2.0
	mostMemory  = 150 << 20
)

// TestNoRequestOfAMemberCostsMuch sends the greatest request that each page of members and of the association
// takes to a market of 20,000 products in one cooperative and thousands of its orders, one after the other, and
// prints what each cost: processor time of the program and of its PostgreSQL, and by how much the program's
// memory rose at most. It takes some minutes; SOUK_COSTS=1 has it run.
func TestNoRequestOfAMemberCostsMuch(t *testing.T) {
	if os.Getenv("SOUK_COSTS") == "" {
		t.Skip("SOUK_COSTS=1 measures what requests cost")
	}
	c := newCosts(t)
	c.measureUploads()
	c.settle()
	c.measureGoods()
	c.measureMembers()
	c.measureAssociation()
	if err := c.program.end(syscall.SIGINT); err != nil {
		t.Errorf("Ctrl-C: %v\n%s", err, c.program.out)
	}
}

// costs is a large market whose requests are measured.
type costs struct {
	t                   *testing.T
	program             *program
	db                  *sqlx.DB
	client              *http.Client
	cooperative         string // id, of the member
	slug                string
	member, association string // sessions
}

func newCosts(t *testing.T) *costs {
	t.Helper()
	c := &costs{t: t, program: openProgram(t, newFolder(t))}
	c.client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	c.db = databaseOf(t, c.program.dir)
	people, err := sample.People()
	if err != nil {
		t.Fatal(err)
	}
	c.association, c.member, c.slug = c.signIn(people[0].Email), c.signIn(people[1].Email), people[1].Cooperative
	c.cooperative = c.value(`select id from cooperatives where slug = $1`, c.slug)
	// Orders like one that was delivered, with everything that belongs to it.
	order := c.value(`
		select o.id from orders o join sub_orders s on s.order_id = o.id
		where s.cooperative_id = $1 and s.state = 'delivered' and o.state = 'delivered' order by o.id limit 1`, c.cooperative)
	for _, table := range []struct{ name, of string }{
		{"orders", "id = $1"}, {"sub_orders", "order_id = $1"},
		{"order_lines", "sub_order_id in (select id from sub_orders where order_id = $1)"}, {"order_events", "order_id = $1"},
		{"payment_intents", "reference = $1"}, {"journals", "order_id = $1"},
		{"postings", "journal_id in (select id from journals where order_id = $1)"},
	} {
		c.copy(table.name, table.of, order)
	}
	c.exec(`analyze`)
	return c
}

const copiedOrders = 5_000

// copied are the columns that tell a copy from its original, and how.
var copied = map[string]string{
	"id": "md5(%s::text || n)::uuid", "order_id": "md5(%s::text || n)::uuid", "sub_order_id": "md5(%s::text || n)::uuid",
	"journal_id": "md5(%s::text || n)::uuid", "token_hash": "sha256((encode(%s, 'hex') || n)::bytea)", "number": "%s || '-' || n",
	"idempotency_key": "%s || n",
}

// copy makes copies of an order's rows in a table.
func (c *costs) copy(table, of, order string) {
	var columns, values []string
	if err := c.db.Select(&columns, `
		select column_name from information_schema.columns where table_name = $1 and is_generated = 'NEVER' order by ordinal_position`, table); err != nil {
		c.t.Fatal(err)
	}
	for _, column := range columns {
		value := column
		if how, ok := copied[column]; ok {
			value = fmt.Sprintf(how, column)
		}
		if table == "payment_intents" && column == "reference" {
			value = "md5(reference::text || n)::uuid"
		} else if column == "reference" {
			value = "reference || n"
		}
		values = append(values, value)
	}
	c.exec(fmt.Sprintf(`alter table %s disable trigger user`, table))
	c.exec(fmt.Sprintf(`insert into %s (%s) select %s from %s, generate_series(1, %d) as n where %s`,
		table, strings.Join(columns, ", "), strings.Join(values, ", "), table, copiedOrders, of), order)
	c.exec(fmt.Sprintf(`alter table %s enable trigger user`, table))
}

func (c *costs) exec(statement string, args ...any) {
	c.t.Helper()
	if _, err := c.db.Exec(statement, args...); err != nil {
		c.t.Fatalf("%.80s: %v", statement, err)
	}
}

func (c *costs) value(query string, args ...any) string {
	c.t.Helper()
	var value string
	if err := c.db.Get(&value, query, args...); err != nil {
		c.t.Fatalf("%s: %v", query, err)
	}
	return value
}

func (c *costs) signIn(login string) (session string) {
	c.t.Helper()
	response, err := c.client.PostForm(c.program.url+"/fr/signin", url.Values{"login": {login}, "password": {sample.Password}})
	if err != nil {
		c.t.Fatal(err)
	}
	_ = response.Body.Close() // its head says all
	for _, cookie := range response.Cookies() {
		if strings.HasSuffix(cookie.Name, "session") {
			return cookie.Name + "=" + cookie.Value
		}
	}
	c.t.Fatalf("signing in as %s answers %s", login, response.Status)
	return ""
}

// settle waits until the index has learnt everything and no job waits.
func (c *costs) settle() {
	c.t.Helper()
	eventually(c.t, "nothing is left to do", func() bool {
		return c.value(`select (select count(*) from search_pending)
			+ (select count(*) from river_job where state in ('available', 'running', 'retryable'))`) == "0"
	})
}

// use is what processes have used so far.
type use struct{ program, database float64 } // seconds of processor time

func (c *costs) use() use {
	own, _ := spent(c.program.command.Process.Pid)
	pid := c.program.postmaster()
	_, database := spent(pid) // of those that have ended
	for _, entry := range c.children(pid) {
		running, _ := spent(entry)
		database += running
	}
	return use{own, database}
}

func (c *costs) children(of int) (list []int) {
	entries, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		c.t.Fatal(err)
	}
	for _, entry := range entries {
		text, err := os.ReadFile(entry)
		if err != nil {
			continue // it has ended
		}
		fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(entry))); err == nil && fields[1] == strconv.Itoa(of) {
			list = append(list, pid)
		}
	}
	return list
}

// spent is what a process and its children that have ended have used (proc(5): hundredths of a second).
func spent(pid int) (own, children float64) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, 0
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	seconds := func(from int) (sum float64) {
		for _, field := range fields[from : from+2] {
			n, _ := strconv.Atoi(field)
			sum += float64(n) / 100
		}
		return sum
	}
	return seconds(11), seconds(13)
}

// memory is a line of the program's status, in bytes.
func (c *costs) memory(line string) int {
	c.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.program.command.Process.Pid))
	if err != nil {
		c.t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), line+":")
	kB, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		c.t.Fatal(err)
	}
	return kB << 10
}

// send sends a request, prints what it cost and gives the answer.
func (c *costs) send(name string, request *http.Request) (*http.Response, string) {
	c.t.Helper()
	request.Header.Set("Cookie", c.member)
	if strings.Contains(request.URL.Path, "/association") {
		request.Header.Set("Cookie", c.association)
	}
	// The highest mark of memory begins anew (proc(5)).
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", c.program.command.Process.Pid), []byte("5"), 0o200); err != nil {
		c.t.Fatal(err)
	}
	rest, before := c.memory("VmRSS"), c.use()
	response, err := c.client.Do(request)
	if err != nil {
		c.t.Fatalf("%s: %v", name, err)
	}
	body, err := io.ReadAll(response.Body)
	_ = response.Body.Close() // read to its end
	if err != nil {
		c.t.Fatalf("%s: %v", name, err)
	}
	after, risen := c.use(), c.memory("VmHWM")-rest
	c.t.Logf("%-44s %d %8d bytes  program %5.2f s  database %5.2f s  memory %4d MB", name, response.StatusCode, len(body),
		after.program-before.program, after.database-before.database, risen>>20)
	if used := after.program - before.program; used > mostSeconds {
		c.t.Errorf("%s: %.2f s of processor time", name, used)
	}
	if risen > mostMemory {
		c.t.Errorf("%s: %d MB", name, risen>>20)
	}
	return response, string(body)
}

func (c *costs) get(path string) string {
	c.t.Helper()
	request, err := http.NewRequest(http.MethodGet, c.program.url+"/fr"+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	_, body := c.send("GET "+path, request)
	return body
}

func (c *costs) post(name, path string, form url.Values) *http.Response {
	c.t.Helper()
	request, err := http.NewRequest(http.MethodPost, c.program.url+"/fr"+path, strings.NewReader(form.Encode()))
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, _ := c.send("POST "+name, request)
	return response
}

func (c *costs) file(name, path, field, file string, content []byte, more url.Values) *http.Response {
	c.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for key := range more {
		if err := form.WriteField(key, more.Get(key)); err != nil {
			c.t.Fatal(err)
		}
	}
	part, err := form.CreateFormFile(field, file)
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := part.Write(content); err != nil {
		c.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		c.t.Fatal(err)
	}
	request, err := http.NewRequest(http.MethodPost, c.program.url+"/fr"+path, &body)
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header.Set("Content-Type", form.FormDataContentType())
	response, _ := c.send("POST "+name, request)
	return response
}

// catalogue is a file of 20,000 rows; in wrong ones every row has something to say about it.
func (c *costs) catalogue(wrong bool) []byte {
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	rows := [][]string{{"sku", "name_fr", "name_ar", "description_fr", "price", "stock", "category", "unit"}}
	for n := range 20_000 {
		row := []string{fmt.Sprintf("C-%05d", n), fmt.Sprintf("Miel de thym du pays numéro %d", n), "عسل الزعتر الحر من الجبل", strings.Repeat("Récolté à la main. ", 13), "125,50", "7", "honey", "500 g"}
		if wrong {
			row[4], row[6], row[7] = "cher", "hony", "500 grames"
		}
		rows = append(rows, row)
	}
	if err := w.WriteAll(rows); err != nil {
		c.t.Fatal(err)
	}
	return text.Bytes()
}

// wideText is as many cells as a file of text has room for.
func wideText() []byte {
	row := strings.Repeat(";", 415) + "\n"
	return []byte("sku;name_fr;price\n" + strings.Repeat(row, 20_000))
}

// marks is a catalogue that takes much cleaning: letters of which each carries marks apart from it.
func (c *costs) marks() []byte {
	head, row := "sku;name_fr;name_ar;price;stock;category;unit;description_fr\n", strings.Repeat("e\u0301\u0323\u1eb6", 42)
	var text strings.Builder
	text.WriteString(head)
	for n := range 20_000 {
		fmt.Fprintf(&text, "D-%05d;Miel %d;;12,50;7;honey;500 g;%s\n", n, n, row)
	}
	return []byte(text.String())
}

// pagesBook is as many elements as a workbook may have, on as many pages as are looked at.
func pagesBook(t *testing.T) []byte {
	t.Helper()
	return book(t, slices.Repeat([]string{strings.Repeat("<row>"+strings.Repeat("<c/>", 199)+"</row>", 4_950)}, 8))
}

// longBook is as much text as a page has room for.
func longBook(t *testing.T) []byte {
	t.Helper()
	var rows strings.Builder
	row := func(cells ...string) {
		rows.WriteString("<row>")
		for _, cell := range cells {
			rows.WriteString(`<c t="inlineStr"><is><t>` + cell + `</t></is></c>`)
		}
		rows.WriteString("</row>")
	}
	row("sku", "name_fr", "price", "stock", "category", "unit", "description_fr", "description_ar", "description_en")
	for n := range 20_000 {
		row(fmt.Sprintf("L-%05d", n), fmt.Sprintf("Miel %d", n), "125,50", "7", "honey", "500 g",
			strings.Repeat("Récolté à la main. ", 43), strings.Repeat("عسل حر ", 75), strings.Repeat("Gathered by hand. ", 54))
	}
	return book(t, []string{rows.String()})
}

// book is a workbook of these pages.
func book(t *testing.T, pages []string) []byte {
	t.Helper()
	const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	const relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	const packages = "http://schemas.openxmlformats.org/package/2006/"
	var names, links strings.Builder
	parts := map[string]string{
		"[Content_Types].xml": `<Types xmlns="` + packages + `content-types"></Types>`,
		"_rels/.rels":         `<Relationships xmlns="` + packages + `relationships"><Relationship Id="r1" Type="` + relations + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
	}
	for n, page := range pages {
		fmt.Fprintf(&names, `<sheet name="P%d" sheetId="%d" r:id="r%d"/>`, n+1, n+1, n+1)
		fmt.Fprintf(&links, `<Relationship Id="r%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, n+1, relations, n+1)
		parts[fmt.Sprintf("xl/worksheets/sheet%d.xml", n+1)] = `<worksheet xmlns="` + main + `"><sheetData>` + page + `</sheetData></worksheet>`
	}
	parts["xl/workbook.xml"] = `<workbook xmlns="` + main + `" xmlns:r="` + relations + `"><sheets>` + names.String() + `</sheets></workbook>`
	parts["xl/_rels/workbook.xml.rels"] = `<Relationships xmlns="` + packages + `relationships">` + links.String() + `</Relationships>`
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	for name, content := range parts {
		w, err := archive.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (c *costs) measureUploads() {
	content := c.catalogue(true)
	c.t.Logf("a file of 20,000 rows has %d bytes", len(content))
	response := c.file("/seller/upload (every row wrong)", "/seller/upload", "file", "catalogue.csv", content, nil)
	path := strings.TrimPrefix(response.Header.Get("Location"), "/fr")
	if path == "" {
		c.t.Fatalf("the file was not read: %s", response.Status)
	}
	c.repair("every row wrong", path)
	c.get(path + "?show=errors&page=100")
	c.get(path + "/errors.csv")
	c.post("/seller/upload/:id/discard", path+"/discard", url.Values{"seen": {seen(c.get(path))}})
	for name, content := range map[string][]byte{"wide.csv": wideText(), "marks.csv": c.marks(), "pages.xlsx": pagesBook(c.t), "long.xlsx": longBook(c.t)} {
		c.t.Logf("%s has %d bytes", name, len(content))
		response := c.file("/seller/upload ("+name+")", "/seller/upload", "file", name, content, nil)
		if path := strings.TrimPrefix(response.Header.Get("Location"), "/fr"); path != "" {
			c.repair(name, path)
		}
	}
	response = c.file("/seller/upload (every row new)", "/seller/upload", "file", "catalogue.csv", c.catalogue(false), nil)
	path = strings.TrimPrefix(response.Header.Get("Location"), "/fr")
	c.repair("every row new", path)
	c.post("/seller/upload/:id/apply (begins a job)", path+"/apply", url.Values{"seen": {seen(c.get(path))}})
	eventually(c.t, "the file is applied", func() bool {
		return c.value(`select count(*) from products where cooperative_id = $1 and sku like 'C-%'`, c.cooperative) == "20000"
	})
	c.settle()
	c.exec(`analyze`)
	response = c.file("/seller/upload (every row known)", "/seller/upload", "file", "catalogue.csv", c.catalogue(false), nil)
	path = strings.TrimPrefix(response.Header.Get("Location"), "/fr")
	c.repair("every row known", path)
}

// repair sends one cell of an upload anew.
func (c *costs) repair(name, path string) {
	c.post("/seller/upload/:id/repair ("+name+")", path+"/repair",
		url.Values{"line": {"10000"}, "column": {"price"}, "value": {"12,75"}, "seen": {seen(c.get(path))}})
}

// seen is the version of an upload that its page shows.
func seen(page string) string {
	if found := regexp.MustCompile(`name="seen" value="(\d+)"`).FindStringSubmatch(page); found != nil {
		return found[1]
	}
	return ""
}

var chosen = regexp.MustCompile(`name="chosen" value="([^"]+)"`)

func (c *costs) measureGoods() {
	c.get("/seller")
	page := c.get("/seller/products")
	product, page1, _ := strings.Cut(chosen.FindStringSubmatch(page)[1], " ")
	c.get("/seller/products?page=400")
	c.get("/seller/products?q=miel")
	c.get("/seller/products?show=published&category=honey&q=" + url.QueryEscape(strings.Repeat("miel ", 40)))
	c.get("/seller/products/export.csv")
	c.get("/seller/products/export.xlsx")
	c.get("/seller/products/new")
	c.get("/seller/products/" + product)
	c.get("/seller/upload")
	var several []string
	for n := 1; len(several) < 200 && n < 20; n++ {
		for _, found := range chosen.FindAllStringSubmatch(page, -1) {
			several = append(several, found[1])
		}
		page = c.get("/seller/products?page=" + strconv.Itoa(n+1))
	}
	slices.Sort(several)
	several = slices.Compact(several)
	for _, do := range []string{"soldout", "draft", "published"} {
		c.post("/seller/products/several (200 "+do+")", "/seller/products/several", url.Values{"chosen": several[:min(200, len(several))], "do": {do}, "sure": {"yes"}})
	}
	full := strings.Repeat("miel ", 60_000) // with its field's name nearly a megabyte, escaped
	c.post("/seller/products/new (1 MB)", "/seller/products/new", url.Values{"name_fr": {full}, "description_fr": {full}, "description_ar": {full}})
	c.post("/seller/products/:id (1 MB)", "/seller/products/"+product, url.Values{"name_fr": {full}, "description_fr": {full}})
	c.post("/seller/products/:id/quick", "/seller/products/"+product+"/quick", url.Values{"price": {"12,50"}, "stock": {"9"}, "page": {page1}})
	c.post("/seller/products/:id/state", "/seller/products/"+product+"/state", url.Values{"state": {"draft"}, "page": {page1}})
	c.file("/seller/products/:id/picture (queues a job)", "/seller/products/"+product+"/picture", "picture", "miel.jpg", photograph(c.t), nil)
	c.settle()
}

// photograph has as many pixels as a telephone's.
func photograph(t *testing.T) []byte {
	t.Helper()
	m := image.NewYCbCr(image.Rect(0, 0, 8_160, 6_120), image.YCbCrSubsampleRatio420)
	for i := range m.Y {
		m.Y[i] = color.GrayModel.Convert(color.Gray{Y: uint8(i * 7 / 1000)}).(color.Gray).Y
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 80}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (c *costs) measureMembers() {
	order := c.value(`select s.id from sub_orders s join orders o on o.id = s.order_id where s.cooperative_id = $1 order by o.placed_at desc limit 1`, c.cooperative)
	for _, path := range []string{
		"/seller/orders", "/seller/orders?show=done", "/seller/orders?show=done&page=200", "/seller/orders/" + order,
		"/seller/money", "/seller/money.csv", "/seller/money.xlsx", "/seller/cooperative", "/account",
	} {
		c.get(path)
	}
	c.post("/account/password (wrong)", "/account/password", url.Values{"current": {"nothing"}, "new": {"a new password of some length"}})
	c.post("/account/sessions/end", "/account/sessions/end", nil)
}

func (c *costs) measureAssociation() {
	order := c.value(`select id from orders order by placed_at desc limit 1`)
	person := c.value(`select id from users where cooperative_id = $1 limit 1`, c.cooperative)
	for _, path := range []string{
		"", "/sales.csv", "/sales.xlsx", "/cooperatives", "/cooperatives/" + c.slug, "/cooperatives/" + c.slug + "/edit",
		"/orders", "/orders?page=100", "/orders?state=delivered", "/orders/held", "/orders/" + order, "/settings", "/people", "/people/" + person,
		"/cooperatives.csv", "/cooperatives.xlsx", "/orders.csv", "/orders.xlsx", "/people.csv", "/people.xlsx",
		"/security", "/security.csv", "/security.xlsx", "/settlement", "/settlement.csv", "/settlement.xlsx", "/settlement/" + c.slug,
	} {
		c.get("/association" + path)
	}
	c.post("/association/orders (sought)", "/association/orders", url.Values{"q": {"ليلى بنعلي"}})
	c.post("/association/security (sought)", "/association/security", url.Values{"who": {"a"}, "cooperative": {"a"}})
	c.post("/association/orders/held/free", "/association/orders/held/free", nil)
	shown := regexp.MustCompile(`name="shown" value="([^"]*)"`).FindStringSubmatch(c.get("/association/settlement"))
	if shown != nil {
		c.post("/association/settlement/pay", "/association/settlement/pay", url.Values{"shown": {shown[1]}, "reference": {"VIR-1"}})
	}
	full := strings.Repeat("miel ", 60_000)
	c.post("/association/settings (1 MB)", "/association/settings", url.Values{"x": {full}, "y": {full}, "z": {full}})
	c.post("/association/cooperatives/new (1 MB)", "/association/cooperatives/new", url.Values{"name_fr": {full}, "name_ar": {full}, "story_fr": {full}})
}
