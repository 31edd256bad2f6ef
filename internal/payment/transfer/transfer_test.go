package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/riverqueue/river"
	"golang.org/x/sync/errgroup"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/market"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/paymenttest"
	"github.com/souk-taawon/souk/internal/payment/transfer"
	"github.com/souk-taawon/souk/internal/picture"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
	"github.com/souk-taawon/souk/storefront/storetest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// bank is a market whose buyers pay by transfer.
type bank struct {
	*storetest.Market
	t      *testing.T
	buyers *int
}

func newBank(t *testing.T) bank {
	t.Helper()
	return bank{storetest.NewBank(t), t, new(int)}
}

func (b bank) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b bank) by() actor.Actor { return actor.OfAssociation(b.Association.ID) }

// order places one of 2 jars of honey, and has its buyer look at what she has to transfer.
func (b bank) order(name string) (order.Order, transfer.Due) {
	b.t.Helper()
	*b.buyers++
	placed, err := b.Orders.Place(b.t.Context(), order.PlaceInput{
		Lines:    []order.Line{{ProductID: b.Honey.Products[0].ID, Quantity: 2}},
		Buyer:    order.Buyer{Name: name, Phone: fmt.Sprintf("06612345%02d", *b.buyers), Email: "amal@exemple.invalid", Place: "berkane", Address: "حي السلام"},
		Delivery: delivery.Home, Payment: payment.BankTransfer, Locale: "fr", Source: order.Shop,
	})
	b.must(err)
	a, err := b.Orders.Pay(b.t.Context(), placed.Token)
	b.must(err)
	if a.URL != "" || a.State != payment.Waiting {
		b.t.Fatalf("begun: %+v", a)
	}
	due, err := b.Transfers.Due(b.t.Context(), placed.Order.ID)
	b.must(err)
	return placed.Order, due
}

func (b bank) state(o order.Order) order.State {
	b.t.Helper()
	now, err := b.Orders.ForAssociation(b.t.Context(), o.ID)
	b.must(err)
	return now.State
}

func (b bank) get(o order.Order) transfer.One {
	b.t.Helper()
	one, err := b.Transfers.Get(b.t.Context(), o.ID)
	b.must(err)
	return one
}

func (b bank) receive(o order.Order, amount money.Amount) error {
	b.t.Helper()
	return b.Transfers.Receive(b.t.Context(), o.ID, transfer.Entered{
		Amount: amount.String(), Day: time.Now().In(clock.Zone).Format(time.DateOnly), BankReference: "VIR 1",
	}, b.get(o).Seen, b.by())
}

// sound has the whole audit find nothing.
func (b bank) sound() {
	b.t.Helper()
	checks, err := market.Audit(b.t.Context(), b.DB)
	b.must(err)
	for _, c := range checks {
		if !c.OK() {
			b.t.Errorf("%s: %v", c.Name, c.Problems)
		}
	}
}

// read reads a statement and gives it with its lines by state.
func (b bank) read(file string) (transfer.Statement, map[transfer.LineState][]transfer.Line) {
	b.t.Helper()
	id, err := b.Transfers.ReadStatement(b.t.Context(), "releve.csv", strings.NewReader(file), b.by())
	b.must(err)
	return b.lines(id)
}

func (b bank) lines(id uuid.UUID) (transfer.Statement, map[transfer.LineState][]transfer.Line) {
	b.t.Helper()
	read, err := b.Transfers.Statement(b.t.Context(), id)
	b.must(err)
	lines := make(map[transfer.LineState][]transfer.Line)
	for _, state := range transfer.LineStates {
		page, err := b.Transfers.List(b.t.Context(), id, state, nil, 100)
		b.must(err)
		lines[state] = page.Lines
	}
	return read, lines
}

// book has what is matched booked, and the job worked.
func (b bank) book(id uuid.UUID, matched int) {
	b.t.Helper()
	b.must(b.Transfers.Book(b.t.Context(), id, int64(matched), b.by()))
	worker := transfer.BookWorker{Transfers: b.Transfers}
	b.must(worker.Work(b.t.Context(), &river.Job[transfer.BookArgs]{Args: transfer.BookArgs{StatementID: id, UserID: b.Association.ID}}))
	_, err := b.DB.Exec(`update river_job set state = 'completed', finalized_at = now() where kind = 'transfer_book'`)
	b.must(err)
}

const head = "Date opération;Libellé;Référence;Débit;Crédit\n"

func day() string { return time.Now().In(clock.Zone).Format("02/01/2006") }

func line(label string, amount money.Amount) string {
	return fmt.Sprintf("%s;%s;;;%s\n", day(), label, strings.Replace(amount.String(), ".", ",", 1))
}

