package embedded

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"github.com/souk-taawon/souk/internal/postgres"
)

func TestTheProgramsRoleOwnsItsDatabaseAndHasNoOtherRights(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	migrate(t, s.URL())
	ownsAndNoMore(t, s.URL())
}

// The tests' own server is shared, and may have been started by another version.
func TestAServerForTestsLetsTheRoleMakeDatabases(t *testing.T) {
	t.Parallel()
	s, err := Start(t.Context(), Config{DataDir: t.TempDir(), CreateDatabases: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Stop(context.Background()) }()
	if err := execute(t, s.URL(), `create database another`); err != nil {
		t.Error(err)
	}
	if err := execute(t, s.URL(), `create role another`); !refused(err) {
		t.Errorf("a role: %v", err)
	}
}

func TestAFolderOfAnEarlierVersionIsTakenFromTheSuperuser(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := start(t, dir)
	migrate(t, s.URL())
	query(t, s.URL(), "create table jars (number serial, honey text); insert into jars (honey) values ('thyme') returning honey")
	if err := s.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	giveBack(t, dir)
	for range 2 { // the second finds what the first has left
		s = start(t, dir)
		if got := query(t, s.URL(), "select honey from jars"); got != "thyme" {
			t.Errorf("kept %q", got)
		}
		migrate(t, s.URL())
		ownsAndNoMore(t, s.URL())
		for _, change := range []string{
			`alter table jars add column if not exists weight int`,
			`insert into jars (honey) values ('orange')`,
			`alter table orders add column if not exists later int`,
			`alter type river_job_state add value if not exists 'later'`,
			`drop view if exists jar_names; create view jar_names as select honey from jars`,
		} {
			if err := execute(t, s.URL(), change); err != nil {
				t.Errorf("%s: %v", change, err)
			}
		}
		if err := s.Stop(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}

// giveBack makes a folder what earlier versions made: the program's role is the superuser who made all of it.
func giveBack(t *testing.T, dir string) {
	t.Helper()
	folder := filepath.Join(dir, "server")
	as, err := serverUser(dir, folder)
	if err != nil {
		t.Fatal(err)
	}
	programs, found := findBinaries(as, 0)
	if !found {
		t.Skip("the downloaded server's programs are the child's own")
	}
	address, err := readAddress(dir)
	if err != nil {
		t.Fatal(err)
	}
	open, err := os.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = open.Close() }() // only passed on
	single := exec.Command(filepath.Join(programs.root, "bin", "postgres"), "--single", "-D", "/proc/self/fd/3/cluster", "-j",
		"-c", "exit_on_error=on", "-c", "unix_socket_directories=", databaseName)
	single.Dir, single.ExtraFiles, single.SysProcAttr = "/", []*os.File{open}, as.credential()
	single.Stdin = strings.NewReader(`do $$ begin
		alter database souk owner to postgres;
		reassign owned by souk to postgres;
		drop role souk;
		create role interim superuser;
		set session authorization interim;
		alter role postgres rename to souk;
		set session authorization souk;
		drop role interim;
		alter role souk password ` + pq.QuoteLiteral(address.Password) + `;
	end $$;` + "\n\n")
	if output, err := single.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	if err := os.Remove(filepath.Join(folder, "cluster", "souk.entrusted")); err != nil {
		t.Fatal(err)
	}
}

func migrate(t *testing.T, serverURL string) {
	t.Helper()
	db, err := postgres.Open(t.Context(), serverURL, 4)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(postgres.Migrate(t.Context(), db), db.Close()); err != nil {
		t.Fatal(err)
	}
}

// ownsAndNoMore checks whose the database is, and tries what its owner has no business with.
func ownsAndNoMore(t *testing.T, serverURL string) {
	t.Helper()
	for what, question := range map[string]string{
		"the database is another's": `select count(*) from pg_database where datname = 'souk' and datdba <> current_user::regrole`,
		"tables are another's":      `select count(*) from pg_class where relnamespace = 'public'::regnamespace and relowner <> current_user::regrole`,
		"functions are another's":   `select count(*) from pg_proc where pronamespace = 'public'::regnamespace and proowner <> current_user::regrole`,
		"types are another's":       `select count(*) from pg_type where typnamespace = 'public'::regnamespace and typowner <> current_user::regrole`,
		"it belongs to other roles": `select count(*) from pg_auth_members where member = current_user::regrole`,
		"other rights": `select count(*) from pg_roles where rolname = current_user
			and (rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls)`,
		"roles beside it and the superuser": `select count(*) from pg_roles where rolname not in ('souk', 'postgres') and rolname !~ '^pg_'`,
	} {
		if n := query(t, serverURL, question); n != "0" {
			t.Errorf("%s: %s", what, n)
		}
	}
	for _, statement := range []string{
		`create role helper`, `create database another`, `copy (select 1) to program 'cat'`,
		`select pg_read_file('PG_VERSION')`, `alter system set fsync = off`, `set role postgres`,
		`alter role souk superuser`, `create function f() returns void language c as 'libc', 'abort'`,
	} {
		if err := execute(t, serverURL, statement); !refused(err) {
			t.Errorf("%s: %v", statement, err)
		}
	}
	u, err := url.Parse(serverURL)
	if err != nil {
		t.Fatal(err)
	}
	password, _ := u.User.Password()
	u.User = url.UserPassword(superuser, password)
	var e *pq.Error
	if err := ping(t.Context(), u.String()); !errors.As(err, &e) || !isStranger(e) {
		t.Errorf("the superuser comes in: %v", err)
	}
}

func execute(t *testing.T, serverURL, statement string) error {
	t.Helper()
	db, err := sql.Open("postgres", serverURL)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec(statement)
	return errors.Join(err, db.Close())
}

// refused reports whether somebody was not allowed to do something.
func refused(err error) bool {
	var e *pq.Error
	return errors.As(err, &e) && e.Code == pqerror.InsufficientPrivilege
}
