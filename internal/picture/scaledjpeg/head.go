// Copyright 2009 The Go Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package scaledjpeg

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"slices"
)

// Why a file is no JPEG that can be decoded.
var (
	errFormat      = errors.New("invalid JPEG")
	errShort       = errors.New("JPEG without an end")
	errUnsupported = errors.New("unsupported kind of JPEG")
	errScans       = errors.New("JPEG of too many scans")
)

// maxScans is how often a JPEG may go over its pixels: a progressive one does so about ten times. A hostile one says
// in a hundred bytes to do it once more, a hundred thousand times.
const maxScans = 64

// maxProfile bounds the bytes of a colour profile; a camera's has about five hundred.
const maxProfile = 1 << 20

// Markers.
const (
	sof0  = 0xc0 // start of a frame: baseline,
	sof1  = 0xc1 // extended,
	sof2  = 0xc2 // progressive
	dht   = 0xc4 // Huffman tables
	rst0  = 0xd0 // restart in a scan, to 7
	rst7  = 0xd7
	soi   = 0xd8 // start of the image
	eoi   = 0xd9 // end of the image
	sos   = 0xda // start of a scan
	dqt   = 0xdb // quantization tables
	dri   = 0xdd // restart interval
	com   = 0xfe
	app0  = 0xe0
	app1  = 0xe1
	app2  = 0xe2
	app14 = 0xee
	app15 = 0xef
)

// component is one of the colours, with as many samples of it in each of the smallest units as h times v blocks have.
type component struct {
	h, v  int
	id    byte
	quant byte // its quantization table
}

// Head is what a JPEG says of itself.
type Head struct {
	Width, Height int
	EXIF          []byte // a TIFF file, if it has one
	Profile       []byte // of its colours (ICC), if it has one

	data        []byte
	components  []component
	baseline    bool
	progressive bool
	jfif        bool
	adobe       int // the transform of colours that Adobe's programs name; -1 if none is
}

// ReadHead goes over a JPEG's segments from its start to its end without decoding its scans, as Head.Decode does, so
// that there is no head which only one of the two finds. It is an error if that would not be decoded for its kind, or
// has no end.
func ReadHead(data []byte) (Head, error) {
	h := Head{data: data, adobe: -1}
	scans := 0
	profile := make(map[byte][]byte)
	err := segments(data, func(marker byte, segment, rest []byte) (int, error) {
		switch {
		case marker >= sof0 && marker <= sof2:
			return 0, h.frame(marker, segment)
		case marker == sos:
			if scans++; scans > maxScans {
				return 0, errScans
			}
			if h.components == nil {
				return 0, errFormat
			}
			return scanEnd(rest), nil
		case marker == app0:
			h.jfif = bytes.HasPrefix(segment, []byte("JFIF\x00"))
		case marker == app1:
			if tiff, ok := bytes.CutPrefix(segment, []byte("Exif\x00\x00")); ok && h.EXIF == nil && scans == 0 {
				h.EXIF = tiff
			}
		case marker == app2:
			if part, ok := bytes.CutPrefix(segment, []byte("ICC_PROFILE\x00")); ok && len(part) > 2 {
				profile[part[0]] = part[2:] // the first of them is 1
			}
		case marker == app14 && len(segment) >= 12 && bytes.HasPrefix(segment, []byte("Adobe")):
			h.adobe = int(segment[11])
		case marker == dht, marker == dqt, marker == dri, marker == com, marker > app0 && marker <= app15:
		default:
			return 0, errUnsupported
		}
		return 0, nil
	})
	switch {
	case err != nil:
		return h, err
	case scans == 0:
		return h, errFormat
	case len(h.components) == 4 && h.adobe < 0: // nobody says what its colours are
		return h, errUnsupported
	}
	for n := byte(1); profile[n] != nil && len(h.Profile) < maxProfile; n++ {
		h.Profile = append(h.Profile, profile[n]...)
	}
	return h, nil
}

