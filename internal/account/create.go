package account

import (
	"context"
	"fmt"
	"net/mail"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/postgres"
)

// NewUser is what an account is made of. Email or Phone may be empty, not both; a member has a
// CooperativeID and the association none; Locale is a language's code, Arabic when empty.
type NewUser struct {
	Name          string
	Email         string
	Phone         string // in any usual spelling
	Password      string
	Role          Role
	CooperativeID *uuid.UUID
	Locale        string
}

// maxName bounds a person's name, in characters.
const maxName = 120

// Create makes an account. It answers ErrUser with a message for each of the fields name, email,
// phone, password, role and cooperative that cannot be used.
func (s *Service) Create(ctx context.Context, n NewUser) (User, error) {
	u := User{
		ID: postgres.NewID(), Name: strings.TrimSpace(n.Name), Role: n.Role,
		CooperativeID: n.CooperativeID, Locale: n.Locale,
	}
	if u.Locale == "" {
		u.Locale = "ar"
	}
	wrong := fault.New(ErrUser.Kind, ErrUser.Key)
	if u.Name == "" {
		wrong.Field("name", "account.name_missing")
	} else if utf8.RuneCountInString(u.Name) > maxName {
		wrong.Field("name", "account.name_long", "Count", maxName)
	}
	if email := strings.ToLower(strings.TrimSpace(n.Email)); email != "" {
		u.Email = &email
		// The parser reads «Name <address>» too; only the bare address is one to write to.
		if parsed, err := mail.ParseAddress(email); err != nil || parsed.Address != email || len(email) > maxLogin {
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
	checkPassword(wrong, n.Password, u)
	switch {
	case n.Role != Member && n.Role != Association:
		wrong.Field("role", "account.role_unknown")
	case (n.Role == Member) != (n.CooperativeID != nil):
		wrong.Field("cooperative", "account.cooperative_mismatch")
	}
	if len(wrong.Fields) > 0 {
		return User{}, wrong
	}
	hash, err := s.hash(ctx, n.Password)
	if err != nil {
		return User{}, err
	}
	_, err = s.db.ExecContext(ctx, `
		insert into users (id, name, email, phone, password_hash, role, cooperative_id, locale, created_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		u.ID, u.Name, u.Email, u.Phone, hash, u.Role, u.CooperativeID, u.Locale, s.now())
	switch {
	case postgres.Violates(err, "users_email_key"):
		return User{}, wrong.Field("email", "account.email_taken").Wrap(err)
	case postgres.Violates(err, "users_phone_key"):
		return User{}, wrong.Field("phone", "account.phone_taken").Wrap(err)
	case postgres.Violates(err, "users_cooperative_id_fkey"):
		return User{}, wrong.Field("cooperative", "account.cooperative_unknown").Wrap(err)
	case err != nil:
		return User{}, fmt.Errorf("create user: %w", err)
	}
	return u, nil
}
