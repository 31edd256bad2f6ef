package static

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// edit has the files in a folder where somebody is at work on them.
func edit(t *testing.T) (dir string, write func(name, content string)) {
	t.Helper()
	dir = t.TempDir()
	if err := os.CopyFS(dir, embedded); err != nil {
		t.Fatal(err)
	}
	return dir, func(name, content string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAnEditedFileHasAnotherAddress(t *testing.T) {
	t.Parallel()
	dir, write := edit(t)
	before, err := load(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := before.address("souk.css"), own().address("souk.css"); got != want {
		t.Fatalf("unchanged, it is at %s and not at %s", got, want)
	}
	write("souk.css", "body { background: url(brand/zellige.svg) }")
	write("drawings/objects/oil.svg", `<svg><circle id="drop"/></svg>`)
	after, err := load(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	if after.address("souk.css") == before.address("souk.css") {
		t.Error("browsers keep the stylesheet from before")
	}
	if css, want := string(after.files["souk.css"].body), "url("+after.address("brand/zellige.svg")+")"; !strings.Contains(css, want) {
		t.Errorf("served is %s", css)
	}
	if svg, ok := after.compose("oil-leaf-jir.svg"); !ok || !strings.Contains(string(svg), "drop") {
		t.Errorf("drawn is %s", svg)
	}
}

func TestAStylesheetThatNamesNoFileSaysWhich(t *testing.T) {
	t.Parallel()
	dir, write := edit(t)
	write("souk.css", "body { background: url(brand/zelige.svg) }")
	if _, err := load(os.DirFS(dir)); err == nil || !strings.Contains(err.Error(), "brand/zelige.svg") {
		t.Errorf("%v", err)
	}
}

func TestADrawingThatIsBrokenIsNotThere(t *testing.T) {
	t.Parallel()
	dir, write := edit(t)
	write("drawings/objects/oil.svg", "<svg")
	a, err := load(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	if svg, ok := a.compose("oil-leaf-jir.svg"); ok {
		t.Errorf("drawn is %s", svg)
	}
	if svg, ok := a.composeScene("oil-leaf-jir.svg"); ok {
		t.Errorf("drawn is %s", svg)
	}
}
