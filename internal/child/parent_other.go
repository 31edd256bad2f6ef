//go:build !linux

package child

import "syscall"

// EndWithParent only keeps a terminal's signals from the child: no other system than Linux ends a
// child with its parent. A child whose parent was killed goes on until somebody ends it.
func EndWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
