package order

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/mail"
)

// announce queues what has to happen after an order is placed: mail to each cooperative about its
// own part and to the association about the whole, and the end of the reservations.
func (s *Service) announce(ctx context.Context, tx *sqlx.Tx, o Order) error {
	var jobs []river.InsertManyParams
	if !o.Sample {
		messages, err := s.messages(ctx, tx, o)
		if err != nil {
			return err
		}
		for _, m := range messages {
			jobs = append(jobs, river.InsertManyParams{Args: mail.SendArgs{Message: m}})
		}
	}
	if o.ExpiresAt.After(s.Now()) { // else it is loaded from the past, and its story is known
		jobs = append(jobs, river.InsertManyParams{
			Args: ExpireArgs{OrderID: o.ID}, InsertOpts: &river.InsertOpts{ScheduledAt: o.ExpiresAt},
		})
	}
	return s.Jobs.InsertManyTx(ctx, tx, jobs)
}

func (s *Service) messages(ctx context.Context, tx *sqlx.Tx, o Order) ([]mail.Message, error) {
	parts := make(map[uuid.UUID]Part, len(o.Parts))
	cooperatives := make([]uuid.UUID, len(o.Parts))
	for i, p := range o.Parts {
		parts[p.Cooperative.ID] = p
		cooperatives[i] = p.Cooperative.ID
	}
	var recipients []struct {
		CooperativeID *uuid.UUID `db:"cooperative_id"` // nil: of the association
		Email         string
		Locale        string
	}
	// A cooperative is written to in the language of whoever first signed in for it.
	err := tx.SelectContext(ctx, &recipients, `
		select c.id as cooperative_id, c.email,
		       coalesce((select u.locale from users u where u.cooperative_id = c.id and u.disabled_at is null
		                 order by u.created_at, u.id limit 1), '') as locale
		from cooperatives c where c.id = any($1) and c.email <> ''
		union all
		select null, email, locale from users
		where role = 'association' and email is not null and disabled_at is null`, pq.Array(cooperatives))
	if err != nil {
		return nil, fmt.Errorf("order: whom to tell: %w", err)
	}
	messages := make([]mail.Message, len(recipients))
	for i, r := range recipients {
		l := s.Texts.Locale(r.Locale)
		if r.CooperativeID != nil {
			messages[i] = s.partMessage(l, o, parts[*r.CooperativeID])
		} else {
			messages[i] = s.orderMessage(l, o)
		}
		messages[i].To = r.Email
	}
	return messages, nil
}

// partMessage tells a cooperative of its own part and of nothing else.
func (s *Service) partMessage(l *i18n.Locale, o Order, p Part) mail.Message {
	return mail.Message{
		Subject: l.T("order.mail.part_subject", "Number", o.Number),
		Body: l.T("order.mail.part_body", "Number", o.Number, "Lines", linesText(l, p.Lines),
			"Items", l.Money(p.Items), "Until", l.DateTime(o.ExpiresAt),
			"Link", s.BaseURL+"/"+l.Code()+"/seller/orders/"+p.ID.String()),
	}
}

// orderMessage tells the association of the whole order. Who ordered is behind the link.
func (s *Service) orderMessage(l *i18n.Locale, o Order) mail.Message {
	var names []string
	for _, p := range o.Parts {
		names = append(names, l.T("order.mail.part", "Name", l.Text(p.Cooperative.Name), "Items", l.Money(p.Items)))
	}
	return mail.Message{
		Subject: l.T("order.mail.order_subject", "Number", o.Number, "Total", l.Money(o.Total)),
		Body: l.T("order.mail.order_body", "Number", o.Number, "Place", l.Text(o.PlaceName),
			"Parts", strings.Join(names, "\n"), "Total", l.Money(o.Total),
			"Link", s.BaseURL+"/"+l.Code()+"/association/orders/"+o.ID.String()),
	}
}

func linesText(l *i18n.Locale, lines []OrderLine) string {
	texts := make([]string, len(lines))
	for i, line := range lines {
		texts[i] = l.T("order.mail.line", "Quantity", l.Number(line.Quantity), "Name", l.Text(line.Name),
			"Unit", l.Unit(line.UnitAmount, line.UnitCode))
	}
	return strings.Join(texts, "\n")
}
