package shop_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/transfer"
	"github.com/souk-taawon/souk/internal/picture"
	"github.com/souk-taawon/souk/internal/text"
	"github.com/souk-taawon/souk/storefront/storetest"
)

// newBank is a till where buyers pay by transfer.
func newBank(t *testing.T) *till {
	t.Helper()
	return &till{Market: storetest.NewBank(t), t: t}
}

// receives says that so much came for an order.
func (m *till) receives(o order.Order, amount money.Amount) {
	m.t.Helper()
	one, err := m.Transfers.Get(m.t.Context(), o.ID)
	m.must(err)
	m.must(m.Transfers.Receive(m.t.Context(), o.ID, transfer.Entered{
		Amount: amount.String(), Day: time.Now().In(clock.Zone).Format(time.DateOnly), BankReference: "VIR 1",
	}, one.Seen, actor.OfAssociation(m.Association.ID)))
}

var byTransfer = map[string]string{"payment": payment.BankTransfer, "email": "nadia@exemple.invalid"}

func TestABuyerSeesWhatToTransferAndWhatHasCome(t *testing.T) {
	t.Parallel()
	m := newBank(t)
	boss := m.SignIn(m.Association)
	for _, code := range languages {
		l, buyer := m.Languages.Locale(code), m.Visitor()
		tracking, o := m.orders(buyer, code, byTransfer)
		due, err := m.Transfers.Due(t.Context(), o.ID)
		m.must(err)
		pay := m.placedAt
		for _, page := range []*storetest.Page{pay, tracking} {
			for id, want := range map[string]string{"code": due.Code, "rib": storetest.RIB, "holder": "Association", "bank": "Banque"} {
				if got := page.Find("#t-"+id+"[readonly]").AttrOr("value", ""); got != want {
					t.Errorf("%s says %q for the %s", page.Path, got, id)
				}
			}
			if typed, err := money.Parse(page.Find("#t-left").AttrOr("value", "")); err != nil || typed != o.Due {
				t.Errorf("%s: she is to copy %s", page.Path, typed)
			}
			if copies := page.Find("[data-copy][hidden]").Length(); copies != 5 {
				t.Errorf("%s has %d buttons that copy", page.Path, copies)
			}
			m.tells(page, "main", l.DateTime(o.ExpiresAt))
			m.wantNone(page, []string{"shop.transfer."})
		}
		m.receives(o, 40_00)
		for _, path := range []string{pay.Path, tracking.Path} {
			page := buyer.Get(path).Want(http.StatusOK)
			m.tells(page, "#came", l.T("shop.transfer.came", "Received", l.Money(40_00), "Amount", l.Money(o.Due), "Left", l.Money(o.Due-40_00)))
			if typed, err := money.Parse(page.Find("#t-left").AttrOr("value", "")); err != nil || typed != o.Due-40_00 {
				t.Errorf("%s: after a part she is to copy %s", path, typed)
			}
			if page.Has("#back") {
				t.Errorf("%s: what came is said to go back: %s", path, page.Text("#back"))
			}
		}
		inside := boss.Get("/" + code + "/association/orders/" + o.ID.String()).Want(http.StatusOK)
		m.tells(inside, "[data-came]", l.Money(40_00))
		m.tells(inside, "[data-to-come]", l.Money(o.Due-40_00))
		m.tells(inside, "[data-money]", l.T("association.order.left", "Until", l.DateTime(o.ExpiresAt)))
		m.wantNone(inside, []string{l.T("association.order.back")})

		// Whom she passed her order's link on to is told of no account, and may send nothing.
		reading := m.Orders.ReadingToken(o.ID, o.Link)
		if page := m.Visitor().Get("/" + code + "/orders/" + reading).Want(http.StatusOK); page.Has("#t-rib") || strings.Contains(string(page.Body), due.Code) {
			t.Error("who only looks on is told what to transfer")
		}
		for _, path := range []string{"/receipt", "/account"} {
			m.Visitor().Upload("/"+code+"/orders/"+reading+path, "receipt", "r.png", storetest.Photograph(t, 300), nil).Want(http.StatusNotFound)
		}

		m.receives(o, o.Due-40_00)
		if page := buyer.Get(pay.Path).Want(http.StatusOK); page.Has("#transfer") || !page.Has("#paid") {
			t.Errorf("after it is paid she is led to %s", page.Path)
		} else {
			m.wantNone(page, []string{l.T("means.bank_transfer.more")})
		}
		if inside := boss.Get("/" + code + "/association/orders/" + o.ID.String()).Want(http.StatusOK); inside.Has("[data-to-come]") {
			t.Error("of a paid order something is waited for")
		}
	}
}

