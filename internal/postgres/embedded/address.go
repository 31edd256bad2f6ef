package embedded

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/lib/pq"
)

const (
	host         = "127.0.0.1"
	userName     = "souk" // who owns the database, and no superuser
	databaseName = "souk"
)

// address is where a server listens and the password of userName.
type address struct {
	Port     int
	Password string
}

func (a address) url(database string) string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(userName, a.Password),
		Host: net.JoinHostPort(host, strconv.Itoa(a.Port)), Path: "/" + database,
		RawQuery: "sslmode=disable&connect_timeout=5",
	}
	return u.String()
}

// Attach finds the server that another process runs in a data folder; ok is false if none answers.
func Attach(dataDir string) (serverURL string, ok bool, err error) {
	a, err := readAddress(dataDir)
	if errors.Is(err, fs.ErrNotExist) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("embedded postgres: %w", err)
	}
	serverURL = a.url(databaseName)
	err = ping(context.Background(), serverURL)
	var refused *pq.Error
	switch {
	case err == nil:
		return serverURL, true, nil
	case !errors.As(err, &refused) || isStranger(refused):
		return "", false, nil
	default:
		return "", false, fmt.Errorf("embedded postgres: %w", err)
	}
}

// isStranger reports whether a server does not know our password, so that it is not one of ours.
func isStranger(err *pq.Error) bool { return err.Code.Class() == "28" }

// ping asks a server for a new connection.
func ping(ctx context.Context, serverURL string) error {
	db, err := sql.Open("postgres", serverURL)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return errors.Join(db.PingContext(ctx), db.Close())
}

// prepareAddress is the folder's address from last time, or a new one; the port changes if it was
// taken meanwhile.
func prepareAddress(dir string) (address, error) {
	a, err := readAddress(dir)
	if errors.Is(err, fs.ErrNotExist) {
		a.Password = rand.Text()
	} else if err != nil {
		return address{}, err
	}
	known := a
	for a.Port == 0 || !free(a.Port) {
		// Below the range that outgoing connections take their ports from: some time passes until
		// the server listens, and in that range somebody would come first now and then.
		n, err := rand.Int(rand.Reader, big.NewInt(12000))
		if err != nil {
			return address{}, err
		}
		a.Port = 20000 + int(n.Int64())
	}
	if a == known {
		return a, nil
	}
	// Written whole or not at all: a server whose password is lost is lost too.
	name := filepath.Join(dir, "url")
	if err := os.WriteFile(name+".new", []byte(a.url(databaseName)+"\n"), 0o600); err != nil {
		return address{}, err
	}
	return a, os.Rename(name+".new", name)
}

func readAddress(dir string) (address, error) {
	name := filepath.Join(dir, "url")
	text, err := os.ReadFile(name)
	if err != nil {
		return address{}, err
	}
	malformed := fmt.Errorf("%s does not hold a server's address", name)
	u, err := url.Parse(string(text[:max(0, len(text)-1)])) // without the end of the line
	if err != nil {
		return address{}, malformed
	}
	password, _ := u.User.Password()
	port, err := strconv.Atoi(u.Port())
	if err != nil || password == "" {
		return address{}, malformed
	}
	return address{Port: port, Password: password}, nil
}

func free(port int) bool {
	l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
	return err == nil && l.Close() == nil
}
