package order

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/network"
	"github.com/souk-taawon/souk/internal/postgres"
)

// Of orders that nobody of the market has said yes to, which cost a stranger nothing or a mailbox, this
// much is told by mail; of the rest the pages tell, and cooperatives have their mail once the association
// or one of them says yes. Who is not told of an order is not told its end either, so each of these may be
// followed by one more letter.
const (
	toldParts  = 5  // to a cooperative at once, as long as so many wait
	toldOrders = 20 // to the association, as long as so many wait

	// Whatever became of the orders.
	hourlyParts   = 10 // to a cooperative in an hour
	hourlyOrders  = 30 // to the association in an hour
	dailyParts    = 90 // in a day to cooperatives about parts of orders from one network; of a customer of many lines as network.Of says
	dailyBuyer    = 3  // in a day to one mailbox that a buyer gave, until an order is confirmed there
	dailyReader   = 12 // in a day to one mailbox that a buyer gave, whatever is confirmed there
	hourlyNetwork = 10 // in an hour to the mailboxes that buyers gave from one network; of a customer of many lines as network.Of says
)

// busyCooperatives are those of $1 that were told of $2 parts or more that wait unconfirmed: of these the latest are read,
// and none that nobody was told of.
const busyCooperatives = `
	select c.id
	from unnest($1::uuid[]) c (id)
	cross join lateral (
	    select count(*) as parts
	    from (
	        select from sub_orders s
	        where s.cooperative_id = c.id and s.state = 'placed' and s.told and exists (select from holds where order_id = s.order_id)
	        order by s.placed_at desc limit $2) w) w
	where w.parts >= $2`

// busyAssociation counts the orders that wait unconfirmed and that the association was told of, up to $1.
const busyAssociation = `select count(*) from (select from holds where told limit $1) h`

// tellFew marks the parts whose cooperatives are to have mail at once.
func (s *Service) tellFew(ctx context.Context, tx *sqlx.Tx, o *Order, from makers) error {
	ids := make([]uuid.UUID, len(o.Parts))
	for i, p := range o.Parts {
		ids[i] = p.Cooperative.ID
	}
	var busy []uuid.UUID
	err := tx.SelectContext(ctx, &busy, busyCooperatives, pq.Array(ids), toldParts)
	if err != nil {
		return fmt.Errorf("order: whom to tell at once: %w", err)
	}
	for i, p := range o.Parts {
		o.Parts[i].Told = !slices.Contains(busy, p.Cooperative.ID)
	}
	return s.tellWithin(ctx, tx, o.Parts, from, o.PlacedAt)
}

// tellWithin takes the mark of being told off the parts beyond what may be told, at that moment, to their
// cooperatives and about orders from their buyer's network.
func (s *Service) tellWithin(ctx context.Context, tx *sqlx.Tx, parts []Part, from makers, at time.Time) error {
	recipients := make([][]byte, len(parts))
	for i, p := range parts {
		recipients[i] = s.cooperativeLetters(p.Cooperative.ID)
	}
	written, err := lettersSince(ctx, tx, at.Add(-time.Hour), recipients)
	if err != nil {
		return err
	}
	networks, most := s.partLetters(from)
	ofNetworks, err := lettersSince(ctx, tx, at.Add(-letterLife), networks)
	if err != nil {
		return err
	}
	room := len(parts)
	for i, n := range ofNetworks {
		room = min(room, most[i]-n)
	}
	for i := range parts {
		if parts[i].Told = parts[i].Told && written[i] < hourlyParts && room > 0; parts[i].Told {
			room--
		}
	}
	return nil
}

// writesToCooperatives remembers that an order from a network writes to the cooperatives of parts.
func (s *Service) writesToCooperatives(ctx context.Context, tx *sqlx.Tx, orderID uuid.UUID, parts []Part, from makers, at time.Time) error {
	if len(parts) == 0 {
		return nil
	}
	recipients := make([][]byte, len(parts))
	for i, p := range parts {
		recipients[i] = s.cooperativeLetters(p.Cooperative.ID)
	}
	if err := writes(ctx, tx, orderID, at, 1, recipients...); err != nil {
		return err
	}
	networks, _ := s.partLetters(from)
	return writes(ctx, tx, orderID, at, len(parts), networks...)
}