// Last pieces are held for an hour, in which no transfer between two banks comes.
func TestLastPiecesAreNotToBePaidByTransfer(t *testing.T) {
	t.Parallel()
	for _, code := range languages {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			m := newBank(t)
			l, buyer := m.Languages.Locale(code), m.Visitor()
			m.orders(buyer, code, nil)
			m.decide(`{"product_share": "1"}`)
			put(buyer, code, m.Honey.Products[0].ID, "1").Want(http.StatusOK)
			form := filled(buyer.Get("/"+code+"/checkout").Want(http.StatusOK), nadia)
			form.Set("phone", "0661999999")
			form.Set("payment", payment.BankTransfer)
			refused := buyer.Post("/"+code+"/checkout", form).Want(http.StatusUnprocessableEntity)
			m.tells(refused, "#problem", l.T("order.means_last_pieces"))
			again := filled(refused, map[string]string{"payment": payment.CashOnDelivery})
			placed := buyer.Post("/"+code+"/checkout", again).Want(http.StatusOK)
			o := m.read(placed)
			if !o.LastPieces || o.Payment != payment.CashOnDelivery {
				t.Fatalf("by cash she has %+v", o)
			}
			offers, err := m.Orders.OffersFor(t.Context(), o)
			m.must(err)
			for _, offer := range offers {
				if (offer.Provider == payment.BankTransfer) == offer.Possible() {
					t.Errorf("for last pieces %s is offered: %v", offer.Provider, offer.Possible())
				}
			}
		})
	}
}

func TestAReceiptThatIsNoPictureIsToldAndOthersAreBounded(t *testing.T) {
	t.Parallel()
	m := newBank(t)
	l, buyer := m.Languages.Locale("fr"), m.Visitor()
	_, o := m.orders(buyer, "fr", byTransfer)
	to := strings.TrimSuffix(m.placedAt.Path, "/pay") + "/receipt"
	for name, c := range map[string]struct {
		content []byte
		status  int
		told    string
	}{
		"a text":        {[]byte("payé"), http.StatusUnprocessableEntity, l.T("catalog.picture_kind")},
		"a document":    {[]byte("%PDF-1.7 ..."), http.StatusUnprocessableEntity, l.T("catalog.picture_kind")},
		"one too small": {storetest.Photograph(t, 20), http.StatusUnprocessableEntity, ""},
		"one too large": {append(storetest.Photograph(t, 300), make([]byte, picture.MaxPaper)...), http.StatusRequestEntityTooLarge, l.T("catalog.picture_too_large", "MB", picture.MaxPaper>>20)},
	} {
		page := buyer.Upload(to, "receipt", "r.jpg", c.content, nil).Want(c.status)
		m.tells(page, "#receipt-error", c.told)
		if !page.Has("#t-rib") {
			t.Errorf("%s: what she is to transfer is gone", name)
		}
	}
	m.tells(buyer.Post(to, url.Values{}).Want(http.StatusUnprocessableEntity), "#receipt-error", l.T("web.no_file"))
	for range transfer.MaxPictures {
		page := buyer.Upload(to, "receipt", "r.png", storetest.Photograph(t, 300), nil).Want(http.StatusOK)
		m.tells(page, ".toast", l.T("shop.transfer.received"))
	}
	page := buyer.Upload(to, "receipt", "r.png", storetest.Photograph(t, 300), nil).Want(http.StatusTooManyRequests)
	m.tells(page, "#receipt-error", l.T("transfer.pictures_many", "Max", transfer.MaxPictures))
	if page.Has("#receipt form") || page.Find("[data-receipts] li").Length() != transfer.MaxPictures {
		t.Error("she is asked for more than is taken")
	}

	m.receives(o, o.Due)
	buyer.Upload(to, "receipt", "r.png", storetest.Photograph(t, 300), nil).Want(http.StatusOK)
	var sent int
	m.must(m.DB.Get(&sent, `select count(*) from transfer_pictures`))
	if sent != transfer.MaxPictures {
		t.Errorf("%d pictures are kept", sent)
	}
}

