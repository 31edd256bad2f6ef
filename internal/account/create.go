package account

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/internal/text"
)

// NewUser is what an account is made of. Email or Phone may be empty, not both; who has a role in a
// cooperative has its CooperativeID and the association's people have none; Locale is a language's code, Arabic when empty.
type NewUser struct {
	Name          string
	Email         string
	Phone         string // in any usual spelling
	Password      string // Invite makes accounts without one
	Role          Role
	CooperativeID *uuid.UUID
	Locale        string
	Form          uuid.UUID // the key of the form that it was typed into; uuid.Nil: into none
}

// maxName bounds a person's name, in characters.
const maxName = 120

// Create makes an account with a password. It answers ErrUser with a message for each of the fields name,
// email, phone, password, role and cooperative that cannot be used.
func (s *Service) Create(ctx context.Context, n NewUser) (User, error) {
	u, wrong := n.checked()
	names, err := s.houseNames(ctx, u)
	if err != nil {
		return User{}, err
	}
	checkPassword(wrong, n.Password, u, names)
	if len(wrong.Fields) > 0 {
		return User{}, wrong
	}
	hash, err := s.hash(ctx, n.Password, s.ofKnown(uuid.Nil))
	if err != nil {
		return User{}, err
	}
	err = s.events.Do(ctx, event(security.AccountAdded, actor.OfSystem(), u, security.Source{}), func(tx *sqlx.Tx) error {
		return s.insertTx(ctx, tx, u, hash, nil, actor.OfSystem())
	})
	if err != nil {
		return User{}, fmt.Errorf("create user: %w", err)
	}
	return u, nil
}

// Invite makes an account without a password, in the name of by. Who has an e-mail address is mailed a
// link to choose one, good for three days, and token is empty; for who has none, token is that of a link
// to hand over, good for an hour, which is told here and never again. link makes a page's address of a
// token; l is the language to write in. The same once more, out of the same form, is answered with the account that it
// made first, and nothing else: no letter is sent again, and the link that was told stays good. Errors as of Create.
func (s *Service) Invite(ctx context.Context, n NewUser, by actor.Actor, from security.Source,
	link func(token string) string, l *i18n.Locale) (u User, token string, err error) {
	form, err := postgres.FormHash(n.Form, n)
	if err != nil {
		return User{}, "", err
	}
	u, wrong := n.checked()
	if len(wrong.Fields) > 0 {
		return User{}, "", wrong
	}
	err = s.events.Do(ctx, event(security.AccountAdded, by, u, from), func(tx *sqlx.Tx) error {
		if err := s.insertTx(ctx, tx, u, "", form, by); err != nil {
			return err
		}
		if u.Email == nil {
			return nil
		}
		return s.mailLinkTx(ctx, tx, u, link, l, inviteLifetime, "account.invite_mail_subject", "account.invite_mail_body")
	})
	if err != nil && form != nil {
		first, lookup := s.person(ctx, s.db, `from users u where u.form = $1`, form)
		switch {
		case lookup == nil:
			return first.User, "", nil
		case !errors.Is(lookup, ErrNotFound):
			err = lookup
		}
	}
	if err != nil {
		return User{}, "", fmt.Errorf("invite user: %w", err)
	}
	if u.Email == nil {
		token, err = s.HandOverLink(ctx, u.ID, by, nil, from)
	}
	return u, token, err
}

// checked brings the fields to the form they are kept in and says what is wrong with each, but for the
// password.
func (n NewUser) checked() (User, *fault.Error) {
	u := User{
		ID: postgres.NewID(), Name: text.Line(n.Name), Role: n.Role,
		CooperativeID: n.CooperativeID, Locale: n.Locale,
	}
	if u.Locale == "" {
		u.Locale = i18n.Default
	}
	wrong := fault.New(ErrUser.Kind, ErrUser.Key)
	if !text.HasLetter(u.Name) {
		wrong.Field("name", "account.name_missing")
	}
	wrong.TooLong("name", "account.name_long", u.Name, maxName)
	if email := strings.ToLower(strings.TrimSpace(n.Email)); email != "" {
		u.Email = &email
		if !ValidEmail(email) {
			wrong.Field("email", "account.email_invalid")
		}
	}
	if strings.TrimSpace(n.Phone) != "" {
		phone, err := ParsePhone(n.Phone)
		if err != nil {
			wrong.Field("phone", ErrPhone.Key)
		}
		u.Phone = &phone
	}
	if u.Email == nil && u.Phone == nil {
		wrong.Field("email", "account.unreachable")
	}
	switch {
	case !n.Role.known():
		wrong.Field("role", "account.role_unknown")
	case n.Role.InCooperative() != (n.CooperativeID != nil):
		wrong.Field("cooperative", "account.cooperative_mismatch")
	}
	return u, wrong
}

// insertTx makes an account in the name of by.
func (s *Service) insertTx(ctx context.Context, tx *sqlx.Tx, u User, hash string, form []byte, by actor.Actor) error {
	if err := mayStillTx(ctx, tx, u.CooperativeID, by); err != nil {
		return err
	}
	if err := roomTx(ctx, tx, u.CooperativeID); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `
		insert into users (id, name, email, phone, password_hash, role, cooperative_id, locale, created_at, form)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		u.ID, u.Name, u.Email, u.Phone, hash, u.Role, u.CooperativeID, u.Locale, s.now(), form)
	wrong := fault.New(ErrUser.Kind, ErrUser.Key)
	switch {
	case err == nil:
		if err = headedTx(ctx, tx, u.CooperativeID); errors.Is(err, ErrLastHead) {
			return wrong.Field("role", "account.head_first").Wrap(err)
		}
	case postgres.Violates(err, "users_email_key"):
		return wrong.Field("email", "account.email_taken").Wrap(err)
	case postgres.Violates(err, "users_phone_key"):
		return wrong.Field("phone", "account.phone_taken").Wrap(err)
	case postgres.Violates(err, "users_cooperative_id_fkey"):
		return wrong.Field("cooperative", "account.cooperative_unknown").Wrap(err)
	}
	return err
}

// roomTx is ErrUser with the field name if a cooperative has as many accounts as it may.
func roomTx(ctx context.Context, tx *sqlx.Tx, cooperative *uuid.UUID) error {
	var taken int
	if err := tx.GetContext(ctx, &taken, `select count(*) from users where cooperative_id = $1`, cooperative); err != nil {
		return err
	}
	if taken >= maxMembers {
		return fault.New(ErrUser.Kind, ErrUser.Key).Field("name", "account.cooperative_full", "Number", maxMembers)
	}
	return nil
}
