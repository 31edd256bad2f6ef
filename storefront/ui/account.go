package ui

import (
	"strings"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/security"
)

// EventName says what happened.
func EventName(p Page, e security.Entry) string {
	name := p.T("security.kind." + string(e.Kind))
	if e.Count > 1 {
		name += " × " + p.L.Number(e.Count)
	}
	return name
}

// EventDetail is what is told besides.
func EventDetail(l *i18n.Locale, e security.Entry) string {
	if e.Kind == security.NotKept && e.Detail != "" { // it is empty in a record from before
		return l.T("security.kind." + e.Detail)
	}
	if reason, orders, ok := strings.Cut(e.Detail, " "); ok && e.Kind == security.BuyerErased {
		return l.T("security.erased."+reason) + " · \u2066" + orders + "\u2069" // numbers read left to right
	}
	return e.Detail
}

// marks are words by which browsers and machines tell what they are, and their names. The first that fits
// is taken: many claim to be others as well.
var (
	browserMarks = [][2]string{
		{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser", "Samsung Internet"}, {"FxiOS", "Firefox"}, {"Firefox", "Firefox"},
		{"CriOS", "Chrome"}, {"Chrome", "Chrome"}, {"Safari", "Safari"},
	}
	machineMarks = [][2]string{
		{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Macintosh", "Mac"}, {"Linux", "Linux"},
	}
)

// Device says in a few words which browser and machine it is, as far as it tells the truth.
func Device(p Page, agent string) string {
	var words []string
	for _, marks := range [][][2]string{browserMarks, machineMarks} {
		for _, mark := range marks {
			if strings.Contains(agent, mark[0]) {
				words = append(words, mark[1])
				break
			}
		}
	}
	if len(words) == 0 {
		return p.T("security.unknown_device")
	}
	return strings.Join(words, " · ")
}
