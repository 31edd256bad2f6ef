package order

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/postgres"
)

// While a buyer disputes what paid her order, nothing of it is earned, and what is earned and not paid out is held again
// (frozen). An order that is under way is given up when nothing is left of what paid it: nobody brings goods that are not
// paid. If some is left it goes on, unless people give it up. What was lost of goods that she has is taken off their lines,
// as if she were given it back, when the association has decided who bears it. Money that came beside what paid the order
// was due back to her: a dispute of that holds nothing, and what is lost of it without being due the association bears.

// DisputedTx records what a dispute took, brought back or cost, freezes what is disputed or lets it go on, and gives up an
// order under way whose buyer has her money back; the association and the cooperatives are told. See payment.Payee.
func (s *Service) DisputedTx(ctx context.Context, tx *sqlx.Tx, orderID uuid.UUID, news payment.DisputeNews, at time.Time) error {
	o, err := lock(ctx, tx, `id = $1`, orderID)
	if err != nil {
		return err
	}
	if err := o.begin(ctx, tx, By{Actor: actor.OfSystem(), Note: NoteDisputed, At: at}); err != nil {
		return err
	}
	if err := recordDispute(ctx, tx, o.ID, news, at); err != nil {
		return err
	}
	gone, err := o.gone(ctx, tx)
	if err != nil {
		return err
	}
	if news.State == payment.DisputeLost && gone && o.State.Open() {
		move := MoveCancel
		if o.State == StateDispatched {
			move = MoveRefuse
		}
		if err := s.drop(ctx, tx, o, drop{move: move, parts: o.active()}); err != nil {
			return err
		}
	}
	if news.State == news.Before {
		return nil
	}
	if err := s.freezeOrGoOn(ctx, tx, o); err != nil {
		return err
	}
	return s.announceDispute(ctx, tx, o, news)
}

// gone reports whether the buyer's bank has given her back all that paid what is due.
func (o *locked) gone(ctx context.Context, tx *sqlx.Tx) (is bool, err error) {
	err = tx.GetContext(ctx, &is, `
		select coalesce(sum(left_centimes) >= $2, false) from payment_disputes_now
		where reference = $1 and pays and state = 'lost' and left_centimes > 0`, o.ID, o.Due)
	if err != nil {
		return false, fmt.Errorf("order: what is left of its payment: %w", err)
	}
	return is, nil
}

// recordDispute records what a dispute took, or brought back, and cost.
func recordDispute(ctx context.Context, tx *sqlx.Tx, orderID uuid.UUID, news payment.DisputeNews, at time.Time) error {
	var postings []ledger.Posting
	move := func(to ledger.Account, amount money.Amount) {
		from := ledger.Received(news.Provider)
		if amount < 0 {
			from, to, amount = to, from, -amount
		}
		if amount > 0 {
			postings = append(postings, ledger.Posting{Debit: to, Credit: from, Amount: amount})
		}
	}
	move(ledger.Disputed(news.Provider), news.Taken)
	move(ledger.Fees(news.Provider), news.Fee)
	if len(postings) == 0 {
		return nil
	}
	return ledger.RecordTx(ctx, tx, ledger.Journal{
		Reference: "dispute:" + news.ID.String() + ":" + strconv.Itoa(news.Version), Kind: journalDisputed, OrderID: &orderID, PaymentID: &news.Attempt, At: at,
		Postings: postings,
	})
}

// BankGaveTx records that a buyer has from her bank what was due to her, also if that had been written off.
func (s *Service) BankGaveTx(ctx context.Context, tx *sqlx.Tx, orderID, attempt, refund uuid.UUID, amount, writtenOff money.Amount, provider string, at time.Time) error {
	if writtenOff > 0 {
		err := ledger.RecordTx(ctx, tx, ledger.Journal{
			Reference: "refund:" + refund.String() + ":written_off", Kind: journalWrittenOff, OrderID: &orderID, PaymentID: &attempt, At: at,
			Postings: []ledger.Posting{{Debit: ledger.Disputed(provider), Credit: ledger.Fees(provider), Amount: writtenOff}},
		})
		if err != nil {
			return err
		}
	}
	back := ledger.Journal{Kind: journalRefunded, OrderID: &orderID, PaymentID: &attempt, RefundID: &refund, At: at}
	back.Postings = []ledger.Posting{{Debit: ledger.RefundsDue, Credit: ledger.Disputed(provider), Amount: amount}}
	if err := s.recordRefundTx(ctx, tx, back); err != nil {
		return err
	}
	return s.endReturns(ctx, tx, orderID, at)
}

