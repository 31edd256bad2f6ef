package embedded

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	embeddedpostgres "github.com/fergusstrange/embedded-postgres"
)

// oldestMajor is the oldest PostgreSQL that the program works with.
const oldestMajor = 15

// binaries are those of one PostgreSQL: root/bin/postgres and its companions.
type binaries struct {
	root    string
	version string // 15.13
	major   int
}

// usualPlaces are where packages put the server without putting it on the PATH.
func usualPlaces() []string {
	return []string{
		"/usr/lib/postgresql/*/bin",                      // Debian, Ubuntu
		"/usr/pgsql-*/bin",                               // PostgreSQL's own packages for Red Hat
		"/opt/homebrew/opt/postgresql*/bin",              // Homebrew on Apple silicon
		"/usr/local/opt/postgresql*/bin",                 // Homebrew on Intel
		"/home/linuxbrew/.linuxbrew/opt/postgresql*/bin", // Homebrew on Linux
		"/Applications/Postgres.app/Contents/Versions/*/bin",
		"/opt/local/lib/postgresql*/bin", // MacPorts
		"/usr/local/pgsql/bin",           // built from source
	}
}

// findBinaries looks on the PATH, then in the usual places, newest first, for a PostgreSQL that the
// user may run, of the given major version unless that is 0.
func findBinaries(as *systemUser, major int) (binaries, bool) {
	suits := func(b binaries) bool {
		return b.major >= oldestMajor && (major == 0 || b.major == major)
	}
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		// A link on the PATH leads to the rest; if not to a folder named bin, all are links.
		if program, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres")); err == nil {
			for _, d := range []string{filepath.Dir(program), dir} {
				if b, ok := inspect(as, d); ok && suits(b) {
					return b, true
				}
			}
		}
	}
	var dirs []string
	for _, pattern := range usualPlaces() {
		found, err := filepath.Glob(pattern)
		if err == nil {
			dirs = append(dirs, found...)
		}
	}
	if out, err := run(as, "pg_config", "--bindir"); err == nil {
		dirs = append(dirs, strings.TrimSpace(out))
	}
	var found []binaries
	for _, d := range dirs {
		if b, ok := inspect(as, d); ok && suits(b) {
			found = append(found, b)
		}
	}
	if len(found) == 0 {
		return binaries{}, false
	}
	return slices.MaxFunc(found, func(a, b binaries) int { return cmp.Compare(a.major, b.major) }), true
}

// inspect reports whether a folder holds a server's programs, and of which version.
func inspect(as *systemUser, dir string) (binaries, bool) {
	if filepath.Base(dir) != "bin" || !filepath.IsAbs(dir) {
		return binaries{}, false // embedded-postgres looks for <root>/bin
	}
	for _, name := range []string{"initdb", "pg_ctl"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return binaries{}, false
		}
	}
	out, err := run(as, filepath.Join(dir, "postgres"), "--version") // postgres (PostgreSQL) 15.13 (Debian …)
	if err != nil {
		return binaries{}, false
	}
	version := regexp.MustCompile(`PostgreSQL\) ((\d+)\S*)`).FindStringSubmatch(out)
	if version == nil {
		return binaries{}, false
	}
	major, err := strconv.Atoi(version[2])
	return binaries{root: filepath.Dir(dir), version: version[1], major: major}, err == nil
}

func run(as *systemUser, program string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.SysProcAttr = as.credential()
	out, err := cmd.Output()
	return string(out), err
}

// downloadable is the PostgreSQL to download, of the given major version unless that is 0.
func downloadable(major int) (embeddedpostgres.PostgresVersion, error) {
	versions := map[int]embeddedpostgres.PostgresVersion{
		0: embeddedpostgres.V18, 18: embeddedpostgres.V18, 17: embeddedpostgres.V17,
		16: embeddedpostgres.V16, 15: embeddedpostgres.V15,
	}
	version, ok := versions[major]
	if !ok {
		return "", fmt.Errorf("the data folder is of PostgreSQL %d, which is not on this machine and cannot be downloaded", major)
	}
	return version, nil
}

// downloads makes the folder that downloaded binaries are kept in, for all data folders: in the
// user's cache, or where another user than root can get at it.
func downloads(as *systemUser) (string, error) {
	cache, err := os.UserCacheDir()
	dir := filepath.Join(cache, "souk-postgresql")
	if as != nil {
		dir, err = fmt.Sprintf("/var/cache/souk-postgresql-%d", as.UID), nil
	}
	if err != nil {
		return "", fmt.Errorf("no place for a downloaded PostgreSQL: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("no place for a downloaded PostgreSQL: %w", err)
	}
	if as != nil {
		if err := os.Chown(dir, as.UID, as.GID); err != nil {
			return "", err
		}
	}
	return dir, nil
}

// majorOf is the major version that made a cluster, 0 if there is no cluster. A folder that holds
// something else is an error: embedded-postgres would delete it.
func majorOf(cluster string) (int, error) {
	text, err := os.ReadFile(filepath.Join(cluster, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(cluster); err == nil {
			return 0, fmt.Errorf("%s holds no PostgreSQL data although it should", cluster)
		}
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(text)))
}
