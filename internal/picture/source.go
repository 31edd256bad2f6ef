package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/png"
	"io"
	"math"
	"slices"

	"golang.org/x/image/webp"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/picture/scaledjpeg"
)

// source is a picture as it came, of which only the structure has been read.
type source struct {
	format string // «jpeg», «png» or «webp»
	size   image.Point
	exif   []byte // a TIFF file, or nothing
	// colours reads what the picture says of its colours; nil if it says nothing. A profile may be large once it is
	// unpacked: it is for whoever decodes the picture.
	colours func() *colours
	// memory is how many bytes decode asks for. Both may be told to make it smaller, by two shift times; only a JPEG
	// is.
	memory func(shift int) int
	decode func(shift int) (image.Image, error)
}

// sourceOf finds out what a file is, and whether it can be decoded within the limits, before it is: whatever can be
// known of a broken file or of one too large is known here, while its sender is still there to be told.
func sourceOf(data []byte) (source, error) {
	var s source
	var err error
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8")):
		s, err = jpegSource(data)
	case bytes.HasPrefix(data, []byte(pngMagic)):
		s, err = pngSource(data)
	case len(data) >= riffHead && string(data[:4]) == "RIFF" && string(data[8:riffHead]) == "WEBP":
		s, err = webpSource(data)
	case heic(data):
		return s, ErrHEIC
	default:
		return s, ErrKind
	}
	if err != nil {
		return s, ErrKind.Wrap(err)
	}
	if s.size.X < minSide || s.size.Y < minSide {
		return s, ErrSmall
	}
	pixels, most := s.size.X*s.size.Y, maxPixels
	if s.format == "jpeg" {
		most = maxScaled
	}
	if pixels <= most { // otherwise what it needs may be no number any more
		if need := s.memory(scaledjpeg.MaxShift); need > maxDecoded {
			most = int(int64(pixels) * maxDecoded / int64(need))
		}
	}
	if pixels > most {
		return s, fault.New(ErrPixels.Kind, ErrPixels.Key, "Millions", max(1, most/1_000_000))
	}
	return s, nil
}

// formatOf is what a picture is, by its structure and before it is decoded. Errors: ErrKind, ErrHEIC, ErrSmall, ErrPixels.
func formatOf(data []byte) (string, error) {
	s, err := sourceOf(data)
	return s.format, err
}

// heic reports a photograph as telephones keep it where nothing else asks for a JPEG.
func heic(data []byte) bool {
	return len(data) >= 12 && string(data[4:8]) == "ftyp" &&
		slices.Contains([]string{"heic", "heix", "hevc", "heim", "heis", "mif1", "msf1"}, string(data[8:12]))
}

func jpegSource(data []byte) (source, error) {
	head, err := scaledjpeg.ReadHead(data)
	if err != nil {
		return source{}, err
	}
	return source{
		format: "jpeg", size: head.Size(0), exif: head.EXIF, memory: head.Memory, decode: head.Decode,
		colours: func() *colours { return coloursOf(head.Profile) },
	}, nil
}

var errBroken = errors.New("broken picture")

// A PNG is chunks behind eight bytes: length, name, content and checksum.
const (
	pngMagic = "\x89PNG\r\n\x1a\n"
	pngFrame = 12 // of a chunk, besides its content
)

func pngSource(data []byte) (source, error) {
	config, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return source{}, err
	}
	s := source{format: "png", size: image.Pt(config.Width, config.Height)}
	var packed []byte // the first profile: there is to be one
	rest, name := data[len(pngMagic):], ""
	for name != "IEND" {
		if len(rest) < pngFrame {
			return s, errBroken
		}
		length := uint64(binary.BigEndian.Uint32(rest))
		if length > uint64(len(rest)-pngFrame) {
			return s, errBroken
		}
		name = string(rest[4:8])
		content, sum := rest[8:8+length], rest[8+length:]
		if binary.BigEndian.Uint32(sum) != crc32.ChecksumIEEE(rest[4:8+length]) {
			return s, errBroken
		}
		switch name {
		case "eXIf":
			s.exif = content
		case "iCCP":
			if packed == nil {
				packed = content
			}
		case "cICP":
			if len(content) == 4 && content[0] == primariesP3 && content[1] == transferSRGB {
				s.colours = displayP3
			}
		}
		rest = sum[4:]
	}
	if s.colours == nil { // colours that are named count before a profile
		s.colours = func() *colours { return coloursOf(inflated(packed)) }
	}
	s.memory = func(int) int { return s.size.X * s.size.Y * pngSamples(data) }
	s.decode = func(int) (image.Image, error) { return png.Decode(bytes.NewReader(data)) }
	return s, nil
}

