package embedded

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	embeddedpostgres "github.com/fergusstrange/embedded-postgres"
)

const childArgument = "embedded-postgresql"

// ChildMain does the child's work if this process was started by Start to be its child, and reports
// whether it was; the caller's main then returns at once.
func ChildMain() (handled bool) {
	if len(os.Args) < 2 || os.Args[1] != childArgument {
		return false
	}
	signal.Ignore(syscall.SIGPIPE) // the program may be dead when the child has something to say
	syscall.CloseOnExec(lockFD)    // so that nothing but the two of them holds the folder
	reports := json.NewEncoder(os.Stdout)
	if err := serve(bufio.NewReader(os.Stdin), reports); err != nil {
		_ = reports.Encode(report{Error: err.Error()}) // nobody is left to tell if this fails
	}
	return true
}

// serve runs a server until its input ends or the process is asked to stop.
func serve(input *bufio.Reader, reports *json.Encoder) error {
	line, err := input.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("%s is for the program's own use: %w", childArgument, err)
	}
	var job order
	if err := json.Unmarshal(line, &job); err != nil {
		return err
	}
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	gone := discardInput(input)
	if err := adoptDaemons(); err != nil {
		return err
	}

	i, err := prepare(job)
	if err != nil {
		return err
	}
	if i.download {
		if err := reports.Encode(report{Downloading: i.binaries.version}); err != nil {
			return err
		}
	}
	server := embeddedpostgres.NewDatabase(i.config())
	started := make(chan error, 1)
	go func() { started <- i.start(server) }()
	select {
	case err := <-started:
		if err != nil {
			return err
		}
	case <-gone:
		if i.fetching() {
			return nil // no server has been started yet; the rest is fetched again next time
		}
		if err := <-started; err != nil {
			return err
		}
		return stop(server)
	}
	ready := report{Ready: true, Version: i.binaries.version, Binaries: filepath.Join(i.binaries.root, "bin")}
	if err := reports.Encode(ready); err == nil {
		select {
		case <-gone:
		case <-asked:
		}
	}
	return stop(server)
}

func stop(server *embeddedpostgres.EmbeddedPostgres) error {
	if err := server.Stop(); err != nil {
		return err // it may run still: waiting for its end might take for ever
	}
	reap()
	return nil
}

// instance is the server as the child sees it: with the user's rights that it runs with.
type instance struct {
	order
	folder   string // the server's folder by a path that this user can follow
	binaries binaries
	download bool // the binaries are not there yet
}

// prepare finds what the server needs, gives up root's rights and clears the way for a start.
func prepare(job order) (*instance, error) {
	i := &instance{order: job, folder: job.Folder}
	afresh := job.Fresh || exists(i.unfinished())
	if err := i.choose(afresh); err != nil {
		return nil, err
	}
	if job.User != nil {
		if err := job.User.become(); err != nil {
			return nil, err
		}
		// By this path the kernel asks nothing of the folders above, which may be /root. PostgreSQL
		// and its tools inherit the open folder.
		if own := fmt.Sprintf("/proc/self/fd/%d", folderFD); exists(own) {
			i.folder = own
		}
	}
	if !exists(i.folder) {
		return nil, fmt.Errorf("PostgreSQL runs as user %d, who cannot get at %s: choose a data folder that lies in no closed folder", os.Geteuid(), job.Folder)
	}
	if err := i.setEnvironment(); err != nil {
		return nil, err
	}
	if err := stopOrphan(i.cluster(), job.Address); err != nil {
		return nil, err
	}
	if afresh {
		if err := os.RemoveAll(i.cluster()); err != nil {
			return nil, err
		}
	}
	if !exists(i.cluster()) {
		if err := os.WriteFile(i.unfinished(), nil, 0o600); err != nil {
			return nil, err
		}
	}
	return i, nil
}

func (i *instance) cluster() string { return filepath.Join(i.folder, "cluster") }

// unfinished is a file that is there until a new cluster has been up once: without it, one that was
// interrupted while being made would look like a good one.
func (i *instance) unfinished() string { return filepath.Join(i.folder, "unfinished") }

