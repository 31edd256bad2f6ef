package picture

import "image"

// Format tells what a picture is that another package takes in, «jpeg», «png» or «webp», by its structure and before it
// is decoded. Errors: ErrKind, ErrHEIC, ErrSmall, ErrPixels.
func Format(data []byte) (string, error) {
	s, err := sourceOf(data)
	return s.format, err
}

// How many pixels a copy has at most, and how many on one side: a JPEG is no longer.
const (
	maxCopied = 8_000_000
	maxSide   = 32_000
)

// Copy decodes such a picture and encodes it anew as JPEG, upright, at most width pixels wide unless it is a strip whose
// print could not be read then, with nothing of what a camera writes into it. It costs a processor a second and the
// memory of its pixels: it is for a job of job.Costly.
func Copy(data []byte, width int) ([]byte, error) {
	copies, _, err := shrink(data, layout{widths: func(size image.Point) []int {
		wide := min(size.X, max(width, minSide*size.X/size.Y))
		for high := wide * size.Y / size.X; wide > 1 && (wide*high > maxCopied || max(wide, high) > maxSide); high = wide * size.Y / size.X {
			wide = wide * 9 / 10
		}
		return []int{wide}
	}})
	if err != nil {
		return nil, err
	}
	return copies[0], nil
}
