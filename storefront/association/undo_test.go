package association_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/settlement"
	"github.com/souk-taawon/souk/storefront/storetest"
)

func TestAWrongTransferIsUndone(t *testing.T) {
	t.Parallel()
	m := open(t)
	m.autumn()
	paid := m.PayOut(m.Honey, 10050, "VIR-1")
	id := paid.ID.String()
	undo := func(code, id, reason string) *storetest.Page {
		return m.boss.Post("/"+code+"/association/settlement/nahla/payouts/"+id+"/undo", url.Values{"reason": {reason}})
	}
	for _, code := range languages {
		l := m.in(code)
		page := m.boss.Get("/" + code + "/association/settlement/nahla").Want(http.StatusOK)
		m.tells(page, "[data-entries] [data-dialog=undo-"+id+"]", l.T("association.statement.undo"))
		m.says(page, "dialog#undo-"+id+" h2", l.T("association.undo.ask", "Amount", l.Money(10050)))
		m.tells(page, "dialog#undo-"+id, l.T("association.undo.text", "Amount", l.Money(10050), "Before", l.Money(12750), "After", l.Money(22800)))
		m.says(page, "dialog#undo-"+id+" label[for=undo-"+id+"-reason]", l.T("association.undo.reason"))
		m.speaks(page)

		page = undo(code, id, " ").Want(http.StatusUnprocessableEntity)
		m.says(page, "#undo-"+id+"-reason-error", l.T("settlement.reason_missing"))
		if page.Has("dialog#undo-" + id) {
			t.Error("the same form stands on the page twice")
		}
		m.speaks(page)
		long := strings.Repeat("س", 501)
		page = undo(code, id, long).Want(http.StatusUnprocessableEntity)
		m.says(page, "#undo-"+id+"-reason-error", l.T("settlement.reason_long", "Max", l.Number(500)))
		m.says(page, "#undo-"+id+"-reason", long)
		undo(code, uuid.NewString(), "x").Want(http.StatusNotFound)
		undo(code, "1", "x").Want(http.StatusNotFound)
	}
	m.boss.Post("/fr/association/settlement/zaytoun/payouts/"+id+"/undo", url.Values{"reason": {"x"}}).Want(http.StatusNotFound)

	page := m.boss.Get("/fr/association/settlement").Want(http.StatusOK)
	m.owes(page, "fr", "[data-cooperative=nahla]", 24000, 1200, 10050, 12750, 0)
	for range 2 { // sent twice, undone once
		page = undo("fr", id, "Montant erroné").Want(http.StatusOK)
		if page.Path != "/fr/association/settlement/nahla" {
			t.Errorf("after undoing: %s", page.Path)
		}
		m.says(page, ".toast", m.in("fr").T("association.undo.done", "Amount", m.in("fr").Money(10050), "Name", m.in("fr").Text(m.Honey.Name)))
	}
	for _, code := range languages {
		l := m.in(code)
		page = undo(code, id, "Autre raison").Want(http.StatusConflict)
		m.says(page, "[role=alert] [data-notice]", l.T("settlement.already_undone"))
		m.tells(page, "[role=alert] [data-since]", m.Association.Name)
		const entries = "[data-entries] tbody tr"
		for i, want := range []struct {
			transfer, balance money.Amount
			says              []string
		}{
			{-10050, 22800, []string{l.T("association.statement.withdrawn"), "VIR-1", m.Association.Name, "Montant erroné"}},
			{10050, 12750, []string{l.T("association.statement.transfer"), "VIR-1", l.T("association.statement.undone")}},
			{0, 22800, nil},
		} {
			row := page.Find(entries).Eq(i)
			for column, amount := range map[string]money.Amount{"transfer": want.transfer, "balance": want.balance} {
				if got := spaced(row.Find("[data-figure=" + column + "]").Text()); got != m.centimes(code, amount) {
					t.Errorf("%s: entry %d has %s %q, want %q", code, i, column, got, m.centimes(code, amount))
				}
			}
			for _, words := range want.says {
				if got := spaced(row.Find("th").Text()); !strings.Contains(got, words) {
					t.Errorf("%s: entry %d says %q without %q", code, i, got, words)
				}
			}
		}
		if page.Has("[data-dialog^=undo]") {
			t.Error("what is undone can be undone")
		}
		page = m.boss.Get("/" + code + "/association/settlement").Want(http.StatusOK)
		m.owes(page, code, "[data-cooperative=nahla]", 24000, 1200, 0, 22800, 0)
		m.says(page, "[data-equation] [data-figure=paid_out] .v", m.centimes(code, 0))
	}
	rows := readCSV(t, m.boss.Get("/fr/association/settlement.csv").Want(http.StatusOK))
	if got := strings.Join(rows[2], " "); !strings.Contains(got, "240,00 12,00 0,00 0,00 228,00") {
		t.Errorf("exported: %s", got)
	}

	// The same reference with the right amount, and both stay readable beside it.
	m.sends("/fr/association/settlement/nahla", "pay", url.Values{"amount": {"105"}, "reference": {"VIR-1"}}).Want(http.StatusOK)
	page = m.boss.Get("/fr/association/settlement/nahla").Want(http.StatusOK)
	if n := page.Find("[data-dialog^=undo]").Length(); n != 1 {
		t.Errorf("%d transfers can be undone, want 1", n)
	}
	checks, err := settlement.Audit(t.Context(), m.DB)
	m.must(err)
	for _, c := range checks {
		if !c.OK() {
			t.Errorf("%s: %q", c.Name, c.Problems)
		}
	}
}
