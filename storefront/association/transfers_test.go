package association_test

import (
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/clock"
	whole "github.com/souk-taawon/souk/internal/market"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/transfer"
	"github.com/souk-taawon/souk/internal/upload/sheet"
	"github.com/souk-taawon/souk/storefront/storetest"
)

// bank is a market where buyers pay by transfer, and the browser of its treasurer.
type bank struct {
	*storetest.Market
	*testing.T
	treasurer *storetest.Client
}

func openBank(t *testing.T) bank {
	t.Helper()
	m := storetest.NewBank(t)
	return bank{m, t, m.SignIn(m.Hire(account.Treasurer, storetest.Seller{}))}
}

// toTransfer is an order, and what its buyer is to transfer.
func (b bank) toTransfer() (order.Order, transfer.Due) {
	b.Helper()
	placed := b.OrderBy(payment.BankTransfer)
	if _, err := b.Orders.Pay(b.Context(), placed.Token); err != nil {
		b.Fatal(err)
	}
	due, err := b.Transfers.Due(b.Context(), placed.Order.ID)
	if err != nil {
		b.Fatal(err)
	}
	return placed.Order, due
}

// sound has the whole audit find nothing.
func (b bank) sound() {
	b.Helper()
	checks, err := whole.Audit(b.Context(), b.DB)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range checks {
		if !c.OK() {
			b.Errorf("%s: %v", c.Name, c.Problems)
		}
	}
}

func (b bank) paid(o order.Order) bool {
	b.Helper()
	now, err := b.Orders.ForAssociation(b.Context(), o.ID)
	if err != nil {
		b.Fatal(err)
	}
	return now.Paid
}

// send has the treasurer send a file of the bank's.
func (b bank) send(name, file string) *storetest.Page {
	b.Helper()
	return b.treasurer.Upload("/fr/association/transfers/statements", "file", name, []byte(file), nil)
}

// entry is a line of such a file.
func entry(label string, amount money.Amount) string {
	return fmt.Sprintf("%s;%s;%s\n", time.Now().In(clock.Zone).Format("02/01/2006"), label, strings.Replace(amount.String(), ".", ",", 1))
}

const entries = "Date;Libellé;Crédit\n"

func TestTheAssociationRecordsWhatCameByHand(t *testing.T) {
	t.Parallel()
	b := openBank(t)
	o, due := b.toTransfer()
	for _, code := range languages {
		l := b.Languages.Locale(code)
		list := b.treasurer.Get("/" + code + "/association/transfers").Want(http.StatusOK)
		row := "[data-transfer='" + o.Number + "']"
		for _, want := range []string{due.Code, "نادية", l.Centimes(o.Due), l.DateTime(due.Until)} {
			if !strings.Contains(list.Text(row), want) {
				t.Errorf("%s: the list says %q without %q", code, list.Text(row), want)
			}
		}
		if key := storetest.Unsaid(list.Text("main")); key != "" {
			t.Errorf("%s says %s", list.Path, key)
		}
	}
	for _, sought := range []string{due.Code, strings.ToLower(strings.ReplaceAll(due.Code, "-", " ")), o.Number} {
		page := b.treasurer.Get("/fr/association/transfers?q=" + url.QueryEscape(sought)).Want(http.StatusOK)
		if !strings.HasSuffix(page.Path, "/"+o.ID.String()) {
			t.Errorf("%s leads to %s", sought, page.Path)
		}
	}
	if !b.treasurer.Get("/fr/association/transfers?q=nobody").Want(http.StatusOK).Has("#f-q-error") {
		t.Error("what nothing goes by is not said to be unknown")
	}

	path := "/fr/association/transfers/" + o.ID.String()
	first, second := b.treasurer.Get(path).Want(http.StatusOK), b.treasurer.Get(path).Want(http.StatusOK)
	wrong := b.treasurer.Submit(first, "#receive", url.Values{"amount": {"beaucoup"}, "day": {"2099-01-01"}}).Want(http.StatusUnprocessableEntity)
	for _, field := range []string{"amount", "day", "bank_reference"} {
		wrong.Find("#f-" + field + "-error")
	}
	if typed := wrong.Find("#f-amount").AttrOr("value", ""); typed != "beaucoup" {
		t.Errorf("what was typed is %q", typed)
	}
	part := b.treasurer.Submit(first, "#receive", url.Values{"amount": {"40"}, "bank_reference": {"VIR 1"}}).Want(http.StatusOK)
	// Whoever had the page open before is told, and nothing is recorded twice.
	colleague := b.SignIn(b.Hire(account.Director, storetest.Seller{}))
	late := colleague.Submit(second, "#receive", url.Values{"amount": {"40"}, "bank_reference": {"VIR 1"}}).Want(http.StatusConflict)
	if !late.Has("[data-notice]") || late.Find("[data-receipt]").Length() != 1 || late.Find("#f-bank_reference").AttrOr("value", "") != "VIR 1" {
		t.Error("the second is not told what the first has done")
	}
	undone := b.treasurer.Submit(part, "form[action$='/undo']", nil).Want(http.StatusOK)
	if undone.Has("form[action$='/undo']") || !strings.Contains(undone.Text("#received"), "0") {
		t.Errorf("undone: %s", undone.Text("main"))
	}
	colleague.Submit(part, "form[action$='/undo']", nil).Want(http.StatusConflict)
	b.sound()
	if filled, err := money.Parse(undone.Find("#f-amount").AttrOr("value", "")); err != nil || filled != o.Due {
		t.Errorf("the form offers %s", filled)
	}
	rest := b.treasurer.Submit(undone, "#receive", url.Values{"bank_reference": {"VIR 2"}}).Want(http.StatusOK)
	if !b.paid(o) || rest.Has("form[action$='/undo']") {
		t.Error("it is not paid, or what has paid it is offered to be undone")
	}
	if !rest.Has("#receive [data-paid]") {
		t.Error("it is not said that all is paid")
	}
	b.sound()
}