// announce queues what has to happen after an order is placed: mail to cooperatives about their own part
// and to the association about the whole, and the end of the reservations. It reports whether the
// association has mail, and the buyer.
func (s *Service) announce(ctx context.Context, tx *sqlx.Tx, o Order, by caller) (told, buyer bool, err error) {
	if o.State == StateAwaiting { // nobody but the buyer has anything to do yet
		jobs := s.toBePaid(o.ID, o.PlacedAt, o.ExpiresAt)
		if o.ExpiresAt.Sub(o.PlacedAt) >= remindedFrom { // who is to pay at once is where she pays
			letter, err := s.letterToBuyer(ctx, tx, o, o.PlacedAt, by, s.toPayMessage)
			if err != nil {
				return false, false, err
			}
			jobs = append(jobs, letter...)
		}
		return false, false, s.jobs.InsertManyTx(ctx, tx, jobs)
	}
	var jobs []river.InsertManyParams
	if !o.Sample {
		var waiting int
		err := tx.GetContext(ctx, &waiting, busyAssociation, toldOrders)
		if err != nil {
			return false, false, fmt.Errorf("order: whom to tell at once: %w", err)
		}
		association := s.associationLetters()
		written, err := lettersSince(ctx, tx, o.PlacedAt.Add(-time.Hour), [][]byte{association})
		if err != nil {
			return false, false, err
		}
		told = waiting < toldOrders && written[0] < hourlyOrders
		parts := slices.DeleteFunc(slices.Clone(o.Parts), func(p Part) bool { return !p.Told })
		if err := s.writesToCooperatives(ctx, tx, o.ID, parts, by.makers, o.PlacedAt); err != nil {
			return false, false, err
		}
		if told {
			if err := writes(ctx, tx, o.ID, o.PlacedAt, 1, association); err != nil {
				return false, false, err
			}
		}
		jobs, err = s.letters(ctx, tx, o.ID, parts, told, func(l *i18n.Locale, p *Part, money bool) mail.Message {
			if p != nil {
				return s.partMessage(l, o.Number, o.ExpiresAt, *p, money)
			}
			return s.orderMessage(l, o)
		})
		if err != nil {
			return false, false, err
		}
	}
	body := "order.mail.confirm_body"
	if o.LastPieces {
		body = "order.mail.confirm_last_body"
	}
	letter, err := s.letterToBuyer(ctx, tx, o, o.PlacedAt, by, func(l *i18n.Locale, o Order) mail.Message {
		return s.confirmMessage(l, o, body)
	})
	if err != nil {
		return false, false, err
	}
	jobs = append(jobs, letter...)
	return told, len(letter) > 0, s.jobs.InsertManyTx(ctx, tx, append(jobs, s.expiry(o.ID, o.ExpiresAt)...))
}

// askAgain is the job that asks the buyer of an order that somebody's yes no longer confirms to confirm it herself.
func (s *Service) askAgain(ctx context.Context, tx *sqlx.Tx, o *locked) ([]river.InsertManyParams, error) {
	whole, err := readOrder(ctx, tx, `o.id = $1`, o.ID)
	if err != nil {
		return nil, err
	}
	return s.letterToBuyer(ctx, tx, whole, o.by.At, caller{}, func(l *i18n.Locale, o Order) mail.Message {
		return s.confirmMessage(l, o, "order.mail.confirm_again_body")
	})
}

