package order

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/postgres"
)

// Token is the secret of an order's tracking link; link is which one of the order's it is (Order.Link).
// It is computed, so that it can be told again; the database holds only its hash, which says nothing
// without Secret.
func (s *Service) Token(orderID uuid.UUID, link int) string {
	mac := hmac.New(sha256.New, s.Secret)
	mac.Write([]byte("order"))
	mac.Write(orderID[:])
	if link > 0 { // the first is as old as the market
		mac.Write(binary.BigEndian.AppendUint64(nil, uint64(link)))
	}
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// RenewLink ends the tracking link of an order, for everybody who has it, and makes another;
// ErrNotFound if there is no such order.
func (s *Service) RenewLink(ctx context.Context, orderID uuid.UUID, _ By) error {
	return s.inTx(ctx, func(tx *sqlx.Tx) error {
		var link int
		err := tx.GetContext(ctx, &link, `update orders set link = link + 1 where id = $1 returning link`, orderID)
		if postgres.NoRows(err) {
			return ErrNotFound
		}
		if err == nil {
			_, err = tx.ExecContext(ctx, `update orders set token_hash = $2 where id = $1`, orderID, hashToken(s.Token(orderID, link)))
		}
		if err != nil {
			return fmt.Errorf("order: renew link: %w", err)
		}
		return nil
	})
}
