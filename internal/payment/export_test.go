package payment

// Edges are the ways between states, in the form in which doc.go draws them.
func Edges() (edges []string) {
	for subject, list := range map[string][]edge{
		"intent":  {paysIntent, cancelsIntent},
		"attempt": {asksForAttempt, paysAttempt, failsAttempt, expiresAttempt, cancelsAttempt},
		"refund":  {asksForRefund, givesRefund, failsRefund},
	} {
		for _, e := range list {
			for _, from := range e.from {
				edges = append(edges, subject+": "+string(from)+" ─ "+e.by+" ▶ "+string(e.to))
			}
		}
	}
	return edges
}
