package market

import (
	"strings"
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/paymenttest"
)

func TestEveryMeansOfPaymentHasItsWords(t *testing.T) {
	t.Parallel()
	languages, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(Parts{Languages: languages, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if means := m.Payments.Means(); len(means) != 1 || means[0] != payment.CashOnDelivery {
		t.Errorf("a market that was told of none takes %v", means)
	}
	_, err = New(Parts{Languages: languages, Now: time.Now, Means: []payment.Provider{payment.Cash{}, paymenttest.New()}})
	if err == nil || !strings.Contains(err.Error(), "means."+paymenttest.Name+".name") {
		t.Errorf("a means without words is wired: %v", err)
	}
}
