package account_test

import (
	"context"
	"errors"
	"testing"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/gate"
)

func TestStrangersGuessesKeepNobodyOutWhoIsKnown(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	fatima, boss := d.fatima(t), d.associate(t, "boss")
	ctx := context.Background()
	device := d.enter(t, *boss.Email, password, "").Device
	defer d.Besiege()()

	attempt := account.Attempt{Login: *boss.Email, Password: password, From: from("41.140.3.9")}
	if _, err := d.SignIn(ctx, attempt); !errors.Is(err, gate.ErrBusy) {
		t.Fatalf("a browser that nobody knows: %v, want ErrBusy", err)
	}
	attempt.Device = device
	entry, err := d.SignIn(ctx, attempt)
	if err != nil {
		t.Fatalf("a known browser: %v", err)
	}
	attempt.Login = *fatima.Email // whoever has an account is a stranger at all others
	if _, err := d.SignIn(ctx, attempt); !errors.Is(err, gate.ErrBusy) {
		t.Errorf("another's known browser: %v, want ErrBusy", err)
	}
	if _, _, err := d.ChangePassword(ctx, boss, account.Change{
		Current: password, Password: "figs under seven roofs", From: from("41.140.3.9"), Device: entry.Device,
	}, d.fr); err != nil {
		t.Errorf("who has signed in changes her password: %v", err)
	}
	token, err := d.HandOverLink(ctx, fatima.ID, boss.Actor(), nil, village)
	if err == nil {
		_, err = d.ChoosePassword(ctx, token, "sept paniers de nèfles", village, d.fr)
	}
	if err != nil {
		t.Errorf("who has a link chooses a password: %v", err)
	}
	d.create(t, "Zineb") // the market's own tools
}
