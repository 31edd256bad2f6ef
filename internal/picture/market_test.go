package picture_test

import (
	"io"
	"testing"

	"gocloud.dev/blob"
	"gocloud.dev/blob/memblob"

	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
	"github.com/souk-taawon/souk/internal/picture"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// market is a catalogue whose products are photographed.
type market struct {
	*picture.Service
	*catalogtest.Market
	blobs *blob.Bucket
	t     testing.TB
}

func newMarket(t testing.TB) *market {
	t.Helper()
	m := &market{Market: catalogtest.New(t), blobs: memblob.OpenBucket(nil), t: t}
	m.Service = picture.New(m.DB, m.Market.Service, m.Jobs, m.blobs, m.Log, m.Now)
	return m
}

// sound fails the test when the audits find anything.
func (m *market) sound() {
	m.t.Helper()
	m.Sound(picture.Audit)
}

func read(t testing.TB, r io.ReadCloser) []byte {
	t.Helper()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	return data
}
