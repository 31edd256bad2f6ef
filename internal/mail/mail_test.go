package mail_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func arabic(to string) *river.Job[mail.SendArgs] {
	return &river.Job[mail.SendArgs]{Args: mail.SendArgs{Message: mail.Message{
		To: to, Subject: "طلب جديد S-2611-04820917", Body: "السلام عليكم،\n\n• 2 × عسل الزعتر (500 غ)\n",
	}}}
}

func TestWithoutAServerMessagesAreKept(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	job := arabic("nahlat@souk.example")
	before := time.Now().Add(-time.Second)
	if err := (&mail.Worker{DB: db}).Work(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	kept, err := mail.Mailbox(t.Context(), db, 10)
	if err != nil || len(kept) != 1 {
		t.Fatalf("%d kept: %v", len(kept), err)
	}
	if k := kept[0]; k.Recipient != job.Args.To || k.Subject != job.Args.Subject || k.Body != job.Args.Body || k.At.Before(before) {
		t.Errorf("%+v", k)
	}
}

func TestMessagesAreSignedInTheirLanguage(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	w := &mail.Worker{DB: db, Signature: func(_ context.Context, locale string) (string, error) {
		if locale == "" {
			return "", nil
		}
		return "L’association (" + locale + ")", nil
	}}
	for locale, want := range map[string]string{"fr": "Bonjour.\n\n-- \nL’association (fr)\n", "": "Bonjour.\n"} {
		letter := &river.Job[mail.SendArgs]{Args: mail.SendArgs{Message: mail.Message{
			Locale: locale, To: "to-" + locale + "@souk.example", Subject: "Bonjour", Body: "Bonjour.\n",
		}}}
		if err := w.Work(t.Context(), letter); err != nil {
			t.Fatal(err)
		}
		kept, err := mail.Mailbox(t.Context(), db, 10)
		if err != nil || !slices.ContainsFunc(kept, func(k mail.Kept) bool { return k.Recipient == letter.Args.To && k.Body == want }) {
			t.Errorf("%q: %+v, %v", locale, kept, err)
		}
	}
}

func TestMessagesAreSentOnceTheirCauseIsCommitted(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	workers := river.NewWorkers()
	river.AddWorker(workers, &mail.Worker{DB: db})
	jobs, err := job.New(db, workers, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	undone := errors.New("undone")
	for to, want := range map[string]error{"undone@souk.example": undone, "done@souk.example": nil} {
		err := postgres.InTx(t.Context(), db, func(tx *sqlx.Tx) error {
			return errors.Join(mail.SendTx(t.Context(), tx, jobs, arabic(to).Args.Message), want)
		})
		if !errors.Is(err, want) {
			t.Fatal(err)
		}
	}
	if err := jobs.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := jobs.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	}()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		kept, err := mail.Mailbox(t.Context(), db, 10)
		if err != nil {
			t.Fatal(err)
		}
		if len(kept) > 0 || time.Now().After(deadline) {
			if len(kept) != 1 || kept[0].Recipient != "done@souk.example" {
				t.Errorf("%+v", kept)
			}
			return
		}
	}
}

func TestAServerGetsWhatWasWritten(t *testing.T) {
	t.Parallel()
	server := newServer(t)
	job := arabic("nahlat@souk.example")
	if err := server.worker().Work(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	message, err := netmail.ReadMessage(strings.NewReader(<-server.received))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject"))
	if err != nil || subject != job.Args.Subject {
		t.Errorf("subject %q: %v", subject, err)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(message.Body))
	if text := strings.ReplaceAll(string(body), "\r\n", "\n"); err != nil || strings.TrimSpace(text) != strings.TrimSpace(job.Args.Body) {
		t.Errorf("body %q: %v", text, err)
	}
	if to := message.Header.Get("To"); to != "<nahlat@souk.example>" {
		t.Errorf("to %q", to)
	}
}

func TestWhatCannotArriveIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	server := newServer(t)
	for to, again := range map[string]bool{
		"no address":          false,
		"nobody@souk.example": false, // the server knows nobody of that name
		"full@souk.example":   true,  // for now
	} {
		err := server.worker().Work(t.Context(), arabic(to))
		var cancelled *river.JobCancelError
		if err == nil || errors.As(err, &cancelled) == again {
			t.Errorf("%s: %v", to, err)
		}
		if err != nil && strings.Contains(err.Error(), to) {
			t.Errorf("the recipient's address is told: %v", err)
		}
	}
	away := mail.Worker{Server: mail.Server{Host: "127.0.0.1", Port: 1, From: "souk@souk.example"}}
	var cancelled *river.JobCancelError
	if err := away.Work(t.Context(), arabic("nahlat@souk.example")); err == nil || errors.As(err, &cancelled) {
		t.Errorf("a server that is away: %v", err)
	}
}