func TestTheProviderIsOneAsEveryOther(t *testing.T) {
	t.Parallel()
	paymenttest.Suite(t, func(t *testing.T) *paymenttest.Subject {
		const people, page = "people of the association say what came and what was given back, and nobody is asked over a network", "there is no page to go to: Service.Due says what is to be transferred"
		b := newBank(t)
		return &paymenttest.Subject{
			Provider: transfer.NewProvider().Open(b.DB, time.Now),
			Down: func(t *testing.T, down bool) {
				rib := storetest.RIB
				if down { // the association has no account
					rib = ""
				}
				_, err := b.DB.Exec(`update settings set decided = decided || jsonb_build_object('bank_rib', $1::text)`, rib)
				b.must(err)
			},
			Cannot: map[string]string{
				"what is paid is shown": page, "paid": people, "paid otherwise than asked": people, "refused": people, "expired": people, "forged": people,
				"given back in parts": people, "given back once where the answer is lost": people, "told of what went back": people, "closed": people,
				"asked after": people, "asked after what went back": people, "days compared": people, "begun once where the answer is lost": people,
				"paid in another currency": people, "of another account or environment": people, "never heard of": people, "refused to give back": people,
				"closed while it is down": people, "in one day and no other": people, "paid out and taken back once": people,
			},
		}
	})
}

func TestAnOrderIsPaidByTransferInPartsAndTheRestGoesBack(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	o, due := b.order("نادية العلوي")
	if due.Amount != o.Due || due.Left() != o.Due || due.BankRIB == "" || len(due.Code) != 9 || time.Until(due.Until) < 71*time.Hour {
		t.Errorf("she has to transfer %+v", due)
	}
	for _, typed := range []string{due.Code, strings.ToLower(strings.ReplaceAll(due.Code, "-", " ")), o.Number, strings.ToLower(o.Number)} {
		if found, err := b.Transfers.Find(t.Context(), typed); err != nil || found != o.ID {
			t.Errorf("%s is %s, %v", typed, found, err)
		}
	}
	b.must(b.receive(o, 50_00))
	b.sound()
	if now := b.get(o); now.Received != 50_00 || !now.Live() || b.state(o) != order.StateAwaiting {
		t.Errorf("after a part: %+v, %s", now.Transfer, b.state(o))
	}
	stale := b.get(o).Seen - 1
	err := b.Transfers.Receive(t.Context(), o.ID, transfer.Entered{Amount: "1", Day: time.Now().In(clock.Zone).Format(time.DateOnly), BankReference: "x"}, stale, b.by())
	if !errors.Is(err, transfer.ErrChanged) {
		t.Errorf("said from an old page: %v", err)
	}
	b.must(b.receive(o, o.Due-50_00+7_50))
	b.sound()
	if now := b.get(o); now.State != payment.Succeeded || b.state(o) != order.StateConfirmed {
		t.Errorf("paid: %+v, %s", now.Transfer, b.state(o))
	}
	if back, err := b.Transfers.ToGiveBack(t.Context(), o.ID); err != nil || back != 7_50 {
		t.Errorf("what is too much: %s, %v", back, err)
	}
	if err := b.Transfers.Undo(t.Context(), b.get(o).Receipts[0].ID, b.by()); !errors.Is(err, transfer.ErrUsed) {
		t.Errorf("undone after it paid: %v", err)
	}
	b.must(b.Transfers.SetRefundAccount(t.Context(), transfer.RefundAccount{Reference: o.ID, Holder: "Nadia", RIB: "011 519 0000012050005349 21"}))
	if accounts, err := b.Transfers.RefundAccounts(t.Context(), o.ID); err != nil || accounts[o.ID].RIB != storetest.RIB {
		t.Errorf("where to: %v, %v", accounts, err)
	}
	var refund uuid.UUID
	b.must(b.DB.Get(&refund, `select id from payment_refunds`))
	b.must(postgres.InTx(t.Context(), b.DB, func(tx *sqlx.Tx) error {
		return b.Payments.GivenTx(t.Context(), tx, refund, payment.Given{}, time.Now())
	}))
	b.sound()
}

func TestWhatWasSomebodyElsesIsTakenBackWhileTheRestIsWaitedFor(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	o, _ := b.order("نادية")
	for range 2 { // and may come again, for her this time
		b.must(b.receive(o, 60_00))
		b.must(b.Transfers.Undo(t.Context(), b.get(o).Receipts[0].ID, b.by()))
		b.sound()
	}
	now := b.get(o)
	if now.Received != 0 || len(now.Receipts) != 2 || now.Receipts[0].UndoneAt == nil || now.Receipts[0].UndoneBy == "" {
		t.Errorf("%+v", now)
	}
	if err := b.Transfers.Undo(t.Context(), now.Receipts[0].ID, b.by()); !errors.Is(err, transfer.ErrChanged) {
		t.Errorf("undone twice: %v", err)
	}
	b.must(b.receive(o, o.Due))
	b.sound()
	if b.state(o) != order.StateConfirmed {
		t.Errorf("paid in the end: %s", b.state(o))
	}
}

