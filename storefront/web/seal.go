package web

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"
	"time"
)

// Sealer keeps state with a reader, in a cookie, an address or a hidden field of a form: what is opened is
// what was sealed, by this market and not too long ago, or nothing. Nobody else reads what is sealed; but
// readers can keep it, and bring it more than once while it lasts: what may happen once only needs a
// record besides.
type Sealer struct {
	secrets [][]byte // the first seals, each opens
	now     func() time.Time
}

// NewSealer makes the Sealer of a market with that secret. What was sealed under one of those before it
// opens too.
func NewSealer(secret []byte, now func() time.Time, before ...[]byte) *Sealer {
	return &Sealer{slices.Concat([][]byte{secret}, before), now}
}

// maxSealed is the longest text that is opened, in bytes: as much as a browser takes as a cookie.
const maxSealed = 4 << 10

// sealedUntil is how many bytes say the last second, since 1970, in which the seal is good. They stand
// before the rest.
const sealedUntil = 8

// Seal writes content in letters that fit into cookies, addresses and forms, good for as long as keep
// says. purpose is what it is for, and for whom if that matters: what was sealed for one purpose opens
// for no other. What comes out longer than 4 KB (content of about 3,000 bytes) does not open again.
func (s *Sealer) Seal(purpose string, content []byte, keep time.Duration) string {
	until := binary.BigEndian.AppendUint64(nil, uint64(s.now().Add(keep).Unix()))
	sealed := cipherOf(s.secrets[0], purpose, until).Seal(until, nil, content, nil)
	return base64.RawURLEncoding.EncodeToString(sealed)
}

// Open gives back what was sealed for the same purpose; ok is false if it was not, or its time is over.
func (s *Sealer) Open(purpose, text string) (content []byte, ok bool) {
	if len(text) > maxSealed || strings.ContainsAny(text, "\r\n") { // the decoder would read past these
		return nil, false
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(sealed) < sealedUntil {
		return nil, false
	}
	until, rest := sealed[:sealedUntil], sealed[sealedUntil:]
	if uint64(s.now().Unix()) > binary.BigEndian.Uint64(until) {
		return nil, false
	}
	for _, secret := range s.secrets {
		if content, err = cipherOf(secret, purpose, until).Open(nil, nil, rest, nil); err == nil {
			return content, true
		}
	}
	return nil, false
}

// cipherOf hides and proves what is sealed under a secret for that purpose until that second: AES-256-GCM, whose
// nonces are random. Each purpose and second has a key of its own, derived from the secret (HKDF, RFC 5869),
// which also keys other things; so no key seals as often as would wear out its nonces (2³² times, NIST
// SP 800-38D, 8.3), and another end needs another key.
func cipherOf(secret []byte, purpose string, until []byte) cipher.AEAD {
	key, err := hkdf.Key(sha256.New, secret, until, "souk sealed: "+purpose, sha256.Size)
	if err != nil { // only a key of more than 255 hashes' length is one
		panic(err)
	}
	block, err := aes.NewCipher(key)
	if err != nil { // only a key of another length is one
		panic(err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil { // only a block of another length is one
		panic(err)
	}
	return aead
}
