package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/testcard"
	"github.com/souk-taawon/souk/internal/sample"
	"github.com/souk-taawon/souk/internal/upload/sheet"
	"github.com/souk-taawon/souk/storefront/web"
)

// benched are the pages that are asked, by their route: how their addresses go on after the route, with what
// stands in braces taken from the market. A route that is not here is not asked, which a test refuses; and so does
// another for two addresses that are answered the same.
//
// With onward at the end, the page is meant to which the address leads in some steps; with changed, something that is
// reported on has changed before each time that it is asked; with unseen, it is of a period that nobody has asked for
// before, each time a day further back; with the rest of a form's address and what is typed into it, such as «#?q=miel»,
// the page to which the form leads.
var benched = map[string][]string{
	"/":                      {""},
	"/products":              {"", "?q=miel", "?q=عسل&page=3", "?category=honey&sort=price", "?women_led=true&page=20", "?page={last}", "?sort=price&page={last}", "?sort=newest&page={last}", "?q=qzxjvk", "?coop={cooperative}"},
	"/products/:slug":        {"/products/{product}"},
	"/suggest":               {"?q=mi"},
	"/cooperatives":          {"", "?page=20", "?commune=berkane", "?women_led=true"},
	"/cooperatives/:slug":    {"/cooperatives/{cooperative}", "/cooperatives/{cooperative}" + onward, "/cooperatives/{cooperative}?after={deep}"},
	"/place":                 {""},
	"/orders":                {""},
	"/orders/find":           {""},
	"/basket":                {""},
	"/checkout":              {"", "?place=casablanca"},
	"/confirm/:token":        {"/confirm/{confirming}"},
	"/orders/:token":         {"/orders/{tracking}", "/orders/{awaiting}"},
	"/orders/:token/pay":     {"/orders/{awaiting}/pay"},
	"/orders/:token/return":  {"/orders/{delivered}/return"},
	"/orders/:token/address": {"/orders/{tracking}/address"},
	"/orders/:token/paid":    {"/orders/{awaiting}/paid"},
	"/pages/:name":           {"/pages/about"},
	"/manifest.webmanifest":  {""},
	"/robots.txt":            {""},
	"/sitemap.xml":           {""},
	"/api/openapi.yaml":      {""},
	"/api/v1/products":       {"", "?q=miel&per_page=5&page=2", "?sort=id&after={passed}"},
	"/api/v1/products/:slug": {"/api/v1/products/{product}"},
	"/api/v1/cooperatives":   {"?per_page=20", "?after={cooperative}&per_page=20"}, // as many as there are in the small market
	"/api/v1/orders/:token":  {"/api/v1/orders/{tracking}"},

	"/signin":               {""},
	"/forgot":               {""},
	"/reset/:token":         {"/reset/unknown"},
	"/account":              {""},
	"/demo/mailbox":         {""},
	"/demo/card/:reference": {"/demo/card/{card}"},

	"/seller":                      {""},
	"/seller/cooperative":          {""},
	"/seller/page":                 {""},
	"/seller/products":             {"", onward, "?q=couscous", "?q=couscous" + onward, "?q=miel", "?show=soldout", "?show=draft", "?show=unpictured", "?category=honey", "?category=cereal&show=published"},
	"/seller/products/new":         {"", "?size_of={product_id}"},
	"/seller/products/:id":         {"/seller/products/{product_id}"},
	"/seller/products/:id/label":   {"/seller/products/{product_id}/label"},
	"/seller/products/:id/picture": {"/seller/products/{product_id}/picture"},
	"/seller/upload":               {""},
	"/seller/upload/:id":           {"/seller/upload/{upload}"},
	"/seller/orders":               {"", onward, "?show=ready", "?show=handed_over", "?show=past", "?show=past" + onward, "?show=past&place={late}"},
	"/seller/orders/:id":           {"/seller/orders/{part}"},
	"/seller/returns":              {"", "?after={return}"},
	"/seller/money":                {"", onward, "?after={entry}"},
	"/seller/people":               {""},
	"/seller/people/:id":           {"/seller/people/{person}"},

	"/association":                          {"", changed, unseen, "?period=all", "?period=year&women=yes", "?period=all&commune=berkane"},
	"/association/labels":                   {"", "?show=ending"},
	"/association/sales":                    {"", "?period=all"},
	"/association/sales/months":             {""},
	"/association/sales/spread":             {""},
	"/association/sales/idle":               {"?period=month", "?period=all", "?period=all" + onward},
	"/association/cooperatives":             {"", "?state=approved", onward, "?state=approved" + onward, "?q=nahla"},
	"/association/cooperatives/new":         {""},
	"/association/cooperatives/:slug":       {"/association/cooperatives/{cooperative}"},
	"/association/cooperatives/:slug/edit":  {"/association/cooperatives/{cooperative}/edit"},
	"/association/orders":                   {"", "?place={place}", "?state=placed", "?state=delivered", "?state=delivered&place={place}", "#?q={number}", "#?q={month}", "#?q=عزيزة", "#?q=عزيزة" + onward, "#?q={digits}", "#?q=عزيزة+{month}", "#?q=qzxjvk"},
	"/association/orders/held":              {""},
	"/association/orders/messages":          {""},
	"/association/orders/:id":               {"/association/orders/{order}"},
	"/association/orders/:id/erase":         {"/association/orders/{order}/erase"},
	"/association/orders/:id/giveback":      {"/association/orders/{order}/giveback"},
	"/association/refunds":                  {"", "?place={place}"},
	"/association/settings":                 {""},
	"/association/people":                   {"", onward, "#/find?q=ha"},
	"/association/people/:id":               {"/association/people/{person}"},
	"/association/payments":                 {"", "?state=failed"},
	"/association/disputes":                 {"", "?state=over"},
	"/association/orders/:id/dispute":       {"/association/orders/{order}/dispute"},
	"/association/security":                 {"", onward, "?kind=signed_in"},
	"/association/settlement":               {"", onward, "?q=qzxjvk", "?which=ready", "?which=no_rib", "?which=new_rib"},
	"/association/settlement/cash":          {""},
	"/association/settlement/:slug":         {"/association/settlement/{cooperative}", "/association/settlement/{cooperative}" + onward, "/association/settlement/{cooperative}?after={entry}"},
	"/association/transfers":                {"", "?place={open}"},
	"/association/transfers/:id":            {"/association/transfers/{transfer}"},
	"/association/transfers/statements":     {""},
	"/association/transfers/statements/:id": {"/association/transfers/statements/{statement}"},
	"/association/transfers/lines":          {""},
	"/association/returns":                  {"", "?place={place}"},
	"/association/returns/:id":              {"/association/returns/{return}"},
}

