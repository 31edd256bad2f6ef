package order

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/clock"
)

// numberTries bounds how often another number is drawn. A month has a hundred million, so that two
// in a row that are taken are rarer than anything else that can go wrong.
const numberTries = 5

// monthOfNumber is how a number tells the month in which its order was placed, as package time has it.
const monthOfNumber = "0601"

// insertOrder writes the order's own row and gives the number that it drew for it.
func insertOrder(ctx context.Context, tx *sqlx.Tx, o Order, req request, from []byte) (string, error) {
	for range numberTries {
		number := fmt.Sprintf("S-%s-%08d", o.PlacedAt.In(clock.Zone).Format(monthOfNumber), rand.IntN(100_000_000))
		result, err := tx.ExecContext(ctx, `
			insert into orders (id, number, token_hash, idempotency_key, request_hash, source, locale,
			    buyer_name, buyer_phone, buyer_email, place, address, landmark, note, delivery, payment,
			    items_centimes, delivery_centimes, total_centimes, due_centimes, state,
			    deliver_from, deliver_to, sample, placed_at, expires_at, placed_from, means_fee_centimes, rest_day)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29)
			on conflict on constraint orders_number_key do nothing`,
			o.ID, number, o.TokenHash, req.key, req.hash, o.Source, o.Locale,
			o.Buyer.Name, o.Buyer.Phone, o.Buyer.Email, o.Buyer.Place, o.Buyer.Address, o.Buyer.Landmark, o.Buyer.Note, o.Delivery, o.Payment,
			o.Items, o.DeliveryFee, o.Total, o.Due, o.State,
			o.DeliverFrom, o.DeliverTo, o.Sample, o.PlacedAt, o.ExpiresAt, from, o.MeansFee, req.terms.Round.Rest)
		if err != nil {
			return "", fmt.Errorf("order: insert: %w", err)
		}
		if n, err := result.RowsAffected(); err != nil {
			return "", fmt.Errorf("order: insert: %w", err)
		} else if n == 1 {
			return number, nil
		}
	}
	return "", errors.New("order: no free number found")
}

// insertParts writes the parts and all their lines, in two statements.
func insertParts(ctx context.Context, tx *sqlx.Tx, o Order) error {
	type partRow struct {
		ID, OrderID, CooperativeID uuid.UUID
		State                      PartState
		Items, Commission          int64
		Told                       bool
		Prepare                    int
		HandOverBy, Due            time.Time
	}
	type lineRow struct {
		ID, PartID, ProductID uuid.UUID
		AR, FR, EN            string
		UnitAmount            int
		UnitCode              string
		Price                 int64
		Quantity              int
		Perishable            bool
	}
	var parts []partRow
	var lines []lineRow
	for _, p := range o.Parts {
		parts = append(parts, partRow{p.ID, o.ID, p.Cooperative.ID, p.State, int64(p.Items), int64(p.Commission), p.Told, p.Prepare, p.HandOverBy, o.ExpiresAt})
		for _, l := range p.Lines {
			lines = append(lines, lineRow{l.ID, p.ID, l.ProductID, l.Name.AR, l.Name.FR, l.Name.EN,
				l.UnitAmount, l.UnitCode, int64(l.Price), l.Quantity, l.Perishable})
		}
	}
	_, err := tx.NamedExecContext(ctx, `
		insert into sub_orders (id, order_id, cooperative_id, state, items_centimes, commission_centimes, told, prepare_days, hand_over_by, due_at)
		values (:id, :orderid, :cooperativeid, :state, :items, :commission, :told, :prepare, :handoverby, :due)`, parts)
	if err != nil {
		return fmt.Errorf("order: insert parts: %w", err)
	}
	_, err = tx.NamedExecContext(ctx, `
		insert into order_lines (id, sub_order_id, product_id, name_ar, name_fr, name_en,
		    unit_amount, unit_code, price_centimes, quantity, perishable)
		values (:id, :partid, :productid, :ar, :fr, :en, :unitamount, :unitcode, :price, :quantity, :perishable)`, lines)
	if err != nil {
		return fmt.Errorf("order: insert lines: %w", err)
	}
	return nil
}

// insertEvents appends to an order's history.
func insertEvents(ctx context.Context, tx *sqlx.Tx, orderID uuid.UUID, events []Event) error {
	type eventRow struct {
		ID, OrderID    uuid.UUID
		PartID, UserID *uuid.UUID
		State, Note    string
		Actor          actor.Kind
		At             time.Time
	}
	rows := make([]eventRow, len(events))
	for i, e := range events {
		rows[i] = eventRow{e.ID, orderID, e.PartID, e.UserID, e.State, e.Note, e.Actor, e.At}
	}
	_, err := tx.NamedExecContext(ctx, `
		insert into order_events (id, order_id, sub_order_id, state, note, actor, user_id, at)
		values (:id, :orderid, :partid, :state, :note, :actor, :userid, :at)`, rows)
	if err != nil {
		return fmt.Errorf("order: insert events: %w", err)
	}
	return nil
}
