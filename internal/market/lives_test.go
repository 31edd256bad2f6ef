package market_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strconv"
	"testing"
	"testing/fstest"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"pgregory.net/rapid"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/market"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/paymenttest"
	"github.com/souk-taawon/souk/internal/payment/transfer"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
	"github.com/souk-taawon/souk/internal/settlement"
)

// TestWhateverHappensNobodyGainsOrLosesACentime lives lives of a market: people order, pay, are slow, decline, are given
// back and paid out in any order, and jobs are worked late, twice and out of turn. After each step the ledger sums to
// zero, each statement equals its lines, and what was sold and not given back, no buyer has had back more than she paid,
// but for what banks gave beyond, and the audit finds nothing; at the end of a life, once all that waits is done, each
// buyer has paid what is due, to the centime, and no piece is lost.
//
// A new thing that can happen is one more step in the table of steps; a new kind of job, one more worker. Money that
// changes hands outside the market is told to the purse of its order by the step in which it does. So many lives are
// lived as lives says; RAPID_CHECKS=500 lives more.
func TestWhateverHappensNobodyGainsOrLosesACentime(t *testing.T) {
	t.Parallel()
	if os.Getenv("RAPID_CHECKS") == "" { // nothing else of this package asks rapid
		must(t, flag.Set("rapid.checks", strconv.Itoa(lives)))
	}
	rapid.Check(t, func(rt *rapid.T) {
		live(t, rt, func(l *life) {
			actions := map[string]func(*rapid.T){"": func(rt *rapid.T) { l.balance(rt) }}
			for name, step := range steps {
				actions[name] = func(rt *rapid.T) {
					l.pass(time.Minute)
					if err := step(l, rt); err != nil && !refused(err) {
						rt.Fatalf("%s: %v", name, err)
					}
				}
			}
			rt.Repeat(actions)
			l.end(rt)
		})
	})
}

// lives are so few because the whole audit is asked after each step of each.
const lives = 8

// steps are what can happen in a life, each as whoever does it would: by a use case of the market. A step draws whom and
// what it is about from rt, skips if there is nothing that it could be about, and may be refused with an error that
// people are told of.
var steps = map[string]func(l *life, rt *rapid.T) error{
	"order":            (*life).place,
	"sell":             (*life).sell,
	"go on":            (*life).goOn,
	"go further":       (*life).goOn,
	"move a part":      (*life).movePart,
	"move an order":    (*life).moveOrder,
	"adjust":           (*life).adjust,
	"begin to pay":     (*life).begin,
	"other means":      (*life).choose,
	"provider tells":   (*life).providerTells,
	"refund is told":   (*life).refundTold,
	"ask again":        (*life).refundAgain,
	"refund is back":   (*life).comesBack,
	"give by hand":     (*life).giveByHand,
	"give back":        (*life).giveBack,
	"back otherwise":   (*life).otherMeans,
	"dispute":          (*life).dispute,
	"bank decides":     (*life).bankDecides,
	"loss is borne":    (*life).bearLoss,
	"ask for a return": (*life).askReturn,
	"send back":        (*life).sendBack,
	"keep it":          (*life).keepReturn,
	"arrange a return": (*life).arrangeReturn,
	"refuse a return":  (*life).rejectReturn,
	"receive a return": (*life).receiveReturn,
	"goods come back":  (*life).restock,
	"work a job":       (*life).workJob,
	"work another":     (*life).workJob,
	"work again":       (*life).workAgain,
	"pay out":          (*life).payOut,
	"payout is back":   (*life).undo,
	"account changes":  (*life).accountChanges,
	"ask to pay again": (*life).payAgain,
	"time passes":      (*life).timePasses,
	"goods change":     (*life).goodsChange,
	"commission":       (*life).decideCommission,
	"fee of a means":   (*life).decideFee,
	"who bears fees":   (*life).decideBearer,
	"provider is down": (*life).providerDown,
	"order by bank":    (*life).placeByTransfer,
	"transfer comes":   (*life).enterReceipt,
	"another comes":    (*life).enterReceipt,
	"file of the bank": (*life).readFile,
	"line is answered": (*life).answerLine,
	"line is somebody": (*life).answerLine,
	"not hers":         (*life).undoReceipt,
}

// workers work the jobs that change money and goods; all others wait until their life is over.
func (l *life) workers() map[string]func(context.Context, *rivertype.JobRow) error {
	return map[string]func(context.Context, *rivertype.JobRow) error{
		order.ExpireArgs{}.Kind():     works(&order.ExpireWorker{Orders: l.Orders}),
		order.CloseArgs{}.Kind():      works(&order.CloseWorker{Orders: l.Orders}),
		transfer.BookArgs{}.Kind():    works(&transfer.BookWorker{Transfers: l.Transfers}),
		payment.EventArgs{}.Kind():    works(&payment.EventWorker{Payments: l.Payments}),
		payment.RefundArgs{}.Kind():   works(&payment.RefundWorker{Payments: l.Payments}),
		payment.PayoutArgs{}.Kind():   works(&payment.PayoutWorker{Payments: l.Payments}),
		payment.RecallArgs{}.Kind():   works(&payment.RecallWorker{Payments: l.Payments}),
		settlement.ShareArgs{}.Kind(): works(&settlement.ShareWorker{Settlements: l.Settlements}),
	}
}

func works[A river.JobArgs](w interface {
	Work(context.Context, *river.Job[A]) error
}) func(context.Context, *rivertype.JobRow) error {
	return func(ctx context.Context, row *rivertype.JobRow) error {
		j := &river.Job[A]{JobRow: row}
		if err := json.Unmarshal(row.EncodedArgs, &j.Args); err != nil {
			return err
		}
		return w.Work(ctx, j)
	}
}

// life is a market of three cooperatives with what happened in it.
type life struct {
	*market.Market
	card        *paymenttest.Provider
	later       time.Duration // than it is
	association actor.Actor
	sellers     []uuid.UUID
	members     map[uuid.UUID]actor.Actor // of each
	goods       []uuid.UUID

	orders   []uuid.UUID
	purse    map[uuid.UUID]money.Amount // what each order's buyer is out of, by what was done outside of the market
	counted  map[uuid.UUID]int          // pieces of each product that there have been
	paid     map[string]money.Amount    // in each attempt, as its provider has said
	disputes map[string]payment.Dispute // as the provider has told of them last
	disputed map[string]attempt         // what each is of
	answered map[uuid.UUID]bool         // refunds of which the provider has said what became
	worked   []*rivertype.JobRow
	events   int               // that the provider has sent
	spent    money.Amount      // of what the provider paid into the first cooperative's account
	entered  []posted          // by hand, of money that no line has told of
	posted   map[string]posted // lines in files of the bank's, by its reference
	adjusted int               // times that somebody tried
	down     bool              // the provider
}

