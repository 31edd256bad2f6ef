package embedded

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// adoptOrphans makes the server's processes children of this one when the server has ended before them.
func adoptOrphans() error {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("become the parent of the server's processes: %w", err)
	}
	return nil
}

// reap takes leave of adopted processes that have ended. The first process of a container often does
// not, and a dead process would stay in the list for ever.
func reap() {
	for {
		if _, err := unix.Wait4(-1, nil, 0, nil); err != nil && err != unix.EINTR {
			return
		}
	}
}
