package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
)

// verdict is what the doctor thinks of a thing.
type verdict string

const (
	well verdict = "ok"
	note verdict = "note" // worth knowing; nothing has to be done
	mend verdict = "mend" // something has to be done
)

// remark is one thing that was looked at.
type remark struct {
	Verdict verdict `json:"verdict"`
	Part    string  `json:"part"`
	Found   string  `json:"found"`          // how it is
	Mend    string  `json:"mend,omitempty"` // what to do about it
}

// examination looks at a market as an operator would. Every part adds what it finds.
type examination struct {
	config config
	place  place
	demo   bool // a demonstration, which is told nothing by the environment
	client *http.Client
	roots  *x509.CertPool // whom certificates are believed by; the machine's if nil
	now    func() time.Time

	findings []remark
}

func (e *examination) well(part, format string, args ...any) {
	e.findings = append(e.findings, remark{Verdict: well, Part: part, Found: fmt.Sprintf(format, args...)})
}

func (e *examination) note(part, format string, args ...any) {
	e.findings = append(e.findings, remark{Verdict: note, Part: part, Found: fmt.Sprintf(format, args...)})
}

func (e *examination) mend(part, remedy, format string, args ...any) {
	e.findings = append(e.findings, remark{Verdict: mend, Part: part, Found: fmt.Sprintf(format, args...), Mend: remedy})
}

// outsideTimeout bounds whatever asks other machines.
const outsideTimeout = 10 * time.Second

// doctor looks at a market's configuration, its database, its surroundings and the machine, and says in
// words what to mend. It fails if there is anything.
func doctor(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flag.NewFlagSet("doctor", flag.ContinueOnError)
	data := addDataFlag(fs)
	asJSON := fs.Bool("json", false, "tell it as JSON")
	if err := parse(fs, args, stderr); err != nil {
		return err
	}
	c, unreadable := readConfig()
	if *data != "" {
		c.DataDir, c.DatabaseURL = *data, ""
	}
	e := &examination{
		config: c, place: choosePlace(*data, c), now: time.Now,
		client: &http.Client{Timeout: outsideTimeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
	_, err := os.Stat(filepath.Join(e.place.dataDir, secretFile))
	e.demo = err == nil && c.SecretKey == "" && c.BaseURL == ""

	e.configuration(unreadable)
	e.examineMachine()
	db, closeDB, err := e.place.openDatabase(ctx, 4, slog.New(slog.DiscardHandler))
	if err != nil {
		e.mend("database", "start it, or correct DATABASE_URL; souk tries again by itself", "it cannot be reached: %v", err)
	} else {
		e.examineDatabase(ctx, db)
		e.examineWork(ctx, db)
		e.examineSearch(ctx, db)
	}
	e.examinePictures(ctx)
	e.examineBackup(ctx, db)
	e.examineMail(ctx)
	e.examineStripe(ctx)
	e.examineInstance(ctx)
	e.examineAddress(ctx, db)
	if db != nil {
		err = closeDB()
	} else {
		err = nil
	}
	return errors.Join(err, e.tell(stdout, *asJSON))
}

// tell prints what was found, and fails if something has to be mended.
func (e *examination) tell(w io.Writer, asJSON bool) error {
	ill := 0
	for _, f := range e.findings {
		if f.Verdict == mend {
			ill++
		}
	}
	if asJSON {
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(map[string]any{"well": ill == 0, "findings": e.findings}); err != nil {
			return err
		}
	} else {
		for _, f := range e.findings {
			fmt.Fprintf(w, "%-4s  %-13s  %s\n", f.Verdict, f.Part, f.Found)
			if f.Mend != "" {
				fmt.Fprintf(w, "%21s→ %s\n", "", f.Mend)
			}
		}
		fmt.Fprintf(w, "\n%d things looked at, %d to mend.\n", len(e.findings), ill)
	}
	if ill > 0 {
		return errFailed
	}
	return nil
}

// configuration tells every problem and warning of the environment, in the words of `souk serve`.
func (e *examination) configuration(unreadable error) {
	if e.demo {
		e.note("configuration", "this is the folder of a demonstration, which needs none; set the variables of «souk serve» to have them looked at")
		return
	}
	before := len(e.findings)
	for _, err := range []error{unreadable, e.config.validateForServe()} {
		for line := range strings.Lines(errorText(err)) {
			e.mend("configuration", "«souk serve» does not start with it: see the configuration in the README", "%s", strings.TrimSpace(line))
		}
	}
	for _, warning := range e.config.warnings() {
		e.mend("configuration", warning.mend, "%s", warning.found)
	}
	if len(e.findings) == before {
		e.well("configuration", "nothing is missing, and SECRET_KEY is long enough and varied (%d characters)", len(e.config.SecretKey))
	}
	if keys := e.config.secretsBefore(); len(keys) > 0 {
		e.note("configuration", "SECRET_KEYS_BEFORE still holds %d: whoever knows one can make links to orders; each may go as «For operators» in .github/SECURITY.md says", len(keys))
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// examineBackup looks for the day of the last backup. Nothing else can know of one.
func (e *examination) examineBackup(ctx context.Context, db *sqlx.DB) {
	const remedy = "make one every day and try to restore one every month; have what makes it touch a file, and name that in BACKUP_STAMP, or archive the database's log (archive_mode)"
	var last time.Time
	how := ""
	if e.config.BackupStamp != "" {
		info, err := os.Stat(e.config.BackupStamp)
		if err != nil {
			e.mend("backup", remedy, "BACKUP_STAMP cannot be read: %v", err)
			return
		}
		last, how = info.ModTime(), "by "+e.config.BackupStamp
	}
	if db != nil {
		var archived struct {
			At     *time.Time
			Failed bool
		}
		err := db.GetContext(ctx, &archived, `
			select last_archived_time as at, coalesce(last_failed_time > last_archived_time, last_failed_time is not null) as failed
			from pg_stat_archiver where current_setting('archive_mode') <> 'off'`)
		switch {
		case err == nil && archived.Failed:
			e.mend("backup", "see why in PostgreSQL's log; until then its log fills the disk", "archiving the database's log fails")
			return
		case err == nil && archived.At != nil && archived.At.After(last):
			last, how = *archived.At, "by the archive of the database's log"
		}
	}
	switch age := e.now().Sub(last); {
	case last.IsZero() && e.demo:
		e.note("backup", "no backup is known of, and a demonstration needs none")
	case last.IsZero():
		e.mend("backup", remedy, "no backup is known of")
	case age > backupEvery:
		e.mend("backup", remedy, "the last backup is %s old (%s)", roughly(age), how)
	default:
		e.well("backup", "the last is %s old (%s)", roughly(age), how)
	}
}

// backupEvery is a day and a little, so that one that takes longer today than yesterday is not told.
const backupEvery = 26 * time.Hour

// roughly writes a length of time as people say it.
func roughly(d time.Duration) string {
	switch {
	case d < time.Second:
		return d.Round(100 * time.Microsecond).String()
	case d < 2*time.Minute:
		return fmt.Sprintf("%d seconds", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d minutes", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d hours", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}
