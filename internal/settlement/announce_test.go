package settlement_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/settlement"
)

// mails takes the queued mail, by recipient.
func (s *till) mails(t *testing.T) map[string]mail.Message {
	t.Helper()
	var args [][]byte
	if err := s.db.Select(&args, `delete from river_job where kind = 'mail_send' returning args`); err != nil {
		t.Fatal(err)
	}
	messages := make(map[string]mail.Message, len(args))
	for _, a := range args {
		var m mail.Message
		if err := json.Unmarshal(a, &m); err != nil {
			t.Fatal(err)
		}
		if _, twice := messages[m.To]; twice {
			t.Errorf("two mails to %s", m.To)
		}
		messages[m.To] = m
	}
	return messages
}

// reads has a cooperative written to there, and its member read that language.
func (s *till) reads(t *testing.T, of uuid.UUID, email, locale string) {
	t.Helper()
	s.exec(t, `update cooperatives set email = $2 where id = $1`, of, email)
	s.exec(t, `insert into users (id, name, email, password_hash, role, cooperative_id, locale, created_at)
		values (gen_random_uuid(), 'm', 'member-' || $2, '', 'president', $1, $3, now())`, of, email, locale)
}

// told checks what a message says, and that it holds nothing that was left open.
func told(t *testing.T, mails map[string]mail.Message, to string, want ...string) {
	t.Helper()
	text := mails[to].Subject + "\n" + mails[to].Body
	for _, word := range want {
		if !strings.Contains(text, word) {
			t.Errorf("%s is not told %q:\n%s", to, word, text)
		}
	}
	if strings.Contains(text, "{{") || strings.Contains(text, "<no value>") || strings.Contains(text, "\n\n\n") {
		t.Errorf("%s is told:\n%s", to, text)
	}
}

func TestACooperativeIsToldOfEachPayout(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	nahlat := s.seller(t, "nahlat")
	s.reads(t, nahlat, "nahlat@souk.example", "fr")
	s.sold(t, nahlat, 10000)      // paid on 3 November, 95 due
	s.sold(t, nahlat, 20000)      // 5 November, 190 due
	s.sold(t, nahlat, 30000)      // 7 November, 285 due
	s.pay(t, nahlat, 9500, "A 1") // 8 November: the first order
	mails := s.mails(t)
	if len(mails) != 1 {
		t.Errorf("%d mails", len(mails))
	}
	told(t, mails, "nahlat@souk.example", "Virement de 95\u00a0DH sur votre compte", "Date\u00a0: 8 novembre 2026",
		"Référence de la banque\u00a0: A 1\nPour 1 commande payée le 3 novembre 2026\n",
		"Reste dû à votre coopérative\u00a0: 475\u00a0DH", "https://souk.example/fr/seller/money")
	s.pay(t, nahlat, 20000, "A 2") // the second, and ten dirhams of the third
	told(t, s.mails(t), "nahlat@souk.example", "Pour 2 commandes payées entre le 5 novembre 2026 et le 7 novembre 2026", "275\u00a0DH")
	s.pay(t, nahlat, 20000, "A 2") // sent twice, told once
	if mails := s.mails(t); len(mails) != 0 {
		t.Errorf("%v", mails)
	}
	s.pay(t, nahlat, 27500, "A 3") // the rest of the third
	told(t, s.mails(t), "nahlat@souk.example", "Pour 1 commande payée le 7 novembre 2026", "Il ne reste rien à verser")
}

