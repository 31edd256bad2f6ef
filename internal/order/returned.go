package order

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/postgres"
)

// settledReturn holds for an order_returns r that is open, and of whose goods nothing is left to be given back: their buyer
// has it, of her bank or as a gift.
var settledReturn = `r.state in (` + listed(openReturns...) + `) and not exists (
	select from order_return_lines b
	cross join lateral (select total_centimes from order_lines_now where id = b.line_id offset 0) m -- only of these lines
	where b.return_id = r.id and m.total_centimes > 0)`

var selectReturn = `
	select r.id, r.order_id, o.number, r.state, r.reason, r.means, r.arrangement, r.why, r.asked_at, r.refund_by, r.received_at,
	       r.back_centimes as back, r.ended_at,
	       exists (select from payment_disputes_now where reference = r.order_id and pays and left_centimes > 0) as disputed,
	       ` + settledReturn + ` as settled
	from order_returns r join orders o on o.id = r.order_id`

const selectReturnLine = `
	select b.return_id, o.number, b.line_id, b.sub_order_id as part_id, l.product_id, b.cooperative_id,
	       l.name_ar as "name.ar", l.name_fr as "name.fr", l.name_en as "name.en", l.unit_amount, l.unit_code, b.quantity, b.sound, b.damaged, b.missing, b.restocked
	from order_return_lines b join order_lines l on l.id = b.line_id join sub_orders s on s.id = b.sub_order_id join orders o on o.id = s.order_id`

// readReturn reads the last return that a condition names; ErrNoReturn if there is none.
func readReturn(ctx context.Context, q sqlx.QueryerContext, where string, args ...any) (Return, error) {
	var r Return
	err := sqlx.GetContext(ctx, q, &r, selectReturn+` where `+where+` order by r.asked_at desc, r.id desc limit 1`, args...)
	if postgres.NoRows(err) {
		return Return{}, ErrNoReturn
	}
	if err != nil {
		return Return{}, fmt.Errorf("order: read a return: %w", err)
	}
	list := []Return{r}
	err = addReturnLines(ctx, q, list)
	return list[0], err
}

// addReturnLines reads what is sent back.
func addReturnLines(ctx context.Context, q sqlx.QueryerContext, list []Return) error {
	ids := make([]uuid.UUID, len(list))
	for i, r := range list {
		ids[i] = r.ID
	}
	var lines []ReturnLine
	err := sqlx.SelectContext(ctx, q, &lines, selectReturnLine+` where b.return_id = any($1) order by b.line_id`, pq.Array(ids))
	if err != nil {
		return fmt.Errorf("order: lines of returns: %w", err)
	}
	for _, l := range lines {
		i := slices.Index(ids, l.ReturnID)
		list[i].Lines = append(list[i].Lines, l)
	}
	return nil
}

// ReturnByID reads a return; ErrNoReturn if there is none.
func (s *Service) ReturnByID(ctx context.Context, id uuid.UUID) (Return, error) {
	return readReturn(ctx, s.db, `r.id = $1`, id)
}

// ListedReturns are a page of a list of returns.
type ListedReturns struct {
	Returns []Return
	keyset.Turns
}

// Returns lists the returns whose buyers do not have their money yet, from a place on (nil: from the beginning): those
// first whose time to give it is over first.
func (s *Service) Returns(ctx context.Context, from *keyset.Place, limit int) (ListedReturns, error) {
	limit = max(1, min(limit, maxPage))
	beyond, direction := from.Way(keyset.Ascending)
	args, where := []any{limit + 1}, ` where r.state in (`+listed(unpaidReturns...)+`)`
	if from != nil {
		args, where = append(args, from.At, from.ID), where+` and (r.refund_by, r.id) `+beyond+` ($2, $3)`
	}
	var rows []Return
	err := s.db.SelectContext(ctx, &rows, selectReturn+where+` order by r.refund_by `+direction+`, r.id `+direction+` limit $1`, args...)
	if err != nil {
		return ListedReturns{}, fmt.Errorf("order: returns: %w", err)
	}
	list := ListedReturns{}
	list.Returns, list.Turns = keyset.Cut(rows, from, limit, func(r Return) keyset.Place { return keyset.Place{At: r.RefundBy, ID: r.ID} })
	return list, addReturnLines(ctx, s.db, list.Returns)
}

// ReturnedLines are what came back, a page of it: every line of some returns.
type ReturnedLines struct {
	Lines []ReturnLine
	keyset.Turns
}

// ReturnedTo lists what came back of a cooperative's goods and waits for its word, the oldest returns first, from a place
// on (nil: from the beginning): of limit returns.
func (s *Service) ReturnedTo(ctx context.Context, cooperativeID uuid.UUID, from *keyset.Place, limit int) (ReturnedLines, error) {
	limit = max(1, min(limit, maxPage))
	beyond, direction := from.Way(keyset.Ascending)
	const undecided = ` where b.cooperative_id = $1 and b.sound > 0 and b.restocked is null`
	args, where := []any{cooperativeID, limit + 1}, undecided
	if from != nil {
		args, where = append(args, from.ID), where+` and b.return_id `+beyond+` $3`
	}
	var ids []uuid.UUID
	err := s.db.SelectContext(ctx, &ids, `
		select b.return_id from order_return_lines b`+where+` group by b.return_id order by b.return_id `+direction+` limit $2`, args...)
	if err != nil {
		return ReturnedLines{}, fmt.Errorf("order: what came back to a cooperative: %w", err)
	}
	var list ReturnedLines
	ids, list.Turns = keyset.Cut(ids, from, limit, keyset.ByID)
	err = s.db.SelectContext(ctx, &list.Lines, selectReturnLine+undecided+` and b.return_id = any($2) order by b.return_id, b.line_id`, cooperativeID, pq.Array(ids))
	if err != nil {
		return ReturnedLines{}, fmt.Errorf("order: what came back to a cooperative: %w", err)
	}
	return list, nil
}

