package upload_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/upload"
)

// send uploads a file a second after the one before.
func (m *market) send(content string) upload.Upload {
	m.t.Helper()
	m.Today = m.Today.Add(time.Second)
	return m.upload(m.Honey, "a.csv", content)
}

func (m *market) cleanUploads() {
	m.t.Helper()
	m.Must((&upload.CleanWorker{Uploads: m.Service}).Work(m.Ctx, &river.Job[upload.CleanArgs]{}))
	m.sound()
}

// One member sends files in a loop.
func TestOnlyTheLastFilesOfACooperativeAreKept(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	other := m.upload(m.Couscous, "a.csv", manyRows(2))
	first := m.send("Produit;Prix;Stock\nع;80;3\n")
	for range 6 {
		m.send(manyRows(10))
	}
	if n := m.Number(`select count(*) from upload_rows r join uploads u on u.id = r.upload_id where u.cooperative_id = $1`, m.Honey); n != 30 {
		t.Errorf("%d rows of previews are kept", n)
	}
	if n := m.Number(`select count(*) from uploads where state = 'previewed' and cooperative_id = $1`, m.Honey); n != 3 {
		t.Errorf("%d previews are kept", n)
	}
	_, err := m.StartApply(m.Ctx, m.Honey, first.ID, nil, m.Member)
	m.Refused(err, fault.Conflict, "upload.discarded")
	for range 6 { // and applies them
		m.apply(m.Honey, m.send(manyRows(10)))
	}
	m.send(manyRows(10))
	if n := m.Number(`select count(distinct r.upload_id) from upload_rows r join uploads u on u.id = r.upload_id where u.state = 'applied'`); n != 3 {
		t.Errorf("rows of %d applied files are kept", n)
	}
	if got, err := m.Get(m.Ctx, m.Couscous, other.ID); err != nil || got.State != upload.Previewed || len(got.Rows) != 2 {
		t.Errorf("another's file: %+v, %v", got, err)
	}
	m.sound()
}

func TestPreviewsOfSeveralMembersAtOnceAreBounded(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	for range 3 {
		m.send(manyRows(5))
	}
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			if _, err := m.Read(m.Ctx, m.Honey, "a.csv", strings.NewReader(manyRows(5)), "", actor.OfCooperative(m.Honey, postgres.NewID())); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	m.send(manyRows(5))
	if n := m.Number(`select count(*) from uploads where state = 'previewed'`); n != 3 {
		t.Errorf("%d previews are kept", n)
	}
	m.sound()
}

func TestUploadsOfADayAreBounded(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	for range 50 {
		m.send(manyRows(1))
	}
	_, err := m.Read(m.Ctx, m.Honey, "a.csv", strings.NewReader(manyRows(1)), "", m.Member)
	m.Refused(err, fault.TooMany, "upload.many")
	m.upload(m.Couscous, "a.csv", manyRows(1)) // which is none of another's business
	m.Today = m.Today.Add(24 * time.Hour)
	m.send(manyRows(1))
}

func TestUploadsOfADayAreBoundedForMembersAtOnce(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	for range 49 {
		m.send(manyRows(1))
	}
	var read, late atomic.Int32
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			_, err := m.Read(m.Ctx, m.Honey, "a.csv", strings.NewReader(manyRows(1)), "", actor.OfCooperative(m.Honey, postgres.NewID()))
			switch {
			case err == nil:
				read.Add(1)
			case errors.Is(err, upload.ErrTooMany):
				late.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if read.Load() != 1 || late.Load() != 3 {
		t.Errorf("of the last file of the day %d were read and %d refused", read.Load(), late.Load())
	}
}

func TestBytesThatAreWrittenOfFilesInADayAreBounded(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	long := "Code;Produit;Prix;Description\n" + strings.Repeat("X;Tapis;900;"+strings.Repeat("d", 400)+"\n", 100)
	u := m.send(long)
	once := m.Number(`select written from uploads where id = $1`, u.ID)
	if once < len(long) {
		t.Errorf("%d bytes are counted of a file of %d", once, len(long))
	}
	// The second row becomes the first: what each of the others says of it is written again.
	_, err := m.Repair(m.Ctx, m.Honey, u.ID, 2, "sku", "Y")
	m.Must(err)
	if n := m.Number(`select written from uploads where id = $1`, u.ID); n < 2*once*9/10 {
		t.Errorf("%d bytes are counted after a repair of all rows, of %d before", n, once)
	}
	m.Exec(`update uploads set written = 256 << 20 where id = $1`, u.ID)
	refuse := func() {
		t.Helper()
		_, err := m.Repair(m.Ctx, m.Honey, u.ID, 2, "sku", "Z")
		m.Refused(err, fault.TooMany, "upload.many")
		_, err = m.Reread(m.Ctx, m.Honey, u.ID, "windows-1256")
		m.Refused(err, fault.TooMany, "upload.many")
		_, err = m.Read(m.Ctx, m.Honey, "a.csv", strings.NewReader(long), "", m.Member)
		m.Refused(err, fault.TooMany, "upload.many")
	}
	refuse()
	m.Today = m.Today.Add(25 * time.Hour) // it is a preview still, to be repaired in a loop
	refuse()
	m.Must(m.Discard(m.Ctx, m.Honey, u.ID, nil))
	m.send(long)
}

func TestWhatIsLeftOfUploadsIsCleared(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	preview, applied := m.send(manyRows(3)), m.apply(m.Honey, m.send("Produit;Prix\nMiel;10\nMiel;10\n"))
	m.Today = m.Today.Add(6 * 24 * time.Hour)
	m.cleanUploads()
	if got, err := m.Get(m.Ctx, m.Honey, applied.ID); err != nil || len(got.Rows) != 2 {
		t.Errorf("after six days %+v: %v", got, err)
	}
	m.Today = m.Today.Add(25 * time.Hour)
	m.cleanUploads()
	if got, err := m.Get(m.Ctx, m.Honey, preview.ID); err != nil || got.State != upload.Discarded || len(got.Rows) != 0 {
		t.Errorf("the preview after a week %+v: %v", got, err)
	}
	if got, err := m.Get(m.Ctx, m.Honey, applied.ID); err != nil || len(got.Rows) != 0 || got.Summary.Applied != 1 || got.Summary.Wrong != 1 {
		t.Errorf("what became of it after a week %+v: %v", got, err)
	}
	m.Today = m.Today.Add(90 * 24 * time.Hour)
	m.cleanUploads()
	if n := m.Number(`select count(*) from uploads`); n != 0 {
		t.Errorf("%d uploads are kept for ever", n)
	}
}
