package transfer

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/text"
)

// LineState is how far a line of a statement is.
type LineState string

// The states of a line.
const (
	Matched LineState = "matched" // by the code of what it is for; not booked yet
	Asked   LineState = "asked"   // people have to say whose it is
	Foreign LineState = "foreign" // not ours, as far as anybody can tell
	Aside   LineState = "aside"   // not ours, somebody said
	Booked  LineState = "booked"
)

// LineStates are those, in the order in which a page shows them.
var LineStates = []LineState{Matched, Asked, Foreign, Aside, Booked}

// Doubt is why people are asked about a line.
type Doubt string

// The doubts.
const (
	DoubtNoCode  Doubt = "no_code" // a number or a name in it or its amount is somebody's, its code nobody's
	DoubtSeveral Doubt = "several" // it has the codes of several
	DoubtPaid    Doubt = "paid"    // nothing is to be paid any more under its code
	DoubtHand    Doubt = "hand"    // somebody entered such a receipt by hand
	DoubtTwice   Doubt = "twice"   // another file had such a line: the same one may be written otherwise there
	DoubtUndone  Doubt = "undone"  // somebody said that it was not whose it was said to be
)

// Doubts are all of them.
var Doubts = []Doubt{DoubtNoCode, DoubtSeveral, DoubtPaid, DoubtHand, DoubtTwice, DoubtUndone}

// match is whose a line seems to be.
type match struct {
	state      LineState
	doubt      Doubt
	reference  uuid.UUID   // of one that is matched
	candidates []uuid.UUID // of one that is asked
}

// maxCandidates is how many are kept of those whose a line could be.
const maxCandidates = 6

// matchedAtOnce is how many codes or references are asked for at once.
const matchedAtOnce = 5000

// match says of each line of a statement whose it seems to be.
func (s *Service) match(ctx context.Context, statement uuid.UUID, entries []entry) ([]match, error) {
	byCode, err := s.coded(ctx, entries)
	if err != nil {
		return nil, err
	}
	references := make([]uuid.UUID, 0, len(byCode))
	for _, reference := range byCode {
		references = append(references, reference)
	}
	known := make(map[uuid.UUID]*expected, len(references)) // under the codes in these lines
	for chunk := range slices.Chunk(references, matchedAtOnce) {
		if err := expect(ctx, s.db, chunk, statement, known); err != nil {
			return nil, err
		}
	}
	waited, err := s.waited(ctx)
	if err != nil {
		return nil, err
	}
	matches := make([]match, len(entries))
	for i, e := range entries {
		matches[i] = match{state: Foreign}
		if e.amount <= 0 {
			continue
		}
		whose := whoseCodes(e, byCode)
		switch {
		case len(whose) > 1:
			matches[i] = match{state: Asked, doubt: DoubtSeveral, candidates: whose}
		case len(whose) == 1 && known[whose[0]] != nil:
			matches[i] = known[whose[0]].take(e, whose[0])
		default:
			if candidates := waited.candidates(e); len(candidates) > 0 {
				matches[i] = match{state: Asked, doubt: DoubtNoCode, candidates: candidates}
			}
		}
	}
	return matches, nil
}

// whoseCodes are the references whose codes stand in a line.
func whoseCodes(e entry, byCode map[string]uuid.UUID) (whose []uuid.UUID) {
	for _, code := range append(codesIn(e.label), codesIn(e.reference)...) {
		if reference, ok := byCode[code]; ok && !slices.Contains(whose, reference) {
			whose = append(whose, reference)
		}
	}
	return whose
}

// coded gives the references of the codes that stand in lines of money that came.
func (s *Service) coded(ctx context.Context, entries []entry) (map[string]uuid.UUID, error) {
	var codes []string
	for _, e := range entries {
		if e.amount > 0 {
			codes = append(append(codes, codesIn(e.label)...), codesIn(e.reference)...)
		}
	}
	slices.Sort(codes)
	codes = slices.Compact(codes)
	byCode := make(map[string]uuid.UUID)
	for chunk := range slices.Chunk(codes, matchedAtOnce) {
		var found []struct {
			Code      string
			Reference uuid.UUID
		}
		err := s.db.SelectContext(ctx, &found, `select code, reference from transfers where code = any($1)`, pq.Array(chunk))
		if err != nil {
			return nil, fmt.Errorf("transfer: codes: %w", err)
		}
		for _, f := range found {
			byCode[f.Code] = f.Reference
		}
	}
	return byCode, nil
}

// expected is what is still to come under a code, line by line.
type expected struct {
	left money.Amount
	live bool
	paid bool      // by transfer
	came []Receipt // entered by hand, or by lines of other statements
}

// daysApart is how far apart the days of a receipt and of a line of the same money may be: whoever enters one looks at the
// account some days later, and one file gives the day of the operation, another that of its value.
const daysApart = 7 * 24 * time.Hour

// taken is why a line's money may have been taken before; empty: it was not. Nothing is known of what nobody waits for.
func (x *expected) taken(amount money.Amount, day time.Time) (doubt Doubt) {
	if x == nil {
		return ""
	}
	for _, r := range x.came {
		switch {
		case r.Amount != amount || r.Day.Sub(day).Abs() > daysApart:
		case r.Line.Valid:
			doubt = DoubtTwice
		default:
			return DoubtHand
		}
	}
	return doubt
}