// live has a life lived in a database of its own, so that what went wrong in one goes on in no other.
func live(t *testing.T, rt *rapid.T, fn func(*life)) {
	var failed any
	t.Run("life", func(t *testing.T) {
		defer func() { failed = recover() }() // rapid's own way to say so
		fn(newLife(t, rt))
	})
	if failed != nil {
		panic(failed)
	}
}

// newCard is the means that is paid before, for which the association may ask a fee.
func newCard() *paymenttest.Provider {
	card := paymenttest.New()
	card.As = payment.Card
	return card
}

func newLife(t *testing.T, rt *rapid.T) *life {
	l := &life{
		card: newCard(), members: map[uuid.UUID]actor.Actor{}, purse: map[uuid.UUID]money.Amount{},
		counted: map[uuid.UUID]int{}, paid: map[string]money.Amount{}, answered: map[uuid.UUID]bool{},
		disputes: map[string]payment.Dispute{}, disputed: map[string]attempt{}, posted: map[string]posted{},
	}
	l.open(t, rt, l.card, transfer.NewProvider())
	l.exec(rt, `update settings set decided = decided || '{"account_holder": "Association", "bank_rib": "111111111111111111111189"}'`)
	l.card.Account(stripeAccount, func(*paymenttest.Account) {})
	c, err := l.Cooperatives.ByID(context.Background(), l.sellers[0])
	must(rt, err)
	c.StripeAccount = stripeAccount
	_, err = l.Cooperatives.Correct(context.Background(), c, nil, l.association)
	must(rt, err)
	return l
}

// open opens the market, which takes cash and these means.
func (l *life) open(t *testing.T, rt rapid.TB, others ...payment.Provider) {
	means := append([]payment.Provider{payment.Cash{}}, others...)
	languages, err := i18n.Load()
	must(rt, err)
	must(rt, languages.Reload(worded(rt, means)))
	l.Market, err = market.New(market.Parts{
		DB: pgtest.New(t), Languages: languages, Log: slog.New(slog.DiscardHandler), Secret: make([]byte, 32), BaseURL: "https://souk.example",
		Means: means, Now: func() time.Time { return time.Now().Add(l.later) },
	})
	must(rt, err)
	l.Accounts.Cost = argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32} // nobody signs in
	// What may wait unconfirmed is bounded in order/hold_test.go.
	l.exec(rt, `update settings set decided = decided || '{"order_products": "100", "phone_orders": "1000", "phone_pieces": "100000", "order_pieces": "100000", "product_share": "100", "market_share": "100"}'`)
	l.furnish(rt)
}

// worded are the market's languages, with words for means that exist in tests only.
func worded(rt rapid.TB, means []payment.Provider) fs.FS {
	names, err := fs.Glob(i18n.Own(), "*.json")
	must(rt, err)
	folder := fstest.MapFS{}
	for _, name := range names {
		content, err := fs.ReadFile(i18n.Own(), name)
		must(rt, err)
		sentences := map[string]any{}
		must(rt, json.Unmarshal(content, &sentences))
		for _, m := range means {
			for _, word := range []string{"name", "choice", "more", "terms"} {
				if key := "means." + m.Name() + "." + word; sentences[key] == nil {
					sentences[key] = key + "!"
				}
			}
		}
		content, err = json.Marshal(sentences)
		must(rt, err)
		folder[name] = &fstest.MapFile{Data: content}
	}
	return folder
}

// furnish takes three cooperatives in, each with goods to eat and to keep.
func (l *life) furnish(rt rapid.TB) {
	ctx := context.Background()
	people, err := l.Accounts.Create(ctx, account.NewUser{Name: "سعاد", Email: "association@souk.example", Password: "for the tests only", Role: account.Director})
	must(rt, err)
	l.association = actor.OfAssociation(people.ID)
	for i, name := range []string{"Nouara", "Iklil", "Zahra"} {
		c, err := l.Cooperatives.Create(ctx, cooperative.Cooperative{
			Slug: fmt.Sprintf("seller-%d", i), Name: i18n.Text{AR: "تعاونية", FR: name}, Sector: "crafts", Commune: "tafoughalt", Women: 9,
			RIB: "111111111111111111111189", Email: fmt.Sprintf("seller-%d@souk.example", i),
		}, l.association)
		must(rt, err)
		must(rt, l.Cooperatives.SetState(ctx, c.ID, cooperative.Approved, "", l.association))
		l.sellers = append(l.sellers, c.ID)
		member, err := l.Accounts.Create(ctx, account.NewUser{
			Name: "فاطمة", Email: fmt.Sprintf("member-%d@souk.example", i), Password: "for the tests only", Role: account.President, CooperativeID: &c.ID,
		})
		must(rt, err)
		l.members[c.ID] = actor.OfCooperative(c.ID, member.ID)
		for n := range 2 {
			stock := 20
			p, err := l.Catalog.Create(ctx, c.ID, catalog.Edit{
				SKU: fmt.Sprintf("%d-%d", i, n), Category: "craft", Name: i18n.Text{AR: "سلعة", FR: "Article"},
				UnitAmount: 1, UnitCode: "piece", Price: money.Amount(26_00 + 37_13*n), Stock: &stock, Perishable: n == 1 && i == 1,
			}, l.members[c.ID])
			must(rt, err)
			l.goods, l.counted[p.ID] = append(l.goods, p.ID), stock
		}
	}
}

func must(t rapid.TB, err error) {
	if err != nil {
		t.Helper()
		t.Fatal(err)
	}
}

func (l *life) exec(rt rapid.TB, statement string, args ...any) {
	rt.Helper()
	_, err := l.DB.Exec(statement, args...)
	must(rt, err)
}

// pass lets time pass.
func (l *life) pass(d time.Duration) { l.later += d }

// refused reports whether an error is one that people are told of: what they wanted cannot be done.
func refused(err error) bool {
	return fault.As(err) != nil
}

// one draws one of a list, by its place in it.
func one[T any](rt *rapid.T, list []T, what string) T {
	return list[rapid.IntRange(0, len(list)-1).Draw(rt, what)]
}

// order draws one of the orders that there are.
func (l *life) order(rt *rapid.T) order.Order {
	if len(l.orders) == 0 {
		rt.Skip("no orders")
	}
	return l.read(rt, one(rt, l.orders, "order"))
}

func (l *life) read(rt rapid.TB, id uuid.UUID) order.Order {
	rt.Helper()
	o, err := l.Orders.ForAssociation(context.Background(), id)
	must(rt, err)
	return o
}

