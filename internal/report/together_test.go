package report

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func TestAFaultOfOneOfTwoReportsIsAnErrorOfBoth(t *testing.T) {
	t.Parallel()
	other := func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	}
	gone := errors.New("the database is gone")
	if err := together(t.Context(), other, func(context.Context) error { return gone }); !errors.Is(err, gone) {
		t.Errorf("an error: %v", err)
	}
	err := together(t.Context(), other, func(context.Context) error { panic("a fault") })
	if err == nil || !strings.Contains(err.Error(), "panic: a fault") || !strings.Contains(err.Error(), "together_test.go") {
		t.Errorf("a panic: %v", err)
	}
}
