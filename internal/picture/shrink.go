package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
)

// jpegQuality keeps a product's photograph clean to the eye at about 100 KB for 1280 pixels.
const jpegQuality = 82

// shrink decodes a picture, turns it upright, and encodes it anew in each of the ascending widths,
// never larger than it is. Nothing of the original's metadata (place, owner) is carried over. Size is
// that of the upright original in pixels.
func shrink(data []byte, widths []int) (copies [][]byte, size image.Point, err error) {
	if _, err := formatOf(data); err != nil {
		return nil, size, err
	}
	full, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, size, fmt.Errorf("decode: %w", err)
	}
	turn := orientation(data)
	size = full.Bounds().Size()
	sideways := turn >= 5
	if sideways {
		size.X, size.Y = size.Y, size.X
	}
	copies = make([][]byte, len(widths))
	for i := len(widths) - 1; i >= 0; i-- {
		to := size
		if widths[i] < size.X {
			to = image.Pt(widths[i], max(1, size.Y*widths[i]/size.X))
		}
		if sideways {
			to.X, to.Y = to.Y, to.X
		}
		smaller := reduced(full, to) // of the next larger copy
		full = smaller
		var out bytes.Buffer
		if err := jpeg.Encode(&out, turned(smaller, turn), &jpeg.Options{Quality: jpegQuality}); err != nil {
			return nil, size, fmt.Errorf("encode: %w", err)
		}
		copies[i] = out.Bytes()
	}
	return copies, size, nil
}

// reduced makes an image smaller, or leaves its size, on white where it is transparent. Each pixel is the
// average of what it covers, so every one counts, and it takes no more memory than the result and some
// rows: a good filter over the whole of a large photograph would need some hundred megabytes.
func reduced(src image.Image, size image.Point) *image.RGBA {
	b := src.Bounds()
	w, h := b.Dx(), b.Dy()
	dst := image.NewRGBA(image.Rectangle{Max: size})
	row := image.NewRGBA(image.Rect(0, 0, w, 1))
	across := make([]uint64, 3*size.X) // a row of src, averaged across: w times its colours
	sum := make([]uint64, len(across)) // rows of across, averaged down: h times those
	for y, to := 0, 0; y < h; y++ {
		draw.Draw(row, row.Rect, image.White, image.Point{}, draw.Src)
		draw.Draw(row, row.Rect, src, image.Pt(b.Min.X, b.Min.Y+y), draw.Over)
		averageAcross(across, row.Pix, w, size.X)
		// The row covers [y, y+1) of h, which is [y*size.Y, (y+1)*size.Y) of h*size.Y.
		for from, end := y*size.Y, (y+1)*size.Y; from < end; {
			part := min(end, (to+1)*h) - from
			for i, colour := range across {
				sum[i] += colour * uint64(part)
			}
			if from += part; from == (to+1)*h {
				area := uint64(w) * uint64(h)
				pixels := dst.Pix[dst.PixOffset(0, to):]
				for x := range size.X {
					for c := range 3 {
						pixels[4*x+c] = uint8((sum[3*x+c] + area/2) / area)
					}
					pixels[4*x+3] = 255
				}
				clear(sum)
				to++
			}
		}
	}
	return dst
}

// averageAcross averages w pixels to n of three colours, each w times as much.
func averageAcross(dst []uint64, pixels []uint8, w, n int) {
	clear(dst)
	to := 0
	for x := range w {
		r, g, b := uint64(pixels[4*x]), uint64(pixels[4*x+1]), uint64(pixels[4*x+2])
		for from, end := x*n, (x+1)*n; from < end; {
			part := min(end, (to+1)*w) - from
			dst[3*to] += r * uint64(part)
			dst[3*to+1] += g * uint64(part)
			dst[3*to+2] += b * uint64(part)
			if from += part; from == (to+1)*w {
				to++
			}
		}
	}
}

// turned brings an image with that EXIF orientation upright.
func turned(src *image.RGBA, orientation int) *image.RGBA {
	if orientation == 1 {
		return src
	}
	w, h := src.Rect.Dx(), src.Rect.Dy()
	size := image.Rect(0, 0, w, h)
	if orientation >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	dst := image.NewRGBA(size)
	for y := range h {
		for x := range w {
			var to image.Point
			switch orientation {
			case 2: // mirrored
				to = image.Pt(w-1-x, y)
			case 3: // upside down
				to = image.Pt(w-1-x, h-1-y)
			case 4: // upside down and mirrored
				to = image.Pt(x, h-1-y)
			case 5: // mirrored, then a quarter turn
				to = image.Pt(y, x)
			case 6: // a quarter turn clockwise brings it upright
				to = image.Pt(h-1-y, x)
			case 7:
				to = image.Pt(h-1-y, w-1-x)
			case 8: // a quarter turn counter-clockwise
				to = image.Pt(y, w-1-x)
			}
			dst.SetRGBA(to.X, to.Y, src.RGBAAt(x, y))
		}
	}
	return dst
}