// benchedFiles are asked likewise, but grow with the market: each is of all that there is.
var benchedFiles = map[string][]string{
	"/sitemaps/:part.xml":               {"/sitemaps/products-1.xml", "/sitemaps/cooperatives-1.xml"},
	"/seller/products/export.:format":   {"/seller/products/export.csv", "/seller/products/export.xlsx"},
	"/seller/upload/:id/errors.csv":     {"/seller/upload/{upload}/errors.csv"},
	"/seller/money.:format":             {"/seller/money.csv"},
	"/association/sales.:format":        {"/association/sales.csv"},
	"/association/sales/idle.:format":   {"/association/sales/idle.csv"},
	"/association/cooperatives.:format": {"/association/cooperatives.csv", "/association/cooperatives.xlsx?state=approved"},
	"/association/orders.:format":       {"/association/orders.csv", "/association/orders.xlsx", "/association/orders.csv?state=delivered"},
	"/association/people.:format":       {"/association/people.csv"},
	"/association/security.:format":     {"/association/security.csv"},
	"/association/settlement.:format":   {"/association/settlement.csv"},
}

// notBenched are answered without the market.
var notBenched = []string{"GET /", "/healthz", "/readyz", "/favicon.ico", "/apple-touch-icon.png", "/pictures/:id/:file", "/association/transfers/pictures/:id/copy.jpg", "/association/labels/:id/copy.jpg"}

const (
	onward  = "#onward"
	changed = "#changed"
	unseen  = "#unseen"
)