// letterToBuyer is the job that sends the buyer of an order that nobody has confirmed that message, if she gave an address
// and few letters went there, or on behalf of her network: it may be somebody else's. It is none otherwise.
func (s *Service) letterToBuyer(ctx context.Context, tx *sqlx.Tx, o Order, at time.Time, by caller, letter func(*i18n.Locale, Order) mail.Message) ([]river.InsertManyParams, error) {
	if o.Buyer.Email == "" || o.Sample {
		return nil, nil
	}
	// Many people may share a network: what a stranger beside them takes of its letters comes back within the hour.
	mailbox, networks, most := s.buyerLetters(o.Buyer.Email), [][]byte(nil), []int{dailyBuyer, dailyReader}
	if by.address != nil {
		networks, most = append(networks, by.address), append(most, hourlyNetwork)
	}
	if by.site != nil {
		networks, most = append(networks, by.site), append(most, hourlyNetwork*by.siteShare)
	}
	written, err := lettersSince(ctx, tx, at.Add(-letterLife), mailbox)
	if err != nil {
		return nil, err
	}
	ofHour, err := lettersSince(ctx, tx, at.Add(-time.Hour), networks)
	if err != nil {
		return nil, err
	}
	for i, n := range append(written, ofHour...) {
		if n >= most[i] {
			return nil, nil
		}
	}
	if err := writes(ctx, tx, o.ID, at, 1, append(mailbox, networks...)...); err != nil {
		return nil, err
	}
	message := letter(s.texts.Locale(o.Locale), o)
	message.Locale, message.To, message.About = o.Locale, o.Buyer.Email, o.ID
	return []river.InsertManyParams{{Args: mail.SendArgs{Message: message}}}, nil
}

// either is the first of two texts' keys, or the other for an order that its buyer fetches.
func either(o Order, brought, fetched string) string {
	if o.Delivery == delivery.Pickup {
		return fetched
	}
	return brought
}

// confirmMessage has the link to confirm an order; body is the key of its text.
func (s *Service) confirmMessage(l *i18n.Locale, o Order, body string) mail.Message {
	return mail.Message{
		Subject: l.T("order.mail.confirm_subject", "Number", o.Number),
		Body: l.T(body, "Number", o.Number, "Parts", costsText(l, o, buyersLine), "Sum", l.T(either(o, "order.mail.total", "order.mail.total_pickup"), "Total", l.Money(o.Total)),
			"Until", l.DateTime(o.ExpiresAt), "Link", s.baseURL+"/"+l.Code()+"/confirm/"+mail.Placeholder),
		Secret: &mail.Secret{Kind: SecretConfirm, ID: o.ID, Until: o.ExpiresAt},
	}
}

// toPayMessage has the link to pay an order that is paid first.
func (s *Service) toPayMessage(l *i18n.Locale, o Order) mail.Message {
	return mail.Message{
		Subject: l.T("order.mail.to_pay_subject", "Number", o.Number),
		Body: l.T("order.mail.to_pay_body", "Number", o.Number, "Parts", costsText(l, o, buyersLine), "Total", l.Money(o.Total),
			"Until", l.DateTime(o.ExpiresAt), "Link", s.baseURL+"/"+l.Code()+"/orders/"+url.PathEscape(s.TokenAgain(o))),
	}
}

// expiry is the job that ends an order's reservations; none for an order that is loaded from the past,
// whose story is known.
func (s *Service) expiry(id uuid.UUID, at time.Time) []river.InsertManyParams {
	if !at.After(s.Now()) {
		return nil
	}
	return []river.InsertManyParams{{Args: ExpireArgs{OrderID: id}, InsertOpts: &river.InsertOpts{ScheduledAt: at}}}
}

// announceConfirmed queues mail to the cooperatives that still have to answer and were not told of the
// order before: to all of them once the market's people have said yes to it, and to few on a mailbox's word.
func (s *Service) announceConfirmed(ctx context.Context, tx *sqlx.Tx, o *locked) error {
	var untold []uuid.UUID
	err := tx.SelectContext(ctx, &untold, `
		select id from sub_orders where order_id = $1 and state = 'placed' and not told`, o.ID)
	if err != nil {
		return fmt.Errorf("order: whom to tell: %w", err)
	}
	if len(untold) == 0 || o.Sample {
		return nil
	}
	parts, err := readParts(ctx, tx, untold, `s.id`)
	if err != nil {
		return err
	}
	for i := range parts {
		parts[i].Told = true
	}
	if parts, _, _, err = s.tellOfStranger(ctx, tx, o, parts); err != nil {
		return err
	}
	ids := make([]uuid.UUID, len(parts))
	for i, p := range parts {
		ids[i] = p.ID
	}
	if _, err := tx.ExecContext(ctx, `update sub_orders set told = true where id = any($1)`, pq.Array(ids)); err != nil {
		return fmt.Errorf("order: whom to tell: %w", err)
	}
	letters, err := s.letters(ctx, tx, o.ID, parts, false, func(l *i18n.Locale, p *Part, money bool) mail.Message {
		return s.partMessage(l, o.Number, o.ExpiresAt, *p, money)
	})
	if err != nil {
		return err
	}
	return s.jobs.InsertManyTx(ctx, tx, letters)
}

