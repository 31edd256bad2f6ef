package order

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
)

// A buyer is told of each step of her order that matters to her: by mail, if she gave an address; else the association
// has a message to send by WhatsApp. What is kept of a message is what it tells of, and when: its text is made when it is
// sent or shown, of how the order stands then. What was overtaken before anybody sent it is not sent any more.

// BuyerNews is what a buyer is told of.
type BuyerNews string

// The news.
const (
	NewsAccepted   BuyerNews = "accepted"   // whatever is left of it, its cooperatives prepare
	NewsAdjusted   BuyerNews = "adjusted"   // something was taken off it, of which whoever has mail is told by another letter
	NewsLate       BuyerNews = "late"       // it comes later than she was told last
	NewsDispatched BuyerNews = "dispatched" // it is on its way
	NewsWaiting    BuyerNews = "waiting"    // it waits for her to fetch it
	NewsDelivered  BuyerNews = "delivered"
	NewsRefused    BuyerNews = "refused"   // at her door, or not fetched
	NewsCancelled  BuyerNews = "cancelled" // by somebody else
	NewsWithdrawn  BuyerNews = "withdrawn" // by herself, or by whoever else has her link
	NewsLink       BuyerNews = "link"      // where to follow it, since she asked
	NewsAddress    BuyerNews = "address"   // where it goes now, since she changed that
)

// subject is what has happened to the order, as its buyer is told.
type subject struct {
	ID          uuid.UUID
	Number      string
	Locale      string
	PlaceName   i18n.Text `db:"place_name"`
	BuyerName   string    `db:"buyer_name"`
	BuyerPhone  string    `db:"buyer_phone"`
	BuyerEmail  string    `db:"buyer_email"`
	Delivery    string
	Due         money.Amount
	Paid        bool
	State       State
	DeliverFrom time.Time `db:"deliver_from"`
	DeliverTo   time.Time `db:"deliver_to"`
	Link        int
	TokenHash   []byte `db:"token_hash"`
	Cancellable bool
	Stranger    bool     // nobody has said that the mailbox is the buyer's, nor was anything mailed there
	Missing     []string // names of the cooperatives of which nothing comes any more, as its buyer reads them
}

// selectSubject reads them from orders o, with the names by which its buyer knows the cooperatives.
var selectSubject = `
	o.id, o.number, o.locale, o.buyer_name, o.buyer_phone, o.buyer_email, o.delivery, o.due_centimes as due, o.state, o.link, o.token_hash,
	o.deliver_from, o.deliver_to,
	(select name_ar from towns where slug = o.place) as "place_name.ar", (select name_fr from towns where slug = o.place) as "place_name.fr",
	coalesce((select p.state = 'succeeded' from payments p where p.reference = o.id), false) as paid,
	exists (select from holds h where h.order_id = o.id and not h.letter) as stranger,
	o.state in (` + listed(rules[MoveWithdraw].in...) + `) and not exists (
	    select from sub_orders where order_id = o.id and state not in (` + listed(goneStates...) + `) and state not in (` + listed(rules[MoveWithdraw].parts...) + `)) as cancellable,
	(select json_agg(json_build_object('AR', c.name_ar, 'FR', c.name_fr) order by s.id) from sub_orders s
	    cross join lateral (select name_ar, name_fr from sellers where id = s.cooperative_id offset 0) c
	    where s.order_id = o.id and s.state in (` + listed(goneStates...) + `)) as names`

// subjectRow is a subject as it is read.
type subjectRow struct {
	subject
	Names []byte // as JSON of texts
}

// told is the subject with its names as its buyer reads them.
func (s *Service) told(row subjectRow) (subject, error) {
	if row.Names == nil {
		return row.subject, nil
	}
	var names []i18n.Text
	if err := json.Unmarshal(row.Names, &names); err != nil {
		return subject{}, fmt.Errorf("order: who does not send: %w", err)
	}
	for _, name := range names {
		row.Missing = append(row.Missing, s.texts.Locale(row.Locale).Text(name))
	}
	return row.subject, nil
}