// inMarket are the values that addresses take from the market, as SQL. The cooperative is the one with the
// most products and sales; late and entry are near the beginning of what it ever had.
var inMarket = map[string]string{
	"cooperative": `select slug from sellers where id = $1`,
	"neighbour":   `select slug from sellers where id > $1 and approved order by id limit 1`,
	"product":     `select slug from goods where cooperative_id = $1 and published order by slug limit 1`,
	"deep":        `select id::text from goods where cooperative_id = $1 and published and stock > 0 order by slug desc limit 1 offset 60`, // among what can be had
	"product_id":  `select id::text from goods where cooperative_id = $1 and published order by slug limit 1`,
	"part":        `select id::text from order_parts where cooperative_id = $1 order by id limit 1`,
	"order":       `select order_id::text from order_parts where cooperative_id = $1 order by id limit 1`,
	"last":        `select least(count(distinct family), 9984) / 24 from goods where $1::uuid is not null and published`, // the last whole page that can be turned to
	"place":       `select 'after-' || (extract(epoch from placed_at) * 1000000)::bigint || '-' || id from order_heads where $1::uuid is not null order by placed_at desc limit 1 offset 40`,
	"late":        `select 'after-' || (extract(epoch from o.placed_at) * 1000000)::bigint || '-' || p.id from order_parts p join order_heads o on o.id = p.order_id where p.cooperative_id = $1 order by o.placed_at, p.id limit 1 offset 8`,
	"entry":       `select (extract(epoch from at) * 1000000)::bigint || '.' || journal_id from ledger_postings where cooperative_id = $1 and credit = 'payable' order by at, journal_id limit 1 offset 8`,
	"number":      `select number from order_heads where $1::uuid is not null and number ~ '^S-[0-9]{4}-[0-9]{8}$' order by placed_at, id limit 1`,
	"digits":      `select left(split_part(number, '-', 3), 5) from order_heads where $1::uuid is not null order by placed_at, id limit 1 offset 50`, // too many for a month
	"month":       `select split_part(number, '-', 2) from order_heads where $1::uuid is not null order by placed_at, id limit 1 offset 100`,         // an early one of many
	"passed":      `select id::text from goods where $1::uuid is not null order by id desc limit 1 offset 100`,                                       // near the end
	"person":      `select id::text from people where cooperative_id = $1 order by id limit 1`,
}

// asker asks the pages of a market as a buyer with a full basket, as a member and as the association.
type asker struct {
	base     string
	app      *app
	id       uuid.UUID                     // of the cooperative
	member   uuid.UUID                     // who acts for it
	director uuid.UUID                     // who acts for the association
	values   map[string]string             // of what stands in braces
	products []uuid.UUID                   // in the basket
	clients  map[account.Role]*http.Client // who signed in with each role; nobody is nobody
	pages    []benchPage
	unseen   int // periods that were asked for once
}

// benchPage is an address to ask.
type benchPage struct {
	name    string // the same in every market
	path    string
	file    bool
	changed bool // something reported on changes before it is asked
	unseen  bool // it is of a period that nobody has asked for before
	stays   bool // it leads nowhere, though a page onward is meant
	as      account.Role
}

func newAsker(ctx context.Context, a *app, base string) (*asker, error) {
	v := &asker{base: base, app: a, values: make(map[string]string), clients: make(map[account.Role]*http.Client)}
	for _, step := range []func(context.Context) error{v.signIn, v.fillBasket, v.findRecords, v.upload} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return v, v.listPages(ctx)
}

// listPages gives the addresses of all routes; a route that nothing is known about is an error.
func (v *asker) listPages(ctx context.Context) error {
	var unknown []error
	for _, route := range v.app.server.Routes() {
		if route.Method != http.MethodGet {
			continue
		}
		rests, file := benchedFiles[route.Path]
		if !file {
			rests = benched[route.Path]
		}
		if route.NoLang && route.Path == "/" || slices.Contains(notBenched, route.Path) {
			continue
		}
		if len(rests) == 0 {
			unknown = append(unknown, fmt.Errorf("the route %s is not known: what is to be asked?", route.Path))
		}
		for _, rest := range rests {
			if !strings.HasPrefix(rest, "/") {
				rest = strings.TrimSuffix(route.Path, "/") + rest
			}
			if !route.NoLang {
				rest = "/fr" + rest
			}
			p := benchPage{name: rest, path: v.filled(rest), file: file, changed: strings.HasSuffix(rest, changed), unseen: strings.HasSuffix(rest, unseen), as: readerOf(route)}
			var mark string
			p.path, mark, _ = strings.Cut(p.path, "#")
			if to, typed, ok := strings.Cut(strings.TrimSuffix(mark, onward), "?"); ok {
				form, err := url.ParseQuery(typed)
				if err != nil {
					return err
				}
				found, err := v.post(ctx, p.as, p.path+to, form)
				if err != nil {
					return err
				}
				p.path = strings.TrimPrefix(found, v.base)
			}
			if strings.HasSuffix(rest, onward) {
				path, err := v.onward(ctx, p)
				if err != nil {
					return err
				}
				p.path, p.stays = path, path == p.path
			}
			v.pages = append(v.pages, p)
		}
	}
	return errors.Join(unknown...)
}

