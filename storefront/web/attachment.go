package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/gate"
	"github.com/souk-taawon/souk/internal/security"
)

// Attachment answers with a file to be saved under that name. write makes all of it before anything is sent, so
// that a file that fails half-way is never sent and no reader, however slow, keeps the database busy: in memory
// while it is small, and else in a temporary file. The record of security events tells who took it away; gate.ErrBusy
// if too many are being made.
func (r *Request) Attachment(filename, contentType string, write func(io.Writer) error) error {
	var made draft
	err := r.Site.Files.Do(r.Context(), r.UserID().String(), func() error { return write(&made) })
	if err != nil {
		return errors.Join(err, made.Close())
	}
	body, size, err := made.whole()
	if err != nil {
		return errors.Join(fmt.Errorf("attachment: %w", err), made.Close())
	}
	r.Record(security.Exported, uuid.Nil, filename)
	r.SetHeader("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": filename}))
	r.fiber.Status(http.StatusOK).Set("Content-Type", contentType)
	return r.fiber.SendStream(body, size) // which is closed when it has been sent
}

// FileLimits bound how many files are made at once: each may read for minutes, with a connection to the database.
var FileLimits = gate.Limits{AtOnce: 4, PerPerson: 2, Waiting: 16, Patience: 10 * time.Second}

// draftInMemory is how many bytes of a draft are kept in memory.
const draftInMemory = 1 << 20

// draft is a file that is being made.
type draft struct {
	memory bytes.Buffer // until it holds draftInMemory
	file   *os.File     // from then on
}

func (d *draft) Write(b []byte) (int, error) {
	if d.file == nil {
		if d.memory.Len()+len(b) <= draftInMemory {
			return d.memory.Write(b)
		}
		file, err := os.CreateTemp("", "souk-*")
		if err != nil {
			return 0, err
		}
		d.file = file
		if _, err := d.memory.WriteTo(file); err != nil {
			return 0, err
		}
	}
	return d.file.Write(b)
}

// whole gives all that was written, and its length in bytes.
func (d *draft) whole() (io.Reader, int, error) {
	if d.file == nil {
		return &d.memory, d.memory.Len(), nil
	}
	size, err := d.file.Seek(0, io.SeekCurrent)
	if err != nil {
		return nil, 0, err
	}
	_, err = d.file.Seek(0, io.SeekStart)
	return d, int(size), err
}

// Read reads what was written to the file.
func (d *draft) Read(b []byte) (int, error) { return d.file.Read(b) }

// Close throws the draft away.
func (d *draft) Close() error {
	if d.file == nil {
		return nil
	}
	return errors.Join(d.file.Close(), os.Remove(d.file.Name()))
}