// tellBuyer tells the buyer of an order something that has just become so. Nobody is told of orders whose buyer is not
// known any more, nor of those of a sample market that are not of today.
func (s *Service) tellBuyer(ctx context.Context, tx *sqlx.Tx, o *locked, news BuyerNews) error {
	at := s.moment(o.by.At)
	if o.Erased || o.Sample && at.Before(s.Now().Add(-sampleNews)) {
		return nil
	}
	var row subjectRow
	if err := tx.GetContext(ctx, &row, `select `+selectSubject+` from orders o where o.id = $1`, o.ID); err != nil {
		return fmt.Errorf("order: whom to tell: %w", err)
	}
	of, err := s.told(row)
	if err != nil {
		return err
	}
	if news == NewsDispatched && of.Delivery == delivery.Pickup {
		news = NewsWaiting
	}
	mailed := of.BuyerEmail != "" && !of.Stranger && !o.Sample
	if news == NewsWithdrawn && !mailed {
		return nil // the association has nothing to tell her of what she has just done
	}
	if news == NewsLink || news == NewsAddress || news == NewsWithdrawn {
		may, err := s.mayAsk(ctx, tx, o, of, news, mailed, at)
		if err != nil || !may {
			return err
		}
	}
	if !mailed {
		return waits(ctx, tx, o.ID, news, at)
	}
	if err := dropWaiting(ctx, tx, o.ID); err != nil { // from before she gave her address
		return err
	}
	_, err = tx.ExecContext(ctx, `insert into order_messages (id, order_id, news, at, sent_at) values ($1, $2, $3, $4, $4)`, postgres.NewID(), o.ID, news, at)
	if err != nil {
		return fmt.Errorf("order: what its buyer is told: %w", err)
	}
	l := s.texts.Locale(of.Locale)
	return s.jobs.InsertTx(ctx, tx, mail.SendArgs{Message: mail.Message{
		Locale: of.Locale, To: of.BuyerEmail, About: o.ID,
		Subject: l.T("order.news."+string(news)+"_subject", "Number", of.Number),
		Body:    l.T("order.news_letter", "Said", newsText(l, of, news), "Link", s.trackingLink(l)),
		Secret:  trackingSecret(o.ID, at),
	}}, nil)
}

// trackingLink is the link to an order's page for a mail that has its trackingSecret.
func (s *Service) trackingLink(l *i18n.Locale) string {
	return s.baseURL + "/" + l.Code() + "/orders/" + mail.Placeholder
}

func trackingSecret(orderID uuid.UUID, at time.Time) *mail.Secret {
	return &mail.Secret{Kind: SecretTracking, ID: orderID, Until: at.Add(linkMailed)}
}

const (
	sampleNews = 36 * time.Hour      // of the orders of a sample market, which are from months before
	linkMailed = 30 * 24 * time.Hour // how long a letter that is kept shows a tracking link
)

// waits has a message wait until the association sends it, in place of what waits already. A link is in each of them.
func waits(ctx context.Context, tx *sqlx.Tx, orderID uuid.UUID, news BuyerNews, at time.Time) error {
	instead := `do update set id = excluded.id, news = excluded.news, at = excluded.at`
	switch news {
	case NewsLink:
		instead = `do nothing`
	case NewsAccepted: // what was taken off is told nowhere else, and when the rest comes with it
		instead += ` where order_messages.news <> '` + string(NewsAdjusted) + `'`
	case NewsAdjusted: // what these say is reckoned when they are sent
		instead += ` where order_messages.news not in ('` + string(NewsDispatched) + `', '` + string(NewsWaiting) + `')`
	}
	_, err := tx.ExecContext(ctx, `
		insert into order_messages (id, order_id, news, at) values ($1, $2, $3, $4)
		on conflict (order_id) where sent_at is null `+instead, postgres.NewID(), orderID, news, at)
	if err != nil {
		return fmt.Errorf("order: what its buyer is to be told: %w", err)
	}
	return nil
}

// dropWaiting forgets what was to be told to an order's buyer and does not hold any more.
func dropWaiting(ctx context.Context, tx *sqlx.Tx, orderID uuid.UUID) error {
	if _, err := tx.ExecContext(ctx, `delete from order_messages where order_id = $1 and sent_at is null`, orderID); err != nil {
		return fmt.Errorf("order: what its buyer is not told any more: %w", err)
	}
	return nil
}

// newsText is what a message tells, in some sentences.
func newsText(l *i18n.Locale, of subject, news BuyerNews) string {
	sentences := []string{l.T("order.news."+string(news), "Number", of.Number, "Place", l.Text(of.PlaceName))}
	when := func() {
		sentences = append(sentences, daysText(l, of.Delivery, delivery.Window{From: of.DeliverFrom, To: of.DeliverTo}))
	}
	due := func() {
		if !of.Paid && of.Due > 0 {
			sentences = append(sentences, l.T("order.news_due", "Due", l.Money(of.Due)))
		}
	}
	missing := func() {
		if len(of.Missing) > 0 {
			sentences = append(sentences, l.T("order.news_missing", "Names", strings.Join(of.Missing, l.T("order.news_comma"))))
		}
	}
	switch news {
	case NewsAccepted:
		when()
		missing()
		due()
	case NewsAdjusted:
		if of.State == StatePlaced || of.State == StateConfirmed {
			when()
		}
		missing()
		due()
	case NewsAddress:
		when()
		due()
	case NewsLate:
		when()
		missing()
		if of.Cancellable {
			sentences = append(sentences, l.T("order.news_cancellable"))
		}
	case NewsDispatched:
		when()
		missing()
		due()
	case NewsWaiting:
		missing()
		due()
	case NewsDelivered, NewsRefused, NewsCancelled, NewsWithdrawn, NewsLink:
	}
	return strings.Join(sentences, " ")
}

