// Copyright 2012 The Go Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package scaledjpeg

import (
	"bytes"
	"encoding/binary"
	"image"
)

// decoder decodes one picture, a block of 8 by 8 coefficients to side by side pixels.
type decoder struct {
	Head
	shift, side int
	kept        [64]int8 // of each coefficient in the order of a scan: its place among those that are kept, or -1

	quant   [4][64]int32 // in the order of a scan
	huffman [2][4]huffman
	restart int // after how many units a scan starts again; 0 if it does not

	rest   []byte
	bits   bits
	eobRun int // of how many blocks more nothing follows (section G.1.2.2)

	across, down int // units
	planes       [4]plane
	image        image.Image
	saved        [4]saved
}

// plane is where the pixels of one colour go.
type plane struct {
	pix    []byte
	stride int
}

// saved are the blocks of one colour between two scans.
type saved struct {
	kept []int16  // side*side of each block
	some []uint64 // a bit of each coefficient, in the order of a scan: whether it is not zero
}

// zigzag is the order of coefficients in a scan.
var zigzag = [64]int8{
	0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5,
	12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
	58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
}

// Decode decodes the picture in the size that Size tells. It asks for about Memory(shift) bytes.
func (h Head) Decode(shift int) (image.Image, error) {
	d := &decoder{Head: h, shift: shift, side: 8 >> shift}
	for i, natural := range zigzag {
		d.kept[i] = -1
		if x, y := int(natural%8), int(natural/8); x < d.side && y < d.side {
			d.kept[i] = int8(y*d.side + x)
		}
	}
	d.across, d.down = h.units()
	d.room()
	err := segments(h.data, func(marker byte, segment, rest []byte) (int, error) {
		switch marker {
		case dht:
			return 0, d.tables(segment)
		case dqt:
			return 0, d.quantization(segment)
		case dri:
			if len(segment) != 2 {
				return 0, errFormat
			}
			d.restart = int(binary.BigEndian.Uint16(segment))
		case sos:
			d.rest = rest
			if err := d.scan(segment); err != nil {
				return 0, err
			}
			return len(rest) - len(d.rest), nil
		}
		return 0, nil
	})
	if err != nil {
		return nil, err
	}
	d.transformSaved()
	return d.coloured(), nil
}

// quantization reads quantization tables (section B.2.4.1).
func (d *decoder) quantization(segment []byte) error {
	for len(segment) > 0 {
		id, size := segment[0]&0x0f, 1+int(segment[0]>>4)
		segment = segment[1:]
		if id > 3 || size > 2 || len(segment) < 64*size {
			return errFormat
		}
		for i := range 64 {
			if size == 1 {
				d.quant[id][i] = int32(segment[i])
			} else {
				d.quant[id][i] = int32(binary.BigEndian.Uint16(segment[2*i:]))
			}
		}
		segment = segment[64*size:]
	}
	return nil
}

// pass is one scan: which coefficients of which colours, and which of their bits.
type pass struct {
	parts     []part
	from, to  int // coefficients
	high, low uint
}

// part is a colour of a scan.
type part struct {
	component
	index  int
	dc, ac *huffman
	last   int32 // the last block's first coefficient, from which the next one differs by what it says
}

// passOf reads what a scan says of itself (section B.2.3).
func (d *decoder) passOf(segment []byte) (pass, error) {
	p := pass{to: 63}
	if len(segment) < 6 || len(segment) != 4+2*int(segment[0]) || int(segment[0]) > len(d.components) {
		return p, errFormat
	}
	n, units := int(segment[0]), 0
	for i := range n {
		id, tables := segment[1+2*i], segment[2+2*i]
		index := -1
		for j, c := range d.components {
			if c.id == id {
				index = j
			}
		}
		for _, before := range p.parts {
			if before.index == index {
				return p, errFormat
			}
		}
		if index < 0 || tables>>4 > 3 || tables&0x0f > 3 || d.baseline && (tables>>4 > 1 || tables&0x0f > 1) {
			return p, errFormat
		}
		c := d.components[index]
		units += c.h * c.v
		p.parts = append(p.parts, part{component: c, index: index, dc: &d.huffman[0][tables>>4], ac: &d.huffman[1][tables&0x0f]})
	}
	if n > 1 && units > 10 {
		return p, errFormat
	}
	if !d.progressive {
		return p, nil
	}
	p.from, p.to = int(segment[1+2*n]), int(segment[2+2*n])
	p.high, p.low = uint(segment[3+2*n]>>4), uint(segment[3+2*n]&0x0f)
	switch {
	case p.from == 0 && p.to != 0, p.from > p.to, p.to > 63, p.from != 0 && n != 1, p.high != 0 && p.high != p.low+1:
		return p, errFormat
	}
	return p, nil
}

// scan reads one scan.
func (d *decoder) scan(segment []byte) error {
	p, err := d.passOf(segment)
	if err != nil {
		return err
	}
	d.bits, d.eobRun = bits{}, 0
	expected := byte(rst0)
	alone := len(p.parts) == 1
	all := d.across * d.down
	for unit := range all {
		for i := range p.parts {
			part := &p.parts[i]
			wide := d.across * part.h
			for j := range part.h * part.v {
				bx, by := part.h*(unit%d.across)+j%part.h, part.v*(unit/d.across)+j/part.h
				if alone { // then it goes from left to right, without the blocks that are outside of the picture
					n := unit*part.h*part.v + j
					bx, by = n%wide, n/wide
					if d.outside(part.component, bx, by) {
						continue
					}
				}
				if err := d.block(&p, part, bx, by); err != nil {
					return err
				}
			}
		}
		if d.restart > 0 && (unit+1)%d.restart == 0 && unit+1 < all {
			if err := d.startAgain(expected); err != nil {
				return err
			}
			for i := range p.parts {
				p.parts[i].last = 0
			}
			if expected++; expected > rst7 {
				expected = rst0
			}
		}
	}
	return nil
}

