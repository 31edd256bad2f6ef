package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/smtp"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/mail"
	"github.com/souk-taawon/souk/internal/payment"
)

// certificateSoon is when a certificate that nobody renewed is told.
const certificateSoon = 14 * 24 * time.Hour

// errStatus is the status of an answer that tells nothing else.
type errStatus int

func (s errStatus) Error() string { return fmt.Sprintf("%d %s", int(s), http.StatusText(int(s))) }

// fetch reads a small JSON answer; its error is an errStatus where there is another.
func (e *examination) fetch(request *http.Request, answer any) error {
	response, err := e.client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }() // read as far as it matters
	if response.StatusCode != http.StatusOK {
		return errStatus(response.StatusCode)
	}
	return json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(answer)
}

// examineInstance asks the market that runs on this machine whether it is ready, part by part.
func (e *examination) examineInstance(ctx context.Context) {
	address := e.config.Addr
	if text, err := os.ReadFile(filepath.Join(e.place.dataDir, publicFile)); err == nil {
		address = string(text)
	} else if e.demo {
		e.note("instance", "no market runs on this folder")
		return
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return // the configuration has told
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(ctx, outsideTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/readyz", nil)
	if err != nil {
		return
	}
	response, err := e.client.Do(request)
	if err != nil {
		e.mend("instance", "start «souk serve», or look on the machine where it runs", "nothing answers at %s: %v", address, err)
		return
	}
	defer func() { _ = response.Body.Close() }() // read to its end below
	var answer struct {
		Ready bool              `json:"ready"`
		Parts map[string]string `json:"parts"`
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(&answer); err != nil {
		e.mend("instance", "see which program listens there", "what answers at %s is not souk", address)
		return
	}
	var failing []string
	for part, state := range answer.Parts {
		if state != "ok" {
			failing = append(failing, part)
		}
	}
	slices.Sort(failing)
	switch {
	case !answer.Ready:
		e.mend("instance", "its log says why: «not ready»", "the market at %s is not ready: %s", address, strings.Join(failing, ", "))
	case len(failing) > 0:
		e.mend("instance", "its log says why: «not ready»", "the market at %s serves without %s", address, strings.Join(failing, ", "))
	default:
		e.well("instance", "the market at %s is ready", address)
	}
}

// examineAddress goes the way that people go: by BASE_URL, to this market and no other.
func (e *examination) examineAddress(ctx context.Context, db *sqlx.DB) {
	base, err := url.Parse(e.config.BaseURL)
	if e.config.BaseURL == "" || err != nil {
		return // the configuration has told
	}
	ctx, cancel := context.WithTimeout(ctx, outsideTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, e.config.BaseURL+"/healthz", nil)
	if err != nil {
		return
	}
	began := e.now()
	response, err := e.client.Do(request)
	if err != nil {
		e.mend("address", "look at the name's address, the proxy and its certificate", "%s does not answer: %v", base, err)
		return
	}
	body, _ := io.ReadAll(io.LimitReader(response.Body, 64))
	_ = response.Body.Close() // read as far as it matters
	if response.StatusCode != http.StatusOK || strings.TrimSpace(string(body)) != "ok" {
		e.mend("address", "let the proxy pass /healthz on to souk", "%s answers %s to /healthz", base, response.Status)
		return
	}
	if date, err := http.ParseTime(response.Header.Get("Date")); err == nil {
		e.examineClock("proxy", date, began.Add(-time.Second), e.now()) // it tells whole seconds
	}
	e.examineOurs(ctx, base, db)
	if base.Scheme != "https" {
		return
	}
	if response.TLS != nil && len(response.TLS.PeerCertificates) > 0 {
		e.examineCertificate("address", base.Hostname(), response.TLS.PeerCertificates[0])
	}
	if response.Header.Get("Strict-Transport-Security") == "" {
		e.mend("address", "let the proxy keep souk's header Strict-Transport-Security", "%s does not tell browsers to come by https only", base)
	} else {
		e.well("address", "tells browsers to come by https only")
	}
}

// examineOurs asks the address for a product of this database.
func (e *examination) examineOurs(ctx context.Context, base *url.URL, db *sqlx.DB) {
	var known struct{ ID, Slug string }
	if db == nil || db.GetContext(ctx, &known, `
		select id, slug from offered order by id limit 1`) != nil {
		e.well("address", "%s answers", base)
		return
	}
	var answer struct {
		ID string `json:"id"`
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(base.String(), "/")+"/api/v1/products/"+url.PathEscape(known.Slug), nil)
	if err == nil {
		err = e.fetch(request, &answer)
	}
	if err != nil || answer.ID != known.ID {
		e.mend("address", "see where the proxy leads: its market has another database, or does not answer", "%s does not show the products of this database", base)
		return
	}
	e.well("address", "%s leads to a market on this database", base)
}

func (e *examination) examineCertificate(part, host string, certificate *x509.Certificate) {
	left := certificate.NotAfter.Sub(e.now())
	switch {
	case left <= 0:
		e.mend(part, "renew it at once", "the certificate of %s has run out on %s", host, certificate.NotAfter.Format(time.DateOnly))
	case left < certificateSoon:
		e.mend(part, "see why nothing renews it", "the certificate of %s runs out in %s", host, roughly(left))
	default:
		e.well(part, "the certificate of %s is good for %s", host, roughly(left))
	}
}

// examineDatabaseCertificate looks at the certificate of a database; whether it is the right one is
// checked by the connection itself, as sslmode says.
func (e *examination) examineDatabaseCertificate(u *url.URL) {
	port := u.Port()
	if port == "" {
		port = "5432"
	}
	conn, err := net.DialTimeout("tcp", net.JoinHostPort(u.Hostname(), port), outsideTimeout)
	if err != nil {
		return // the connection has told
	}
	defer func() { _ = conn.Close() }() // nothing is under way
	// PostgreSQL's SSLRequest: its length, 8, and a number that no version has.
	_ = conn.SetDeadline(e.now().Add(outsideTimeout))
	answer := make([]byte, 1)
	if _, err := conn.Write([]byte{0, 0, 0, 8, 4, 210, 22, 47}); err != nil {
		return
	}
	if _, err := io.ReadFull(conn, answer); err != nil || answer[0] != 'S' {
		return
	}
	line := tls.Client(conn, &tls.Config{InsecureSkipVerify: true}) // only its date is read
	if line.Handshake() == nil && len(line.ConnectionState().PeerCertificates) > 0 {
		e.examineCertificate("database", u.Hostname(), line.ConnectionState().PeerCertificates[0])
	}
}

// examineMail greets the mail server as souk does, without sending anything.
func (e *examination) examineMail(ctx context.Context) {
	if e.config.SMTPHost == "" {
		return // the configuration has told
	}
	ctx, cancel := context.WithTimeout(ctx, outsideTimeout)
	defer cancel()
	certificate, err := e.greet(ctx)
	if err != nil {
		e.mend("mail", "correct SMTP_HOST, SMTP_PORT and SMTP_TLS, or ask whoever runs the server", "%s: %v", e.config.SMTPHost, err)
		return
	}
	if certificate == nil {
		e.well("mail", "%s answers, without TLS", e.config.SMTPHost)
		return
	}
	e.examineCertificate("mail", e.config.SMTPHost, certificate)
}

// examineStripe asks Stripe whether it takes the key, and tells the market what it has to know.
func (e *examination) examineStripe(ctx context.Context) {
	if e.config.StripeSecretKey == "" || e.config.BaseURL == "" {
		return // there is none; or the configuration has told
	}
	ctx, cancel := context.WithTimeout(ctx, outsideTimeout)
	defer cancel()
	address := e.config.BaseURL + "/webhooks/stripe"
	unsent, err := e.config.stripe().Unsent(ctx, address)
	switch {
	case errors.Is(err, payment.ErrUnknown):
		e.mend("payment", "make an endpoint at Stripe, with the events that the README names", "Stripe sends nothing to %s", address)
	case errors.Is(err, payment.ErrDown):
		e.mend("payment", "look whether this machine reaches Stripe; souk tries again by itself", "%v", err)
	case err != nil:
		e.mend("payment", "see STRIPE_SECRET_KEY, which may also lack the right to read webhook endpoints", "%v", err)
	case len(unsent) > 0:
		e.mend("payment", "add them to the endpoint at Stripe", "Stripe does not send %s", strings.Join(unsent, ", "))
	default:
		e.well("payment", "Stripe sends what is needed to %s", address)
	}
}

// implicitTLS is the port where TLS begins with the first byte.
const implicitTLS = 465

var errNoTLS = errors.New("the server offers no TLS")

func (e *examination) greet(ctx context.Context) (*x509.Certificate, error) {
	host := e.config.SMTPHost
	var conn net.Conn
	var err error
	address := net.JoinHostPort(host, strconv.Itoa(e.config.SMTPPort))
	trusted := &tls.Config{ServerName: host, RootCAs: e.roots}
	if e.config.SMTPPort == implicitTLS {
		conn, err = (&tls.Dialer{Config: trusted}).DialContext(ctx, "tcp", address)
	} else {
		conn, err = new(net.Dialer).DialContext(ctx, "tcp", address)
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }() // said goodbye, or failed
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return nil, err
		}
	}
	client, err := smtp.NewClient(conn, host)
	if err != nil {
		return nil, err
	}
	wanted := mail.TLS(e.config.SMTPTLS)
	if offered, _ := client.Extension("STARTTLS"); e.config.SMTPPort != implicitTLS && wanted != mail.None {
		switch {
		case offered:
			if err := client.StartTLS(trusted); err != nil {
				return nil, err
			}
		case wanted != mail.Opportunistic:
			return nil, errNoTLS
		}
	}
	var certificate *x509.Certificate
	if state, encrypted := client.TLSConnectionState(); encrypted && len(state.PeerCertificates) > 0 {
		certificate = state.PeerCertificates[0]
	}
	return certificate, client.Quit()
}
