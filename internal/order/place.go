package order

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/settings"
)

// Where orders come from.
const (
	Shop = "shop"
	API  = "api"
)

// Line is a quantity of a product, in its units of sale.
type Line struct {
	ProductID uuid.UUID
	Quantity  int
}

// PlaceInput is what a buyer wants. What is ordered is either Lines or, with BasketToken, what lies
// in that basket and is to be had; the basket is then empty.
type PlaceInput struct {
	Lines          []Line
	BasketToken    string
	Buyer          Buyer
	Delivery       string        // delivery.Pickup or delivery.Home
	Payment        string        // name of a payment provider
	Locale         string        // the buyer's language
	Source         string        // Shop or API
	From           string        // the network address that it comes from; empty: none
	Spared         bool          // orders from that address are not counted together
	IdempotencyKey string        // within Source and the telephone number; empty: the request cannot be told from a second one
	Shown          *money.Amount // the sum of items that a page showed to the buyer; nil: she looks at none
	ShownUnits     *string       // likewise, Basket.Units
	ShownContents  *string       // likewise, Basket.Contents
	ShownFee       *money.Amount // likewise, the fee of the means
	At             time.Time     // when it is placed; zero: now
	Sample         bool          // part of the sample market: nobody is sent mail about it
}

// Placed is an order with the token of its tracking link.
type Placed struct {
	Order    Order
	Token    string
	Replayed bool // it had been placed before under the same key; Order is as it is now
}

// Place orders all of it or nothing. Prices and stock are those of this moment. Errors:
//   - *fault.Error of kind Invalid with Fields (see checked, and delivery.Service.Quote)
//   - *catalog.OutOfStock: something is short or no longer offered
//   - ErrChanged: the items cost another sum than Shown, or are sold in other units than ShownUnits
//   - ErrBasketChanged: something else lies in the basket than ShownContents
//   - ErrMeansFee: the means has another fee than ShownFee
//   - ErrBasketEmpty: nothing in the basket is to be had
//   - ErrIdempotencyConflict: the key was used for another request
//   - ErrPlacedElsewhere: a program sent this very request before, from another address or more than a day ago
//   - ErrPhoneWaits, ErrAddressWaits, *Held, ErrMarketHeld, ErrSpareHeld: too much waits unconfirmed (see hold.go)
//   - gate.ErrBusy: too many orders are being placed or changed (see Service.Gate)
func (s *Service) Place(ctx context.Context, in PlaceInput) (Placed, error) {
	if in.BasketToken != "" && len(in.Lines) > 0 {
		return Placed{}, errors.New("order: place either lines or a basket")
	}
	in, wrong := s.checked(in)
	terms, err := s.delivery.Terms(ctx, in.Delivery, in.Buyer.Place)
	if !join(wrong, err) {
		return Placed{}, err
	}
	if len(wrong.Fields) > 0 {
		return Placed{}, wrong
	}
	req := request{PlaceInput: in, terms: terms, at: s.moment(in.At)}
	if req.hash, err = hashOf(in); err != nil {
		return Placed{}, err
	}
	if in.IdempotencyKey != "" {
		key := in.Source + ":" + in.Buyer.Phone + ":" + in.IdempotencyKey
		req.key = &key
		if placed, found, err := s.replay(ctx, req); found || err != nil {
			return placed, err
		}
	}
	decided, err := settings.Read(ctx, s.db)
	if err != nil {
		return Placed{}, fmt.Errorf("order: %w", err)
	}
	req.commission, req.bounds, req.within = decided.Commission, decided.Holds, s.payWithin(decided, in.Payment)
	req.meansFee = s.decided(decided, in.Payment).fee
	req.refusal = func(total money.Amount, lastPieces bool) fault.Message {
		return s.refusal(decided, in.Payment, total, terms.NoCash, lastPieces)
	}
	if s.tx == nil {
		if err := s.measure(ctx); err != nil {
			return Placed{}, err
		}
	}
	var order Order
	err = s.inTx(ctx, string(s.callerOf(req).address), func(tx *sqlx.Tx) (err error) {
		order, err = s.placeTx(ctx, tx, req)
		return err
	})
	if err != nil {
		// Whatever stopped it, the same request may have been faster elsewhere: it took the last
		// pieces, emptied the basket or used up the key. Its answer is then this one's too.
		if req.key != nil {
			placed, found, again := s.replay(ctx, req)
			if found {
				return placed, again
			}
			err = errors.Join(err, again)
		}
		return Placed{}, err
	}
	return Placed{Order: order, Token: s.Token(order.ID, order.Link)}, nil
}