// A WebP is chunks behind twelve bytes: name, length and content, which a byte follows if it is odd.
const (
	riffHead  = 12
	riffFrame = 8 // of a chunk, before its content
)

// riff calls each for every chunk, with its name and its content, until that is done.
func riff(data []byte, each func(name string, content []byte) (done bool)) error {
	for len(data) >= riffFrame {
		length := uint64(binary.LittleEndian.Uint32(data[4:]))
		if length > uint64(len(data)-riffFrame) {
			return errBroken
		}
		if each(string(data[:4]), data[riffFrame:riffFrame+length]) {
			return nil
		}
		data = data[min(riffFrame+length+length%2, uint64(len(data))):]
	}
	return nil
}

// webpImage is the picture in a WebP, or the first of one that moves.
type webpImage struct {
	pixels, alpha []byte // contents of chunks
	lossless      bool
}

// take takes the chunks that are a picture, and says whether it is complete.
func (w *webpImage) take(name string, content []byte) bool {
	switch name {
	case "ALPH":
		w.alpha = content
	case "VP8 ", "VP8L":
		w.pixels, w.lossless = content, name == "VP8L"
		return true
	}
	return false
}

func webpSource(data []byte) (source, error) {
	s := source{format: "webp"}
	var w webpImage
	var profile []byte
	err := riff(data[riffHead:], func(name string, content []byte) bool {
		switch {
		case name == "EXIF":
			s.exif = content
		case name == "ICCP":
			profile = content
		case w.pixels != nil: // what follows the picture may tell more of it
		case name == "ANMF" && len(content) > anmfHead:
			w.alpha = nil
			_ = riff(content[anmfHead:], w.take) // a picture that is cut off is none
		default:
			w.take(name, content)
		}
		return false
	})
	if err != nil || w.pixels == nil {
		return s, errors.Join(err, errBroken)
	}
	still := w.still()
	config, err := webp.DecodeConfig(still())
	if err != nil {
		return s, err
	}
	s.size = image.Pt(config.Width, config.Height)
	s.colours = func() *colours { return coloursOf(profile) }
	s.memory = func(int) int { return s.size.X * s.size.Y * w.samples() }
	s.decode = func(int) (image.Image, error) {
		m, err := webp.Decode(still())
		switch m := m.(type) {
		case *image.YCbCr:
			inFull(m)
		case *image.NYCbCrA:
			inFull(&m.YCbCr)
		}
		return m, err
	}
	return s, nil
}

// inFull makes of brightness from 16 to 235 and of colours from 16 to 240, as they are in a WebP, what an image of Go has
// from 0 to 255: as they are, it would look pale.
func inFull(m *image.YCbCr) {
	stretch := func(pix []byte, from, to, span float64) {
		var table [256]byte
		for i := range table {
			table[i] = byte(math.Round(min(max(to+(float64(i)-from)*255/span, 0), 255)))
		}
		for i, v := range pix {
			pix[i] = table[v]
		}
	}
	stretch(m.Y, 16, 0, 235-16)
	stretch(m.Cb, 128, 128, 240-16)
	stretch(m.Cr, 128, 128, 240-16)
}

// anmfHead is how long a picture in one that moves says where it stands and for how long.
const anmfHead = 16

// still makes a file of the picture alone, which does not move and says of itself what it is.
func (w *webpImage) still() func() io.Reader {
	var parts [][]byte
	size := 4 // WEBP
	chunk := func(name string, content []byte) {
		head := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(content)))
		parts = append(parts, head, content, make([]byte, len(content)%2))
		size += len(head) + len(content) + len(content)%2
	}
	const sizeAt = 6 // in the content of a lossy picture
	switch {
	case w.lossless:
		chunk("VP8L", w.pixels)
	case w.alpha == nil || len(w.pixels) < sizeAt+4:
		chunk("VP8 ", w.pixels)
	default:
		canvas := make([]byte, 10)
		canvas[0] = 1 << 4 // it has an alpha channel
		put := func(at int, side uint16) {
			less := uint32(side&0x3fff) - 1
			canvas[at], canvas[at+1], canvas[at+2] = byte(less), byte(less>>8), byte(less>>16)
		}
		put(4, binary.LittleEndian.Uint16(w.pixels[sizeAt:]))
		put(7, binary.LittleEndian.Uint16(w.pixels[sizeAt+2:]))
		chunk("VP8X", canvas)
		chunk("ALPH", w.alpha)
		chunk("VP8 ", w.pixels)
	}
	head := append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(size)), "WEBP"...)
	return func() io.Reader {
		readers := []io.Reader{bytes.NewReader(head)}
		for _, part := range parts {
			readers = append(readers, bytes.NewReader(part))
		}
		return io.MultiReader(readers...)
	}
}
