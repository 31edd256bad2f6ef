// Command souk is the whole market: the shop, the cooperatives' and the association's areas, and
// the tools that keep them. Start at commands below; app.go shows how the parts are put together.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/souk-taawon/souk/internal/postgres/embedded"
)

func main() {
	if embedded.ChildMain() {
		return // this process was started to look after an embedded PostgreSQL
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // so that a second Ctrl-C ends it at once
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

type command struct {
	name, summary string
	run           func(ctx context.Context, args []string, stdout, stderr io.Writer) error
}

func commands() []command {
	return []command{
		{"demo", "serve a sample market from this machine, with nothing to prepare", demo},
		{"serve", "serve the market, configured by the environment", serve},
		{"migrate", "bring the database's schema up to date", migrate},
		{"reindex", "build the search index anew from the database", reindex},
		{"import", "compare a cooperative's catalogue file with the catalogue, and apply it", importCatalogue},
		{"user", "add, list, end and let in again the people who may sign in", user},
		{"health", "ask a running market whether it can serve", health},
		{"doctor", "look at a running market as an operator would, and say what to mend", doctor},
		{"bench", "measure the pages of a sample market and of a country's, and how many orders it takes", bench},
		{"audit", "check every invariant of money, stock, states and the index", auditAll},
		{"version", "tell what this program was built from", version},
	}
}

// errFailed ends a command with status 1 when it has already said why.
var errFailed = errors.New("failed")

// run carries out one command line and returns the exit status: 0 done, 1 failed, 2 not understood.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		usage(stdout)
		if len(args) == 0 {
			return 2
		}
		return 0
	}
	for _, c := range commands() {
		if c.name != args[0] {
			continue
		}
		err := c.run(ctx, args[1:], stdout, stderr)
		switch {
		case err == nil:
			return 0
		case errors.Is(err, flag.ErrHelp):
			return 0
		case errors.Is(err, errUsage):
			return 2
		case !errors.Is(err, errFailed):
			fmt.Fprintf(stderr, "souk %s: %v\n", c.name, err)
		}
		return 1
	}
	fmt.Fprintf(stderr, "souk: there is no command %q\n\n", args[0])
	usage(stderr)
	return 2
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "Souk, the shared market of a province's cooperatives.\n\nusage: souk COMMAND [flags]")
	fmt.Fprintln(w)
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-8s  %s\n", c.name, c.summary)
	}
	fmt.Fprintln(w, "\nsouk COMMAND -h tells a command's flags.")
}

// errUsage says that the command line was not understood; the flag set has told how it should be.
var errUsage = errors.New("usage")

// parse reads a command's flags; positional names what must follow them, for the usage line.
func parse(fs *flag.FlagSet, args []string, stderr io.Writer, positional ...string) error {
	fs.SetOutput(stderr)
	fs.Usage = func() {
		fmt.Fprintf(stderr, "usage: souk %s [flags]", fs.Name())
		for _, p := range positional {
			fmt.Fprint(stderr, " ", p)
		}
		fmt.Fprintln(stderr)
		fs.PrintDefaults()
	}
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return errUsage
	}
	if fs.NArg() != len(positional) {
		fs.Usage()
		return errUsage
	}
	return nil
}
