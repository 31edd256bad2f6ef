package main

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/postgres"
)

var release = regexp.MustCompile(`(?m)^## .+ \(database (\d{5})\)$`)

func TestEachReleaseNamesItsDatabase(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../.github/CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	releases := release.FindAllStringSubmatch(string(text), -1)
	if headings := strings.Count(string(text), "\n## "); len(releases) != headings-1 {
		t.Errorf("%d headings, and %d name a database: all do but the one of what is not released yet", headings, len(releases))
	}
	before := "99999"
	for _, heading := range releases {
		number := heading[1]
		found, err := fs.Glob(postgres.Migrations(), number+"_*.sql")
		if err != nil {
			t.Fatal(err)
		}
		if len(found) != 1 || number >= before {
			t.Errorf("out of order, or there is no such migration: %s", heading[0])
		}
		before = number
	}
}
