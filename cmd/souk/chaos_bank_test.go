package main

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/sample"
)

// bankAccount is the association's account with its bank during a run, and what its treasurer has done with it.
type bankAccount struct {
	mu    sync.Mutex
	fresh []deposit               // that the treasurer has not looked at
	whose map[string]deposit      // by the bank's reference
	came  map[string]money.Amount // to each order, by its number

	done  map[string]int // what people have done, by what it is
	given map[string]int // refunds that were given by hand, by their ids: how often that was acknowledged
}

// deposit is a line of the bank's.
type deposit struct {
	number    string // of the order that it is meant for
	code      string // that the buyer wrote; empty: none
	reference string // the bank's; two lines that are alike share one
	amount    money.Amount
	alike     bool // there is another like it
	byHand    bool // the treasurer has entered it before she has the file
}

func newBankAccount() *bankAccount {
	return &bankAccount{whose: make(map[string]deposit), came: make(map[string]money.Amount), done: make(map[string]int), given: make(map[string]int)}
}

// did counts what somebody has done.
func (b *bankAccount) did(what string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.done[what]++
}

// receive has deposits come at once.
func (b *bankAccount) receive(list ...deposit) {
	b.mu.Lock()
	defer b.mu.Unlock()
	reference := ""
	for _, d := range list {
		if reference == "" || !d.alike {
			reference = fmt.Sprintf("VIR%09d", len(b.whose))
		}
		d.reference = reference
		b.whose[reference] = d
		b.came[d.number] += d.amount
		b.fresh = append(b.fresh, d)
	}
}

// look is what came since the treasurer last looked.
func (b *bankAccount) look() []deposit {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := b.fresh
	b.fresh = nil
	return list
}

// find is the deposit of which a text names the reference.
func (b *bankAccount) find(text string) (d deposit, known bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	d, known = b.whose[bankReference.FindString(text)]
	return d, known
}

// bankReference is how the bank calls a deposit.
var bankReference = regexp.MustCompile(`VIR\d{9}`)

// transfer looks at what is to be transferred for an order, and transfers it as people do: whole, in parts, too much,
// twice, without the code.
func (c *chaos) transfer(chance *rand.Rand, o sentOrder) {
	v := c.visitor()
	if !c.try(v, o.pay, "the page of order "+o.number, func() (bool, *http.Request) { return v.has("#t-code"), nil }) {
		return
	}
	code := v.find("#t-code").AttrOr("value", "")
	due, err := money.Parse(v.find("#t-left").AttrOr("value", ""))
	if err != nil {
		c.t.Errorf("order %s: %v", o.number, err)
		return
	}
	d := deposit{number: o.number, code: code, amount: due}
	part, rest, twin, uncoded := d, d, d, d
	part.amount, twin.alike, uncoded.code = due/3, true, ""
	rest.amount -= part.amount
	switch chance.IntN(10) {
	case 0:
		c.bank.receive(part)
		c.bank.receive(rest)
	case 1:
		d.amount += 7_50
		c.bank.receive(d)
	case 2:
		c.bank.receive(twin, twin)
	case 3: // as long as she waits for her goods: by the amount of a cancelled order nobody finds it
		c.bank.receive(uncoded)
		return
	case 4:
		c.bank.receive(part)
	default:
		c.bank.receive(d)
	}
	if chance.IntN(12) == 0 {
		c.changeHerMind(o)
	}
}

// carry brings paid orders to their buyers, who send back what they may. Cooperatives decline a part now and then.
func (c *chaos) carry(chance *rand.Rand) {
	director, sellers := c.signIn("association@exemple.invalid"), make(map[string]*visitor)
	for ; !c.closed.Load() && !c.t.Failed(); time.Sleep(time.Second) {
		var o sentOrder
		page, parts := "", make(map[string]string) // by their cooperatives
		c.try(director, "/fr/association/orders?state=confirmed", "finding what is paid", func() (bool, *http.Request) {
			rows := director.doc.Find("[data-order]")
			for _, n := range chance.Perm(rows.Length()) {
				if o = c.numbered(rows.Eq(n).AttrOr("data-order", "")); o.number != "" {
					page = rows.Eq(n).Find("a").First().AttrOr("href", "")
					break
				}
			}
			return true, nil
		})
		if page == "" {
			continue
		}
		c.try(director, page, "reading "+o.number, func() (bool, *http.Request) {
			for _, part := range director.find("[data-part]").EachIter() {
				parts[part.AttrOr("data-part", "")] = strings.TrimPrefix(part.AttrOr("aria-labelledby", ""), "part-")
			}
			return true, nil
		})
		for slug, part := range parts {
			if sellers[slug] == nil {
				sellers[slug] = c.signIn(slug + "@exemple.invalid")
			}
			c.prepare(sellers[slug], part, chance.IntN(6) == 0)
		}
		if c.press(director, page, "carrying "+o.number, "form[action$='/dispatch'], form[action$='/deliver']", nil) {
			c.bank.did("carried")
		}
		c.sendBack(director, o)
	}
}

