package account

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/postgres"
)

// curve says how long somebody waits after so many failures: not at all up to free of them, then first,
// and twice as long after each further one, but never longer than most. Every leak one of them fades.
type curve struct {
	free              int
	first, most, leak time.Duration
	memory            time.Duration // a subject is remembered at least so long after its last failure
}

// Nobody is locked out by others. Guessing at one account goes on at these rates:
//
//   - from one network address, 6 guesses at once, then some 110 a day: the pair of account and address;
//   - from N addresses together, one each in a day, and besides some 2,900 a day: the account. Whoever
//     comes from an address that has not failed at it in a day is looked at without waiting, so that its
//     own person gets in whatever others do from elsewhere;
//   - from a browser in which its person signed in before, whatever happens elsewhere, as from one
//     address: the browser. Only there the others are not asked.
//
// Guessing at many accounts from one address goes on at some 5,800 a day: the address. Behind it may
// stand a village, of which nobody waits for longer than 15 seconds, and known browsers not at all.
var (
	pairCurve    = curve{free: 5, first: 5 * time.Second, most: 15 * time.Minute, leak: 15 * time.Minute, memory: 24 * time.Hour}
	deviceCurve  = pairCurve
	accountCurve = curve{free: 20, first: time.Second, most: 30 * time.Second, leak: time.Minute}
	addressCurve = curve{free: 30, first: time.Second, most: 15 * time.Second, leak: 30 * time.Second}
)

// delay is the wait after as many failures as level.
func (c curve) delay(level float64) time.Duration {
	if level <= float64(c.free) {
		return 0
	}
	wait := float64(c.first) * math.Exp2(math.Ceil(level)-float64(c.free)-1)
	return time.Duration(min(wait, float64(c.most)))
}

// ceiling is the level above which nothing changes, so that failures of weeks fade within hours.
func (c curve) ceiling() float64 {
	return float64(c.free) + 1 + math.Ceil(math.Log2(float64(c.most)/float64(c.first)))
}

// slowed is one of the subjects of an attempt, as it is after it if that fails.
type slowed struct {
	Subject  []byte    `db:"subject"`
	Level    float64   `db:"level"`
	At       time.Time `db:"at"`
	Until    time.Time `db:"until"`
	ForgetAt time.Time `db:"forget_at"`

	curve   curve
	clears  bool      // by a success
	excused bool      // if the pair has not failed lately
	before  time.Time // Until before the attempt
}

// attempt is a guess under way, written down as a failure.
type attempt []*slowed

// subject is what a row of delays is known by.
func subject(kind, who, where string) []byte {
	sum := sha256.Sum256([]byte(kind + "\x00" + who + "\x00" + where))
	return sum[:]
}

