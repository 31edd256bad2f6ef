package account

import (
	"net/mail"
	"strings"
)

// ValidEmail reports whether a text is an e-mail address that can be written to and shown as a link. The
// parser reads «Name <address>» too; only the bare address will do. What RFC 5321 lets stand before the @
// though it means something else in a mailto link (RFC 6068), as in «a?bcc=b@c», will not, nor will a host without a domain,
// as in «amal@gmail».
func ValidEmail(s string) bool {
	parsed, err := mail.ParseAddress(s)
	domain := strings.LastIndexByte(s, '.')
	return err == nil && parsed.Address == s && len(s) <= maxLogin && !strings.ContainsAny(s, `?&%#/"'[`) &&
		domain > strings.LastIndexByte(s, '@')+1 && domain < len(s)-2
}
