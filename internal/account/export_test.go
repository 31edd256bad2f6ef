package account

import (
	"context"

	"github.com/souk-taawon/souk/internal/gate"
)

// Besiege takes every place that strangers have in the queue for hashing, until the function it gives is
// called.
func (s *Service) Besiege() (end func()) {
	s.strangers = gate.New(gate.Limits{AtOnce: 1, PerPerson: 1})
	begun, over := make(chan struct{}), make(chan struct{})
	go func() {
		_ = s.strangers.Do(context.Background(), "", func() error { close(begun); <-over; return nil })
	}()
	<-begun
	return func() { close(over) }
}
