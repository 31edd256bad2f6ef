package market_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/transfer"
)

// posted is money that came to the association's account.
type posted struct {
	order  uuid.UUID // whose buyer sent it
	amount money.Amount
	day    time.Time
	by     string // the bank's reference
	known  bool   // it was entered by hand before its line came
}

// placeByTransfer orders some goods, and has the buyer look at what she is to transfer.
func (l *life) placeByTransfer(rt *rapid.T) error {
	id, err := l.placed(rt, payment.BankTransfer)
	if err == nil {
		_, err = l.Payments.Start(context.Background(), id)
	}
	return err
}

// transferred draws one of the orders that are, or were, to be paid by transfer, and of what may come for it.
func (l *life) transferred(rt *rapid.T) (transfer.One, money.Amount) {
	var orders []uuid.UUID
	must(rt, l.DB.Select(&orders, `
		select i.reference from payment_intents i
		where exists (select from payment_attempts where intent_id = i.id and provider = $1) order by i.reference`, payment.BankTransfer))
	if len(orders) == 0 {
		if err := l.placeByTransfer(rt); err != nil && !refused(err) {
			rt.Fatal(err)
		}
		rt.Skip("from now on somebody transfers")
	}
	one, err := l.Transfers.Get(context.Background(), one(rt, orders, "order"))
	must(rt, err)
	left := max(one.Left(), 1)
	return one, rapid.SampledFrom([]money.Amount{left, left, (left + 1) / 2, left + 1, one.Amount}).Draw(rt, "amount")
}

// enterReceipt has the association enter by hand what came: the whole, a part or too much; also when it is too late.
func (l *life) enterReceipt(rt *rapid.T) error {
	one, amount := l.transferred(rt)
	return l.enter(one.Reference, amount)
}

func (l *life) enter(order uuid.UUID, amount money.Amount) error {
	ctx := context.Background()
	one, err := l.Transfers.Get(ctx, order)
	if err != nil {
		return err
	}
	l.adjusted++
	p := posted{order: order, amount: amount, day: l.Now().In(clock.Zone), by: fmt.Sprint("HAND-", l.adjusted)}
	in := transfer.Entered{Amount: amount.String(), Day: p.day.Format(time.DateOnly), BankReference: p.by}
	if err := l.Transfers.Receive(ctx, order, in, one.Seen, l.association); err != nil {
		return err
	}
	l.purse[order] += amount
	l.entered = append(l.entered, p)
	return nil
}

// readFile has the association read a file of its bank's: of money with and without the code, the same twice, and what was
// entered by hand before. The file comes twice. What is matched is booked by a job, or nobody says so yet.
func (l *life) readFile(rt *rapid.T) error {
	ctx := context.Background()
	file, lines := strings.Builder{}, 0
	file.WriteString("Date;Libellé;Référence;Crédit\n")
	for range rapid.IntRange(1, 3).Draw(rt, "lines") {
		l.adjusted++
		var p posted
		if len(l.entered) > 0 && rapid.Bool().Draw(rt, "entered before") {
			p, l.entered = l.entered[0], l.entered[1:]
			p.known = true
		} else {
			one, amount := l.transferred(rt)
			p = posted{order: one.Reference, amount: amount, day: l.Now().In(clock.Zone)}
		}
		one, err := l.Transfers.Get(ctx, p.order)
		must(rt, err)
		label := "VIREMENT"
		if p.known || rapid.IntRange(0, 4).Draw(rt, "code") > 0 {
			label += " " + one.Code
		}
		times := 1
		if !p.known {
			times = rapid.SampledFrom([]int{1, 1, 1, 2}).Draw(rt, "times")
		}
		p.by = fmt.Sprint("LINE-", l.adjusted)
		l.posted[p.by] = p
		for range times {
			fmt.Fprintf(&file, "%s;%s;%s;%s\n", p.day.Format("02/01/2006"), label, p.by, strings.Replace(p.amount.String(), ".", ",", 1))
			lines++
			if !p.known {
				l.purse[p.order] += p.amount
			}
		}
	}
	for again := range 2 {
		id, err := l.Transfers.ReadStatement(ctx, "releve.csv", strings.NewReader(file.String()), l.association)
		must(rt, err)
		read, err := l.Transfers.Statement(ctx, id)
		must(rt, err)
		if want := lines * (1 - again); read.Lines() != want {
			rt.Fatalf("%d of %d lines were read as new", read.Lines(), want)
		}
		if read.Matched > 0 && rapid.IntRange(0, 3).Draw(rt, "book") > 0 {
			must(rt, l.Transfers.Book(ctx, id, int64(read.Matched), l.association))
		}
	}
	return nil
}

