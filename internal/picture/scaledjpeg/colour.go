// Copyright 2009 The Go Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package scaledjpeg

import (
	"image"
	"image/draw"
)

// coloured is the decoded image in colours that Go knows: brightness and two colours, or grey, as it is.
func (d *decoder) coloured() image.Image {
	switch {
	case len(d.components) == 4:
		return d.printed()
	case d.rgb():
		m := image.NewRGBA(d.image.Bounds())
		d.interleave(m.Pix, func(sample byte) byte { return sample })
		return m
	}
	return d.image
}

// interleave puts the planes' pixels beside each other, four bytes for each; where there is no fourth, it is 255.
func (d *decoder) interleave(pix []byte, as func(byte) byte) {
	size := d.image.Bounds().Size()
	for i := range 4 {
		if i >= len(d.components) {
			for at := i; at < len(pix); at += 4 {
				pix[at] = 255
			}
			continue
		}
		across, down := d.components[0].h/d.components[i].h, d.components[0].v/d.components[i].v
		for y := range size.Y {
			row := d.planes[i].pix[y/down*d.planes[i].stride:]
			to := pix[4*y*size.X+i:]
			for x := range size.X {
				to[4*x] = as(row[x/across])
			}
		}
	}
}

// printed are the colours of a printer. Adobe's programs write how much of each is left out.
func (d *decoder) printed() image.Image {
	if d.adobe == 0 {
		m := image.NewCMYK(d.image.Bounds())
		d.interleave(m.Pix, func(sample byte) byte { return 255 - sample })
		return m
	}
	// Brightness and two colours are what is left out of red, green and blue: as a screen's they are cyan, magenta
	// and yellow already, and only black is turned.
	rgb := image.NewRGBA(d.image.Bounds())
	draw.Draw(rgb, rgb.Rect, d.image, image.Point{}, draw.Src)
	size := rgb.Rect.Size()
	for y := range size.Y {
		row := d.planes[3].pix[y*d.planes[3].stride:]
		for x := range size.X {
			rgb.Pix[rgb.PixOffset(x, y)+3] = 255 - row[x]
		}
	}
	return &image.CMYK{Pix: rgb.Pix, Stride: rgb.Stride, Rect: rgb.Rect}
}
