package embedded

import (
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// systemUser is whom the server runs as when the program runs as root.
type systemUser struct{ UID, GID int }

// serverUser makes the server's folder and, as root, gives it to the user it shall run as: the
// owner it has, or the owner of the data folder, or nobody. Otherwise it is nil.
func serverUser(dir, folder string) (*systemUser, error) {
	if err := os.Mkdir(folder, 0o700); err != nil && !os.IsExist(err) {
		return nil, err
	}
	if os.Geteuid() != 0 {
		return nil, nil
	}
	owner, err := ownerOf(folder)
	if err != nil || owner != nil {
		return owner, err
	}
	if owner, err = ownerOf(dir); err != nil {
		return nil, err
	}
	if owner == nil {
		nobody, err := user.Lookup("nobody")
		if err != nil {
			return nil, fmt.Errorf("PostgreSQL does not run as root and there is no user «nobody» to run it as: start as an ordinary user: %w", err)
		}
		if owner, err = parseUser(nobody); err != nil {
			return nil, err
		}
	}
	return owner, filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if err := os.Lchown(path, owner.UID, owner.GID); err != nil {
			return fmt.Errorf("PostgreSQL does not run as root, and its files cannot be given to another user: start as an ordinary user: %w", err)
		}
		return nil
	})
}

// ownerOf is the owner of a path, nil if that is root or an id without a user (PostgreSQL's tools
// want a name).
func ownerOf(path string) (*systemUser, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || stat.Uid == 0 {
		return nil, nil
	}
	u, err := user.LookupId(strconv.FormatUint(uint64(stat.Uid), 10))
	if err != nil {
		return nil, nil
	}
	return parseUser(u)
}

func parseUser(u *user.User) (*systemUser, error) {
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return nil, err
	}
	return &systemUser{UID: uid, GID: gid}, nil
}

// become makes the whole process run as u, for good.
func (u *systemUser) become() error {
	if err := syscall.Setgroups([]int{u.GID}); err != nil {
		return fmt.Errorf("give up root's rights: %w", err)
	}
	if err := syscall.Setgid(u.GID); err != nil {
		return fmt.Errorf("give up root's rights: %w", err)
	}
	if err := syscall.Setuid(u.UID); err != nil {
		return fmt.Errorf("give up root's rights: %w", err)
	}
	return nil
}

// credential makes one command run as u; nil changes nothing.
func (u *systemUser) credential() *syscall.SysProcAttr {
	if u == nil {
		return nil
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(u.UID), Gid: uint32(u.GID)}}
}