// place orders some goods, by any of the means that are taken.
func (l *life) place(rt *rapid.T) error {
	_, err := l.placed(rt, one(rt, l.Payments.Means(), "means"))
	return err
}

func (l *life) placed(rt *rapid.T, means string) (uuid.UUID, error) {
	in := order.PlaceInput{
		Buyer: order.Buyer{
			Name: "فاطمة", Phone: fmt.Sprintf("0661%06d", len(l.orders)), Address: "حي السلام",
			Place: rapid.SampledFrom([]string{"berkane", "oujda"}).Draw(rt, "place"), Email: "fatima@souk.example",
		},
		Delivery: rapid.SampledFrom([]string{delivery.Home, delivery.Pickup}).Draw(rt, "delivery"),
		Payment:  means, Locale: "ar", Source: order.Shop,
	}
	for range rapid.IntRange(1, 4).Draw(rt, "lines") {
		in.Lines = append(in.Lines, order.Line{
			ProductID: one(rt, l.goods, "product"), Quantity: rapid.IntRange(1, 4).Draw(rt, "quantity"),
		})
	}
	placed, err := l.Orders.Place(context.Background(), in)
	if _, short := errors.AsType[*catalog.OutOfStock](err); short {
		rt.Skip("nothing is left of it")
	}
	if err == nil {
		l.orders = append(l.orders, placed.Order.ID)
	}
	return placed.Order.ID, err
}

// sell orders some goods and has them come to the buyer, as most orders go.
func (l *life) sell(rt *rapid.T) error {
	id, err := l.placed(rt, one(rt, l.Payments.Means(), "means"))
	if err != nil {
		return err
	}
	return l.walk(rt, id, allTheWay)
}

// allTheWay are the steps of an order of three parts from its payment to its buyer.
const allTheWay = 12

// walk brings an order so many steps towards its buyer, or fewer if it is over.
func (l *life) walk(rt *rapid.T, id uuid.UUID, steps int) error {
	for range steps {
		if !l.read(rt, id).State.Open() {
			break
		}
		if err := l.onward(rt, id); err != nil {
			return err
		}
	}
	return nil
}

// goOn brings an order that is under way some steps towards its buyer.
func (l *life) goOn(rt *rapid.T) error {
	open := slices.DeleteFunc(slices.Clone(l.orders), func(id uuid.UUID) bool { return !l.read(rt, id).State.Open() })
	if len(open) == 0 {
		rt.Skip("nothing is under way")
	}
	return l.walk(rt, one(rt, open, "order"), rapid.IntRange(1, allTheWay).Draw(rt, "steps"))
}

// onward brings an order one step towards its buyer: she pays first, or a part of it is accepted, made ready or handed
// over, or all of it goes on its way or arrives.
func (l *life) onward(rt *rapid.T, id uuid.UUID) error {
	ctx, o := context.Background(), l.read(rt, id)
	switch o.State {
	case order.StateAwaiting:
		a, err := l.Payments.Start(ctx, id)
		if err != nil {
			return l.unlessDown(err)
		}
		if a.Provider == payment.BankTransfer {
			return l.enter(id, a.Amount)
		}
		if err := l.pays(rt, attempt{id, a.ProviderReference, a.Amount}, a.Amount); err != nil {
			return err
		}
		for _, j := range l.due(rt) {
			l.work(rt, j)
		}
		return nil
	case order.StateDispatched:
		return l.deliver(o)
	}
	moves := map[order.PartState]order.Move{
		order.PartPlaced: order.MoveAccept, order.PartAccepted: order.MoveReady, order.PartReady: order.MoveHandOver,
	}
	for _, p := range o.Parts {
		if m, next := moves[p.State]; next {
			return l.Orders.Move(ctx, m, p.ID, order.By{Actor: l.members[p.Cooperative.ID], Why: one(rt, append(order.Declines, ""), "why")})
		}
	}
	return l.Orders.Move(ctx, order.MoveDispatch, id, order.By{Actor: l.association})
}

// deliver brings an order to its buyer, who pays what she has not paid.
func (l *life) deliver(o order.Order) error {
	err := l.Orders.Move(context.Background(), order.MoveDeliver, o.ID, order.By{Actor: l.association})
	if err == nil && !o.Paid {
		l.purse[o.ID] += o.Due
	}
	return err
}

func (l *life) movePart(rt *rapid.T) error {
	o := l.order(rt)
	p := one(rt, o.Parts, "part")
	return l.Orders.Move(context.Background(), rapid.SampledFrom([]order.Move{order.MoveAccept, order.MoveReady, order.MoveHandOver, order.MoveDecline, order.MoveDecline, order.MoveUnaccept, order.MoveUnready, order.MoveTakeBack}).Draw(rt, "move"), p.ID, order.By{Actor: l.members[p.Cooperative.ID]})
}

// moveOrder has the association or the buyer move an order.
func (l *life) moveOrder(rt *rapid.T) error {
	o := l.order(rt)
	m := rapid.SampledFrom([]order.Move{order.MoveConfirm, order.MoveDispatch, order.MoveDeliver, order.MoveRefuse, order.MoveCancel, order.MoveWithdraw}).Draw(rt, "move")
	switch m {
	case order.MoveDeliver:
		return l.deliver(o)
	case order.MoveWithdraw:
		return l.Orders.CancelByBuyer(context.Background(), l.Orders.Token(o.ID, o.Link))
	}
	return l.Orders.Move(context.Background(), m, o.ID, order.By{Actor: l.association})
}

func (l *life) adjust(rt *rapid.T) error {
	o := l.order(rt)
	p := one(rt, o.Parts, "part")
	line := one(rt, p.Lines, "line")
	by := one(rt, []actor.Actor{l.association, l.members[p.Cooperative.ID]}, "by")
	pieces := rapid.IntRange(0, max(line.Quantity, 1)).Draw(rt, "pieces")
	worth := line.Price * money.Amount(pieces)
	l.adjusted++
	return l.Orders.Adjust(context.Background(), o.ID, order.Adjustment{
		Line: line.ID, Quantity: pieces, Amount: money.Amount(rapid.Int64Range(int64(worth), int64(max(worth, line.Total))).Draw(rt, "amount")),
		Reason: rapid.SampledFrom([]order.Reason{order.ReasonMissing, order.ReasonDamaged, order.ReasonWeight, order.ReasonGoodwill}).Draw(rt, "reason"),
		Key:    uuid.NewSHA1(uuid.NameSpaceOID, fmt.Append(nil, l.adjusted)),
	}, order.By{Actor: by})
}

// begin has a buyer open the provider's page; several times, in several windows.
func (l *life) begin(rt *rapid.T) error {
	o := l.order(rt)
	_, err := l.Payments.Start(context.Background(), o.ID)
	return l.unlessDown(err)
}