// tellOfStranger leaves, of parts of an order that the market's people have not said yes to, those whose cooperatives may
// be told, and counts the letters to them; and it says whether the association was told of the order. Of any other order
// all may be.
func (s *Service) tellOfStranger(ctx context.Context, tx *sqlx.Tx, o *locked, parts []Part) (may []Part, stranger, association bool, err error) {
	var held struct {
		Address, Site []byte
		Told          bool
	}
	err = tx.GetContext(ctx, &held, `select address, site, told from holds where order_id = $1`, o.ID)
	if postgres.NoRows(err) {
		return parts, false, true, nil
	}
	if err != nil {
		return nil, false, false, fmt.Errorf("order: whose order it is: %w", err)
	}
	from := makers{address: held.Address, site: held.Site, siteShare: network.SiteShare}
	if err := s.tellWithin(ctx, tx, parts, from, o.by.At); err != nil {
		return nil, false, false, err
	}
	may = slices.DeleteFunc(parts, func(p Part) bool { return !p.Told })
	return may, true, held.Told, s.writesToCooperatives(ctx, tx, o.ID, may, from, o.by.At)
}

// announceAlarm queues mail to the association: with o, unconfirmed orders hold more than it wants to leave to
// them. Whoever lets them fall and rise again writes it no more than one letter an hour; the alarm itself
// stands on its pages.
func (s *Service) announceAlarm(ctx context.Context, tx *sqlx.Tx, o Order) error {
	alarm := s.mark("letters", "alarm")
	written, err := lettersSince(ctx, tx, o.PlacedAt.Add(-time.Hour), [][]byte{alarm})
	if err != nil || written[0] > 0 {
		return err
	}
	if err := writes(ctx, tx, o.ID, o.PlacedAt, 1, alarm); err != nil {
		return err
	}
	now, err := heldNow(ctx, tx)
	if err != nil {
		return err
	}
	jobs, err := s.letters(ctx, tx, uuid.Nil, nil, true, func(l *i18n.Locale, _ *Part, _ bool) mail.Message {
		return mail.Message{
			Subject: l.T("order.mail.alarm_subject", "Share", l.Percent(now.Share())),
			Body: l.T("order.mail.alarm_body", "Share", l.Percent(now.Share()), "Pieces", l.Number(now.Pieces),
				"Orders", l.Number(now.Orders), "Phones", l.Number(now.Phones), "Addresses", l.Number(now.Addresses),
				"Link", s.baseURL+"/"+l.Code()+"/association/orders/held"),
		}
	})
	if err != nil {
		return err
	}
	return s.jobs.InsertManyTx(ctx, tx, jobs)
}

// announceDrop queues mail about parts that have left an order: to their cooperatives, unless they
// declined themselves, and to the association, which has to call the buyer, unless it gave the order
// up itself.
func (s *Service) announceDrop(ctx context.Context, tx *sqlx.Tx, o *locked, d drop) error {
	if o.Sample {
		return nil
	}
	ids := make([]uuid.UUID, len(d.parts))
	for i, p := range d.parts {
		ids[i] = p.ID
	}
	parts, err := readParts(ctx, tx, ids, `s.id`)
	if err != nil {
		return err
	}
	told, association := slices.DeleteFunc(slices.Clone(parts), func(p Part) bool { return !p.Told }), o.by.Actor.Kind != actor.Association
	if d.move == MoveDecline {
		told = nil
	}
	if association {
		// Of an unconfirmed order that it was not told of it is not told the end either.
		err := tx.GetContext(ctx, &association, `select not exists (select from holds where order_id = $1 and not told)`, o.ID)
		if err != nil {
			return fmt.Errorf("order: whom to tell: %w", err)
		}
	}
	jobs, err := s.letters(ctx, tx, o.ID, told, association, func(l *i18n.Locale, p *Part, _ bool) mail.Message {
		if p != nil {
			return s.partDroppedMessage(l, o, *p)
		}
		return s.droppedMessage(l, o, d, parts)
	})
	if err != nil {
		return err
	}
	return s.jobs.InsertManyTx(ctx, tx, jobs)
}

