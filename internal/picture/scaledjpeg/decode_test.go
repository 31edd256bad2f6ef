package scaledjpeg

import (
	"bytes"
	"compress/gzip"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// pictures are those by which image/jpeg of the Go Authors is tested: of every sampling, in one scan and in many.
func pictures(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("testdata/video-*.jpeg")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	all := make(map[string][]byte)
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(file)] = data
	}
	return all
}

// average is the colour of a square of an image, as far as that goes.
func average(m image.Image, at image.Point, side int) (sum [3]float64) {
	square := image.Rectangle{Min: at, Max: at.Add(image.Pt(side, side))}.Intersect(m.Bounds())
	for y := square.Min.Y; y < square.Max.Y; y++ {
		for x := square.Min.X; x < square.Max.X; x++ {
			c := color.RGBAModel.Convert(m.At(x, y)).(color.RGBA)
			for i, v := range []uint8{c.R, c.G, c.B} {
				sum[i] += float64(v) / float64(square.Dx()*square.Dy())
			}
		}
	}
	return sum
}

// differ is by how much squares of that side of a picture differ from those of one made smaller, on average and at most.
func differ(full, smaller image.Image, shift, side int) (mean, most float64) {
	size := full.Bounds().Size()
	across, down := size.X/side, size.Y/side
	for y := range down {
		for x := range across {
			want := average(full, image.Pt(x*side, y*side), side)
			got := average(smaller, image.Pt(x*side>>shift, y*side>>shift), side>>shift)
			for i := range want {
				d := max(want[i]-got[i], got[i]-want[i])
				mean += d / float64(3*across*down)
				most = max(most, d)
			}
		}
	}
	return mean, most
}

// A picture that is decoded smaller is what becomes of it when it is decoded and each square of its pixels is averaged.
func TestAPictureDecodedSmallerIsThePictureMadeSmaller(t *testing.T) {
	t.Parallel()
	for name, data := range pictures(t) {
		full, err := jpeg.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(name, err)
		}
		head, err := ReadHead(data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for shift := range MaxShift + 1 {
			got, err := head.Decode(shift)
			if err != nil {
				t.Errorf("%s, %d: %v", name, shift, err)
				continue
			}
			size, side := full.Bounds().Size(), 1<<shift
			if want := image.Pt((size.X+side-1)/side, (size.Y+side-1)/side); got.Bounds().Size() != want || head.Size(shift) != want {
				t.Errorf("%s, %d: size %v, want %v", name, shift, got.Bounds().Size(), want)
				continue
			}
			// Where the whole is decoded only rounding differs. Smaller, sharp edges do too, and colours that are there
			// less often than brightness; but over what a colour has one block for nothing becomes lighter or darker.
			mean, most := differ(full, got, shift, side)
			few := 15.0
			if len(head.components) == 1 {
				few = 4
			}
			if shift == 0 && mean > 0.5 || mean > few {
				t.Errorf("%s, %d: off by %.2f on average", name, shift, mean)
			}
			if shift == 0 && most > 4 {
				t.Errorf("%s: off by %.0f", name, most)
			}
			if mean, most := differ(full, got, shift, 32); mean > 2.5 || most > 8 {
				t.Errorf("%s, %d: squares are off by %.2f on average, by %.0f at most", name, shift, mean, most)
			}
		}
	}
}

