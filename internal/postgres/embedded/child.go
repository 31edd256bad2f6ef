package embedded

import (
	"bufio"
	"cmp"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"

	embeddedpostgres "github.com/fergusstrange/embedded-postgres"

	"github.com/souk-taawon/souk/internal/child"
)

const childArgument = "embedded-postgresql"

// ChildMain does the child's work if this process was started by Start to be its child, and reports
// whether it was; the caller's main then returns at once.
func ChildMain() (handled bool) {
	if len(os.Args) < 2 || os.Args[1] != childArgument {
		return false
	}
	// The server ends with the thread that started it: this one, which stays until the process ends.
	runtime.LockOSThread()
	signal.Ignore(syscall.SIGPIPE) // the program may be dead when the child has something to say
	syscall.CloseOnExec(lockFD)    // so that nothing but the two of them holds the folder
	if err := serve(bufio.NewReader(os.Stdin), json.NewEncoder(os.Stdout)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return true
}

// serve runs a server until it ends, or its input does, or the process is asked to stop.
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
	if err := adoptOrphans(); err != nil {
		return err
	}
	i, err := prepare(job)
	if err != nil {
		return err
	}
	if i.download || !exists(i.cluster()) {
		if i.download {
			if err := reports.Encode(report{Downloading: true, Version: i.binaries.version}); err != nil {
				return err
			}
		}
		made := make(chan error, 1)
		go func() { made <- i.make() }()
		select {
		case err = <-made:
		case <-gone:
			if i.fetching() {
				return nil // no server has been started yet; the rest is fetched again next time
			}
			err = <-made
		}
		if err != nil {
			return err
		}
	}
	if !exists(i.entrusted()) {
		if err := i.entrust(); err != nil {
			return err
		}
	}
	// Nobody may be left to hear it: then the input has ended too.
	_ = reports.Encode(report{Version: i.binaries.version, Binaries: filepath.Join(i.binaries.root, "bin")})
	return i.run(gone, asked)
}

// run runs the server. However it ends, none of its processes is left.
func (i *instance) run(gone <-chan struct{}, asked <-chan os.Signal) error {
	server := exec.Command(filepath.Join(i.binaries.root, "bin", "postgres"), "-D", i.cluster(), "-p", strconv.Itoa(i.Address.Port))
	server.Args = append(server.Args, i.settings()...)
	server.Stdout, server.Stderr = os.Stderr, os.Stderr
	server.SysProcAttr = child.EndWithParent()
	if err := server.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Wait() }()
	var err error
	select {
	case err = <-ended:
		err = fmt.Errorf("the server has ended: %w", cmp.Or(err, errors.New("nobody knows why")))
	case <-gone:
		err = i.end(server, ended)
	case <-asked:
		err = i.end(server, ended)
	}
	err = errors.Join(err, endProcesses(i.cluster()))
	reap()
	return err
}

// end has the server end every connection and write down what it must. One that hangs is killed: it
// reads its log at the next start.
func (i *instance) end(server *exec.Cmd, ended <-chan error) error {
	if err := server.Process.Signal(syscall.SIGINT); err != nil { // PostgreSQL's fast shutdown
		return err
	}
	select {
	case err := <-ended:
		return err
	case <-time.After(i.Grace):
	}
	if err := server.Process.Kill(); err != nil {
		return err
	}
	<-ended
	return errors.New("the server did not end when it was asked to, and was killed")
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
	if err := endOrphan(i.cluster(), job.Address); err != nil {
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

// setEnvironment gives the server's tools places that their user can write to.
func (i *instance) setEnvironment() error {
	tmp := filepath.Join(i.folder, "tmp")
	if err := os.RemoveAll(tmp); err != nil {
		return err
	}
	if err := os.Mkdir(tmp, 0o700); err != nil {
		return err
	}
	return errors.Join(os.Setenv("HOME", i.folder), os.Setenv("TMPDIR", tmp), os.Setenv("LC_ALL", "C"))
}

func (i *instance) parameters() map[string]string {
	parameters := map[string]string{
		"listen_addresses":        host,
		"unix_socket_directories": "", // none: Debian's default place belongs to another user
		"max_connections":         strconv.Itoa(i.MaxConnections),
		"log_min_messages":        "log", // no failed statements, which hold people's data
		"log_error_verbosity":     "terse",
		"log_checkpoints":         "off",
	}
	if !i.Durable {
		for _, name := range []string{"fsync", "synchronous_commit", "full_page_writes"} {
			parameters[name] = "off"
		}
	}
	return parameters
}

// settings are the parameters as a server's arguments.
func (i *instance) settings() []string {
	var arguments []string
	for name, value := range i.parameters() {
		arguments = append(arguments, "-c", name+"="+value)
	}
	return arguments
}

func (i *instance) config() embeddedpostgres.Config {
	tmp := filepath.Join(i.folder, "tmp")
	return embeddedpostgres.DefaultConfig().
		Version(embeddedpostgres.PostgresVersion(i.binaries.version)).
		BinariesPath(i.binaries.root).
		CachePath(filepath.Join(tmp, "download")).
		RuntimePath(filepath.Join(tmp, "runtime")).
		DataPath(i.cluster()).
		Port(uint32(i.Address.Port)).
		Username(superuser).Password(rand.Text()).Database(databaseName).
		Locale("C.UTF-8").Encoding("UTF8").
		StartParameters(i.parameters()).
		Logger(io.Discard) // an error brings its log along
}

// make downloads PostgreSQL and makes a new cluster, whichever is missing.
func (i *instance) make() error {
	if i.download {
		unlock, err := i.clearDownload()
		if err != nil {
			return err
		}
		defer unlock()
	}
	server := embeddedpostgres.NewDatabase(i.config())
	if err := server.Start(); err != nil {
		if i.fetching() {
			return fmt.Errorf("PostgreSQL %d or newer is not on this machine, and it cannot be downloaded: %w", oldestMajor, err)
		}
		return err
	}
	if err := server.Stop(); err != nil {
		return err
	}
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