// choose has a buyer who has not paid choose how to pay once more.
func (l *life) choose(rt *rapid.T) error {
	o := l.order(rt)
	return l.Orders.ChooseMeans(context.Background(), l.Orders.Token(o.ID, o.Link), one(rt, l.Orders.Means(), "means"), nil)
}

// unlessDown is nil for an error that comes of a provider that is down.
func (l *life) unlessDown(err error) error {
	if l.down {
		return nil
	}
	return err
}

// providerTells has the provider say something of an attempt that it knows of: also a second time, too late, or of
// another sum.
func (l *life) providerTells(rt *rapid.T) error {
	var known []attempt
	must(rt, l.DB.Select(&known, `
		select i.reference as order, a.provider_reference as name, a.amount_centimes as amount
		from payment_attempts a join payment_intents i on i.id = a.intent_id where a.provider = $1 and a.provider_reference is not null order by a.id`, paymenttest.Name))
	if len(known) == 0 {
		rt.Skip("nobody pays")
	}
	a := one(rt, known, "attempt")
	state := rapid.SampledFrom([]payment.State{payment.Succeeded, payment.Succeeded, payment.Failed, payment.Expired, payment.Waiting}).Draw(rt, "state")
	if state == payment.Succeeded || l.paid[a.Name] > 0 { // what it has it never says that it has not
		return l.pays(rt, a, rapid.SampledFrom([]money.Amount{a.Amount, a.Amount, (a.Amount + 1) / 2, a.Amount + 1, 2 * a.Amount}).Draw(rt, "amount"))
	}
	return l.tells(rt, payment.Outcome{Attempt: a.Name, State: state})
}

// attempt is what the provider knows of one.
type attempt struct {
	Order  uuid.UUID
	Name   string
	Amount money.Amount // that is asked for
}

// pays has an attempt receive so much in all, unless it has received more.
func (l *life) pays(rt *rapid.T, a attempt, amount money.Amount) error {
	amount = max(amount, l.paid[a.Name])
	l.purse[a.Order] += amount - l.paid[a.Name]
	l.paid[a.Name] = amount
	fee := amount * money.Amount(rapid.IntRange(0, 3).Draw(rt, "fee")) / 100 // zero: it does not say yet
	return l.tells(rt, payment.Outcome{Attempt: a.Name, State: payment.Succeeded, Amount: amount, Fee: fee})
}

// tells has the provider say an outcome, and maybe the same event twice. It is worked later.
func (l *life) tells(rt *rapid.T, o payment.Outcome) error {
	event := l.card.Say(o)
	l.events++
	for range rapid.IntRange(1, 2).Draw(rt, "times") {
		if err := l.Payments.Receive(context.Background(), paymenttest.Name, payment.Event{ID: fmt.Sprint("event-", l.events), Payload: event}); err != nil {
			return err
		}
	}
	return nil
}

// refundTold has the provider say of something that it was to give back whether it has, once.
func (l *life) refundTold(rt *rapid.T) error {
	asked := l.refunds(rt, `r.state = 'waiting'`)
	asked = slices.DeleteFunc(asked, func(r refund) bool { return l.answered[r.ID] })
	if len(asked) == 0 {
		rt.Skip("nothing is to be given back")
	}
	return l.answer(rt, one(rt, asked, "refund"), rapid.SampledFrom([]payment.State{payment.Succeeded, payment.Failed}).Draw(rt, "state"))
}

// answer has the provider say what became of a refund.
func (l *life) answer(rt *rapid.T, r refund, state payment.State) error {
	l.answered[r.ID] = true
	if state == payment.Succeeded {
		l.purse[r.Order] -= r.Amount
	}
	fee := money.Amount(0) // that the provider keeps more for it, or gives back
	if state == payment.Succeeded {
		fee = rapid.SampledFrom([]money.Amount{0, 0, 50, -50, -r.Amount}).Draw(rt, "fee")
	}
	return l.tells(rt, payment.Outcome{Refund: r.Name, State: state, Amount: r.Amount, Fee: fee})
}

// comesBack has a buyer's bank send back what the provider had given her, and the provider tell so, and worked.
func (l *life) comesBack(rt *rapid.T) error {
	given := l.refunds(rt, `r.state = 'succeeded' and r.provider_reference is not null and r.user_id is null and r.dispute_id is null`)
	if len(given) == 0 || l.down {
		rt.Skip("the provider has given nothing back")
	}
	r := one(rt, given, "refund")
	l.purse[r.Order] += r.Amount
	return l.tellsAtOnce(rt, payment.Outcome{Refund: r.Name, State: payment.Failed, Amount: r.Amount})
}

// tellsAtOnce is tells, and all that was told is worked.
func (l *life) tellsAtOnce(rt *rapid.T, o payment.Outcome) error {
	if err := l.tells(rt, o); err != nil {
		return err
	}
	for _, j := range l.due(rt) {
		if j.Kind == (payment.EventArgs{}).Kind() {
			l.work(rt, j)
		}
	}
	return nil
}

// refund is money that is to go back to a buyer.
type refund struct {
	ID, Order uuid.UUID
	Name      string // the provider's
	Amount    money.Amount
}

func (l *life) refunds(rt *rapid.T, where string) (list []refund) {
	rt.Helper()
	must(rt, l.DB.Select(&list, `
		select r.id, i.reference as order, coalesce(r.provider_reference, '') as name, r.amount_centimes as amount
		from payment_refunds r join payment_attempts a on a.id = r.attempt_id join payment_intents i on i.id = a.intent_id
		where `+where+` order by r.id`))
	return list
}

// refundAgain has the association ask again for what failed.
func (l *life) refundAgain(rt *rapid.T) error {
	o := l.order(rt)
	return l.Orders.RefundAgain(context.Background(), o.ID, o.BackFailed)
}

// byHand are the refunds that nobody but a person gives: of cash, and of what a provider could not give; not while it is
// disputed.
const byHand = `not exists (select from payment_disputes where attempt_id = a.id and state = 'open') and (r.state = 'pending' and (r.means is not null or a.provider in ('` + payment.CashOnDelivery + `', '` + payment.BankTransfer + `')) or r.id in (select id from payment_refunds_failed))`

// giveByHand has the association give money back to a buyer.
func (l *life) giveByHand(rt *rapid.T) error {
	due := l.refunds(rt, byHand)
	if len(due) == 0 {
		rt.Skip("nothing is to be given back by hand")
	}
	l.give(rt, one(rt, due, "refund"))
	return nil
}

