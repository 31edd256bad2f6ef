package main

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/transfer"
	"github.com/souk-taawon/souk/internal/sample"
)

// toTransfer is what a buyer has to know of an order to pay it at her bank.
type toTransfer struct {
	path, number, code string
	amount             money.Amount
}

// A buyer pays in two parts, and forgets her reference in the second; the treasurer finds the one by the bank's file and is
// asked whose the other is. Another order the treasurer finds in the list.
func TestABuyerPaysByTransferAndTheTreasurerFindsIt(t *testing.T) {
	each(t, []payer{
		{"ar", telephone(), []string{"tajine-en-terre-cuite-22-cm", "petit-panier-a-oeufs"}},
		{"fr", desktop(), []string{"ras-el-hanout-de-fete", "thym-tamise"}},
	}, func(r *reader, p payer) {
		r.orderBy(payment.BankTransfer, payer{p.lang, p.screen, p.wanted[:1]})
		placed := r.copyTransfer()
		r.sendReceipt(placed)

		office := newReader(r.t, p.lang, p.others())
		office.signIn("tresorerie@exemple.invalid", sample.Password)
		office.press("nav a[href$='/association/settlement']", office.l.T("ui.association.settlement"))
		office.arrive("/" + p.lang + "/association/settlement")
		office.press("main a[href$='/association/transfers']", "")
		office.arrive("/" + p.lang + "/association/transfers")
		office.look("the transfers that are waited for")
		office.seesReceipt(placed)
		office.book(placed, func() {
			r.open(placed.path)
			r.sees("#came", r.l.Money(placed.first()))
			r.look("an order that is paid in part")
		})
		r.open(placed.path)
		r.counts("#paid", 1)
		r.look("an order that was paid by transfer")
		handOver(r.t, r.mk, p.lang, newAPIClient(r.mk.url).goods(r.t, p.lang, p.wanted[0]).Cooperative.Slug, placed.number)
		r.open(placed.path)
		r.counts("[data-part-state="+string(order.PartHandedOver)+"]", 1)

		r.orderBy(payment.BankTransfer, payer{p.lang, p.screen, p.wanted[1:]})
		other := r.copyTransfer()
		office.receiveByHand(other)
		r.open(other.path)
		r.counts("#paid", 1)
	})
}

// first is what of it she transfers first.
func (o toTransfer) first() money.Amount { return o.amount / 2 }

// copyTransfer copies what she enters at her bank.
func (r *reader) copyTransfer() (o toTransfer) {
	r.t.Helper()
	r.arrive("/" + r.l.Code() + "/orders/…")
	r.counts("#transfer", 1)
	r.look("what is to be transferred")
	_, err := chromedp.CallBrowser(r.ctx, browser.SetPermission, browser.SetPermissionParams{
		Permission: &browser.PermissionDescriptor{Name: "clipboard-read"}, Setting: browser.PermissionSettingGranted,
	})
	if err != nil {
		r.t.Fatal(err)
	}
	copied := func(field string) (text string) {
		r.t.Helper()
		r.press("[data-copy="+field+"]", r.l.T("shop.transfer.copy"))
		r.sees("[role=status]", r.l.T("shop.transfer.copied"))
		if text, err = ask[string](r, `() => navigator.clipboard.readText()`); err != nil || text == "" {
			r.t.Fatalf("%s: copied %q, %v", field, text, err)
		}
		return text
	}
	o.code = copied("t-code")
	if o.amount, err = money.Parse(copied("t-left")); err != nil {
		r.t.Fatal(err)
	}
	r.sees("#sum", r.l.Money(o.amount))
	o.path, o.number = strings.TrimSuffix(r.path(), "/pay"), r.words("main bdi.num")
	return o
}

// sendReceipt sends a picture of the receipt that her bank gave her.
func (r *reader) sendReceipt(o toTransfer) {
	r.t.Helper()
	paper := image.NewGray(image.Rect(0, 0, 600, 900))
	for i := range paper.Pix {
		paper.Pix[i] = 240
	}
	for y := 100; y < 800; y += 60 {
		for x := 60; x < 540; x++ {
			paper.Set(x, y, color.Gray{Y: 40})
		}
	}
	file, err := os.Create(filepath.Join(r.t.TempDir(), "وصل التحويل.png"))
	if err == nil {
		err = png.Encode(file, paper)
	}
	if err == nil {
		err = file.Close()
	}
	if err != nil {
		r.t.Fatal(err)
	}
	r.attach("#receipt input[type=file]", file.Name())
	r.sees("[role=status]", r.l.T("shop.transfer.received"))
	r.until("have the association see it", func() string {
		r.open(o.path + "/pay")
		if state := r.words("[data-receipts] .bdg"); state != r.l.T("shop.transfer.picture_ready") {
			return state
		}
		return ""
	})
	r.look("what is to be transferred, with a receipt")
}