// WrittenOffTx records that her bank gave a buyer more than was due to her: it cost the association as much as a fee.
func (s *Service) WrittenOffTx(ctx context.Context, tx *sqlx.Tx, orderID, attempt, dispute uuid.UUID, amount money.Amount, provider string, at time.Time) error {
	return ledger.RecordTx(ctx, tx, ledger.Journal{
		Reference: "dispute:" + dispute.String() + ":written_off", Kind: journalWrittenOff, OrderID: &orderID, PaymentID: &attempt, At: at,
		Postings: []ledger.Posting{{Debit: ledger.Fees(provider), Credit: ledger.Disputed(provider), Amount: amount}},
	})
}

// disputed reports whether what paid the order is disputed, or what was lost of it not borne yet.
func (o *locked) disputed(ctx context.Context, tx *sqlx.Tx) (is bool, err error) {
	err = tx.GetContext(ctx, &is, `select exists (select from payment_disputes_now where reference = $1 and pays and left_centimes > 0)`, o.ID)
	if err != nil {
		return false, fmt.Errorf("order: is it disputed: %w", err)
	}
	return is, nil
}

// freezeOrGoOn freezes what is disputed or, if nothing is any more, has it payable, and the order closed if its time has
// come.
func (s *Service) freezeOrGoOn(ctx context.Context, tx *sqlx.Tx, o *locked) error {
	switch is, err := o.disputed(ctx, tx); {
	case err != nil:
		return err
	case is:
		return s.freeze(ctx, tx, o)
	}
	if err := o.thaw(ctx, tx); err != nil {
		return err
	}
	if err := o.close(ctx, tx); err != nil {
		return err
	}
	return s.shared(ctx, tx, o, false)
}

// frozenShare is how much of what a cooperative earned of an order is frozen, or was.
type frozenShare struct {
	Cooperative uuid.UUID
	Amount      money.Amount
}

// freeze has held again, while the payment is disputed, what each cooperative earned of the order, as far as it is not
// paid out. What is held already stays so.
func (s *Service) freeze(ctx context.Context, tx *sqlx.Tx, o *locked) error {
	is, err := o.disputed(ctx, tx)
	if err != nil || !is || o.State != StateDelivered {
		return err
	}
	earned := slices.DeleteFunc(o.active(), func(p Part) bool { return !p.earned() || p.Items <= p.Commission })
	if len(earned) == 0 {
		return nil
	}
	ids := make([]uuid.UUID, len(earned))
	for i, p := range earned {
		ids[i] = p.Cooperative.ID
	}
	unpaid, err := s.Unpaid(ctx, tx, o.ID, ids...)
	if err != nil {
		return err
	}
	parts, amounts := make([]uuid.UUID, len(earned)), make([]int64, len(earned))
	for i, p := range earned {
		parts[i], amounts[i] = p.ID, int64(min(p.Items-p.Commission, unpaid[p.Cooperative.ID]))
	}
	var frozen []frozenShare
	err = tx.SelectContext(ctx, &frozen, `
		update sub_orders s set frozen_centimes = f.amount
		from unnest($1::uuid[], $2::bigint[]) f (id, amount)
		where s.id = f.id and s.frozen_centimes = 0 and f.amount > 0
		returning s.cooperative_id as cooperative, s.frozen_centimes as amount`, pq.Array(parts), pq.Array(amounts))
	if err != nil {
		return fmt.Errorf("order: freeze: %w", err)
	}
	postings := make([]ledger.Posting, len(frozen))
	for i, f := range frozen {
		postings[i] = ledger.Posting{Debit: ledger.PayableTo(f.Cooperative), Credit: ledger.HeldFor(f.Cooperative), Amount: f.Amount}
	}
	return o.recordFreeze(ctx, tx, journalFrozen, postings)
}