func (l *life) give(rt *rapid.T, r refund) {
	rt.Helper()
	must(rt, postgres.InTx(context.Background(), l.DB, func(tx *sqlx.Tx) error {
		return l.Payments.GivenTx(context.Background(), tx, r.ID, payment.Given{By: l.association.User}, l.Now())
	}))
	l.purse[r.Order] -= r.Amount
}

// giveBack has the association give something back of an order, or take it off before it is paid.
func (l *life) giveBack(rt *rapid.T) error {
	o := l.order(rt)
	p := one(rt, o.Parts, "part")
	l.adjusted++
	in := order.RefundInput{
		Scope:    rapid.SampledFrom([]order.Scope{order.RefundOrder, order.RefundPart, order.RefundLine, order.RefundAmount, order.RefundDelivery}).Draw(rt, "scope"),
		Part:     p.ID,
		Line:     one(rt, p.Lines, "line").ID,
		Quantity: rapid.IntRange(1, 2).Draw(rt, "pieces"),
		Amount:   money.Amount(rapid.Int64Range(1, int64(o.Total)).Draw(rt, "amount")),
		BorneBy:  rapid.SampledFrom([]order.Bearer{order.ByCooperative, order.ByAssociation}).Draw(rt, "bearer"),
		Delivery: rapid.Bool().Draw(rt, "delivery"),
		Reason:   rapid.SampledFrom([]order.Reason{order.ReasonMissing, order.ReasonDamaged}).Draw(rt, "reason"),
		Means:    rapid.SampledFrom([]string{"", payment.CashOnDelivery}).Draw(rt, "means"),
		Key:      uuid.NewSHA1(uuid.NameSpaceOID, fmt.Append(nil, l.adjusted)),
	}
	if in.Scope == order.RefundAmount && rapid.Bool().Draw(rt, "of all parts") {
		in.Part = uuid.Nil
	}
	return l.Orders.Refund(context.Background(), o.ID, in, order.By{Actor: l.association})
}

// dispute has a buyer dispute what she paid, or some of it, also when she has it back.
func (l *life) dispute(rt *rapid.T) error {
	var known []attempt
	must(rt, l.DB.Select(&known, `
		select i.reference as order, a.provider_reference as name, a.received_centimes - (
		           select coalesce(sum(amount_centimes), 0) from payment_disputes where attempt_id = a.id and state <> 'won') as amount
		from payment_attempts a join payment_intents i on i.id = a.intent_id where a.provider = $1 and a.provider_reference is not null order by a.id`, paymenttest.Name))
	known = slices.DeleteFunc(known, func(a attempt) bool { return a.Amount <= 0 })
	if len(known) == 0 || l.down {
		rt.Skip("nothing was paid")
	}
	a := one(rt, known, "attempt")
	amount := rapid.SampledFrom([]money.Amount{a.Amount, a.Amount, (a.Amount + 1) / 2}).Draw(rt, "amount")
	name := fmt.Sprint("dispute-", len(l.disputes))
	l.disputed[name] = a
	state := rapid.SampledFrom([]payment.DisputeState{payment.DisputeAsked, payment.DisputeOpen, payment.DisputeOpen, payment.DisputeLost}).Draw(rt, "state")
	return l.disputeTold(rt, payment.Dispute{Reference: name, State: state, Amount: amount, Fee: 15_00})
}

// disputeTold has the provider tell how a dispute stands, and worked: it gives back nothing of what is disputed.
func (l *life) disputeTold(rt *rapid.T, d payment.Dispute) error {
	if d.State == payment.DisputeLost {
		l.purse[l.disputed[d.Reference].Order] -= d.Amount
	}
	l.disputes[d.Reference] = d
	return l.tellsAtOnce(rt, payment.Outcome{Attempt: l.disputed[d.Reference].Name, Dispute: &d})
}

// undecided are the disputes that the bank has not decided, by name.
func (l *life) undecided() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(l.disputes)), func(name string) bool { return l.disputes[name].State.Decided() })
}

// bankDecides has a bank go on with a dispute.
func (l *life) bankDecides(rt *rapid.T) error {
	undecided := l.undecided()
	if len(undecided) == 0 || l.down {
		rt.Skip("nothing is disputed")
	}
	d := l.disputes[one(rt, undecided, "dispute")]
	d.State = rapid.SampledFrom([]payment.DisputeState{payment.DisputeOpen, payment.DisputeWon, payment.DisputeLost}).Draw(rt, "state")
	return l.disputeTold(rt, l.bounded(rt, d))
}

// bounded is a dispute about which a bank had only asked, as it goes on: of what its buyer has from another dispute the bank
// takes nothing.
func (l *life) bounded(rt *rapid.T, d payment.Dispute) payment.Dispute {
	if l.disputes[d.Reference].State != payment.DisputeAsked {
		return d
	}
	var left money.Amount
	must(rt, l.DB.Get(&left, `
		select a.received_centimes - (select coalesce(sum(amount_centimes), 0) from payment_disputes where attempt_id = a.id and state <> 'won' and name <> $2)
		from payment_attempts a where a.provider_reference = $1`, l.disputed[d.Reference].Name, d.Reference))
	if left <= 0 {
		d.State = payment.DisputeWon
	} else {
		d.Amount = min(d.Amount, left)
	}
	return d
}

// bearLoss has the association decide who bears what was lost.
func (l *life) bearLoss(rt *rapid.T) error {
	lost := l.lost(rt)
	if len(lost) == 0 {
		rt.Skip("nothing was lost")
	}
	return l.bears(rt, one(rt, lost, "dispute"))
}

func (l *life) bears(rt *rapid.T, d payment.DisputeShown) error {
	return l.Orders.BearDispute(context.Background(), d.ID, d.Version, one(rt, []order.Bearer{order.ByCooperative, order.ByAssociation}, "bearer"), order.By{Actor: l.association})
}

// givesUp has the association give up an order that is under way.
func (l *life) givesUp(rt *rapid.T, id uuid.UUID) error {
	move := order.MoveCancel
	if l.read(rt, id).State == order.StateDispatched {
		move = order.MoveRefuse
	}
	return l.Orders.Move(context.Background(), move, id, order.By{Actor: l.association})
}

// beyond is what banks have given buyers besides what they were to have back, for each order.
func (l *life) beyond(rt *rapid.T) map[uuid.UUID]money.Amount {
	var rows []struct {
		Order  uuid.UUID
		Amount money.Amount
	}
	must(rt, l.DB.Select(&rows, `
		select reference as order, sum(written_off_centimes + left_centimes) as amount from payment_disputes_now where state = 'lost' group by reference`))
	beyond := make(map[uuid.UUID]money.Amount, len(rows))
	for _, r := range rows {
		beyond[r.Order] = r.Amount
	}
	return beyond
}

