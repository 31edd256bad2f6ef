// Copyright 2012 The Go Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package scaledjpeg

import (
	"image"
	"math"
)

// room makes room for the pixels, in whole units, and for what is kept of blocks between two scans.
func (d *decoder) room() {
	size, c := d.Size(d.shift), d.components
	width, height := d.side*c[0].h*d.across, d.side*c[0].v*d.down
	if len(c) == 1 {
		m := image.NewGray(image.Rect(0, 0, width, height))
		d.planes[0] = plane{m.Pix, m.Stride}
		d.image = m.SubImage(image.Rectangle{Max: size})
	} else {
		ratio := map[[2]int]image.YCbCrSubsampleRatio{
			{1, 1}: image.YCbCrSubsampleRatio444,
			{1, 2}: image.YCbCrSubsampleRatio440,
			{2, 1}: image.YCbCrSubsampleRatio422,
			{2, 2}: image.YCbCrSubsampleRatio420,
			{4, 1}: image.YCbCrSubsampleRatio411,
			{4, 2}: image.YCbCrSubsampleRatio410,
		}[[2]int{c[0].h / c[1].h, c[0].v / c[1].v}]
		m := image.NewYCbCr(image.Rect(0, 0, width, height), ratio)
		d.planes = [4]plane{{m.Y, m.YStride}, {m.Cb, m.CStride}, {m.Cr, m.CStride}}
		d.image = m.SubImage(image.Rectangle{Max: size})
	}
	if len(c) == 4 {
		d.planes[3] = plane{make([]byte, width*height), width}
	}
	if d.progressive {
		for i, c := range c {
			blocks := d.across * d.down * c.h * c.v
			d.saved[i] = saved{make([]int16, blocks*d.side*d.side), make([]uint64, blocks)}
		}
	}
}

// transformSaved transforms the blocks that were kept until the last scan.
func (d *decoder) transformSaved() {
	if !d.progressive {
		return
	}
	for i, c := range d.components {
		wide, area := d.across*c.h, d.side*d.side
		for by := range d.down * c.v {
			for bx := range wide {
				if !d.outside(c, bx, by) {
					d.transform(d.saved[i].kept[(by*wide+bx)*area:][:area], c, i, bx, by)
				}
			}
		}
	}
}

// cosines are of each shift the parts that side coefficients have in side pixels, times 4096: [shift][pixel][coefficient].
var cosines = func() (t [MaxShift + 1][8][8]int) {
	for shift := range t {
		side := 8 >> shift
		for x := range side {
			for u := range side {
				part := math.Cos(float64(2*x+1)*float64(u)*math.Pi/float64(2*side)) / 2
				if u == 0 {
					part = 1 / (2 * math.Sqrt2)
				}
				t[shift][x][u] = int(math.Round(part * 4096))
			}
		}
	}
	return t
}()

// transform makes pixels of a block. The lowest side by side of its 8 by 8 coefficients, taken for those of a block
// of that size, are that block made smaller.
func (d *decoder) transform(kept []int16, c component, index, bx, by int) {
	side, table := d.side, &cosines[d.shift]
	var block [64]int
	rows := 1 // below which all are zero
	flat := true
	for i, k := range d.kept {
		if k < 0 || kept[k] == 0 {
			continue
		}
		block[k] = int(kept[k]) * int(d.quant[c.quant][i])
		rows = max(rows, int(k)/side+1)
		flat = flat && k == 0
	}
	to := d.planes[index]
	pix := to.pix[side*(by*to.stride+bx):]
	if flat {
		grey := pixel(block[0] * table[0][0] * table[0][0])
		for y := range side {
			row := pix[y*to.stride:][:side]
			for x := range row {
				row[x] = grey
			}
		}
		return
	}
	var half [8]int
	for y := range side {
		for u := range side {
			sum := 0
			for v := range rows {
				sum += table[y][v] * block[v*side+u]
			}
			half[u] = sum
		}
		row := pix[y*to.stride:][:side]
		for x := range row {
			sum := 0
			for u := range side {
				sum += table[x][u] * half[u]
			}
			row[x] = pixel(sum)
		}
	}
}

// pixel is the pixel of a sum of products with two parts of cosines.
func pixel(sum int) byte {
	return byte(min(max((sum+1<<23)>>24+128, 0), 255))
}
