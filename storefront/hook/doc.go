// Package hook has the addresses that providers of payments know: where they tell what became of what, and where they
// send buyers back to by a form. Nothing is read there but what the provider itself vouches for.
//
// Start at Routes in hook.go.
package hook
