package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// limited is a name of a package of ours, as the table of limits writes it: with the package's folder.
var limited = regexp.MustCompile("^`[a-z0-9/]+\\.([A-Za-z0-9_.]+)`$")

func TestTheTableOfLimitsNamesWhatThereIs(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../.github/SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	_, limits, _ := strings.Cut(string(text), "\n## Limits\n")
	known := projectNames(t)
	rows := 0
	for line := range strings.Lines(limits) {
		cells := strings.Split(strings.Trim(line, "|\n"), "|")
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|---") || strings.TrimSpace(cells[0]) == "What" {
			continue
		}
		rows++
		if len(cells) != 4 {
			t.Errorf("%d cells instead of 4: %s", len(cells), line)
			continue
		}
		for i, cell := range cells[2:] {
			kind := []string{"part", "test"}[i]
			found := limited.FindStringSubmatch(strings.TrimSpace(cell))
			if found == nil {
				t.Errorf("%q is not the name of a package's %s: %s", cell, kind, line)
				continue
			}
			isTest := strings.HasPrefix(found[1], "Test") || strings.HasPrefix(found[1], "Fuzz")
			if len(known.missing(cell)) > 0 || isTest != (kind == "test") {
				t.Errorf("there is no %s %s", kind, cell)
			}
		}
	}
	if rows < 40 {
		t.Errorf("the table has only %d rows", rows)
	}
}