// onwardSteps is how many pages on, at most, the page that onward means is.
const onwardSteps = 5

var next = regexp.MustCompile(`rel="next" href="([^"]+)"`)

// onward is the address that a page leads to in some steps: in a small market perhaps of the page itself.
func (v *asker) onward(ctx context.Context, p benchPage) (string, error) {
	path := p.path
	for range onwardSteps {
		body, _, err := v.get(ctx, p.as, path, false)
		if err != nil {
			return "", err
		}
		link := next.FindSubmatch(body)
		if link == nil {
			break
		}
		path = html.UnescapeString(string(link[1]))
	}
	return path, nil
}

// prepare does what is to happen before a page is asked.
func (v *asker) prepare(ctx context.Context, p *benchPage) error {
	if p.unseen {
		v.unseen++
		to := time.Now().AddDate(0, 0, -v.unseen)
		p.path = "/fr/association?" + url.Values{"from": {to.AddDate(0, -3, 0).Format(time.DateOnly)}, "to": {to.Format(time.DateOnly)}}.Encode()
	}
	if !p.changed {
		return nil
	}
	c, err := v.app.Cooperatives.BySlug(ctx, v.values["neighbour"])
	if err != nil {
		return err
	}
	c.Young = 1 - min(c.Young, 1)
	if _, err := v.app.Cooperatives.Correct(ctx, c, nil, actor.OfAssociation(v.director)); err != nil {
		return fmt.Errorf("change: %w", err)
	}
	return nil
}

var braces = regexp.MustCompile(`\{(\w+)\}`)

func (v *asker) filled(path string) string {
	return braces.ReplaceAllStringFunc(path, func(name string) string { return v.values[strings.Trim(name, "{}")] })
}

// nobody is who has not signed in.
const nobody account.Role = ""

// readerOf is who asks for a route's page: the head of those it is for.
func readerOf(route web.Route) account.Role {
	switch route.Policy {
	case web.Holder:
		return account.Holders(route.Right)[0]
	case web.SignedIn:
		return account.Director
	}
	return nobody
}

// signIn opens a session for each kind of people.
func (v *asker) signIn(ctx context.Context) error {
	logins, err := demoLogins()
	if err != nil {
		return err
	}
	for role, login := range map[account.Role]string{nobody: "", account.President: logins[1].Login, account.Director: logins[0].Login} {
		jar, _ := cookiejar.New(nil) // never fails
		// Asked for by hand, the answer stays compressed, as long as it was on its way.
		v.clients[role] = &http.Client{Jar: jar, Transport: &http.Transport{DisableCompression: true}, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		}}
		if login == "" {
			continue
		}
		if _, err := v.post(ctx, role, "/fr/signin", url.Values{"login": {login}, "password": {sample.Password}}); err != nil {
			return fmt.Errorf("sign in: %w", err)
		}
	}
	member, err := v.app.Accounts.ByLogin(ctx, logins[1].Login)
	if err != nil {
		return err
	}
	director, err := v.app.Accounts.ByLogin(ctx, logins[0].Login)
	if err != nil {
		return err
	}
	v.id, v.member, v.director = *member.CooperativeID, member.ID, director.ID
	return nil
}

// fillBasket takes five products of as many cooperatives.
func (v *asker) fillBasket(ctx context.Context) error {
	err := v.app.DB.SelectContext(ctx, &v.products, `
		select min(p.id::text) from goods p join sellers c on c.id = p.cooperative_id
		where p.published and p.stock > 5 and c.approved and c.slug !~ '[0-9]$'
		group by c.id order by 1 limit 5`)
	if err != nil {
		return err
	}
	return v.fillAgain(ctx)
}

// fillAgain takes one of each of them once more.
func (v *asker) fillAgain(ctx context.Context) error {
	for _, product := range v.products {
		if _, err := v.post(ctx, nobody, "/fr/basket/lines", url.Values{"product": {product.String()}, "quantity": {"1"}}); err != nil {
			return fmt.Errorf("basket: %w", err)
		}
	}
	return nil
}

// findRecords reads what addresses are made with.
func (v *asker) findRecords(ctx context.Context) error {
	for name, query := range inMarket {
		var value string
		if err := v.app.DB.GetContext(ctx, &value, query, v.id); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		v.values[name] = value
	}
	if _, _, err := v.get(ctx, nobody, "/sitemap.xml", false); err != nil { // by which its parts are drawn
		return err
	}
	return v.order(ctx)
}