// outside says whether a block is in a unit of the picture, but itself behind its edge.
func (d *decoder) outside(c component, bx, by int) bool {
	first := d.components[0]
	return bx*8*first.h >= d.Width*c.h || by*8*first.v >= d.Height*c.v
}

// startAgain goes to the marker of a restart that has to come.
func (d *decoder) startAgain(expected byte) error {
	d.bits, d.eobRun = bits{}, 0
	for {
		at := bytes.IndexByte(d.rest, 0xff)
		if at < 0 || at+1 >= len(d.rest) {
			return errShort
		}
		marker := d.rest[at+1]
		switch marker {
		case expected:
			d.rest = d.rest[at+2:]
			return nil
		case 0:
			d.rest = d.rest[at+2:]
		case 0xff: // padding
			d.rest = d.rest[at+1:]
		default:
			return errFormat
		}
	}
}

// block reads what a scan says of one block: all of it in a picture of one scan, which is then transformed.
func (d *decoder) block(p *pass, part *part, bx, by int) error {
	if !d.progressive {
		var kept [64]int16
		var some uint64
		if err := d.coefficients(p, part, kept[:d.side*d.side], &some); err != nil {
			return err
		}
		d.transform(kept[:d.side*d.side], part.component, part.index, bx, by)
		return nil
	}
	blocks := &d.saved[part.index]
	n, area := by*d.across*part.h+bx, d.side*d.side
	if p.high != 0 {
		return d.refine(p, part, blocks.kept[n*area:][:area], &blocks.some[n])
	}
	return d.coefficients(p, part, blocks.kept[n*area:][:area], &blocks.some[n])
}

// coefficients reads those of a block for the first time (section F.2.2).
func (d *decoder) coefficients(p *pass, part *part, kept []int16, some *uint64) error {
	at := p.from
	if at == 0 {
		n, err := d.symbol(part.dc)
		if err != nil {
			return err
		}
		if n > 16 {
			return errFormat
		}
		differs, err := d.extended(int(n))
		if err != nil {
			return err
		}
		part.last += differs
		kept[0] = int16(part.last << p.low)
		at++
	}
	if at > p.to {
		return nil
	}
	if d.eobRun > 0 {
		d.eobRun--
		return nil
	}
	for ; at <= p.to; at++ {
		symbol, err := d.symbol(part.ac)
		if err != nil {
			return err
		}
		zeros, n := int(symbol>>4), int(symbol&0x0f)
		switch {
		case n != 0:
			if at += zeros; at > p.to {
				return nil
			}
			value, err := d.extended(n)
			if err != nil {
				return err
			}
			*some |= 1 << at
			if k := d.kept[at]; k >= 0 {
				kept[k] = int16(value << p.low)
			}
		case zeros == 15:
			at += 15
		default:
			if err := d.endOfBand(zeros); err != nil {
				return err
			}
			d.eobRun-- // this block
			return nil
		}
	}
	return nil
}

// endOfBand reads for how many blocks, this one among them, nothing follows.
func (d *decoder) endOfBand(n int) error {
	more, err := d.read(n)
	d.eobRun = 1<<n | int(more)
	return err
}

// refine reads one bit more of coefficients (sections G.1.2.2 and G.1.2.3).
func (d *decoder) refine(p *pass, part *part, kept []int16, some *uint64) error {
	delta := int16(1) << p.low
	if p.from == 0 {
		bit, err := d.read(1)
		if bit != 0 {
			kept[0] |= delta
		}
		return err
	}
	at := p.from
	if d.eobRun == 0 {
		for ; at <= p.to; at++ {
			symbol, err := d.symbol(part.ac)
			if err != nil {
				return err
			}
			zeros, n := int(symbol>>4), symbol&0x0f
			value := int16(0)
			if n == 0 && zeros < 15 {
				if err := d.endOfBand(zeros); err != nil {
					return err
				}
				break
			}
			if n > 1 {
				return errFormat
			}
			if n == 1 {
				bit, err := d.read(1)
				if err != nil {
					return err
				}
				if value = delta; bit == 0 {
					value = -delta
				}
			}
			if at, err = d.refineSome(at, p.to, zeros, delta, kept, *some); err != nil {
				return err
			}
			if at > p.to {
				return errFormat
			}
			if value != 0 {
				*some |= 1 << at
				if k := d.kept[at]; k >= 0 {
					kept[k] = value
				}
			}
		}
	}
	if d.eobRun > 0 {
		d.eobRun--
		_, err := d.refineSome(at, p.to, -1, delta, kept, *some)
		return err
	}
	return nil
}

// refineSome reads a bit of each coefficient that is not zero, past that many that are; past all if it is negative.
func (d *decoder) refineSome(at, to, zeros int, delta int16, kept []int16, some uint64) (int, error) {
	for ; at <= to; at++ {
		if some>>at&1 == 0 {
			if zeros == 0 {
				break
			}
			zeros--
			continue
		}
		bit, err := d.read(1)
		if err != nil {
			return 0, err
		}
		if k := d.kept[at]; bit != 0 && k >= 0 {
			if kept[k] >= 0 {
				kept[k] += delta
			} else {
				kept[k] -= delta
			}
		}
	}
	return at, nil
}
