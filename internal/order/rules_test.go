package order_test

import (
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/order"
)

// drawn are the edges that a file draws in lines such as «order: placed ─ confirm, accept ▶ confirmed».
func drawn(t *testing.T, file string, subjects ...string) (edges []string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		subject, way, found := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "//\t"), ": ")
		if !found || !slices.Contains(subjects, subject) {
			continue
		}
		stops := strings.Split(way, " ▶ ")
		for i, stop := range stops[:len(stops)-1] {
			from, moves, _ := strings.Cut(stop, " ─ ")
			to, _, _ := strings.Cut(stops[i+1], " ─ ")
			for _, move := range strings.Split(moves, ", ") {
				edges = append(edges, subject+": "+from+" ─ "+move+" ▶ "+strings.TrimSpace(to))
			}
		}
	}
	slices.Sort(edges)
	return edges
}

func TestTheStatesAreDrawnAsTheRulesAre(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(slices.Sorted(slices.Values(order.Edges())), drawn(t, "doc.go", "order", "part", "return")); diff != "" {
		t.Errorf("allowed and drawn (+): %s", diff)
	}
}

func TestTheListOfStatesIsWhole(t *testing.T) {
	t.Parallel()
	reached := make(map[order.State]bool)
	for _, edge := range order.Edges() {
		if way, whole := strings.CutPrefix(edge, "order: "); whole {
			from, way, _ := strings.Cut(way, " ─ ")
			_, to, _ := strings.Cut(way, " ▶ ")
			reached[order.State(from)], reached[order.State(to)] = true, true
		}
	}
	all := slices.Clone(order.States())
	slices.Sort(all)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(reached)), all); diff != "" {
		t.Errorf("moves lead to, and are listed (+): %s", diff)
	}
}

// Who makes which move, said once more.
func TestNobodyMakesAnothersMove(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	association := []order.Move{order.MoveConfirm, order.MoveDispatch, order.MoveDeliver, order.MoveRefuse, order.MoveCancel}
	member := []order.Move{order.MoveAccept, order.MoveReady, order.MoveHandOver, order.MoveDecline, order.MoveUnaccept, order.MoveUnready, order.MoveTakeBack}
	o := m.place(m.basic()).Order
	part := m.part(o, m.honey)
	for _, c := range []struct {
		who  string
		by   order.By
		id   uuid.UUID
		mine []order.Move
	}{
		{"the association", m.people(), o.ID, association},
		{"a member", m.of(m.honey), part.ID, member},
		{"a buyer", order.By{Actor: actor.OfBuyer()}, o.ID, nil},
		{"the market", order.By{Actor: actor.OfSystem()}, o.ID, nil},
		{"nobody", order.By{}, o.ID, nil},
	} {
		for _, move := range slices.Concat(association, member, []order.Move{order.MoveWithdraw, order.MoveAddress, order.MoveExpire, order.MoveAdjust, order.MoveShorten, order.MoveRemove, "steal", ""}) {
			if slices.Contains(c.mine, move) {
				if !move.By(c.by.Actor.Kind) {
					t.Errorf("%s may never %s", c.who, move)
				}
			} else if err := m.Move(t.Context(), move, c.id, c.by); !errors.Is(err, order.ErrNotTheirs) {
				t.Errorf("%s could %s: %v", c.who, move, err)
			}
		}
	}
	if err := m.Move(t.Context(), order.MoveAccept, part.ID, m.of(m.soap)); !errors.Is(err, order.ErrNotFound) {
		t.Errorf("another cooperative accepted the honey: %v", err)
	}
	m.wantStates(o.ID, "placed: placed placed placed")
	m.wantClean()
}

func TestTheSchemaSaysOfStatesWhatTheRulesDo(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	for _, c := range []struct {
		function string
		want     []string
	}{{"order_unconfirmed", names(order.UnconfirmedStates)}, {"part_unanswered", names(order.UnansweredStates)}} {
		var got []string
		m.must(m.db.Select(&got, `select s from unnest($1::text[]) s where `+c.function+`(s) order by s`, pq.Array(slices.Concat(
			names(order.States()), []string{"accepted", "ready", "handed_over", "declined"}))))
		slices.Sort(c.want)
		if diff := cmp.Diff(c.want, slices.Compact(got)); diff != "" {
			t.Errorf("%s: rules (-) and schema (+): %s", c.function, diff)
		}
	}
}

func names[S ~string](states []S) (list []string) {
	for _, s := range states {
		list = append(list, string(s))
	}
	return list
}