// guess writes an attempt at the account of who down as failed before the password is looked at: so of
// many attempts made at the same moment each sees the others. It is ErrDelayed, and nothing is written,
// if one comes too soon. device is a known browser's hash, or nil.
func (s *Service) guess(ctx context.Context, who, address string, device []byte) (attempt, error) {
	var a attempt
	if device != nil {
		a = attempt{{Subject: subject("device", who, string(device)), curve: deviceCurve, clears: true}}
	} else {
		a = attempt{
			{Subject: subject("pair", who, address), curve: pairCurve, clears: true},
			{Subject: subject("account", who, ""), curve: accountCurve, excused: true},
			{Subject: subject("address", "", address), curve: addressCurve},
		}
	}
	now := s.now().UTC().Truncate(time.Microsecond) // the database's precision, or a moment kept would lie after itself
	err := postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		kept, err := lockDelays(ctx, tx, a, now)
		if err != nil {
			return err
		}
		fresh := kept[string(a[0].Subject)].Level == 0
		var wait time.Duration
		for _, d := range a {
			d.Level, d.At, d.Until = kept[string(d.Subject)].Level, kept[string(d.Subject)].At, kept[string(d.Subject)].Until
			if !d.excused || !fresh {
				wait = max(wait, d.Until.Sub(now))
			}
		}
		if wait > 0 {
			return delayed(wait)
		}
		for _, d := range a {
			if err := d.fail(ctx, tx, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil && !errors.Is(err, ErrDelayed) {
		err = fmt.Errorf("note a guess: %w", err)
	}
	return a, err
}

// lockDelays reads the attempt's rows by their subjects, made if there are none, and keeps them from
// others until tx ends. Everybody takes them in the same order.
func lockDelays(ctx context.Context, tx *sqlx.Tx, a attempt, now time.Time) (map[string]slowed, error) {
	subjects := make(pq.ByteaArray, len(a))
	for i, d := range a {
		subjects[i] = d.Subject
	}
	slices.SortFunc(subjects, bytes.Compare)
	if _, err := tx.ExecContext(ctx, `
		insert into signin_delays (subject, level, at, until, forget_at)
		select subject, 0, $2, $2, $2 from unnest($1::bytea[]) with ordinality as wanted (subject, place)
		order by place
		on conflict (subject) do nothing`, subjects, now); err != nil {
		return nil, err
	}
	var rows []slowed
	err := tx.SelectContext(ctx, &rows, `
		select subject, level, at, until, forget_at from signin_delays
		where subject = any($1) order by subject for update`, subjects)
	if err != nil {
		return nil, err
	}
	kept := make(map[string]slowed, len(rows))
	for _, row := range rows {
		if !row.ForgetAt.After(now) {
			row.Level = 0
		}
		kept[string(row.Subject)] = row
	}
	return kept, nil
}

func (d *slowed) fail(ctx context.Context, tx *sqlx.Tx, now time.Time) error {
	faded := max(0, d.Level-max(0, now.Sub(d.At).Seconds())/d.curve.leak.Seconds())
	d.Level, d.At, d.before = min(faded+1, d.curve.ceiling()), now, d.Until
	if until := now.Add(d.curve.delay(d.Level)); until.After(d.Until) {
		d.Until = until
	}
	d.ForgetAt = now.Add(max(time.Duration(d.Level*float64(d.curve.leak)), d.curve.memory))
	d.Until = d.Until.UTC()
	_, err := tx.ExecContext(ctx, `
		update signin_delays set level = $2, at = $3, until = $4, forget_at = $5 where subject = $1`,
		d.Subject, d.Level, d.At, d.Until, d.ForgetAt)
	return err
}

// settleTx takes an attempt back that was no failure. A success also clears the account at that address
// or in that browser; not the address, nor the account at others: whoever guesses from there might have
// an account of their own, or wait for its person to sign in.
func (a attempt) settleTx(ctx context.Context, tx sqlx.ExecerContext, success bool) error {
	ordered := slices.Clone(a)
	slices.SortFunc(ordered, func(x, y *slowed) int { return bytes.Compare(x.Subject, y.Subject) })
	for _, d := range ordered {
		query, args := `
			update signin_delays set level = greatest(level - 1, 0), until = case when until = $2 then $3 else until end
			where subject = $1`, []any{d.Subject, d.Until, d.before}
		if success && d.clears {
			query, args = `delete from signin_delays where subject = $1`, []any{d.Subject}
		}
		if _, err := tx.ExecContext(ctx, query, args...); err != nil {
			return fmt.Errorf("settle a guess: %w", err)
		}
	}
	return nil
}

// delayed is ErrDelayed for that long.
func delayed(wait time.Duration) error {
	seconds := int((wait + time.Second - 1) / time.Second)
	key, count := ErrDelayed.Key, seconds
	if seconds > 90 {
		key, count = "account.delayed_minutes", (seconds+59)/60
	}
	told := fault.New(ErrDelayed.Kind, key, "Count", count)
	told.Err = &waiting{time.Duration(seconds) * time.Second}
	return told
}

// waiting is the cause of each ErrDelayed, however it is said.
type waiting struct{ time.Duration }

func (w *waiting) Error() string { return "wait for " + w.String() }

// Is makes every delay ErrDelayed.
func (w *waiting) Is(target error) bool { return target == error(ErrDelayed) }

// Wait is how long an ErrDelayed lasts, in whole seconds; zero for other errors.
func Wait(err error) time.Duration {
	var w *waiting
	if errors.As(err, &w) {
		return w.Duration
	}
	return 0
}
