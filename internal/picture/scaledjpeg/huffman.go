// Copyright 2009 The Go Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE file.

package scaledjpeg

// maxCode is how many bits a code has at most; lookUp is how many are looked up at once.
const (
	maxCode = 16
	lookUp  = 8
)

// huffman is a table of codes (section C of ITU-T T.81).
type huffman struct {
	// ready is for each beginning of lookUp bits the value in the high byte and the length of its code in the low
	// one; 0 if the code is longer.
	ready  [1 << lookUp]uint16
	values []byte
	// most is the greatest code of each length, -1 if there is none; first the place in values of the code 0 of
	// that length.
	most, first [maxCode]int
}

// tables reads Huffman tables (section B.2.4.2).
func (d *decoder) tables(segment []byte) error {
	for len(segment) > 0 {
		if len(segment) < 1+maxCode {
			return errFormat
		}
		class, id := segment[0]>>4, segment[0]&0x0f
		if class > 1 || id > 3 || d.baseline && id > 1 {
			return errFormat
		}
		lengths := segment[1 : 1+maxCode]
		n := 0
		for _, count := range lengths {
			n += int(count)
		}
		segment = segment[1+maxCode:]
		if n == 0 || n > 256 || len(segment) < n {
			return errFormat
		}
		h := huffman{values: segment[:n]}
		segment = segment[n:]
		code, at := 0, 0
		for i, count := range lengths {
			h.most[i], h.first[i] = -1, at-code
			for range count {
				if i < lookUp { // all that begin with it
					from := uint8(code << (lookUp - 1 - i)) // of a hostile table it may be too large
					for k := range uint8(1 << (lookUp - 1 - i)) {
						h.ready[from|k] = uint16(h.values[at])<<8 | uint16(i+1)
					}
				}
				h.most[i] = code
				code++
				at++
			}
			code <<= 1
		}
		d.huffman[class][id] = h
	}
	return nil
}

// bits are those of a scan that were taken from it and not read yet: the n lowest of acc.
type bits struct {
	acc uint64
	n   int
}

// fill takes as many bytes of the scan as there is room for, up to the next marker.
func (d *decoder) fill() {
	for d.bits.n <= 56 && len(d.rest) > 0 {
		c, taken := d.rest[0], 1
		if c == 0xff {
			if len(d.rest) < 2 || d.rest[1] != 0 {
				return // a marker
			}
			taken = 2
		}
		d.rest = d.rest[taken:]
		d.bits.acc = d.bits.acc<<8 | uint64(c)
		d.bits.n += 8
	}
}

// read reads n bits, at most 16.
func (d *decoder) read(n int) (int32, error) {
	if d.bits.n < n {
		if d.fill(); d.bits.n < n {
			return 0, errShort
		}
	}
	d.bits.n -= n
	return int32(d.bits.acc>>d.bits.n) & (1<<n - 1), nil
}

// extended reads a number of n bits, which is negative if the first of them is 0 (section F.2.2.1).
func (d *decoder) extended(n int) (int32, error) {
	x, err := d.read(n)
	if n > 0 && x < 1<<(n-1) {
		x += -1<<n + 1
	}
	return x, err
}

// symbol reads a code of the table.
func (d *decoder) symbol(h *huffman) (byte, error) {
	if d.bits.n < maxCode {
		d.fill()
	}
	if d.bits.n >= lookUp {
		if ready := h.ready[d.bits.acc>>(d.bits.n-lookUp)&(1<<lookUp-1)]; ready != 0 {
			d.bits.n -= int(ready & 0xff)
			return byte(ready >> 8), nil
		}
	}
	if h.values == nil { // it was not given
		return 0, errFormat
	}
	code := 0
	for i := range maxCode {
		bit, err := d.read(1)
		if err != nil {
			return 0, err
		}
		code = code<<1 | int(bit)
		if code <= h.most[i] {
			return h.values[h.first[i]+code], nil
		}
	}
	return 0, errFormat
}
