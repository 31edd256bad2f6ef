package order

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/network"
	"github.com/souk-taawon/souk/internal/settings"
)

// Whoever orders proves nothing: not the name, not the telephone number. Until the market's people have
// said yes to an order (the association by telephone, or a cooperative that accepts its part), its goods
// are held by a stranger. What such orders hold is bounded, by the association's settings (settings.Holds):
//
//   - one order: so many products and pieces;
//   - one telephone number, and one network address: so many unconfirmed orders and pieces at a time, and
//     one IPv6 customer 16 times what one of its lines may have (network.Of). Orders that the buyer
//     confirmed by mail are no longer counted, but their pieces are: a mailbox proves little;
//   - one product: all of them hold at most a share of the pieces that are in stock or held, rounded up to a
//     whole one;
//   - all goods: all of them hold at most a share of the pieces in stock or held, though never less than
//     one order may have.
//
// Where a share is used up, a fair buyer can still get the last jar while somebody empties the shelf: one
// piece of up to three products, under a telephone number that holds none. From an address that by itself
// holds more than the share of a product it cannot; many buyers may share one address. Numbers cost
// nothing, so these pieces are bounded by themselves (spare): all of them are at most a further share of all
// goods, of one network they are few, and an order that has any waits an hour only, then they are there for
// others: a mailbox's word holds it longer only if by then it fits into the shares. So whatever numbers and
// addresses strangers have, they never hold more than both shares together. Once that pool is empty too, only
// the association can give more, by telephone.
//
// A hold exists as long as its order is unconfirmed (holds, hold_lines); what a cooperative's yes ended is kept while she
// may take that back (holds_released, undo.go), and comes back as it was, whatever was held beside it meanwhile. The rows of hold_turns guard what
// one telephone or address holds, the lock of a product's row what is held of it, the row of hold_totals
// all of it, and with that what is carried of each telephone and address (holders; the trigger holds_carry). They are
// locked in that order, after the basket's.

// Held says that unconfirmed orders hold so much of these products that no more of them is given to
// another; Available can be ordered at once.
type Held struct{ Lines []catalog.Short }

func (e *Held) Error() string { return fmt.Sprintf("order: held by unconfirmed orders: %v", e.Lines) }

// Unwrap gives what to tell a person who sees no more than a sentence.
func (e *Held) Unwrap() error { return ErrHeld }

// tooLarge says in which fields lines are more than one order may have; nil: in none.
func tooLarge(lines []Line, bounds settings.Holds) *fault.Error {
	wrong := fault.New(ErrInvalid.Kind, ErrInvalid.Key)
	if len(lines) > bounds.OrderProducts {
		wrong.Field("lines", "order.too_many_lines", "Max", bounds.OrderProducts)
	}
	if pieces(lines) > bounds.OrderPieces {
		wrong.Field("quantity", "order.too_many_pieces", "Max", bounds.OrderPieces)
	}
	if len(wrong.Fields) == 0 {
		return nil
	}
	return wrong
}

func pieces(lines []Line) int {
	n := 0
	for _, l := range lines {
		n += l.Quantity
	}
	return n
}

// caller is who places an order, as far as that can be known.
type caller struct {
	makers
	phone   string
	waiting bool // something waits unconfirmed under the number
	spare   int  // the most pieces that wait beyond a share, from the address or the site
}

// makers are the networks that something comes from, as marks.
type makers struct {
	address   []byte // nil: not counted
	site      []byte // the whole network of the customer; nil: the address is all of it
	siteShare int    // how many times what one address may have
}

// callerOf is who sends a request, with all that can be known before asking the database.
func (s *Service) callerOf(req request) caller {
	by := caller{phone: req.Buyer.Phone}
	if !req.Spared {
		by.makers = s.networks("", req.From)
	}
	return by
}

// networks are those of a network address; none of an empty one. of is what is counted, in marks of its own.
func (s *Service) networks(of, from string) makers {
	if from == "" {
		return makers{}
	}
	address, err := netip.ParseAddr(from)
	if err != nil { // then it is counted as it is written
		return makers{address: s.mark(of+"address", from)}
	}
	networks := network.Of(address)
	m := makers{address: s.mark(of+"address", networks[0].Prefix.Addr().String())}
	if len(networks) > 1 {
		m.site, m.siteShare = s.mark(of+"site", networks[1].Prefix.Addr().String()), networks[1].Share
	}
	return m
}

