//go:build !linux

package meili

import "syscall"

// endWithParent: only Linux can end a child with its parent. Elsewhere a server whose parent was killed
// goes on until somebody ends it.
func endWithParent() *syscall.SysProcAttr { return nil }
