package mail

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/riverqueue/river"
	"github.com/wneessen/go-mail"

	"github.com/souk-taawon/souk/internal/job"
	"github.com/souk-taawon/souk/internal/postgres"
)

// Message is a plain-text mail to one recipient. Locale is the language it is written in, for the
// signature.
type Message struct {
	Locale  string `json:"locale"`
	To      string `json:"to"`
	Subject string `json:"subject"`
	Body    string `json:"body"`
}

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

// Server is an SMTP server; the zero Server means none.
type Server struct {
	Host     string
	Port     int
	User     string
	Password string
	From     string
}

// Worker sends queued messages.
type Worker struct {
	river.WorkerDefaults[SendArgs]
	DB     *sqlx.DB
	Server Server

	// Signature is what stands under each message in that language, empty for nothing; it may be nil.
	Signature func(ctx context.Context, locale string) (string, error)
}

// Work sends one message, or keeps it in the mailbox when there is no server.
func (w *Worker) Work(ctx context.Context, j *river.Job[SendArgs]) error {
	body := j.Args.Body
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
		_, err := w.DB.ExecContext(ctx,
			`INSERT INTO mailbox (id, recipient, subject, body, at) VALUES ($1, $2, $3, $4, $5)`,
			postgres.NewID(), j.Args.To, j.Args.Subject, body, time.Now().UTC())
		if err != nil {
			return fmt.Errorf("keep mail: %w", err)
		}
		return nil
	}
	m := mail.NewMsg()
	if err := m.From(w.Server.From); err != nil {
		return river.JobCancel(fmt.Errorf("mail sender: %w", err))
	}
	if err := m.To(j.Args.To); err != nil {
		return river.JobCancel(fmt.Errorf("mail recipient: %w", err)) // trying again would not help
	}
	m.Subject(j.Args.Subject)
	m.SetBodyString(mail.TypeTextPlain, body)
	options := []mail.Option{mail.WithPort(w.Server.Port), mail.WithTLSPolicy(mail.TLSOpportunistic)}
	if w.Server.User != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover),
			mail.WithUsername(w.Server.User), mail.WithPassword(w.Server.Password), mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if w.Server.Port == mail.DefaultPortSSL {
		options = append(options, mail.WithSSL()) // such a server speaks TLS from the first byte
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
	case errors.As(err, &refused) && refused.Reason == mail.ErrSMTPRcptTo && refused.ErrorCode() >= 500:
		return river.JobCancel(fmt.Errorf("mail: %w", err)) // there is nobody of that address
	}
	return fmt.Errorf("mail: %w", err)
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
		`SELECT recipient, subject, body, at FROM mailbox ORDER BY at DESC, id LIMIT $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("mailbox: %w", err)
	}
	return kept, nil
}
