package settlement_test

import (
	"context"
	"errors"
	"testing"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/settlement"
)

func TestOneOrderToTheBankPaysSeveralCooperatives(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	nahlat, zayt := s.seller(t, "nahlat"), s.seller(t, "zayt")
	s.sold(t, nahlat, 30000) // 285 due
	s.sold(t, zayt, 10000)   // 95 due
	due := []settlement.Transfer{{CooperativeID: nahlat, Amount: 28500}, {CooperativeID: zayt, Amount: 9500}}
	for range 2 { // sent twice, recorded once
		payouts, err := s.PayAll(context.Background(), due, "VIR 1", s.jamal)
		if err != nil || len(payouts) != 2 {
			t.Fatalf("%+v, %v", payouts, err)
		}
		for _, p := range payouts {
			if p.Reference != "VIR 1" || p.Actor != actor.Association || p.UserID != s.jamal.UserID() {
				t.Errorf("%+v", p)
			}
		}
	}
	for name, o := range s.owed(t) {
		if o.Due != 0 || o.PaidOut == 0 {
			t.Errorf("%s: %s paid out, %s due", name, o.PaidOut, o.Due)
		}
	}
	if n := s.audit(t); n != 0 {
		t.Errorf("%d problems", n)
	}
}

func TestAnOrderToTheBankIsRecordedWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	s := newTill(t)
	nahlat, zayt := s.seller(t, "nahlat"), s.seller(t, "zayt")
	s.sold(t, nahlat, 30000)
	s.sold(t, zayt, 10000)
	s.pay(t, zayt, 500, "VIR 1")
	for name, c := range map[string]struct {
		transfers []settlement.Transfer
		reference string
		refused   func(error) bool
	}{
		"more than one of them is owed": {[]settlement.Transfer{{CooperativeID: nahlat, Amount: 28500}, {CooperativeID: zayt, Amount: 9001}}, "VIR 2",
			func(err error) bool {
				e := fault.As(err)
				return e != nil && e.Fields["amount"].Key == "settlement.above_due"
			}},
		"nothing for one of them": {[]settlement.Transfer{{CooperativeID: nahlat, Amount: 28500}, {CooperativeID: zayt, Amount: 0}}, "VIR 2",
			func(err error) bool {
				e := fault.As(err)
				return e != nil && e.Fields["amount"].Key == "settlement.amount_not_positive"
			}},
		"a reference that one of them had": {[]settlement.Transfer{{CooperativeID: nahlat, Amount: 28500}, {CooperativeID: zayt, Amount: 9000}}, "VIR 1",
			func(err error) bool { return errors.Is(err, settlement.ErrReferenceUsed) }},
		"no reference": {[]settlement.Transfer{{CooperativeID: nahlat, Amount: 28500}}, " ",
			func(err error) bool {
				e := fault.As(err)
				return e != nil && e.Fields["reference"].Key == "settlement.reference_missing"
			}},
	} {
		if _, err := s.PayAll(context.Background(), c.transfers, c.reference, s.jamal); !c.refused(err) {
			t.Errorf("%s: %v", name, err)
		}
		if owed := s.owed(t); owed["nahlat"].Due != 28500 || owed["zayt"].Due != 9000 {
			t.Errorf("%s: %s and %s are still due, want 285.00 and 90.00", name, owed["nahlat"].Due, owed["zayt"].Due)
		}
	}
}
