package testcard_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"golang.org/x/sync/errgroup"

	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/paymenttest"
	"github.com/souk-taawon/souk/internal/payment/testcard"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func open(t *testing.T) (*testcard.Provider, *sqlx.DB) {
	t.Helper()
	db := pgtest.New(t)
	jobs, err := job.New(db, nil, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return testcard.New().Open(db, jobs, []byte("a secret of thirty-two characters"), "https://souk.example", time.Now), db
}

func TestItKeepsWhatEveryProviderPromises(t *testing.T) {
	t.Parallel()
	paymenttest.Suite(t, func(t *testing.T) *paymenttest.Subject {
		card, db := open(t)
		choose := func(t *testing.T, s payment.Started, to testcard.State) {
			t.Helper()
			if _, err := card.Choose(t.Context(), s.Reference, to); err != nil {
				t.Fatal(err)
			}
		}
		const itself = "it lives in the market's own database, and answers as long as that does"
		return &paymenttest.Subject{
			Provider: card,
			Pay:      func(t *testing.T, s payment.Started, _ money.Amount) { choose(t, s, testcard.Paid) },
			Fail:     func(t *testing.T, s payment.Started) { choose(t, s, testcard.Refused) },
			Expire: func(t *testing.T, s payment.Started) {
				known, err := card.Payment(t.Context(), s.Reference)
				if err = errors.Join(err, card.Close(t.Context(), payment.Attempt{Key: known.Key})); err != nil {
					t.Fatal(err)
				}
			},
			Event: func(t *testing.T, reference string) (http.Header, []byte) {
				body, signature, err := testcard.Tell(card, t.Context(), reference)
				if err != nil {
					t.Fatal(err)
				}
				return http.Header{testcard.SignatureHeader: {signature}}, body
			},
			Given: func(t *testing.T, s payment.Started) (sum money.Amount) {
				err := db.Get(&sum, `select coalesce(sum(amount_centimes), 0) from test_card_refunds where payment = $1`, s.Reference)
				if err != nil {
					t.Fatal(err)
				}
				return sum
			},
			Odd: func(*testing.T) []paymenttest.Sent {
				body := []byte(`{"id":"1","kind":"of tomorrow","name":"1"}`)
				return []paymenttest.Sent{{Header: http.Header{testcard.SignatureHeader: {testcard.Sign(card, body)}}, Body: body}}
			},
			Cannot: map[string]string{
				"what is paid is shown":                    "its page says in one line what is paid for, and that no money moves",
				"paid otherwise than asked":                "its page has no sum to type",
				"given back once where the answer is lost": itself,
				"down":                                itself,
				"closed while it is down":             itself,
				"paid in another currency":            "its page has no currency to choose",
				"of another account or environment":   "each market signs with a key of its own: what another's says is forged",
				"paid out and taken back once":        "nobody has an account with it",
				"begun once where the answer is lost": itself,
			},
		}
	})
}

func TestAPaymentIsDecidedOnce(t *testing.T) {
	t.Parallel()
	card, db := open(t)
	started, err := card.Start(t.Context(), paymenttest.NewAttempt())
	if err != nil {
		t.Fatal(err)
	}
	var decided [3]error
	var buyers errgroup.Group
	for i, to := range []testcard.State{testcard.Paid, testcard.Refused, testcard.Later} {
		buyers.Go(func() error {
			_, decided[i] = card.Choose(context.Background(), started.Reference, to)
			return nil
		})
	}
	_ = buyers.Wait()
	done := 0
	for _, err := range decided {
		if err == nil {
			done++
		} else if !errors.Is(err, testcard.ErrDecided) {
			t.Error(err)
		}
	}
	var jobs int
	if err := db.Get(&jobs, `select count(*) from river_job where kind = 'test_card_tell'`); err != nil {
		t.Fatal(err)
	}
	if done != 1 || jobs != 1 {
		t.Errorf("of three at once %d decided, and %d events are on their way", done, jobs)
	}
	if _, err := card.Choose(t.Context(), "card_nobodys", testcard.Paid); !errors.Is(err, payment.ErrUnknown) {
		t.Errorf("a payment that nobody began: %v", err)
	}
}

// What is to be paid later is paid by the job that tells of it, also if the market does not wait for it any more.
func TestWhatIsPaidLaterIsPaidInAMinute(t *testing.T) {
	t.Parallel()
	card, db := open(t)
	a := paymenttest.NewAttempt()
	started, err := card.Start(t.Context(), a)
	if err == nil {
		_, err = card.Choose(t.Context(), started.Reference, testcard.Later)
	}
	if err = errors.Join(err, card.Close(t.Context(), a)); err != nil {
		t.Fatal(err)
	}
	if o, err := card.Attempted(t.Context(), a); err != nil || o.State != payment.Waiting {
		t.Errorf("before its time it is %+v: %v", o, err)
	}
	var at time.Time
	if err := db.Get(&at, `select scheduled_at from river_job where kind = 'test_card_tell'`); err != nil {
		t.Fatal(err)
	}
	if wait := time.Until(at); wait < 50*time.Second || wait > time.Minute {
		t.Errorf("it is told in %s", wait)
	}
	if _, _, err := testcard.Tell(card, t.Context(), started.Reference); err != nil {
		t.Fatal(err)
	}
	if o, err := card.Attempted(t.Context(), a); err != nil || o.State != payment.Succeeded || o.Amount != a.Amount {
		t.Errorf("after its time it is %+v: %v", o, err)
	}
}
