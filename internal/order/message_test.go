package order_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/order"
)

// toldOf are the letters to a buyer since it was last asked, by what they tell of.
func (m *market) toldOf(email string) (subjects []string) {
	m.t.Helper()
	for _, message := range m.mailsOf() {
		if message.To == email {
			subjects = append(subjects, message.Subject)
			if !strings.Contains(message.Body, "https://souk.example/fr/orders/"+mail.Placeholder) || message.Secret == nil {
				m.t.Errorf("«%s» does not lead to the order: %s", message.Subject, message.Body)
			}
		}
	}
	return subjects
}

// answers works the job that tells what the cooperatives have answered, once it is time.
func (m *market) answers(id uuid.UUID) {
	m.t.Helper()
	var jobs int
	m.must(m.db.Get(&jobs, `select count(*) from river_job where kind = 'order_answered' and args->>'order_id' = $1 and scheduled_at <= $2`, id, m.clock()))
	for range jobs {
		m.must((&order.AnsweredWorker{Orders: m.Service}).Work(context.Background(),
			&river.Job[order.AnsweredArgs]{Args: order.AnsweredArgs{OrderID: id}, JobRow: &rivertype.JobRow{ScheduledAt: m.clock()}}))
	}
}

// waiting is what the association has to tell buyers, first what waits longest.
func (m *market) waiting() []order.Message {
	m.t.Helper()
	list, err := m.Messages(context.Background(), nil, 50)
	m.must(err)
	return list.Messages
}

func TestABuyerIsToldEachStepByMail(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	in := m.basic()
	in.Locale, in.Buyer.Email = "fr", "hadda@souk.example"
	o := m.place(in).Order
	m.mailsOf() // to confirm it
	want := func(step string, subjects ...string) {
		t.Helper()
		if told := m.toldOf(in.Buyer.Email); !slices.Equal(told, subjects) {
			t.Errorf("%s: she is told %q", step, told)
		}
	}
	m.must(m.Move(t.Context(), order.MoveAccept, m.part(o, m.couscous).ID, m.of(m.couscous)))
	m.must(m.Move(t.Context(), order.MoveAccept, m.part(o, m.honey).ID, m.of(m.honey)))
	m.later(order.UndoFor)
	m.answers(o.ID)
	want("one has not answered")
	m.must(m.Move(t.Context(), order.MoveDecline, m.part(o, m.soap).ID, m.of(m.soap)))
	m.mailsOf()
	m.later(order.UndoFor - time.Second)
	m.answers(o.ID)
	want("the last answer may be taken back")
	m.later(time.Second)
	m.answers(o.ID)
	m.answers(o.ID) // a job may be worked twice
	letters := m.mailsOf()
	if len(letters) != 1 || letters[0].Subject != "Votre commande "+o.Number+" est acceptée" || !strings.Contains(letters[0].Body, "zahrat-el-ain") ||
		!strings.Contains(letters[0].Body, "Livraison entre le ") || !strings.Contains(letters[0].Body, "À payer à la réception") {
		t.Errorf("once all have answered she is told %+v", letters)
	}
	m.handOverAll(o.ID)
	m.answers(o.ID)
	want("what is under way")
	m.must(m.Move(t.Context(), order.MoveDispatch, o.ID, m.people()))
	letters = m.mailsOf()
	if len(letters) != 1 || letters[0].Subject != "Votre commande "+o.Number+" est en route" || !strings.Contains(letters[0].Body, "Livraison ") {
		t.Errorf("on its way she is told %+v", letters)
	}
	m.must(m.Move(t.Context(), order.MoveDeliver, o.ID, m.people()))
	want("delivered", "Votre commande "+o.Number+" vous a été remise")

	refused := m.place(in).Order
	m.handOverAll(refused.ID)
	m.must(m.Move(t.Context(), order.MoveDispatch, refused.ID, m.people()))
	m.mailsOf()
	m.must(m.Move(t.Context(), order.MoveRefuse, refused.ID, m.people()))
	told := m.mails()
	if hers, cooperatives := told[in.Buyer.Email], told["nouarat-echcharaa@souk.example"]; hers.Subject != "Votre commande "+refused.Number+" n’a pas été remise" || cooperatives.Subject != "Commande non remise "+refused.Number {
		t.Errorf("of what is refused is told %+v", told)
	}

	gone := m.place(in).Order
	m.must(m.Move(t.Context(), order.MoveConfirm, gone.ID, m.people()))
	m.mailsOf()
	m.must(m.Move(t.Context(), order.MoveCancel, gone.ID, m.people("fermé")))
	want("cancelled", "Votre commande "+gone.Number+" est annulée")
	hers := m.place(in)
	m.mailsOf()
	m.must(m.CancelByBuyer(t.Context(), hers.Token))
	want("cancelled by herself")
	if waiting := m.waiting(); len(waiting) != 0 {
		t.Errorf("the association has to tell her %+v", waiting)
	}
	m.wantClean()
}