// announceAdjusted queues mail about what was taken off lines of an order, and off its charges: to their cooperatives,
// each about its own, which earned it what was says, unless they did that themselves; to the association, which has to call the buyer, if it did not;
// and to the buyer, though not to a mailbox of an order that nobody has confirmed yet: it may be a stranger's, so that the
// association has the message, as for who has none.
func (s *Service) announceAdjusted(ctx context.Context, tx *sqlx.Tx, o *locked, was []Part, list []made, beside charges, why Reason, paid bool) error {
	if o.Sample {
		return nil
	}
	var ids []uuid.UUID
	for _, m := range list {
		if !slices.Contains(ids, m.part.ID) {
			ids = append(ids, m.part.ID)
		}
	}
	parts, err := readParts(ctx, tx, ids, `s.id`)
	if err != nil {
		return err
	}
	association, disputed := o.by.Actor.Kind != actor.Association, why == ReasonDisputed
	told := slices.DeleteFunc(slices.Clone(parts), func(p Part) bool {
		return association || !p.Told || disputed && list[0].BorneBy == ByAssociation // to whom it makes no difference
	})
	jobs, err := s.letters(ctx, tx, o.ID, told, association, func(l *i18n.Locale, p *Part, money bool) mail.Message {
		if p != nil {
			link := s.partLink(l, *p)
			if why == ReasonReturned { // there it says what becomes of the goods
				link = s.baseURL + "/" + l.Code() + "/seller/returns"
			}
			before := was[slices.IndexFunc(was, func(w Part) bool { return w.ID == p.ID })]
			return o.partAdjustedMessage(l, before, *p, list, why, money, link)
		}
		return o.adjustedMessage(l, parts, list, beside, why, paid, s.orderLink(l, o.ID))
	})
	if err != nil {
		return err
	}
	var buyer struct{ Email, Locale string }
	err = tx.GetContext(ctx, &buyer, `select buyer_email as email, locale from orders where id = $1`, o.ID)
	if err != nil {
		return fmt.Errorf("order: whom to tell: %w", err)
	}
	switch {
	case disputed || o.Erased:
	case buyer.Email == "" || slices.Contains(unconfirmedStates, o.State):
		if err := waits(ctx, tx, o.ID, NewsAdjusted, s.moment(o.by.At)); err != nil {
			return err
		}
	default:
		l := s.texts.Locale(buyer.Locale)
		message := o.adjustedMessage(l, parts, list, beside, why, paid, s.trackingLink(l))
		message.To, message.Locale, message.About = buyer.Email, buyer.Locale, o.ID
		message.Secret = trackingSecret(o.ID, s.moment(o.by.At))
		jobs = append(jobs, river.InsertManyParams{Args: mail.SendArgs{Message: message}})
	}
	return s.jobs.InsertManyTx(ctx, tx, jobs)
}

