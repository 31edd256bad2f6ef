package transfer

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/postgres"
)

// Line is a line of a file of the bank's.
type Line struct {
	ID            uuid.UUID
	Statement     uuid.UUID
	Number        int // in its file
	Day           time.Time
	Amount        money.Amount // below zero: it went out
	Label         string
	BankReference string `db:"bank_reference"`
	State         LineState
	Doubt         Doubt
	Candidates    uuids
	Reference     uuid.NullUUID // whose it is, or seems to be
	Version       int64

	May []Transfer `db:"-"` // whose it is, or may be: as things are now
}

// uuids are an array of them in the database.
type uuids []uuid.UUID

// Scan reads it.
func (u *uuids) Scan(from any) error { return pq.Array((*[]uuid.UUID)(u)).Scan(from) }

const lineColumns = `l.id, l.statement_id as statement, l.number, l.day, l.amount_centimes as amount, l.label, l.bank_reference, l.state, l.doubt,
		       l.candidates, l.reference, l.version from transfer_lines l`

// Lines is a page of them.
type Lines struct {
	Lines []Line
	keyset.Turns
}

// List lists the lines in a state from a place on, of one file (uuid.Nil: of any, the latest first), with whose they are or
// may be.
func (s *Service) List(ctx context.Context, statement uuid.UUID, state LineState, from *keyset.Place, limit int) (Lines, error) {
	order, narrowed := keyset.Ascending, `l.statement_id = $1`
	if statement == uuid.Nil {
		order, narrowed = keyset.Descending, `$1::uuid is not null`
	}
	beyond, direction := from.Way(order)
	var after uuid.NullUUID // none: from the beginning
	if from != nil {
		after = postgres.NullID(from.ID)
	}
	var found []Line
	err := s.db.SelectContext(ctx, &found, `
		select `+lineColumns+`
		where `+narrowed+` and l.state = $2 and ($3::uuid is null or l.id `+beyond+` $3) order by l.id `+direction+` limit $4`,
		statement, state, after, limit+1)
	if err != nil {
		return Lines{}, fmt.Errorf("transfer: lines: %w", err)
	}
	page, turns := keyset.Cut(found, from, limit, func(l Line) keyset.Place { return keyset.ByID(l.ID) })
	if state == Matched {
		if err := s.doubtMatched(ctx, statement, page); err != nil {
			return Lines{}, err
		}
	}
	return Lines{page, turns}, s.candidates(ctx, page)
}

// doubtMatched says of which lines of a statement people will be asked, rather than that they are booked, as things are now.
func (s *Service) doubtMatched(ctx context.Context, statement uuid.UUID, list []Line) error {
	references := make([]uuid.UUID, len(list))
	for i, l := range list {
		references[i] = l.Reference.UUID
	}
	known := make(map[uuid.UUID]*expected)
	if err := expect(ctx, s.db, references, statement, known); err != nil {
		return err
	}
	for i, l := range list {
		list[i].Doubt = known[l.Reference.UUID].taken(l.Amount, l.Day)
	}
	return nil
}

// Asked reports whether lines of any file wait for somebody's word.
func (s *Service) Asked(ctx context.Context) (asked bool, err error) {
	if err = s.db.GetContext(ctx, &asked, `select exists (select from transfer_lines where state = $1)`, Asked); err != nil {
		return false, fmt.Errorf("transfer: lines that are asked about: %w", err)
	}
	return asked, nil
}

// Line gives one, with whose it is or may be; ErrNotFound.
func (s *Service) Line(ctx context.Context, id uuid.UUID) (Line, error) {
	var l Line
	err := s.db.GetContext(ctx, &l, `select `+lineColumns+` where l.id = $1`, id)
	if postgres.NoRows(err) {
		return l, ErrNotFound
	}
	if err != nil {
		return l, fmt.Errorf("transfer: line %s: %w", id, err)
	}
	one := []Line{l}
	err = s.candidates(ctx, one)
	return one[0], err
}

// candidates says of lines whose they are or may be, as things are now: whoever has come since to wait for just such an
// amount, too.
func (s *Service) candidates(ctx context.Context, list []Line) error {
	open := func(l Line) bool {
		return !l.Reference.Valid && (l.State == Asked || l.State == Foreign && l.Amount > 0)
	}
	var amounts []int64
	for _, l := range list {
		if open(l) {
			amounts = append(amounts, int64(l.Amount))
		}
	}
	same, err := s.waitedFor(ctx, amounts)
	if err != nil {
		return err
	}
	var references []uuid.UUID
	for i, l := range list {
		if l.Reference.Valid {
			list[i].Candidates = uuids{l.Reference.UUID}
		}
		if open(l) {
			for _, reference := range same[l.Amount] {
				if !slices.Contains(list[i].Candidates, reference) && len(list[i].Candidates) < maxCandidates {
					list[i].Candidates = append(list[i].Candidates, reference)
				}
			}
		}
		references = append(references, list[i].Candidates...)
	}
	if len(references) == 0 {
		return nil
	}
	found, err := of(ctx, s.db, references)
	if err != nil {
		return err
	}
	if err := s.name(ctx, found); err != nil {
		return err
	}
	for i, l := range list {
		for _, reference := range l.Candidates {
			if at := slices.IndexFunc(found, func(t Transfer) bool { return t.Reference == reference }); at >= 0 {
				list[i].May = append(list[i].May, found[at])
			}
		}
	}
	return nil
}