// lost are the disputes about which it has to decide.
func (l *life) lost(rt *rapid.T) []payment.DisputeShown {
	list, _, err := l.Payments.Disputes(context.Background(), true, uuid.Nil, 1000)
	must(rt, err)
	return slices.DeleteFunc(list, func(d payment.DisputeShown) bool { return d.State != payment.DisputeLost })
}

// askReturn has the buyer of an order that was delivered ask to send some of it back.
func (l *life) askReturn(rt *rapid.T) error {
	delivered := slices.DeleteFunc(slices.Clone(l.orders), func(id uuid.UUID) bool { return l.read(rt, id).State != order.StateDelivered })
	if len(delivered) == 0 {
		rt.Skip("nobody has anything")
	}
	o := l.read(rt, one(rt, delivered, "order"))
	in := order.ReturnInput{Lines: make(map[uuid.UUID]int), Means: rapid.SampledFrom([]string{"", payment.CashOnDelivery}).Draw(rt, "means")}
	whole := rapid.Bool().Draw(rt, "all of it")
	for _, p := range o.Parts {
		for _, line := range p.Lines {
			if !line.Returnable() || p.State != order.PartDelivered {
				continue
			}
			in.Lines[line.ID] = line.Quantity
			if !whole {
				in.Lines[line.ID] = rapid.IntRange(0, line.Quantity).Draw(rt, "pieces")
			}
		}
	}
	l.adjusted++
	in.Key = uuid.NewSHA1(uuid.NameSpaceOID, fmt.Append(nil, l.adjusted))
	return l.Orders.AskReturn(context.Background(), l.Orders.Token(o.ID, o.Link), in)
}

// returned draws one of the orders of which something was ever to be sent back.
func (l *life) returned(rt *rapid.T) order.Order {
	returned := slices.DeleteFunc(slices.Clone(l.orders), func(id uuid.UUID) bool { return l.read(rt, id).Return == nil })
	if len(returned) == 0 {
		rt.Skip("nothing comes back")
	}
	return l.read(rt, one(rt, returned, "order"))
}

func (l *life) keepReturn(rt *rapid.T) error {
	o := l.returned(rt)
	return l.Orders.KeepReturn(context.Background(), l.Orders.Token(o.ID, o.Link))
}

func (l *life) arrangeReturn(rt *rapid.T) error {
	return l.Orders.ArrangeReturn(context.Background(), l.returned(rt).Return.ID, "عند الجمعية", order.By{Actor: l.association})
}

func (l *life) rejectReturn(rt *rapid.T) error {
	return l.Orders.RejectReturn(context.Background(), l.returned(rt).Return.ID, "مفتوح", order.By{Actor: l.association})
}

// receiveReturn has the association count what came back: sound, damaged and missing pieces.
func (l *life) receiveReturn(rt *rapid.T) error { return l.receive(rt, l.returned(rt)) }

func (l *life) receive(rt *rapid.T, o order.Order) error {
	counts := make(map[uuid.UUID]order.Counted)
	for _, line := range o.Return.Lines {
		sound := rapid.IntRange(0, line.Quantity).Draw(rt, "sound")
		damaged := rapid.IntRange(0, line.Quantity-sound).Draw(rt, "damaged")
		counts[line.LineID] = order.Counted{Sound: sound, Damaged: damaged, Missing: line.Quantity - sound - damaged}
	}
	return l.Orders.ReceiveReturn(context.Background(), o.Return.ID, counts, order.By{Actor: l.association})
}

// sendBack has a buyer ask, and what she asks for come back, as most returns go.
func (l *life) sendBack(rt *rapid.T) error {
	if err := l.askReturn(rt); err != nil {
		return err
	}
	for _, id := range l.orders {
		if o := l.read(rt, id); o.Return != nil && o.Return.State == order.ReturnAsked {
			return l.receive(rt, o)
		}
	}
	return nil
}

// restock has a cooperative say what becomes of sound goods that came back.
func (l *life) restock(rt *rapid.T) error {
	ctx, to := context.Background(), one(rt, l.sellers, "cooperative")
	returned, err := l.Orders.ReturnedTo(ctx, to, nil, 100)
	must(rt, err)
	if len(returned.Lines) == 0 {
		rt.Skip("nothing came back to it")
	}
	line := one(rt, returned.Lines, "line")
	return l.Orders.Restock(ctx, line.ReturnID, line.LineID, rapid.Bool().Draw(rt, "into stock"), order.By{Actor: l.members[to]})
}

// otherMeans has what waits, was refused or is put off given by another means.
func (l *life) otherMeans(rt *rapid.T) error {
	waiting, err := l.Orders.RefundsToGive(context.Background(), nil, 100)
	must(rt, err)
	if len(waiting.Refunds) == 0 {
		rt.Skip("nothing is to be given back")
	}
	r := one(rt, waiting.Refunds, "refund")
	return l.Orders.RefundByMeans(context.Background(), r.ID, r.Means, one(rt, []string{payment.CashOnDelivery, r.Provider}, "means"))
}

// workJob works one of the jobs that are due, whichever.
func (l *life) workJob(rt *rapid.T) error {
	due := l.due(rt)
	if len(due) == 0 {
		rt.Skip("nothing is due")
	}
	l.work(rt, one(rt, due, "job"))
	return nil
}

// workAgain works a job that was worked before.
func (l *life) workAgain(rt *rapid.T) error {
	if len(l.worked) == 0 {
		rt.Skip("nothing was worked")
	}
	l.work(rt, one(rt, l.worked, "job"))
	return nil
}

// work works a job. If it fails because the provider is down it is tried again, as is one that waits for something; for no
// other reason may it fail.
func (l *life) work(rt *rapid.T, row *rivertype.JobRow) {
	rt.Helper()
	if err := l.workers()[row.Kind](context.Background(), row); err != nil {
		if snoozed := new(river.JobSnoozeError); errors.As(err, &snoozed) {
			l.exec(rt, `update river_job set scheduled_at = $2 where id = $1`, row.ID, l.Now().Add(snoozed.Duration))
			return
		}
		if err = l.unlessDown(err); err != nil {
			rt.Fatalf("%s %s: %v", row.Kind, row.EncodedArgs, err)
		}
		return
	}
	l.exec(rt, `delete from river_job where id = $1`, row.ID)
	l.worked = append(l.worked, row)
}

