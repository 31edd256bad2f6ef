package catalog

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
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
	if format, err := pictureFormat(b.Bytes()); format != "jpeg" || err != nil {
		t.Errorf("one scan: %q, %v", format, err)
	}
	scan := "\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x00"
	b.WriteString(strings.Repeat(scan, maxScans))
	if _, err := pictureFormat(b.Bytes()); !errors.Is(err, ErrPictureKind) {
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
