package picture

import "bytes"

// maxDecoded is how many bytes a picture may take while it is decoded. A JPEG is decoded smaller until it takes no more.
const maxDecoded = 112 << 20

// pngSamples is how many bytes the decoder takes for each pixel. An interlaced picture is put together of
// seven, of which the largest has half its pixels.
func pngSamples(data []byte) int {
	const depthAt = len("\x89PNG\r\n\x1a\n") + len("....IHDR") + 4 + 4
	if len(data) < depthAt+5 { // the decoder has found it too short already
		return 8
	}
	depth, colours, interlaced := data[depthAt], data[depthAt+1], data[depthAt+4] != 0
	const palette, grey = 3, 0
	perPixel := 4
	switch {
	case depth == 16:
		perPixel = 8
	case colours == palette, colours == grey && !bytes.Contains(data, []byte("tRNS")):
		perPixel = 1
	}
	if interlaced {
		perPixel *= 2
	}
	return perPixel
}

// samples is how many bytes the decoder takes for each pixel: a lossless picture is made anew by its
// transforms, and so is the transparency of a lossy one.
func (w *webpImage) samples() int {
	if w.lossless || w.alpha != nil {
		return 9
	}
	return 2
}