func TestMoneyThatComesLateTakesTheGoodsAgainOrGoesBack(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	late, _ := b.order("ليلى")
	part, _ := b.order("سعاد")
	b.must(b.receive(part, 10_00))
	b.Pass(4 * 24 * time.Hour)
	for _, o := range []order.Order{late, part} {
		b.must(b.Orders.Expire(t.Context(), o.ID, b.Orders.Now()))
	}
	b.sound()
	if back, err := b.Transfers.ToGiveBack(t.Context(), part.ID); err != nil || back != 10_00 {
		t.Errorf("the part of one that expired: %s, %v", back, err)
	}
	b.must(b.receive(late, late.Due))
	if b.state(late) != order.StateConfirmed {
		t.Errorf("paid late, and its goods are there: %s", b.state(late))
	}
	b.must(b.receive(part, part.Due-10_00))
	if back, err := b.Transfers.ToGiveBack(t.Context(), part.ID); err != nil || back != part.Due || b.state(part) != order.StateCancelled {
		t.Errorf("the rest after the first part went back: %s to give back, %s, %v", back, b.state(part), err)
	}
	b.sound()
}

func TestAnOrdersNumberOrAMisreadCodeInALineIsAskedAboutFirst(t *testing.T) {
	t.Parallel()
	const signs = "23456789ACEFHJKMNPRTWXY"
	b := newBank(t)
	b.order("نادية العلوي") // of the same amount, and before
	b.order("سعاد بناني")
	o, due := b.order("Fatima Zahra Berrada")
	wrong := due.Code[:6] + string(signs[(strings.IndexByte(signs, due.Code[6])+1)%len(signs)]) + due.Code[7:]
	_, lines := b.read(head + line("VIR "+wrong, 2_00) + line("COMMANDE "+o.Number, o.Due) + line("CDE "+strings.ToLower(strings.ReplaceAll(o.Number, "-", "")), 1_00))
	asked := lines[transfer.Asked]
	if len(asked) != 3 {
		t.Fatalf("asked about: %+v", lines)
	}
	for _, l := range asked {
		if len(l.May) == 0 || l.May[0].Reference != o.ID {
			t.Errorf("%s: %+v", l.Label, l.May)
		}
	}
}