// ReturnSoon is how long before the law's last moment the association is warned.
const ReturnSoon = 3 * 24 * time.Hour

// ReturnDueArgs is the job that tells the association that the time to give the money of a return back runs out, or that
// it is over.
type ReturnDueArgs struct {
	ReturnID uuid.UUID `json:"return_id"`
	Over     bool      `json:"over"`
}

// Kind names the job.
func (ReturnDueArgs) Kind() string { return "order_return_due" }

// ReturnDueWorker works ReturnDueArgs.
type ReturnDueWorker struct {
	river.WorkerDefaults[ReturnDueArgs]
	Orders *Service
}

// Work queues a letter, of each kind one for a return at most, unless its buyer has her money.
func (w *ReturnDueWorker) Work(ctx context.Context, j *river.Job[ReturnDueArgs]) error {
	s := w.Orders
	return postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		o, err := lock(ctx, tx, `id = (select order_id from order_returns where id = $1)`, j.Args.ReturnID)
		if err != nil {
			return err
		}
		tell, letter := 1, letterSoon
		if j.Args.Over {
			tell, letter = 2, letterOver
		}
		result, err := tx.ExecContext(ctx, `
			update order_returns set told = $2 where id = $1 and told < $2 and state in (`+listed(unpaidReturns...)+`)`, j.Args.ReturnID, tell)
		if err != nil {
			return fmt.Errorf("order: tell of a return's time: %w", err)
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 || o.Sample {
			return err
		}
		r, err := readReturn(ctx, tx, `r.id = $1`, j.Args.ReturnID)
		if err != nil || r.Settled {
			return err
		}
		return s.tellOfReturn(ctx, tx, r, letter, "")
	})
}

// OverdueReturns is how many buyers who sent goods back should have their money by the law and do not.
func OverdueReturns(ctx context.Context, db *sqlx.DB, now time.Time) (returns int, err error) {
	err = db.GetContext(ctx, &returns, `
		select count(*) from order_returns r where state in (`+listed(unpaidReturns...)+`) and refund_by <= $1 and not (`+settledReturn+`)`, now)
	if err != nil {
		return 0, fmt.Errorf("order: returns whose time is over: %w", err)
	}
	return returns, nil
}

// returnLetter is what a letter says of a return: what it became, or its time.
type returnLetter string

const (
	letterReturnAsked returnLetter = "asked"
	letterArranged    returnLetter = "arranged"
	letterRefused     returnLetter = "refused"
	letterWithdrawn   returnLetter = "withdrawn"
	letterSoon        returnLetter = "soon" // the law's last moment comes
	letterOver        returnLetter = "over" // it has passed
)

// tellReturn queues mail about what became of a return, with a note in somebody's words: of what its buyer did to the
// association, of what the association did to her.
func (s *Service) tellReturn(ctx context.Context, tx *sqlx.Tx, o *locked, r Return, note string) error {
	if o.Sample {
		return nil
	}
	told := map[ReturnState]returnLetter{
		ReturnAsked: letterReturnAsked, ReturnArranged: letterArranged, ReturnRefused: letterRefused, ReturnWithdrawn: letterWithdrawn,
	}[r.State]
	if r.State == ReturnAsked || r.State == ReturnWithdrawn {
		return s.tellOfReturn(ctx, tx, r, told, note)
	}
	whole, err := readOrder(ctx, tx, `o.id = $1`, o.ID)
	if err != nil || whole.Buyer.Email == "" || whole.ErasedAt != nil {
		return err
	}
	l := s.texts.Locale(whole.Locale)
	letter := r.letter(l, told, note, s.baseURL+"/"+l.Code()+"/orders/"+url.PathEscape(s.TokenAgain(whole)))
	letter.Locale, letter.To, letter.About = whole.Locale, whole.Buyer.Email, o.ID
	return s.jobs.InsertTx(ctx, tx, mail.SendArgs{Message: letter}, nil)
}

// tellOfReturn queues mail about a return to the association.
func (s *Service) tellOfReturn(ctx context.Context, tx *sqlx.Tx, r Return, letter returnLetter, note string) error {
	jobs, err := s.letters(ctx, tx, r.OrderID, nil, true, func(l *i18n.Locale, _ *Part, _ bool) mail.Message {
		return r.letter(l, letter, note, s.baseURL+"/"+l.Code()+"/association/returns/"+r.ID.String())
	})
	if err != nil {
		return err
	}
	return s.jobs.InsertManyTx(ctx, tx, jobs)
}

// letter is mail about the return.
func (r Return) letter(l *i18n.Locale, about returnLetter, note, link string) mail.Message {
	if note != "" {
		note += "\n\n"
	}
	return mail.Message{
		Subject: l.T("order.mail.return_"+string(about)+"_subject", "Number", r.Number),
		Body:    l.T("order.mail.return_"+string(about)+"_body", "Number", r.Number, "Note", note, "Until", l.LongDate(r.RefundBy), "Link", link),
	}
}
