package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/upload"
	"github.com/souk-taawon/souk/internal/upload/sheet"
)

// importCatalogue compares a cooperative's file with its catalogue and says what would change; with
// -apply it changes it. Wrong rows are told and left out; it fails only if the file is of no use.
func importCatalogue(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	fs := flag.NewFlagSet("import", flag.ContinueOnError)
	data := addDataFlag(fs)
	coop := fs.String("coop", "", "`slug` of the cooperative whose catalogue it is")
	apply := fs.Bool("apply", false, "change the catalogue; without it nothing is written")
	encoding := fs.String("encoding", "", "`letters` of a text file that is not UTF-8, windows-1252 or windows-1256; without it the likelier")
	asJSON := fs.Bool("json", false, "print the summary as JSON")
	if err := parse(fs, args, stderr, "FILE"); err != nil {
		return err
	}
	if *coop == "" {
		fmt.Fprintln(stderr, "souk import: say whose catalogue it is with -coop SLUG")
		return errUsage
	}
	if asked := sheet.Encoding(*encoding); asked != "" && asked.Other() == "" {
		fmt.Fprintf(stderr, "souk import: -encoding is %s or %s\n", sheet.Windows1252, sheet.Windows1256)
		return errUsage
	}
	file, err := os.Open(fs.Arg(0))
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // read only
	c, err := readConfig()
	if err != nil {
		return err
	}
	m, closeMarket, err := choosePlace(*data, c).openMarket(ctx)
	if err != nil {
		return err
	}
	defer closing(closeMarket, &err)
	seller, err := m.Cooperatives.BySlug(ctx, *coop)
	if err != nil {
		return fmt.Errorf("cooperative %q: %w", *coop, plain(m.Languages, err))
	}
	u, err := m.Uploads.Import(ctx, seller.ID, filepath.Base(fs.Arg(0)), file, sheet.Encoding(*encoding), *apply, actor.OfSystem())
	if err != nil {
		err = plain(m.Languages, err)
		if *asJSON {
			refused := upload.Report{Errors: []upload.ReportError{{Value: fs.Arg(0), Message: err.Error()}}}
			return errors.Join(printJSON(stdout, refused), err)
		}
		return err
	}
	if read := u.Summary.Encoding; read != "" {
		fmt.Fprintf(stderr, "souk import: the file is not UTF-8 and was read as %s; -encoding %s reads it otherwise.\n", read, read.Other())
	}
	if list := u.Summary.Unread; len(list) > 0 {
		fmt.Fprintf(stderr, "souk import: only the sheet %q was read, not %q.\n", u.Summary.Page, list)
	}
	report := u.Report(m.Languages.Locale("en"))
	if *asJSON {
		return printJSON(stdout, report)
	}
	return printReport(stdout, report, *apply)
}

func printJSON(w io.Writer, r upload.Report) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
}

func printReport(w io.Writer, r upload.Report, applied bool) error {
	_, err := fmt.Fprintf(w, "new %d, changed %d, unchanged %d, wrong %d\n", r.New, r.Changed, r.Unchanged, r.Wrong)
	for _, e := range r.Errors {
		_, printErr := fmt.Fprintf(w, "  row %d, %s %q: %s\n", e.Row, e.Column, e.Value, e.Message)
		err = errors.Join(err, printErr)
	}
	closing := "Nothing was written; -apply writes.\n"
	if applied {
		closing = fmt.Sprintf("%d rows applied.\n", r.Applied)
	}
	_, printErr := io.WriteString(w, closing)
	return errors.Join(err, printErr)
}