// mark is the form in which a network address or a mailbox is kept for a while: it tells two apart and
// nothing else without Secret.
func (s *Service) mark(kind, text string) []byte { return markUnder(s.secret, kind, text) }

// marked reports whether mark made that of the same, under any of the secrets.
func (s *Service) marked(mark []byte, kind, text string) bool {
	return slices.ContainsFunc(s.secrets(), func(secret []byte) bool { return hmac.Equal(mark, markUnder(secret, kind, text)) })
}

func markUnder(secret []byte, kind, text string) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(kind + ":" + text))
	return mac.Sum(nil)
}

// takeTurn waits for other orders under the same telephone number, from the same network and with the same
// mailbox, then checks what waits unconfirmed of theirs: ErrPhoneWaits, ErrAddressWaits.
func (s *Service) takeTurn(ctx context.Context, tx *sqlx.Tx, req request) (caller, error) {
	by := s.callerOf(req)
	if req.Sample {
		return by, nil
	}
	turns := pq.ByteaArray{s.mark("phone", by.phone)}
	for _, network := range [][]byte{by.address, by.site} {
		if network != nil {
			turns = append(turns, network)
		}
	}
	if req.Buyer.Email != "" {
		turns = append(turns, s.mailbox(req.Buyer.Email))
	}
	// In one order for everybody, so that no two wait for each other.
	_, err := tx.ExecContext(ctx, `
		insert into hold_turns (caller, at) select c, $2 from unnest($1::bytea[]) c order by c
		on conflict (caller) do update set at = excluded.at`, turns, req.at)
	if err != nil {
		return by, fmt.Errorf("order: take a turn: %w", err)
	}
	var held struct {
		PhoneOrders   int `db:"phone_orders"`
		PhonePieces   int `db:"phone_pieces"`
		AddressOrders int `db:"address_orders"`
		AddressPieces int `db:"address_pieces"`
		AddressSpare  int `db:"address_spare"`
		SiteOrders    int `db:"site_orders"`
		SitePieces    int `db:"site_pieces"`
		SiteSpare     int `db:"site_spare"`
	}
	err = tx.GetContext(ctx, &held, `
		select count(*) filter (where phone = $1 and confirmed_at is null) as phone_orders,
		       coalesce(sum(pieces) filter (where phone = $1), 0) as phone_pieces,
		       count(*) filter (where address = $2 and confirmed_at is null) as address_orders,
		       coalesce(sum(pieces) filter (where address = $2), 0) as address_pieces,
		       coalesce(sum(spare) filter (where address = $2), 0) as address_spare,
		       count(*) filter (where site = $3 and confirmed_at is null) as site_orders,
		       coalesce(sum(pieces) filter (where site = $3), 0) as site_pieces,
		       coalesce(sum(spare) filter (where site = $3), 0) as site_spare
		from holds where phone = $1 or address = $2 or site = $3`, by.phone, by.address, by.site)
	if err != nil {
		return by, fmt.Errorf("order: what is held: %w", err)
	}
	by.waiting, by.spare = held.PhonePieces > 0, max(held.AddressSpare, held.SiteSpare)
	more := pieces(req.Lines)
	switch {
	case held.PhoneOrders >= req.bounds.PhoneOrders || held.PhonePieces+more > req.bounds.PhonePieces:
		return by, fault.New(ErrPhoneWaits.Kind, ErrPhoneWaits.Key, "Count", held.PhoneOrders, "Pieces", held.PhonePieces)
	case held.AddressOrders >= req.bounds.AddressOrders || held.AddressPieces+more > req.bounds.AddressPieces,
		by.site != nil && (held.SiteOrders >= req.bounds.AddressOrders*by.siteShare || held.SitePieces+more > req.bounds.AddressPieces*by.siteShare):
		return by, ErrAddressWaits
	}
	return by, nil
}

