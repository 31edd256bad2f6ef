package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/lib/pq"
)

// endOrphan ends a server that still runs on the cluster although nobody has the folder, because its
// child was killed, and clears away the postmaster.pid of one that runs no more. PostgreSQL itself
// only looks whether the process in that file lives, which after a reboot may be any. What cannot be
// told from the list of processes is known by the folder's password.
func endOrphan(cluster string, a address) error {
	if err := endProcesses(cluster); err != nil {
		return err
	}
	name := filepath.Join(cluster, "postmaster.pid")
	deadline := time.Now().Add(30 * time.Second)
	for asked := false; ; time.Sleep(20 * time.Millisecond) {
		text, err := os.ReadFile(name)
		if os.IsNotExist(err) {
			return nil // a server deletes the file as the last thing it does
		}
		if err != nil {
			return err
		}
		pid, port := parsePostmaster(string(text))
		if !alive(pid) {
			return os.Remove(name)
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("an earlier PostgreSQL, process %d, does not end", pid)
		}
		if asked {
			continue
		}
		err = ping(context.Background(), address{Port: port, Password: a.Password}.url("postgres"))
		var refused *pq.Error
		switch {
		case err == nil:
			if err := syscall.Kill(pid, syscall.SIGINT); err != nil { // PostgreSQL's fast shutdown
				return fmt.Errorf("stop an earlier PostgreSQL, process %d: %w", pid, err)
			}
			asked = true
		case !errors.As(err, &refused) || isStranger(refused):
			return os.Remove(name) // the process is another one
		}
		// Otherwise it is starting, stopping or full: ask again.
	}
}

// parsePostmaster reads a postmaster.pid: its first line is the process, its fourth the port.
func parsePostmaster(text string) (pid, port int) {
	lines := strings.Split(text, "\n")
	if len(lines) < 4 {
		return 0, 0
	}
	pid, err := strconv.Atoi(lines[0])
	if err != nil {
		return 0, 0
	}
	port, err = strconv.Atoi(lines[3])
	if err != nil {
		return 0, 0
	}
	return pid, port
}