// bankLine is a line of a file as it stands.
type bankLine struct {
	ID      uuid.UUID
	By      string
	Amount  money.Amount
	Doubt   transfer.Doubt
	Version int64
}

// unanswered are the lines of money that came of which nobody has said whose it is.
func (l *life) unanswered(rt *rapid.T) (lines []bankLine) {
	must(rt, l.DB.Select(&lines, `
		select id, bank_reference as by, amount_centimes as amount, doubt, version from transfer_lines
		where state in ('asked', 'foreign') and amount_centimes > 0 order by id`))
	return lines
}

// answerLine has the association say whose a line is.
func (l *life) answerLine(rt *rapid.T) error {
	lines := l.unanswered(rt)
	if len(lines) == 0 {
		rt.Skip("nothing is asked")
	}
	return l.answers(rt, one(rt, lines, "line"), rapid.Bool().Draw(rt, "another's"))
}

func (l *life) answers(rt *rapid.T, line bankLine, anothers bool) error {
	ctx, p := context.Background(), l.posted[line.By]
	aside := func() error { return l.Transfers.SetAside(ctx, line.ID, line.Version, false) }
	switch {
	case line.Doubt == transfer.DoubtUndone && anothers:
		to, _ := l.transferred(rt)
		err := l.Transfers.Assign(ctx, line.ID, to.Reference, line.Version, l.association)
		if err == nil {
			l.purse[to.Reference] += line.Amount
		}
		return err
	case line.Doubt == transfer.DoubtUndone:
		return aside()
	case p.known:
		err := l.Transfers.Same(ctx, line.ID, p.order, line.Version)
		if errors.Is(err, transfer.ErrNotFound) { // it was somebody else's, as somebody has said since
			return aside()
		}
		return err
	}
	return l.Transfers.Assign(ctx, line.ID, p.order, line.Version, l.association)
}

// undoReceipt has the association say that what it took for an order was somebody else's money.
func (l *life) undoReceipt(rt *rapid.T) error {
	var receipts []struct {
		ID, Order uuid.UUID
		Amount    money.Amount
		By        string
	}
	must(rt, l.DB.Select(&receipts, `
		select r.id, i.reference as order, r.amount_centimes as amount, r.bank_reference as by
		from transfer_receipts r join payment_attempts a on a.id = r.attempt_id join payment_intents i on i.id = a.intent_id
		where r.undone_at is null order by r.id`))
	if len(receipts) == 0 {
		rt.Skip("nothing came")
	}
	r := one(rt, receipts, "receipt")
	err := l.Transfers.Undo(context.Background(), r.ID, l.association)
	if err == nil {
		l.purse[r.Order] -= r.Amount
	}
	if err != nil && fault.Is(err, fault.Conflict) {
		return nil // it has paid something
	}
	kept := l.entered[:0]
	for _, p := range l.entered {
		if p.by != r.By {
			kept = append(kept, p)
		}
	}
	l.entered = kept
	return err
}

// bookAll has everything booked that came, or told to be nobody's; false if there is nothing, and nobody is waited for.
func (l *life) bookAll(rt *rapid.T) (waits bool) {
	ctx := context.Background()
	read, err := l.Transfers.Statements(ctx, 1000)
	must(rt, err)
	for _, s := range read {
		if s.State == transfer.Read && s.Matched > 0 {
			waits = true
			must(rt, l.Transfers.Book(ctx, s.ID, int64(s.Matched), l.association))
		}
	}
	for _, line := range l.unanswered(rt) {
		waits = true
		must(rt, l.answers(rt, line, false))
	}
	var awaiting bool
	must(rt, l.DB.Get(&awaiting, `select exists (select from orders where state = 'awaiting_payment')`))
	return waits || awaiting
}
