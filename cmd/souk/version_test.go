package main

import (
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

func TestTheProgramKnowsWhatItWasMadeOf(t *testing.T) {
	t.Parallel()
	info := &debug.BuildInfo{
		GoVersion: "go1.26.8", Main: debug.Module{Version: "v1.2.0"},
		Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "6962ad9ad8ed"}, {Key: "vcs.modified", Value: "true"}},
	}
	platform := runtime.GOOS + "/" + runtime.GOARCH
	if got, want := readBuild(info).String(), "souk v1.2.0, revision 6962ad9ad8ed with changes, built with go1.26.8 "+platform; got != want {
		t.Errorf("%s\nnot\n%s", got, want)
	}
	if got := readBuild(new(debug.BuildInfo)).String(); !strings.HasPrefix(got, "souk (devel), revision unknown, built with go") {
		t.Errorf("of nothing it says: %s", got)
	}
	code, stdout, stderr := souk(t, "version")
	if code != 0 || stdout != thisBuild().String()+"\n" {
		t.Errorf("status %d: %s%s", code, stdout, stderr)
	}
}

// An image is built without the project's history, so the linker says what it would have told.
func TestAnImageIsToldItsRevision(t *testing.T) {
	t.Parallel()
	binary, err := theBinary()
	if err != nil {
		t.Fatal(err)
	}
	told, err := exec.Command(binary, "version").CombinedOutput()
	if err != nil || !strings.Contains(string(told), "revision "+itsRevision+",") {
		t.Errorf("%v: %s", err, told)
	}
}
