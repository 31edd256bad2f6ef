package meili

import (
	"testing"
	"time"
)

func TestAfterThreeFailuresNobodyAsksForAWhile(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	b := breaker{now: func() time.Time { return now }}
	for i := range failuresToOpen {
		if !b.allow() {
			t.Fatalf("closed after %d failures", i)
		}
		b.report(false)
	}
	if b.allow() {
		t.Error("still asks after three failures in a row")
	}
	now = now.Add(openFor)
	if !b.allow() || b.allow() {
		t.Error("not exactly one is let through to see")
	}
	b.report(false)
	now = now.Add(openFor - 1)
	if b.allow() {
		t.Error("asks again too early")
	}
	now = now.Add(1)
	if !b.allow() {
		t.Error("does not look again")
	}
	b.report(true)
	for range 2 {
		if !b.allow() {
			t.Error("does not ask although the server answers")
		}
		b.report(false)
	}
	b.report(true)
	b.report(false)
	if !b.allow() {
		t.Error("failures that were not in a row are counted")
	}
}