func TestAFileOfTheBankIsShownBeforeItIsBookedAndBookedOnce(t *testing.T) {
	t.Parallel()
	b := openBank(t)
	b.WorkJobs()
	coded, dueCoded := b.toTransfer()
	asked, _ := b.toTransfer()
	file := entries + entry("VIR RECU "+dueCoded.Code, coded.Due) + entry("VIREMENT", asked.Due) + entry("SUBVENTION", 5000_00) + "illisible;x;1,00\n"
	preview := b.send("releve.csv", file).Want(http.StatusOK)
	if preview.Find("[data-line]").Length() != 1 || !strings.Contains(preview.Text("#wrong"), "illisible") || b.paid(coded) {
		t.Errorf("the preview: %s", preview.Text("main"))
	}
	other := b.treasurer.Get(preview.Path).Want(http.StatusOK)
	b.treasurer.Submit(preview, "form[action$='/book']", nil).Want(http.StatusOK)
	b.SignIn(b.Hire(account.Director, storetest.Seller{})).Submit(other, "form[action$='/book']", nil).Want(http.StatusConflict)
	b.Eventually("it is booked", func() bool { return b.paid(coded) })
	b.Eventually("the file is read again", func() bool { return !b.treasurer.Get(preview.Path).Has("#booking") })

	// The other's line is asked about: its amount is that of one who pays just as much.
	if !b.treasurer.Get("/fr/association/transfers").Want(http.StatusOK).Has("#asked") {
		t.Error("nobody is told that a line waits")
	}
	lines := b.treasurer.Get("/fr/association/transfers/lines").Want(http.StatusOK)
	second := b.treasurer.Get("/fr/association/transfers/lines").Want(http.StatusOK)
	none := b.treasurer.Submit(lines, "form[action$='/assign']", url.Values{"other": {"S-0000-00000000"}}).Want(http.StatusUnprocessableEntity)
	if !none.Has("[id^=other-][id$=-error]") {
		t.Error("it is not said that nobody pays under that number")
	}
	b.treasurer.Submit(lines, "form[action$='/assign']", url.Values{"reference": {asked.ID.String()}}).Want(http.StatusOK)
	if !b.paid(asked) {
		t.Error("the line that was asked about is not booked")
	}
	b.treasurer.Submit(second, "form[action$='/assign']", url.Values{"reference": {coded.ID.String()}}).Want(http.StatusConflict)
	foreign := b.treasurer.Get(preview.Path + "?show=foreign").Want(http.StatusOK)
	if said := foreign.Text("form[action$='/aside'] button"); said == foreign.Text(".chip[aria-current]") || said == "" {
		t.Errorf("what is not ours can be said to be %q", said)
	}
	aside := b.treasurer.Submit(foreign, "form[action$='/aside']", nil).Want(http.StatusOK)
	if aside.Has("[data-line]") {
		t.Error("what was set aside stands among the rest")
	}
	if !b.treasurer.Get(preview.Path + "?show=aside").Want(http.StatusOK).Has("form[action$='/aside'] [name=back]") {
		t.Error("what was set aside is lost")
	}
	b.sound()

	again := b.send("encore.csv", file).Want(http.StatusOK)
	if again.Has("[data-line]") || !strings.Contains(again.Text("#known"), "3") {
		t.Errorf("the same file again: %s", again.Text("main"))
	}
	b.sound()
}