// somebodys is a telephone number of somebody else each time.
func somebodys() string { return fmt.Sprintf("0661%06d", time.Now().UnixMicro()%1_000_000) }

// order places an order for the products of the basket: one that was there may have been confirmed or given up.
func (v *asker) order(ctx context.Context) error {
	in := order.PlaceInput{
		Buyer:    order.Buyer{Name: "Nadia", Phone: somebodys(), Place: "berkane", Address: "Hay Essalam"},
		Delivery: delivery.Home, Payment: payment.CashOnDelivery, Locale: "fr", Source: order.Shop,
	}
	for _, product := range v.products {
		in.Lines = append(in.Lines, order.Line{ProductID: product, Quantity: 1})
	}
	placed, err := v.app.Orders.Place(ctx, in)
	if err != nil {
		return fmt.Errorf("order: %w", err)
	}
	v.values["tracking"] = placed.Token
	if err := v.begin(ctx, in); err != nil {
		return err
	}
	if v.values["confirming"], err = v.app.Orders.Confirming(ctx, placed.Order.ID); err != nil {
		return err
	}
	return v.sendBack(ctx, in)
}

// sendBack places the order once more and has it brought to its buyer, who asks to send some of it back and then keeps it.
func (v *asker) sendBack(ctx context.Context, in order.PlaceInput) error {
	in.Buyer.Phone = somebodys()
	placed, err := v.app.Orders.Place(ctx, in)
	if err != nil {
		return fmt.Errorf("order: %w", err)
	}
	association := order.By{Actor: actor.OfAssociation(v.director)}
	back := order.ReturnInput{Lines: make(map[uuid.UUID]int), Key: uuid.New()}
	for _, p := range placed.Order.Parts {
		for _, m := range []order.Move{order.MoveAccept, order.MoveReady, order.MoveHandOver} {
			if err := v.app.Orders.Move(ctx, m, p.ID, order.By{Actor: actor.OfCooperative(p.Cooperative.ID, v.member)}); err != nil {
				return fmt.Errorf("%s: %w", m, err)
			}
		}
		for _, l := range p.Lines {
			if l.Returnable() {
				back.Lines[l.ID] = l.Quantity
			}
		}
	}
	for _, m := range []order.Move{order.MoveDispatch, order.MoveDeliver} {
		if err := v.app.Orders.Move(ctx, m, placed.Order.ID, association); err != nil {
			return fmt.Errorf("%s: %w", m, err)
		}
	}
	if err := v.app.Orders.AskReturn(ctx, placed.Token, back); err != nil {
		return fmt.Errorf("ask for a return: %w", err)
	}
	delivered, err := v.app.Orders.ForAssociation(ctx, placed.Order.ID)
	if err != nil {
		return fmt.Errorf("a return: %w", err)
	}
	v.values["delivered"], v.values["return"] = placed.Token, delivered.Return.ID.String()
	return v.app.Orders.KeepReturn(ctx, placed.Token)
}

// begin places the order to be paid by card, and another payment is begun.
func (v *asker) begin(ctx context.Context, in order.PlaceInput) error {
	in.Buyer.Phone, in.Payment = somebodys(), testcard.Name
	placed, err := v.app.Orders.Place(ctx, in)
	if err != nil {
		return fmt.Errorf("order: %w", err)
	}
	v.values["awaiting"] = placed.Token
	started, err := v.app.Card.Start(ctx, payment.Attempt{
		Key: placed.Token, Amount: placed.Order.Due, Description: payment.Description{Text: placed.Order.Number, Locale: "fr", Back: "/fr"},
	})
	v.values["card"] = started.Reference
	if err != nil {
		return err
	}
	return v.transfer(ctx, in)
}

