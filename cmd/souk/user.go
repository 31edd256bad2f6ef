package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/job"
)

// user has one verb, add: somebody who may sign in. The password is read from the standard input,
// so that it stands neither in the shell's history nor in the list of processes.
func user(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	if len(args) == 0 || args[0] != "add" {
		fmt.Fprintln(stderr, "usage: souk user add -name NAME (-email EMAIL | -phone PHONE) (-coop SLUG | -association) < password")
		return errUsage
	}
	fs := flag.NewFlagSet("user add", flag.ContinueOnError)
	data := addDataFlag(fs)
	name := fs.String("name", "", "the person's `name`")
	email := fs.String("email", "", "e-mail `address` to sign in with")
	phone := fs.String("phone", "", "telephone `number` to sign in with")
	coop := fs.String("coop", "", "`slug` of the cooperative that the person is a member of")
	association := fs.Bool("association", false, "the person works for the association")
	locale := fs.String("lang", i18n.Default, "`language` to write to the person in")
	if err := parse(fs, args[1:], stderr); err != nil {
		return err
	}
	if (*coop == "") == !*association {
		fmt.Fprintln(stderr, "souk user add: say either -coop SLUG or -association")
		return errUsage
	}
	texts, err := i18n.Load()
	if err != nil {
		return err
	}
	if !texts.Has(*locale) {
		return fmt.Errorf("there is no language %q; there are %s", *locale, strings.Join(texts.Codes(), ", "))
	}
	c, err := readConfig()
	if err != nil {
		return err
	}
	log := slog.New(slog.DiscardHandler)
	db, closeDB, err := choosePlace(*data, c).openDatabase(ctx, 4, log)
	if err != nil {
		return err
	}
	defer closing(closeDB, &err)
	jobs, err := job.New(db, nil, nil, log)
	if err != nil {
		return err
	}
	person := account.NewUser{Name: *name, Email: *email, Phone: *phone, Role: account.Association, Locale: *locale}
	if *coop != "" {
		seller, err := cooperative.New(db, time.Now).BySlug(ctx, *coop)
		if err != nil {
			return fmt.Errorf("cooperative %q: %w", *coop, plain(texts, err))
		}
		person.Role = account.Member
		person.CooperativeID = new(uuid.UUID)
		*person.CooperativeID = seller.ID
	}
	if info, err := os.Stdin.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		fmt.Fprint(stderr, "password: ")
	}
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil && line == "" {
		return fmt.Errorf("read the password from the standard input: %w", err)
	}
	person.Password = strings.TrimRight(line, "\r\n")
	added, err := account.New(db, jobs, time.Now).Create(ctx, person)
	if err != nil {
		return plain(texts, err)
	}
	fmt.Fprintf(stdout, "%s may sign in.\n", added.Name)
	return nil
}