// waitedFor are those who have just one of these amounts left to pay, of each amount some.
func (s *Service) waitedFor(ctx context.Context, amounts []int64) (map[money.Amount][]uuid.UUID, error) {
	if len(amounts) == 0 {
		return nil, nil
	}
	var found []struct {
		Amount    money.Amount
		Reference uuid.UUID
	}
	err := s.db.SelectContext(ctx, &found, `
		select m.amount, o.reference
		from (select distinct amount from unnest($2::bigint[]) as l (amount)) m
		cross join lateral (
		    select i.reference from payment_attempts a join payment_intents i on i.id = a.intent_id
		    where a.provider = $1 and a.state in ('pending', 'waiting') and a.amount_centimes - a.received_centimes = m.amount
		    order by a.expires_at, a.id limit $3
		) o`, payment.BankTransfer, pq.Array(amounts), maxCandidates)
	if err != nil {
		return nil, fmt.Errorf("transfer: who waits for %d amounts: %w", len(amounts), err)
	}
	by := make(map[money.Amount][]uuid.UUID, len(amounts))
	for _, f := range found {
		by[f.Amount] = append(by[f.Amount], f.Reference)
	}
	return by, nil
}

// lockLine locks a line; ErrNotFound.
func lockLine(ctx context.Context, tx *sqlx.Tx, id uuid.UUID) (Line, error) {
	var l Line
	err := tx.GetContext(ctx, &l, `select `+lineColumns+` where l.id = $1 for update`, id)
	if postgres.NoRows(err) {
		return l, ErrNotFound
	}
	if err != nil {
		return l, fmt.Errorf("transfer: line %s: %w", id, err)
	}
	return l, nil
}

// setTx brings a locked line into another state, and counts it with its file.
func (l Line) setTx(ctx context.Context, tx *sqlx.Tx, to LineState, doubt Doubt, reference uuid.UUID) error {
	candidates := l.Candidates
	if candidates == nil {
		candidates = uuids{}
	}
	_, err := tx.ExecContext(ctx, `
		update transfer_lines set state = $2, doubt = $3, reference = $4, candidates = $5, version = version + 1 where id = $1`,
		l.ID, to, doubt, postgres.NullID(reference), pq.Array([]uuid.UUID(candidates)))
	if err == nil {
		_, err = tx.ExecContext(ctx, `
			update transfer_statements
			set `+string(l.State)+`_lines = `+string(l.State)+`_lines - 1, `+string(to)+`_lines = `+string(to)+`_lines + 1
			where id = $1 and $2 <> $3`, l.Statement, string(l.State), string(to))
	}
	if err != nil {
		return fmt.Errorf("transfer: line %s becomes %s: %w", l.ID, to, err)
	}
	return nil
}

// Assign says whose a line is, and books it. seen is its version as whoever says it saw it. Errors: ErrNotFound; ErrChanged,
// also if it was booked.
func (s *Service) Assign(ctx context.Context, id, reference uuid.UUID, seen int64, by actor.Actor) error {
	return postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		return s.assignTx(ctx, tx, id, reference, seen, by)
	})
}

func (s *Service) assignTx(ctx context.Context, tx *sqlx.Tx, id, reference uuid.UUID, seen int64, by actor.Actor) error {
	if err := s.payments.Payee.LockTx(ctx, tx, reference); err != nil {
		return err
	}
	l, err := lockLine(ctx, tx, id)
	if err != nil {
		return err
	}
	if l.Version != seen || l.State == Booked || l.Amount <= 0 {
		return ErrChanged
	}
	if err := l.setTx(ctx, tx, Booked, "", reference); err != nil {
		return err
	}
	r := Receipt{Amount: l.Amount, Day: l.Day, BankReference: l.BankReference, Line: postgres.NullID(l.ID)}
	return s.takeTx(ctx, tx, reference, r, by)
}

// Same says that a line is what somebody entered by hand before: nothing more came. Errors: ErrNotFound, also if no such
// receipt waits for its line; ErrChanged.
func (s *Service) Same(ctx context.Context, id, reference uuid.UUID, seen int64) error {
	return postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		if err := s.payments.Payee.LockTx(ctx, tx, reference); err != nil {
			return err
		}
		l, err := lockLine(ctx, tx, id)
		if err != nil {
			return err
		}
		if l.Version != seen || l.State == Booked {
			return ErrChanged
		}
		result, err := tx.ExecContext(ctx, `
			update transfer_receipts set line_id = $3
			where id = (
			    select r.id from transfer_receipts r join payment_attempts a on a.id = r.attempt_id join payment_intents i on i.id = a.intent_id
			    where i.reference = $1 and r.amount_centimes = $2 and r.line_id is null and r.undone_at is null order by r.id limit 1)`,
			reference, l.Amount, l.ID)
		if err != nil {
			return fmt.Errorf("transfer: line %s is known: %w", id, err)
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return ErrNotFound.Wrap(err)
		}
		return l.setTx(ctx, tx, Booked, "", reference)
	})
}

// SetAside says that a line is not ours, or, with back, that it may be. Errors: ErrNotFound; ErrChanged.
func (s *Service) SetAside(ctx context.Context, id uuid.UUID, seen int64, back bool) error {
	return postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		l, err := lockLine(ctx, tx, id)
		if err != nil {
			return err
		}
		to := Aside
		if back {
			to = Foreign
		}
		if l.Version != seen || l.State == Booked || (l.State == Aside) != back {
			return ErrChanged
		}
		return l.setTx(ctx, tx, to, "", uuid.Nil)
	})
}
