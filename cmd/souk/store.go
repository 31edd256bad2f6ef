package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jmoiron/sqlx"
	"gocloud.dev/blob"
	_ "gocloud.dev/blob/fileblob" // file:// for BLOB_URL

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/market"
	"github.com/souk-taawon/souk/internal/meilisearch"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/postgres/embedded"
	"github.com/souk-taawon/souk/search"
	bleve "github.com/souk-taawon/souk/search/embedded"
	"github.com/souk-taawon/souk/search/meili"
	"github.com/souk-taawon/souk/search/text"
)

// defaultDataDir is where the demo keeps its data. The dot keeps Go's tools out of it.
const defaultDataDir = ".souk"

// place says which market a command works on: the one in a data folder, or the one at DATABASE_URL.
type place struct {
	dataDir     string // "" when DATABASE_URL was meant
	databaseURL string
	patient     bool // the command works on whole tables
}

// addDataFlag lets a command be told its place; read the place after parsing.
func addDataFlag(fs *flag.FlagSet) *string {
	return fs.String("data", "", "data `folder` of an embedded market (default DATABASE_URL, or "+defaultDataDir+")")
}

// readPlace reads the flags of a command that needs no more than a market's place, and the configuration.
func readPlace(fs *flag.FlagSet, args []string, stderr io.Writer) (config, place, error) {
	data := addDataFlag(fs)
	if err := parse(fs, args, stderr); err != nil {
		return config{}, place{}, err
	}
	c, err := readConfig()
	if err != nil {
		return config{}, place{}, err
	}
	return c, choosePlace(*data, c), nil
}

// choosePlace decides for the flag first, then the environment, then the default folder.
func choosePlace(dataFlag string, c config) place {
	switch {
	case dataFlag != "":
		return place{dataDir: dataFlag}
	case c.DatabaseURL != "":
		return place{dataDir: c.DataDir, databaseURL: c.DatabaseURL}
	case c.DataDir != "":
		return place{dataDir: c.DataDir}
	}
	return place{dataDir: defaultDataDir}
}

// openDatabase opens the market's database beside whoever uses it already: the server at
// DATABASE_URL, that of a souk running on the same folder, or one started for this command.
func (p place) openDatabase(ctx context.Context, maxConns int, log *slog.Logger) (*sqlx.DB, func() error, error) {
	var open closers
	databaseURL := p.databaseURL
	if databaseURL == "" {
		folder := filepath.Join(p.dataDir, "postgres")
		if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
			return nil, nil, fmt.Errorf("there is no market in %s: start one with «souk demo», or set DATABASE_URL", p.dataDir)
		}
		running, ok, err := embedded.Attach(folder)
		if err != nil {
			return nil, nil, err
		}
		if !ok {
			server, err := embedded.Start(ctx, embedded.Config{DataDir: folder, Durable: true, Log: log})
			if err != nil {
				return nil, nil, err
			}
			open.add(func() error { return server.Stop(context.Background()) })
			running = server.URL()
		}
		databaseURL = running
	}
	connect := postgres.Open
	if p.patient {
		connect = postgres.OpenPatient
	}
	db, err := connect(ctx, databaseURL, maxConns)
	if err != nil {
		return nil, nil, errors.Join(err, open.close())
	}
	open.add(db.Close)
	return db, open.close, nil
}

// openMarket opens the market's services for one command. It has no pictures and no secret, and works no jobs.
func (p place) openMarket(ctx context.Context) (*market.Market, func() error, error) {
	languages, err := i18n.Load()
	if err != nil {
		return nil, nil, err
	}
	log := slog.New(slog.DiscardHandler)
	db, closeDB, err := p.openDatabase(ctx, 4, log)
	if err != nil {
		return nil, nil, err
	}
	m, err := market.New(market.Parts{DB: db, Languages: languages, Log: log, Now: time.Now})
	if err != nil {
		return nil, nil, errors.Join(err, closeDB())
	}
	return m, closeDB, nil
}

// openBlobs opens the store of pictures: BLOB_URL, or a folder beside the other data.
func openBlobs(ctx context.Context, blobURL, dataDir string) (*blob.Bucket, error) {
	if blobURL == "" {
		folder, err := filepath.Abs(filepath.Join(dataDir, "blobs"))
		if err != nil {
			return nil, err
		}
		blobURL = (&url.URL{Scheme: "file", Path: filepath.ToSlash(folder), RawQuery: "create_dir=true&no_tmp_dir=true"}).String()
	} else if strings.HasPrefix(blobURL, "file://") && !strings.Contains(blobURL, "?") {
		blobURL += "?create_dir=true&no_tmp_dir=true"
	}
	bucket, err := blob.OpenBucket(ctx, blobURL)
	if err != nil {
		return nil, fmt.Errorf("pictures at %s: %w", blobURL, err)
	}
	return bucket, nil
}

// indexName is the name of the market's index on a Meilisearch server.
const indexName = "souk_products"

// marketEngine is the search engine of this instance.
type marketEngine struct {
	search.Engine
	name  string // in the database: of this index and no other, so that two instances never feed one another's
	words string // say which it is
	// shared says that other instances ask the same server.
	shared bool
	end    func(ctx context.Context) error
}

