package account

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
)

// Person is a User as the association sees her.
type Person struct {
	User
	CreatedAt time.Time  `db:"created_at"`
	Chosen    bool       `db:"chosen"`        // she has chosen a password
	EndedAt   *time.Time `db:"disabled_at"`   // nil while her account is open
	EndedNote string     `db:"disabled_note"` // why
	Decisions int        `db:"decisions"`     // how often it was ended or reopened
	Sessions  int        `db:"sessions"`      // that go on
	LinkAt    *time.Time `db:"link_at"`       // when a link to choose a password was last made that is still good
}

// Link tells the last good link from others, as HandOverLink asks: when it was made, in microseconds since
// 1970; 0 where there is none.
func (p Person) Link() int64 {
	if p.LinkAt == nil {
		return 0
	}
	return p.LinkAt.UnixMicro()
}

// Person gives one person, also of an ended account, or ErrNotFound.
func (s *Service) Person(ctx context.Context, id uuid.UUID) (Person, error) {
	return s.person(ctx, s.db, `from users u where u.id = $1`, id)
}

// ByLogin gives the person with that e-mail address or telephone, also of an ended account, or ErrNotFound.
func (s *Service) ByLogin(ctx context.Context, login string) (Person, error) {
	return s.person(ctx, s.db, `from users u where u.email = $1 or u.phone = $1`, normalLogin(login))
}

func (s *Service) person(ctx context.Context, q sqlx.QueryerContext, from string, arg any) (Person, error) {
	people, err := s.people(ctx, q, from, arg)
	if err != nil {
		return Person{}, err
	}
	if len(people) == 0 {
		return Person{}, ErrNotFound
	}
	return people[0], nil
}

// MembersOf gives a cooperative's people, of whom there are maxMembers at most, in the order in which they got an
// account, those of ended accounts last.
func (s *Service) MembersOf(ctx context.Context, cooperativeID uuid.UUID) ([]Person, error) {
	return s.people(ctx, s.db, `from users u where u.cooperative_id = $1`, cooperativeID)
}

// maxMembers is how many accounts a cooperative may have, ended ones too: far above what one has.
const maxMembers = 500

func (s *Service) people(ctx context.Context, q sqlx.QueryerContext, from string, arg any) ([]Person, error) {
	people := []Person{}
	err := sqlx.SelectContext(ctx, q, &people, `
		select u.id, u.name, u.email, u.phone, u.role, u.cooperative_id, u.locale, u.created_at,
		       u.password_hash <> '' as chosen, u.disabled_at, u.disabled_note, u.decisions,
		       (select count(*) from sessions where user_id = u.id and expires_at > $2) as sessions,
		       (select max(created_at) from password_resets where user_id = u.id and expires_at > $2) as link_at
		`+from+`
		order by u.disabled_at is not null, u.created_at, u.id`, arg, s.now())
	if err != nil {
		return nil, fmt.Errorf("people: %w", err)
	}
	return people, nil
}