// A yes that was taken back and given again a moment ago may be taken back again; and who was told that all is accepted is told
// again what of it will not come after all.
func TestABuyerIsToldOfWhatStands(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	in := m.basic()
	in.Locale, in.Buyer.Email = "fr", "hadda@souk.example"
	o := m.place(in).Order
	move := func(move order.Move, cooperative uuid.UUID) {
		m.must(m.Move(t.Context(), move, m.part(o, cooperative).ID, m.of(cooperative)))
	}
	want := func(step string, missing ...string) {
		t.Helper()
		var told []string
		for _, message := range m.mailsOf() {
			if message.Subject == "Votre commande "+o.Number+" est acceptée" {
				told = append(told, message.Body)
			}
		}
		if len(told) != len(missing) || len(told) == 1 && !strings.Contains(told[0], missing[0]) {
			t.Errorf("%s: told %q", step, told)
		}
	}
	for _, cooperative := range []uuid.UUID{m.couscous, m.honey, m.soap} {
		move(order.MoveAccept, cooperative)
	}
	m.later(9 * time.Minute)
	move(order.MoveUnaccept, m.soap)
	move(order.MoveAccept, m.soap)
	m.later(time.Minute)
	m.answers(o.ID)
	want("the soap was accepted a minute ago")
	m.later(9 * time.Minute)
	m.answers(o.ID)
	want("all is accepted", "Livraison")
	m.later(time.Hour)
	move(order.MoveDecline, m.soap)
	m.later(order.UndoFor)
	m.answers(o.ID)
	want("the soap does not come", "zahrat-el-ain")
	m.later(time.Hour)
	m.must(m.refund(o.ID, order.RefundInput{Scope: order.RefundPart, Part: m.part(o, m.honey).ID, Reason: order.ReasonMissing, Key: keyOf("honey")}))
	m.later(order.UndoFor)
	m.answers(o.ID)
	m.answers(o.ID)
	want("nor does the honey", "iklil-el-qimma, zahrat-el-ain")

	// Whatever she reads last says so: it may have taken the place of what she was to read before.
	wantSaid := func(subject string) {
		t.Helper()
		if told := m.mails()[in.Buyer.Email]; !strings.Contains(told.Subject, subject) || !strings.Contains(told.Body, "iklil-el-qimma, zahrat-el-ain") {
			t.Errorf("%s: told %+v", subject, told)
		}
	}
	m.later(10 * 24 * time.Hour)
	m.must(m.Late(t.Context(), o.ID, m.clock()))
	wantSaid("retard")
	m.handOverAll(o.ID)
	m.must(m.Move(t.Context(), order.MoveDispatch, o.ID, m.people()))
	wantSaid("en route")
	m.wantClean()
}

