package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"

	"github.com/souk-taawon/souk/internal/picture/scaledjpeg"
)

// jpegQuality keeps a product's photograph clean to the eye at about 100 KB for 1280 pixels.
const jpegQuality = 82

// layout is what copies are made of a picture.
type layout struct {
	cut    bool                         // to a shape that fits among others
	widths func(size image.Point) []int // of a picture of that size, ascending
}

// ofProduct are the copies of a product's picture.
var ofProduct = layout{cut: true, widths: func(image.Point) []int { return Widths }}

// shrink decodes a picture, turns it upright, and encodes it anew in each of the widths of a layout, never larger than
// it is, in colours of a screen. Nothing of the original's metadata (place, owner) is carried over. Size is that of the
// upright original in pixels, cut as its copies are.
func shrink(data []byte, l layout) (copies [][]byte, size image.Point, err error) {
	s, err := sourceOf(data)
	if err != nil {
		return nil, size, err
	}
	turn := orientation(s.exif)
	shape := func(stored image.Rectangle) image.Rectangle {
		if l.cut {
			return middle(stored)
		}
		return stored
	}
	size = upright(shape(image.Rectangle{Max: s.size}).Size(), turn)
	widths := l.widths(size)
	full, err := s.decode(s.shift(size.X / widths[len(widths)-1]))
	if err != nil {
		return nil, size, fmt.Errorf("decode: %w", err)
	}
	part := shape(full.Bounds())
	most := upright(part.Size(), turn)
	copies = make([][]byte, len(widths))
	for i := len(widths) - 1; i >= 0; i-- {
		to := most
		if widths[i] < most.X {
			to = image.Pt(widths[i], max(1, most.Y*widths[i]/most.X))
		}
		smaller := reduced(full, part, upright(to, turn)) // of the next larger copy
		if i == len(widths)-1 {
			if c := s.colours(); c != nil {
				c.convert(smaller)
			}
		}
		full, part = smaller, smaller.Rect
		var out bytes.Buffer
		if err := jpeg.Encode(&out, turned(smaller, turn), &jpeg.Options{Quality: jpegQuality}); err != nil {
			return nil, size, fmt.Errorf("encode: %w", err)
		}
		copies[i] = out.Bytes()
	}
	return copies, size, nil
}

// shift is how often a picture's size may be halved while it is decoded: as often as that many times smaller a copy is
// made of it, and until it takes no more memory than it may.
func (s source) shift(times int) int {
	shift := 0
	for shift < scaledjpeg.MaxShift && (times >= 2<<shift || s.memory(shift) > maxDecoded) {
		shift++
	}
	return shift
}

// maxShape is how many times as long as the other a side of a product's picture is at most.
const maxShape = 2

// middle is the part of a picture around its middle that has the shape of a product's picture.
func middle(r image.Rectangle) image.Rectangle {
	less := image.Pt(max(0, r.Dx()-maxShape*r.Dy())/2, max(0, r.Dy()-maxShape*r.Dx())/2)
	return image.Rectangle{Min: r.Min.Add(less), Max: r.Max.Sub(less)}
}

// upright is what a size becomes that is turned as an orientation says, and the other way round.
func upright(size image.Point, turn int) image.Point {
	if turn >= 5 {
		return image.Pt(size.Y, size.X)
	}
	return size
}

// reduced makes a part of an image smaller, or leaves its size, on white where it is transparent. Each pixel is the
// average of what it covers, so every one counts, and it takes no more memory than the result and some
// rows: a good filter over the whole of a large photograph would need some hundred megabytes.
func reduced(src image.Image, b image.Rectangle, size image.Point) *image.RGBA {
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
