package child

import (
	"os"
	"slices"
	"strings"
)

// What of this program's environment other programs get to know: where things are on this machine, and
// in what language it speaks. Everything else, such as the market's secrets, is none of their business;
// a database's superuser could read it there.
var passedOn = []string{
	"PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "LANG", "LANGUAGE", "TZ", "TZDIR", "XDG_CACHE_HOME", "LD_LIBRARY_PATH",
	"SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
}

// Environment is a child's environment: what it has to know of this machine, and its own settings, each
// «NAME=value».
func Environment(own ...string) []string {
	all := slices.DeleteFunc(os.Environ(), func(setting string) bool {
		name, _, _ := strings.Cut(setting, "=")
		return !slices.Contains(passedOn, name) && !strings.HasPrefix(name, "LC_")
	})
	return append(all, own...)
}
