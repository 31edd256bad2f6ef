// Package fault holds failures that a person can be told about: a kind, which becomes a status
// code at the edge, and a translation key, which becomes a sentence there. Domains declare theirs
// as sentinels (var ErrGone = fault.New(fault.NotFound, "…")) and never write text for people.
package fault
