package search

import (
	"context"
	"time"
)

// Change is a product that an engine has still to learn about. Its generation goes up with every
// change, so that a change that comes while an earlier one is being written is not lost.
type Change struct {
	ID         string
	Generation int64
}

// Source is the database's side of keeping an engine up to date: the documents, and for each engine
// the set of products that it has still to learn about. Documents reads what is true now.
type Source interface {
	// Register makes an engine known, so that changes are queued for it from now on, or tells that it is
	// still there. One that has not been seen for long may be forgotten. It tells whether the engine was
	// unknown before.
	Register(ctx context.Context, engine string) (unknown bool, err error)
	// Claim lends up to max changes to the caller, oldest first. Nobody else gets them until lease has
	// passed or they are released.
	Claim(ctx context.Context, engine string, max int, lease time.Duration) ([]Change, error)
	// Documents reads what buyers may see of these products. A product that is not in the answer is to
	// be deleted from the engine.
	Documents(ctx context.Context, ids []string) ([]Document, error)
	// Done removes the changes whose generation did not move meanwhile; the others can be claimed again.
	Done(ctx context.Context, engine string, changes []Change) error
	// Release gives changes back at once, to be claimed again.
	Release(ctx context.Context, engine string, changes []Change) error
	// All reads up to max documents with an id after the given one, in the order of their ids. A short
	// answer that is not empty does not mean the end; an empty one does.
	All(ctx context.Context, after string, max int) ([]Document, error)
	// Pending counts what the engine has still to learn about.
	Pending(ctx context.Context, engine string) (int, error)
}
