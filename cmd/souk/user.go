package main

import (
	"bufio"
	"cmp"
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/market"
	"github.com/souk-taawon/souk/internal/security"
)

const userUsage = `usage: souk user VERB [flags]

  add     -name NAME (-email EMAIL | -phone PHONE) (-coop SLUG | -association) [-role ROLE] (-link | < password)
  list    [-coop SLUG]          the association's people, or a cooperative's
  role    -login LOGIN -role ROLE
  link    -login LOGIN          a link to choose a password, good for an hour and once
  end     -login LOGIN -reason WHY
  reopen  -login LOGIN -reason WHY

Roles of a cooperative are president, manager and preparer, those of the association director, treasurer, marketing
and support; the first of each is the default.`

// user keeps accounts from the machine: the association's first one, and those of people who cannot get in.
func user(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	verbs := map[string]func(*keeper, context.Context, []string) error{
		"add": (*keeper).add, "list": (*keeper).list, "role": (*keeper).role, "link": (*keeper).link, "end": (*keeper).end, "reopen": (*keeper).reopen,
	}
	if len(args) == 0 || verbs[args[0]] == nil {
		fmt.Fprintln(stderr, userUsage)
		return errUsage
	}
	fs := flag.NewFlagSet("user "+args[0], flag.ContinueOnError)
	k := &keeper{flags: fs, data: addDataFlag(fs), stdout: stdout, stderr: stderr}
	return verbs[args[0]](k, ctx, args[1:])
}

// keeper carries out one verb.
type keeper struct {
	flags          *flag.FlagSet
	data           *string
	stdout, stderr io.Writer

	config config
	*market.Market
}

// tool is where its security events come from.
var tool = security.Source{Agent: "souk user"}

// open opens the market's accounts; the returned function closes them.
func (k *keeper) open(ctx context.Context) (func() error, error) {
	var err error
	if k.config, err = readConfig(); err != nil {
		return nil, err
	}
	// Links are handed over here and not mailed, so that no secret is needed.
	var closeDB func() error
	k.Market, closeDB, err = choosePlace(*k.data, k.config).openMarket(ctx)
	return closeDB, err
}

func (k *keeper) cooperative(ctx context.Context, slug string) (uuid.UUID, error) {
	c, err := k.Cooperatives.BySlug(ctx, slug)
	if err != nil {
		return uuid.Nil, fmt.Errorf("cooperative %q: %w", slug, plain(k.Languages, err))
	}
	return c.ID, nil
}

// add makes an account. The password is read from the standard input, so that it stands neither in the
// shell's history nor in the list of processes; or the person chooses one by a link.
func (k *keeper) add(ctx context.Context, args []string) (err error) {
	fs := k.flags
	name := fs.String("name", "", "the person's `name`")
	email := fs.String("email", "", "e-mail `address` to sign in with")
	phone := fs.String("phone", "", "telephone `number` to sign in with")
	coop := fs.String("coop", "", "`slug` of the cooperative that the person is a member of")
	association := fs.Bool("association", false, "the person works for the association")
	role := roleFlag(fs)
	link := fs.Bool("link", false, "tell a link to choose a password by, instead of reading one")
	locale := fs.String("lang", i18n.Default, "`language` to write to the person in")
	if err := parse(fs, args, k.stderr); err != nil {
		return err
	}
	if (*coop == "") == !*association {
		fmt.Fprintln(k.stderr, "souk user add: say either -coop SLUG or -association")
		return errUsage
	}
	closeDB, err := k.open(ctx)
	if err != nil {
		return err
	}
	defer closing(closeDB, &err)
	if !k.Languages.Has(*locale) {
		return fmt.Errorf("there is no language %q; there are %s", *locale, strings.Join(k.Languages.Codes(), ", "))
	}
	person := account.NewUser{Name: *name, Email: *email, Phone: *phone, Role: account.Director, Locale: *locale}
	if *coop != "" {
		id, err := k.cooperative(ctx, *coop)
		if err != nil {
			return err
		}
		person.Role, person.CooperativeID = account.President, &id
	}
	if *role != "" {
		person.Role = account.Role(*role)
	}
	if *link {
		person.Password = rand.Text() // nobody's, until the link is followed
	} else if person.Password, err = k.readPassword(); err != nil {
		return err
	}
	added, err := k.Accounts.Create(ctx, person)
	if err != nil {
		return plain(k.Languages, err)
	}
	fmt.Fprintf(k.stdout, "%s may sign in.\n", added.Name)
	if *link {
		return k.tellLink(ctx, added)
	}
	return nil
}

func roleFlag(fs *flag.FlagSet) *string {
	return fs.String("role", "", "what the person is there: a `role`")
}