// TestLargePicturesAreDecodedInLittleMemory decodes what telephones, and programs for printers, make: plain pictures,
// packed, since a JPEG of nothing but two colours is long only where it says so over and over.
func TestLargePicturesAreDecodedInLittleMemory(t *testing.T) {
	for name, c := range map[string]struct {
		size  image.Point
		shift int
		most  int // bytes
	}{
		"50-420":          {image.Pt(8160, 6120), 1, 20 << 20},
		"48-444":          {image.Pt(8000, 6000), 1, 37 << 20},
		"48-progressive":  {image.Pt(8000, 6000), 1, 64 << 20},
		"48-cmyk":         {image.Pt(8000, 6000), 2, 26 << 20},
		"108-progressive": {image.Pt(12000, 9000), 2, 49 << 20},
		"200-422":         {image.Pt(16320, 12240), 3, 7 << 20},
	} {
		file, err := os.Open("testdata/" + name + ".jpeg.gz")
		if err != nil {
			t.Fatal(err)
		}
		unpacked, err := gzip.NewReader(file)
		if err != nil {
			t.Fatal(name, err)
		}
		data, err := io.ReadAll(unpacked)
		if err != nil {
			t.Fatal(name, err)
		}
		_ = file.Close()
		head, err := ReadHead(data)
		if err != nil || head.Size(0) != c.size {
			t.Fatalf("%s: %v %v", name, head.Size(0), err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		begun := time.Now()
		got, err := head.Decode(c.shift)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		runtime.ReadMemStats(&after)
		took := int(after.TotalAlloc - before.TotalAlloc)
		t.Logf("%s: %d MB, %s", name, took>>20, time.Since(begun))
		if said := head.Memory(c.shift); took > said+said/50+1<<20 || took < said*9/10 || said > c.most {
			t.Errorf("%s: took %d bytes, of %d that it said; want %d at most", name, took, said, c.most)
		}
		// Its left half is red and its right half blue.
		size := got.Bounds().Size()
		for _, x := range []int{size.X / 4, size.X * 3 / 4} {
			c := average(got, image.Pt(x, size.Y/2), 1)
			if red := x < size.X/2; red != (c[0] > 150 && c[2] < 80) || red == (c[2] > 150 && c[0] < 80) {
				t.Errorf("%s: %v at %d of %d", name, c, x, size.X)
			}
		}
	}
}

func TestWhatIsNoWholeJPEGIsRefusedByItsHead(t *testing.T) {
	t.Parallel()
	all := pictures(t)
	good := all["video-001.q50.420.jpeg"]
	sof := bytes.Index(good, []byte{0xff, sof0})
	sofOf := func(change func(segment []byte)) []byte {
		data := bytes.Clone(good)
		change(data[sof+2:])
		return data
	}
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"nothing":                {nil, errFormat},
		"no JPEG":                {[]byte("\x89PNG\r\n"), errFormat},
		"a start":                {[]byte("\xff\xd8"), errShort},
		"padding without end":    {[]byte("\xff\xd8\xff\xff\xff\xff"), errShort},
		"cut off in its scan":    {good[:len(good)/2], errShort},
		"cut off in a segment":   {good[:sof+6], errShort},
		"a segment of nothing":   {[]byte("\xff\xd8\xff\xe1\x00\x01Exif\x00\x00"), errFormat},
		"no scan":                {append(bytes.Clone(good[:sof]), "\xff\xd9"...), errFormat},
		"of twelve bits":         {sofOf(func(s []byte) { s[2] = 12 }), errUnsupported},
		"of two colours":         {sofOf(func(s []byte) { s[7] = 2 }), errUnsupported},
		"of no samples":          {sofOf(func(s []byte) { s[9] = 0 }), errUnsupported},
		"sampled in thirds":      {sofOf(func(s []byte) { s[9] = 0x33 }), errUnsupported},
		"a colour twice":         {sofOf(func(s []byte) { s[11] = s[8] }), errFormat},
		"arithmetically encoded": {bytes.Replace(good, []byte{0xff, sof0}, []byte{0xff, 0xc9}, 1), errUnsupported},
		"two heads":              {append(bytes.Clone(good[:sof+19]), good[sof:]...), errFormat},
		"over and over": {append(bytes.Clone(good[:len(good)-2]),
			strings.Repeat("\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00", maxScans)+"\xff\xd9"...), errScans},
	} {
		if _, err := ReadHead(c.data); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// Any bytes are decoded to the size that the head says, or refused; and what image/jpeg decodes is a picture
// of the same size and kind.
func FuzzDecode(f *testing.F) {
	for _, data := range pictures(f) {
		f.Add(data, uint8(1))
		f.Add(data, uint8(3))
	}
	f.Fuzz(func(t *testing.T, data []byte, shift uint8) {
		head, err := ReadHead(data)
		if err != nil || head.Width*head.Height > 1<<20 {
			return
		}
		shift %= MaxShift + 1
		got, err := head.Decode(int(shift))
		if err != nil {
			return
		}
		if got.Bounds().Size() != head.Size(int(shift)) {
			t.Fatalf("%v, said %v", got.Bounds(), head.Size(int(shift)))
		}
		full, err := jpeg.Decode(bytes.NewReader(data))
		if err != nil {
			return
		}
		if _, grey := full.(*image.Gray); full.Bounds().Size() != head.Size(0) || grey != (len(head.components) == 1) {
			t.Fatalf("%v %T, said %+v", full.Bounds(), full, head.components)
		}
	})
}
