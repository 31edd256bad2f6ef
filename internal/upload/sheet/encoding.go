package sheet

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// Encoding is how the letters of a text file are written.
type Encoding string

// The encodings that a file does not name itself. Excel saves «CSV» in the one of its Windows: 1252
// where that is French, 1256 where it is Arabic.
const (
	Windows1252 Encoding = "windows-1252"
	Windows1256 Encoding = "windows-1256"
)

// Other is the encoding that may be meant instead; empty where there is no doubt.
func (e Encoding) Other() Encoding {
	switch e {
	case Windows1252:
		return Windows1256
	case Windows1256:
		return Windows1252
	}
	return ""
}

// reading is a file's text, with the encoding that was assumed for it.
type reading struct {
	text     []byte
	encoding Encoding
}

// readings gives a text file in UTF-8 without a byte order mark. One that is neither UTF-8 nor UTF-16
// is read in the Windows encoding asked for, or else in both, the likelier first.
func readings(data []byte, asked Encoding) ([]reading, error) {
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) {
		text, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(data)
		if err != nil {
			return nil, ErrEncoding.Wrap(err)
		}
		return []reading{{text: text}}, nil
	}
	text := bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	switch {
	case bytes.ContainsRune(text, 0):
		return nil, ErrEncoding
	case utf8.Valid(text):
		return []reading{{text: bytes.Clone(text)}}, nil
	case bytes.ContainsFunc(text, unwritten) || damaged(text):
		return nil, ErrEncoding
	}
	encodings := []Encoding{asked}
	if asked.Other() == "" {
		first := likelier(text)
		encodings = []Encoding{first, first.Other()}
	}
	list := make([]reading, len(encodings))
	for i, encoding := range encodings {
		letters := charmap.Windows1252
		if encoding == Windows1256 {
			letters = charmap.Windows1256
		}
		decoded, err := letters.NewDecoder().Bytes(text)
		if err != nil {
			return nil, ErrEncoding.Wrap(err)
		}
		list[i] = reading{decoded, encoding}
	}
	return list, nil
}

// unwritten reports control characters that nobody's table has in it: the file is no text.
func unwritten(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\v' && r != '\f' && r != '\r'
}

// damaged reports UTF-8 with some bytes wrong in it: read in any other encoding, all of its letters
// would be. In text of one byte a letter hardly two in a row happen to be a letter of UTF-8.
func damaged(text []byte) bool {
	good, bad := 0, 0
	for _, r := range string(text) {
		switch {
		case r == utf8.RuneError:
			bad++
		case r >= utf8.RuneSelf:
			good++
		}
	}
	return good > bad
}

// likelier tells Windows-1256 from 1252. Both write à â ç è é ê ë î ï ô ù û ü œ alike, so only the
// other letters tell: what is Arabic in the one is an accented capital or no French letter in the
// other. Such letters stand side by side in every Arabic word («زيت» would be «ÒíÊ»), whereas in
// French they stand between plain letters («Épicerie», «PÂTÉ»).
func likelier(text []byte) Encoding {
	arabic, french := 0, 0
	for i, b := range text {
		if !arabicByte(b) {
			continue
		}
		before, after := byte(' '), byte(' ')
		if i > 0 {
			before = text[i-1]
		}
		if i+1 < len(text) {
			after = text[i+1]
		}
		switch {
		case arabicByte(before) || arabicByte(after):
			arabic++
		case latinByte(before) || latinByte(after):
			french++
		}
	}
	if arabic > french {
		return Windows1256
	}
	return Windows1252
}

// arabicByte reports whether a byte is an Arabic letter in Windows-1256.
func arabicByte(b byte) bool {
	r := charmap.Windows1256.DecodeByte(b)
	return r >= 0x0621 && r <= 0x06d2
}

func latinByte(b byte) bool { return b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z' }
