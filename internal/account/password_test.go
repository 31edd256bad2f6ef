package account

import (
	"context"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/gate"
)

func TestWhoCannotBeHashedForInTimeIsToldSo(t *testing.T) {
	t.Parallel()
	s := New(nil, nil, nil, nil, nil)
	over, cancel := context.WithCancel(context.Background())
	cancel()
	release := make(chan struct{})
	defer close(release)
	for range strangersHashing.AtOnce {
		working := make(chan struct{})
		go func() {
			_ = s.strangers.Do(context.Background(), "", func() error { close(working); <-release; return nil })
		}()
		<-working
	}
	if _, _, err := s.matches(over, "trois ruches au soleil", "", s.ofStranger("196.200.1.7")); !errors.Is(err, gate.ErrBusy) {
		t.Errorf("%v, want ErrBusy", err)
	}
}

func TestPasswordsAreHashedAtTheCostThatIsSet(t *testing.T) {
	t.Parallel()
	s := New(nil, nil, nil, nil, nil)
	hash, err := s.hash(context.Background(), "trois ruches au soleil", s.ofKnown(uuid.Nil))
	if err != nil {
		t.Fatal(err)
	}
	params, _, _, err := argon2id.DecodeHash(hash)
	if err != nil || params.Memory != 46*1024 || params.Iterations != 1 || params.Parallelism != 1 {
		t.Errorf("%+v, %v", params, err)
	}
}

func TestPasswordsThatWouldBeTriedFirstAreRefused(t *testing.T) {
	t.Parallel()
	for _, password := range []string{
		"1234567890", "123456789012", "0987654321", "1111111111", "1q2w3e4r5t", "1qaz2wsx3edc", "abcdefghij", "qwertyuiop",
		"azertyuiop", "azertyuiopq", "azertyuiopqsdfghjklm", "qwerty123456", "azerty123456", "password12", "Password2026", "password1!",
		"passw0rd2026", "P@ssw0rd2026!", "motdepasse", "MotDePasse1", "motdepasse2026", "iloveyou2026", "bismillah1", "Bismillah786!",
		"administrator", "administrateur1", "superman2026", "football1998", "princess2000", "dragon123456", "letmein12345", "welcome2026!",
		"monkey!!!!!!", "sunshine2026", "trustno1trustno1", "passwordpassword", "marrakech2026", "casablanca1!", "Oujda60000", "souktaawon1",
		"mohamed1990", "ＰＡＳＳＷＯＲＤ２０２６", "2026password", "المغرب2026!", "السلام عليكم 2026", "changeme2026",
	} {
		wrong := fault.New(ErrUser.Kind, ErrUser.Key)
		if checkPassword(wrong, password, User{Name: "Zineb"}, nil); wrong.Fields["password"].Key != "account.password_guessable" {
			t.Errorf("%q passes: %v", password, wrong.Fields)
		}
	}
	for _, password := range []string{
		"trois ruches au soleil", "sept paniers de nèfles", "figs under seven roofs", "ثلاث خلايا تحت الشمس", "k3rmous-f-stah", "olivier 1978 Zegzel",
	} {
		wrong := fault.New(ErrUser.Kind, ErrUser.Key)
		if checkPassword(wrong, password, User{Name: "Zineb"}, nil); len(wrong.Fields) > 0 {
			t.Errorf("%q is refused: %v", password, wrong.Fields)
		}
	}
}

// As OWASP ASVS 6.2.4 asks: of the commonest passwords, at least 3,000 that are long enough.
func TestThousandsOfTheCommonestLongPasswordsAreRefused(t *testing.T) {
	t.Parallel()
	long := 0
	for _, password := range knownPasswords() {
		if utf8.RuneCountInString(password) < minPassword {
			continue
		}
		long++
		for _, typed := range []string{password, strings.ToUpper(password)} {
			wrong := fault.New(ErrUser.Kind, ErrUser.Key)
			if checkPassword(wrong, typed, User{Name: "Zineb"}, nil); wrong.Fields["password"].Key != "account.password_guessable" {
				t.Fatalf("%q passes: %v", typed, wrong.Fields)
			}
		}
	}
	if long < 3_000 {
		t.Errorf("only %d of the known passwords are of %d characters", long, minPassword)
	}
	for _, password := range []string{"basketball", "Manchester", "12345qwert", "soso123aljg", "1QAZ2wsx3EDC", "SuperStar123", "superpassword"} {
		if !known(folded(password)) {
			t.Errorf("%q is not known", password)
		}
	}
}