// request is a checked input with all that can be known before the transaction.
type request struct {
	PlaceInput
	key        *string // as it is kept: with the source and the telephone number, so that no two callers meet
	hash       []byte
	terms      delivery.Terms
	at         time.Time
	commission int           // basis points
	meansFee   money.Amount  // of its means
	within     time.Duration // that it has to be paid in before anything is prepared; zero: it is paid at the door
	bounds     settings.Holds

	refusal func(total money.Amount, lastPieces bool) fault.Message // why an order that comes to so much, without the means' fee, may not be paid so; without a Key it may
}

// replay finds the order that was placed under the request's key before.
func (s *Service) replay(ctx context.Context, req request) (Placed, bool, error) {
	var before struct {
		ID   uuid.UUID
		Hash []byte
		From []byte
	}
	err := s.db.GetContext(ctx, &before, `
		select id, request_hash as hash, placed_from as "from" from orders where idempotency_key = $1`, req.key)
	if postgres.NoRows(err) {
		return Placed{}, false, nil
	}
	if err != nil {
		return Placed{}, false, fmt.Errorf("order: look for idempotency key: %w", err)
	}
	if !slices.Equal(before.Hash, req.hash) {
		return Placed{}, true, ErrIdempotencyConflict
	}
	// A form's key is a secret that the market made. A program's is its own, and may be «1»: the link is not for
	// everybody who guesses it.
	if req.Source == API && !s.marked(before.From, "placed", req.From) {
		return Placed{}, true, ErrPlacedElsewhere
	}
	order, err := s.ForAssociation(ctx, before.ID)
	if err != nil {
		return Placed{}, true, err
	}
	order.Acting = true
	return Placed{Order: order.withoutStaff(), Token: s.TokenAgain(order), Replayed: true}, true, nil
}

// placeTx writes the order and all that belongs to it.
func (s *Service) placeTx(ctx context.Context, tx *sqlx.Tx, req request) (Order, error) {
	if req.BasketToken != "" {
		lines, contents, err := takeBasket(ctx, tx, req.BasketToken, req.at)
		if err != nil {
			return Order{}, err
		}
		if req.ShownContents != nil && *req.ShownContents != contents {
			return Order{}, ErrBasketChanged
		}
		req.Lines = lines
	}
	if wrong := tooLarge(req.Lines, req.bounds); wrong != nil && !req.Sample {
		return Order{}, wrong
	}
	by, err := s.takeTurn(ctx, tx, req)
	if err != nil {
		return Order{}, err
	}
	id := postgres.NewID()
	stock := make([]catalog.StockLine, len(req.Lines))
	for i, l := range req.Lines {
		stock[i] = catalog.StockLine{ProductID: l.ProductID, Quantity: l.Quantity}
	}
	products, err := s.catalog.ReserveTx(ctx, tx, id, stock, actor.OfBuyer())
	if err != nil {
		return Order{}, err
	}
	spare := 0
	if !req.Sample {
		if spare, err = checkShares(ctx, tx, by, req.Lines, products, req.bounds); err != nil {
			return Order{}, err
		}
	}
	order, err := compose(id, req, products, spare)
	if err != nil {
		return Order{}, err
	}
	if req.Shown != nil && *req.Shown != order.Items || req.ShownUnits != nil && *req.ShownUnits != unitsOf(products) {
		return Order{}, ErrChanged
	}
	var from []byte
	if req.key != nil && req.Source == API {
		from = s.mark("placed", req.From)
	}
	order.TokenHash = hashToken(s.Token(id, order.Link))
	if order.Number, err = insertOrder(ctx, tx, order, req, from); err != nil {
		return Order{}, err
	}
	if order.State != StateAwaiting { // else they are told when it is paid
		if err := s.tellFew(ctx, tx, &order, by.makers); err != nil {
			return Order{}, err
		}
	}
	if err := insertParts(ctx, tx, order); err != nil {
		return Order{}, err
	}
	if err := insertEvents(ctx, tx, order.ID, order.Events); err != nil {
		return Order{}, err
	}
	if err := insertPromise(ctx, tx, id, delivery.Window{From: order.DeliverFrom, To: order.DeliverTo}, promisePlaced, req.at); err != nil {
		return Order{}, err
	}
	if err := s.payments.OpenTx(ctx, tx, id, order.Payment, order.Total, req.at, order.ExpiresAt); err != nil {
		return Order{}, err
	}
	err = ledger.RecordTx(ctx, tx, ledger.Journal{
		Reference: "order:" + id.String() + ":placed", Kind: journalPlaced, OrderID: &id, At: req.at,
		Postings: salePostings(order.Parts, charges{order.DeliveryFee, order.MeansFee}),
	})
	if err != nil {
		return Order{}, err
	}
	told, letter, err := s.announce(ctx, tx, order, by)
	if err != nil {
		return Order{}, err
	}
	alarm, err := hold(ctx, tx, order, by, spare, told, letter, req.bounds)
	if alarm {
		err = s.announceAlarm(ctx, tx, order)
	}
	return order, err
}