// holdings are the pieces of a product in unconfirmed orders: all of them, those under a telephone number
// and those from an address.
type holdings struct{ All, Phone, Address int }

// What is given beyond a share.
const (
	spareProducts = 3         // of one order, one piece each
	spareNetwork  = 6         // pieces of one network at a time
	spareLeast    = 20        // pieces in all that SpareShare is never less than
	spareFor      = time.Hour // until an order with such pieces has to be confirmed, by mail only if it fits by then
)

// checkShares looks, while the products are locked, at how much unconfirmed orders would hold with these
// lines: *Held if it is too much of a product, ErrMarketHeld of all goods (as far as can be known before it
// is everybody's turn, see hold), ErrAddressWaits beyond a share. It counts the pieces that are given beyond
// a share. Products have the stock that is left after these lines.
func checkShares(ctx context.Context, tx *sqlx.Tx, by caller, lines []Line, products []catalog.Product, bounds settings.Holds) (spare int, err error) {
	ids := make([]uuid.UUID, len(products))
	left := make(map[uuid.UUID]int, len(products))
	for i, p := range products {
		ids[i], left[p.ID] = p.ID, p.Stock
	}
	var rows []struct {
		ProductID uuid.UUID `db:"product_id"`
		holdings
	}
	err = tx.SelectContext(ctx, &rows, `
		select l.product_id, sum(l.quantity) as "all", coalesce(sum(l.quantity) filter (where h.phone = $2), 0) as phone,
		       coalesce(sum(l.quantity) filter (where h.address = $3), 0) as address
		from hold_lines l
		cross join lateral (select phone, address from holds where order_id = l.order_id offset 0) h -- each by its key, and not all holds
		where l.product_id = any($1) group by l.product_id`, pq.Array(ids), by.phone, by.address)
	if err != nil {
		return 0, fmt.Errorf("order: what is held of products: %w", err)
	}
	of := make(map[uuid.UUID]holdings, len(rows))
	for _, r := range rows {
		of[r.ProductID] = r.holdings
	}
	var much []catalog.Short
	for _, l := range lines {
		held := of[l.ProductID]
		most := shareOf(left[l.ProductID]+l.Quantity+held.All, bounds.ProductShare)
		room := max(most-held.All, 0)
		if room == 0 && spare < spareProducts && held.Phone == 0 && held.Address <= most {
			room = 1
			spare++
		}
		if l.Quantity > room {
			much = append(much, catalog.Short{ProductID: l.ProductID, Available: room})
		}
	}
	if len(much) > 0 {
		return 0, &Held{Lines: much}
	}
	var all totals
	if err := tx.GetContext(ctx, &all, `select pieces, spare, on_sale from hold_totals`); err != nil {
		return 0, fmt.Errorf("order: what is held of all goods: %w", err)
	}
	if more := pieces(lines) - spare; more > 0 && all.Pieces-all.Spare+more > all.most(bounds) {
		if by.waiting || len(lines) > spareProducts || pieces(lines) > len(lines) {
			return 0, ErrMarketHeld
		}
		spare = len(lines)
	}
	if spare > 0 && by.spare+spare > spareNetwork {
		return 0, ErrAddressWaits
	}
	return spare, nil
}

