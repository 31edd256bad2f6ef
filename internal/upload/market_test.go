package upload_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
	"github.com/souk-taawon/souk/internal/table"
	"github.com/souk-taawon/souk/internal/upload"
	"github.com/souk-taawon/souk/internal/upload/sheet"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// market is a catalogue to which files are sent.
type market struct {
	*upload.Service
	*catalogtest.Market
	t testing.TB
}

func newMarket(t testing.TB) *market {
	t.Helper()
	m := &market{Market: catalogtest.New(t), t: t}
	m.Service = upload.New(m.DB, m.Market.Service, m.Jobs, m.Log, m.Now)
	return m
}

// sound fails the test when the audits find anything.
func (m *market) sound() {
	m.t.Helper()
	m.Sound(upload.Audit)
}

// whole is an upload with all of its rows.
func (m *market) whole(coop uuid.UUID, u upload.Upload, err error) (upload.Upload, error) {
	if err != nil {
		return u, err
	}
	return m.Get(m.Ctx, coop, u.ID)
}

func (m *market) Read(ctx context.Context, coop uuid.UUID, filename string, r io.Reader, encoding sheet.Encoding, by actor.Actor) (upload.Upload, error) {
	u, err := m.Service.Read(ctx, coop, filename, r, encoding, by)
	return m.whole(coop, u, err)
}

func (m *market) Reread(ctx context.Context, coop, id uuid.UUID, encoding sheet.Encoding) (upload.Upload, error) {
	u, err := m.Service.Reread(ctx, coop, id, nil, encoding)
	return m.whole(coop, u, err)
}

func (m *market) Repair(ctx context.Context, coop, id uuid.UUID, line int, column, value string) (upload.Upload, error) {
	u, err := m.Service.Repair(ctx, coop, id, nil, line, column, value)
	return m.whole(coop, u, err)
}

func (m *market) Apply(ctx context.Context, coop, id uuid.UUID, by actor.Actor) (upload.Upload, error) {
	u, err := m.Service.Apply(ctx, coop, id, nil, by)
	return m.whole(coop, u, err)
}

func (m *market) upload(coop uuid.UUID, filename, content string) upload.Upload {
	m.t.Helper()
	u, err := m.Read(m.Ctx, coop, filename, strings.NewReader(content), "", m.Member)
	if err != nil {
		m.t.Fatal(err)
	}
	return u
}

func (m *market) apply(coop uuid.UUID, u upload.Upload) upload.Upload {
	m.t.Helper()
	u, err := m.Apply(m.Ctx, coop, u.ID, m.Member)
	if err != nil {
		m.t.Fatal(err)
	}
	return u
}

func (m *market) template(coop uuid.UUID, language, format string) []byte {
	m.t.Helper()
	var b bytes.Buffer
	write := map[string]func(io.Writer, table.Table) error{"csv": table.WriteCSV, "xlsx": table.WriteXLSX}[format]
	m.Must(write(&b, m.Template(m.Ctx, coop, m.Locale(language))))
	return b.Bytes()
}
