package order

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/payment/transfer"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/text"
)

// Payers gives who pays for each of these orders; see transfer.Payers.
func (s *Service) Payers(ctx context.Context, orders []uuid.UUID) (map[uuid.UUID]transfer.Payer, error) {
	var found []struct {
		ID     uuid.UUID
		Number string
		Name   string
	}
	err := s.db.SelectContext(ctx, &found, `
		select id, number, buyer_name as name from orders where id = any($1)`, pq.Array(orders))
	if err != nil {
		return nil, fmt.Errorf("order: who pays: %w", err)
	}
	payers := make(map[uuid.UUID]transfer.Payer, len(found))
	for _, o := range found {
		payers[o.ID] = transfer.Payer{Number: o.Number, Name: o.Name}
	}
	return payers, nil
}

// PayerBy gives the order of that number, uuid.Nil if there is none; see transfer.Payers.
func (s *Service) PayerBy(ctx context.Context, number string) (id uuid.UUID, err error) {
	err = s.db.GetContext(ctx, &id, `select id from orders where number = $1`, strings.ToUpper(text.Line(text.Digits(number))))
	if postgres.NoRows(err) {
		return uuid.Nil, nil
	}
	if err != nil {
		return uuid.Nil, fmt.Errorf("order: of number: %w", err)
	}
	return id, nil
}
