package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// newSource copies what -dev reads of the project into a folder of the test's own.
func newSource(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, folder := range []string{"internal/i18n/locales", "storefront/static"} {
		if err := os.CopyFS(filepath.Join(dir, folder), os.DirFS(filepath.Join("../..", folder))); err != nil {
			t.Fatal(err)
		}
	}
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "go.mod"), string(mod))
	return dir
}

// write writes a file as an editor does.
func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsEditedIsSeenAtTheNextRequest(t *testing.T) {
	t.Parallel()
	source := newSource(t)
	p := startIn(t, source, newFolder(t), []string{"-addr", "127.0.0.1:0", "-dev"})
	if !p.opens() {
		t.Fatalf("it ended:\n%s", p.out)
	}
	if said := p.out.String(); !strings.Contains(said, source) || !strings.Contains(said, developCommand) {
		t.Errorf("it does not say what reloads, and how the rest would:\n%s", said)
	}
	see := func(what, path string, status int, words string) {
		t.Helper()
		if got, body := p.get(path); got != status || !strings.Contains(body, words) {
			t.Errorf("%s: status %d, and nowhere «%s»", what, got, words)
		}
	}
	english := filepath.Join(source, "internal/i18n/locales/en.json")
	text, err := os.ReadFile(english)
	if err != nil {
		t.Fatal(err)
	}
	before := string(text)
	_, home := p.get("/en")

	write(t, english, strings.Replace(before, `"ui.search_label": "`, `"ui.search_label": "Rummage, or `, 1))
	see("a text", "/en", http.StatusOK, "Rummage, or ")

	write(t, english, before[:len(before)/2])
	see("a broken text", "/en", http.StatusInternalServerError, "en.json: line ")

	write(t, english, before)
	see("a mended text", "/en", http.StatusOK, "<h1")

	css := filepath.Join(source, "storefront/static/souk.css")
	write(t, css, "body { color: red }")
	if _, edited := p.get("/en"); stylesheet(edited) == "" || stylesheet(edited) == stylesheet(home) {
		t.Error("browsers keep the styles from before")
	} else {
		see("a style", stylesheet(edited), http.StatusOK, "color: red")
	}
	if err := p.end(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
}

func stylesheet(page string) string {
	_, rest, _ := strings.Cut(page, `<link rel="stylesheet" href="`)
	address, _, _ := strings.Cut(rest, `"`)
	return address
}

func TestAChangeOfAFileIsNoticed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	stamp := func() string {
		t.Helper()
		s, err := stampOf(dir)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	seen := map[string]string{stamp(): "nothing"}
	for _, step := range []struct {
		what string
		do   func() error
	}{
		{"a new file", func() error { return os.WriteFile(filepath.Join(dir, "a"), []byte("1"), 0o600) }},
		{"a longer one", func() error { return os.WriteFile(filepath.Join(dir, "a"), []byte("12"), 0o600) }},
		{"one written later", func() error { return os.Chtimes(filepath.Join(dir, "a"), time.Time{}, time.Unix(1, 0)) }},
		{"another name", func() error { return os.Rename(filepath.Join(dir, "a"), filepath.Join(dir, "b")) }},
	} {
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		now := stamp()
		if before, found := seen[now]; found {
			t.Errorf("%s looks like %s", step.what, before)
		}
		seen[now] = step.what
	}
}

func TestPagesAreEditedInTheSourceFolderOnly(t *testing.T) {
	t.Parallel()
	if _, err := openWorkshop(t.TempDir()); err == nil || !strings.Contains(err.Error(), "source folder") {
		t.Errorf("anywhere else it says %v", err)
	}
	if work, err := openWorkshop("."); err != nil || !fileExists(filepath.Join(work.dir, "README.md")) {
		t.Errorf("below it: %v", err)
	}
	if code, _, stderr := souk(t, "serve", "-dev"); code != 2 || !strings.Contains(stderr, "-dev") {
		t.Errorf("serve -dev: status %d: %s", code, stderr)
	}
}

func fileExists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// Not parallel, since the environment is everybody's.
func TestNoOtherMarketTakesItsWordsFromTemporaryFiles(t *testing.T) {
	t.Setenv(templWatches, "true")
	for _, command := range [][]string{{"demo", "-data", t.TempDir()}, {"serve"}} {
		if code, _, stderr := souk(t, command...); code != 1 || !strings.Contains(stderr, templWatches) {
			t.Errorf("souk %s: status %d: %s", command[0], code, stderr)
		}
	}
}