// due are the jobs whose time has come.
func (l *life) due(rt rapid.TB) (rows []*rivertype.JobRow) {
	rt.Helper()
	var list []struct {
		ID   int64
		Kind string
		Args []byte
		At   time.Time
	}
	must(rt, l.DB.Select(&list, `
		select id, kind, args, scheduled_at as at from river_job where kind = any($1) and scheduled_at <= $2 order by id`,
		pq.Array(slices.Collect(maps.Keys(l.workers()))), l.Now()))
	for _, j := range list {
		rows = append(rows, &rivertype.JobRow{ID: j.ID, Kind: j.Kind, EncodedArgs: j.Args, ScheduledAt: j.At})
	}
	return rows
}

// payOut has the association transfer what a cooperative is owed, a part of it or too much.
func (l *life) payOut(rt *rapid.T) error {
	to := one(rt, l.sellers, "cooperative")
	owed, err := l.Settlements.OwedTo(context.Background(), to)
	must(rt, err)
	if owed.Due <= 0 {
		rt.Skip("nothing is owed")
	}
	amount := rapid.SampledFrom([]money.Amount{owed.Due, (owed.Due + 1) / 2, owed.Due + 1}).Draw(rt, "amount")
	reference := fmt.Sprint("VIR-", rapid.IntRange(1, 9).Draw(rt, "reference"))
	_, err = l.Settlements.PayAll(context.Background(), []settlement.Transfer{{CooperativeID: to, Amount: amount}}, reference, l.association)
	if err == nil && amount > owed.Due {
		rt.Fatalf("%s were paid out of %s", amount, owed.Due)
	}
	return err
}

// undo has the bank send a transfer back.
func (l *life) undo(rt *rapid.T) error {
	var payouts []struct{ ID, Cooperative uuid.UUID }
	must(rt, l.DB.Select(&payouts, `select id, cooperative_id as cooperative from payouts order by id`))
	if len(payouts) == 0 {
		rt.Skip("nothing was paid out")
	}
	p := one(rt, payouts, "payout")
	_, err := l.Settlements.Undo(context.Background(), p.Cooperative, p.ID, "الحساب مغلق", l.association)
	return err
}

// accountChanges has the first cooperative's account with the provider closed or opened, or its money spent.
func (l *life) accountChanges(rt *rapid.T) error {
	closed, spends := rapid.Bool().Draw(rt, "closed"), rapid.Bool().Draw(rt, "spends")
	l.card.Account(stripeAccount, func(a *paymenttest.Account) {
		if a.Closed = closed; spends {
			l.spent += a.Balance
			a.Balance = 0
		}
	})
	return nil
}

// payAgain has the association ask the provider again for what it refused.
func (l *life) payAgain(rt *rapid.T) error {
	refused, err := l.Settlements.Refused(context.Background(), 100)
	must(rt, err)
	if len(refused) == 0 {
		rt.Skip("nothing was refused")
	}
	r := one(rt, refused, "payout")
	_, err = l.Settlements.AskAgain(context.Background(), r.CooperativeID, r.ID, l.association)
	return err
}

func (l *life) timePasses(rt *rapid.T) error {
	l.pass(rapid.SampledFrom([]time.Duration{29 * time.Minute, time.Hour, 24 * time.Hour, 9 * 24 * time.Hour}).Draw(rt, "time"))
	for _, j := range l.due(rt) { // that an order is closed a day late is a fault
		if j.Kind == (order.CloseArgs{}).Kind() && l.Now().Sub(j.ScheduledAt) > 12*time.Hour {
			l.work(rt, j)
		}
	}
	return nil
}

// goodsChange has more of a product found in stock, at another price.
func (l *life) goodsChange(rt *rapid.T) error {
	product, n, price := one(rt, l.goods, "product"), rapid.IntRange(1, 9).Draw(rt, "pieces"), rapid.IntRange(1, 300_00).Draw(rt, "price")
	l.exec(rt, `
		with counted as (update products set stock = stock + $2, price_centimes = $5 where id = $1 returning id)
		insert into stock_movements (id, product_id, delta, reason, actor, at)
		select $3, id, $2, 'count', 'system', $4 from counted`, product, n, postgres.NewID(), l.Now(), price)
	l.counted[product] += n
	return nil
}

func (l *life) decideCommission(rt *rapid.T) error {
	l.exec(rt, `update settings set decided = decided || jsonb_build_object('commission', $1::text)`,
		rapid.SampledFrom([]string{"0.00", "3.33", "5.00", "100.00"}).Draw(rt, "commission"))
	return nil
}

// decideFee has one of the means cost its buyers something from now on, or nothing.
func (l *life) decideFee(rt *rapid.T) error {
	l.exec(rt, `update settings set decided = decided || jsonb_build_object($1::text, $2::text)`,
		rapid.SampledFrom([]string{"cash_fee", "card_fee", "transfer_fee"}).Draw(rt, "of"), rapid.SampledFrom([]string{"0.00", "0.01", "7.50"}).Draw(rt, "fee"))
	return nil
}

// decideBearer has the cooperatives bear from now on what a provider keeps of what goes back for their goods, or not.
func (l *life) decideBearer(rt *rapid.T) error {
	l.exec(rt, `update settings set decided = decided || jsonb_build_object('fee_by_cooperatives', $1::text)`,
		rapid.SampledFrom([]string{"yes", "yes", "no"}).Draw(rt, "cooperatives bear it"))
	return nil
}

// providerDown has the provider answer nothing, or answer again.
func (l *life) providerDown(rt *rapid.T) error {
	l.setDown(rapid.IntRange(0, 3).Draw(rt, "down") == 0)
	return nil
}

func (l *life) setDown(down bool) {
	l.down = down
	var err error
	if down {
		err = errors.New("the provider is down")
	}
	l.card.Refuse(err)
}