// complete is a file that is there when downloaded binaries have been unpacked.
func (i *instance) complete() string { return filepath.Join(filepath.Dir(i.binaries.root), "complete") }

// fetching reports whether the binaries are still on their way.
func (i *instance) fetching() bool {
	return i.download && !exists(filepath.Join(i.binaries.root, "bin", "pg_ctl"))
}

// choose settles which binaries to use; those of another major version cannot read the data.
func (i *instance) choose(afresh bool) error {
	major := 0
	if !afresh {
		var err error
		if major, err = majorOf(i.cluster()); err != nil {
			return err
		}
	}
	var found bool
	if i.binaries, found = findBinaries(i.User, major); found {
		return nil
	}
	version, err := downloadable(major)
	if err != nil {
		return err
	}
	dir, err := downloads(i.User)
	if err != nil {
		return err
	}
	i.binaries = binaries{root: filepath.Join(dir, string(version), "root"), version: string(version)}
	i.download = !exists(i.complete())
	return nil
}

// setEnvironment keeps the user's own settings for PostgreSQL away from this server, and gives its
// tools places that their user can write to.
func (i *instance) setEnvironment() error {
	for _, setting := range os.Environ() {
		if name, _, _ := strings.Cut(setting, "="); strings.HasPrefix(name, "PG") {
			if err := os.Unsetenv(name); err != nil {
				return err
			}
		}
	}
	tmp := filepath.Join(i.folder, "tmp")
	if err := os.RemoveAll(tmp); err != nil {
		return err
	}
	if err := os.Mkdir(tmp, 0o700); err != nil {
		return err
	}
	return errors.Join(os.Setenv("HOME", i.folder), os.Setenv("TMPDIR", tmp), os.Setenv("LC_ALL", "C"))
}

func (i *instance) config() embeddedpostgres.Config {
	parameters := map[string]string{
		"listen_addresses":        host,
		"unix_socket_directories": "", // none: Debian's default place belongs to another user
		"max_connections":         strconv.Itoa(i.MaxConnections),
		"log_min_messages":        "log", // no failed statements, which hold people's data
		"log_checkpoints":         "off",
	}
	if !i.Durable {
		for _, name := range []string{"fsync", "synchronous_commit", "full_page_writes"} {
			parameters[name] = "off"
		}
	}
	tmp := filepath.Join(i.folder, "tmp")
	return embeddedpostgres.DefaultConfig().
		Version(embeddedpostgres.PostgresVersion(i.binaries.version)).
		BinariesPath(i.binaries.root).
		CachePath(filepath.Join(tmp, "download")).
		RuntimePath(filepath.Join(tmp, "runtime")).
		DataPath(i.cluster()).
		Port(uint32(i.Address.Port)).
		Username(userName).Password(i.Address.Password).Database(databaseName).
		Locale("C.UTF-8").Encoding("UTF8").
		StartParameters(parameters).
		Logger(io.Discard) // an error brings its log along
}

// start starts the server, with a download before and a new cluster if they are needed.
func (i *instance) start(server *embeddedpostgres.EmbeddedPostgres) (err error) {
	if i.download {
		unlock, err := i.clearDownload()
		if err != nil {
			return err
		}
		defer unlock()
	}
	if err := server.Start(); err != nil {
		if i.fetching() {
			return fmt.Errorf("PostgreSQL %d or newer is not on this machine, and it cannot be downloaded: %w", oldestMajor, err)
		}
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, server.Stop())
		}
	}()
	if i.download {
		if err := os.WriteFile(i.complete(), nil, 0o644); err != nil {
			return err
		}
	}
	if err := os.Remove(i.unfinished()); err != nil && !os.IsNotExist(err) {
		return err
	}
	return nil
}

// clearDownload waits for others who fetch the same binaries, and deletes what an interrupted
// download left.
func (i *instance) clearDownload() (unlock func(), err error) {
	dir := filepath.Dir(i.binaries.root)
	f, err := os.OpenFile(dir+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	unlock = func() { _ = f.Close() } // nothing was written to it
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		unlock()
		return nil, err
	}
	if exists(i.complete()) {
		return unlock, nil
	}
	if err := os.RemoveAll(dir); err != nil {
		unlock()
		return nil, err
	}
	return unlock, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