// Money that came is not thrown away with its file before it is said how much that is.
func TestAFileIsDiscardedAfterItIsAskedWhatIsLost(t *testing.T) {
	t.Parallel()
	for _, code := range languages {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			b := openBank(t)
			o, _ := b.toTransfer()
			preview := b.send("releve.csv", entries+entry("VIREMENT", o.Due)+entry("SUBVENTION", 5000_00)).Want(http.StatusOK)
			page := b.treasurer.Get(strings.Replace(preview.Path, "/fr/", "/"+code+"/", 1)).Want(http.StatusOK)
			ask := b.treasurer.Submit(page, "form[action$='/discard']", nil).Want(http.StatusOK)
			l := b.Languages.Locale(code)
			if said := ask.Text("[data-lost]"); !strings.Contains(said, spaced(l.N("association.transfers.discard_text", 1, "Amount", l.Money(o.Due)))) {
				t.Errorf("it is asked %q", said)
			}
			stale := url.Values{"seen": {"2"}}
			if !b.treasurer.Submit(ask, "[data-lost] form", stale).Want(http.StatusOK).Has("[data-lost]") {
				t.Error("it is thrown away as it was some time ago")
			}
			if b.treasurer.Get(preview.Path).Want(http.StatusOK).Path != preview.Path {
				t.Fatal("it is thrown away before it was answered")
			}
			done := b.treasurer.Submit(ask, "[data-lost] form", nil).Want(http.StatusOK)
			if done.Path == preview.Path || done.Text(".toast") != spaced(l.T("association.transfers.discarded")) {
				t.Errorf("%s says %q", done.Path, done.Text(".toast"))
			}
			b.sound()
		})
	}
}

func TestTheColumnsOfAFileThatNobodyKnowsAreAsked(t *testing.T) {
	t.Parallel()
	b := openBank(t)
	o, due := b.toTransfer()
	page := b.send("x.csv", "quand,quoi,combien\n"+time.Now().In(clock.Zone).Format("02/01/2006")+","+due.Code+",\""+strings.Replace(o.Due.String(), ".", ",", 1)+"\"\n").Want(http.StatusOK)
	if said := page.Text("[data-sample]"); !strings.Contains(said, "combien") || !strings.Contains(said, due.Code) {
		t.Errorf("the rows that are asked about: %s", said)
	}
	if optional := page.Find("#columns label:has(.opt)").Length(); optional != 2 {
		t.Errorf("%d columns are said to be optional", optional)
	}
	second := b.treasurer.Get(page.Path).Want(http.StatusOK)
	missing := b.treasurer.Submit(page, "#columns", url.Values{"day": {"0"}}).Want(http.StatusUnprocessableEntity)
	if missing.Find("#f-day option[selected]").AttrOr("value", "") != "0" {
		t.Error("what was chosen is gone")
	}
	told := url.Values{"day": {"0"}, "label": {"1"}, "amount": {"2"}}
	if read := b.treasurer.Submit(missing, "#columns", told).Want(http.StatusOK); !read.Has("form[action$='/book']") {
		t.Errorf("read: %s", read.Text("main"))
	}
	b.SignIn(b.Hire(account.Director, storetest.Seller{})).Submit(second, "#columns", told).Want(http.StatusConflict)
	for name, hostile := range map[string]string{"nothing.csv": "", "page.csv": "<html><body>x", "a.xlsx": "PK\x03\x04...", "none.csv": entries} {
		refused := b.send(name, hostile)
		if refused.Status < 400 || refused.Status >= 500 || !refused.Has("#file-error") {
			t.Errorf("%s is answered %d", name, refused.Status)
		}
	}
}

