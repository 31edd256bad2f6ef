package order_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/order"
)

// asks asks for the link of an order, works what that leaves to be done and says how much that was.
func (m *market) asks(number, phone string) (jobs int) {
	m.t.Helper()
	m.must(m.FindLink(context.Background(), number, phone))
	var list [][]byte
	m.must(m.db.Select(&list, `delete from river_job where kind = 'order_find' returning args`))
	for _, args := range list {
		if strings.Contains(string(args), "661234567") {
			m.t.Errorf("the telephone waits in the clear: %s", args)
		}
		var job river.Job[order.FindArgs]
		m.must(json.Unmarshal(args, &job.Args))
		m.must((&order.FindWorker{Orders: m.Service}).Work(context.Background(), &job))
	}
	return len(list)
}

func TestALinkIsSentAgainToWhomTheOrderIsOnly(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	in := m.basic()
	in.Locale, in.Buyer.Email = "fr", "hadda@souk.example"
	o := m.place(in).Order
	m.mailsOf()
	subject := "Le lien de votre commande " + o.Number
	arabic := strings.NewReplacer("0", "٠", "1", "١", "2", "٢", "3", "٣", "4", "٤", "5", "٥", "6", "٦", "7", "٧", "8", "٨", "9", "٩")
	other := o.Number[:len(o.Number)-1] + string('0'+(o.Number[len(o.Number)-1]-'0'+1)%10)
	for _, strange := range [][2]string{{o.Number, "0661234568"}, {other, "0661234567"}} {
		if jobs := m.asks(strange[0], strange[1]); jobs != 1 {
			t.Errorf("what leads nowhere leaves %d jobs, and not as much as what leads to an order", jobs)
		}
		if told := m.toldOf(in.Buyer.Email); len(told) != 0 {
			t.Errorf("%q leads to %q", strange, told)
		}
	}
	for _, typed := range [][2]string{
		{arabic.Replace(strings.ReplaceAll(strings.TrimPrefix(o.Number, "S-"), "-", " ")), "+212 661-234567"},
		{strings.ToLower(strings.ReplaceAll(o.Number, "-", "")), arabic.Replace("0661234567")},
	} {
		if jobs := m.asks(typed[0], typed[1]); jobs != 1 {
			t.Errorf("%q leaves %d jobs", typed, jobs)
		}
		if told := m.toldOf(in.Buyer.Email); !slices.Equal(told, []string{subject}) {
			t.Errorf("%q: she is told %q", typed, told)
		}
	}
	for range 4 {
		m.asks(o.Number, "0661234567")
	}
	if told := m.toldOf(in.Buyer.Email); len(told) > 1 {
		t.Errorf("whoever asks on and on has %d letters more written to her", len(told))
	}
	m.later(25 * time.Hour)
	end := o.Number[len("S-2611-"):]
	m.asks(end, "0661234568")
	m.asks(" "+arabic.Replace(end), "0661234567") // its eight digits alone
	if told := m.toldOf(in.Buyer.Email); len(told) != 1 {
		t.Errorf("the day after she is told %q", told)
	}
	for typed, field := range map[[2]string]string{{"S-2611", "0661234567"}: "number", {"", "0661234567"}: "number", {o.Number, "06612"}: "phone", {o.Number, ""}: "phone"} {
		if f := fault.As(m.FindLink(t.Context(), typed[0], typed[1])); f == nil || f.Fields[field].Key == "" {
			t.Errorf("%q is refused as %v, want something wrong with %s", typed, f, field)
		}
	}

	in.Buyer.Email = ""
	byPhone := m.place(in).Order
	m.asks(byPhone.Number, "0661234567")
	if waiting := m.waiting(); len(waiting) != 1 || waiting[0].News != order.NewsLink || waiting[0].Number != byPhone.Number {
		t.Errorf("the association is to send %+v", waiting)
	}
	m.must(m.Move(t.Context(), order.MoveConfirm, byPhone.ID, m.people()))
	m.must(m.Move(t.Context(), order.MoveCancel, byPhone.ID, m.people("fermé")))
	m.asks(byPhone.Number, "0661234567")
	if waiting := m.waiting(); len(waiting) != 1 || waiting[0].News != order.NewsCancelled {
		t.Errorf("a link takes the place of news: %+v", waiting)
	}
}

func TestTheEndOfANumberLeadsTwoYearsBack(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	in := m.basic()
	in.Locale, in.Buyer.Email = "fr", "hadda@souk.example"
	o := m.place(in).Order
	m.mailsOf()
	for _, letters := range []int{1, 0} {
		months := 25 - letters
		m.later(o.PlacedAt.AddDate(0, months, 0).Sub(m.clock()))
		m.asks(o.Number[len("S-2611-"):], in.Buyer.Phone)
		if told := m.toldOf(in.Buyer.Email); len(told) != letters {
			t.Errorf("after %d months she is told %q", months, told)
		}
	}
}

// Whoever knows number and telephone does not keep the association writing either.
func TestALinkIsSentByTheAssociationAsSeldomAsByMail(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	var sent []int
	for range 3 {
		o := m.place(m.basic()).Order
		sent = append(sent, 0)
		for range 4 {
			m.asks(o.Number, "0661234567")
			for _, message := range m.waiting() {
				m.must(m.MessageSent(t.Context(), message.ID, m.association, true))
				sent[len(sent)-1]++
			}
		}
	}
	if !slices.Equal(sent, []int{3, 2, 0}) { // three of an order, five under a telephone number
		t.Errorf("in a day it is to send %d", sent)
	}
}

func TestOnlyLinksThatActLeadToOrdersThatAreFollowed(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	first := m.place(m.basic())
	m.later(time.Minute)
	second := m.place(m.basic())
	reading := m.ReadingToken(first.Order.ID, first.Order.Link)
	list, err := m.Follow(t.Context(), []string{first.Token, reading, "nothing", second.Token, second.Token})
	m.must(err)
	if len(list) != 2 || list[0].Token != second.Token || list[1].Number != first.Order.Number {
		t.Errorf("followed: %+v", list)
	}
	m.must(m.RenewLink(t.Context(), first.Order.ID, nil))
	if list, err = m.Follow(t.Context(), []string{first.Token}); err != nil || len(list) != 0 {
		t.Errorf("a link that is over leads to %+v, %v", list, err)
	}
}