// tellDropped tells the buyer of an order that a move has ended, unless she knows it otherwise or never answered.
func (s *Service) tellDropped(ctx context.Context, tx *sqlx.Tx, o *locked, m Move) error {
	if err := dropWaiting(ctx, tx, o.ID); err != nil {
		return err
	}
	switch {
	case slices.Contains([]string{NoteDisputed, NoteFreed, NoteUnpaid, NoteUnconfirmed}, o.by.Note):
		return nil
	case m == MoveWithdraw:
		return s.tellBuyer(ctx, tx, o, NewsWithdrawn)
	case m == MoveRefuse:
		return s.tellBuyer(ctx, tx, o, NewsRefused)
	}
	return s.tellBuyer(ctx, tx, o, NewsCancelled)
}

// tellAnswered has the buyer told a little later that all that is left of her order is accepted: a cooperative may think
// better of it meanwhile.
func (s *Service) tellAnswered(ctx context.Context, tx *sqlx.Tx, o *locked) error {
	at := o.by.At.Add(UndoFor)
	if !o.answered() || !at.After(s.Now()) { // or it is from the past
		return nil
	}
	return s.jobs.InsertTx(ctx, tx, AnsweredArgs{OrderID: o.ID}, &river.InsertOpts{ScheduledAt: at})
}

// answered reports whether the order's cooperatives prepare all that is left of it.
func (o *locked) answered() bool {
	active := o.active()
	for _, p := range active {
		if p.State == PartPlaced || p.State == PartAwaiting {
			return false
		}
	}
	return o.State == StateConfirmed && len(active) > 0
}

// AnsweredArgs is the job that tells a buyer that her order is accepted.
type AnsweredArgs struct {
	OrderID uuid.UUID `json:"order_id"`
}

// Kind names the job.
func (AnsweredArgs) Kind() string { return "order_answered" }

// AnsweredWorker works AnsweredArgs.
type AnsweredWorker struct {
	river.WorkerDefaults[AnsweredArgs]
	Orders *Service
}

// Work tells her what is so still, once its cooperatives cannot take it back: once, and again if parts have left the order
// since. Of what was answered later another job tells.
func (w *AnsweredWorker) Work(ctx context.Context, j *river.Job[AnsweredArgs]) error {
	s := w.Orders
	at := s.Now()
	if j.ScheduledAt.After(at) {
		at = j.ScheduledAt // as ExpireWorker
	}
	return postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		o, err := lock(ctx, tx, `id = $1`, j.Args.OrderID)
		if err != nil || !o.answered() {
			return err
		}
		var last struct {
			Answer        time.Time
			Dropped, Told *time.Time
		}
		err = tx.GetContext(ctx, &last, `
			select max(at) as answer, max(at) filter (where state in (`+listed(goneStates...)+`)) as dropped,
			       (select max(at) from order_messages where order_id = $1 and news = $2) as told
			from order_events
			where order_id = $1 and sub_order_id is not null and note <> $3 and state in (`+listed(goneStates...)+`, '`+string(PartAccepted)+`')`,
			o.ID, NewsAccepted, NoteUndone)
		if err != nil {
			return fmt.Errorf("order: was its buyer told: %w", err)
		}
		if at.Before(last.Answer.Add(UndoFor)) || last.Told != nil && (last.Dropped == nil || last.Told.After(*last.Dropped)) {
			return nil
		}
		return s.tellBuyer(ctx, tx, o, NewsAccepted)
	})
}

// SecretTracking is the kind of a mail's secret that Tracking makes.
const SecretTracking = "order_tracking"

// Tracking makes the secret of an order's tracking link for the mail that carries it; mail.ErrOver once its links have
// ended for good.
func (s *Service) Tracking(ctx context.Context, orderID uuid.UUID) (string, error) {
	var o struct {
		Order
		Erased bool
	}
	err := s.db.GetContext(ctx, &o, `select id, link, token_hash, erased_at is not null as erased from orders where id = $1`, orderID)
	if postgres.NoRows(err) || err == nil && o.Erased {
		return "", mail.ErrOver
	}
	if err != nil {
		return "", fmt.Errorf("order: tracking link: %w", err)
	}
	return s.TokenAgain(o.Order), nil
}

// Message is what waits to be told to a buyer by WhatsApp, or was.
type Message struct {
	ID      uuid.UUID
	OrderID uuid.UUID
	Number  string // of the order
	Name    string // the buyer's
	Phone   string
	News    BuyerNews
	At      time.Time
	SentAt  *time.Time
	Text    string // in the buyer's language, with the link that acts for her
}