// Not parallel: it measures.
func TestAFileOfAsManyLinesAsMayBeIsReadAndALargerOneRefused(t *testing.T) {
	b := openBank(t)
	coded, due := b.toTransfer()
	var file strings.Builder
	file.WriteString(entries)
	for n := range transfer.MaxLines - 1 {
		file.WriteString(entry(fmt.Sprintf("PAIEMENT CARTE %06d CASABLANCA", n), money.Amount(100+n)))
	}
	most := file.String() + entry("VIR RECU "+due.Code, coded.Due)
	begun, peak := time.Now(), heldMost(func() {
		read := b.send("releve.csv", most).Want(http.StatusOK)
		if !read.Has("form[action$='/book']") || read.Find("[data-line]").Length() != 1 {
			t.Errorf("read: %s", read.Text("main"))
		}
	})
	t.Logf("%d lines, %d KB, in %s, %d MB held at most", transfer.MaxLines, len(most)>>10, time.Since(begun), peak>>20)
	const bound = 256 << 20
	if peak > bound {
		t.Errorf("reading it took %d MB", peak>>20)
	}
	for name, larger := range map[string]string{
		"a line more": most + entry("ENCORE", 1_00), "more bytes": most + strings.Repeat("x", sheet.MaxBytes),
	} {
		var refused *storetest.Page
		peak := heldMost(func() { refused = b.send("releve.csv", larger) })
		if refused.Status != http.StatusRequestEntityTooLarge && refused.Status != http.StatusUnprocessableEntity || !refused.Has("main") || peak > bound {
			t.Errorf("%s: answered %d, %d MB", name, refused.Status, peak>>20)
		}
		t.Logf("%s: %d, %q, %d MB held at most", name, refused.Status, refused.Text("main"), peak>>20)
	}
	var kept int
	if err := b.DB.Get(&kept, `select count(*) from transfer_statements`); err != nil || kept != 1 {
		t.Errorf("%d files are kept, %v", kept, err)
	}
}

// heldMost is how many bytes more than before were held at most while something was done.
func heldMost(do func()) (peak uint64) {
	held := func() uint64 {
		var now runtime.MemStats
		runtime.ReadMemStats(&now)
		return now.HeapAlloc
	}
	runtime.GC()
	before, done, over := held(), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		for {
			peak = max(peak, held())
			select {
			case <-done:
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	}()
	do()
	close(done)
	<-over
	return peak - min(before, peak)
}

// What a buyer sent is nobody's business but theirs who look after the association's money.
func TestAReceiptsPictureIsSeenByWhoMaySeeMoneyOnly(t *testing.T) {
	t.Parallel()
	b := openBank(t)
	o, _ := b.toTransfer()
	if err := b.Transfers.AddPicture(t.Context(), o.ID, strings.NewReader(string(storetest.Photograph(t, 300)))); err != nil {
		t.Fatal(err)
	}
	page := b.treasurer.Get("/fr/association/transfers/" + o.ID.String()).Want(http.StatusOK)
	if page.Has("#main img") {
		t.Error("it is shown before it was made smaller")
	}
	sent, err := b.Transfers.Pictures(t.Context(), o.ID)
	if err != nil {
		t.Fatal(err)
	}
	worker := transfer.PictureWorker{Transfers: b.Transfers}
	if err := worker.Work(t.Context(), &river.Job[transfer.PictureArgs]{Args: transfer.PictureArgs{PictureID: sent[0].ID}}); err != nil {
		t.Fatal(err)
	}
	picture := b.treasurer.Get(page.Path).Want(http.StatusOK).Find("#main img").AttrOr("src", "")
	answer := b.treasurer.Get(picture).Want(http.StatusOK)
	if kind := answer.Header.Get("Content-Type"); kind != "image/jpeg" || answer.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("it comes as %s, kept as %q", kind, answer.Header.Get("Cache-Control"))
	}
	b.Visitor().Stay().Get(picture).Want(http.StatusSeeOther)
	for _, role := range []account.Role{account.Support, account.Marketing} {
		b.SignIn(b.Hire(role, storetest.Seller{})).Get(picture).Want(http.StatusForbidden)
	}
	b.SignIn(b.Honey.Member).Get(picture).Want(http.StatusForbidden)
}