// Somebody who sends ten pictures at once has as many taken as may be, and is told of the others.
func TestOfManyReceiptsAtOnceAsManyAreTakenAsMayBe(t *testing.T) {
	t.Parallel()
	m := newBank(t)
	m.orders(m.Visitor(), "fr", byTransfer)
	to := strings.TrimSuffix(m.placedAt.Path, "/pay") + "/receipt"
	var senders sync.WaitGroup
	answers := make(chan int, 2*transfer.MaxPictures)
	for range cap(answers) {
		sender := m.Visitor()
		senders.Go(func() { answers <- sender.Upload(to, "receipt", "r.png", storetest.Photograph(t, 1200), nil).Status })
	}
	senders.Wait()
	close(answers)
	got := make(map[int]int)
	for status := range answers {
		got[status]++
	}
	if got[http.StatusOK] != transfer.MaxPictures || got[http.StatusTooManyRequests] != transfer.MaxPictures {
		t.Errorf("answered %v", got)
	}
	m.WorkJobs()
	m.Eventually("each has its copy", func() bool {
		var ready int
		m.must(m.DB.Get(&ready, `select count(*) from transfer_pictures where state = 'ready' and original_key = ''`))
		return ready == transfer.MaxPictures
	})
}

// Who may send a large body is asked before it is read: the holder of a link whose order waits for a transfer.
func TestALargeReceiptIsTakenFromWhoHasAnOrderToTransferFor(t *testing.T) {
	t.Parallel()
	m := newBank(t)
	buyer := m.Visitor()
	m.orders(buyer, "fr", byTransfer)
	large := append(storetest.Photograph(t, 300), make([]byte, 3<<20)...)
	buyer.Upload(strings.TrimSuffix(m.placedAt.Path, "/pay")+"/receipt", "receipt", "r.png", large, nil).Want(http.StatusOK)
	cash := m.Order()
	for name, token := range map[string]string{"nobody": "x", "who pays in cash": cash.Token} {
		page := m.Visitor().Upload("/fr/orders/"+token+"/receipt", "receipt", "r.png", large, nil)
		if page.Status != http.StatusRequestEntityTooLarge {
			t.Errorf("%s is answered %d", name, page.Status)
		}
	}
}

