package picture

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/picture/scaledjpeg"
)

func TestALargePhotographBecomesSmallOnes(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewYCbCr(image.Rect(0, 0, 1603, 1201), image.YCbCrSubsampleRatio420), nil); err != nil {
		t.Fatal(err)
	}
	widths := []int{32, 64, 128}
	copies, size, err := shrink(b.Bytes(), whole(widths...))
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

// whole are copies of a whole picture in those widths.
func whole(widths ...int) layout {
	return layout{widths: func(image.Point) []int { return widths }}
}

// strip is a grey picture with a white square in its middle.
func strip(t testing.TB, width, height int) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, width, height))
	side := min(width, height)
	draw.Draw(m, image.Rect(0, 0, side, side).Add(image.Pt((width-side)/2, (height-side)/2)), image.White, image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Among others a strip would be a line: of a product its middle is shown.
func TestOfALongPictureOfAProductTheMiddleIsShown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ from, size, small, large image.Point }{
		{image.Pt(12000, 300), image.Pt(600, 300), image.Pt(320, 160), image.Pt(600, 300)},
		{image.Pt(300, 12000), image.Pt(300, 600), image.Pt(300, 600), image.Pt(300, 600)},
		{image.Pt(3200, 1600), image.Pt(3200, 1600), image.Pt(320, 160), image.Pt(1280, 640)},
	} {
		copies, size, err := shrink(strip(t, c.from.X, c.from.Y), ofProduct)
		if err != nil || size != c.size {
			t.Errorf("%v: %v %v", c.from, size, err)
			continue
		}
		for i, want := range map[int]image.Point{0: c.small, 2: c.large} {
			m, err := jpeg.Decode(bytes.NewReader(copies[i]))
			if err != nil || m.Bounds().Size() != want {
				t.Errorf("%v: copy %d is %v, %v", c.from, i, m.Bounds(), err)
				continue
			}
			middle := m.Bounds().Size().Div(2)
			if r, _, _, _ := m.At(middle.X, middle.Y).RGBA(); r>>8 < 240 {
				t.Errorf("%v: %v in the middle of copy %d", c.from, m.At(middle.X, middle.Y), i)
			}
		}
	}
}

