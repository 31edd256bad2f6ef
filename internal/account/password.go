package account

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"github.com/souk-taawon/souk/internal/fault"
)

// Lengths of a password, in characters. Long phrases are welcome; the upper bound only keeps a
// hostile one from being worth sending.
const (
	minPassword = 10
	maxPassword = 200
)

// hash derives what is stored of a password.
func (s *Service) hash(ctx context.Context, password string) (hash string, err error) {
	err = s.inTurn(ctx, func() error {
		hash, err = argon2id.CreateHash(password, &s.Cost)
		return err
	})
	return hash, err
}

// matches compares a password with a stored hash. Without a hash (nobody has that login) it does
// the same work for nothing, so that the time taken tells nothing either.
func (s *Service) matches(ctx context.Context, password, hash string) (match bool, err error) {
	if hash == "" {
		_, err := s.hash(ctx, password)
		return false, err
	}
	err = s.inTurn(ctx, func() error {
		match, err = argon2id.ComparePasswordAndHash(password, hash)
		return err
	})
	return match, err
}

// inTurn waits for one of the places to hash in, as long as ctx lasts.
func (s *Service) inTurn(ctx context.Context, work func() error) error {
	select {
	case s.hashing <- struct{}{}:
	case <-ctx.Done():
		return ErrBusy.Wrap(ctx.Err())
	}
	defer func() { <-s.hashing }()
	if err := work(); err != nil {
		return fmt.Errorf("password hash: %w", err)
	}
	return nil
}

// checkPassword adds to wrong what is wrong with u's new password, if anything: too short or long,
// too plain, or made of what whoever guesses would try first, u's own name, e-mail and telephone.
func checkPassword(wrong *fault.Error, password string, u User) {
	switch length := utf8.RuneCountInString(password); {
	case length < minPassword:
		wrong.Field("password", "account.password_short", "Count", minPassword)
		return
	case length > maxPassword:
		wrong.Field("password", "account.password_long", "Count", maxPassword)
		return
	}
	lower := strings.ToLower(password)
	own := func(word string) bool {
		return utf8.RuneCountInString(word) >= 4 && strings.Contains(lower, strings.ToLower(word))
	}
	if tooPlain(lower) || slices.ContainsFunc(ownWords(u), own) {
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

// Runs along the keys and the words that lists of stolen passwords begin with.
const keyRuns = "01234567890 09876543210 abcdefghijklmnopqrstuvwxyz qwertyuiopasdfghjklzxcvbnm azertyuiopqsdfghjklmwxcvbn 1q2w3e4r5t6y 1a2z3e4r5t6y"

var commonWords = []string{"password", "motdepasse", "passw0rd", "bismillah", "iloveyou", "administrator", "souktaawon"}

// tooPlain reports a password of few different characters, a run along the keys, or a common word
// with little else.
func tooPlain(lower string) bool {
	letters := []rune(lower)
	slices.Sort(letters)
	if len(slices.Compact(letters)) < 5 || strings.Contains(keyRuns, lower) {
		return true
	}
	return slices.ContainsFunc(commonWords, func(word string) bool {
		return strings.Contains(lower, word) && utf8.RuneCountInString(lower)-len(word) < 6
	})
}
