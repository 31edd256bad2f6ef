package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/search/meili"
)

// Instances that share an index share its name; an index of one instance has one of its own, for good.
func TestEachIndexHasANameOfItsOwn(t *testing.T) {
	t.Parallel()
	name := func(url string) string {
		t.Helper()
		engine, err := openEngine(t.Context(), config{MeiliURL: url}, "", slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if err := engine.end(t.Context()); err != nil {
			t.Error(err)
		}
		return engine.name
	}
	one, same, other := name("http://search-1:7700"), name("http://search-1:7700/"), name("http://search-2:7700")
	if one != same || one == other || !strings.HasPrefix(one, "meilisearch-") {
		t.Errorf("two servers at three addresses are %s, %s and %s", one, same, other)
	}

	dir := t.TempDir()
	id := func(folder string) string {
		t.Helper()
		id, err := folderID(folder)
		if err != nil || id == "" {
			t.Fatalf("%q, %v", id, err)
		}
		return id
	}
	first := id(dir)
	if again := id(dir); again != first {
		t.Errorf("the folder is %s and then %s", first, again)
	}
	copied := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if its := id(copied); its == first {
		t.Error("a copy of the folder passes for the folder")
	}
	if err := os.WriteFile(filepath.Join(dir, "id"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if its := id(dir); its == first {
		t.Error("a file that was emptied still tells")
	}
}

func TestComposeMakesAKeyForWhatTheEngineDoes(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	request := regexp.MustCompile(`(?s)"indexes": \["(.*?)\*"\],\s*"actions": \[(.*?)\]`).FindStringSubmatch(string(text))
	if request == nil {
		t.Fatal("it asks for no key")
	}
	if request[1] != indexName {
		t.Errorf("it is for the indexes %s*, not %s*", request[1], indexName)
	}
	var actions []string
	for _, quoted := range regexp.MustCompile(`"(.*?)"`).FindAllStringSubmatch(request[2], -1) {
		actions = append(actions, quoted[1])
	}
	if want := meili.Actions(); !slices.Equal(actions, want) {
		t.Errorf("it opens %v, the engine does %v", actions, want)
	}
}