// fit lets an order's pieces that were given beyond a share count as any others, if by now all of it fits
// into the shares of its products and of all goods; ErrLastPieces otherwise.
func (s *Service) fit(ctx context.Context, tx *sqlx.Tx, o *locked, bounds settings.Holds) error {
	var spare int
	err := tx.GetContext(ctx, &spare, `select spare from holds where order_id = $1`, o.ID)
	if err == nil && spare == 0 {
		return nil
	}
	var ids []uuid.UUID
	if err == nil {
		err = tx.SelectContext(ctx, &ids, `select product_id from hold_lines where order_id = $1`, o.ID)
	}
	if err != nil {
		return fmt.Errorf("order: what is held beyond a share: %w", err)
	}
	left, err := s.catalog.LockStockTx(ctx, tx, ids)
	if err != nil {
		return fmt.Errorf("order: %w", err)
	}
	var rows []struct {
		ProductID uuid.UUID `db:"product_id"`
		Held      int
	}
	err = tx.SelectContext(ctx, &rows, `
		select product_id, sum(quantity) as held from hold_lines where product_id = any($1) group by product_id`, pq.Array(ids))
	if err != nil {
		return fmt.Errorf("order: what is held of products: %w", err)
	}
	for _, r := range rows {
		if r.Held > shareOf(left[r.ProductID]+r.Held, bounds.ProductShare) {
			return ErrLastPieces
		}
	}
	var all totals
	err = tx.GetContext(ctx, &all, `
		with ordinary as (update holds set spare = 0 where order_id = $1)
		update hold_totals set spare = spare - $2 returning pieces, spare, on_sale`, o.ID, spare)
	if err != nil {
		return fmt.Errorf("order: hold within the shares: %w", err)
	}
	if all.Pieces-all.Spare > all.most(bounds) {
		return ErrLastPieces
	}
	return nil
}

// totals are the pieces in unconfirmed orders, those of them that were given beyond a share, and all that
// are in stock or held.
type totals struct {
	Pieces int
	Spare  int
	OnSale int `db:"on_sale"`
}

// most is how many of all goods may be held within the shares.
func (t totals) most(bounds settings.Holds) int {
	return max(shareOf(t.OnSale, bounds.MarketShare), bounds.OrderPieces)
}

// shareOf is that many percent of n pieces, rounded up to a whole one.
func shareOf(n, percent int) int { return (n*percent + 99) / 100 }

// measure counts all goods, if nobody ever has: from then on MeasureWorker does, and no buyer waits for it.
func (s *Service) measure(ctx context.Context) error {
	var mine bool
	err := s.db.GetContext(ctx, &mine, `
		with counting as (update hold_totals set counted_at = $1 where counted_at is null returning 1)
		select exists (select from counting)`, s.Now())
	if err != nil {
		return fmt.Errorf("order: count the goods: %w", err)
	}
	if !mine {
		return nil
	}
	return s.count(ctx)
}

// count counts the pieces of all goods, in stock or held, and the products that are held up. It reads the whole
// catalogue.
func (s *Service) count(ctx context.Context) error {
	stock, err := s.catalog.OnSale(ctx)
	if err != nil {
		return err
	}
	if _, err = s.db.ExecContext(ctx, `update hold_totals set on_sale = $1 + pieces, counted_at = $2`, stock, s.Now()); err != nil {
		return fmt.Errorf("order: count the goods: %w", err)
	}
	return s.countHeldUp(ctx)
}

// MeasureArgs is the periodic job that counts all goods, of which unconfirmed orders may hold a share. When much of
// them goes at once, that share is too large until the next time; those of each product never are.
type MeasureArgs struct{}

// Kind names the job.
func (MeasureArgs) Kind() string { return "order_measure" }

// MeasureWorker works MeasureArgs.
type MeasureWorker struct {
	river.WorkerDefaults[MeasureArgs]
	Orders *Service
}

// Work counts them.
func (w *MeasureWorker) Work(ctx context.Context, _ *river.Job[MeasureArgs]) error {
	return w.Orders.count(ctx)
}

