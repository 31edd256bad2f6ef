package account

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/text"
)

// Sought is which of the association's people a list asks for.
type Sought struct {
	Text  string // beginnings of words in a name or an e-mail address, or of a telephone number; empty: all
	Limit int
	From  *keyset.Place // where the list goes on, by somebody's id; nil: at its beginning
}

// Listed is a page of the list.
type Listed struct {
	People []Person
	keyset.Turns
}

// Associates lists the association's people that are sought, in the order in which they got an account, those of
// ended accounts last. ErrNotFound if the place to go on from is none.
func (s *Service) Associates(ctx context.Context, q Sought) (Listed, error) {
	return s.associates(ctx, s.db, q)
}

// Addressee is somebody to whom letters are written.
type Addressee struct{ Email, Locale string }

// Addressees are the association's people who hold a right and have an address for mail.
func Addressees(ctx context.Context, q sqlx.QueryerContext, right Right) ([]Addressee, error) {
	var people []Addressee
	err := sqlx.SelectContext(ctx, q, &people, `
		select email, locale from people where cooperative_id is null and not ended and role = any($1) and email is not null`, pq.Array(Holders(right)))
	if err != nil {
		return nil, fmt.Errorf("account: whom to write to: %w", err)
	}
	return people, nil
}

// atOnce is how many people EachAssociate reads at once.
const atOnce = 500

// EachAssociate calls fn with every one of the association's people that is sought, in the order of Associates and as
// all are at one moment, while they are read; an error of fn ends it. Limit and From say nothing.
func (s *Service) EachAssociate(ctx context.Context, q Sought, fn func(Person) error) error {
	q.Limit = atOnce
	return postgres.Each(ctx, s.db, func(tx *sqlx.Tx, after *keyset.Place) ([]Person, *keyset.Place, error) {
		q.From = after
		found, err := s.associates(ctx, tx, q)
		return found.People, found.Next, err
	}, fn)
}

func (s *Service) associates(ctx context.Context, db sqlx.QueryerContext, q Sought) (Listed, error) {
	beyond, direction := q.From.Way(keyset.Ascending)
	args := []any{q.Limit + 1}
	conditions := []string{"u.cooperative_id is null"}
	if words := text.Line(q.Text); words != "" {
		args = append(args, text.BeginningsOrPhone(words, ""))
		conditions = append(conditions, fmt.Sprintf(`person_words(u.name, coalesce(u.email, ''), coalesce(u.phone, '')) @@ $%d::tsquery`, len(args)))
	}
	if q.From != nil {
		from, err := s.person(ctx, db, `from users u where u.id = $1`, q.From.ID)
		if err != nil {
			return Listed{}, err
		}
		args = append(args, from.EndedAt != nil, from.CreatedAt, from.ID)
		conditions = append(conditions, fmt.Sprintf(`(u.disabled_at is not null, u.created_at, u.id) %s ($%d, $%d, $%d)`,
			beyond, len(args)-2, len(args)-1, len(args)))
	}
	var ids []uuid.UUID
	err := sqlx.SelectContext(ctx, db, &ids, `
		select u.id from users u where `+strings.Join(conditions, " and ")+`
		-- The first is the same of all, and leads to the index.
		order by u.cooperative_id `+direction+`, u.disabled_at is not null `+direction+`, u.created_at `+direction+`, u.id `+direction+` limit $1`, args...)
	if err != nil {
		return Listed{}, fmt.Errorf("association's people: %w", err)
	}
	ids, turns := keyset.Cut(ids, q.From, q.Limit, keyset.ByID)
	people, err := s.people(ctx, db, `
		from unnest($1::uuid[]) as w (id)
		cross join lateral (select * from users where id = w.id offset 0) u -- each by her key, and not all people`, pq.Array(ids))
	return Listed{people, turns}, err
}
