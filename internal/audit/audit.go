package audit

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
)

// Check is the outcome of one check.
type Check struct {
	Name     string   // what should be true, such as «stock is the sum of its movements»
	Count    int      // how many contradict it
	Problems []string // the first of those, at most Told
}

// OK reports whether nothing contradicts the check.
func (c Check) OK() bool { return c.Count == 0 }

// Found adds a problem.
func (c *Check) Found(problem string) {
	c.Count++
	if len(c.Problems) < Told {
		c.Problems = append(c.Problems, problem)
	}
}

// Told is how many problems of one check are named; the others are only counted.
const Told = 20

// Query finds what contradicts a check.
type Query struct {
	Name string // what should be true
	SQL  string // a query of one text column: what is wrong, and where
}

// Run asks each query. Every query sees one moment of the database, so that the checks hold beside
// a running market as well.
func Run(ctx context.Context, db *sqlx.DB, queries ...Query) ([]Check, error) {
	checks := make([]Check, len(queries))
	for i, q := range queries {
		checks[i].Name = q.Name
		var found []struct {
			Problem string
			Total   int
		}
		err := db.SelectContext(ctx, &found, `
			select problem, count(*) over () as total
			from (`+q.SQL+`) as found (problem)
			order by problem
			limit $1`, Told)
		if err != nil {
			return nil, fmt.Errorf("audit %q: %w", q.Name, err)
		}
		for _, f := range found {
			checks[i].Count = f.Total
			checks[i].Problems = append(checks[i].Problems, f.Problem)
		}
	}
	return checks, nil
}