// transfer has an order paid by transfer, in part, and a file of the bank's read. A sample of before transfers were taken
// names no account for them.
func (v *asker) transfer(ctx context.Context, in order.PlaceInput) error {
	decided, err := v.app.Settings.Get(ctx)
	if err == nil && !decided.Taken() {
		decided.AccountHolder, decided.BankRIB = "Exemple", strings.Repeat("0", 22)+"97" // which no bank gives
		_, err = v.app.Settings.Save(ctx, decided, actor.OfAssociation(v.director))
	}
	if err != nil {
		return fmt.Errorf("account for transfers: %w", err)
	}
	in.Buyer.Phone, in.Payment = somebodys(), payment.BankTransfer
	placed, err := v.app.Orders.Place(ctx, in)
	if err != nil {
		return fmt.Errorf("order: %w", err)
	}
	if _, err := v.app.Orders.Pay(ctx, placed.Token); err != nil {
		return fmt.Errorf("pay: %w", err)
	}
	one, err := v.app.Transfers.Get(ctx, placed.Order.ID)
	if err != nil {
		return err
	}
	place := keyset.Place{At: one.Until.Add(-time.Second), ID: one.Attempt}
	v.values["transfer"], v.values["open"] = one.Reference.String(), web.PlaceText(place)
	file := "Date;Libellé;Crédit\n" + time.Now().In(clock.Zone).Format("02/01/2006") + ";VIREMENT " + one.Code + " " + one.Code + ";1,00\n"
	statement, err := v.app.Transfers.ReadStatement(ctx, "releve.csv", strings.NewReader(file), actor.OfAssociation(v.director))
	if err != nil {
		return fmt.Errorf("statement: %w", err)
	}
	v.values["statement"] = statement.String()
	return nil
}

// upload compares the catalogue with itself, as a member does who sends her file again: as much of it as may be sent.
func (v *asker) upload(ctx context.Context) error {
	file, _, err := v.get(ctx, account.President, "/fr/seller/products/export.csv", false)
	if err != nil {
		return fmt.Errorf("catalogue: %w", err)
	}
	if len(file) > sheet.MaxBytes {
		file = file[:bytes.LastIndexByte(file[:sheet.MaxBytes], '\n')+1]
	}
	upload, err := v.app.Uploads.Read(ctx, v.id, "catalogue.csv", bytes.NewReader(file), "", actor.OfCooperative(v.id, v.member))
	if err != nil {
		return fmt.Errorf("upload: %w", err)
	}
	v.values["upload"] = upload.ID.String()
	return nil
}

// timed is a page that is asked again and again.
type timed struct {
	benchPage
	took  []time.Duration // each time
	bytes int
	moved bool // to the page that it leads to
}

// time asks a page once more: where a market is too small for it, the page that it leads to instead.
func (v *asker) time(ctx context.Context, p *timed) error {
	if err := v.prepare(ctx, &p.benchPage); err != nil {
		return err
	}
	asked := time.Now()
	body, instead, err := v.get(ctx, p.as, p.path, true)
	switch {
	case err != nil:
		return err
	case instead != "" && p.moved:
		return fmt.Errorf("%s leads on to %s", p.path, instead)
	case instead != "":
		p.path, p.moved = strings.TrimPrefix(instead, v.base), true
		return v.time(ctx, p)
	}
	p.took, p.bytes = append(p.took, time.Since(asked)), len(body)
	return nil
}

// timing is what comes of it.
func (p *timed) timing() timing {
	took := slices.Sorted(slices.Values(p.took[warmUps:]))
	return timing{ms: float64(took[len(took)/2].Microseconds()) / 1000, bytes: p.bytes, file: p.file, stays: p.stays}
}

// get asks for a page; instead is the address that the answer leads to, if it does.
func (v *asker) get(ctx context.Context, as account.Role, path string, compressed bool) (body []byte, instead string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, v.base+path, nil)
	if err != nil {
		return nil, "", err
	}
	if compressed {
		r.Header.Set("Accept-Encoding", "gzip")
	}
	return v.do(as, r)
}

// post sends a form; instead is the address that the answer leads to, if it does.
func (v *asker) post(ctx context.Context, as account.Role, path string, form url.Values) (instead string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, v.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	_, instead, err = v.do(as, r)
	return instead, err
}

// do sends a request; an answer that says that something is wrong is an error.
func (v *asker) do(as account.Role, r *http.Request) (body []byte, instead string, err error) {
	answer, err := v.clients[as].Do(r)
	if err != nil {
		return nil, "", err
	}
	defer closing(answer.Body.Close, &err)
	body, err = io.ReadAll(answer.Body)
	gone := answer.StatusCode == http.StatusGone && strings.Contains(r.URL.Path, "/reset/")
	if instead = answer.Header.Get("Location"); answer.StatusCode >= http.StatusBadRequest && !gone || strings.HasSuffix(instead, "/signin") {
		return nil, "", fmt.Errorf("%s %s is answered %s", r.Method, cmp.Or(r.URL.RawQuery, r.URL.Path), answer.Status)
	}
	return body, instead, err
}
