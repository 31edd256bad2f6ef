package web

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"
)

// Sealer keeps state with a reader, in a cookie or a hidden field of a form: what is opened is what
// was sealed, by this market and not too long ago, or nothing. Readers can read what is sealed, keep
// it, and bring it more than once while it lasts: what may happen once only needs a record besides.
type Sealer struct {
	secret []byte
	now    func() time.Time
}

// NewSealer makes the Sealer of a market with that secret.
func NewSealer(secret []byte, now func() time.Time) *Sealer { return &Sealer{secret, now} }

// maxSealed is the longest text that is opened, in bytes: as much as a browser takes as a cookie.
const maxSealed = 4 << 10

const (
	sealedUntil = 8 // bytes of the last second, since 1970, in which the seal is good
	sealedMAC   = sha256.Size
)

// Seal writes content in letters that fit into cookies, addresses and forms, good for as long as keep
// says. purpose is what it is for, and for whom if that matters: what was sealed for one purpose opens
// for no other. What comes out longer than 4 KB (content of about 3,000 bytes) does not open again.
func (s *Sealer) Seal(purpose string, content []byte, keep time.Duration) string {
	sealed := binary.BigEndian.AppendUint64(nil, uint64(s.now().Add(keep).Unix()))
	sealed = append(sealed, content...)
	return base64.RawURLEncoding.EncodeToString(append(sealed, s.mac(purpose, sealed)...))
}

// Open gives back what was sealed for the same purpose; ok is false if it was not, or its time is over.
func (s *Sealer) Open(purpose, text string) (content []byte, ok bool) {
	if len(text) > maxSealed || strings.ContainsAny(text, "\r\n") { // the decoder would read past these
		return nil, false
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(sealed) < sealedUntil+sealedMAC {
		return nil, false
	}
	sealed, mac := sealed[:len(sealed)-sealedMAC], sealed[len(sealed)-sealedMAC:]
	if !hmac.Equal(mac, s.mac(purpose, sealed)) || uint64(s.now().Unix()) > binary.BigEndian.Uint64(sealed) {
		return nil, false
	}
	return sealed[sealedUntil:], true
}

// mac proves that the market sealed this for that purpose. Each purpose has a key of its own, derived
// from the secret (HKDF, RFC 5869), which also keys other things.
func (s *Sealer) mac(purpose string, sealed []byte) []byte {
	key, err := hkdf.Key(sha256.New, s.secret, nil, "souk sealed: "+purpose, sha256.Size)
	if err != nil { // only a key of more than 255 hashes' length is one
		panic(err)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write(sealed)
	return mac.Sum(nil)
}