// hold writes down that an order waits unconfirmed, with the pieces of it that are given beyond a share, as
// the transaction's last change: its row is everybody's. ErrMarketHeld, if unconfirmed orders would hold too
// much of all goods; ErrSpareHeld, if too much was given beyond that. It reports whether that is when the
// association has to be told.
func hold(ctx context.Context, tx *sqlx.Tx, o Order, by caller, spare int, told, letter bool, bounds settings.Holds) (alarm bool, err error) {
	var ids []uuid.UUID
	var quantities []int64
	for _, p := range o.Parts {
		for _, l := range p.Lines {
			ids, quantities = append(ids, l.ProductID), append(quantities, int64(l.Quantity))
		}
	}
	var all struct {
		totals
		Alarm bool
	}
	err = tx.GetContext(ctx, &all, `
		with held as (
		    insert into holds (order_id, phone, address, site, pieces, spare, told, letter, at) values ($1, $2, $3, $4, $5, $6, $7, $11, $8)
		), lines as (
		    insert into hold_lines (product_id, order_id, quantity)
		    select product_id, $1, quantity from unnest($9::uuid[], $10::int[]) as l (product_id, quantity)
		)
		update hold_totals set pieces = pieces + $5, spare = spare + $6
		returning pieces, spare, on_sale, alarm_since is null as alarm`,
		o.ID, by.phone, by.address, by.site, o.Pieces(), spare, told, o.PlacedAt, pq.Array(ids), pq.Array(quantities), letter)
	if err != nil {
		return false, fmt.Errorf("order: hold: %w", err)
	}
	if o.Sample {
		return false, nil
	}
	switch {
	case o.Pieces() > spare && all.Pieces-all.Spare > all.most(bounds):
		return false, ErrMarketHeld
	case spare > 0 && all.Spare > max(shareOf(all.OnSale, bounds.SpareShare), spareLeast):
		return false, ErrSpareHeld
	}
	if !all.Alarm || all.Pieces <= max(shareOf(all.OnSale, bounds.AlarmShare), bounds.OrderPieces) {
		return false, nil
	}
	if _, err := tx.ExecContext(ctx, `update hold_totals set alarm_since = $1`, o.PlacedAt); err != nil {
		return false, fmt.Errorf("order: raise the alarm: %w", err)
	}
	return true, nil
}

// endsAlarm is the condition on which an alarm of hold_totals t is over, once g.pieces are held no more:
// less is held than half of what raises one, which is the first parameter.
const endsAlarm = `(t.pieces - g.pieces) * 200 <= t.on_sale * $1::int`

// release says that the market's people have said yes to the order, or that it is over: what it has it
// holds from nobody any more.
func (o *locked) release(ctx context.Context, tx *sqlx.Tx) error {
	bounds, err := settings.Read(ctx, tx)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		with gone as (delete from holds where order_id = $2 returning pieces, spare)
		update hold_totals t
		set pieces = t.pieces - g.pieces, spare = t.spare - g.spare, alarm_since = case when `+endsAlarm+` then null else t.alarm_since end
		from gone g`, bounds.AlarmShare, o.ID)
	if err != nil {
		return fmt.Errorf("order: end of a hold: %w", err)
	}
	return nil
}

// shrink says that an unconfirmed order has lost some of its goods. What is left of it counts as given
// beyond a share first.
func (o *locked) shrink(ctx context.Context, tx *sqlx.Tx, lost []catalog.StockLine) error {
	ids, quantities := make([]uuid.UUID, len(lost)), make([]int, len(lost))
	for i, l := range lost {
		ids[i], quantities[i] = l.ProductID, l.Quantity
	}
	bounds, err := settings.Read(ctx, tx)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		with lost as (
		    select product_id, quantity from unnest($3::uuid[], $4::int[]) as l (product_id, quantity)
		), gone as (
		    delete from hold_lines h using lost l
		    where h.order_id = $2 and h.product_id = l.product_id and h.quantity <= l.quantity
		    returning l.quantity
		), less as (
		    update hold_lines h set quantity = h.quantity - l.quantity from lost l
		    where h.order_id = $2 and h.product_id = l.product_id and h.quantity > l.quantity
		    returning l.quantity
		), lines as (
		    select quantity from gone union all select quantity from less
		), g as (
		    select l.pieces, greatest(h.spare - (h.pieces - l.pieces), 0) as spare
		    from holds h cross join (select sum(quantity) as pieces from lines) l
		    where h.order_id = $2 and l.pieces > 0
		), shrunk as (
		    update holds h set pieces = h.pieces - g.pieces, spare = h.spare - g.spare from g where h.order_id = $2
		)
		update hold_totals t
		set pieces = t.pieces - g.pieces, spare = t.spare - g.spare, alarm_since = case when `+endsAlarm+` then null else t.alarm_since end
		from g`, bounds.AlarmShare, o.ID, pq.Array(ids), pq.Array(quantities))
	if err != nil {
		return fmt.Errorf("order: part of a hold: %w", err)
	}
	return nil
}