func TestWhoHasMoneyBackByTransferIsAskedForHerAccount(t *testing.T) {
	t.Parallel()
	m := newBank(t)
	for _, code := range languages {
		l, buyer := m.Languages.Locale(code), m.Visitor()
		tracking, o := m.orders(buyer, code, byTransfer)
		path := tracking.Path
		if tracking.Has("#account") {
			t.Error("she is asked for her account before anything is due to her")
		}
		m.receives(o, o.Due+12_50)
		page := buyer.Get(path).Want(http.StatusOK)
		m.tells(page, "#account", l.T("shop.transfer.account_ask", "Amount", l.Money(12_50)))
		wrong := buyer.Submit(page, "#account form", url.Values{"holder": {"Nadia"}, "rib": {"011519000001205000534922"}}).Want(http.StatusUnprocessableEntity)
		m.tells(wrong, "#f-rib-error", l.T("cooperative.rib_invalid"))
		if typed := wrong.Find("#f-rib").AttrOr("value", ""); typed != "011519000001205000534922" || wrong.Find("#f-holder").AttrOr("value", "") != "Nadia" {
			t.Errorf("what she typed is gone: %q", typed)
		}
		kept := wrong
		for range 2 {
			kept = buyer.Submit(wrong, "#account form", url.Values{"rib": {"011 519 0000012050005349 21"}}).Want(http.StatusOK)
		}
		m.tells(kept, "#account", "…4921")
		if strings.Contains(kept.Text("main"), storetest.RIB) {
			t.Error("her whole account stands on a page")
		}
		if m.Visitor().Get("/" + code + "/orders/" + m.Orders.ReadingToken(o.ID, o.Link)).Want(http.StatusOK).Has("#account") {
			t.Error("who only looks on is asked for an account")
		}
		cash := m.Order()
		m.Visitor().Post("/"+code+"/orders/"+cash.Token+"/account", url.Values{"holder": {"x"}, "rib": {storetest.RIB}}).Want(http.StatusOK)
		if accounts, err := m.Transfers.RefundAccounts(t.Context(), cash.Order.ID, o.ID); err != nil || len(accounts) != 1 || accounts[o.ID].RIB != storetest.RIB {
			t.Errorf("kept are %v, %v", accounts, err)
		}
		var asked int
		m.must(m.DB.Get(&asked, `select count(*) from river_job where kind = $1 and args->>'subject' = $2`, mail.SendArgs{}.Kind(),
			l.T("order.money.account_subject", "Number", o.Number, "Amount", l.Money(12_50))))
		if asked != 1 {
			t.Errorf("%s: she is asked for it in %d letters", code, asked)
		}
		var told []string
		m.must(m.DB.Select(&told, `select args->>'body' from river_job where kind = $1 and args->>'subject' = $2`, mail.SendArgs{}.Kind(),
			l.T("order.money.named_subject", "Number", o.Number, "Last", "4921")))
		if len(told) != 1 || strings.Contains(told[0], storetest.RIB) {
			t.Errorf("%s: she is told which account it is in %q", code, told)
		}
	}
}

func TestATransferIsOfferedWhereTheAssociationHasAnAccount(t *testing.T) {
	t.Parallel()
	m := newBank(t)
	l, buyer := m.Languages.Locale("fr"), m.Visitor()
	put(buyer, "fr", m.Honey.Products[0].ID, "1").Want(http.StatusOK)
	name := l.T("means.bank_transfer.name")
	m.tells(buyer.Get("/fr").Want(http.StatusOK), "main", name)
	if !buyer.Get("/fr/checkout").Want(http.StatusOK).Has("#checkout [name=payment][value=bank_transfer]") {
		t.Error("it is not offered")
	}
	_, o := m.orders(buyer, "fr", byTransfer)
	_, err := m.Settings.SaveFields(t.Context(), nil, map[string]string{"account_holder": "", "bank_rib": ""}, actor.OfAssociation(m.Association.ID))
	m.must(err)
	put(buyer, "fr", m.Honey.Products[0].ID, "1").Want(http.StatusOK)
	if buyer.Get("/fr/checkout").Want(http.StatusOK).Has("[name=payment][value=bank_transfer]") {
		t.Error("it is offered without an account")
	}
	m.wantNone(buyer.Get("/fr").Want(http.StatusOK), []string{text.Line(name)})
	page := m.Visitor().Get("/fr/orders/" + m.Orders.Token(o.ID, o.Link) + "/pay")
	if page.Has("#transfer") || !page.Has("#others") {
		t.Errorf("she is told to transfer to nobody: %d", page.Status)
	}
}
