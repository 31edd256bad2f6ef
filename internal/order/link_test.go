package order_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/order"
)

func TestTheReadingLinkOnlyShowsTheOrder(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	in := m.basic()
	in.Buyer.Email, in.Buyer.Note, in.Buyer.Landmark = "fatima@exemple.invalid", "بعد العصر", "قرب المسجد"
	placed := m.place(in)
	reading := m.ReadingToken(placed.Order.ID, 0)
	seen, err := m.ByToken(ctx, reading)
	m.must(err)
	if seen.Number != placed.Order.Number || seen.Acting {
		t.Errorf("%+v", seen)
	}
	if diff := cmp.Diff(order.Buyer{Place: "berkane"}, seen.Buyer); diff != "" {
		t.Errorf("of the buyer it tells %s", diff)
	}
	own, err := m.ByToken(ctx, placed.Token)
	m.must(err)
	if !own.Acting || own.Buyer.Name == "" {
		t.Errorf("by the buyer's own link: %+v", own)
	}
	confirming, err := m.Confirming(ctx, placed.Order.ID)
	m.must(err)
	for name, err := range map[string]error{
		"cancel by the reading link":     m.CancelByBuyer(ctx, reading),
		"cancel by the confirming link":  m.CancelByBuyer(ctx, confirming),
		"confirm by the reading link":    m.ConfirmByBuyer(ctx, reading),
		"confirm by the buyer's own":     m.ConfirmByBuyer(ctx, placed.Token),
		"confirm by nothing":             m.ConfirmByBuyer(ctx, ""),
		"confirm by a link that is none": m.ConfirmByBuyer(ctx, strings.Repeat("A", len(confirming))),
		"confirm by another's link":      m.ConfirmByBuyer(ctx, confirming[1:]+confirming[:1]),
	} {
		wantError(t, name, err, order.ErrNotFound)
	}
	m.must(m.RenewLink(ctx, placed.Order.ID, nil))
	_, err = m.ByToken(ctx, reading)
	wantError(t, "the reading link after it was renewed", err, order.ErrNotFound)
	_, err = m.ByConfirmingToken(ctx, confirming)
	wantError(t, "the confirming link after it was renewed", err, order.ErrNotFound)
}

func TestABuyerConfirmsByTheLinkInHerMail(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.defaults()
	ctx := t.Context()
	in := m.basic()
	in.Buyer.Email, in.Locale = " Fatima@Exemple.invalid ", "fr"
	placed := m.place(in)
	letter := m.mails()["fatima@exemple.invalid"]
	if letter.Secret == nil || letter.Secret.Kind != order.SecretConfirm || letter.Secret.ID != placed.Order.ID ||
		!strings.Contains(letter.Body, "https://souk.example/fr/confirm/"+mail.Placeholder) || !strings.Contains(letter.Body, "24 novembre") {
		t.Errorf("%+v", letter)
	}
	token, err := m.Confirming(ctx, placed.Order.ID)
	m.must(err)
	m.later(time.Hour)
	m.must(m.ConfirmByBuyer(ctx, token))
	m.must(m.ConfirmByBuyer(ctx, token)) // sent twice
	if o := m.read(placed.Order.ID); o.State != order.StateConfirmed || !o.ExpiresAt.Equal(m.clock().Add(72*time.Hour)) {
		t.Errorf("%s until %s", o.State, o.ExpiresAt)
	}
	if _, err := m.Confirming(ctx, placed.Order.ID); !errors.Is(err, mail.ErrOver) {
		t.Errorf("a link for what is confirmed: %v", err)
	}
	m.wantClean()

	// A mailbox proves little: what it confirmed is no longer counted as an order that waits, its pieces are.
	for range 5 {
		m.place(m.wants(in.Buyer.Phone, m.barley, 1))
	}
	now, err := m.Held(ctx)
	m.must(err)
	if now.Pieces != 10 || now.Orders != 5 {
		t.Errorf("%+v", now)
	}
	m.must(m.Move(ctx, order.MoveAccept, m.part(placed.Order, m.honey).ID, m.of(m.honey)))
	if now, err = m.Held(ctx); err != nil || now.Pieces != 5 {
		t.Errorf("after a cooperative said yes: %+v, %v", now, err)
	}
	m.wantClean()
}

func TestNobodysMailboxIsFilledWithLinksToConfirm(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	m.restock(m.wheat, 100)
	sent := 0
	for n := range 10 {
		in := m.wants(phone(n), m.wheat, 1)
		in.Buyer.Email = "victim@exemple.invalid"
		m.place(in)
		if m.mails()["victim@exemple.invalid"].Subject != "" {
			sent++
		}
	}
	if sent != 3 {
		t.Errorf("%d mails", sent)
	}
}

func TestLinksOutliveTheSecretThatMadeThemUntilItIsDropped(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	ctx := t.Context()
	in := m.basic()
	in.IdempotencyKey, in.Buyer.Email = "the form of Fatima", "fatima@exemple.invalid"
	placed := m.place(in)
	id := placed.Order.ID
	reading := m.ReadingToken(id, 0)
	confirming, err := m.Confirming(ctx, id)
	m.must(err)

	m.Service = m.orders("the secret that replaced the first one")
	m.SecretsBefore = [][]byte{[]byte("an even older secret, long forgotten"), []byte(secret)}
	for name, token := range map[string]string{"tracking": placed.Token, "reading": reading, "the new reading": m.ReadingToken(id, 0)} {
		if o, err := m.ByToken(ctx, token); err != nil || o.ID != id || o.Acting != (name == "tracking") {
			t.Errorf("%s: %+v, %v", name, o, err)
		}
	}
	if told := m.TokenAgain(m.read(id)); told != placed.Token {
		t.Errorf("the link is told again as %s", told)
	}
	if again := m.place(in); !again.Replayed || again.Token != placed.Token {
		t.Errorf("who orders again is told %+v", again)
	}
	if _, err := m.ByConfirmingToken(ctx, confirming); err != nil {
		t.Errorf("the confirming link: %v", err)
	}
	after := m.place(m.wants("0661000009", m.wheat, 1))

	m.SecretsBefore = nil
	for name, token := range map[string]string{"tracking": placed.Token, "reading": reading} {
		_, err := m.ByToken(ctx, token)
		wantError(t, name, err, order.ErrNotFound)
	}
	wantError(t, "cancel", m.CancelByBuyer(ctx, placed.Token), order.ErrNotFound)
	wantError(t, "confirm", m.ConfirmByBuyer(ctx, confirming), order.ErrNotFound)
	if o, err := m.ByToken(ctx, m.TokenAgain(m.read(id))); err != nil || o.ID != id || o.Acting {
		t.Errorf("the link that is told now opens %+v, %v", o, err)
	}
	m.must(m.RenewLink(ctx, id, nil))
	if o, err := m.ByToken(ctx, m.TokenAgain(m.read(id))); err != nil || !o.Acting {
		t.Errorf("the renewed link opens %+v, %v", o, err)
	}
	m.must(m.CancelByBuyer(ctx, after.Token))
}
