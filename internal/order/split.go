package order

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
)

// Split is from whom comes what a buyer is given back, or is not to pay any more.
type Split struct {
	Parts    []PartSplit
	Delivery money.Amount
	MeansFee money.Amount // of the means by which it was paid
	Fee      money.Amount // that the provider keeps on it, and the association bears; zero: none, or not known
}

// PartSplit is what comes from a cooperative and of the commission on its goods.
type PartSplit struct {
	Cooperative i18n.Text
	Share       money.Amount
	Commission  money.Amount
	Fee         money.Amount // that the provider keeps on it, and the cooperative bears
}

// Commission is that on all goods.
func (s Split) Commission() (sum money.Amount) {
	for _, p := range s.Parts {
		sum += p.Commission
	}
	return sum
}

// Back is what the buyer has of it.
func (s Split) Back() money.Amount {
	sum := s.Delivery + s.MeansFee
	for _, p := range s.Parts {
		sum += p.Share + p.Commission
	}
	return sum
}

// errOnlyAsked ends a transaction that was to tell what would happen.
var errOnlyAsked = errors.New("order: it was only asked what would happen")

// SplitOf tells from whom would come what Refund would give back now; nothing, if it was given back already. Errors as
// Refund.
func (s *Service) SplitOf(ctx context.Context, orderID uuid.UUID, in RefundInput, by By) (split Split, err error) {
	err = s.inTx(ctx, "", func(tx *sqlx.Tx) error {
		if err := s.LockTx(ctx, tx, orderID); err != nil {
			return err
		}
		before, err := splitNow(ctx, tx, orderID)
		if err != nil {
			return err
		}
		if err := s.Within(tx).Refund(ctx, orderID, in, by); err != nil {
			return err
		}
		after, err := splitNow(ctx, tx, orderID)
		if err != nil {
			return err
		}
		split = before.less(after)
		return errOnlyAsked
	})
	if !errors.Is(err, errOnlyAsked) {
		return Split{}, err
	}
	return split, nil
}

// splitNow is to whom goes what an order comes to, and what the provider keeps on what is given back of it, below zero.
func splitNow(ctx context.Context, tx *sqlx.Tx, orderID uuid.UUID) (now Split, err error) {
	o, err := readOrder(ctx, tx, `o.id = $1`, orderID)
	if err != nil {
		return now, err
	}
	var borne []struct {
		Cooperative uuid.UUID
		Fee         money.Amount
	}
	err = tx.SelectContext(ctx, &borne, `
		select cooperative_id as cooperative, sum(promised_centimes)::bigint as fee from order_fees_borne where order_id = $1 group by 1`, orderID)
	if err == nil {
		err = tx.GetContext(ctx, &now.Fee, `
			select coalesce(sum(div(fee_centimes::numeric * back, received_centimes)), 0)::bigint
			from (
			    select fee_centimes, received_centimes, sum(amount_centimes) as back
			    from payment_requests where reference = $1 group by attempt_id, fee_centimes, received_centimes
			) a`, orderID)
	}
	if err != nil {
		return now, fmt.Errorf("order: fees of what is given back: %w", err)
	}
	fees := make(map[uuid.UUID]money.Amount, len(borne))
	for _, b := range borne {
		fees[b.Cooperative] = b.Fee
		now.Fee -= b.Fee
	}
	now.Fee = -now.Fee
	for _, p := range o.Parts {
		part := PartSplit{Cooperative: p.Cooperative.Name, Fee: -fees[p.Cooperative.ID]}
		if p.State.Active() {
			part.Share, part.Commission = p.Items-p.Commission, p.Commission
			now.Delivery, now.MeansFee = o.DeliveryFee-o.FeeBack, o.MeansFee-o.MeansFeeBack
		}
		now.Parts = append(now.Parts, part)
	}
	return now, nil
}

// less is by how much each of it becomes less: of the fees, more.
func (s Split) less(after Split) Split {
	off := Split{Delivery: s.Delivery - after.Delivery, MeansFee: s.MeansFee - after.MeansFee, Fee: max(0, s.Fee-after.Fee)}
	for i, p := range s.Parts {
		q := after.Parts[i]
		part := PartSplit{Cooperative: p.Cooperative, Share: p.Share - q.Share, Commission: p.Commission - q.Commission, Fee: p.Fee - q.Fee}
		if part.Share != 0 || part.Commission != 0 || part.Fee != 0 {
			off.Parts = append(off.Parts, part)
		}
		if part.Fee > 0 {
			off.Fee = 0
		}
	}
	return off
}
