package catalog_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"testing"
)

// photograph is a JPEG whose left half is red and whose right half is blue.
func photograph(t testing.TB, width, height int) io.Reader {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, halves(width, height), nil); err != nil {
		t.Fatal(err)
	}
	return &b
}

func halves(width, height int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			c := color.RGBA{R: 220, A: 255}
			if x >= width/2 {
				c = color.RGBA{B: 220, A: 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}
