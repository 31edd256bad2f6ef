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
// if too many are being made or sent.
func (r *Request) Attachment(filename, contentType string, write func(io.Writer) error) (err error) {
	leave, err := r.Site.Sending.Enter(r.Context(), r.UserID().String())
	if err != nil {
		return err
	}
	made, sending := &draft{sent: leave}, false
	defer func() {
		if !sending { // write may have panicked, too
			err = errors.Join(err, made.Close())
		}
	}()
	if err := r.Site.Files.Do(r.Context(), r.UserID().String(), func() error { return write(made) }); err != nil {
		return err
	}
	size, err := made.whole()
	if err != nil {
		return fmt.Errorf("attachment: %w", err)
	}
	r.Record(security.Exported, uuid.Nil, filename)
	r.SetHeader("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": filename}))
	r.fiber.Status(http.StatusOK).Set("Content-Type", contentType)
	sending = true
	return r.fiber.SendStream(made, size) // which is closed when it has been sent, or cannot be
}

// FileLimits bound how many files are made at once: each may read for minutes, with a connection to the database.
var FileLimits = gate.Limits{AtOnce: 4, PerPerson: 2, Waiting: 16, Patience: 10 * time.Second}

// SendLimits bound how many files are being made, or are on their way to their readers, who may be slow: each
// takes memory or room on disk.
var SendLimits = gate.Limits{AtOnce: 64, PerPerson: 4}

// draftInMemory is how many bytes of a draft are kept in memory.
const draftInMemory = 1 << 20

// draft is a file that is being made.
type draft struct {
	memory bytes.Buffer // until it holds draftInMemory
	file   *os.File     // from then on
	sent   func()       // called once nobody needs it any more
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

// whole ends the writing; what was written is read from its beginning on. It gives the length in bytes.
func (d *draft) whole() (int, error) {
	if d.file == nil {
		return d.memory.Len(), nil
	}
	size, err := d.file.Seek(0, io.SeekCurrent)
	if err != nil {
		return 0, err
	}
	_, err = d.file.Seek(0, io.SeekStart)
	return int(size), err
}

func (d *draft) Read(b []byte) (int, error) {
	if d.file == nil {
		return d.memory.Read(b)
	}
	return d.file.Read(b)
}

// Close throws the draft away.
func (d *draft) Close() error {
	defer d.sent()
	if d.file == nil {
		return nil
	}
	return errors.Join(d.file.Close(), os.Remove(d.file.Name()))
}
