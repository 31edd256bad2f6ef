package main

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

func TestTheReadmeListsEveryPackageAndNoOther(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "list", module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var there []string
	for name := range strings.FieldsSeq(string(out)) {
		there = append(there, strings.TrimPrefix(name, module))
	}
	told := packagesOf(string(text))
	for _, name := range told {
		if !slices.Contains(there, name) {
			t.Errorf("the README invents %s", name)
		}
	}
	for _, name := range there {
		if !slices.Contains(told, name) {
			t.Errorf("the README lacks %s: put it into the list under «Architecture»", name)
		}
	}
}

// TestTheReadmesListIsInOrder holds what the README says of its list: a package imports only what stands above it or
// to its left, cmd/souk alone everything.
func TestTheReadmesListIsInOrder(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	order := slices.Insert(slices.Clone(layers[:len(layers)-1]), 0, layers[len(layers)-1])
	for i, name := range packagesOf(string(text)) {
		if i >= len(order) || name != order[i] {
			t.Fatalf("%s does not stand in the README where it does in imports_test.go, behind %s", name, order[max(0, i-1)])
		}
	}
}

// packagesOf reads the README's list. A line has names, and two spaces or more before what they are for; names that
// stand in are below the last name that does not. One with a stroke at its end is a folder only.
func packagesOf(readme string) (names []string) {
	_, list, _ := strings.Cut(readme, "\n```\ncmd/souk")
	list, _, _ = strings.Cut("cmd/souk"+list, "\n```")
	above := ""
	for line := range strings.Lines(list) {
		in := strings.HasPrefix(line, "  ")
		line, _, _ = strings.Cut(strings.TrimSpace(line), "  ")
		if !in {
			above = strings.TrimSuffix(line, "/") + "/"
			if strings.HasSuffix(line, "/") {
				continue
			}
		}
		for name := range strings.FieldsSeq(line) {
			if in {
				name = above + name
			}
			names = append(names, name)
		}
	}
	return names
}

func TestTheReadmesListIsReadAsPeopleDo(t *testing.T) {
	t.Parallel()
	got := packagesOf("x\n```\ncmd/souk   the program\ninternal/\n  clock money  of a day, of a price\n  postgres postgres/pgtest\nsearch  words\n  text\n```\nsearch/meili\n")
	want := strings.Fields("cmd/souk internal/clock internal/money internal/postgres internal/postgres/pgtest search search/text")
	if !slices.Equal(got, want) {
		t.Errorf("read as %q", got)
	}
}
