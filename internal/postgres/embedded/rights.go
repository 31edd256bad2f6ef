package embedded

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/child"
)

// superuser made the cluster and owns what belongs to PostgreSQL itself. It has no password, so that nobody
// comes in as it: what needs its rights is done while no server runs.
const superuser = "postgres"

// entrusted is a file that is there when the program's role has no more rights than it needs. A cluster of
// an earlier version has none: there that role had made the cluster, and was the superuser.
func (i *instance) entrusted() string { return filepath.Join(i.cluster(), "souk.entrusted") }

// entrust gives the database to the program's role, which may do as it likes there and nowhere else, and
// takes the superuser's password away. It does all of it or nothing, on a cluster that no server runs on.
func (i *instance) entrust() error {
	// A server for this process alone, on its standard input, which asks for no password.
	server := exec.Command(filepath.Join(i.binaries.root, "bin", "postgres"), "--single", "-D", i.cluster(), "-j")
	server.Args = append(server.Args, i.settings()...)
	// The statement holds a password, and so is not logged.
	server.Args = append(server.Args, "-c", "exit_on_error=on", "-c", "log_min_error_statement=panic", databaseName)
	server.Stdin = strings.NewReader(i.entrusting() + ";\n\n")
	server.SysProcAttr = child.EndWithParent()
	if output, err := server.CombinedOutput(); err != nil {
		return fmt.Errorf("give the database to %s: %w: %s", userName, err, output)
	}
	return os.WriteFile(i.entrusted(), nil, 0o600)
}

// entrusting is one statement, also where it has been run before. The superuser is the role 10 (pg_authid.dat).
// REASSIGN OWNED would do for any other role, but not for that one.
func (i *instance) entrusting() string {
	createDatabases := "nocreatedb"
	if i.CreateDatabases {
		createDatabases = "createdb"
	}
	return strings.NewReplacer(
		":superuser", superuser, ":role", userName, ":database", databaseName,
		":createdb", createDatabases, ":password", pq.QuoteLiteral(i.Address.Password),
	).Replace(`do $$
declare
	object text;
begin
	if exists (select from pg_roles where oid = 10 and rolname = ':role') then
		create role interim superuser; -- nobody renames himself
		set session authorization interim;
		alter role :role rename to :superuser;
		set session authorization :superuser;
		drop role interim;
	end if;
	if not exists (select from pg_roles where rolname = ':role') then
		create role :role;
	end if;
	alter role :role login nosuperuser nocreaterole noreplication nobypassrls :createdb password :password;
	alter role :superuser password null;
	alter database :database owner to :role;
	for object in
		select format('%s %s', o.type, o.identity)
		from (
			select 'pg_namespace'::regclass as class, oid, oid as namespace from pg_namespace where nspowner = 10
			union all
			select 'pg_class'::regclass, oid, relnamespace from pg_class c
			where relowner = 10 and relkind in ('r', 'p', 'v', 'm', 'S') and not exists ( -- a column's sequence goes with its table
				select from pg_depend d
				where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype in ('a', 'i') and d.refclassid = 'pg_class'::regclass)
			union all
			select 'pg_proc'::regclass, oid, pronamespace from pg_proc where proowner = 10
			union all
			select 'pg_type'::regclass, t.oid, typnamespace from pg_type t left join pg_class c on c.oid = typrelid
			where typowner = 10 and typtype in ('c', 'd', 'e', 'r') and coalesce(relkind, 'c') = 'c' -- a table's row goes with it too
		) as owned
		join pg_namespace n on n.oid = namespace and nspname <> 'information_schema' and nspname !~ '^pg_'
		cross join pg_identify_object(class, owned.oid, 0) as o
	loop
		execute format('alter %s owner to :role', object);
	end loop;
end $$`)
}
