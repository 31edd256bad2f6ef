package report

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"
)

// Of is what one cooperative has sold since the beginning, as Sales counts it.
func (s *Service) Of(ctx context.Context, cooperative uuid.UUID) (Figures, error) {
	of, err := s.OfEach(ctx, []uuid.UUID{cooperative})
	return of[cooperative], err
}

// OfEach is what each of these cooperatives has sold since the beginning, as Sales counts it; one that has sold
// nothing is not in it.
func (s *Service) OfEach(ctx context.Context, cooperatives []uuid.UUID) (map[uuid.UUID]Figures, error) {
	var rows []struct {
		ID uuid.UUID `db:"cooperative_id"`
		Figures
	}
	err := s.db.SelectContext(ctx, &rows, `
		with parts as (
		    select p.cooperative_id, j.order_id, `+movedSums+`
		    from ledger_postings p
		    join ledger_journals j on j.id = p.journal_id
		    join order_heads o on o.id = j.order_id
		    where p.cooperative_id = any($1::uuid[]) and not o.unconfirmed
		    group by p.cooperative_id, j.order_id
		)
		select cooperative_id, sum(paid) as paid, sum(earned) as earned, sum(total - paid) as under_way, count(*) as orders
		from parts where total > 0
		group by cooperative_id`, pq.Array(cooperatives))
	if err != nil {
		return nil, fmt.Errorf("sales of some cooperatives: %w", err)
	}
	of := make(map[uuid.UUID]Figures, len(rows))
	for _, r := range rows {
		of[r.ID] = r.Figures
	}
	return of, nil
}