// numbered is the order of a number; one of the sample has none.
func (c *chaos) numbered(number string) sentOrder {
	c.ordersMu.Lock()
	defer c.ordersMu.Unlock()
	for _, o := range c.orders {
		if o.number == number {
			return o
		}
	}
	return sentOrder{}
}

// press sends the first of the forms that the selector finds on a page, until there is none.
func (c *chaos) press(v *visitor, path, what, forms string, fill url.Values) (pressed bool) {
	c.try(v, path, what, func() (bool, *http.Request) {
		if !v.has(forms) {
			return true, nil
		}
		pressed = true
		return false, v.sending(forms, fill)
	})
	return pressed
}

// prepare has a cooperative prepare its part of an order and hand it over, or decline it.
func (c *chaos) prepare(v *visitor, part string, decline bool) {
	page := "/fr/seller/orders/" + part
	if decline {
		c.press(v, page, "declining "+part, "form[action*='/decline']", url.Values{"reason": {"sold_out"}})
		return
	}
	c.press(v, page, "preparing "+part, "form[action$='/accept'], form[action$='/ready'], form[action$='/handover']", nil)
}

// sendBack has a buyer send back whatever she may, and the association receive it.
func (c *chaos) sendBack(director *visitor, o sentOrder) {
	v, asked := c.visitor(), false
	c.try(v, o.tracking, "asking to send back "+o.number, func() (bool, *http.Request) {
		if asked = v.has("[data-return]"); asked || !v.has("a[href$='/return']") {
			return true, nil
		}
		if v.send(v.get(v.find("a[href$='/return']").AttrOr("href", ""))) != nil || v.status != http.StatusOK || !v.has("form[action$='/return']") {
			return false, nil
		}
		all := url.Values{}
		for _, pieces := range v.doc.Find("select[name^='pieces-']").EachIter() {
			all.Set(pieces.AttrOr("name", ""), pieces.Find("option").Last().AttrOr("value", ""))
		}
		return false, v.sending("form[action$='/return']", all)
	})
	if !asked {
		return
	}
	page := ""
	c.try(director, "/fr/association/returns", "finding what comes back", func() (bool, *http.Request) {
		page = director.doc.Find("[data-return] a").First().AttrOr("href", "")
		return true, nil
	})
	if page != "" && c.press(director, page, "receiving "+page, "form[action$='/receive']", nil) {
		c.bank.did("sent back")
	}
}

// visitor is somebody before a browser.
func (c *chaos) visitor() *visitor {
	return newVisitor(c.t, &demoMarket{url: "http://" + c.address})
}

// try loads a page until it says that all is done, and sends what next gives in between, as somebody whose line is bad
// would: whoever has no answer looks at the page again before anything is sent once more. It is false if nothing helps.
func (c *chaos) try(v *visitor, path, what string, next func() (done bool, request *http.Request)) bool {
	for deadline := time.Now().Add(patience); !c.t.Failed() && time.Now().Before(deadline); time.Sleep(30 * time.Millisecond) {
		if v.send(v.get(path)) != nil || v.status == http.StatusServiceUnavailable || v.status == http.StatusTooManyRequests {
			continue
		}
		if v.status != http.StatusOK {
			c.t.Errorf("%s: %s answers %d: %s", what, v.url, v.status, v.excerpt())
			return false
		}
		done, request := next()
		if done {
			return true
		}
		if request != nil && v.send(request) == nil && v.status >= 400 && !slices.Contains(mayHappen, v.status) {
			c.t.Errorf("%s: %s answers %d: %s", what, request.URL, v.status, v.excerpt())
			return false
		}
	}
	if !c.t.Failed() {
		c.t.Errorf("tried in vain: %s; %s says: %s", what, v.url, v.excerpt())
	}
	return false
}

// mayHappen are the statuses of forms that somebody whose line is bad meets: it was done before, or cannot be at this
// moment.
var mayHappen = []int{http.StatusConflict, http.StatusServiceUnavailable, http.StatusTooManyRequests}

// signIn is somebody of the sample market before a browser.
func (c *chaos) signIn(login string) *visitor {
	v := c.visitor()
	c.try(v, "/fr/signin", "signing in as "+login, func() (bool, *http.Request) {
		const form = `main form:has([autocomplete="current-password"])`
		if !v.has(form) {
			return true, nil // she is led to her own pages
		}
		return false, v.sending(form, url.Values{"login": {login}, "password": {sample.Password}})
	})
	return v
}