// take matches a line with what is expected, of which less is then.
func (x *expected) take(e entry, reference uuid.UUID) match {
	asked := match{state: Asked, candidates: []uuid.UUID{reference}}
	if asked.doubt = x.taken(e.amount, e.day); asked.doubt != "" {
		return asked
	}
	if x.paid || x.live && x.left <= 0 {
		asked.doubt = DoubtPaid
		return asked
	}
	x.left -= e.amount
	return match{state: Matched, reference: reference}
}

// expect adds what is still to come for references, and what came but for the lines of a statement.
func expect(ctx context.Context, q sqlx.QueryerContext, references []uuid.UUID, statement uuid.UUID, known map[uuid.UUID]*expected) error {
	found, err := of(ctx, q, references)
	if err != nil {
		return err
	}
	for _, t := range found {
		known[t.Reference] = &expected{left: t.Left(), live: t.Live(), paid: t.State == payment.Succeeded}
	}
	var receipts []Receipt
	err = sqlx.SelectContext(ctx, q, &receipts, `
		select `+receiptColumns+`
		left join transfer_lines l on l.id = r.line_id
		where i.reference = any($1) and r.undone_at is null and l.statement_id is distinct from $2`, pq.Array(references), statement)
	if err != nil {
		return fmt.Errorf("transfer: receipts: %w", err)
	}
	for _, r := range receipts {
		if x := known[r.Reference]; x != nil {
			x.came = append(x.came, r)
		}
	}
	return nil
}

// waiting is everything that is waited for, by what a line without a code may tell of it.
type waiting struct {
	byCode   map[string]uuid.UUID // with any one sign as another: see misread
	byNumber map[string]uuid.UUID // as bare gives it
	lengths  map[int]bool         // of these
	byLeft   map[money.Amount][]uuid.UUID
	byName   map[string][]named // by the longest word of the name
}

// named is whose name it is.
type named struct {
	reference uuid.UUID
	words     []string
}

// waited reads everything that is waited for.
func (s *Service) waited(ctx context.Context) (waiting, error) {
	w := waiting{
		byCode: make(map[string]uuid.UUID), byNumber: make(map[string]uuid.UUID), lengths: make(map[int]bool), byLeft: make(map[money.Amount][]uuid.UUID), byName: make(map[string][]named),
	}
	var open []struct {
		Reference uuid.UUID
		Code      string
		Left      money.Amount
	}
	err := s.db.SelectContext(ctx, &open, `
		select i.reference, t.code, a.amount_centimes - a.received_centimes as left
		from payment_attempts a join payment_intents i on i.id = a.intent_id join transfers t on t.reference = i.reference
		where a.provider = $1 and a.state in ('pending', 'waiting') order by a.expires_at, a.id`, payment.BankTransfer)
	if err != nil {
		return w, fmt.Errorf("transfer: what is waited for: %w", err)
	}
	for chunk := range slices.Chunk(open, matchedAtOnce) {
		references := make([]uuid.UUID, len(chunk))
		for i, o := range chunk {
			references[i] = o.Reference
			w.byLeft[o.Left] = append(w.byLeft[o.Left], o.Reference)
			for at := range o.Code {
				w.byCode[misread(o.Code, at)] = o.Reference
			}
		}
		payers, err := s.Payers.Payers(ctx, references)
		if err != nil {
			return w, err
		}
		for _, reference := range references {
			if number := bare(payers[reference].Number); number != "" {
				w.byNumber[number], w.lengths[len(number)] = reference, true
			}
			if n := (named{reference, nameWords(payers[reference].Name)}); len(n.words) > 1 {
				key := longest(n.words)
				w.byName[key] = append(w.byName[key], n)
			}
		}
	}
	return w, nil
}

// nameWords are the words of a name that tell one from another.
func nameWords(name string) []string {
	return slices.DeleteFunc(text.Words(name), func(word string) bool { return len([]rune(word)) < 2 })
}

func longest(words []string) string {
	return slices.MaxFunc(words, func(a, b string) int { return len(a) - len(b) })
}

// misread is a code of which the sign at a place is not known.
func misread(code string, at int) string { return code[:at] + "?" + code[at+1:] }

// candidates are those whose a line without a code could be: whose code stands in it but for one sign, whose number does,
// whose whole name does, and who have just this amount left to pay.
func (w waiting) candidates(e entry) []uuid.UUID {
	var found []uuid.UUID
	add := func(reference uuid.UUID) {
		if len(found) < maxCandidates && !slices.Contains(found, reference) {
			found = append(found, reference)
		}
	}
	for _, written := range []string{bare(e.label), bare(e.reference)} {
		for i := 0; i+codeLength <= len(written); i++ {
			for at := range codeLength {
				if reference, ok := w.byCode[misread(written[i:i+codeLength], at)]; ok {
					add(reference)
				}
			}
		}
	}
	for _, number := range w.numbersIn(e.label + " " + e.reference) {
		add(w.byNumber[number])
	}
	words := nameWords(e.label)
	for _, word := range words {
		for _, n := range w.byName[word] {
			if !slices.ContainsFunc(n.words, func(part string) bool { return !slices.Contains(words, part) }) {
				add(n.reference)
			}
		}
	}
	for _, reference := range w.byLeft[e.amount] {
		add(reference)
	}
	return found
}

// numbersIn are those of the numbers that stand in a text, whatever stands between their signs.
func (w waiting) numbersIn(s string) (found []string) {
	signs := bare(s)
	for length := range w.lengths {
		for i := 0; i+length <= len(signs); i++ {
			if _, ok := w.byNumber[signs[i:i+length]]; ok {
				found = append(found, signs[i:i+length])
			}
		}
	}
	return found
}