// compose makes the order out of the request and the products as they are sold: a part for each
// cooperative, parts and lines in the order in which the buyer named them. With spare pieces it is held
// briefly.
func compose(id uuid.UUID, req request, products []catalog.Product, spare int) (Order, error) {
	held := time.Duration(req.bounds.HoldHours) * time.Hour
	if spare > 0 {
		held = spareFor
	}
	state, partState := StatePlaced, PartPlaced
	if req.within > 0 {
		state, partState = StateAwaiting, PartAwaiting
		if spare == 0 {
			held = req.within
		}
		held = min(held, req.within)
	}
	byID := make(map[uuid.UUID]catalog.Product, len(products))
	for _, p := range products {
		byID[p.ID] = p
	}
	o := Order{
		ID: id, Source: req.Source, Locale: req.Locale, Buyer: req.Buyer, PlaceName: req.terms.PlaceName,
		Delivery: req.Delivery, Payment: req.Payment, State: state, Sample: req.Sample, Acting: true, LastPieces: spare > 0,
		PlacedAt: req.at, ExpiresAt: req.at.Add(held),
		Events: []Event{{ID: postgres.NewID(), State: string(state), Actor: actor.Buyer, At: req.at}},
	}
	var fresh []i18n.Text
	prepare := 0
	partOf := make(map[uuid.UUID]int)
	for _, l := range req.Lines {
		p := byID[l.ProductID]
		i, known := partOf[p.Cooperative.ID]
		if !known {
			i = len(o.Parts)
			partOf[p.Cooperative.ID] = i
			part := Part{ID: postgres.NewID(), Cooperative: p.Cooperative, State: partState}
			o.Parts = append(o.Parts, part)
			o.Events = append(o.Events, Event{ID: postgres.NewID(), PartID: &part.ID, State: string(partState), Actor: actor.Buyer, At: req.at})
		}
		line := OrderLine{
			ID: postgres.NewID(), ProductID: p.ID, Name: p.Name, UnitAmount: p.UnitAmount, UnitCode: p.UnitCode,
			Price: p.Price, Placed: l.Quantity, Quantity: l.Quantity,
			Slug: p.Slug, Drawing: p.Drawing, CategoryDrawing: p.CategoryDrawing, PictureID: p.PictureID, Perishable: p.Perishable,
		}
		line.PlacedTotal = p.Price * money.Amount(l.Quantity)
		line.Total = line.PlacedTotal
		o.Parts[i].Lines = append(o.Parts[i].Lines, line)
		o.Parts[i].Placed += line.Total
		o.Parts[i].Items += line.Total
		o.Items += line.Total
		o.Parts[i].Prepare = max(o.Parts[i].Prepare, p.Prepare)
		prepare = max(prepare, p.Prepare)
		if p.Perishable {
			fresh = append(fresh, p.Name)
		}
	}
	for i, p := range o.Parts {
		o.Parts[i].Commission = p.Items.Share(req.commission)
		o.Parts[i].HandOverBy = req.terms.Round.LatestHandOver(req.terms.Stage(p.Prepare, req.at))
	}
	quote, err := req.terms.Quote(o.Items, len(fresh) > 0, prepare, req.at)
	if err != nil {
		refused := fault.New(ErrInvalid.Kind, ErrInvalid.Key)
		if !join(refused, err) {
			return Order{}, err
		}
		if told, ok := refused.Fields["place"]; ok && told.Key == delivery.TooFar {
			refused.Field("place", "order.fresh_too_far", "Place", told.Args["Place"], "Zones", told.Args["Zones"], "Goods", namesOf(fresh))
		}
		return Order{}, refused
	}
	o.DeliveryFee, o.DeliverFrom, o.DeliverTo = quote.Fee, quote.From, quote.To
	o.MeansFee = req.meansFee
	o.Total = o.Items + o.DeliveryFee + o.MeansFee
	o.Due = o.Total
	if why := req.refusal(o.Total-o.MeansFee, o.LastPieces); why.Key != "" && !req.Sample {
		refused := fault.New(ErrInvalid.Kind, ErrInvalid.Key)
		refused.Fields = map[string]fault.Message{"payment": why}
		return Order{}, refused
	}
	if req.ShownFee != nil && *req.ShownFee != o.MeansFee {
		return Order{}, ErrMeansFee
	}
	return o, nil
}
