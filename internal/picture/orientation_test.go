package picture

import (
	"testing"

	"github.com/souk-taawon/souk/internal/picture/scaledjpeg"
)

func TestOnlyAnOrientationIsReadOfAPhotographsMetadata(t *testing.T) {
	t.Parallel()
	jpeg := func(tiff string) []byte {
		length := len(tiff) + 8
		return []byte("\xff\xd8\xff\xff\xe0\x00\x04JF\xff\xe1" + string([]byte{byte(length >> 8), byte(length)}) + "Exif\x00\x00" + tiff + "\xff\xda\x00\x02")
	}
	const (
		little = "II*\x00\x08\x00\x00\x00"
		big    = "MM\x00*\x00\x00\x00\x08"
		make   = "\x0f\x01\x02\x00\x04\x00\x00\x00abc\x00"
	)
	for name, c := range map[string]struct {
		data []byte
		want int
	}{
		"little endian":          {jpeg(little + "\x02\x00" + make + "\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00"), 6},
		"big endian":             {jpeg(big + "\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x08\x00\x00"), 8},
		"none":                   {jpeg(little + "\x01\x00" + make), 1},
		"no such orientation":    {jpeg(little + "\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x09\x00\x00\x00"), 1},
		"not a number":           {jpeg(little + "\x01\x00\x12\x01\x02\x00\x01\x00\x00\x00\x06\x00\x00\x00"), 1},
		"fewer entries":          {jpeg(little + "\xff\xff" + make), 1},
		"a directory nowhere":    {jpeg("II*\x00\xff\xff\xff\xff"), 1},
		"a directory at its end": {jpeg("II*\x00\x08\x00\x00\x00\x01"), 1},
		// Two thousand million numbers, which a reader of every entry would make room for.
		"a count without end":  {jpeg("II*\x00\b\x00\x00\x000000\x03\x00\x01\x00\x00\x80\x00\x000-"), 1},
		"cut off":              {jpeg(little)[:20], 1},
		"a segment of nothing": {[]byte("\xff\xd8\xff\xe1\x00\x01Exif\x00\x00"), 1},
		"behind the picture":   {[]byte("\xff\xd8\xff\xda\x00\x02" + string(jpeg(little + "\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00")[2:])), 1},
		"padding without end":  {[]byte("\xff\xd8\xff\xff\xff\xff\xff\xff"), 1},
		"no JPEG":              {[]byte("\x89PNG\r\n"), 1},
		"nothing":              {nil, 1},
	} {
		head, _ := scaledjpeg.ReadHead(c.data) // up to where it breaks
		if got := orientation(head.EXIF); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
