package ui

import "strings"

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