// keepBooks is what the association's treasurer does all day: she looks at the account, enters what came by hand or from
// files of the bank's, and gives back what is to be given back. At closing time she ends when nothing is left to do.
func (c *chaos) keepBooks(chance *rand.Rand) {
	v := c.signIn("tresorerie@exemple.invalid")
	var last string // file of the bank's
	for file := 1; !c.t.Failed(); file++ {
		closing := c.quiet.Load()
		var lines []deposit
		for _, d := range c.bank.look() {
			if !d.alike && chance.IntN(4) == 0 {
				d.byHand = true
				c.enter(v, d)
			}
			if !d.byHand || d.code != "" { // what has no code would be asked about, and be booked twice if she did not remember
				lines = append(lines, d)
			}
		}
		if len(lines) > 0 {
			content := bankFile(lines)
			c.sendFile(v, fmt.Sprintf("releve-%d.csv", file), content)
			if chance.IntN(3) == 0 && last != "" {
				c.sendFile(v, "encore.csv", last) // which came before
			}
			last = content
		}
		c.bookFiles(v)
		c.answerLines(v)
		c.giveRefunds(v)
		if closing && len(lines) == 0 {
			return
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// enter says by hand what came.
func (c *chaos) enter(v *visitor, d deposit) {
	c.try(v, "/fr/association/transfers?q="+url.QueryEscape(d.number), "entering "+d.reference, func() (bool, *http.Request) {
		if strings.Contains(v.text("[data-receipt]"), d.reference) {
			c.bank.did("entered by hand")
			return true, nil
		}
		return false, v.sending("#receive", url.Values{"amount": {d.amount.String()}, "bank_reference": {d.reference}})
	})
}

// bankFile is a file of the bank's.
func bankFile(lines []deposit) string {
	var file strings.Builder
	file.WriteString("Date opération;Libellé;Référence;Débit;Crédit\n")
	for _, d := range lines {
		label := strings.TrimSpace("VIREMENT RECU " + d.code)
		fmt.Fprintf(&file, "%s;%s;%s;;%s\n", time.Now().In(clock.Zone).Format("02/01/2006"), label, d.reference, strings.Replace(d.amount.String(), ".", ",", 1))
	}
	return file.String()
}

// sendFile sends a file until it is among those that were read. It may come twice.
func (c *chaos) sendFile(v *visitor, name, content string) {
	sent := false
	c.try(v, "/fr/association/transfers/statements", "sending "+name, func() (bool, *http.Request) {
		if sent && strings.Contains(v.text("[data-files]"), name) {
			return true, nil
		}
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		file, err := w.CreateFormFile("file", name)
		if err == nil {
			_, err = file.Write([]byte(content))
		}
		if err == nil {
			err = w.Close()
		}
		if err != nil {
			c.t.Error(err)
		}
		request, err := http.NewRequest(http.MethodPost, "http://"+c.address+"/fr/association/transfers/statements", &body)
		if err != nil {
			c.t.Error(err)
		}
		request.Header.Set("Content-Type", w.FormDataContentType())
		sent = true
		return false, request
	})
	c.bank.did("files")
}

// bookFiles has booked what is matched of the files that came last.
func (c *chaos) bookFiles(v *visitor) {
	var files []string
	c.try(v, "/fr/association/transfers/statements", "the bank's files", func() (bool, *http.Request) {
		for _, link := range v.doc.Find("[data-files] a").EachIter() {
			files = append(files, link.AttrOr("href", ""))
		}
		return true, nil
	})
	for _, file := range files {
		c.try(v, file, "booking "+file, func() (bool, *http.Request) {
			if form := "form[action$='/book']"; v.has(form) {
				return false, v.sending(form, nil)
			}
			return true, nil // or it is being booked, which a kill may put off by minutes
		})
	}
}

// answerLines says of the lines that are asked about whose they are.
func (c *chaos) answerLines(v *visitor) {
	for c.answerLine(v) {
	}
}

// answerLine is answerLines for one of them; false if there is none.
func (c *chaos) answerLine(v *visitor) (some bool) {
	id := ""
	return c.try(v, "/fr/association/transfers/lines", "a line that is asked about", func() (bool, *http.Request) {
		if id == "" {
			id = v.doc.Find("[data-line]").First().AttrOr("data-line", "")
		}
		at := "[data-line='" + id + "'] "
		line := v.doc.Find(at)
		if some = id != ""; !some || line.Length() == 0 {
			return true, nil
		}
		d, known := c.bank.find(line.Text())
		if !known {
			c.t.Errorf("nobody knows the line %q", plainText(line.Text()))
			return true, nil
		}
		if same := at + "form[action$='/same']"; v.has(same) {
			c.bank.did("found to be entered before")
			return false, v.sending(same, nil)
		}
		c.bank.did("assigned")
		return false, v.sending(at+"form[action$='/assign']", url.Values{"other": {d.number}})
	}) && some
}

// giveRefunds gives back what waits for that, some of it.
func (c *chaos) giveRefunds(v *visitor) {
	const atOnce = 20
	for range atOnce {
		refund := ""
		c.try(v, "/fr/association/refunds", "giving back", func() (bool, *http.Request) {
			if refund == "" {
				refund = v.doc.Find("[data-refund]:has(form[action$='/given'])").First().AttrOr("data-refund", "")
			}
			form := "[data-refund='" + refund + "'] form[action$='/given']"
			if refund == "" || !v.has(form) {
				return true, nil
			}
			return false, v.sending(form, url.Values{"reference": {"RB " + refund[:8]}})
		})
		if refund == "" {
			return
		}
		c.bank.mu.Lock()
		c.bank.given[refund]++
		c.bank.mu.Unlock()
	}
}

// changeHerMind has a buyer cancel what she has ordered.
func (c *chaos) changeHerMind(o sentOrder) {
	if c.press(c.visitor(), o.tracking, "cancelling "+o.number, "form[action$='/cancel']", nil) {
		c.bank.did("cancelled")
	}
}

// checkBank compares what came to the bank, what was asked for and what went back, order by order.
func (c *chaos) checkBank(db *sqlx.DB) {
	c.t.Helper()
	b := c.bank
	booking := func() (n int) {
		if err := db.Get(&n, `select count(*) from transfer_statements where state = 'booking'`); err != nil {
			c.t.Fatal(err)
		}
		return n
	}
	// What was being booked when the program was killed is taken up again after some minutes, for which a short run does
	// not wait.
	for patience := time.Now().Add(c.patience()); booking() > 0 && time.Now().Before(patience); {
		time.Sleep(100 * time.Millisecond)
	}
	numbers, amounts := slices.Sorted(maps.Keys(b.came)), pq.Int64Array{}
	for _, number := range numbers {
		amounts = append(amounts, int64(b.came[number]))
	}
	var wrong []string
	if err := db.Select(&wrong, `
		select format('%s by transfer: %s centimes came, %s stand in the books', coalesce(c.number, b.number), c.amount, b.amount)
		from unnest($1::text[], $2::bigint[]) as c (number, amount)
		full join (
		    select o.number, sum(m.amount) as amount
		    from orders o join (
		        select i.reference, r.amount_centimes as amount
		        from transfer_receipts r join payment_attempts a on a.id = r.attempt_id join payment_intents i on i.id = a.intent_id where r.undone_at is null
		        union all
		        select l.reference, l.amount_centimes
		        from transfer_lines l join transfer_statements s on s.id = l.statement_id where s.state = 'booking' and l.state = 'matched'
		    ) m on m.reference = o.id
		    where not o.sample group by o.number
		) b on b.number = c.number
		where c.amount is distinct from b.amount limit 10`, pq.Array(numbers), amounts); err != nil {
		c.t.Fatal(err)
	}
	var unequal []string
	if err := db.Select(&unequal, `
		select format('%s, %s by %s: due %s, received %s, given back or to be %s', o.number, o.state, o.payment, o.due_centimes, p.received_centimes, p.back)
		from orders o
		cross join lateral (
		    select received_centimes, promised_centimes + failed_centimes as back from payments where reference = o.id
		) p
		where not o.sample and p.received_centimes - p.back <> case
		    when o.state in ('cancelled', 'refused') or p.received_centimes = 0 then 0
		    when o.state = 'awaiting_payment' then p.received_centimes
		    else o.due_centimes end limit 10`); err != nil {
		c.t.Fatal(err)
	}
	var ungiven []string
	given := slices.Sorted(maps.Keys(b.given))
	if err := db.Select(&ungiven, `
		select id::text from unnest($1::uuid[]) as given (id)
		where not exists (select from payment_refunds r where r.id = given.id and r.state = 'succeeded')`, pq.Array(given)); err != nil {
		c.t.Fatal(err)
	}
	for _, id := range ungiven {
		wrong = append(wrong, "refund "+id+" was given, and is not said to be")
	}
	for _, said := range append(wrong, unequal...) {
		c.t.Error(said)
	}
	var states []struct {
		State, Payment string
		Orders         int
		Received, Back money.Amount
	}
	if err := db.Select(&states, `
		select o.state, o.payment, count(*) as orders, sum(p.received_centimes) as received, sum(p.promised_centimes + p.failed_centimes) as back
		from orders o join payments p on p.reference = o.id where not o.sample group by 1, 2 order by 1, 2`); err != nil {
		c.t.Fatal(err)
	}
	for _, s := range states {
		c.t.Logf("%6d orders by %s are %s: %s received, %s given back or to be", s.Orders, s.Payment, s.State, s.Received, s.Back)
	}
	c.t.Logf("people did %v; %d refunds were given by hand, of %d orders something came by transfer", b.done, len(given), len(numbers))
}
