package picture

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"image"
	"io"
	"math"
	"sync"
)

// colours are what red, green and blue mean in a picture whose makers say so, such as telephones do, which see more of
// them than a screen shows: without that they would look pale.
type colours struct {
	light  [3][256]float64 // of each value of each colour, from none to all of it
	matrix [3][3]float64   // from those to the light of sRGB
}

// toSRGB is what XYZ is of the light of sRGB, both as seen in the light that profiles are made for (D50).
var toSRGB = [3][3]float64{
	{3.1338561, -1.6168667, -0.4906146},
	{-0.9787684, 1.9161415, 0.0334540},
	{0.0719453, -0.2289914, 1.4052427},
}

// newColours makes colours of the XYZ of red, green and blue, and of how much light their values are.
func newColours(red, green, blue [3]float64, light [3]func(float64) float64) *colours {
	c := new(colours)
	for row := range 3 {
		for i, xyz := range [3][3]float64{red, green, blue} {
			for k := range 3 {
				c.matrix[row][i] += toSRGB[row][k] * xyz[k]
			}
		}
	}
	for i, curve := range light {
		for value := range c.light[i] {
			c.light[i][value] = unit(curve(float64(value) / 255))
		}
	}
	return c
}

// unit keeps a number from 0 to 1; what is no number is 0.
func unit(x float64) float64 {
	if x > 0 {
		return min(x, 1)
	}
	return 0
}

// As PNG names the primary colours of Display P3, and how sRGB, and it, write light (ITU-T H.273).
const (
	primariesP3  = 12
	transferSRGB = 13
)

func displayP3() *colours {
	return newColours(
		[3]float64{0.515102, 0.241182, -0.001049}, [3]float64{0.291965, 0.692236, 0.041882}, [3]float64{0.157153, 0.066582, 0.784378},
		[3]func(float64) float64{lightOfSRGB, lightOfSRGB, lightOfSRGB})
}

func lightOfSRGB(x float64) float64 {
	if x <= 0.04045 {
		return x / 12.92
	}
	return math.Pow((x+0.055)/1.055, 2.4)
}

// steps are how finely light is told apart to be written as sRGB.
const steps = 1 << 14

// ofLight writes light as sRGB.
var ofLight = sync.OnceValue(func() *[steps + 1]uint8 {
	var table [steps + 1]uint8
	for i := range table {
		x := float64(i) / steps
		if x <= 0.0031308 {
			x *= 12.92
		} else {
			x = 1.055*math.Pow(x, 1/2.4) - 0.055
		}
		table[i] = uint8(math.Round(255 * x))
	}
	return &table
})

// convert makes the colours of an image those of sRGB, which every screen takes an image for that says nothing.
func (c *colours) convert(img *image.RGBA) {
	table := ofLight()
	for at := 0; at+3 < len(img.Pix); at += 4 {
		pixel := img.Pix[at:][:3]
		r, g, b := c.light[0][pixel[0]], c.light[1][pixel[1]], c.light[2][pixel[2]]
		for i, part := range c.matrix {
			pixel[i] = table[int(math.Round(steps*unit(part[0]*r+part[1]*g+part[2]*b)))]
		}
	}
}

// Of a profile (ICC.1): where it says what it is of, and where what it says is found.
const (
	profileSpace  = 16 // colours
	profileBase   = 20 // in which they are told
	profileTags   = 128
	profileTagLen = 12 // name, offset, size
)

// maxProfile bounds the bytes of a profile; a camera's has about five hundred.
const maxProfile = 1 << 20

