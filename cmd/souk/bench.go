package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/sample"
)

// benches are what of the market can be measured.
var benches = map[string]func(ctx context.Context, args []string, stdout, stderr io.Writer) error{
	"pages": benchPages, "checkout": benchCheckout,
}

// bench measures the market.
func bench(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) > 0 && benches[args[0]] != nil {
		return benches[args[0]](ctx, args[1:], stdout, stderr)
	}
	fmt.Fprintf(stderr, "usage: souk bench %s [flags]\n", strings.Join(slices.Sorted(maps.Keys(benches)), "|"))
	return errUsage
}

// benchPages asks each page of the sample market and of a country's, and prints how long they take, each as it is asked
// by one reader after another. It fails when one takes twice as long in the large market, or longer or more than a page
// should.
func benchPages(ctx context.Context, args []string, stdout, stderr io.Writer) (failed error) {
	fs := flag.NewFlagSet("bench pages", flag.ContinueOnError)
	asJSON := fs.Bool("json", false, "print JSON")
	data := fs.String("data", "", "`folder` to keep the two markets in for another time (default: they are thrown away)")
	only := fs.String("only", "", "ask only pages whose route fits this regular `expression`, such as seller/orders")
	if err := parse(fs, args, stderr); err != nil {
		return err
	}
	chosen, err := regexp.Compile(*only)
	if err != nil {
		return err
	}
	dir, remove, err := benchFolder(*data)
	if err != nil {
		return err
	}
	defer closing(remove, &failed)
	var markets [2]*asker
	for i, market := range []struct {
		name string
		size sample.Size
	}{{"small", sample.Size{}}, {"large", sample.Country}} {
		steps := newSteps(stderr)
		steps.title("The %s market", market.name)
		a, base, end, err := openBenched(ctx, filepath.Join(dir, market.name), market.size, steps)
		if err != nil {
			return fmt.Errorf("the %s market: %w", market.name, err)
		}
		defer closing(end, &failed)
		if markets[i], err = newAsker(ctx, a, base); err != nil {
			return fmt.Errorf("the %s market: %w", market.name, err)
		}
		if err := atRest(ctx, a, steps); err != nil {
			return err
		}
	}
	times, err := askBoth(ctx, markets, chosen)
	if err != nil {
		return err
	}
	found := compared(times[0], times[1])
	if *asJSON {
		out := json.NewEncoder(stdout)
		out.SetIndent("", "  ")
		return errors.Join(out.Encode(found), found.verdict())
	}
	found.print(stdout)
	return found.verdict()
}

// benchFolder is the folder that markets are kept in; one that is nowhere named is removed at the end.
func benchFolder(named string) (dir string, remove func() error, err error) {
	if named != "" {
		return named, func() error { return nil }, nil
	}
	dir, err = os.MkdirTemp("", "souk-bench-")
	return dir, func() error { return os.RemoveAll(dir) }, err
}

// restWait is how long a market is given to do what has waited since it was last open. What its letters and sums
// take is no part of what a page takes.
const restWait = 5 * time.Minute

// atRest waits until nothing is left to do in a market.
func atRest(ctx context.Context, a *app, steps *steps) error {
	ctx, cancel := context.WithTimeoutCause(ctx, restWait, errors.New("the market does not come to rest"))
	defer cancel()
	for quiet := 0; quiet < 3; {
		left, err := job.ReadBacklog(ctx, a.DB)
		if err != nil {
			return cmp.Or(context.Cause(ctx), err)
		}
		if quiet++; left.Due > 0 {
			quiet = 0
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(time.Second):
		}
	}
	steps.say("at rest", "nothing is left to do")
	return nil
}

// openBenched opens a market of that size in a folder of its own, at the address base, which believes these proxies;
// end closes it.
func openBenched(ctx context.Context, dir string, size sample.Size, steps *steps, proxies ...string) (a *app, base string, end func() error, err error) {
	c, err := readConfig()
	if err != nil {
		return nil, "", nil, err
	}
	c.DatabaseURL, c.MeiliURL, c.BlobURL, c.SMTPHost = "", "", "", "" // never those of a market that people use
	public, err := listen(ctx, "127.0.0.1:0", "")
	if err != nil {
		return nil, "", nil, err
	}
	private, err := listen(ctx, "127.0.0.1:0", "")
	if err != nil {
		return nil, "", nil, errors.Join(err, public.Close())
	}
	d := &demonstration{config: c, size: size, dir: dir, public: public, steps: steps, end: newEnding(c.ShutdownTimeout), proxies: proxies}
	ends := d.end.within(1, d.open.closeBy)
	if a, err = d.prepare(ctx, false); err != nil {
		return nil, "", nil, errors.Join(err, public.Close(), private.Close(), ends())
	}
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- a.run(running, public, private, d.end) }()
	return a, d.base(), func() error {
		stop()
		return errors.Join(<-ended, ends())
	}, nil
}

