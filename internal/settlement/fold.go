package settlement

import (
	"context"
	"fmt"

	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/postgres"
)

// FoldArgs is the periodic job that keeps short what is carried of where all cooperatives stand; once in some minutes
// is often enough.
type FoldArgs struct{}

// Kind names the job.
func (FoldArgs) Kind() string { return "settlement_fold" }

// FoldWorker works FoldArgs.
type FoldWorker struct {
	river.WorkerDefaults[FoldArgs]
	Settlements *Service
}

// Bounds of what is folded: fewer rows are left to be added up by whoever reads them.
const (
	foldedFrom       = 100
	foldedOfEachFrom = 10 // of one cooperative
	foldedAtOnce     = 10_000
)

// Work brings the rows that changes left into one for each kind of cooperative, and into one for each that has some, and
// forgets the changes of bank accounts that are asked about no longer (see ChangedAccounts).
func (w *FoldWorker) Work(ctx context.Context, _ *river.Job[FoldArgs]) error {
	s := w.Settlements
	fold := func(ctx context.Context) (folded int, err error) {
		err = s.db.GetContext(ctx, &folded, `
			with gone as (
			    delete from standing_changes
			    where id = any(array(select id from standing_changes order by id limit $1 for update skip locked))
			      and (select count(*) from (select from standing_changes limit $2) c) = $2
			    returning women_only, unconfirmed, again, owed, unbanked, unbanked_due
			), folded as (
			    insert into standing_changes (women_only, unconfirmed, again, owed, unbanked, unbanked_due)
			    select women_only, sum(unconfirmed), sum(again), sum(owed), sum(unbanked), sum(unbanked_due)
			    from gone group by women_only
			)
			select count(*) from gone`, foldedAtOnce, foldedFrom)
		return folded, err
	}
	foldEach := func(ctx context.Context) (folded int, err error) {
		err = s.db.GetContext(ctx, &folded, `
			with gone as (
			    delete from unconfirmed_changes
			    where id = any(array(
			        select id from unconfirmed_changes
			        where cooperative_id = any(array(
			            select cooperative_id from unconfirmed_changes group by cooperative_id having count(*) >= $2))
			        order by cooperative_id limit $1 for update skip locked)) -- whole cooperatives, or nothing would become less
			    returning cooperative_id, amount
			), folded as (
			    insert into unconfirmed_changes (cooperative_id, amount)
			    select cooperative_id, sum(amount) from gone group by cooperative_id having sum(amount) <> 0
			)
			select count(*) from gone`, foldedAtOnce, foldedOfEachFrom)
		return folded, err
	}
	forget := postgres.Batch(s.db, `
		delete from account_questions where cooperative_id = any(array(
		    select cooperative_id from account_questions where proven and changed_at < $1 order by changed_at limit $2 for update skip locked))`,
		s.now().Add(-freshAccount), foldedAtOnce)
	if err := postgres.InBatches(ctx, fold, foldEach, forget); err != nil {
		return fmt.Errorf("settlement: fold where all stand: %w", err)
	}
	return nil
}
