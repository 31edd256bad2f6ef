package catalog

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"

	xdraw "golang.org/x/image/draw"
)

// jpegQuality keeps a product's photograph clean to the eye at about 100 KB for 1280 pixels.
const jpegQuality = 82

// shrink decodes a picture, turns it upright, and encodes it anew in each of the ascending widths,
// never larger than it is. Nothing of the original's metadata (place, owner) is carried over. Size is
// that of the upright original in pixels.
func shrink(data []byte, widths []int) (copies [][]byte, size image.Point, err error) {
	if _, err := pictureFormat(data); err != nil {
		return nil, size, err
	}
	full, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, size, fmt.Errorf("decode: %w", err)
	}
	turn := orientation(data)
	size = full.Bounds().Size()
	if turn >= 5 {
		size.X, size.Y = size.Y, size.X
	}
	largest := widths[len(widths)-1]
	upright := turned(reduce(full, 2*largest), turn)
	copies = make([][]byte, len(widths))
	for i := len(widths) - 1; i >= 0; i-- {
		upright = scaled(upright, widths[i])
		var out bytes.Buffer
		if err := jpeg.Encode(&out, upright, &jpeg.Options{Quality: jpegQuality}); err != nil {
			return nil, size, fmt.Errorf("encode: %w", err)
		}
		copies[i] = out.Bytes()
	}
	return copies, size, nil
}

// reduce averages whole blocks of pixels so that the shorter side stays at least about enough, on
// white where the picture is transparent. It goes strip by strip: a good filter over the whole of a
// large photograph would need some hundred megabytes.
func reduce(src image.Image, enough int) *image.RGBA {
	b := src.Bounds()
	n := max(1, min(b.Dx(), b.Dy())/enough)
	dst := image.NewRGBA(image.Rect(0, 0, b.Dx()/n, b.Dy()/n))
	strip := image.NewRGBA(image.Rect(0, 0, dst.Rect.Dx()*n, n))
	for y := range dst.Rect.Dy() {
		draw.Draw(strip, strip.Rect, image.White, image.Point{}, draw.Src)
		draw.Draw(strip, strip.Rect, src, image.Pt(b.Min.X, b.Min.Y+y*n), draw.Over)
		for x := range dst.Rect.Dx() {
			var sum [3]int
			for row := range n {
				at := strip.PixOffset(x*n, row)
				for i := at; i < at+4*n; i += 4 {
					sum[0] += int(strip.Pix[i])
					sum[1] += int(strip.Pix[i+1])
					sum[2] += int(strip.Pix[i+2])
				}
			}
			area := n * n
			dst.SetRGBA(x, y, color.RGBA{uint8(sum[0] / area), uint8(sum[1] / area), uint8(sum[2] / area), 255})
		}
	}
	return dst
}

// scaled makes an image narrower, keeping its proportions; one that is narrow enough stays.
func scaled(src *image.RGBA, width int) *image.RGBA {
	b := src.Bounds()
	if b.Dx() <= width {
		return src
	}
	dst := image.NewRGBA(image.Rect(0, 0, width, max(1, b.Dy()*width/b.Dx())))
	xdraw.CatmullRom.Scale(dst, dst.Rect, src, b, draw.Src, nil)
	return dst
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
