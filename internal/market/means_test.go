package market

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/paymenttest"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
)

func TestEveryMeansOfPaymentHasItsWords(t *testing.T) {
	t.Parallel()
	languages, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	p := Parts{DB: pgtest.New(t), Languages: languages, Log: slog.New(slog.DiscardHandler), Now: time.Now}
	m, err := New(p)
	if err != nil {
		t.Fatal(err)
	}
	if means := m.Payments.Means(); len(means) != 1 || means[0] != payment.CashOnDelivery {
		t.Errorf("a market that was told of none takes %v", means)
	}
	p.Means = []payment.Provider{payment.Cash{}, paymenttest.New()}
	if _, err = New(p); err == nil || !strings.Contains(err.Error(), "means."+paymenttest.Name+".name") {
		t.Errorf("a means without words is wired: %v", err)
	}
}