// coloursOf reads a profile that tells the light and the XYZ of three colours, as those of cameras do; any other, and
// a broken or too large one, is nil: then its picture's colours are taken for sRGB's.
func coloursOf(profile []byte) *colours {
	if len(profile) < profileTags+4 || len(profile) > maxProfile || string(profile[profileSpace:profileBase+4]) != "RGB XYZ " {
		return nil
	}
	tags := make(map[string][]byte)
	list := profile[profileTags+4:]
	for range binary.BigEndian.Uint32(profile[profileTags:]) {
		if len(list) < profileTagLen {
			return nil
		}
		at, size := uint64(binary.BigEndian.Uint32(list[4:])), uint64(binary.BigEndian.Uint32(list[8:]))
		if at+size <= uint64(len(profile)) {
			tags[string(list[:4])] = profile[at : at+size]
		}
		list = list[profileTagLen:]
	}
	var xyz [3][3]float64
	var light [3]func(float64) float64
	for i, colour := range []string{"r", "g", "b"} {
		var ok bool
		if xyz[i], ok = xyzOf(tags[colour+"XYZ"]); !ok {
			return nil
		}
		if light[i] = curveOf(tags[colour+"TRC"]); light[i] == nil {
			return nil
		}
	}
	return newColours(xyz[0], xyz[1], xyz[2], light)
}

// content is what stands in a tag of that type, behind its name and four bytes of nothing.
func content(tag []byte, kind string, least int) ([]byte, bool) {
	const head = 8
	if len(tag) < head+least || string(tag[:4]) != kind {
		return nil, false
	}
	return tag[head:], true
}

// fixed is a number with sixteen bits behind the point.
func fixed(b []byte) float64 { return float64(int32(binary.BigEndian.Uint32(b))) / (1 << 16) }

func xyzOf(tag []byte) (xyz [3]float64, ok bool) {
	tag, ok = content(tag, "XYZ ", 12)
	for i := range xyz {
		if ok {
			xyz[i] = fixed(tag[4*i:])
		}
	}
	return xyz, ok
}

// curveOf is how much light a value is; nil if the tag does not say.
func curveOf(tag []byte) func(float64) float64 {
	if table, ok := content(tag, "curv", 4); ok {
		return sampled(binary.BigEndian.Uint32(table), table[4:])
	}
	formula, ok := content(tag, "para", 4)
	if !ok {
		return nil
	}
	// Each kind of formula has more numbers than the one before: how steep (g), and then a to f.
	kind := int(binary.BigEndian.Uint16(formula))
	count := []int{1, 3, 4, 5, 7}
	if kind >= len(count) || len(formula) < 4+4*count[kind] {
		return nil
	}
	var n [7]float64
	for i := range count[kind] {
		n[i] = fixed(formula[4+4*i:])
	}
	g, a, b, c, d, e, f := n[0], n[1], n[2], n[3], n[4], n[5], n[6]
	switch kind {
	case 0:
		a = 1
	case 1:
		d = -b / a
	case 2:
		d, e, f, c = -b/a, c, c, 0
	}
	return func(x float64) float64 {
		if x >= d {
			return math.Pow(a*x+b, g) + e
		}
		return c*x + f
	}
}

// sampled is the curve of a table of n numbers: none is a straight line, and a single one says how steep it is.
func sampled(n uint32, table []byte) func(float64) float64 {
	if uint64(len(table)) < 2*uint64(n) {
		return nil
	}
	at := func(i int) float64 { return float64(binary.BigEndian.Uint16(table[2*i:])) }
	switch n {
	case 0:
		return func(x float64) float64 { return x }
	case 1:
		return func(x float64) float64 { return math.Pow(x, at(0)/256) }
	}
	return func(x float64) float64 {
		x *= float64(n - 1)
		i := min(int(x), int(n)-2)
		part := x - float64(i)
		return (at(i)*(1-part) + at(i+1)*part) / 65535
	}
}

// inflated is the profile in a PNG, behind its name and the way it is packed; nothing if it is broken. It is no longer than tells that it is too large.
func inflated(chunk []byte) []byte {
	_, packed, ok := bytes.Cut(chunk, []byte{0})
	if !ok || len(packed) == 0 {
		return nil
	}
	r, err := zlib.NewReader(bytes.NewReader(packed[1:]))
	if err != nil {
		return nil
	}
	profile, err := io.ReadAll(io.LimitReader(r, maxProfile+1))
	if err != nil {
		return nil
	}
	return profile
}
