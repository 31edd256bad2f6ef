package ui

import (
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"github.com/souk-taawon/souk/internal/cooperative"
)

// PhoneText writes a Moroccan number as it is dialled at home: «06 61 23 45 67».
func PhoneText(e164 string) string {
	national, found := strings.CutPrefix(e164, "+212")
	if !found || len(national) != 9 {
		return e164
	}
	return inGroups("0"+national, 2, 2, 2, 2, 2)
}

// MailTo opens a letter to that address and to nobody else: «?» is a letter of an address to mail servers,
// and to browsers begins what else the letter has, such as «bcc» (RFC 6068).
func MailTo(address string) templ.SafeURL { return templ.SafeURL("mailto:" + url.PathEscape(address)) }

// RIBText writes a bank account's 24 digits as banks print them: bank, town, account, key.
func RIBText(rib string) string {
	if len(rib) != 24 {
		return rib
	}
	return inGroups(rib, 3, 3, 16, 2)
}

// inGroups parts digits by spaces that no line breaks at.
func inGroups(digits string, sizes ...int) string {
	parts := make([]string, 0, len(sizes))
	for _, n := range sizes {
		parts = append(parts, digits[:n])
		digits = digits[n:]
	}
	return strings.Join(parts, "\u00a0")
}

// fact is one line of a cooperative's identity.
type fact struct {
	field, value string
	ltr          bool
}

// facts are what law 112-12, the tax office and the bank know a cooperative by.
func facts(p Page, c cooperative.Cooperative) []fact {
	founded, ice := "", ""
	if c.FoundedOn != nil {
		founded = p.L.LongDate(*c.FoundedOn)
	}
	if c.ICE != nil {
		ice = *c.ICE
	}
	rib := strings.ReplaceAll(RIBText(c.RIB), "\u00a0", " ") // a narrow line breaks between its groups, and within none
	list := []fact{
		{"name_ar", c.Name.AR, false}, {"name_fr", c.Name.FR, false},
		{"court", c.Court, false}, {"local_number", c.LocalNumber, true}, {"odco_number", c.ODCONumber, true},
		{"founded_on", founded, false}, {"president", c.President, false},
		{"ice", ice, true}, {"tax_id", c.TaxID, true}, {"rib", rib, true},
	}
	if c.StripeAccount != "" {
		list = append(list, fact{"stripe_account", c.StripeAccount, true})
	}
	return list
}
