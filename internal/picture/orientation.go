package picture

import (
	"bytes"
	"encoding/binary"
)

// orientation is the EXIF number for how a camera was held (1 to 8); 1, upright, when none is given. It
// is the only thing that is read of that: a reader of everything else in it would have to be trusted with
// whatever counts and offsets a hostile file names.
func orientation(exif []byte) int {
	tiff, _ := bytes.CutPrefix(exif, []byte("Exif\x00\x00")) // some write it as in a JPEG
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder
	switch string(tiff[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 1
	}
	directory := tiff[min(uint64(order.Uint32(tiff[4:])), uint64(len(tiff))):]
	if len(directory) < 2 {
		return 1
	}
	const (
		entrySize      = 12 // tag, type, count, value
		orientationTag = 0x0112
		short          = 3
	)
	entries := directory[2:]
	for range order.Uint16(directory) {
		if len(entries) < entrySize {
			return 1
		}
		if order.Uint16(entries) == orientationTag && order.Uint16(entries[2:]) == short {
			if n := int(order.Uint16(entries[8:])); n >= 1 && n <= 8 {
				return n
			}
			return 1
		}
		entries = entries[entrySize:]
	}
	return 1
}
