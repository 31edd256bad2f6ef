package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/postgres"
)

// What an instance should have.
const (
	fewBytes    = 1 << 30  // of a disk
	fewPercent  = 10       // of a disk; of a large one that may be
	enoughBytes = 10 << 30 // all the same
	leastFiles  = 10_000   // open at once: 8,192 connections, the database's, the index's
	leastMemory = 512 << 20
)

// examineMachine looks at what the program runs on: its version, the disk, files, limits and the time.
func (e *examination) examineMachine() {
	e.well("version", "%s", thisBuild())
	for _, folder := range e.config.folders(e.place.dataDir) {
		e.examineFolder(folder)
	}
	if e.place.dataDir != "" {
		e.examineSecrecy(e.place.dataDir)
	}
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err == nil {
		e.examineFiles(files.Cur)
	}
	if memory := memoryOf("/sys/fs/cgroup/memory.max", "/proc/meminfo"); memory > 0 {
		e.examineMemory(memory)
	}
	e.well("time zone", "%s is known", clock.Zone)
}

func (e *examination) examineFolder(folder string) {
	r, err := readRoom(folder)
	if err != nil {
		e.mend("disk", "make the folder, and let souk's user write to it", "%v", err)
		return
	}
	e.examineRoom(folder, r)
}

func (e *examination) examineRoom(folder string, r room) {
	percent := 100 * r.free / max(r.total, 1)
	text := fmt.Sprintf("%s: %s of %s free (%d %%)", folder, megabytes(r.free), megabytes(r.total), percent)
	switch {
	case r.free < leastRoom:
		e.mend("disk", "make room at once: the market takes no more orders", "%s", text)
	case r.free < fewBytes || percent < fewPercent && r.free < enoughBytes:
		e.mend("disk", "make room, or take a larger disk: with less than "+megabytes(leastRoom)+" the market takes no more orders", "%s", text)
	default:
		e.well("disk", "%s", text)
	}
}

// examineSecrecy looks whether others on the machine can read what is secret.
func (e *examination) examineSecrecy(dataDir string) {
	open := 0
	for name, allowed := range map[string]fs.FileMode{
		".": 0o755, secretFile: 0o600, privateFile: 0o600, filepath.Join("postgres", "url"): 0o600,
	} {
		path := filepath.Join(dataDir, name)
		info, err := os.Stat(path)
		if err != nil {
			continue // a market that keeps it elsewhere
		}
		if more := info.Mode().Perm() &^ allowed; more != 0 {
			open++
			e.mend("files", fmt.Sprintf("chmod %o %s", allowed, path), "%s is %s: others on this machine can get at it", path, info.Mode().Perm())
		}
	}
	if open == 0 {
		e.well("files", "what is secret in %s is for its owner only", dataDir)
	}
}

func (e *examination) examineFiles(limit uint64) {
	if limit < leastFiles {
		e.mend("open files", fmt.Sprintf("raise the limit of open files (ulimit -n, LimitNOFILE) to %d or more", leastFiles), "%d at once: many connections would be turned away", limit)
		return
	}
	e.well("open files", "%d at once", limit)
}

func (e *examination) examineMemory(bytes uint64) {
	if bytes < leastMemory {
		e.mend("memory", "give it "+megabytes(leastMemory)+" or more", "%s: large pictures and files may end the program", megabytes(bytes))
		return
	}
	e.well("memory", "%s", megabytes(bytes))
}

// memoryOf is the memory that the program may take, in bytes: its control group's, or the machine's. It is
// 0 if nobody tells.
func memoryOf(group, machine string) uint64 {
	if text, err := os.ReadFile(group); err == nil {
		if n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64); err == nil {
			return n
		}
	}
	text, err := os.ReadFile(machine)
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), "MemTotal:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kB, _ := strconv.ParseUint(fields[0], 10, 64)
	return kB << 10
}

// examinePictures writes and deletes one file where pictures are kept.
func (e *examination) examinePictures(ctx context.Context) {
	const remedy = "let souk's user write there, or correct BLOB_URL"
	bucket, err := openBlobs(ctx, e.config.BlobURL, e.place.dataDir)
	if err != nil {
		e.mend("pictures", remedy, "%v", err)
		return
	}
	defer func() { _ = bucket.Close() }() // nothing is under way
	ctx, cancel := context.WithTimeout(ctx, outsideTimeout)
	defer cancel()
	name := "doctor/" + postgres.NewID().String()
	if err := bucket.WriteAll(ctx, name, []byte("souk doctor"), nil); err != nil {
		e.mend("pictures", remedy, "they cannot be written: %v", err)
		return
	}
	if err := bucket.Delete(ctx, name); err != nil {
		e.mend("pictures", remedy, "they cannot be deleted: %v", err)
		return
	}
	e.well("pictures", "can be written and deleted")
}