// announceAddress queues mail about where an order goes now: to the cooperatives that know of it, if it is another commune,
// and to the association. Of what nobody has confirmed no more is told than of new orders. No cooperative has accepted yet: by
// when it hands over is settled by that, on an earlier day than it would have to at the latest, so that none is told here.
func (s *Service) announceAddress(ctx context.Context, tx *sqlx.Tx, o *locked, was Order, now AddressAsks) error {
	if o.Sample || o.State == StateAwaiting { // of which nobody knows but its buyer
		return nil
	}
	var parts []Part
	if o.Place != was.Buyer.Place {
		parts = slices.DeleteFunc(was.Parts, func(p Part) bool { return !p.Told || !p.State.Active() })
	}
	parts, stranger, association, err := s.tellOfStranger(ctx, tx, o, parts)
	if err != nil {
		return err
	}
	if stranger {
		written, err := lettersSince(ctx, tx, o.by.At.Add(-time.Hour), [][]byte{s.associationLetters()})
		if err != nil {
			return err
		}
		if association = association && written[0] < hourlyOrders; association {
			if err := writes(ctx, tx, o.ID, o.by.At, 1, s.associationLetters()); err != nil {
				return err
			}
		}
	}
	letters, err := s.letters(ctx, tx, o.ID, parts, association, func(l *i18n.Locale, p *Part, _ bool) mail.Message {
		said := []any{"Number", o.Number, "Was", l.Text(was.PlaceName), "Place", l.Text(now.PlaceName), "Days", daysText(l, o.Delivery, now.Days)}
		if p != nil {
			return mail.Message{
				Subject: l.T("order.mail.part_address_subject", said...),
				Body:    l.T("order.mail.part_address_body", append(said, "Lines", linesText(l, p.Lines), "Until", l.DateTime(o.ExpiresAt), "Link", s.partLink(l, *p))...),
			}
		}
		return mail.Message{
			Subject: l.T("order.mail.address_subject", said...),
			Body:    l.T("order.mail.address_body", append(said, "Changes", addressChanges(l, o, was, now), "Link", s.orderLink(l, o.ID))...),
		}
	})
	if err != nil {
		return err
	}
	return s.jobs.InsertManyTx(ctx, tx, letters)
}

// addressChanges are the lines that tell the association what another address changes of the order, and an empty one; none
// when it stays in its commune. Streets and names are for the order's page.
func addressChanges(l *i18n.Locale, o *locked, was Order, now AddressAsks) string {
	var lines []string
	if o.Place != was.Buyer.Place {
		lines = append(lines, l.T("order.mail.address_place", "Was", l.Text(was.PlaceName), "Place", l.Text(now.PlaceName)))
	}
	if now.Fee != now.WasFee {
		lines = append(lines, l.T("order.mail.address_fee", "WasFee", l.Money(now.WasFee), "Fee", l.Money(now.Fee), "Due", l.Money(now.Due)))
	}
	if !now.Days.Equal(now.Was) {
		lines = append(lines, daysText(l, o.Delivery, now.Days))
	}
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n\n"
}

// partAdjustedMessage tells a cooperative what was taken off its part, why and, with money, what it earns by that now and
// earned before. What the buyer pays for the whole order is not hers to know.
func (o *locked) partAdjustedMessage(l *i18n.Locale, was, now Part, list []made, why Reason, money bool, link string) mail.Message {
	share := ""
	if money {
		share = l.T("order.mail.share_changed",
			"Share", l.Money(now.Items-now.Commission), "WasShare", l.Money(was.Items-was.Commission),
			"Sale", l.Money(now.Items), "WasSale", l.Money(was.Items),
			"Commission", l.Money(now.Commission), "WasCommission", l.Money(was.Commission)) + "\n\n"
	}
	return mail.Message{
		Subject: l.T("order.mail.adjusted_subject", "Number", o.Number),
		Body: l.T("order.mail.part_adjusted_body", "Number", o.Number, "What", strings.Join(adjustedText(l, []Part{now}, list, money), "\n"),
			"Why", l.T("order.note."+string(why)), "Share", share, "Link", link),
	}
}

// adjustedMessage says what was taken off lines of these parts and off the charges, why and what follows.
func (o *locked) adjustedMessage(l *i18n.Locale, parts []Part, list []made, beside charges, why Reason, paid bool, link string) mail.Message {
	what, back := adjustedText(l, parts, list, true), beside.sum()
	for _, m := range list {
		back += m.Amount
	}
	if beside.delivery > 0 {
		what = append(what, l.T("order.mail.adjusted_amount", "Name", l.T("order.delivery"), "Amount", l.Money(beside.delivery)))
	}
	if beside.means > 0 {
		what = append(what, l.T("order.mail.adjusted_amount", "Name", l.T("order.means_fee"), "Amount", l.Money(beside.means)))
	}
	follows := l.T("order.mail.left", "Due", l.Money(o.Due))
	switch {
	case paid && o.Due == 0:
		follows = l.T("order.mail.back_all", "Back", l.Money(back))
	case paid:
		follows = l.T("order.mail.back", "Back", l.Money(back), "Due", l.Money(o.Due))
	}
	return mail.Message{
		Subject: l.T("order.mail.adjusted_subject", "Number", o.Number),
		Body: l.T("order.mail.adjusted_body", "Number", o.Number, "What", strings.Join(what, "\n"),
			"Why", l.T("order.note."+string(why)), "Follows", follows, "Link", link),
	}
}

