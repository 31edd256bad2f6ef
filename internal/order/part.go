package order

import (
	"context"

	"github.com/google/uuid"
)

// The moves of a member with her cooperative's part of an order; see Move.

// Accept says that the cooperative prepares its part; with the first, the order is confirmed.
func (s *Service) Accept(ctx context.Context, partID uuid.UUID, by By) error {
	return s.Move(ctx, MoveAccept, partID, by)
}

// Ready says that an accepted part waits to be fetched.
func (s *Service) Ready(ctx context.Context, partID uuid.UUID, by By) error {
	return s.Move(ctx, MoveReady, partID, by)
}

// HandOver says that a ready part is with the association now.
func (s *Service) HandOver(ctx context.Context, partID uuid.UUID, by By) error {
	return s.Move(ctx, MoveHandOver, partID, by)
}

// Decline says that the cooperative cannot prepare its part; by.Note says why. The goods go back
// into stock, the buyer owes less; when no part is left, the order is cancelled.
func (s *Service) Decline(ctx context.Context, partID uuid.UUID, by By) error {
	return s.Move(ctx, MoveDecline, partID, by)
}