func TestWhereMoneyGoesBackToIsToldToWhoGivesIt(t *testing.T) {
	t.Parallel()
	b := openBank(t)
	o, _ := b.toTransfer()
	page := b.treasurer.Get("/fr/association/transfers/" + o.ID.String()).Want(http.StatusOK)
	b.treasurer.Submit(page, "#receive", url.Values{"amount": {(o.Due + 7_50).String()}, "bank_reference": {"VIR 1"}}).Want(http.StatusOK)
	const refunds = "/fr/association/refunds"
	missing := b.Languages.Locale("fr").T("association.refunds.no_account")
	if said := b.treasurer.Get(refunds).Want(http.StatusOK).Text("[data-account]"); said != missing {
		t.Errorf("that there is no account is told as %q", said)
	}
	err := b.Transfers.SetRefundAccount(t.Context(), transfer.RefundAccount{Reference: o.ID, Holder: "Nadia", RIB: storetest.RIB})
	if err != nil {
		t.Fatal(err)
	}
	if said := b.treasurer.Get(refunds).Want(http.StatusOK).Text("[data-account]"); !strings.Contains(said, "Nadia, "+storetest.RIB) {
		t.Errorf("the account is told as %q", said)
	}
	if support := b.SignIn(b.Hire(account.Support, storetest.Seller{})).Get(refunds).Want(http.StatusOK); strings.Contains(string(support.Body), storetest.RIB) {
		t.Error("who gives nothing back reads a buyer's account")
	}
}

// Money is not said to be given into an account that its buyer has replaced since.
func TestARefundGoesIntoTheAccountThatIsShown(t *testing.T) {
	t.Parallel()
	b := openBank(t)
	o := b.Order().Order
	b.Deliver(o)
	err := b.Orders.Refund(t.Context(), o.ID, order.RefundInput{
		Scope: order.RefundOrder, Reason: order.ReasonDamaged, Means: payment.BankTransfer, Key: uuid.New(),
	}, b.ByAssociation())
	if err != nil {
		t.Fatal(err)
	}
	list := b.treasurer.Get("/fr/association/refunds").Want(http.StatusOK)
	for _, holder := range []string{"Nadia", "Samir"} {
		err := b.Transfers.SetRefundAccount(t.Context(), transfer.RefundAccount{Reference: o.ID, Holder: holder, RIB: storetest.RIB})
		if err != nil {
			t.Fatal(err)
		}
		list = b.treasurer.Submit(list, "form[action$='/given']", nil).Want(http.StatusConflict)
		if said := list.Text("[data-account]"); !strings.Contains(said, holder) {
			t.Errorf("the account is %q", said)
		}
		accounts, err := b.Transfers.RefundAccounts(t.Context(), o.ID)
		if err != nil {
			t.Fatal(err)
		}
		l := b.Languages.Locale("fr")
		if said := list.Text("[data-named]"); said != spaced(l.T("association.refunds.account_named", "At", l.DateTime(accounts[o.ID].At))) {
			t.Errorf("it is said to be named %q", said)
		}
	}
	b.treasurer.Submit(list, "form[action$='/given']", nil).Want(http.StatusOK)
	now, err := b.Orders.ForAssociation(t.Context(), o.ID)
	if err != nil || now.Given != now.Back || now.Given == 0 {
		t.Errorf("given %s of %s, %v", now.Given, now.Back, err)
	}
	b.sound()
}
