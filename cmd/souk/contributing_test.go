package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// fenced are the blocks of a document that stand between lines of three strokes.
var fenced = regexp.MustCompile("(?ms)^```[a-z]*\n(.*?)^```\n")

func contributing(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../.github/CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestWhoContributesIsToldWhatThereIs(t *testing.T) {
	t.Parallel()
	text := contributing(t)
	for _, word := range projectNames(t).missing(fenced.ReplaceAllString(text, "")) {
		if !isFolder(word) && !isCommand(word) && !slices.Contains([]string{"_templ.go", "_look.go", ".templ", ".go", "GOFLAGS", "-trimpath", "area: what is different now"}, word) {
			t.Errorf("`%s` is the name of nothing", word)
		}
	}
	if !strings.Contains(text, "\n"+developCommand+"\n") {
		t.Errorf("it does not say %s, as the demo does", developCommand)
	}
	for _, block := range fenced.FindAllStringSubmatch(text, -1) {
		for line := range strings.Lines(block[1]) {
			line, _, _ = strings.Cut(line, " #")
			for command := range strings.SplitSeq(line, "&&") {
				if command = strings.TrimSpace(command); strings.HasPrefix(command, "go ") && !isCommand(command) {
					t.Errorf("there is no «%s»", command)
				}
			}
		}
	}
}

// isFolder reports whether the project has a folder of that name.
func isFolder(name string) bool {
	info, err := os.Stat(filepath.Join("../..", name))
	return err == nil && info.IsDir()
}

// isCommand reports whether a line starts a command of souk's that there is, or go with folders that there are.
func isCommand(line string) bool {
	words := strings.Fields(line)
	if len(words) > 1 && words[0] == "souk" {
		return slices.ContainsFunc(commands(), func(c command) bool { return c.name == words[1] })
	}
	return len(words) > 1 && words[0] == "go" && !slices.ContainsFunc(words, func(word string) bool {
		folder, ours := strings.CutPrefix(word, "./")
		return ours && folder != "..." && !isFolder(folder)
	})
}

// The rules themselves are held against these lines where they stand first.
func TestWhoContributesSeesTheStatesAsTheRulesAre(t *testing.T) {
	t.Parallel()
	var want strings.Builder
	for _, name := range []string{"order", "payment"} {
		doc, err := os.ReadFile(filepath.Join("../../internal", name, "doc.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range drawn.FindAllStringSubmatch(string(doc), -1) {
			want.WriteString(line[1])
		}
	}
	if strings.Count(want.String(), "\n") < 10 {
		t.Fatalf("the packages draw only\n%s", &want)
	}
	_, states, _ := strings.Cut(contributing(t), "\n## States\n")
	if block := fenced.FindStringSubmatch(states); block == nil || strings.ReplaceAll(block[1], "\n\n", "\n") != want.String() {
		t.Errorf("the states should be drawn as\n%s", &want)
	}
}

// drawn is a line of a package's comment that draws states.
var drawn = regexp.MustCompile(`(?m)^//\t((?:order|part|return|intent|attempt|refund): .*\n)`)

func TestTheWordsAreThoseOfThePages(t *testing.T) {
	t.Parallel()
	_, words, _ := strings.Cut(contributing(t), "\n## Words\n")
	said := make(map[string]string)
	for _, code := range []string{"ar", "fr", "en"} {
		text, err := os.ReadFile("../../internal/i18n/locales/" + code + ".json")
		if err != nil {
			t.Fatal(err)
		}
		said[code] = strings.ToLower(string(text))
	}
	rows := 0
	for line := range strings.Lines(words) {
		cells := strings.Split(strings.Trim(line, "|\n"), "|")
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|---") || strings.Contains(line, "| Français |") {
			continue
		}
		rows++
		if len(cells) != 5 {
			t.Errorf("%d cells instead of 5: %s", len(cells), line)
			continue
		}
		for i, code := range []string{"ar", "fr", "en"} {
			if word := strings.TrimSpace(cells[i+1]); word == "" || !strings.Contains(said[code], strings.ToLower(word)) {
				t.Errorf("no page says «%s» (%s)", word, code)
			}
		}
	}
	if rows < 15 {
		t.Errorf("only %d words", rows)
	}
}
