package picture

// Format tells what a picture is that another package takes in, «jpeg», «png» or «webp», by its first bytes and before it
// is decoded. Errors: ErrKind, ErrHEIC, ErrSmall, ErrPixels.
func Format(data []byte) (string, error) { return formatOf(data) }

// Copy decodes such a picture and encodes it anew as JPEG, upright, at most width pixels wide, with nothing of what a
// camera writes into it. It costs a processor a second and the memory of its pixels: it is for a job of job.Costly.
func Copy(data []byte, width int) ([]byte, error) {
	copies, _, err := shrink(data, []int{width})
	if err != nil {
		return nil, err
	}
	return copies[0], nil
}
