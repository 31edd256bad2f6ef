package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
)

// builtFrom is the revision, set by the linker where the source comes without its history, as into an image.
var builtFrom string

// build tells what the program was made of: for whoever reports a fault, and for whoever runs several instances.
type build struct {
	Version  string // of the module, such as «v1.2.0» or «v0.0.0-20261126191926-6962ad9ad8ed»; «(devel)» if nobody knows
	Revision string // the commit; empty if nobody knows
	Modified bool   // the source differed from it
	Go       string // the compiler, and what it built for
}

func thisBuild() build {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = new(debug.BuildInfo)
	}
	return readBuild(info)
}

func readBuild(info *debug.BuildInfo) build {
	b := build{
		Version: cmp.Or(info.Main.Version, "(devel)"), Revision: builtFrom,
		Go: fmt.Sprintf("%s %s/%s", cmp.Or(info.GoVersion, runtime.Version()), runtime.GOOS, runtime.GOARCH),
	}
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			b.Revision = setting.Value
		case "vcs.modified":
			b.Modified = setting.Value == "true"
		}
	}
	return b
}

// String tells it in a line.
func (b build) String() string {
	revision := "revision unknown"
	if b.Revision != "" {
		revision = "revision " + b.Revision
	}
	if b.Modified {
		revision += " with changes"
	}
	return fmt.Sprintf("souk %s, %s, built with %s", b.Version, revision, b.Go)
}

// version tells what the program was made of.
func version(_ context.Context, args []string, stdout, stderr io.Writer) error {
	if err := parse(flag.NewFlagSet("version", flag.ContinueOnError), args, stderr); err != nil {
		return err
	}
	fmt.Fprintln(stdout, thisBuild())
	return nil
}