// seesReceipt looks a transfer up by its code and sees the picture that was sent.
func (r *reader) seesReceipt(o toTransfer) {
	r.t.Helper()
	r.write("main form[role=search] [name=q]", strings.ToLower(o.code))
	r.key(kb.Enter)
	r.arrive("/" + r.l.Code() + "/association/transfers/…")
	r.sees("main h1", o.number)
	r.sees("main", payersName)
	r.want("see the receipt", `() => {
		const picture = document.querySelector('main img[src$="/copy.jpg"]')
		picture?.scrollIntoView()
		return !!picture?.complete && picture.naturalWidth > 0
	}`)
	r.look("a transfer with its receipt")
}

// book reads a file of the bank's whose columns nobody knows: a part of the transfer is found in it by its code, and of
// another line it is asked whose it is. Meanwhile is called between the two.
func (r *reader) book(o toTransfer, meanwhile func()) {
	r.t.Helper()
	rest := fmt.Sprintf("VIREMENT DE %s %s", payersName, r.l.Code())
	day := time.Now().In(clock.Zone).Format("02/01/2006")
	lines := "Quand;Quoi;Combien\n"
	for _, line := range []struct {
		label  string
		amount money.Amount
	}{{"VIR RECU " + o.code, o.first()}, {rest, o.amount - o.first()}, {"SUBVENTION " + r.l.Code(), 5000_00}} {
		lines += fmt.Sprintf("%s;%s;%s\n", day, line.label, strings.Replace(line.amount.String(), ".", ",", 1))
	}
	file := filepath.Join(r.t.TempDir(), "releve-"+r.l.Code()+".csv")
	if err := os.WriteFile(file, []byte(lines), 0o600); err != nil {
		r.t.Fatal(err)
	}
	r.press("main a[href$='/association/transfers']", "")
	r.arrive("/" + r.l.Code() + "/association/transfers")
	r.press("main a[href$='/association/transfers/statements']", r.l.T("association.transfers.statements"))
	r.arrive("/" + r.l.Code() + "/association/transfers/statements")
	r.look("the place for the bank's files")
	r.attach("input[type=file][name=file]", file)
	r.arrive("/" + r.l.Code() + "/association/transfers/statements/…")
	r.sees("[data-sample]", rest)
	r.look("a file whose columns are asked")
	for i, column := range []transfer.Column{transfer.ColDay, transfer.ColLabel, transfer.ColCredit} {
		r.choose("#columns [name="+string(column)+"]", fmt.Sprint(i))
	}
	r.press("#columns button", r.l.T("association.transfers.read_on"))
	r.sees("[data-line]", o.code)
	r.sees("[data-line]", r.l.Money(o.first()))
	r.look("what a file would book")
	r.press("main form[action$='/book'] button", r.l.N("association.transfers.book", 1))
	r.want("have it booked", `() => document.readyState === 'complete' && !document.querySelector("#booking, form[action$='/book']")`)
	r.showLines(transfer.Booked)
	r.sees("[data-line]", o.code)
	r.look("what a file has booked")
	meanwhile()

	r.showLines(transfer.Asked)
	line := "[data-line]:has(select)"
	r.sees(line, rest)
	r.sees(line, r.l.T("association.transfers.doubt."+string(transfer.DoubtNoCode)))
	r.look("a line of which it is asked whose it is")
	whose, err := ask[string](r, `(line, code) => [...document.querySelectorAll(line + ' option')].find(o => o.textContent.includes(code))?.value ?? ''`, line, o.code)
	if err != nil || whose == "" {
		r.t.Fatalf("%s does not stand among those whose it may be: %v", o.code, err)
	}
	r.choose(line+" [name=reference]", whose)
	r.press(line+" form[action$='/assign'] button", r.l.T("association.transfers.assign"))
	r.sees("[role=status]", r.l.T("association.transfers.assigned"))
}

// showLines shows a file's lines that are so far.
func (r *reader) showLines(state transfer.LineState) {
	r.t.Helper()
	r.press("main a.chip", r.l.T("association.transfers.line."+string(state)))
	r.want("see other lines", `state => document.readyState === 'complete' && new URLSearchParams(location.search).get('show') === state`, state)
}

// receiveByHand finds a transfer in the list and says that all of it came.
func (r *reader) receiveByHand(o toTransfer) {
	r.t.Helper()
	r.press("main a[href$='/association/transfers']", "")
	r.arrive("/" + r.l.Code() + "/association/transfers")
	row := "[data-transfer='" + o.number + "']"
	r.sees(row, payersName)
	r.press(row+" th a", "")
	r.arrive("/" + r.l.Code() + "/association/transfers/…")
	r.write("#receive [name=bank_reference]", "VIR-"+o.code)
	r.key(kb.Enter)
	r.sees("[role=status]", r.l.T("association.transfers.received"))
	r.sees("[data-receipt]", "VIR-"+o.code)
	r.sees("#receive", r.l.T("association.transfers.late_paid"))
	r.look("a transfer that came")
}
