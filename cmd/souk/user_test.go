package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

var resetLink = regexp.MustCompile(`/ar/reset/[A-Za-z0-9_-]{43}`)

func TestAccountsAreKeptFromTheMachine(t *testing.T) {
	t.Parallel()
	mk := visit(t)
	user := func(want int, args ...string) string {
		t.Helper()
		code, stdout, stderr := souk(t, append([]string{"user", args[0], "-data", mk.dir}, args[1:]...)...)
		if code != want {
			t.Fatalf("souk user %q: status %d: %s%s", args, code, stdout, stderr)
		}
		return stdout + stderr
	}
	good := func(link string) bool {
		t.Helper()
		response, err := http.Get(mk.url + link)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		return response.StatusCode == http.StatusOK
	}
	added := user(0, "add", "-name", "Zahra", "-phone", "0612349876", "-association", "-link")
	first := resetLink.FindString(added)
	if first == "" || !good(first) {
		t.Fatalf("the link does not work: %s", added)
	}
	second := resetLink.FindString(user(0, "link", "-login", "06 12 34 98 76"))
	if good(first) || !good(second) {
		t.Error("another link does not end the first, or does not work")
	}
	if list := user(0, "list"); !strings.Contains(list, "Zahra\tdirector\t+212612349876\t0 sessions\topen") {
		t.Errorf("the list says %s", list)
	}
	user(1, "role", "-login", "0612349876", "-role", "preparer")
	user(0, "role", "-login", "0612349876", "-role", "support")
	if list := user(0, "list"); !strings.Contains(list, "Zahra\tsupport\t") {
		t.Errorf("with another role the list says %s", list)
	}
	if said := user(1, "end", "-login", "0612349876"); !strings.Contains(said, "reason") {
		t.Errorf("without a reason: %s", said)
	}
	user(0, "end", "-login", "0612349876", "-reason", "a test")
	if list := user(0, "list"); good(second) || !strings.Contains(list, ": a test") {
		t.Errorf("ended, the list says %s", list)
	}
	user(1, "link", "-login", "0612349876")
	user(0, "reopen", "-login", "0612349876", "-reason", "a test")
	user(0, "end", "-login", "0612349876", "-reason", "the test is over")
	if members := user(0, "list", "-coop", "nouarat-echcharaa"); !strings.Contains(members, "nouarat-echcharaa@exemple.invalid") {
		t.Errorf("the members are %s", members)
	}
	for _, args := range [][]string{{"end", "-login", "nobody@souk.test", "-reason", "x"}, {"list", "-coop", "atlantis"}} {
		user(1, args...)
	}
	if code, _, stderr := souk(t, "user", "add", "-name", "Zahra", "-link"); code != 2 || !strings.Contains(stderr, "-association") {
		t.Errorf("for nobody: status %d, %s", code, stderr)
	}
}