// adjustedText says line by line what was taken off these parts and, with money, how much that is.
func adjustedText(l *i18n.Locale, parts []Part, list []made, money bool) (what []string) {
	for _, p := range parts {
		for _, line := range p.Lines {
			i := slices.IndexFunc(list, func(m made) bool { return m.Line == line.ID })
			if i < 0 {
				continue
			}
			key := "order.mail.adjusted_amount"
			switch pieces := list[i].Quantity > 0; {
			case pieces && money:
				key = "order.mail.adjusted_pieces"
			case pieces:
				key = "order.mail.adjusted_pieces_untold"
			case !money:
				key = "order.mail.adjusted_amount_untold"
			}
			what = append(what, l.T(key, "Name", line.Called(l), "Pieces", l.Number(list[i].Quantity), "Amount", l.Money(list[i].Amount)))
		}
	}
	return what
}

// letters are the jobs that send what write says: to the cooperative of each part in the language of
// its member, and to the association's people, with nil for the part, each in their own language; money says whether
// the cooperative's reader may see its amounts. About is the order, with whose buyer they are forgotten.
func (s *Service) letters(ctx context.Context, tx *sqlx.Tx, about uuid.UUID, parts []Part, association bool,
	write func(l *i18n.Locale, p *Part, money bool) mail.Message) ([]river.InsertManyParams, error) {
	var letters []river.InsertManyParams
	add := func(email, locale string, p *Part, money bool) {
		message := write(s.texts.Locale(locale), p, money)
		message.To, message.Locale, message.About = email, locale, about
		letters = append(letters, river.InsertManyParams{Args: mail.SendArgs{Message: message}})
	}
	byCooperative := make(map[uuid.UUID]*Part, len(parts))
	for i, p := range parts {
		byCooperative[p.Cooperative.ID] = &parts[i]
	}
	recipients, err := cooperative.Recipients(ctx, tx, slices.Collect(maps.Keys(byCooperative)), account.SeeParts)
	if err != nil {
		return nil, err
	}
	for _, r := range recipients {
		add(r.Email, r.Locale, byCooperative[r.CooperativeID], r.Money)
	}
	if !association {
		return letters, nil
	}
	people, err := account.Addressees(ctx, tx, account.MoveOrders)
	if err != nil {
		return nil, err
	}
	for _, person := range people {
		add(person.Email, person.Locale, nil, false)
	}
	return letters, nil
}

// partMessage tells a cooperative of its own part and of nothing else; with money, what it earns by it, as its pages do.
func (s *Service) partMessage(l *i18n.Locale, number string, until time.Time, p Part, money bool) mail.Message {
	share := ""
	if money {
		share = l.T("order.mail.share", "Share", l.Money(p.Items-p.Commission), "Sale", l.Money(p.Items), "Commission", l.Money(p.Commission)) + "\n\n"
	}
	return mail.Message{
		Subject: l.T("order.mail.part_subject", "Number", number),
		Body: l.T("order.mail.part_body", "Number", number, "Lines", linesText(l, p.Lines), "Share", share,
			"Until", l.DateTime(until), "Link", s.partLink(l, p)),
	}
}

// orderMessage tells the association of the whole order. Who ordered is behind the link.
func (s *Service) orderMessage(l *i18n.Locale, o Order) mail.Message {
	return mail.Message{
		Subject: l.T("order.mail.order_subject", "Number", o.Number, "Total", l.Money(o.Total)),
		Body: l.T("order.mail.order_body", "Number", o.Number, "Where", l.T(either(o, "order.mail.to", "order.mail.to_pickup"), "Place", l.Text(o.PlaceName)),
			"Parts", costsText(l, o, saleLine), "Sum", l.T(either(o, "order.mail.total", "order.mail.total_pickup"), "Total", l.Money(o.Total)), "Link", s.orderLink(l, o.ID)),
	}
}

