package gate

import (
	"context"
	"sync"
	"time"

	"github.com/souk-taawon/souk/internal/fault"
)

// ErrBusy says that there is no room for the work now; later there is. Nothing of it was done.
var ErrBusy = fault.New(fault.Unavailable, "gate.busy")

// Limits are the bounds of a Gate. Where Waiting and Patience are 0 nobody waits.
type Limits struct {
	AtOnce    int           // pieces of work under way, of everybody
	PerPerson int           // pieces of work of one person, under way or waiting
	Waiting   int           // pieces of work that wait, of everybody; one more is refused at once
	Patience  time.Duration // how long one waits before it is refused
}

// Gate bounds one kind of costly work in one instance. It may be used by many goroutines.
type Gate struct {
	limits Limits
	slots  chan struct{} // holds one for each piece of work under way

	mu      sync.Mutex
	inside  int            // under way or waiting, of everybody
	persons map[string]int // of each person, only who has any
}

// New makes a Gate.
func New(limits Limits) *Gate {
	return &Gate{limits: limits, slots: make(chan struct{}, limits.AtOnce), persons: make(map[string]int)}
}

// Do does the work when its turn comes and returns its error. It is ErrBusy, and the work is not begun,
// if the person has too much under way already, too many wait, or the turn does not come in time or
// before ctx ends. person is whatever one person cannot change at will: an account's id or a network
// address; work of nobody in particular, such as a job's, is "" and counted with everybody's only.
func (g *Gate) Do(ctx context.Context, person string, work func() error) error {
	leave, err := g.Enter(ctx, person)
	if err != nil {
		return err
	}
	defer leave()
	return work()
}

// Enter is Do for work that ends elsewhere: when it has ended leave is called, once or more often.
func (g *Gate) Enter(ctx context.Context, person string) (leave func(), err error) {
	if !g.enter(person) {
		return nil, ErrBusy
	}
	if err := g.await(ctx); err != nil {
		g.leave(person)
		return nil, err
	}
	return sync.OnceFunc(func() {
		<-g.slots
		g.leave(person)
	}), nil
}

// await takes a slot.
func (g *Gate) await(ctx context.Context) error {
	select {
	case g.slots <- struct{}{}:
		return nil
	default: // only who has to wait pays for a timer
	}
	patience := time.NewTimer(g.limits.Patience)
	defer patience.Stop()
	select {
	case g.slots <- struct{}{}:
		return nil
	case <-patience.C:
		return ErrBusy
	case <-ctx.Done():
		return ErrBusy.Wrap(ctx.Err())
	}
}

func (g *Gate) enter(person string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.inside >= g.limits.AtOnce+g.limits.Waiting || person != "" && g.persons[person] >= g.limits.PerPerson {
		return false
	}
	g.inside++
	if person != "" {
		g.persons[person]++
	}
	return true
}

func (g *Gate) leave(person string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	if person == "" {
		return
	}
	if g.persons[person]--; g.persons[person] == 0 {
		delete(g.persons, person)
	}
}