// balance is what holds after each step.
func (l *life) balance(rt *rapid.T) {
	ctx := context.Background()
	var sum money.Amount
	must(rt, l.DB.Get(&sum, `select coalesce(sum(debits - credits), 0) from ledger_balances`))
	if sum != 0 {
		rt.Fatalf("the ledger sums to %s", sum)
	}
	for _, seller := range l.sellers {
		owed, err := l.Settlements.OwedTo(ctx, seller)
		must(rt, err)
		var lines settlement.Owed
		due := owed.Due // before the entries that were read
		must(rt, l.Settlements.EachLine(ctx, seller, func(e settlement.Line) error {
			if e.Balance != due {
				return fmt.Errorf("after the entry of %s %s are owed, and the next says %s", e.At, e.Balance, due)
			}
			lines.Sales, lines.Commission, lines.PaidOut = lines.Sales+e.Sale, lines.Commission+e.Commission, lines.PaidOut+e.Payout
			lines.Netted, lines.Owes = lines.Netted+e.Netted, lines.Owes+e.Owes
			due -= e.Sale - e.Commission - e.Payout - e.Netted
			return nil
		}))
		if due != 0 || lines.Sales != owed.Sales || lines.Commission != owed.Commission || lines.PaidOut != owed.PaidOut ||
			lines.Netted != owed.Netted || lines.Owes != owed.Owes || owed.Due < 0 || owed.Owes < 0 {
			rt.Fatalf("a statement is not its lines: begins at %s, sums to %+v, said to be %+v", due, lines, owed)
		}
		var sold struct{ Sales, Commission money.Amount } // earned, and not given back out of the cooperative's share
		must(rt, l.DB.Get(&sold, `
			select coalesce(sum(n.items_centimes + n.borne_centimes - s.frozen_centimes), 0) as sales,
			       coalesce(sum(n.commission_centimes + n.borne_centimes), 0) as commission
			from sub_orders_now n join sub_orders s on s.id = n.id
			where n.cooperative_id = $1 and n.state = 'delivered' and n.earns_at is null`, seller))
		if lines.Sales != sold.Sales || lines.Commission != sold.Commission {
			rt.Fatalf("a statement says %s, commission %s; sold were %s, commission %s", lines.Sales, lines.Commission, sold.Sales, sold.Commission)
		}
	}
	var paidOut money.Amount // by the provider, and not taken back
	must(rt, l.DB.Get(&paidOut, `select coalesce(sum(amount_centimes - recalled_centimes), 0) from payment_payouts_now where state = 'succeeded'`))
	if l.card != nil {
		if there := l.card.Account(stripeAccount, func(*paymenttest.Account) {}).Balance; there+l.spent != paidOut {
			rt.Fatalf("the provider has paid out %s, and %s are there of it, %s spent", paidOut, there, l.spent)
		}
	}
	beyond := l.beyond(rt)
	for id, amount := range l.purse {
		if amount += beyond[id]; amount < 0 {
			rt.Fatalf("the buyer of order %s has had back %s more than she paid", id, -amount)
		}
	}
	l.even(rt)
	l.nothingLost(rt)
	l.audit(rt)
}

// even compares what is due of each order with what its buyer has paid, has had back and is to have back.
func (l *life) even(rt *rapid.T) {
	var wrong []string
	must(rt, l.DB.Select(&wrong, `
		select format('%s, %s: due %s, %s received, %s given back or to be', o.number, o.state, o.due_centimes, p.received_centimes, p.promised_centimes + p.failed_centimes)
		from orders o join payments p on p.reference = o.id
		where p.received_centimes - p.promised_centimes - p.failed_centimes <> case
		        when p.state <> 'succeeded' then p.deposit_centimes
		        when o.state in ('cancelled', 'refused') then 0
		        else o.due_centimes end
		    and not exists (
		        select from payment_disputes d join payment_attempts a on a.id = d.attempt_id join payment_intents i on i.id = a.intent_id
		        where i.reference = o.id and d.state <> 'won')`))
	if len(wrong) > 0 {
		rt.Fatalf("paid is not what is due: %q", wrong)
	}
}

// nothingLost counts the pieces of each product: in stock, with orders, lost and sent back.
func (l *life) nothingLost(rt *rapid.T) {
	have := make(map[uuid.UUID]int)
	for _, id := range l.orders {
		for _, p := range l.read(rt, id).Parts {
			for _, line := range p.Lines {
				if p.State.Active() {
					have[line.ProductID] += line.Quantity
				}
			}
		}
	}
	var rest []struct {
		Product uuid.UUID
		Pieces  int
	}
	must(rt, l.DB.Select(&rest, `
		select g.id as product, g.stock + coalesce(gone.pieces, 0) + coalesce(lost.pieces, 0) - coalesce(again.pieces, 0) as pieces
		from goods g
		left join (
		    select l.product_id, sum(a.quantity) as pieces
		    from order_adjustments a join order_lines l on l.id = a.line_id join sub_orders s on s.id = a.sub_order_id
		    where not a.released and s.state = 'delivered' or a.released and a.reason in ('missing', 'damaged') group by 1
		) gone on gone.product_id = g.id
		left join (select product_id, sum(quantity) as pieces from stock_lost_of_orders group by 1) lost on lost.product_id = g.id -- with their parts
		left join (select product_id, sum(delta) as pieces from stock_returned group by 1) again on again.product_id = g.id`))
	for _, r := range rest {
		if n := have[r.Product] + r.Pieces; n != l.counted[r.Product] {
			rt.Fatalf("of %d pieces %d are in stock, with buyers or lost", l.counted[r.Product], n)
		}
	}
}

// audit is what `souk audit` would find.
func (l *life) audit(rt rapid.TB) {
	rt.Helper()
	checks, err := market.Audit(context.Background(), l.DB)
	must(rt, err)
	for _, c := range checks {
		if !c.OK() {
			rt.Errorf("%s: %q", c.Name, c.Problems)
		}
	}
	if rt.Failed() {
		rt.FailNow()
	}
}

// end does all that waits, and holds what each buyer is out of against what she has had.
func (l *life) end(rt *rapid.T) {
	l.setDown(false)
	for waits := true; waits; {
		waits = false
		l.pass(time.Hour)
		for _, j := range l.due(rt) {
			waits = true
			l.work(rt, j)
		}
		for _, name := range l.undecided() {
			d := l.disputes[name]
			d.State = one(rt, []payment.DisputeState{payment.DisputeWon, payment.DisputeLost}, "end")
			waits = true
			must(rt, l.disputeTold(rt, l.bounded(rt, d)))
		}
		for lost := l.lost(rt); len(lost) > 0; lost = l.lost(rt) {
			waits = true
			err := l.bears(rt, lost[0])
			if errors.Is(err, order.ErrLossUnderWay) {
				err = l.givesUp(rt, lost[0].Reference)
			}
			must(rt, err)
		}
		for _, r := range l.refunds(rt, `r.state = 'waiting'`) {
			if waits = true; !l.answered[r.ID] {
				must(rt, l.answer(rt, r, payment.Succeeded))
			}
		}
		for _, r := range l.refunds(rt, byHand) {
			waits = true
			l.give(rt, r)
		}
		waits = l.bookAll(rt) || waits
	}
	l.balance(rt)
	var unsaid []string
	must(rt, l.DB.Select(&unsaid, `select args::text from river_job where args::text like '%<no value>%'`))
	if len(unsaid) > 0 {
		rt.Errorf("letters lack words: %q", unsaid)
	}
	beyond := l.beyond(rt)
	for _, id := range l.orders {
		o := l.read(rt, id)
		due := -beyond[id]
		if o.Paid {
			due += o.Due
		}
		if l.purse[id] != due {
			rt.Errorf("order %s, %s, is due %s: its buyer is out of %s", o.Number, o.State, due, l.purse[id])
		}
	}
}
