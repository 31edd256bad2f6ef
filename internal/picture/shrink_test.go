package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"runtime"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/fault"
)

func TestALargePhotographBecomesSmallOnes(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewYCbCr(image.Rect(0, 0, 1603, 1201), image.YCbCrSubsampleRatio420), nil); err != nil {
		t.Fatal(err)
	}
	widths := []int{32, 64, 128}
	copies, size, err := shrink(b.Bytes(), widths)
	if err != nil || size != image.Pt(1603, 1201) {
		t.Fatalf("%v %v", size, err)
	}
	for i, width := range widths {
		config, err := jpeg.DecodeConfig(bytes.NewReader(copies[i]))
		if err != nil || config.Width != width || config.Height < width*7/10 {
			t.Errorf("%d: %+v %v", width, config, err)
		}
	}
}

func TestAPanoramaKeepsItsProportions(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 4000, 200))); err != nil {
		t.Fatal(err)
	}
	copies, _, err := shrink(b.Bytes(), []int{32})
	if err != nil {
		t.Fatal(err)
	}
	config, err := jpeg.DecodeConfig(bytes.NewReader(copies[0]))
	if err != nil || config.Width != 32 || config.Height != 1 {
		t.Errorf("%+v %v", config, err)
	}
}

func TestAPictureThatWouldBeDecodedForHoursIsRefused(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 300, 300)), nil); err != nil {
		t.Fatal(err)
	}
	if format, err := formatOf(b.Bytes()); format != "jpeg" || err != nil {
		t.Errorf("one scan: %q, %v", format, err)
	}
	scan := "\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x00"
	b.WriteString(strings.Repeat(scan, maxScans))
	if _, err := formatOf(b.Bytes()); !errors.Is(err, ErrKind) {
		t.Errorf("too many scans: %v", err)
	}
}

// Any bytes are a picture or are refused; neither brings the worker down.
func FuzzShrink(f *testing.F) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 200, 200)), nil); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	exif := "\xff\xe1\x00\x22Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00"
	f.Add(append([]byte("\xff\xd8"+exif), b.Bytes()[2:]...))
	b.Reset()
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 200, 200))); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		copies, _, err := shrink(data, []int{40})
		if err == nil && len(copies) != 1 {
			t.Fatalf("%d copies", len(copies))
		}
	})
}

// jpegOf is the head of a JPEG: little to send, much to decode.
func jpegOf(marker byte, width, height int, sampling ...byte) []byte {
	frame := []byte{8, byte(height >> 8), byte(height), byte(width >> 8), byte(width), byte(len(sampling))}
	for i, s := range sampling {
		frame = append(frame, byte(i+1), s, 0)
	}
	head := append([]byte("junk\xff\x00\xff\xff"), marker, 0, byte(len(frame)+2))
	head = append(head, frame...)
	return append(append([]byte("\xff\xd8\xff\xe1\x00\x0dExif\x00\xff\xc2\xff\xd9\x00\x00"), head...), "\xff\xda\x00\x02"...)
}

// What a picture takes while it is decoded follows from its kind as much as from its pixels.
func TestAPictureIsWeighedBeforeItIsDecoded(t *testing.T) {
	t.Parallel()
	const baseline, progressive = 0xc0, 0xc2
	pngHead := func(width, height int, depth, colours, interlaced byte) []byte {
		head := append([]byte("IHDR"), 0, 0, byte(width>>8), byte(width), 0, 0, byte(height>>8), byte(height), depth, colours, 0, 0, interlaced)
		data := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), head...)
		return binary.BigEndian.AppendUint32(data, crc32.ChecksumIEEE(head))
	}
	for name, c := range map[string]struct {
		data     []byte
		millions int // allowed at most; 0 if it is fine
	}{
		"a camera's":                        {jpegOf(baseline, 7300, 5475, 0x22, 0x11, 0x11), 0},
		"a camera's, colours in full":       {jpegOf(baseline, 7000, 5000, 0x11, 0x11, 0x11), 0},
		"a web site's":                      {jpegOf(progressive, 4000, 3000, 0x22, 0x11, 0x11), 0},
		"a web site's, large":               {jpegOf(progressive, 7300, 5475, 0x22, 0x11, 0x11), 15},
		"a printer's":                       {jpegOf(baseline, 4000, 3000, 0x11, 0x11, 0x11, 0x11), 0},
		"a printer's, over and over":        {jpegOf(progressive, 5000, 5000, 0x11, 0x11, 0x11, 0x11), 4},
		"a printer's, half":                 {jpegOf(progressive, 5000, 5000, 0x22, 0x11, 0x11, 0x22), 7},
		"grey, over and over":               {jpegOf(progressive, 5400, 5400, 0x11), 23},
		"a drawing":                         {pngHead(5000, 5000, 8, 6, 0), 0},
		"a drawing of sixteen bits":         {pngHead(5000, 5000, 16, 6, 0), 14},
		"a drawing in layers":               {pngHead(5000, 5000, 8, 2, 1), 14},
		"a drawing in layers, sixteen bits": {pngHead(3000, 3000, 16, 2, 1), 7},
		"a screen in few colours":           {pngHead(7000, 5000, 8, 0, 0), 0},
	} {
		_, err := formatOf(c.data)
		switch {
		case c.millions == 0 && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.millions > 0 && (!errors.Is(err, ErrPixels) || fault.As(err).Args["Millions"] != c.millions):
			t.Errorf("%s: %v, want at most %d million", name, err, c.millions)
		}
	}
	// A head that only one of two readers finds would be weighed as another picture.
	for name, data := range map[string][]byte{
		"two heads":              bytes.Replace(jpegOf(baseline, 300, 300, 0x11), []byte("\xff\xda"), jpegOf(progressive, 300, 300, 0x11)[17:], 1),
		"a segment without end":  append([]byte("\xff\xd8\xff\xe1\xff\xff"), jpegOf(baseline, 300, 300, 0x11)...),
		"no component":           jpegOf(baseline, 300, 300),
		"a component of nothing": jpegOf(baseline, 300, 300, 0x00),
	} {
		if _, err := formatOf(data); !errors.Is(err, ErrKind) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A large photograph is made smaller in the memory that it takes itself.
func TestALargePhotographTakesLittleMore(t *testing.T) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewYCbCr(image.Rect(0, 0, 6000, 4000), image.YCbCrSubsampleRatio420), nil); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, _, err := shrink(b.Bytes(), Widths); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if n := (after.TotalAlloc - before.TotalAlloc) >> 20; n > 60 { // 34 for its pixels
		t.Errorf("%d MB", n)
	}
}

// Whatever the picture, its head says no less than its decoder then asks for.
func FuzzPictureHead(f *testing.F) {
	f.Add(jpegOf(0xc2, 300, 300, 0x22, 0x11, 0x11))
	f.Add([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"))
	f.Add([]byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\xc7\xc0\x31\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		format, err := formatOf(data)
		if err != nil && fault.As(err) == nil {
			t.Fatalf("no sentence for %v", err)
		}
		if err != nil || format != "jpeg" {
			return
		}
		head, err := readJPEGHead(data)
		img, decodeErr := jpeg.Decode(bytes.NewReader(data))
		if err != nil || decodeErr != nil {
			return
		}
		if _, grey := img.(*image.Gray); grey != (head.components == 1) {
			t.Fatalf("%+v decoded as %T", head, img)
		}
	})
}