// Messages are a page of the list of these.
type Messages struct {
	Messages []Message
	keyset.Turns
}

// Messages lists what waits to be told, from a place on (nil: from the beginning), what waits longest first.
func (s *Service) Messages(ctx context.Context, from *keyset.Place, limit int) (Messages, error) {
	limit = max(1, min(limit, maxPage))
	beyond, direction := from.Way(keyset.Ascending)
	where, args := `sent_at is null`, []any{limit + 1}
	if from != nil {
		where, args = where+` and (at, id) `+beyond+` ($2, $3)`, append(args, from.At, from.ID)
	}
	found, err := s.messages(ctx, where, `at `+direction+`, id `+direction, args...)
	if err != nil {
		return Messages{}, err
	}
	list := Messages{}
	list.Messages, list.Turns = keyset.Cut(found, from, limit, func(m Message) keyset.Place { return keyset.Place{At: m.At, ID: m.ID} })
	return list, nil
}

// MessagesSent lists the latest ones that people have sent, the last first.
func (s *Service) MessagesSent(ctx context.Context, limit int) ([]Message, error) {
	return s.messages(ctx, `sent_by is not null`, `sent_at desc, id desc`, limit)
}

// messages reads those of a condition, $1 of them at most.
func (s *Service) messages(ctx context.Context, where, turn string, args ...any) ([]Message, error) {
	var rows []struct {
		subjectRow
		MessageID uuid.UUID `db:"message_id"`
		News      BuyerNews
		At        time.Time
		SentAt    *time.Time `db:"sent_at"`
	}
	err := s.db.SelectContext(ctx, &rows, `
		select m.id as message_id, m.news, m.at, m.sent_at, `+selectSubject+`
		from (select * from order_messages where `+where+` order by `+turn+` limit $1) m
		join orders o on o.id = m.order_id
		order by m.`+strings.ReplaceAll(turn, ", ", ", m."), args...)
	if err != nil {
		return nil, fmt.Errorf("order: messages: %w", err)
	}
	list := make([]Message, len(rows))
	for i, row := range rows {
		of, err := s.told(row.subjectRow)
		if err != nil {
			return nil, err
		}
		l := s.texts.Locale(of.Locale)
		link := s.baseURL + "/" + l.Code() + "/orders/" + url.PathEscape(s.TokenAgain(Order{ID: of.ID, Link: of.Link, TokenHash: of.TokenHash}))
		list[i] = Message{
			ID: row.MessageID, OrderID: of.ID, Number: of.Number, Name: of.BuyerName, Phone: of.BuyerPhone, News: row.News, At: row.At, SentAt: row.SentAt,
			Text: l.T("order.news_chat", "Name", of.BuyerName, "Said", newsText(l, of, row.News), "Link", link),
		}
	}
	return list, nil
}

// maxCounted is the most that CountMessages counts.
const maxCounted = 100

// CountMessages counts what waits to be told, as far as that is worth counting.
func (s *Service) CountMessages(ctx context.Context) (n int, err error) {
	err = s.db.GetContext(ctx, &n, `select count(*) from (select from order_messages where sent_at is null limit $1) m`, maxCounted)
	if err != nil {
		return 0, fmt.Errorf("order: count messages: %w", err)
	}
	return n, nil
}

// MessageSent says that somebody has sent a message, or has not sent it after all; the same again changes nothing. Errors:
//   - ErrNotFound: there is no such message, or not any more: the order has other news
//   - ErrWrongState: it cannot be sent again, for the same reason
func (s *Service) MessageSent(ctx context.Context, id, user uuid.UUID, sent bool) error {
	return postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		o, err := lock(ctx, tx, `id = (select order_id from order_messages where id = $1)`, id)
		if err != nil {
			return err
		}
		var now struct{ Sent, Mailed, Overtaken bool }
		err = tx.GetContext(ctx, &now, `
			select sent_at is not null as sent, sent_at is not null and sent_by is null as mailed,
			       exists (select from order_messages where order_id = $2 and sent_at is null and id <> $1) as overtaken
			from order_messages where id = $1`, id, o.ID)
		switch {
		case postgres.NoRows(err) || err == nil && now.Mailed:
			return ErrNotFound
		case err == nil && now.Sent == sent:
			return nil
		case err == nil && now.Overtaken:
			return ErrWrongState
		case err == nil && sent:
			_, err = tx.ExecContext(ctx, `update order_messages set sent_at = $2, sent_by = $3 where id = $1`, id, s.moment(time.Time{}), user)
		case err == nil:
			_, err = tx.ExecContext(ctx, `update order_messages set sent_at = null, sent_by = null where id = $1`, id)
		}
		if err != nil {
			return fmt.Errorf("order: a message was sent: %w", err)
		}
		return nil
	})
}
