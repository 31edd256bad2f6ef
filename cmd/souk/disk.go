package main

import (
	"fmt"
	"syscall"
)

// room is the room on a disk.
type room struct{ free, total uint64 } // bytes

// readRoom asks for the room that an ordinary user has on the disk of a folder.
func readRoom(folder string) (room, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(folder, &s); err != nil {
		return room{}, fmt.Errorf("room in %s: %w", folder, err)
	}
	return room{free: uint64(s.Bavail) * uint64(s.Bsize), total: uint64(s.Blocks) * uint64(s.Bsize)}, nil
}

// leastRoom is what a disk must have left for an instance to take orders: a database that runs out of it
// in the middle of its log stops altogether.
const leastRoom = 64 << 20

// hasRoom is nil if every folder's disk has at least so many bytes left.
func hasRoom(folders []string, least uint64) error {
	for _, folder := range folders {
		r, err := readRoom(folder)
		if err != nil {
			return err
		}
		if r.free < least {
			return fmt.Errorf("the disk of %s is full: %s left", folder, megabytes(r.free))
		}
	}
	return nil
}

func megabytes(bytes uint64) string { return fmt.Sprintf("%d MB", bytes/1_000_000) }