func TestABuyerWithoutAnAddressIsToldByTheAssociation(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	in := m.basic()
	in.Delivery = delivery.Pickup
	placed := m.place(in)
	o := placed.Order
	m.handOverAll(o.ID)
	m.later(order.UndoFor)
	m.answers(o.ID)
	first := m.waiting()
	if len(first) != 1 || first[0].News != order.NewsAccepted || first[0].Phone != "+212661234567" ||
		!strings.Contains(first[0].Text, o.Number) || !strings.Contains(first[0].Text, "https://souk.example/ar/orders/"+placed.Token) {
		t.Fatalf("the association is to tell her %+v", first)
	}
	m.later(time.Hour)
	m.must(m.Move(t.Context(), order.MoveDispatch, o.ID, m.people()))
	now := m.waiting()
	if len(now) != 1 || now[0].News != order.NewsWaiting {
		t.Fatalf("what was overtaken is to be told beside what is: %+v", now)
	}
	if err := m.MessageSent(t.Context(), first[0].ID, m.association, true); err == nil {
		t.Error("what was overtaken is marked as sent")
	}
	for range 2 { // pressed twice
		m.must(m.MessageSent(t.Context(), now[0].ID, m.association, true))
	}
	if n, err := m.CountMessages(t.Context()); err != nil || n != 0 {
		t.Errorf("%d wait, %v", n, err)
	}
	for range 2 {
		m.must(m.MessageSent(t.Context(), now[0].ID, m.association, false))
	}
	if again := m.waiting(); len(again) != 1 || again[0].ID != now[0].ID {
		t.Errorf("what was not sent after all: %+v", again)
	}
	m.must(m.MessageSent(t.Context(), now[0].ID, m.association, true))
	m.must(m.Move(t.Context(), order.MoveDeliver, o.ID, m.people()))
	if err := m.MessageSent(t.Context(), now[0].ID, m.association, false); err == nil {
		t.Error("older news are to be told beside the latest")
	}
	if sent, err := m.MessagesSent(t.Context(), 10); err != nil || len(sent) != 1 || sent[0].SentAt == nil {
		t.Errorf("what was sent: %+v, %v", sent, err)
	}
	_, err := m.erase(o.ID, false)
	m.must(err)
	if waiting := m.waiting(); len(waiting) != 0 {
		t.Errorf("who is erased is to be told %+v", waiting)
	}
	m.wantClean()
}

// Who left no address for mail is told by the association that she gets and pays less; that her order is accepted then
// follows from it. So is whoever's order nobody has confirmed, since the mailbox may be a stranger's.
func TestABuyerWithoutAnAddressIsToldWhatIsTakenOff(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	in := m.basic()
	in.Lines[0].Quantity = 3
	o := m.place(in).Order
	mailed := in
	mailed.IdempotencyKey, mailed.Buyer.Phone, mailed.Buyer.Email = "with a mailbox", "0661234599", "hadda@souk.example"
	for name, of := range map[string]order.Order{"without a mailbox": o, "with one": m.place(mailed).Order} {
		m.must(m.Adjust(t.Context(), of.ID, m.off(of, m.wheat, 1, "before it is confirmed"), m.people()))
		if !slices.ContainsFunc(m.waiting(), func(w order.Message) bool { return w.OrderID == of.ID && w.News == order.NewsAdjusted }) {
			t.Errorf("of an order that nobody has confirmed, %s, she is to be told %+v", name, m.waiting())
		}
	}
	m.exec(`delete from order_messages where order_id <> $1`, o.ID)
	m.must(m.Move(t.Context(), order.MoveConfirm, o.ID, m.people()))
	m.must(m.Adjust(t.Context(), o.ID, m.off(o, m.wheat, 1, "after"), m.people()))
	m.handOverAll(o.ID)
	m.later(order.UndoFor)
	m.answers(o.ID)
	due := m.texts.Locale("ar").Money(m.read(o.ID).Due)
	list := m.waiting()
	if len(list) != 1 || list[0].News != order.NewsAdjusted || !strings.Contains(list[0].Text, o.Number) || !strings.Contains(list[0].Text, due) {
		t.Errorf("she is to be told %+v, with %s", list, due)
	}
	m.must(m.Move(t.Context(), order.MoveDispatch, o.ID, m.people()))
	if list := m.waiting(); len(list) != 1 || list[0].News != order.NewsDispatched {
		t.Errorf("once it is on its way: %+v", list)
	}
}

func TestMessagesAreTurnedPageByPage(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	var want []string
	for range 3 {
		o := m.place(m.basic()).Order
		m.must(m.Move(t.Context(), order.MoveCancel, o.ID, m.people("no")))
		want = append(want, o.Number)
		m.later(time.Minute)
	}
	page, err := m.Messages(t.Context(), nil, 2)
	m.must(err)
	rest, err := m.Messages(t.Context(), page.Next, 2)
	m.must(err)
	back, err := m.Messages(t.Context(), rest.Previous, 2)
	m.must(err)
	numbers := func(list []order.Message) (numbers []string) {
		for _, one := range list {
			numbers = append(numbers, one.Number)
		}
		return numbers
	}
	if !slices.Equal(numbers(page.Messages), want[:2]) || !slices.Equal(numbers(rest.Messages), want[2:]) || !slices.Equal(numbers(back.Messages), want[:2]) || rest.Next != nil {
		t.Errorf("%q, %q and back %q", numbers(page.Messages), numbers(rest.Messages), numbers(back.Messages))
	}
}
