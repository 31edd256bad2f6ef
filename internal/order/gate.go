package order

import (
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/gate"
)

// newGate makes a Service.Gate for a pool of connections. Whatever changes an order waits for others who
// have the rows of its products, such as a file of nine thousand of them that is applied, and has a
// connection meanwhile. So half of the pool is the most that all of them have together, and the rest is
// there for everybody else. Of those who wait one network has half at most: it may be a crowd behind one
// address that has come for the last pieces.
func newGate(db *sqlx.DB) *gate.Gate {
	const waiting = 200
	half := max(1, db.Stats().MaxOpenConnections/2)
	return gate.New(gate.Limits{AtOnce: half, PerPerson: half + waiting/2, Waiting: waiting, Patience: 5 * time.Second})
}
