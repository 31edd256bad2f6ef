package order

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/postgres"
)

// An order has three links. The tracking link is its buyer's own: whoever has it may cancel the order. The
// reading link only shows it, and is what is passed on. The confirming link goes to the buyer's mailbox
// and nowhere else, so that it proves that the mailbox was read.

// Token is the secret of an order's tracking link; link is which one of the order's it is (Order.Link).
// It is computed, so that it can be told again; the database holds only its hash, which says nothing
// without Secret.
func (s *Service) Token(orderID uuid.UUID, link int) string {
	return trackingToken(s.secret, orderID, link)
}

// TokenAgain tells the token of an order's tracking link again, whichever secret made it. Where that secret
// is gone the link is over, and it is the token of the reading link, until the links are renewed.
func (s *Service) TokenAgain(o Order) string {
	for _, secret := range s.secrets() {
		if token := trackingToken(secret, o.ID, o.Link); slices.Equal(hashToken(token), o.TokenHash) {
			return token
		}
	}
	return s.ReadingToken(o.ID, o.Link)
}

// ReadingToken is the secret of an order's reading link. It names the order, so that nothing has to be
// kept of it.
func (s *Service) ReadingToken(orderID uuid.UUID, link int) string {
	return readingToken(s.secret, orderID, link)
}

// tokenKind makes an order's token under a secret.
type tokenKind func(secret []byte, orderID uuid.UUID, link int) string

func trackingToken(secret []byte, orderID uuid.UUID, link int) string {
	return base64.RawURLEncoding.EncodeToString(linkMAC(secret, "order", orderID, link))
}

func readingToken(secret []byte, orderID uuid.UUID, link int) string {
	return namingToken(secret, "order-reading", orderID, link)
}

func confirmingToken(secret []byte, orderID uuid.UUID, link int) string {
	return namingToken(secret, "order-confirming", orderID, link)
}

func namingToken(secret []byte, kind string, orderID uuid.UUID, link int) string {
	return base64.RawURLEncoding.EncodeToString(append(orderID[:], linkMAC(secret, kind, orderID, link)...))
}

// secrets are all that links may have been made with, the one that makes them first.
func (s *Service) secrets() [][]byte { return slices.Concat([][]byte{s.secret}, s.SecretsBefore) }

// made reports whether a token is the order's, under any of the secrets, without telling by the time it
// takes how much of it is right.
func (s *Service) made(token string, kind tokenKind, orderID uuid.UUID, link int) bool {
	return slices.ContainsFunc(s.secrets(), func(secret []byte) bool {
		return hmac.Equal([]byte(token), []byte(kind(secret, orderID, link)))
	})
}

// named is the order that a reading or confirming token names. Whether the token is the order's has to be
// asked by made.
func named(token string) (uuid.UUID, error) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) != len(uuid.UUID{})+sha256.Size {
		return uuid.Nil, ErrNotFound
	}
	return uuid.UUID(raw[:len(uuid.UUID{})]), nil
}

func linkMAC(secret []byte, kind string, orderID uuid.UUID, link int) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(kind))
	mac.Write(orderID[:])
	if link > 0 { // the first is as old as the market
		mac.Write(binary.BigEndian.AppendUint64(nil, uint64(link)))
	}
	return mac.Sum(nil)
}

// SecretConfirm is the kind of a mail's secret that Confirming makes.
const SecretConfirm = "order_confirm"

// Confirming makes the secret of an order's confirming link for the mail that carries it; mail.ErrOver
// once there is nothing left to confirm.
func (s *Service) Confirming(ctx context.Context, orderID uuid.UUID) (string, error) {
	var o struct {
		State State
		Link  int
	}
	err := s.db.GetContext(ctx, &o, `select state, link from orders where id = $1`, orderID)
	if postgres.NoRows(err) || err == nil && o.State != StatePlaced {
		return "", mail.ErrOver
	}
	if err != nil {
		return "", fmt.Errorf("order: confirming link: %w", err)
	}
	return confirmingToken(s.secret, orderID, o.Link), nil
}

// RenewLink ends the links of an order, for everybody who has them, and makes others. seen is which of them
// (Order.Link) whoever asks for it saw, so that a link which somebody else has just passed on stays good: if
// there is another, ErrWrongState; nil: whichever. ErrNotFound if there is no such order,
// ErrErased if its links have ended for good.
func (s *Service) RenewLink(ctx context.Context, orderID uuid.UUID, seen *int64) error {
	return s.inTx(ctx, "", func(tx *sqlx.Tx) error {
		var renewed struct {
			Link   int
			Erased bool
		}
		err := tx.GetContext(ctx, &renewed, `
			update orders set link = link + 1 where id = $1 returning link, erased_at is not null as erased`, orderID)
		switch {
		case postgres.NoRows(err):
			return ErrNotFound
		case err == nil && renewed.Erased:
			return ErrErased
		case err == nil && seen != nil && *seen != int64(renewed.Link-1):
			return ErrWrongState
		case err == nil:
			_, err = tx.ExecContext(ctx, `update orders set token_hash = $2 where id = $1`, orderID, hashToken(s.Token(orderID, renewed.Link)))
		}
		if err != nil {
			return fmt.Errorf("order: renew link: %w", err)
		}
		return nil
	})
}