func TestAStatementIsMatchedByCodeAndDoubtsAreAsked(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	exact, dueExact := b.order("نادية العلوي")
	part, duePart := b.order("Fatima Zahra Berrada")
	named, _ := b.order("Amina El Fassi")
	hand, dueHand := b.order("سعاد بناني")
	b.must(b.receive(hand, 25_00))
	file := head +
		line("VIR RECU "+dueExact.Code, exact.Due) +
		line("VIREMENT "+strings.ToLower(strings.ReplaceAll(duePart.Code, "-", " "))+" BERRADA", 40_00) +
		line("VIR DE AMINA EL FASSI", 13_00) + // a name, another amount
		line("VIR INSTANTANE", named.Due) + // an amount
		line(dueExact.Code+" ET "+duePart.Code, 80_00) + // two codes
		line("REF "+dueHand.Code, 25_00) + // entered by hand before
		line("ENCORE "+dueExact.Code, exact.Due) + // paid already
		line("SUBVENTION", 5000_00) +
		day() + ";FRAIS DE TENUE;;12,00;\n" +
		"illisible;VIR X;;;10,00\n" +
		";TOTAL;;12,00;9000,00\n"
	read, lines := b.read(file)
	got := map[string][]string{}
	for state, list := range lines {
		for _, l := range list {
			got[string(state)] = append(got[string(state)], string(l.Doubt)+" "+fmt.Sprint(len(l.May) > 0))
		}
	}
	want := map[string][]string{
		"matched": {" true", " true"},
		"asked":   {"no_code true", "no_code true", "several true", "hand true", "paid true"},
		"foreign": {" false", " false"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("whose the lines seem to be: %s", diff)
	}
	if read.Wrong != 1 || len(read.Unread) != 1 || !strings.Contains(read.Unread[0], "illisible") {
		t.Errorf("not read: %d, %v", read.Wrong, read.Unread)
	}
	if b.state(exact) != order.StateAwaiting {
		t.Error("something is booked before anybody saw it")
	}
	if err := b.Transfers.Book(t.Context(), read.ID, 1, b.by()); !errors.Is(err, transfer.ErrChanged) {
		t.Errorf("booked as another page showed it: %v", err)
	}
	b.book(read.ID, 2)
	b.sound()
	if b.state(exact) != order.StateConfirmed || b.get(part).Received != 40_00 {
		t.Errorf("booked: %s, %s", b.state(exact), b.get(part).Received)
	}

	again, _ := b.read(file) // the same file, and the same lines among others
	if again.Lines() != 0 || again.Known != 9 {
		t.Errorf("the same file has %d new lines and %d known ones", again.Lines(), again.Known)
	}
	more, _ := b.read(file + line("NOUVEAU", 3_00) + line("NOUVEAU", 3_00))
	if more.Lines() != 2 || more.Known != 9 {
		t.Errorf("with two more lines it has %d new and %d known ones", more.Lines(), more.Known)
	}
	latin := strings.NewReplacer("é", "\xe9").Replace(file)
	if again, _ = b.read(latin); again.Lines() != 0 {
		t.Errorf("in another encoding it has %d new lines", again.Lines())
	}

	// What was asked is said.
	asked := lines[transfer.Asked]
	b.must(b.Transfers.Assign(t.Context(), asked[1].ID, named.ID, asked[1].Version, b.by()))
	b.must(b.Transfers.Same(t.Context(), asked[3].ID, hand.ID, asked[3].Version))
	b.must(b.Transfers.SetAside(t.Context(), lines[transfer.Foreign][0].ID, 0, false))
	b.must(b.Transfers.SetAside(t.Context(), lines[transfer.Foreign][0].ID, 1, true))
	if err := b.Transfers.SetAside(t.Context(), asked[1].ID, asked[1].Version, false); !errors.Is(err, transfer.ErrChanged) {
		t.Errorf("set aside after it was booked: %v", err)
	}
	b.sound()
	if b.state(named) != order.StateConfirmed || b.get(hand).Received != 25_00 {
		t.Errorf("assigned: %s, %s", b.state(named), b.get(hand).Received)
	}
	receipt := b.get(part).Receipts[0]
	b.must(b.Transfers.Undo(t.Context(), receipt.ID, b.by()))
	undone, err := b.Transfers.Line(t.Context(), receipt.Line.UUID)
	if err != nil || undone.State != transfer.Asked || undone.Doubt != transfer.DoubtUndone || len(undone.May) == 0 {
		t.Errorf("the line of what was undone: %+v, %v", undone, err)
	}
	b.sound()
	if kept, err := b.Transfers.Discard(t.Context(), more.ID, 0); err != nil || kept {
		t.Errorf("a file of which nothing was booked is kept: %v, %v", kept, err)
	}
	if again, _ = b.read(file + line("NOUVEAU", 3_00)); again.Lines() != 1 {
		t.Errorf("what was thrown away comes again: %d", again.Lines())
	}
	b.sound()
}

// What is thrown away of a file is said before, and what is booked stays, with the file.
func TestOfAFileThatIsPartlyBookedTheRestIsThrownAway(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	one, due := b.order("نادية")
	other, _ := b.order("ليلى")
	file := head + line("VIR "+due.Code, one.Due) + line("VIREMENT", other.Due) + line("SUBVENTION", 5000_00)
	read, _ := b.read(file)
	b.book(read.ID, 1)
	lost, err := b.Transfers.Undecided(t.Context(), read.ID)
	if want := (transfer.Undecided{Lines: 1, Amount: other.Due}); err != nil || lost != want {
		t.Errorf("thrown away would be %+v, %v", lost, err)
	}
	if _, err := b.Transfers.Discard(t.Context(), read.ID, 2); !errors.Is(err, transfer.ErrChanged) {
		t.Errorf("as another page showed it: %v", err)
	}
	if kept, err := b.Transfers.Discard(t.Context(), read.ID, 1); err != nil || !kept {
		t.Errorf("kept: %v, %v", kept, err)
	}
	list, err := b.Transfers.Statements(t.Context(), 10)
	if err != nil || len(list) != 1 || list[0].State != transfer.Read || list[0].Booked != 1 || list[0].Lines() != 1 {
		t.Errorf("in the list: %+v, %v", list, err)
	}
	b.sound()
	if again, _ := b.read(file); again.Known != 1 || again.Lines() != 2 {
		t.Errorf("again: %+v", again)
	}
	b.sound()
}

// A line that was matched when its file was read is asked about if its money was entered by hand before it is booked.
func TestWhatIsEnteredByHandBeforeItsLineIsBookedIsTakenOnce(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	whole, dueWhole := b.order("نادية")
	part, duePart := b.order("ليلى")
	other, dueOther := b.order("سعاد")
	read, _ := b.read(head + line("VIR "+dueWhole.Code, whole.Due) + line("VIR "+duePart.Code, 40_00) + line("VIR "+dueOther.Code, other.Due))
	b.must(b.receive(whole, whole.Due))
	b.must(b.receive(part, 40_00))
	b.must(b.receive(other, other.Due+1_00)) // some other money, which pays it: the line's came all the same
	b.book(read.ID, 3)
	_, lines := b.lines(read.ID)
	var doubts []transfer.Doubt
	for _, l := range lines[transfer.Asked] {
		doubts = append(doubts, l.Doubt)
	}
	if want := []transfer.Doubt{transfer.DoubtHand, transfer.DoubtHand}; !slices.Equal(doubts, want) || len(lines[transfer.Booked]) != 1 {
		t.Errorf("asked about: %v; booked: %d", doubts, len(lines[transfer.Booked]))
	}
	if b.get(whole).Received != whole.Due || b.get(part).Received != 40_00 || b.get(other).Received != 2*other.Due+1_00 {
		t.Errorf("received: %s, %s, %s", b.get(whole).Received, b.get(part).Received, b.get(other).Received)
	}
	b.sound()
	for i, o := range []order.Order{whole, part} {
		b.must(b.Transfers.Same(t.Context(), lines[transfer.Asked][i].ID, o.ID, lines[transfer.Asked][i].Version))
	}
	if read, _ = b.lines(read.ID); read.Asked != 0 || b.get(whole).Received != whole.Due {
		t.Errorf("%d lines are asked about; received %s", read.Asked, b.get(whole).Received)
	}
	b.sound()
}

// The same line in another export of the bank's, which has other columns, is asked about, not booked once more.
func TestALineThatAnotherFileHadIsAskedAbout(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	o, due := b.order("نادية")
	early, dueEarly := b.order("ليلى")
	at := func(ago int) string { return time.Now().In(clock.Zone).AddDate(0, 0, -ago).Format("02/01/2006") }
	first, _ := b.read("Date;Libellé;Référence;Montant\n" + at(1) + ";VIR " + due.Code + ";Z2;24,00\n" + at(1) + ";VIR " + due.Code + ";Z3;24,00\n" + at(30) + ";VIR " + dueEarly.Code + ";Z1;24,00\n")
	const others = "Date;Libellé;Montant\n"
	before, _ := b.read(others + at(0) + ";VIR INST " + due.Code + ";24,00\n")
	b.book(first.ID, 3)
	if got := b.get(o).Received; got != 48_00 {
		t.Fatalf("two parts of one file are booked as %s", got)
	}
	after, lines := b.read(others + at(1) + ";VIR " + due.Code + ";24,00\n" + at(1) + ";VIR " + due.Code + ";25,00\n" + at(2) + ";VIR " + dueEarly.Code + ";24,00\n")
	if asked := lines[transfer.Asked]; len(asked) != 1 || asked[0].Amount != 24_00 || asked[0].Doubt != transfer.DoubtTwice || after.Matched != 2 {
		t.Errorf("after it was booked: %+v, %d matched", asked, after.Matched)
	}
	if _, lines = b.lines(before.ID); len(lines[transfer.Matched]) != 1 || lines[transfer.Matched][0].Doubt != transfer.DoubtTwice {
		t.Errorf("read before: %+v", lines[transfer.Matched])
	}
	b.book(before.ID, 1)
	if _, lines = b.lines(before.ID); len(lines[transfer.Asked]) != 1 || lines[transfer.Asked][0].Doubt != transfer.DoubtTwice || b.get(o).Received != 48_00 {
		t.Errorf("read before, booked after: %+v; received %s", lines[transfer.Asked], b.get(o).Received)
	}
	b.book(after.ID, 2)
	if b.get(o).Received != 73_00 || b.get(early).Received != 48_00 {
		t.Errorf("received: %s, %s", b.get(o).Received, b.get(early).Received)
	}
	b.must(b.Transfers.Assign(t.Context(), lines[transfer.Asked][0].ID, o.ID, lines[transfer.Asked][0].Version, b.by()))
	if b.get(o).Received != 97_00 {
		t.Errorf("it was other money, somebody says: %s", b.get(o).Received)
	}
	b.sound()
}

func TestOfTwoWhoAssignALineAtOnceOneDoes(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	one, _ := b.order("نادية")
	other, _ := b.order("ليلى")
	_, lines := b.read(head + line("VIREMENT", one.Due))
	asked := lines[transfer.Asked][0]
	var both errgroup.Group
	taken := make([]error, 2)
	for i, o := range []order.Order{one, other} {
		both.Go(func() error {
			taken[i] = b.Transfers.Assign(context.Background(), asked.ID, o.ID, asked.Version, b.by())
			return nil
		})
	}
	_ = both.Wait()
	if (taken[0] == nil) == (taken[1] == nil) || !errors.Is(errors.Join(taken...), transfer.ErrChanged) {
		t.Errorf("%v", taken)
	}
	b.sound()
}

func TestTheColumnsOfAnUnknownBankAreAsked(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	o, due := b.order("نادية")
	file := "quand,quoi,combien\n" + day() + "," + due.Code + ",\"" + strings.Replace(o.Due.String(), ".", ",", 1) + "\"\n"
	id, err := b.Transfers.ReadStatement(t.Context(), "x.csv", strings.NewReader(file), b.by())
	b.must(err)
	read, _ := b.lines(id)
	if read.State != transfer.AskedColumns || read.Width != 3 || !slices.Equal(read.Headings[:3], []string{"quand", "quoi", "combien"}) {
		t.Fatalf("%+v", read)
	}
	if err := b.Transfers.ReadColumns(t.Context(), id, map[transfer.Column]int{transfer.ColDay: 0}, b.by()); !errors.Is(err, transfer.ErrNoColumns) {
		t.Errorf("with a day only: %v", err)
	}
	columns := map[transfer.Column]int{transfer.ColDay: 0, transfer.ColLabel: 1, transfer.ColAmount: 2}
	b.must(b.Transfers.ReadColumns(t.Context(), id, columns, b.by()))
	if err := b.Transfers.ReadColumns(t.Context(), id, columns, b.by()); !errors.Is(err, transfer.ErrChanged) {
		t.Errorf("read twice: %v", err)
	}
	if read, _ = b.lines(id); read.Matched != 1 || read.Lines() != 1 {
		t.Errorf("%+v", read)
	}
	b.sound()
}

func TestHostileFilesAreRefusedAndKeepNothing(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	for name, file := range map[string]string{
		"nothing": "", "only headings": head, "a picture": "\x89PNG\r\n\x1a\n....", "separators": strings.Repeat(";", 1<<20),
		"a web page": "<html><body>x", "no money in any line": head + "hier;x;;;0\n",
		"too many lines": head + strings.Repeat(day()+";x;;;1,00\n", transfer.MaxLines+1), "one column": "Date\n01/01/2026\n",
	} {
		if _, err := b.Transfers.ReadStatement(t.Context(), "x.csv", strings.NewReader(file), b.by()); fault.As(err) == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	var kept int
	b.must(b.DB.Get(&kept, `select count(*) from transfer_statements`))
	if kept != 0 {
		t.Errorf("%d of them are kept", kept)
	}
	_, lines := b.read(head + line("=HYPERLINK(\"http://x\")<script>alert(1)</script>", 5_00))
	if got := lines[transfer.Foreign][0].Label; got != "=HYPERLINK(\"http://x\")<script>alert(1)</script>" {
		t.Errorf("as it stands there: %q", got)
	}
}

func TestAStatementOfFiftyThousandLinesIsReadInTime(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	o, due := b.order("نادية")
	var file bytes.Buffer
	file.WriteString(head)
	for i := range transfer.MaxLines - 1 {
		file.WriteString(line(fmt.Sprintf("ACHAT CARTE %d CASABLANCA", i), money.Amount(100+i)))
	}
	file.WriteString(line(due.Code, o.Due))
	begun := time.Now()
	read, _ := b.read(file.String())
	t.Logf("%d lines, %d KB, in %s", read.Lines(), file.Len()>>10, time.Since(begun))
	if read.Lines() != transfer.MaxLines || read.Matched != 1 {
		t.Errorf("%+v", read)
	}
	begun = time.Now()
	page, err := b.Transfers.List(t.Context(), read.ID, transfer.Foreign, nil, 30)
	b.must(err)
	page, err = b.Transfers.List(t.Context(), read.ID, transfer.Foreign, page.Next, 30)
	if err != nil || len(page.Lines) != 30 || page.Previous == nil || time.Since(begun) > time.Second {
		t.Errorf("a page of it: %d lines in %s, %v", len(page.Lines), time.Since(begun), err)
	}
}

func TestPicturesOfReceiptsAreTakenMadeSmallerAndForgotten(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	o, _ := b.order("نادية")
	ctx := t.Context()
	for name, data := range map[string][]byte{
		"none": []byte("no picture"), "a document": []byte("%PDF-1.7"), "too small": storetest.Photograph(t, 20), "too large": make([]byte, picture.MaxPaper+1),
		"half of one": storetest.Photograph(t, 300)[:100],
	} {
		if err := b.Transfers.AddPicture(ctx, o.ID, bytes.NewReader(data)); fault.As(err) == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := b.Transfers.AddPicture(ctx, uuid.New(), bytes.NewReader(storetest.Photograph(t, 300))); !errors.Is(err, transfer.ErrNotFound) {
		t.Errorf("of what nobody pays: %v", err)
	}
	var whole bytes.Buffer
	b.must(jpeg.Encode(&whole, image.NewGray(image.Rect(0, 0, 300, 300)), nil))
	broken := append(whole.Bytes()[:whole.Len()-100], "\xff\xd9"...) // some is missing before its end
	b.must(b.Transfers.AddPicture(ctx, o.ID, bytes.NewReader(storetest.Photograph(t, 1800))))
	b.must(b.Transfers.AddPicture(ctx, o.ID, bytes.NewReader(broken)))
	for range 3 {
		b.must(b.Transfers.AddPicture(ctx, o.ID, bytes.NewReader(storetest.Photograph(t, 300))))
	}
	if err := b.Transfers.AddPicture(ctx, o.ID, bytes.NewReader(storetest.Photograph(t, 300))); !errors.Is(err, transfer.ErrPicturesMany) {
		t.Errorf("one more: %v", err)
	}
	sent, err := b.Transfers.Pictures(ctx, o.ID)
	b.must(err)
	worker := transfer.PictureWorker{Transfers: b.Transfers}
	for _, p := range sent {
		b.must(worker.Work(ctx, &river.Job[transfer.PictureArgs]{Args: transfer.PictureArgs{PictureID: p.ID}}))
	}
	sent, err = b.Transfers.Pictures(ctx, o.ID)
	if err != nil || sent[0].State != transfer.PictureReady || sent[1].State != transfer.PictureRefused {
		t.Fatalf("%+v, %v", sent, err)
	}
	r, err := b.Transfers.OpenPicture(ctx, sent[0].ID)
	b.must(err)
	copied, format, err := image.DecodeConfig(r)
	if err != nil || format != "jpeg" || copied.Width != 1600 {
		t.Errorf("its copy is a %s of %d pixels, %v", format, copied.Width, err)
	}
	b.must(r.Close())
	b.must(b.Transfers.SetRefundAccount(ctx, transfer.RefundAccount{Reference: o.ID, Holder: "Nadia", RIB: storetest.RIB}))
	b.must(postgres.InTx(ctx, b.DB, func(tx *sqlx.Tx) error { return b.Transfers.ForgetTx(ctx, tx, []uuid.UUID{o.ID}) }))
	b.WorkJobs()
	b.Eventually("its files are gone", func() bool {
		r, err := b.Transfers.OpenPicture(ctx, sent[0].ID)
		if err == nil {
			_ = r.Close() // only opened
		}
		return errors.Is(err, picture.ErrNotFound)
	})
	if accounts, err := b.Transfers.RefundAccounts(ctx, o.ID); err != nil || len(accounts) != 0 {
		t.Errorf("her account is kept: %v, %v", accounts, err)
	}
}

func TestABuyerIsRemindedOnceUnlessShePaid(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	waits, _ := b.order("نادية")
	paid, _ := b.order("ليلى")
	var placed []string
	b.must(b.DB.Select(&placed, `
		select args::text from river_job where kind = 'mail_send' and args::text like '%, à payer%'`))
	if len(placed) != 2 || !strings.Contains(placed[0], "/fr/orders/") || !strings.Contains(placed[0], waits.Number) {
		t.Errorf("on placing them: %q", placed)
	}
	b.must(b.receive(waits, 10_00))
	b.must(b.receive(paid, paid.Due))
	var jobs []struct {
		Args  []byte
		After time.Time `db:"scheduled_at"`
	}
	b.must(b.DB.Select(&jobs, `select args, scheduled_at from river_job where kind = 'order_remind'`))
	if len(jobs) != 2 || time.Until(jobs[0].After) < 47*time.Hour || time.Until(jobs[0].After) > 49*time.Hour {
		t.Fatalf("%d letters, the first at %s", len(jobs), jobs[0].After)
	}
	worker := order.RemindWorker{Orders: b.Orders}
	for _, o := range []order.Order{waits, waits, paid} {
		b.must(worker.Work(t.Context(), &river.Job[order.RemindArgs]{Args: order.RemindArgs{OrderID: o.ID, Until: o.ExpiresAt}}))
	}
	var subjects []string
	b.must(b.DB.Select(&subjects, `
		select args::text from river_job where kind = 'mail_send' and args::text like '%elle attend son paiement%'`))
	if len(subjects) != 1 || !strings.Contains(subjects[0], waits.Number) {
		t.Errorf("%d letters: %v", len(subjects), subjects)
	}
	b.sound()
}

// later lets time pass for the market and for its jobs, which are worked.
func (b bank) later(d time.Duration) {
	b.t.Helper()
	b.Pass(d)
	b.must(postgres.InTx(b.t.Context(), b.DB, func(tx *sqlx.Tx) error {
		_, err := tx.Exec(`update river_job set scheduled_at = scheduled_at - $1 * interval '1 second' where state = 'scheduled'`, d.Seconds())
		if err == nil {
			_, err = tx.Exec(`update river_job set state = 'available' where state = 'scheduled' and scheduled_at <= now()`)
		}
		return err
	}))
}

// letters are how many came that say so in their subject.
func (b bank) letters(subject string) (n int) {
	b.t.Helper()
	b.must(b.DB.Get(&n, `select count(*) from mailbox where subject = $1`, subject))
	return n
}

func TestAnUnpaidTransferIsRemindedOfOnceThenItsGoodsGoBackAndLateMoneyTakesThemOrGoesBack(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	b.WorkJobs()
	l := b.Languages.Locale("fr")
	honey, stock := b.Honey.Products[0].ID, b.Stock(b.Honey.Products[0].ID)
	late, _ := b.order("نادية")
	never, _ := b.order("ليلى")
	subject := func(letter string, o order.Order, amount money.Amount) string {
		return l.T("order.money."+letter+"_subject", "Number", o.Number, "Amount", l.Money(amount))
	}
	b.later(47 * time.Hour)
	b.later(2 * time.Hour)
	for _, o := range []order.Order{late, never} {
		b.Eventually("she is reminded", func() bool { return b.letters(subject("reminder", o, o.Due)) == 1 })
	}
	b.later(22 * time.Hour)
	if b.state(late) != order.StateAwaiting || b.Stock(honey) != stock-4 {
		t.Errorf("before the end: %s, %d in stock of %d", b.state(late), b.Stock(honey), stock)
	}
	b.later(2 * time.Hour)
	for _, o := range []order.Order{late, never} {
		b.Eventually("she is told of the end", func() bool { return b.state(o) == order.StateCancelled && b.letters(subject("lapsed", o, o.Due)) == 1 })
		if n := b.letters(subject("reminder", o, o.Due)); n != 1 {
			t.Errorf("she is reminded in %d letters", n)
		}
		var said string
		b.must(b.DB.Get(&said, `select body from mailbox where subject = $1`, subject("lapsed", o, o.Due)))
		if !strings.Contains(said, l.Money(o.Due)) {
			t.Errorf("of the end she reads %q", said)
		}
	}
	if b.Stock(honey) != stock {
		t.Errorf("after it %d are in stock of %d", b.Stock(honey), stock)
	}
	b.sound()

	b.must(b.receive(late, late.Due))
	if b.state(late) != order.StateConfirmed || b.Stock(honey) != stock-2 {
		t.Errorf("paid late: %s, %d in stock of %d", b.state(late), b.Stock(honey), stock)
	}
	b.Eventually("she is told that it is paid", func() bool { return b.letters(subject("paid", late, late.Due)) == 1 })
	b.DB.MustExec(`with sold as (update products set stock = 0 where id = $1 returning id)
		insert into stock_movements (id, product_id, delta, reason, actor, at) select gen_random_uuid(), id, $2, 'count', 'system', now() from sold`, honey, 2-stock)
	b.must(b.receive(never, never.Due))
	if back, err := b.Transfers.ToGiveBack(t.Context(), never.ID); err != nil || back != never.Due || b.state(never) != order.StateCancelled {
		t.Errorf("paid late for what is sold: %s is to go back of %s, %s, %v", back, never.Due, b.state(never), err)
	}
	b.Eventually("she is told that it goes back", func() bool { return b.letters(subject("surplus", never, never.Due)) == 1 })
	b.sound()
}

func TestTheAuditFindsWhatContradictsTransfers(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	o, due := b.order("نادية")
	b.must(b.receive(o, 10_00))
	read, _ := b.read(head + line(due.Code, 20_00) + line("X", 1_00))
	b.book(read.ID, 1)
	b.sound()
	for _, c := range [][2]string{ // the later break more
		{"transfer: a line is booked for what its receipt is for", `update transfer_lines set reference = gen_random_uuid() where state = 'booked'`},
		{"transfer: a file has counted its lines", `update transfer_statements set foreign_lines = 7`},
		{"transfer: a file that is being booked has its job before it", `update transfer_statements set state = 'booking'`},
		{"transfer: what was undone of an attempt is the sum of its receipts that were", `update payment_attempts set undone_centimes = 5`},
		{"transfer: what an attempt has received is the sum of its receipts", `update transfer_receipts set amount_centimes = amount_centimes + 1 where line_id is null`},
		{"transfer: the books have what came less what was given back", `update transfer_receipts set amount_centimes = amount_centimes + 1 where line_id is null`},
		{"transfer: a line is booked by one receipt of its amount, and no other line is", `update transfer_receipts set line_id = null`},
		{"transfer: a receipt is for an attempt by transfer", `update payment_attempts set provider = 'cash_on_delivery'`},
	} {
		name, broken := c[0], c[1]
		b.DB.MustExec(broken)
		found := false
		checks, err := transfer.Audit(t.Context(), b.DB)
		b.must(err)
		for _, c := range checks {
			found = found || c.Name == name && !c.OK()
		}
		if !found {
			t.Errorf("it does not find: %s", name)
		}
	}
}

func TestOpenTransfersAreListedByTheirLastDay(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	var want []string
	for _, name := range []string{"نادية", "ليلى", "سعاد"} {
		o, _ := b.order(name)
		want = append(want, o.Number)
	}
	var got []string
	var from *keyset.Place
	for {
		page, err := b.Transfers.Open(t.Context(), from, 2)
		b.must(err)
		for _, one := range page.Transfers {
			got = append(got, one.Payer.Number)
		}
		if from = page.Next; from == nil {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
