package catalog

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/keyset"
)

// ExpireLabelsArgs is the periodic job that lets search learn of certificates that have run out: no
// row changes on that day by itself. Once a day is often enough; a few missed days do not matter.
type ExpireLabelsArgs struct{}

// Kind names the job.
func (ExpireLabelsArgs) Kind() string { return "catalog_expire_labels" }

// ExpireLabelsWorker works ExpireLabelsArgs.
type ExpireLabelsWorker struct {
	river.WorkerDefaults[ExpireLabelsArgs]
	Catalog *Service
}

// Work touches the labels that ran out in the last week, which puts their products into the pending
// set. Pages need no such thing: they compare the day.
func (w *ExpireLabelsWorker) Work(ctx context.Context, _ *river.Job[ExpireLabelsArgs]) error {
	_, err := w.Catalog.db.ExecContext(ctx, `
		update product_labels set certificate = certificate
		where expires_on < $1::date and expires_on >= $1::date - 7`, clock.Day(w.Catalog.now()))
	if err != nil {
		return fmt.Errorf("catalog: expired labels: %w", err)
	}
	return nil
}

// CarryLabelTx lets a product carry a label, with the certificate that proves it until its last day. It takes the place
// of one that it carried before.
func (s *Service) CarryLabelTx(ctx context.Context, tx *sqlx.Tx, productID uuid.UUID, label, certificate string, until time.Time) error {
	_, err := tx.ExecContext(ctx, `
		insert into product_labels (product_id, label, certificate, expires_on) values ($1, $2, $3, $4)
		on conflict (product_id, label) do update
		    set certificate = excluded.certificate, expires_on = excluded.expires_on, reminded = 0`, productID, label, certificate, until)
	if err != nil {
		return fmt.Errorf("catalog: carry label: %w", err)
	}
	return nil
}

// DropLabelTx takes a label off a product of the cooperative, and reports whether it carried it.
func (s *Service) DropLabelTx(ctx context.Context, tx *sqlx.Tx, coopID, productID uuid.UUID, label string) (bool, error) {
	result, err := tx.ExecContext(ctx, `
		delete from product_labels where cooperative_id = $1 and product_id = $2 and label = $3`, coopID, productID, label)
	if err != nil {
		return false, fmt.Errorf("catalog: drop label: %w", err)
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

// EndingLabel is a label of a product whose certificate ends soon.
type EndingLabel struct {
	ProductID     uuid.UUID `db:"product_id"`
	CooperativeID uuid.UUID `db:"cooperative_id"`
	Product       i18n.Text
	Label         string // its slug
	Certificate   string
	ExpiresOn     time.Time `db:"expires_on"`
}

// How many days before its end a label is told of, first and last, and to how many cooperatives at once.
const (
	remindedFirst = 30
	remindedLast  = 7
	remindedOnce  = 50
)

// EndingLabelsTx gives the labels of some cooperatives that end within thirty days, or seven, and were not given for that
// before: those of one cooperative together, the first to end first.
func (s *Service) EndingLabelsTx(ctx context.Context, tx *sqlx.Tx) ([]EndingLabel, error) {
	// What another instance has told meanwhile is not due any more once its lock is had.
	const due = `
		p.state <> 'archived' and l.expires_on between $1::date and $1::date + $2::int
		and (l.reminded = 0 or l.expires_on <= $1::date + $3::int and l.reminded = $2::int)`
	var list []EndingLabel
	err := tx.SelectContext(ctx, &list, `
		with chosen as (
		    select distinct l.cooperative_id from product_labels l join products p on p.id = l.product_id
		    where `+due+` order by 1 limit $4
		), due as (
		    select l.product_id, l.label, case when l.expires_on <= $1::date + $3::int then $3::int else $2::int end as days
		    from product_labels l join products p on p.id = l.product_id
		    where l.cooperative_id in (select cooperative_id from chosen) and `+due+`
		    order by l.product_id, l.label
		    for update of l
		), told as (
		    update product_labels l set reminded = due.days from due where l.product_id = due.product_id and l.label = due.label
		    returning l.product_id, l.cooperative_id, l.label, l.certificate, l.expires_on
		)
		select t.product_id, t.cooperative_id, p.name_ar as "product.ar", p.name_fr as "product.fr", p.name_en as "product.en",
		       t.label, t.certificate, t.expires_on
		from told t join products p on p.id = t.product_id
		order by t.cooperative_id, t.expires_on, t.product_id, t.label`, clock.Day(s.now()), remindedFirst, remindedLast, remindedOnce)
	if err != nil {
		return nil, fmt.Errorf("catalog: ending labels: %w", err)
	}
	return list, nil
}

// SoonEnding is a label that ends soon, as the association reads of it.
type SoonEnding struct {
	EndingLabel
	ID          uuid.UUID // of the label on that product
	Cooperative i18n.Text
	Slug        string // of the cooperative
}

// EndingWithin is for how many days the association sees labels end: time enough to have a certificate made again.
const EndingWithin = 60

// soonEnding are the labels that end within EndingWithin days of the day $1, of what is still made.
const soonEnding = `
	from product_labels l cross join lateral (select * from products where id = l.product_id offset 0) p -- only as many as are asked for
	where l.expires_on between $1::date and $1::date + $2::int and p.state <> 'archived'`

// SoonEnding is a page of the labels that end within EndingWithin days, from a place on (nil: from the beginning): the first to
// end first.
func (s *Service) SoonEnding(ctx context.Context, from *keyset.Place, limit int) (list []SoonEnding, turns keyset.Turns, err error) {
	const id = `md5(l.product_id::text || l.label)::uuid`
	beyond, direction := from.Way(keyset.Ascending)
	args, among := []any{clock.Day(s.now()), EndingWithin, limit + 1}, ``
	if from != nil {
		args, among = append(args, from.At, from.ID), ` and (l.expires_on, `+id+`) `+beyond+` ($4::date, $5::uuid)`
	}
	list = []SoonEnding{}
	err = s.db.SelectContext(ctx, &list, `
		select e.*, c.name_ar as "cooperative.ar", c.name_fr as "cooperative.fr", c.slug
		from (
		    select `+id+` as id, l.product_id, l.cooperative_id, p.name_ar as "product.ar", p.name_fr as "product.fr", p.name_en as "product.en",
		           l.label, l.certificate, l.expires_on
		    `+soonEnding+among+`
		    order by l.expires_on `+direction+`, 1 `+direction+` limit $3) e
		cross join lateral (select * from sellers where id = e.cooperative_id offset 0) c -- each by its key, and not all sellers
		order by e.expires_on `+direction+`, e.id `+direction, args...)
	if err != nil {
		return nil, turns, fmt.Errorf("catalog: labels that end soon: %w", err)
	}
	list, turns = keyset.Cut(list, from, limit, func(e SoonEnding) keyset.Place { return keyset.Place{At: e.ExpiresOn, ID: e.ID} })
	return list, turns, nil
}

// CountSoonEnding is how many labels end within EndingWithin days, up to most.
func (s *Service) CountSoonEnding(ctx context.Context, most int) (n int, err error) {
	if err := s.db.GetContext(ctx, &n, `select count(*) from (select `+soonEnding+` limit $3) l`, clock.Day(s.now()), EndingWithin, most); err != nil {
		return 0, fmt.Errorf("catalog: how many labels end soon: %w", err)
	}
	return n, nil
}