func TestACooperativeIsToldThatAPayoutIsUndone(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	nahlat := s.seller(t, "nahlat")
	s.reads(t, nahlat, "nahlat@souk.example", "ar")
	s.sold(t, nahlat, 10000)
	s.sold(t, nahlat, 20000)
	s.pay(t, nahlat, 9500, "A 1")
	s.mails(t)
	paid := s.pay(t, nahlat, 19000, "A 2")
	s.mails(t)
	s.undo(t, paid, "أعاد البنك التحويل")
	told(t, s.mails(t), "nahlat@souk.example", "تحويل ملغى: 190\u00a0درهم", "تاريخ التحويل: 7 نونبر 2026", "مرجع التحويل لدى البنك: A 2",
		"السبب: أعاد البنك التحويل", "المستحق لها الآن: 190\u00a0درهم", "https://souk.example/ar/seller/money")
	s.undo(t, paid, "أعاد البنك التحويل")
	if mails := s.mails(t); len(mails) != 0 {
		t.Errorf("undone twice, told %v", mails)
	}
	s.pay(t, nahlat, 19000, "A 3")
	told(t, s.mails(t), "nahlat@souk.example", "عن طلب واحد أُدي يوم 5 نونبر 2026", "لم يبق شيء مستحق")
}

func TestAPayoutIsForSalesAlone(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	nahlat := s.seller(t, "nahlat")
	s.reads(t, nahlat, "nahlat@souk.example", "en")
	s.soldForCash(t, nahlat, 10000) // paid on 3 November, 95 due
	s.netted(t, nahlat, 5000)
	s.brought(t, nahlat, 7000)
	s.pay(t, nahlat, 4500, "VIR 1")
	s.mails(t)
	s.record(t, "not so:reversed", nil, []ledger.Posting{{Debit: ledger.OwedBy(nahlat), Credit: ledger.PayableTo(nahlat), Amount: 5000}})
	s.brought(t, nahlat, 5000)
	s.pay(t, nahlat, 5000, "VIR 2")
	told(t, s.mails(t), "nahlat@souk.example", "For 1 order paid on 3 November 2026")
}

func TestOneOrderToTheBankTellsEachCooperativeOfItsOwn(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	nahlat, zayt, seksou := s.seller(t, "nahlat"), s.seller(t, "zayt"), s.seller(t, "seksou")
	s.reads(t, nahlat, "nahlat@souk.example", "en")
	s.reads(t, zayt, "zayt@souk.example", "fr")
	s.sold(t, nahlat, 30000)
	s.sold(t, zayt, 10000)
	s.sold(t, seksou, 20000) // has no address, and is paid all the same
	s.pay(t, zayt, 1000, "VIR 0")
	s.mails(t)
	due := []settlement.Transfer{{CooperativeID: nahlat, Amount: 28500}, {CooperativeID: zayt, Amount: 8500}, {CooperativeID: seksou, Amount: 19000}}
	if _, err := s.PayAll(context.Background(), due, "VIR 1", s.jamal); err != nil {
		t.Fatal(err)
	}
	mails := s.mails(t)
	if len(mails) != 2 {
		t.Errorf("%d mails", len(mails))
	}
	told(t, mails, "nahlat@souk.example", "Transfer of MAD\u00a0285 to your account", "The bank’s reference: VIR 1", "For 1 order paid on 3 November 2026", "Nothing is owed")
	told(t, mails, "zayt@souk.example", "Virement de 85\u00a0DH", "VIR 1")
	if got := mails["zayt@souk.example"].Locale; got != "fr" {
		t.Errorf("the mail is signed in %q", got)
	}
	if strings.Contains(mails["zayt@souk.example"].Body, "285") {
		t.Error("one is told what another is paid")
	}
	// What is refused tells nobody.
	s.sold(t, nahlat, 10000)
	refused := []settlement.Transfer{{CooperativeID: nahlat, Amount: 9500}, {CooperativeID: zayt, Amount: 100}}
	if _, err := s.PayAll(context.Background(), refused, "VIR 2", s.jamal); err == nil {
		t.Error("more was paid than is owed")
	}
	if mails := s.mails(t); len(mails) != 0 {
		t.Errorf("%v", mails)
	}
}

func TestNobodyIsToldOfASamplePayout(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	s.Sample = true
	nahlat := s.seller(t, "nahlat")
	s.reads(t, nahlat, "nahlat@souk.example", "fr")
	s.sold(t, nahlat, 30000)
	s.undo(t, s.pay(t, nahlat, 28500, "VIR 1"), "Erreur")
	if mails := s.mails(t); len(mails) != 0 {
		t.Errorf("%v", mails)
	}
}