// segments calls each for every segment of a JPEG up to its end, with what follows it, of which each says how much it
// has taken.
func segments(data []byte, each func(marker byte, segment, rest []byte) (int, error)) error {
	rest, ok := bytes.CutPrefix(data, []byte{0xff, soi})
	if !ok {
		return errFormat
	}
	for {
		at := bytes.IndexByte(rest, 0xff) // anything before it is passed over, as other readers do
		if at < 0 {
			return errShort
		}
		rest = rest[at:]
		for len(rest) > 0 && rest[0] == 0xff { // more than one is padding
			rest = rest[1:]
		}
		if len(rest) == 0 {
			return errShort
		}
		marker := rest[0]
		rest = rest[1:]
		switch {
		case marker == eoi:
			return nil
		case marker == 0, marker >= rst0 && marker <= rst7: // left of a scan
			continue
		case len(rest) < 2:
			return errShort
		}
		length := int(binary.BigEndian.Uint16(rest)) // its own two bytes included
		if length < 2 {
			return errFormat
		}
		if len(rest) < length {
			return errShort
		}
		segment := rest[2:length]
		rest = rest[length:]
		n, err := each(marker, segment, rest)
		if err != nil {
			return err
		}
		rest = rest[n:]
	}
}

// scanEnd is where the marker stands that ends a scan.
func scanEnd(rest []byte) int {
	for at := 0; ; {
		next := bytes.IndexByte(rest[at:], 0xff)
		if next < 0 || at+next+1 >= len(rest) {
			return len(rest)
		}
		at += next
		if m := rest[at+1]; m != 0 && m != 0xff && (m < rst0 || m > rst7) {
			return at
		}
		at++
	}
}

// frame reads what size a picture has and of what it is made up.
func (h *Head) frame(marker byte, segment []byte) error {
	if h.components != nil || len(segment) < 6 {
		return errFormat
	}
	n := int(segment[5])
	if n != 1 && n != 3 && n != 4 || segment[0] != 8 { // bits of a sample
		return errUnsupported
	}
	if len(segment) != 6+3*n {
		return errFormat
	}
	h.baseline, h.progressive = marker == sof0, marker == sof2
	h.Height, h.Width = int(binary.BigEndian.Uint16(segment[1:])), int(binary.BigEndian.Uint16(segment[3:]))
	for i := range n {
		part := segment[6+3*i:]
		c := component{id: part[0], h: int(part[1] >> 4), v: int(part[1] & 0x0f), quant: part[2]}
		for _, before := range h.components {
			if before.id == c.id {
				return errFormat
			}
		}
		if fit := []int{1, 2, 4}; c.quant > 3 || !slices.Contains(fit, c.h) || !slices.Contains(fit, c.v) {
			return errUnsupported
		}
		if n == 1 { // then a unit is one block, whatever it says
			c.h, c.v = 1, 1
		}
		h.components = append(h.components, c)
	}
	return h.sampled()
}

// sampled is an error unless the colours are there as often as an image of Go can hold them: brightness in full, and
// both colours alike.
func (h *Head) sampled() error {
	c := h.components
	switch {
	case len(c) == 1:
		return nil
	case len(c) == 4 && (c[0].h != c[0].v || c[0].h > 2 || c[1].h*c[1].v != 1 || c[3].h != c[0].h || c[3].v != c[0].v),
		c[0].v == 4, c[0].h%c[1].h != 0, c[0].v%c[1].v != 0, c[2].h != c[1].h, c[2].v != c[1].v:
		return errUnsupported
	}
	return nil
}

// MaxShift is the smallest that a picture is decoded: to an eighth.
const MaxShift = 3

// Size is the picture's size, divided by two shift times and rounded up.
func (h Head) Size(shift int) image.Point {
	up := 1<<shift - 1
	return image.Pt((h.Width+up)>>shift, (h.Height+up)>>shift)
}

// units are how many of the smallest units there are across and down.
func (h Head) units() (across, down int) {
	c := h.components[0]
	return (h.Width + 8*c.h - 1) / (8 * c.h), (h.Height + 8*c.v - 1) / (8 * c.v)
}

// Memory is how many bytes Decode asks for with that shift: for each sample one; where there are many scans, what is
// kept of each block; and where the colours are other ones than a screen's, four more for each pixel.
func (h Head) Memory(shift int) int {
	side := 8 >> shift
	across, down := h.units()
	blocks := 0
	for _, c := range h.components {
		blocks += across * down * c.h * c.v
	}
	n := blocks * side * side
	if h.progressive {
		n += blocks * (2*side*side + 8)
	}
	if h.rgb() || len(h.components) == 4 {
		size := h.Size(shift)
		n += 4 * size.X * size.Y
	}
	return n
}

// rgb says whether three colours are red, green and blue, and not brightness and two colours.
func (h Head) rgb() bool {
	c := h.components
	return len(c) == 3 && !h.jfif && (h.adobe == 0 || c[0].id == 'R' && c[1].id == 'G' && c[2].id == 'B')
}
