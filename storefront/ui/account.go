package ui

import (
	"strings"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/i18n"
)

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

// RoleName is what a role is called.
func RoleName(l *i18n.Locale, role account.Role) string { return l.T("role." + string(role)) }

// rightNames says what somebody with a role may do.
func rightNames(l *i18n.Locale, role account.Role) string {
	var names []string
	for _, right := range role.Rights() {
		names = append(names, l.T("right."+string(right)))
	}
	return strings.Join(names, l.T("shop.comma"))
}

// RoleOptions are the roles of a cooperative or of the association, each with what it may do.
func RoleOptions(l *i18n.Locale, inCooperative bool) []Option {
	var options []Option
	for _, role := range account.Roles(inCooperative) {
		options = append(options, Option{Value: string(role), Label: RoleName(l, role), Hint: rightNames(l, role)})
	}
	return options
}

// roleForm is the form of a role as it was sent, or with the present one chosen.
func roleForm(form Form, present account.Role) Form {
	if form.Values["role"] != "" {
		return form
	}
	return Form{Values: map[string]string{"role": string(present)}, Errors: form.Errors}
}
