package mail

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/riverqueue/river"
	"github.com/wneessen/go-mail"

	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/postgres"
)

// Message is a plain-text mail to one recipient. Locale is the language it is written in, for the
// signature.
type Message struct {
	Locale  string  `json:"locale"`
	To      string  `json:"to"`
	Subject string  `json:"subject"`
	Body    string  `json:"body"`
	Secret  *Secret `json:"secret,omitempty"` // what stands for Placeholder in Body, if anything

	About uuid.UUID `json:"about,omitzero"` // what it tells of, if that may have to be forgotten, see ForgetTx
}

// Placeholder stands in a Body for a secret, such as the token of a link. A message waits in a table,
// with its copies in backups and replicas, where a secret must not lie readable: it is made when the
// message is sent.
const Placeholder = "[[secret]]"

// Secret names what stands for Placeholder: the Worker's Secrets of that Kind know it by ID. Until is
// when it is good for nothing any more.
type Secret struct {
	Kind  string    `json:"kind"`
	ID    uuid.UUID `json:"id"`
	Until time.Time `json:"until"`
}

// Secrets make what stands for a message's Placeholder, by Secret.Kind; ErrOver for what is over.
type Secrets map[string]func(ctx context.Context, id uuid.UUID) (string, error)

// ErrOver is what one of the Worker's Secrets answers when a message is not worth sending any more.
var ErrOver = errors.New("what the message is about is over")

// SendArgs is the job that sends one Message.
type SendArgs struct{ Message }

// Kind names the job.
func (SendArgs) Kind() string { return "mail_send" }

// InsertOpts puts the job beside those that only the market's own database can keep waiting.
func (SendArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: job.Outside} }

// SendTx queues messages; they are sent once tx is committed, and again after a failure.
func SendTx(ctx context.Context, tx *sqlx.Tx, jobs *job.Client, messages ...Message) error {
	params := make([]river.InsertManyParams, len(messages))
	for i, m := range messages {
		params[i] = river.InsertManyParams{Args: SendArgs{m}}
	}
	return jobs.InsertManyTx(ctx, tx, params)
}

// TLS says how the connection to a Server is kept from listeners. Wherever there is TLS, the server's
// certificate is checked.
type TLS string

// The ways of TLS.
const (
	Mandatory     TLS = "mandatory"     // no TLS, no mail; what an empty TLS means
	Opportunistic TLS = "opportunistic" // if the server offers it, which whoever sits between can undo
	None          TLS = "none"          // for a server on this very machine
)

// Server is an SMTP server; the zero Server means none.
type Server struct {
	Host     string
	Port     int // a server at 465 speaks TLS from the first byte
	User     string
	Password string
	From     string
	TLS      TLS
}

// Worker sends queued messages.
type Worker struct {
	river.WorkerDefaults[SendArgs]
	DB     *sqlx.DB
	Server Server

	// Signature is what stands under each message in that language, empty for nothing; it may be nil.
	Signature func(ctx context.Context, locale string) (string, error)

	Secrets Secrets
	// Shown says that people of the demonstration read the mailbox. Otherwise nobody does, and kept
	// messages keep their Placeholder.
	Shown bool
}

