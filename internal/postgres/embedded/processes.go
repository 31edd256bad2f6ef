package embedded

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Processes are found in /proc. On systems without one nothing is found: there a server's processes end
// by themselves when the server has gone, and one whose child was killed goes on until the next start.

// endProcesses kills every process of a server that works on the cluster and waits until they are gone:
// PostgreSQL's live in it. The data lose nothing by that.
func endProcesses(cluster string) error {
	if !exists(cluster) {
		return nil
	}
	return killAll("processes of an earlier PostgreSQL", func(pid int) bool { return livesIn(pid, cluster) })
}

// endKeepers kills the children that keep the server of a folder.
func endKeepers(folder string) error {
	mark := []byte("\x00" + childArgument + "\x00" + folder + "\x00")
	return killAll("a keeper of PostgreSQL", func(pid int) bool {
		line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		return err == nil && bytes.HasSuffix(line, mark)
	})
}

// livesIn reports whether a process of PostgreSQL works in the folder; of another user's nobody can tell.
func livesIn(pid int, folder string) bool {
	program, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	if err != nil || !strings.HasPrefix(filepath.Base(program), "postgres") {
		return false
	}
	own, err := os.Stat(fmt.Sprintf("/proc/%d/cwd", pid))
	if err != nil {
		return false
	}
	wanted, err := os.Stat(folder)
	return err == nil && os.SameFile(own, wanted)
}

func killAll(what string, which func(pid int) bool) error {
	for deadline := time.Now().Add(killWait); ; time.Sleep(10 * time.Millisecond) {
		found := 0
		entries, err := filepath.Glob("/proc/[0-9]*")
		if err != nil {
			return err
		}
		for _, entry := range entries {
			pid, err := strconv.Atoi(filepath.Base(entry))
			if err != nil || pid == os.Getpid() || !which(pid) {
				continue
			}
			found = pid
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
				return fmt.Errorf("end %s, process %d: %w", what, pid, err)
			}
		}
		switch {
		case found == 0:
			return nil
		case time.Now().After(deadline):
			return fmt.Errorf("%s, process %d, does not end", what, found)
		}
	}
}