// openEngine opens the search engine: the Meilisearch at MEILI_URL, else a meilisearch found on the
// PATH and started as a child, else the engine within this program. Of data that cannot be read, or are of another
// version, they begin anew.
func openEngine(ctx context.Context, c config, dataDir string, log *slog.Logger) (*marketEngine, error) {
	return startEngine(ctx, c, dataDir, false, log)
}

// lookAtEngine lists what the search engine holds that openEngine would open, and throws away nothing of it.
func lookAtEngine(ctx context.Context, c config, dataDir string, log *slog.Logger) (held indexContent, err error) {
	if _, notFound := exec.LookPath("meilisearch"); c.MeiliURL == "" && notFound != nil {
		return lookAtFolder(filepath.Join(dataDir, embeddedFolder))
	}
	engine, err := startEngine(ctx, c, dataDir, true, log)
	if err != nil {
		return held, err
	}
	defer closing(func() error { return engine.end(context.WithoutCancel(ctx)) }, &err)
	return contentOf(ctx, engine)
}

// lookAtFolder is lookAtEngine for the engine within this program.
func lookAtFolder(folder string) (indexContent, error) {
	ids, err := bleve.Look(folder)
	if errors.Is(err, bleve.ErrNone) {
		return indexContent{Engine: embeddedName, Unbuilt: true}, nil
	}
	if err != nil {
		return indexContent{}, err
	}
	id, err := knownID(filepath.Join(folder, idFile))
	return indexContent{Engine: embeddedName + "-" + id, IDs: ids, Unbuilt: len(ids) == 0}, err
}

// startEngine is openEngine, for whoever only looks too where there is an engine to be asked.
func startEngine(ctx context.Context, c config, dataDir string, looks bool, log *slog.Logger) (*marketEngine, error) {
	if c.MeiliURL != "" {
		engine := meili.New(c.MeiliURL, c.MeiliKey, indexName, text.Builtin())
		hash := sha256.Sum256([]byte(strings.TrimRight(c.MeiliURL, "/")))
		return &marketEngine{
			Engine: engine, name: engine.Name() + "-" + hex.EncodeToString(hash[:6]), words: "Meilisearch at MEILI_URL", shared: true,
			end: func(context.Context) error { return engine.Close() },
		}, nil
	}
	if binary, err := exec.LookPath("meilisearch"); err == nil {
		folder := filepath.Join(dataDir, "meilisearch")
		server, err := meilisearch.Start(ctx, binary, folder, meilisearch.Access{Actions: meili.Actions(), Index: indexName + "*", Looks: looks}, log)
		if err != nil {
			return nil, err
		}
		engine := meili.New(server.URL(), server.Key(), indexName, text.Builtin())
		end := func(ctx context.Context) error { return errors.Join(engine.Close(), server.Stop(ctx)) }
		id, err := folderID(folder)
		if err != nil {
			return nil, errors.Join(err, end(ctx))
		}
		return &marketEngine{Engine: engine, name: engine.Name() + "-" + id, words: "Meilisearch, started from " + binary, end: end}, nil
	}
	folder := filepath.Join(dataDir, embeddedFolder)
	engine, err := bleve.Open(folder, text.Builtin(), log)
	if err != nil {
		return nil, err
	}
	id, err := folderID(folder)
	if err != nil {
		return nil, errors.Join(err, engine.Close())
	}
	return &marketEngine{
		Engine: engine, name: embeddedName + "-" + id, words: "the embedded engine (no meilisearch on the PATH)",
		end: func(context.Context) error { return engine.Close() },
	}, nil
}

// Of the engine within this program: its folder beside the other data, and what it is called.
const (
	embeddedFolder = "index"
	embeddedName   = "embedded"
)

// idFile holds the name of a folder of an index.
const idFile = "id"

// knownID reads the name of a folder of an index; "" if it has none yet, or is a copy of one that has: the file knows
// its own number on the disk.
func knownID(file string) (string, error) {
	info, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	if id, number, _ := strings.Cut(strings.TrimSpace(string(text)), " "); number == numberOf(info) {
		return id, nil
	}
	return "", nil
}

// folderID is the name of a folder of an index, made at its first use.
func folderID(dir string) (string, error) {
	file := filepath.Join(dir, idFile)
	if id, err := knownID(file); id != "" || err != nil {
		return id, err
	}
	f, err := os.CreateTemp(dir, "id-")
	if err != nil {
		return "", err
	}
	info, err := f.Stat()
	if err != nil {
		return "", errors.Join(err, f.Close())
	}
	id := strings.ToLower(rand.Text()[:10])
	_, err = fmt.Fprintf(f, "%s %s\n", id, numberOf(info))
	if err := errors.Join(err, f.Close()); err != nil {
		return "", err
	}
	return id, os.Rename(f.Name(), file)
}

func numberOf(info fs.FileInfo) string {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return strconv.FormatUint(stat.Ino, 10)
	}
	return ""
}

// secretFile is where a demonstration keeps its own secret key.
const secretFile = "secret"

// secret reads the folder's own secret key, made at its first use.
func secret(dataDir string) ([]byte, error) {
	file := filepath.Join(dataDir, secretFile)
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		key := make([]byte, secretKeyLength)
		_, _ = rand.Read(key) // never fails
		if err := os.WriteFile(file, []byte(hex.EncodeToString(key)+"\n"), 0o600); err != nil {
			return nil, err
		}
		return key, nil
	}
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) < secretKeyLength {
		return nil, fmt.Errorf("%s holds no secret key; with -fresh a new one is made", file)
	}
	return key, nil
}
