package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// requirements are the numbers of ASVS 5.0.0 at levels 1 and 2, by section.
var requirements = map[string][]int{
	"1.1":  {1, 2},
	"1.2":  {1, 2, 3, 4, 5, 6, 7, 8, 9},
	"1.3":  {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11},
	"1.4":  {1, 2, 3},
	"1.5":  {1, 2},
	"2.1":  {1, 2, 3},
	"2.2":  {1, 2, 3},
	"2.3":  {1, 2, 3, 4},
	"2.4":  {1},
	"3.2":  {1, 2},
	"3.3":  {1, 2, 3, 4},
	"3.4":  {1, 2, 3, 4, 5, 6},
	"3.5":  {1, 2, 3, 4, 5},
	"3.7":  {1, 2},
	"4.1":  {1, 2, 3},
	"4.2":  {1},
	"4.3":  {1, 2},
	"4.4":  {1, 2, 3, 4},
	"5.1":  {1},
	"5.2":  {1, 2, 3},
	"5.3":  {1, 2},
	"5.4":  {1, 2, 3},
	"6.1":  {1, 2, 3},
	"6.2":  {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12},
	"6.3":  {1, 2, 3, 4},
	"6.4":  {1, 2, 3, 4},
	"6.5":  {1, 2, 3, 4, 5},
	"6.6":  {1, 2, 3},
	"6.8":  {1, 2, 3, 4},
	"7.1":  {1, 2, 3},
	"7.2":  {1, 2, 3, 4},
	"7.3":  {1, 2},
	"7.4":  {1, 2, 3, 4, 5},
	"7.5":  {1, 2},
	"7.6":  {1, 2},
	"8.1":  {1, 2},
	"8.2":  {1, 2, 3},
	"8.3":  {1},
	"8.4":  {1},
	"9.1":  {1, 2, 3},
	"9.2":  {1, 2, 3, 4},
	"10.1": {1, 2},
	"10.2": {1, 2},
	"10.3": {1, 2, 3, 4},
	"10.4": {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11},
	"10.5": {1, 2, 3, 4, 5},
	"10.6": {1, 2},
	"10.7": {1, 2, 3},
	"11.1": {1, 2},
	"11.2": {1, 2, 3},
	"11.3": {1, 2, 3},
	"11.4": {1, 2, 3, 4},
	"11.5": {1},
	"11.6": {1},
	"12.1": {1, 2, 3},
	"12.2": {1, 2},
	"12.3": {1, 2, 3, 4},
	"13.1": {1},
	"13.2": {1, 2, 3, 4, 5},
	"13.3": {1, 2},
	"13.4": {1, 2, 3, 4, 5},
	"14.1": {1, 2},
	"14.2": {1, 2, 3, 4},
	"14.3": {1, 2, 3},
	"15.1": {1, 2, 3},
	"15.2": {1, 2, 3},
	"15.3": {1, 2, 3, 4, 5, 6, 7},
	"16.1": {1},
	"16.2": {1, 2, 3, 4, 5},
	"16.3": {1, 2, 3, 4},
	"16.4": {1, 2, 3},
	"16.5": {1, 2, 3},
	"17.1": {1},
	"17.2": {1, 2, 3, 4},
	"17.3": {1, 2},
}

// asvsRow is a row of a chapter's table: number, what is asked, answer.
var asvsRow = regexp.MustCompile(`(?m)^\| (\d+\.\d+\.\d+) \|([^|]*)\|([^|]*)\|$`)

func readASVS(t *testing.T) (text string, rows [][]string) {
	t.Helper()
	content, err := os.ReadFile("../../.github/asvs.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(content), asvsRow.FindAllStringSubmatch(string(content), -1)
}

func TestEveryRequirementOfASVSIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	_, rows := readASVS(t)
	answered := make(map[string]int)
	for _, row := range rows {
		answered[row[1]]++
		if strings.TrimSpace(row[2]) == "" || strings.TrimSpace(row[3]) == "" {
			t.Errorf("%s is empty", row[1])
		}
	}
	for section, numbers := range requirements {
		for _, number := range numbers {
			id := fmt.Sprintf("%s.%d", section, number)
			if answered[id] != 1 {
				t.Errorf("%s is answered %d times", id, answered[id])
			}
			delete(answered, id)
		}
	}
	for id := range answered {
		t.Errorf("%s is no requirement of level 1 or 2", id)
	}
}

func TestAnswersToASVSNameWhatThereIs(t *testing.T) {
	t.Parallel()
	text, _ := readASVS(t)
	known := projectNames(t)
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "|") {
			for _, unknown := range known.missing(line) {
				t.Errorf("%q is the name of nothing: %.60s", unknown, line)
			}
		}
	}
}

// Answers that put a requirement off are none; what is not held says so from its first word.
var (
	putOff     = regexp.MustCompile(`PENDING|\bgap\b`)
	notHeld    = regexp.MustCompile(`(?i)\bnot held\b`)
	opening    = regexp.MustCompile(`(?s)## What is not held\n(.*?)\n## `)
	asvsNumber = regexp.MustCompile(`\b\d+\.\d+\.\d+\b`)
)

func TestNoAnswerToASVSIsPutOff(t *testing.T) {
	t.Parallel()
	text, rows := readASVS(t)
	list := opening.FindStringSubmatch(text)
	if list == nil {
		t.Fatal("what is not held is not listed")
	}
	listed := make(map[string]bool)
	for _, number := range asvsNumber.FindAllString(list[1], -1) {
		listed[number] = true
	}
	for _, row := range rows {
		number, answer := row[1], strings.TrimSpace(row[3])
		known := false
		for _, start := range []string{"Held", "Not applicable: ", "Comes with ", "*operator*: ", "Not held: "} {
			known = known || strings.HasPrefix(answer, start)
		}
		open := strings.HasPrefix(answer, "Not held: ")
		if !known || putOff.MatchString(answer) || notHeld.MatchString(answer) != open || open && !strings.Contains(answer, "Meanwhile ") {
			t.Errorf("%s is no answer: %s", number, answer)
		}
		if listed[number] != open {
			t.Errorf("%s is listed as not held: %t, and answered: %s", number, listed[number], answer)
		}
		delete(listed, number)
	}
	for number := range listed {
		t.Errorf("%s is listed as not held and asked by nobody", number)
	}
	if word := putOff.FindString(asvsRow.ReplaceAllString(text, "")); word != "" {
		t.Errorf("%q stands beside the tables", word)
	}
}
