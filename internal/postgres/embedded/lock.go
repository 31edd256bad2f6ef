package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ErrInUse says that another process uses the data folder; the text names the process.
var ErrInUse = errors.New("the data folder is in use")

const (
	stopWait = 12 * time.Second // longer than a child needs to stop its server
	killWait = 10 * time.Second // until a killed process is gone, also on a busy machine
	forkWait = time.Second      // until what a process has just forked is another program, and holds its files no more
)

// lockFolder takes the folder for this process and the children that inherit the file. A user that
// was killed is waited for: its child still stops the server. A child that hangs is killed.
func lockFolder(ctx context.Context, dir, folder string) (_ *os.File, err error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
		}
	}()
	begun := time.Now()
	patience := begun.Add(stopWait)
	for killed := false; ; {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			break
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("lock %s: %w", f.Name(), err)
		}
		holder := readPID(f)
		inUse := fmt.Errorf("%w: %s, by process %d", ErrInUse, dir, holder)
		if alive(holder) && time.Since(begun) > forkWait {
			return nil, inUse
		}
		if time.Now().After(patience) {
			if killed {
				return nil, inUse
			}
			if err := endKeepers(folder); err != nil {
				return nil, errors.Join(inUse, err)
			}
			killed, patience = true, time.Now().Add(killWait)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	if err := f.Truncate(0); err != nil {
		return nil, err
	}
	if _, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0); err != nil {
		return nil, err
	}
	return f, nil
}

// readPID is the process id in a lock file, 0 if there is none yet.
func readPID(f io.ReaderAt) int {
	text, err := io.ReadAll(io.NewSectionReader(f, 0, 32))
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0
	}
	return pid
}

// alive reports whether a process runs; one that is dead and has not been taken leave of does not.
func alive(pid int) bool {
	if pid <= 0 {
		return false
	}
	if err := syscall.Kill(pid, 0); err != nil && !errors.Is(err, syscall.EPERM) {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)) // 4711 (name) Z …; Linux only
	return err != nil || !bytes.Contains(stat, []byte(") Z "))
}
