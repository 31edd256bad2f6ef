package order

// Edges are what the rules allow, in the form in which doc.go draws it: «order: placed ─ confirm ▶ confirmed».
func Edges() (edges []string) {
	for move, r := range rules {
		for _, from := range r.in {
			if r.to != "" && r.to != from {
				edges = append(edges, "order: "+string(from)+" ─ "+string(move)+" ▶ "+string(r.to))
			}
		}
		for _, from := range r.parts {
			if r.toPart != "" {
				edges = append(edges, "part: "+string(from)+" ─ "+string(move)+" ▶ "+string(r.toPart))
			}
		}
	}
	for move, r := range returnRules {
		for _, from := range r.from {
			edges = append(edges, "return: "+string(from)+" ─ "+string(move)+" ▶ "+string(r.to))
		}
	}
	return edges
}

// What SQL says of states in functions of its own.
var (
	UnconfirmedStates = unconfirmedStates
	UnansweredStates  = unansweredStates
)

// What is asked, whoever orders, of all that waits.
const (
	BusyCooperatives = busyCooperatives
	BusyAssociation  = busyAssociation
)
