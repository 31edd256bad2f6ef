package child

import "syscall"

// EndWithParent has the kernel kill a child when the thread that started it ends, and so with this
// program, however that ends. Whoever uses it keeps that thread.
func EndWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