// The pages are asked until they are warm, and then as often as fits in the time.
const (
	warmUps    = 2
	askings    = 15
	longEnough = 10 * time.Second // for both markets
)

// askBoth asks each chosen page of both markets, now of one and then of the other, so that whatever else the machine
// does meanwhile falls on both.
func askBoth(ctx context.Context, markets [2]*asker, chosen *regexp.Regexp) (times [2]map[string]timing, err error) {
	times = [2]map[string]timing{make(map[string]timing), make(map[string]timing)}
	for n, p := range markets[0].pages {
		if !chosen.MatchString(p.name) {
			continue
		}
		pages := [2]*timed{{benchPage: p}, {benchPage: markets[1].pages[n]}} // the routes of both are the same
		for start := time.Now(); len(pages[1].took) <= warmUps || len(pages[1].took) < warmUps+askings && time.Since(start) < longEnough; {
			for i, v := range markets {
				if err := v.time(ctx, pages[i]); err != nil {
					return times, fmt.Errorf("%s: %w", pages[i].path, err)
				}
			}
		}
		for i := range markets {
			times[i][p.name] = pages[i].timing()
		}
	}
	return times, nil
}

// What a page may take, and how much more of its time it may take in a market 220 times as large. Milliseconds
// are of a machine with two cores that has nothing else to do; of less than some nobody can tell twice as much, so
// that the ratio counts for no page that is quicker in the large market.
const (
	pageRatio = 2
	pageTime  = 60.0     // ms
	pageBytes = 40 << 10 // compressed
	uncertain = 3.0      // ms
)

// timing is how long a page takes, at the median, and how large it is.
type timing struct {
	ms    float64
	bytes int  // compressed, as it was sent
	file  bool // a file of everything, which is as large as the market
	stays bool // it is the page before, which leads nowhere
}

// comparison is a page in both markets.
type comparison struct {
	Path       string  `json:"path"`
	SmallMS    float64 `json:"small_ms"`
	LargeMS    float64 `json:"large_ms"`
	Ratio      float64 `json:"ratio"`
	BytesLarge int     `json:"bytes_large"`
}

// comparisons are all pages, the slowest first, and the files.
type comparisons struct {
	Pages []comparison `json:"pages"`
	Files []comparison `json:"files"`
}

func compared(small, large map[string]timing) comparisons {
	found := comparisons{Pages: []comparison{}, Files: []comparison{}}
	for name, l := range large {
		if l.stays {
			continue
		}
		s := small[name]
		c := comparison{Path: name, SmallMS: s.ms, LargeMS: l.ms, Ratio: l.ms / s.ms, BytesLarge: l.bytes}
		if l.file {
			found.Files = append(found.Files, c)
		} else {
			found.Pages = append(found.Pages, c)
		}
	}
	slowest := func(a, b comparison) int {
		return cmp.Or(cmp.Compare(b.LargeMS, a.LargeMS), cmp.Compare(a.Path, b.Path))
	}
	slices.SortFunc(found.Pages, slowest)
	slices.SortFunc(found.Files, slowest)
	return found
}

// fits reports whether a page takes no more than it may.
func (c comparison) fits() bool {
	return (c.Ratio < pageRatio || c.LargeMS < uncertain) && c.LargeMS < pageTime && c.BytesLarge <= pageBytes
}

func (f comparisons) print(w io.Writer) {
	row := func(c comparison, mark string) {
		_, _ = fmt.Fprintf(w, "%9.1f %9.1f %7.1f %9.1f  %s %s\n", c.SmallMS, c.LargeMS, c.Ratio, float64(c.BytesLarge)/1024, mark, c.Path)
	}
	_, _ = fmt.Fprintf(w, "%9s %9s %7s %9s    page\n", "small ms", "large ms", "ratio", "large KB")
	for _, c := range f.Pages {
		mark := " "
		if !c.fits() {
			mark = "!"
		}
		row(c, mark)
	}
	_, _ = fmt.Fprintf(w, "\n! is more than %.0f ms or %d KB, or %d times as long as in the small market and more than %.0f ms.\n",
		pageTime, pageBytes>>10, pageRatio, uncertain)
	if len(f.Files) > 0 {
		_, _ = fmt.Fprintln(w, "\nFiles, which grow with the market:")
	}
	for _, c := range f.Files {
		row(c, " ")
	}
}

// verdict is errFailed if a page takes more than it may.
func (f comparisons) verdict() error {
	if slices.ContainsFunc(f.Pages, func(c comparison) bool { return !c.fits() }) {
		return errFailed
	}
	return nil
}
