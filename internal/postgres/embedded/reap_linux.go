package embedded

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// adoptDaemons makes the server, which pg_ctl starts as a daemon, this process's child again.
func adoptDaemons() error {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("become the server's parent: %w", err)
	}
	return nil
}

// reap takes leave of an adopted server that has stopped. The first process of a container often
// does not, and a dead process would stay in the list for ever.
func reap() {
	for {
		if _, err := unix.Wait4(-1, nil, 0, nil); err != nil && err != unix.EINTR {
			return
		}
	}
}
