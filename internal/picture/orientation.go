package picture

import (
	"bytes"
	"encoding/binary"
)

// orientation is the EXIF number for how a camera was held (1 to 8); 1, upright, when none is given. It
// is the only thing that is read of a photograph's metadata: a reader of everything else in it would
// have to be trusted with whatever counts and offsets a hostile file names.
func orientation(data []byte) int {
	tiff := exifOf(data)
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

// exifOf is the EXIF data of a JPEG (a TIFF file in its segment APP1), or nothing.
func exifOf(data []byte) []byte {
	const (
		app1        = 0xe1
		startOfScan = 0xda // the picture itself; metadata stands before it
	)
	rest, ok := bytes.CutPrefix(data, []byte{0xff, 0xd8})
	for ok && len(rest) >= 4 && rest[0] == 0xff && rest[1] != startOfScan {
		if rest[1] == 0xff { // padding
			rest = rest[1:]
			continue
		}
		length := int(binary.BigEndian.Uint16(rest[2:])) // its own two bytes included
		if length < 2 || len(rest) < 2+length {
			return nil
		}
		segment := rest[4 : 2+length]
		if tiff, found := bytes.CutPrefix(segment, []byte("Exif\x00\x00")); found && rest[1] == app1 {
			return tiff
		}
		rest = rest[2+length:]
	}
	return nil
}