func TestASecretIsMadeWhenTheMessageIsSent(t *testing.T) {
	t.Parallel()
	db, server := pgtest.New(t), newServer(t)
	good, over := postgres.NewID(), postgres.NewID()
	secrets := mail.Secrets{
		"ticket": func(_ context.Context, id uuid.UUID) (string, error) {
			if id == over {
				return "", mail.ErrOver
			}
			return "token-of-" + id.String(), nil
		},
	}
	letter := func(kind string, id uuid.UUID) *river.Job[mail.SendArgs] {
		return &river.Job[mail.SendArgs]{Args: mail.SendArgs{Message: mail.Message{
			To: "nahlat@souk.example", Subject: "Ticket", Body: "https://souk.example/t/" + mail.Placeholder + "\n",
			Secret: &mail.Secret{Kind: kind, ID: id, Until: time.Now().Add(time.Hour)},
		}}}
	}
	sending := server.worker()
	sending.Secrets = secrets
	if err := sending.Work(t.Context(), letter("ticket", good)); err != nil {
		t.Fatal(err)
	}
	if sent := <-server.received; !strings.Contains(strings.ReplaceAll(sent, "=\r\n", ""), "https://souk.example/t/token-of-"+good.String()) {
		t.Errorf("sent was %s", sent)
	}
	var cancelled *river.JobCancelError
	if err := sending.Work(t.Context(), letter("ticket", over)); !errors.As(err, &cancelled) {
		t.Errorf("a link that is over: %v", err)
	}
	if err := sending.Work(t.Context(), letter("riddle", good)); err == nil || errors.As(err, &cancelled) {
		t.Errorf("a secret that nobody knows: %v", err)
	}

	for shown, want := range map[bool]string{true: "token-of-" + good.String(), false: mail.Placeholder} {
		if _, err := db.Exec(`delete from mailbox`); err != nil {
			t.Fatal(err)
		}
		if err := (&mail.Worker{DB: db, Secrets: secrets, Shown: shown}).Work(t.Context(), letter("ticket", good)); err != nil {
			t.Fatal(err)
		}
		kept, err := mail.Mailbox(t.Context(), db, 10)
		if err != nil || len(kept) != 1 || kept[0].Body != "https://souk.example/t/"+want+"\n" {
			t.Errorf("shown %t: %+v, %v", shown, kept, err)
		}
	}
}

func TestKeptMessagesRunOut(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	keep := func(until time.Time) {
		job := arabic("nahlat@souk.example")
		job.Args.Secret = &mail.Secret{Kind: "ticket", Until: until}
		if err := (&mail.Worker{DB: db}).Work(t.Context(), job); err != nil {
			t.Fatal(err)
		}
	}
	keep(time.Now().Add(-time.Minute)) // its link is over
	keep(time.Now().Add(time.Hour))
	keep(time.Now().Add(365 * 24 * time.Hour))
	kept, err := mail.Mailbox(t.Context(), db, 10)
	if err != nil || len(kept) != 2 {
		t.Errorf("%d are shown: %v", len(kept), err)
	}
	rows := func(where string) (n int) {
		if err := db.Get(&n, `select count(*) from mailbox where `+where); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := rows(`ends_at > now() + interval '30 days'`); n != 0 {
		t.Errorf("%d are kept for more than a month", n)
	}
	if err := (&mail.CleanWorker{DB: db}).Work(t.Context(), nil); err != nil || rows(`true`) != 2 {
		t.Errorf("%d are left: %v", rows(`true`), err)
	}
}

func TestWithoutTLSNothingIsSent(t *testing.T) {
	t.Parallel()
	server := newServer(t) // which offers none
	for tls, sent := range map[mail.TLS]bool{"": false, mail.Mandatory: false, mail.Opportunistic: true, mail.None: true} {
		w := server.worker()
		w.Server.TLS = tls
		err := w.Work(t.Context(), arabic("nahlat@souk.example"))
		if (err == nil) != sent {
			t.Errorf("TLS %q: %v", tls, err)
		}
		if err == nil {
			<-server.received
		}
	}
}

// server is just enough of SMTP (RFC 5321) to take messages and to refuse some recipients.
type server struct {
	port     int
	received chan string
}

func (s server) worker() *mail.Worker {
	return &mail.Worker{Server: mail.Server{Host: "127.0.0.1", Port: s.port, From: "souk@souk.example", TLS: mail.None}}
}

func newServer(t *testing.T) server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	s := server{port: listener.Addr().(*net.TCPAddr).Port, received: make(chan string, 1)}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return // closed
			}
			go s.serve(conn)
		}
	}()
	return s
}

func (s server) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	in := bufio.NewReader(conn)
	say := func(line string) { _, _ = fmt.Fprint(conn, line+"\r\n") }
	say("220 souk.example")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		switch verb := strings.ToUpper(line[:min(4, len(line))]); {
		case verb == "EHLO":
			say("250 souk.example")
		case verb == "RCPT" && strings.Contains(line, "nobody@"):
			say("550 nobody here of that name")
		case verb == "RCPT" && strings.Contains(line, "full@"):
			say("452 the mailbox is full")
		case verb == "DATA":
			say("354 go on")
			var text strings.Builder
			for {
				line, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if line == ".\r\n" {
					break
				}
				text.WriteString(line)
			}
			s.received <- text.String()
			say("250 taken")
		case verb == "QUIT":
			say("221 farewell")
			return
		default:
			say("250 so be it")
		}
	}
}