// partDroppedMessage tells a cooperative that its part is off, and of nothing else.
func (s *Service) partDroppedMessage(l *i18n.Locale, o *locked, p Part) mail.Message {
	subject, body := "order.mail.part_cancelled_subject", "order.mail.part_cancelled_body"
	if p.State == PartRefused {
		subject, body = "order.mail.part_refused_subject", "order.mail.part_refused_body"
	}
	return mail.Message{
		Subject: l.T(subject, "Number", o.Number),
		Body: l.T(body, "Number", o.Number, "Lines", linesText(l, p.Lines), "Why", o.whyText(l),
			"Link", s.partLink(l, p)),
	}
}

// droppedMessage tells the association what an order has lost, and what is left of it.
func (s *Service) droppedMessage(l *i18n.Locale, o *locked, d drop, parts []Part) mail.Message {
	left := l.T("order.mail.left", "Due", l.Money(o.Due))
	switch {
	case !o.State.Open() && d.back > 0:
		left = l.T("order.mail.nothing_left_back", "Back", l.Money(d.back))
	case !o.State.Open():
		left = l.T("order.mail.nothing_left")
	case d.back > 0:
		left = l.T("order.mail.back", "Back", l.Money(d.back), "Due", l.Money(o.Due))
	}
	subject, body := "order.mail.cancelled_subject", "order.mail.cancelled_body" // by the buyer
	switch {
	case d.move == MoveDecline:
		subject, body = "order.mail.declined_subject", "order.mail.lost_body"
	case o.by.Note == NoteUnconfirmed:
		subject, body = "order.mail.unconfirmed_subject", "order.mail.unconfirmed_body"
	case o.by.Note == NoteExpired:
		subject, body = "order.mail.expired_subject", "order.mail.lost_body"
	}
	return mail.Message{
		Subject: l.T(subject, "Number", o.Number),
		Body: l.T(body, "Number", o.Number, "Parts", partsText(l, parts, saleLine), "Why", o.whyText(l),
			"Left", left, "Link", s.orderLink(l, o.ID)),
	}
}

// whyText is a paragraph with why it was moved, or nothing.
func (o *locked) whyText(l *i18n.Locale) string {
	note := Event{Reason: o.by.Why, Note: o.by.Note}.NoteIn(l)
	if note == "" {
		return ""
	}
	return l.T("order.mail.why", "Note", note) + "\n\n"
}

func (s *Service) partLink(l *i18n.Locale, p Part) string {
	return s.baseURL + "/" + l.Code() + "/seller/orders/" + p.ID.String()
}

func (s *Service) orderLink(l *i18n.Locale, id uuid.UUID) string {
	return s.baseURL + "/" + l.Code() + "/association/orders/" + id.String()
}

// costsText is partsText of all of an order, and the fee of its means.
func costsText(l *i18n.Locale, o Order, line string) string {
	costs := partsText(l, o.Parts, line)
	if o.MeansFee > 0 {
		costs += "\n" + l.T("order.mail.part", "Name", l.T("order.means_fee"), "Items", l.Money(o.MeansFee))
	}
	return costs
}

// A line of partsText is what a buyer pays for a part or, to the association, its sale.
const (
	buyersLine = "order.mail.part"
	saleLine   = "order.mail.part_sale"
)

func partsText(l *i18n.Locale, parts []Part, line string) string {
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = l.T(line, "Name", l.Text(p.Cooperative.Name), "Items", l.Money(p.Items))
	}
	return strings.Join(texts, "\n")
}

func linesText(l *i18n.Locale, lines []OrderLine) string {
	var texts []string
	for _, line := range lines {
		if line.Quantity > 0 {
			texts = append(texts, l.T("order.mail.line", "Quantity", l.Number(line.Quantity), "Name", line.Called(l)))
		}
	}
	return strings.Join(texts, "\n")
}
