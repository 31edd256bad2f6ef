//go:build !linux

package embedded

// adoptDaemons does nothing: elsewhere the system's first process looks after daemons.
func adoptDaemons() error { return nil }

func reap() {}
