package account

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"github.com/google/uuid"
	"golang.org/x/text/secure/precis"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/gate"
)

// Lengths of a password, in characters. Long phrases are welcome; the upper bound only keeps a
// hostile one from being worth sending.
const (
	minPassword = 10
	maxPassword = 200
)

// prepared is a password as it is hashed: however a keyboard composes its letters and whatever space it
// sends, it is the same one (OpaqueString of RFC 8265). One with characters that no password should have
// by that rule stays as it is typed.
func prepared(password string) string {
	if p, err := precis.OpaqueString.String(password); err == nil {
		return p
	}
	return password
}

// turn is where a password waits to be hashed, and for whom, see gate.Gate.Do.
type turn struct {
	gate   *gate.Gate
	person string
}

// ofStranger is the turn of whoever comes from a network address, and may be anybody.
func (s *Service) ofStranger(address string) turn { return turn{s.strangers, address} }

// ofKnown is the turn of a person who has signed in, in this browser at some time or just now, or has a
// link to choose a password; of the market's own tools for uuid.Nil.
func (s *Service) ofKnown(user uuid.UUID) turn {
	if user == uuid.Nil {
		return turn{s.known, ""}
	}
	return turn{s.known, user.String()}
}

// hash derives what is stored of a password.
func (s *Service) hash(ctx context.Context, password string, in turn) (hash string, err error) {
	err = in.gate.Do(ctx, in.person, func() error {
		hash, err = argon2id.CreateHash(prepared(password), &s.Cost)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("password hash: %w", err)
	}
	return hash, nil
}

// matches compares a password with a stored hash; stale says that one that matches should be made anew, since
// it is not of the Cost that is set, or of another form of the password. Without a hash (nobody has that login,
// or has chosen a password yet) it does the same work for nothing, so that the time taken tells nothing either.
func (s *Service) matches(ctx context.Context, password, hash string, in turn) (match, stale bool, err error) {
	if utf8.RuneCountInString(password) > maxPassword {
		return false, false, nil // nobody has such a one, and it would only cost
	}
	nobody := hash == ""
	for i, p := range slices.Compact([]string{prepared(password), password}) { // hashes from before RFC 8265 are of what was typed
		if nobody {
			_, err = s.hash(ctx, p, in)
		} else {
			err = in.gate.Do(ctx, in.person, func() error {
				var made *argon2id.Params
				match, made, err = argon2id.CheckHash(p, hash)
				stale = match && (i > 0 || *made != s.Cost)
				return err
			})
		}
		if err != nil || match {
			break
		}
	}
	if err != nil {
		return false, false, fmt.Errorf("compare password: %w", err)
	}
	return match, stale, nil
}

// refusedPassword is what is wrong with u's new password, or nil.
func refusedPassword(password string, u User, names []string) error {
	wrong := fault.New(ErrUser.Kind, ErrUser.Key)
	if checkPassword(wrong, password, u, names); len(wrong.Fields) > 0 {
		return wrong
	}
	return nil
}

// checkPassword adds to wrong what is wrong with u's new password, if anything: too short or long,
// too plain, or made of what whoever guesses would try first, u's own name, e-mail and telephone and the names
// of the houses that she belongs to.
func checkPassword(wrong *fault.Error, password string, u User, names []string) {
	password = prepared(password)
	if utf8.RuneCountInString(password) < minPassword {
		wrong.Field("password", "account.password_short", "Count", minPassword)
		return
	}
	if wrong.TooLong("password", "account.password_long", password, maxPassword) {
		return
	}
	own := func(word string) bool {
		return utf8.RuneCountInString(word) >= 4 && strings.Contains(folded(password), folded(word))
	}
	ofHouse := func(name string) bool { return madeOfName(password, name) }
	if tooPlain(folded(password)) || slices.ContainsFunc(ownWords(u), own) || slices.ContainsFunc(names, ofHouse) {
		wrong.Field("password", "account.password_guessable")
	}
}

func ownWords(u User) []string {
	words := strings.Fields(u.Name)
	if u.Email != nil {
		name, _, _ := strings.Cut(*u.Email, "@")
		words = append(words, name)
	}
	if u.Phone != nil {
		words = append(words, strings.TrimPrefix(*u.Phone, "+212"))
	}
	return words
}

// Runs along the keys. Lists of stolen passwords have those of common lengths; here are the others, and
// those of the French keyboard.
const keyRuns = "01234567890123456789 09876543210987654321 abcdefghijklmnopqrstuvwxyz qwertyuiopasdfghjklzxcvbnm azertyuiopqsdfghjklmwxcvbn 1q2w3e4r5t6y 1a2z3e4r5t6y"

// tooPlain reports a password of few different characters, a run along the keys, or one that is known.
func tooPlain(password string) bool {
	letters := []rune(password)
	slices.Sort(letters)
	return len(slices.Compact(letters)) < 5 || strings.Contains(keyRuns, password) || known(password)
}