// Of what another package takes in nothing is cut off, its print can be read, and it takes no more room than a photograph.
func TestACopyIsWholeAndCanBeRead(t *testing.T) {
	t.Parallel()
	for from, want := range map[image.Point]image.Point{
		{4000, 3000}:  {1600, 1200},
		{400, 300}:    {400, 300},
		{12000, 300}:  {8000, 200},
		{1080, 12000}: {786, 8733}, // a long screen
		{60000, 250}:  {31492, 131},
	} {
		data, err := readable(strip(t, from.X, from.Y), 1600)
		if err != nil {
			t.Errorf("%v: %v", from, err)
			continue
		}
		got, err := jpeg.DecodeConfig(bytes.NewReader(data))
		if err != nil || got.Width != want.X || got.Height != want.Y {
			t.Errorf("%v: %d by %d, %v", from, got.Width, got.Height, err)
		}
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
	scan, end := "\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00", "\xff\xd9"
	film := append(bytes.Clone(b.Bytes()), strings.Repeat(scan, 1000)...) // behind the end, as telephones add a film
	if format, err := formatOf(film); format != "jpeg" || err != nil {
		t.Errorf("a film behind it: %q, %v", format, err)
	}
	over := append(bytes.TrimSuffix(b.Bytes(), []byte(end)), strings.Repeat(scan, 64)+end...)
	if _, err := formatOf(over); !errors.Is(err, ErrKind) {
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
	files, err := filepath.Glob("testdata/*.*")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		f.Add(sample(f, filepath.Base(file)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		copies, _, err := shrink(data, layout{cut: true, widths: func(image.Point) []int { return []int{40} }})
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
	if len(sampling) == 4 {
		head = append(head, "\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x02"...)
	}
	return append(append([]byte("\xff\xd8\xff\xe1\x00\x0dExif\x00\xff\xc2\xff\xd9\x00\x00"), head...), "\xff\xda\x00\x02\xff\xd9"...)
}

// What a picture takes while it is decoded follows from its kind as much as from its pixels.
func TestAPictureIsWeighedBeforeItIsDecoded(t *testing.T) {
	t.Parallel()
	const baseline, progressive = 0xc0, 0xc2
	pngHead := func(width, height int, depth, colours, interlaced byte) []byte {
		head := append([]byte("IHDR"), 0, 0, byte(width>>8), byte(width), 0, 0, byte(height>>8), byte(height), depth, colours, 0, 0, interlaced)
		data := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), head...)
		return append(binary.BigEndian.AppendUint32(data, crc32.ChecksumIEEE(head)), "\x00\x00\x00\x00IEND\xaeB`\x82"...)
	}
	for name, c := range map[string]struct {
		data     []byte
		millions int // allowed at most; 0 if it is fine
	}{
		"a camera's":                        {jpegOf(baseline, 7300, 5475, 0x22, 0x11, 0x11), 0},
		"a camera's, colours in full":       {jpegOf(baseline, 8000, 6000, 0x11, 0x11, 0x11), 0},
		"the largest camera's":              {jpegOf(baseline, 16320, 12240, 0x21, 0x11, 0x11), 0},
		"a web site's, large":               {jpegOf(progressive, 8160, 6120, 0x22, 0x11, 0x11), 0},
		"a printer's, over and over":        {jpegOf(progressive, 8000, 6000, 0x11, 0x11, 0x11, 0x11), 0},
		"a map":                             {jpegOf(baseline, 60000, 5000, 0x22, 0x11, 0x11), 256},
		"a printer's map, over and over":    {jpegOf(progressive, 16000, 16000, 0x11, 0x11, 0x11, 0x11), 156},
		"a drawing":                         {pngHead(5000, 5000, 8, 6, 0), 0},
		"a drawing of sixteen bits":         {pngHead(5000, 5000, 16, 6, 0), 14},
		"a drawing in layers":               {pngHead(5000, 5000, 8, 2, 1), 14},
		"a drawing in layers, sixteen bits": {pngHead(3000, 3000, 16, 2, 1), 7},
		"a screen in few colours":           {pngHead(8000, 6000, 8, 0, 0), 0},
		"a page in few colours":             {pngHead(9000, 9000, 8, 0, 0), 60},
		"more than can be counted":          {pngHead(60000, 60000, 16, 6, 1), 60},
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
	if err := jpeg.Encode(&b, image.NewYCbCr(image.Rect(0, 0, 8000, 6000), image.YCbCrSubsampleRatio420), nil); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, _, err := shrink(b.Bytes(), ofProduct); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if n := (after.TotalAlloc - before.TotalAlloc) >> 20; n > 45 { // 17 for a quarter of its pixels
		t.Errorf("%d MB", n)
	}
}

// Whatever the file, it is a picture or there is a sentence for why it is not, and what its head says of a JPEG is what it is.
func FuzzPictureHead(f *testing.F) {
	f.Add(jpegOf(0xc2, 300, 300, 0x22, 0x11, 0x11))
	f.Add([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"))
	f.Add([]byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\xc7\xc0\x31\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := sourceOf(data)
		if err != nil && fault.As(err) == nil {
			t.Fatalf("no sentence for %v", err)
		}
		if err == nil && s.memory(s.shift(1)) > maxDecoded {
			t.Fatalf("%s of %v is decoded in %d bytes", s.format, s.size, s.memory(s.shift(1)))
		}
	})
}

// sample is a file that programs made which are not ours (Pillow, with libjpeg-turbo, libpng, libwebp and Little CMS).
func sample(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// developed is the largest copy of a sample.
func developed(t testing.TB, name string) image.Image {
	t.Helper()
	copies, _, err := shrink(sample(t, name), ofProduct)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	m, err := jpeg.Decode(bytes.NewReader(copies[len(copies)-1]))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return m
}

// off is by how much a pixel differs from a colour.
func off(m image.Image, x, y int, c color.RGBA) int {
	r, g, b, _ := m.At(x, y).RGBA()
	most := 0
	for i, v := range []uint32{r, g, b} {
		d := int(v>>8) - int([]uint8{c.R, c.G, c.B}[i])
		most = max(most, d, -d)
	}
	return most
}

// They were held in orientation 6, 300 by 220, with the left red and the right blue: upright, red is above.
func TestEachKindOfPictureIsTurnedUpright(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"held.png", "held.webp", "held-lossless.webp"} {
		m := developed(t, name)
		if m.Bounds().Size() != image.Pt(220, 300) || off(m, 110, 40, color.RGBA{210, 30, 30, 255}) > 8 || off(m, 110, 260, color.RGBA{20, 40, 200, 255}) > 8 {
			t.Errorf("%s: %v, %v above %v", name, m.Bounds(), m.At(110, 40), m.At(110, 260))
		}
	}
}

// The samples hold the same numbers, which mean other colours in each profile; what they are in sRGB, Little CMS says.
func TestColoursOfOtherScreensBecomeThoseOfSRGB(t *testing.T) {
	t.Parallel()
	p3 := []color.RGBA{{217, 42, 23, 255}, {0, 183, 49, 255}, {255, 198, 62, 255}, {128, 128, 128, 255}}
	for name, want := range map[string][]color.RGBA{
		"p3.jpeg": p3, "p3.png": p3, "p3.webp": p3, "table.jpeg": p3,
		"adobe.png": {{231, 57, 34, 255}, {0, 181, 57, 255}, {255, 201, 80, 255}, {129, 129, 129, 255}},
	} {
		m := developed(t, name)
		for i, c := range want {
			if x, y := 60+120*(i%2), 60+120*(i/2); off(m, x, y, c) > 5 {
				t.Errorf("%s: %v, want %v", name, m.At(x, y), c)
			}
		}
	}
	// A PNG may name them without a profile.
	s, err := sourceOf(withChunks(sample(t, "held.png"), pngChunk("cICP", []byte{primariesP3, transferSRGB, 0, 1})))
	if err != nil || s.colours() == nil {
		t.Errorf("named: %v", err)
	}
}

// pngChunk is a part of a PNG.
func pngChunk(name string, content []byte) []byte {
	chunk := append(binary.BigEndian.AppendUint32(nil, uint32(len(content))), name...)
	chunk = append(chunk, content...)
	return binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
}

// withChunks puts chunks into a PNG, behind its head.
func withChunks(data []byte, chunks ...[]byte) []byte {
	const behindHead = 8 + 25
	return slices.Concat(data[:behindHead], slices.Concat(chunks...), data[behindHead:])
}

// A profile is unpacked once, by whoever decodes its picture, and no large one is read: whatever else is sent costs what
// it weighs.
func TestHostileProfilesTakeLittle(t *testing.T) {
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	if _, err := w.Write(make([]byte, maxProfile)); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	bomb := pngChunk("iCCP", append([]byte("bomb\x00\x00"), packed.Bytes()...))
	var many [][]byte
	for range 300 {
		many = append(many, bomb)
	}
	tags := binary.BigEndian.AppendUint32(append(make([]byte, profileSpace), "RGB XYZ "...), 0)
	tags = append(tags, make([]byte, profileTags-len(tags))...)
	tags = binary.BigEndian.AppendUint32(tags, 1<<20)
	for i := range uint32(1 << 20) {
		tags = append(binary.BigEndian.AppendUint32(tags, i), make([]byte, profileTagLen-4)...)
	}
	still := sample(t, "held-lossless.webp")
	webp := slices.Concat(still[:riffHead], binary.LittleEndian.AppendUint32([]byte("ICCP"), uint32(len(tags))), tags, still[riffHead:])
	for name, data := range map[string][]byte{"300 in a PNG": withChunks(sample(t, "held.png"), many...), "of a million tags": webp} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, _, err := shrink(data, whole(100)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		runtime.ReadMemStats(&after)
		if n := (after.TotalAlloc - before.TotalAlloc) >> 20; n > 16 {
			t.Errorf("%s: %d MB", name, n)
		}
	}
}

// What a profile says is not to be trusted: counts, places and numbers of all kinds leave colours as they are, or others.
func FuzzProfile(f *testing.F) {
	s, err := scaledjpeg.ReadHead(sample(f, "p3.jpeg"))
	if err != nil || len(s.Profile) != 480 {
		f.Fatalf("%d %v", len(s.Profile), err)
	}
	f.Add(s.Profile)
	if s, err = scaledjpeg.ReadHead(sample(f, "table.jpeg")); err != nil {
		f.Fatal(err)
	}
	f.Add(s.Profile)
	f.Fuzz(func(t *testing.T, profile []byte) {
		if c := coloursOf(profile); c != nil {
			m := image.NewRGBA(image.Rect(0, 0, 16, 16))
			for i := range m.Pix {
				m.Pix[i] = uint8(i)
			}
			c.convert(m)
		}
	})
}

func TestABrokenProfileLeavesColoursAsTheyAre(t *testing.T) {
	t.Parallel()
	s, err := scaledjpeg.ReadHead(sample(t, "p3.jpeg"))
	if err != nil {
		t.Fatal(err)
	}
	good := s.Profile
	change := func(at int, to string) []byte {
		return append(append(bytes.Clone(good[:at]), to...), good[at+len(to):]...)
	}
	for name, profile := range map[string][]byte{
		"none": nil, "cut off": good[:100], "cut off in its list": good[:150], "of grey": change(16, "GRAY"), "of Lab": change(20, "Lab "),
		"more tags than there are": change(128, "\xff\xff\xff\xff"), "a tag nowhere": bytes.Replace(good, []byte("rXYZ\x00\x00"), []byte("rXYZ\xff\xff"), 1),
		"a formula that is none": bytes.ReplaceAll(good, []byte("para\x00\x00\x00\x00\x00\x03"), []byte("para\x00\x00\x00\x00\x00\x09")),
	} {
		if c := coloursOf(profile); c != nil {
			t.Errorf("%s: %v", name, c.matrix)
		}
	}
	bomb := new(bytes.Buffer)
	w := zlib.NewWriter(bomb)
	if _, err := w.Write(make([]byte, 64<<20)); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	if got := inflated(append([]byte("name\x00\x00"), bomb.Bytes()...)); len(got) != maxProfile+1 || coloursOf(got) != nil {
		t.Errorf("a profile of %d bytes", len(got))
	}
}

// Of a picture that moves the first is shown: it may be a part of what moves only.
func TestOfAMovingPictureTheFirstIsShown(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]image.Point{
		"moving.webp": {260, 220}, "moving-lossless.webp": {260, 220}, "moving-clear.webp": {205, 220}, // which was held in orientation 6
	} {
		m := developed(t, name)
		if m.Bounds().Size() != size || off(m, 100, 100, color.RGBA{200, 30, 30, 255}) > 8 {
			t.Errorf("%s: %v %v", name, m.Bounds(), m.At(100, 100))
		}
	}
	if m := developed(t, "clear.webp"); off(m, 100, 100, color.RGBA{227, 142, 142, 255}) > 8 {
		t.Errorf("half clear: %v", m.At(100, 100))
	}
}

// Whoever sends half a picture, or one that is cut short somewhere, is told at once and not thanked.
func TestHalfAPictureIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"p3.jpeg", "held.png", "held.webp", "held-lossless.webp", "moving.webp", "clear.webp"} {
		data := sample(t, name)
		if _, err := formatOf(data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, n := range []int{len(data) / 2, len(data) * 9 / 10, 40, 13} {
			if name == "moving.webp" && n > len(data)/2 {
				continue // then the first picture may be whole
			}
			if _, err := formatOf(data[:n]); !errors.Is(err, ErrKind) {
				t.Errorf("%s, the first %d of %d bytes: %v", name, n, len(data), err)
			}
		}
	}
	// A PNG has checksums.
	wrong := sample(t, "held.png")
	wrong[len(wrong)/2] ^= 1
	if _, err := formatOf(wrong); !errors.Is(err, ErrKind) {
		t.Errorf("another byte: %v", err)
	}
}
