package postgres_test

import (
	"context"
	"errors"
	"testing"

	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
)

func TestLongWorkIsDoneInBatchesAndWhatWasDoneStays(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	db.MustExec(`create table papers (id int primary key)`)
	db.MustExec(`insert into papers select generate_series(1, 25)`)
	left := func() (n int) {
		if err := db.Get(&n, `select count(*) from papers`); err != nil {
			t.Fatal(err)
		}
		return n
	}
	burn := postgres.Batch(db, `delete from papers where id = any(array(select id from papers order by id limit $1))`, 10)
	turns, fire := 0, errors.New("no more wood")
	counted := func(ctx context.Context) (int, error) {
		if turns++; turns == 2 {
			return 0, fire
		}
		return burn(ctx)
	}
	if err := postgres.InBatches(t.Context(), counted); !errors.Is(err, fire) || left() != 15 {
		t.Errorf("%d papers are left after the first batch: %v", left(), err)
	}
	swept := false
	sweep := func(context.Context) (int, error) { swept = left() == 0; return 0, nil }
	if err := postgres.InBatches(t.Context(), counted, sweep); err != nil || turns != 5 || !swept {
		t.Errorf("%d papers are left after %d turns; swept after the last: %t; %v", left(), turns, swept, err)
	}
}