// Work sends one message, or keeps it in the mailbox when there is no server.
func (w *Worker) Work(ctx context.Context, j *river.Job[SendArgs]) error {
	body, err := w.revealed(ctx, j.Args.Message)
	if errors.Is(err, ErrOver) {
		return river.JobCancel(fmt.Errorf("mail: %w", err))
	}
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	if w.Signature != nil {
		signature, err := w.Signature(ctx, j.Args.Locale)
		if err != nil {
			return fmt.Errorf("sign mail: %w", err)
		}
		if signature != "" {
			body = strings.TrimRight(body, "\n") + "\n\n-- \n" + signature + "\n"
		}
	}
	if w.Server.Host == "" {
		return w.keep(ctx, j.Args.Message, body)
	}
	m := mail.NewMsg()
	if err := m.From(w.Server.From); err != nil {
		return river.JobCancel(fmt.Errorf("mail sender: %w", err))
	}
	if err := m.To(j.Args.To); err != nil {
		return river.JobCancel(errors.New("mail: the recipient's address cannot be one")) // trying again would not help
	}
	m.Subject(j.Args.Subject)
	m.SetBodyString(mail.TypeTextPlain, body)
	policy := mail.TLSMandatory
	switch w.Server.TLS {
	case Opportunistic:
		policy = mail.TLSOpportunistic
	case None:
		policy = mail.NoTLS
	}
	options := []mail.Option{mail.WithPort(w.Server.Port), mail.WithTLSPolicy(policy)}
	if w.Server.User != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover),
			mail.WithUsername(w.Server.User), mail.WithPassword(w.Server.Password))
	}
	if w.Server.Port == mail.DefaultPortSSL {
		options = append(options, mail.WithSSL())
	}
	client, err := mail.NewClient(w.Server.Host, options...)
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	err = client.DialAndSendWithContext(ctx, m)
	var refused *mail.SendError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refused):
		// What the server says names the recipient, and an error is kept and logged.
		told := fmt.Errorf("mail: %s (%d %s)", refused.Reason, refused.ErrorCode(), refused.EnhancedStatusCode())
		if refused.Reason == mail.ErrSMTPRcptTo && refused.ErrorCode() >= 500 {
			return river.JobCancel(told) // there is nobody of that address
		}
		return told
	}
	return fmt.Errorf("mail: %w", err)
}

// revealed is the body with its secret in the place that was kept for it.
func (w *Worker) revealed(ctx context.Context, m Message) (string, error) {
	if m.Secret == nil || w.Server.Host == "" && !w.Shown {
		return m.Body, nil
	}
	reveal := w.Secrets[m.Secret.Kind]
	if reveal == nil {
		return "", fmt.Errorf("nobody knows secrets of the kind %q", m.Secret.Kind)
	}
	secret, err := reveal(ctx, m.Secret.ID)
	if err != nil {
		return "", err
	}
	return strings.ReplaceAll(m.Body, Placeholder, secret), nil
}

// keepFor is how long a message stays in the mailbox; one with a secret no longer than that is good.
const keepFor = 30 * 24 * time.Hour

func (w *Worker) keep(ctx context.Context, m Message, body string) error {
	at := time.Now().UTC()
	end := at.Add(keepFor)
	if m.Secret != nil && m.Secret.Until.Before(end) {
		end = m.Secret.Until
	}
	_, err := w.DB.ExecContext(ctx,
		`INSERT INTO mailbox (id, recipient, subject, body, about, at, ends_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		postgres.NewID(), m.To, m.Subject, body, postgres.NullID(m.About), at, end)
	if err != nil {
		return fmt.Errorf("keep mail: %w", err)
	}
	return nil
}

// Kept is a message in the mailbox.
type Kept struct {
	Recipient string    `db:"recipient"`
	Subject   string    `db:"subject"`
	Body      string    `db:"body"`
	At        time.Time `db:"at"`
}

// Mailbox lists the newest kept messages, at most limit.
func Mailbox(ctx context.Context, db *sqlx.DB, limit int) ([]Kept, error) {
	var kept []Kept
	err := db.SelectContext(ctx, &kept,
		`SELECT recipient, subject, body, at FROM mailbox WHERE ends_at > now() ORDER BY at DESC, id LIMIT $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("mailbox: %w", err)
	}
	return kept, nil
}

// CleanArgs is the periodic job that empties the mailbox of what has run out; every hour is often enough.
type CleanArgs struct{}

// Kind names the job.
func (CleanArgs) Kind() string { return "mail_clean" }

// CleanWorker works CleanArgs.
type CleanWorker struct {
	river.WorkerDefaults[CleanArgs]
	DB *sqlx.DB
}

// cleanAtOnce is how many messages one statement throws away.
const cleanAtOnce = 1000

// Work throws away kept messages that have run out.
func (w *CleanWorker) Work(ctx context.Context, _ *river.Job[CleanArgs]) error {
	err := postgres.InBatches(ctx, postgres.Batch(w.DB, `
		DELETE FROM mailbox WHERE id = ANY(ARRAY(SELECT id FROM mailbox WHERE ends_at <= now() ORDER BY ends_at LIMIT $1))`, cleanAtOnce))
	if err != nil {
		return fmt.Errorf("clean mailbox: %w", err)
	}
	return nil
}