func (k *keeper) readPassword() (string, error) {
	if info, err := os.Stdin.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		fmt.Fprint(k.stderr, "password: ")
	}
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil && line == "" {
		return "", fmt.Errorf("read the password from the standard input: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// tellLink makes a link to choose a password and prints it, this once.
func (k *keeper) tellLink(ctx context.Context, u account.User) error {
	token, err := k.Accounts.HandOverLink(ctx, u.ID, actor.OfSystem(), nil, tool)
	if err != nil {
		return plain(k.Languages, err)
	}
	base := cmp.Or(k.config.BaseURL, "(the market's address)")
	fmt.Fprintf(k.stdout, "%s/%s/reset/%s\nGood once, within the hour; earlier links of this person have ended.\n", base, u.Locale, token)
	return nil
}

func (k *keeper) list(ctx context.Context, args []string) (err error) {
	coop := k.flags.String("coop", "", "`slug` of a cooperative (default the association)")
	if err := parse(k.flags, args, k.stderr); err != nil {
		return err
	}
	closeDB, err := k.open(ctx)
	if err != nil {
		return err
	}
	defer closing(closeDB, &err)
	var people []account.Person
	if *coop == "" {
		people, err = k.associates(ctx)
	} else {
		var id uuid.UUID
		if id, err = k.cooperative(ctx, *coop); err != nil {
			return err
		}
		people, err = k.Accounts.MembersOf(ctx, id)
	}
	if err != nil {
		return err
	}
	for _, p := range people {
		state := "open"
		switch {
		case p.EndedAt != nil:
			state = "ended " + p.EndedAt.Format(time.DateOnly) + ": " + p.EndedNote
		case !p.Chosen:
			state = "no password chosen yet"
		}
		logins := make([]string, 0, 2)
		for _, login := range []*string{p.Email, p.Phone} {
			if login != nil {
				logins = append(logins, *login)
			}
		}
		fmt.Fprintf(k.stdout, "%s\t%s\t%s\t%d sessions\t%s\n", p.Name, p.Role, strings.Join(logins, ", "), p.Sessions, state)
	}
	return nil
}

// associates are all of the association's people.
func (k *keeper) associates(ctx context.Context) ([]account.Person, error) {
	people := []account.Person{}
	err := k.Accounts.EachAssociate(ctx, account.Sought{}, func(p account.Person) error {
		people = append(people, p)
		return nil
	})
	return people, err
}

func (k *keeper) role(ctx context.Context, args []string) error {
	role := roleFlag(k.flags)
	return k.byLogin(ctx, args, func(p account.Person) error {
		if err := k.Accounts.Grant(ctx, p.ID, actor.OfSystem(), nil, account.Role(*role), tool); err != nil {
			return err
		}
		fmt.Fprintf(k.stdout, "%s is %s now.\n", p.Name, *role)
		return nil
	})
}

func (k *keeper) link(ctx context.Context, args []string) error {
	return k.byLogin(ctx, args, func(p account.Person) error { return k.tellLink(ctx, p.User) })
}

func (k *keeper) end(ctx context.Context, args []string) error {
	reason := k.flags.String("reason", "", "`why`, for the record")
	return k.byLogin(ctx, args, func(p account.Person) error {
		if err := k.Accounts.End(ctx, p.ID, actor.OfSystem(), nil, *reason, tool); err != nil {
			return err
		}
		fmt.Fprintf(k.stdout, "The account of %s is ended, with its sessions and links.\n", p.Name)
		return nil
	})
}

func (k *keeper) reopen(ctx context.Context, args []string) error {
	reason := k.flags.String("reason", "", "`why`, for the record")
	return k.byLogin(ctx, args, func(p account.Person) error {
		if err := k.Accounts.Reopen(ctx, p.ID, actor.OfSystem(), nil, *reason, tool); err != nil {
			return err
		}
		fmt.Fprintf(k.stdout, "The account of %s is open again; a password has to be chosen by a link.\n", p.Name)
		return nil
	})
}

// byLogin does something to the person that the flag -login names.
func (k *keeper) byLogin(ctx context.Context, args []string, do func(account.Person) error) (err error) {
	login := k.flags.String("login", "", "e-mail `address` or telephone number of the person")
	if err := parse(k.flags, args, k.stderr); err != nil {
		return err
	}
	closeDB, err := k.open(ctx)
	if err != nil {
		return err
	}
	defer closing(closeDB, &err)
	p, err := k.Accounts.ByLogin(ctx, *login)
	if err == nil {
		err = do(p)
	}
	return plain(k.Languages, err)
}