// LockDisputedTx locks the orders of a cooperative whose payment is disputed, before anything of the cooperative is locked.
func (s *Service) LockDisputedTx(ctx context.Context, tx *sqlx.Tx, cooperativeID uuid.UUID) (orders []uuid.UUID, err error) {
	err = tx.SelectContext(ctx, &orders, `select distinct order_id from frozen_parts where cooperative_id = $1 order by order_id`, cooperativeID)
	if err != nil {
		return nil, fmt.Errorf("order: disputed orders of a cooperative: %w", err)
	}
	for _, id := range orders {
		if _, err := lock(ctx, tx, `id = $1`, id); err != nil {
			return nil, err
		}
	}
	return orders, nil
}

// OwedAgainTx is told that a cooperative is owed again what it was paid, or was to be paid, of an order: while the payment
// is disputed that is frozen, too.
func (s *Service) OwedAgainTx(ctx context.Context, tx *sqlx.Tx, orderID, cooperativeID uuid.UUID, at time.Time) error {
	o, err := lock(ctx, tx, `id = $1`, orderID)
	if err != nil {
		return err
	}
	if err := o.begin(ctx, tx, By{Actor: actor.OfSystem(), At: at}); err != nil {
		return err
	}
	o.parts = slices.DeleteFunc(o.parts, func(p Part) bool { return p.Cooperative.ID != cooperativeID })
	if is, err := o.disputed(ctx, tx); err != nil || !is {
		return err
	}
	if err := o.thaw(ctx, tx); err != nil {
		return err
	}
	return s.freeze(ctx, tx, o)
}

// thaw has payable again what is frozen of the order's parts.
func (o *locked) thaw(ctx context.Context, tx *sqlx.Tx) error {
	var frozen []frozenShare
	ids := make([]uuid.UUID, len(o.parts))
	for i, p := range o.parts {
		ids[i] = p.ID
	}
	err := tx.SelectContext(ctx, &frozen, `
		with was as (select id, cooperative_id, frozen_centimes from sub_orders where id = any($1) and frozen_centimes > 0)
		update sub_orders s set frozen_centimes = 0 from was where s.id = was.id
		returning was.cooperative_id as cooperative, was.frozen_centimes as amount`, pq.Array(ids))
	if err != nil {
		return fmt.Errorf("order: thaw: %w", err)
	}
	postings := make([]ledger.Posting, len(frozen))
	for i, f := range frozen {
		postings[i] = ledger.Posting{Debit: ledger.HeldFor(f.Cooperative), Credit: ledger.PayableTo(f.Cooperative), Amount: f.Amount}
	}
	return o.recordFreeze(ctx, tx, journalThawed, postings)
}

// recordFreeze records what was frozen or thawed. It may happen again and again: what tells whether it has is the part.
func (o *locked) recordFreeze(ctx context.Context, tx *sqlx.Tx, kind string, postings []ledger.Posting) error {
	if len(postings) == 0 {
		return nil
	}
	return ledger.RecordTx(ctx, tx, ledger.Journal{
		Reference: kind + ":" + postgres.NewID().String(), Kind: kind, OrderID: &o.ID, At: o.by.At, Postings: postings,
	})
}

