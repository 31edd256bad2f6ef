package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
)

// maxDecoded is how many bytes a picture may take while it is decoded. A photograph as a camera makes it
// takes one and a half for each of its pixels; a progressive JPEG in four colours takes twenty-four.
const maxDecoded = 112 << 20

// decoded is about how many bytes the decoder of that format asks for to decode a picture. Only the head
// is read.
func decoded(data []byte, format string, config image.Config) (int, error) {
	pixels := config.Width * config.Height
	switch format {
	case "jpeg":
		perPixel, err := jpegSamples(data)
		return int(float64(pixels) * perPixel), err
	case "png":
		return pixels * pngSamples(data), nil
	}
	return pixels * webpSamples(data), nil
}

// jpegHead is what a JPEG says of itself before its first scan, read as the decoder reads it.
type jpegHead struct {
	progressive bool
	samples     float64 // for each pixel, of all components
	components  int
	named       string // the components' ids
	jfif        bool
	transform   int // that Adobe's programs name; -1 if none is
}

var errJPEGHead = errors.New("no head of a JPEG")

// jpegSamples is how many bytes the decoder takes for each pixel: one for each sample; four more for each
// if it is progressive, since coefficients are then kept of all; four more for each pixel where colours
// are other ones than a screen's.
func jpegSamples(data []byte) (float64, error) {
	head, err := readJPEGHead(data)
	if err != nil {
		return 0, err
	}
	perPixel := head.samples
	if head.progressive {
		perPixel *= 5
	}
	rgb := head.components == 3 && !head.jfif && (head.transform == 0 || head.named == "RGB")
	if rgb || head.components == 4 {
		perPixel += 4
	}
	return perPixel, nil
}

// readJPEGHead goes over the segments of a JPEG as image/jpeg does, so that a head which only one of the
// two finds cannot be written.
func readJPEGHead(data []byte) (jpegHead, error) {
	const (
		sof0, sof2   = 0xc0, 0xc2
		rst0, rst7   = 0xd0, 0xd7
		soi, sos     = 0xd8, 0xda
		app0, app14  = 0xe0, 0xee
		componentLen = 3
	)
	head := jpegHead{transform: -1}
	rest, ok := bytes.CutPrefix(data, []byte{0xff, soi})
	if !ok {
		return head, errJPEGHead
	}
	for {
		at := bytes.IndexByte(rest, 0xff)
		if at < 0 || at+1 >= len(rest) {
			return head, errJPEGHead
		}
		rest = rest[at+1:]
		if rest[0] == 0 {
			rest = rest[1:]
			continue
		}
		for len(rest) > 0 && rest[0] == 0xff { // padding
			rest = rest[1:]
		}
		if len(rest) == 0 {
			return head, errJPEGHead
		}
		marker := rest[0]
		rest = rest[1:]
		if marker >= rst0 && marker <= rst7 {
			continue
		}
		if marker == sos {
			if head.components == 0 {
				return head, errJPEGHead
			}
			return head, nil
		}
		if len(rest) < 2 {
			return head, errJPEGHead
		}
		length := int(binary.BigEndian.Uint16(rest)) // its own two bytes included
		if length < 2 || len(rest) < length {
			return head, errJPEGHead
		}
		segment := rest[2:length]
		rest = rest[length:]
		switch {
		case marker >= sof0 && marker <= sof2:
			if head.components != 0 || len(segment) < 6 || len(segment) != 6+componentLen*int(segment[5]) {
				return head, errJPEGHead
			}
			head.progressive, head.components = marker == sof2, int(segment[5])
			first := 0
			for i := range head.components {
				component := segment[6+componentLen*i:]
				sampling := int(component[1]>>4) * int(component[1]&0x0f)
				if sampling == 0 {
					return head, errJPEGHead
				}
				if i == 0 {
					first = sampling
				}
				head.named += string(component[:1])
				head.samples += float64(sampling) / float64(first)
			}
		case marker == app0:
			head.jfif = bytes.HasPrefix(segment, []byte("JFIF\x00"))
		case marker == app14 && len(segment) >= 12 && bytes.HasPrefix(segment, []byte("Adobe")):
			head.transform = int(segment[11])
		}
	}
}

// pngSamples is how many bytes the decoder takes for each pixel. An interlaced picture is put together of
// seven, of which the largest has half its pixels.
func pngSamples(data []byte) int {
	const depthAt = len("\x89PNG\r\n\x1a\n") + len("....IHDR") + 4 + 4
	if len(data) < depthAt+5 { // the decoder has found it too short already
		return 8
	}
	depth, colours, interlaced := data[depthAt], data[depthAt+1], data[depthAt+4] != 0
	const palette, grey = 3, 0
	perPixel := 4
	switch {
	case depth == 16:
		perPixel = 8
	case colours == palette, colours == grey && !bytes.Contains(data, []byte("tRNS")):
		perPixel = 1
	}
	if interlaced {
		perPixel *= 2
	}
	return perPixel
}

// webpSamples is how many bytes the decoder takes for each pixel: a lossless picture is made anew by its
// transforms, and so is the transparency of a lossy one.
func webpSamples(data []byte) int {
	if bytes.Contains(data, []byte("VP8L")) || bytes.Contains(data, []byte("ALPH")) {
		return 9
	}
	return 2
}