// BearDispute decides who bears what was lost in a dispute and is nobody's loss yet: of the goods that the buyer has, and
// then of the charges, so much is taken off as her bank has given her, out of each cooperative's share and the commission
// on it, or out of the commission alone; what was paid out to a cooperative already it owes. Whatever her bank gave beyond
// that the association bears. seen is the version of the dispute as whoever decides was shown it. Errors:
//   - ErrInvalid with the field borne_by
//   - ErrNotTheirs: whoever decides is not the association
//   - ErrLossUnderWay: the goods are not with the buyer, and the order is not given up either
//   - payment.ErrNoDispute, payment.ErrDisputeChanged
func (s *Service) BearDispute(ctx context.Context, disputeID uuid.UUID, seen int, bearer Bearer, by By) error {
	if by.Actor.Kind != actor.Association {
		return ErrNotTheirs
	}
	if bearer != ByCooperative && bearer != ByAssociation {
		return fault.New(ErrInvalid.Kind, ErrInvalid.Key).Field("borne_by", "order.refund_bearer_missing")
	}
	d, err := s.payments.Dispute(ctx, disputeID)
	if err != nil {
		return err
	}
	return s.move(ctx, d.Reference, by, func(tx *sqlx.Tx, o *locked) error {
		loss, err := s.payments.LossTx(ctx, tx, disputeID, seen)
		if err != nil {
			return err
		}
		if lossUnderWay(o.State, loss.Back) {
			return ErrLossUnderWay
		}
		list, beside, err := o.lost(ctx, tx, loss.Back, bearer, disputeID)
		if err != nil {
			return err
		}
		if len(list) > 0 || beside.sum() > 0 {
			back := payback{why: ReasonDisputed, dispute: disputeID, key: "dispute:" + disputeID.String()}
			if err := s.adjustAll(ctx, tx, o, list, beside, back); err != nil {
				return err
			}
		}
		if err := s.payments.BearDisputeTx(ctx, tx, disputeID, string(bearer), by.Actor.User, o.by.At); err != nil {
			return err
		}
		if err := s.freezeOrGoOn(ctx, tx, o); err != nil || bearer == ByCooperative {
			return err
		}
		return s.announceDispute(ctx, tx, o, payment.DisputeNews{ID: disputeID, Pays: loss.Pays, State: payment.DisputeWon, Amount: loss.Amount}) // for the cooperatives
	})
}

// lossUnderWay reports whether nobody knows yet of what so much that was lost is to be taken off.
func lossUnderWay(s State, back money.Amount) bool { return back > 0 && s.Open() }

// LossUnderWay reports whether it is not to be decided yet who bears what was lost in a dispute of the order, see BearDispute.
func (o Order) LossUnderWay(d payment.DisputeShown) bool { return lossUnderWay(o.State, d.Back) }

// lost are what is taken off the lines of a delivered order, and off its charges, for so much that was lost.
func (o *locked) lost(ctx context.Context, tx *sqlx.Tx, amount money.Amount, bearer Bearer, dispute uuid.UUID) (list []made, beside charges, err error) {
	if o.State != StateDelivered {
		return nil, beside, nil
	}
	lines, err := o.lines(ctx, tx)
	if err != nil {
		return nil, beside, err
	}
	lines = slices.DeleteFunc(lines, func(l orderLine) bool { return o.part(l.Part).State != PartDelivered || l.Total == 0 })
	worth := money.Amount(0)
	for _, l := range lines {
		worth += l.Total
	}
	beside.delivery = min(max(amount-worth, 0), o.DeliveryFee-o.FeeBack)
	beside.means = min(max(amount-worth-beside.delivery, 0), o.MeansFee-o.MeansFeeBack)
	if worth == 0 {
		return nil, beside, nil
	}
	for i, share := range spread(min(amount, worth), lines) {
		if share > 0 {
			l := lines[i]
			list = append(list, made{part: o.part(l.Part), line: l.lineNow, Adjustment: Adjustment{
				Line: l.ID, Amount: share, Reason: ReasonDisputed, BorneBy: bearer, Key: uuid.NewSHA1(dispute, l.ID[:]),
			}})
		}
	}
	return list, beside, nil
}

// DisputesByHand reports whether the association says of orders that are paid so that their payment is disputed.
func (s *Service) DisputesByHand(o Order) bool { return o.Paid && s.payments.DisputesByHand(o.Payment) }

// Numbers are those of these orders.
func (s *Service) Numbers(ctx context.Context, orders []uuid.UUID) (map[uuid.UUID]string, error) {
	var rows []struct {
		ID     uuid.UUID
		Number string
	}
	if err := s.db.SelectContext(ctx, &rows, `select id, number from orders where id = any($1)`, pq.Array(orders)); err != nil {
		return nil, fmt.Errorf("order: numbers: %w", err)
	}
	numbers := make(map[uuid.UUID]string, len(rows))
	for _, r := range rows {
		numbers[r.ID] = r.Number
	}
	return numbers, nil
}

// RecordDispute says that an order's payment is disputed, of a means whose provider does not tell so; see
// payment.Service.RecordDisputeTx. ErrNotFound.
func (s *Service) RecordDispute(ctx context.Context, orderID uuid.UUID, in payment.DisputeInput) error {
	return s.inTx(ctx, "", func(tx *sqlx.Tx) error {
		if err := s.LockTx(ctx, tx, orderID); err != nil {
			return err
		}
		return s.payments.RecordDisputeTx(ctx, tx, orderID, in, s.moment(time.Time{}))
	})
}

// DecideDispute says that such a dispute was won or lost; see payment.Service.DecideDisputeTx.
func (s *Service) DecideDispute(ctx context.Context, disputeID uuid.UUID, seen int, state payment.DisputeState) error {
	return s.inTx(ctx, "", func(tx *sqlx.Tx) error {
		return s.payments.DecideDisputeTx(ctx, tx, disputeID, seen, state, s.moment(time.Time{}))
	})
}

// disputeLetter is what a letter says of a dispute.
type disputeLetter string

const (
	letterAsked       disputeLetter = "association_asked"
	letterOpen        disputeLetter = "association_open"
	letterWon         disputeLetter = "association_won"
	letterLost        disputeLetter = "association_lost"
	letterSettled     disputeLetter = "association_settled" // lost, of what was due back
	letterHeld        disputeLetter = "cooperative_open"
	letterNoMoreHeld  disputeLetter = "cooperative_won"
	letterHeldForLost disputeLetter = "cooperative_lost"
)

// The letters to the association and to the cooperatives, by how a dispute stands.
var (
	disputeLetters = map[payment.DisputeState]disputeLetter{
		payment.DisputeAsked: letterAsked, payment.DisputeOpen: letterOpen, payment.DisputeWon: letterWon, payment.DisputeLost: letterLost,
	}
	heldLetters = map[payment.DisputeState]disputeLetter{
		payment.DisputeOpen: letterHeld, payment.DisputeWon: letterNoMoreHeld, payment.DisputeLost: letterHeldForLost,
	}
)

// announceDispute queues mail about a dispute: to the association, which has to answer or to decide; and to the
// cooperatives that have a part in the order, whose money waits or goes on.
func (s *Service) announceDispute(ctx context.Context, tx *sqlx.Tx, o *locked, news payment.DisputeNews) error {
	if o.Sample {
		return nil
	}
	active := o.active()
	ids := make([]uuid.UUID, len(active))
	for i, p := range active {
		ids[i] = p.ID
	}
	parts, err := readParts(ctx, tx, ids, `s.id`)
	if err != nil {
		return err
	}
	if !news.Pays || news.State == payment.DisputeAsked || news.Before == payment.DisputeAsked && news.State == payment.DisputeWon {
		parts = nil // nothing was held
	}
	var left bool // something that was lost is nobody's loss yet
	err = tx.GetContext(ctx, &left, `select coalesce((select left_centimes > 0 from payment_disputes_now where id = $1), false)`, news.ID)
	if err != nil {
		return fmt.Errorf("order: what is left of a dispute: %w", err)
	}
	ofAssociation, ofCooperatives := disputeLetters[news.State], heldLetters[news.State]
	if news.State == payment.DisputeLost && !left {
		ofAssociation, ofCooperatives = letterSettled, letterNoMoreHeld
	}
	told := slices.DeleteFunc(parts, func(p Part) bool { return !p.Told })
	jobs, err := s.letters(ctx, tx, o.ID, told, o.by.Actor.Kind != actor.Association, func(l *i18n.Locale, p *Part, _ bool) mail.Message {
		letter, link, until := ofAssociation, s.orderLink(l, o.ID)+"/dispute", ""
		if p != nil {
			letter, link = ofCooperatives, s.partLink(l, *p)
		}
		if news.DueBy != nil && p == nil && !news.State.Decided() {
			until = l.T("order.dispute.until", "Until", l.DateTime(*news.DueBy)) + "\n\n"
		}
		return mail.Message{
			Subject: l.T("order.dispute."+string(letter)+"_subject", "Number", o.Number),
			Body:    l.T("order.dispute."+string(letter)+"_body", "Number", o.Number, "Amount", l.Money(news.Amount), "Until", until, "Link", link),
		}
	})
	if err != nil {
		return err
	}
	return s.jobs.InsertManyTx(ctx, tx, jobs)
}
