package picture_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"github.com/souk-taawon/souk/internal/catalog/catalogtest"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/picture"
	"github.com/souk-taawon/souk/internal/postgres"
)

// photograph is a JPEG whose left half is red and whose right half is blue.
func photograph(t testing.TB, width, height int) io.Reader {
	t.Helper()
	return bytes.NewReader(encoded(t, halves(width, height)))
}

func encoded(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var (
	red  = color.RGBA{R: 220, A: 255}
	blue = color.RGBA{B: 220, A: 255}
)

func halves(width, height int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(img, image.Rect(0, 0, width/2, height), image.NewUniform(red), image.Point{}, draw.Src)
	draw.Draw(img, image.Rect(width/2, 0, width, height), image.NewUniform(blue), image.Point{}, draw.Src)
	return img
}

// held is a photograph as a camera writes it that was held in that EXIF orientation.
func held(t testing.TB, img image.Image, orientation uint16) []byte {
	t.Helper()
	data := encoded(t, img)
	tiff := []byte("II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	binary.LittleEndian.PutUint16(tiff[18:], orientation)
	segment := append([]byte("\xff\xe1\x00\x00Exif\x00\x00"), tiff...)
	binary.BigEndian.PutUint16(segment[2:], uint16(len(segment)-2))
	return append(append([]byte("\xff\xd8"), segment...), data[2:]...)
}

// develop does the job that makes a picture's copies.
func (m *market) develop(id uuid.UUID) {
	m.t.Helper()
	worker := &picture.Worker{Pictures: m.Service}
	if err := worker.Work(m.Ctx, &river.Job[picture.Args]{Args: picture.Args{PictureID: id}}); err != nil {
		m.t.Fatal(err)
	}
}

func (m *market) picture(id uuid.UUID, width int) image.Image {
	m.t.Helper()
	r, err := m.Open(m.Ctx, id, width)
	if err != nil {
		m.t.Fatal(err)
	}
	img, err := jpeg.Decode(bytes.NewReader(read(m.t, r)))
	if err != nil {
		m.t.Fatal(err)
	}
	return img
}

// near reports whether a pixel has about that colour.
func near(img image.Image, x, y int, c color.RGBA) bool {
	r, g, b, _ := img.At(x, y).RGBA()
	far := func(a uint32, b uint8) bool { d := int(a>>8) - int(b); return d < -40 || d > 40 }
	return !far(r, c.R) && !far(g, c.G) && !far(b, c.B)
}

func TestAPhotographReplacesTheDrawing(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	p := m.Offer(m.Honey, catalogtest.Thyme())
	data := held(t, halves(1400, 700), 1)
	id, err := m.Add(m.Ctx, m.Honey, p.ID, bytes.NewReader(data), m.Member)
	if err != nil {
		t.Fatal(err)
	}
	if got := m.Product(m.Honey, p.ID); got.PictureID != nil {
		t.Error("shown before its copies are there")
	}
	if state, err := m.Latest(m.Ctx, m.Honey, p.ID); err != nil || state != picture.Waiting {
		t.Errorf("state %q %v", state, err)
	}
	_, err = m.Open(m.Ctx, id, 320)
	m.Refused(err, fault.NotFound, "catalog.picture_not_found")
	if n := m.Number(`select count(*) from river_job where kind = 'catalog.picture'`); n != 1 {
		t.Errorf("%d jobs", n)
	}

	m.develop(id)
	if got := m.Product(m.Honey, p.ID); got.PictureID == nil || *got.PictureID != id {
		t.Error("not shown")
	}
	for _, width := range picture.Widths {
		if size := m.picture(id, width).Bounds().Size(); size != image.Pt(width, width/2) {
			t.Errorf("%d wide: %v", width, size)
		}
	}
	_, err = m.Open(m.Ctx, id, 5000)
	m.Refused(err, fault.NotFound, "catalog.picture_not_found")
	if kept, err := m.blobs.Exists(m.Ctx, original(id)); err != nil || kept {
		t.Errorf("the original still lies there: %v %v", kept, err)
	}
	r, err := m.Open(m.Ctx, id, 1280)
	if err != nil {
		t.Fatal(err)
	}
	if small := read(t, r); bytes.Contains(small, []byte("Exif")) {
		t.Error("a copy tells where it was taken")
	}
	m.sound()
}

func TestPhotographsAreTurnedUpright(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	p := m.Offer(m.Honey, catalogtest.Thyme())
	// The upright picture is red above and blue below, 300 wide and 400 high; what a camera stored of
	// it depends on how it was held.
	upright := image.NewRGBA(image.Rect(0, 0, 300, 400))
	draw.Draw(upright, image.Rect(0, 0, 300, 200), image.NewUniform(red), image.Point{}, draw.Src)
	draw.Draw(upright, image.Rect(0, 200, 300, 400), image.NewUniform(blue), image.Point{}, draw.Src)
	green := color.RGBA{G: 200, A: 255}
	draw.Draw(upright, image.Rect(0, 0, 100, 100), image.NewUniform(green), image.Point{}, draw.Src) // top left
	// EXIF 2.3, tag 274: where the stored image's row 0 and column 0 are in the upright one.
	stored := map[uint16]func(x, y int) (int, int){
		1: func(x, y int) (int, int) { return x, y },
		2: func(x, y int) (int, int) { return 299 - x, y },
		3: func(x, y int) (int, int) { return 299 - x, 399 - y },
		4: func(x, y int) (int, int) { return x, 399 - y },
		5: func(x, y int) (int, int) { return y, x },
		6: func(x, y int) (int, int) { return 299 - y, x }, // row 0 is the right side, column 0 the top
		7: func(x, y int) (int, int) { return 299 - y, 399 - x },
		8: func(x, y int) (int, int) { return y, 399 - x }, // row 0 is the left side, column 0 the bottom
	}
	for orientation, at := range stored {
		size := image.Rect(0, 0, 300, 400)
		if orientation >= 5 {
			size = image.Rect(0, 0, 400, 300)
		}
		img := image.NewRGBA(size)
		for y := range size.Dy() {
			for x := range size.Dx() {
				ux, uy := at(x, y)
				img.SetRGBA(x, y, upright.RGBAAt(ux, uy))
			}
		}
		id, err := m.Add(m.Ctx, m.Honey, p.ID, bytes.NewReader(held(t, img, orientation)), m.Member)
		if err != nil {
			t.Fatal(err)
		}
		m.develop(id)
		got := m.picture(id, 640)
		if got.Bounds().Size() != image.Pt(300, 400) || !near(got, 50, 50, green) || !near(got, 250, 50, red) || !near(got, 150, 350, blue) {
			t.Errorf("orientation %d: %v, corner %v", orientation, got.Bounds().Size(), got.At(50, 50))
		}
	}
}

func TestOtherKindsOfPictures(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	p := m.Offer(m.Honey, catalogtest.Thyme())
	clear := image.NewNRGBA(image.Rect(0, 0, 400, 300))
	draw.Draw(clear, image.Rect(0, 0, 200, 300), image.NewUniform(red), image.Point{}, draw.Src)
	var b bytes.Buffer
	m.Must(png.Encode(&b, clear))
	id, err := m.Add(m.Ctx, m.Honey, p.ID, &b, m.Member)
	m.Must(err)
	m.develop(id)
	if got := m.picture(id, 320); !near(got, 20, 100, red) || !near(got, 300, 100, color.RGBA{255, 255, 255, 255}) {
		t.Errorf("what is transparent becomes white, not %v", got.At(300, 100))
	}
	m.Today = m.Today.Add(time.Hour)
	id, err = m.Add(m.Ctx, m.Honey, p.ID, bytes.NewReader(webpOf(400, 300, 160)), m.Member)
	m.Must(err)
	m.develop(id)
	if got := m.Product(m.Honey, p.ID); got.PictureID == nil || *got.PictureID != id || !near(m.picture(id, 320), 100, 100, color.RGBA{G: 160, A: 255}) {
		t.Error("the WebP is not shown")
	}
}

// original is where a photograph lies as it came.
func original(id uuid.UUID) string { return "pictures/" + id.String() + "/original.jpeg" }

// Originals of the time when they were kept, of pictures that were refused, that were forgotten, and
// pictures that another was put in place of.
func TestWhatIsLeftOfPicturesIsCleared(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	p := m.Offer(m.Honey, catalogtest.Thyme())
	var ids [4]uuid.UUID // replaced, shown, broken, forgotten
	for i := range ids {
		data := encoded(t, halves(400, 300))
		if i == 2 {
			data = brokenFurtherIn(data)
		}
		var err error
		ids[i], err = m.Add(m.Ctx, m.Honey, p.ID, bytes.NewReader(data), m.Member)
		m.Must(err)
		m.Today = m.Today.Add(time.Second)
		if i < 3 {
			m.develop(ids[i])
			m.Must(m.blobs.WriteAll(m.Ctx, original(ids[i]), []byte("33.9, -2.3"), nil))
			m.Exec(`update pictures set original_key = $2 where id = $1`, ids[i], original(ids[i]))
		}
	}
	clear := func(days int) {
		t.Helper()
		m.Today = m.Today.AddDate(0, 0, days)
		m.Must((&picture.CleanWorker{Pictures: m.Service}).Work(m.Ctx, nil))
		m.sound()
	}
	clear(1)
	for i, id := range ids {
		if kept, err := m.blobs.Exists(m.Ctx, original(id)); err != nil || kept != (i == 3) {
			t.Errorf("original %d: kept %v, %v", i, kept, err)
		}
	}
	m.picture(ids[0], 320) // an open page may still show it
	clear(30)
	if n := m.Number(`select count(*) from pictures`); n != 1 || *m.Product(m.Honey, p.ID).PictureID != ids[1] {
		t.Errorf("%d pictures are left", n)
	}
	m.picture(ids[1], 320)
	left := 0
	for files := m.blobs.List(nil); ; left++ {
		if _, err := files.Next(m.Ctx); err != nil {
			break
		}
	}
	if left != len(picture.Widths) {
		t.Errorf("%d files are left", left)
	}
	for _, table := range []string{"products", "cooperatives"} { // who shows a picture that goes is not looked for in all rows
		if n := m.Number(`
			select count(*) from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
			where i.indrelid = $1::regclass and a.attname = 'picture_id'`, table); n != 1 {
			t.Errorf("%s are not found by their picture", table)
		}
	}
}

func TestPicturesOfADayAreBounded(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	p, other := m.Offer(m.Honey, catalogtest.Thyme()), m.Offer(m.Couscous, catalogtest.Thyme())
	m.Exec(`insert into pictures (id, product_id, state, created_at) select gen_random_uuid(), $1, 'refused', $2 from generate_series(1, 20)`, p.ID, m.Today)
	_, err := m.Add(m.Ctx, m.Honey, p.ID, photograph(t, 400, 300), m.Member)
	m.Refused(err, fault.TooMany, "catalog.pictures_many")
	_, err = m.Add(m.Ctx, m.Couscous, other.ID, photograph(t, 400, 300), m.Member)
	m.Must(err)
	e := catalogtest.Thyme()
	e.SKU = "M-2"
	second := m.Offer(m.Honey, e)
	m.Exec(`insert into pictures (id, product_id, state, created_at) select gen_random_uuid(), $1, 'refused', $2 from generate_series(1, 380)`, p.ID, m.Today)
	_, err = m.Add(m.Ctx, m.Honey, second.ID, photograph(t, 400, 300), m.Member)
	m.Refused(err, fault.TooMany, "catalog.pictures_many")
	m.Today = m.Today.AddDate(0, 0, 1)
	_, err = m.Add(m.Ctx, m.Honey, p.ID, photograph(t, 400, 300), m.Member)
	m.Must(err)
}

func TestPicturesOfADayAreBoundedForMembersAtOnce(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	p := m.Offer(m.Honey, catalogtest.Thyme())
	photo, err := io.ReadAll(photograph(t, 400, 300))
	m.Must(err)
	m.Exec(`insert into pictures (id, product_id, state, created_at) select gen_random_uuid(), $1, 'refused', $2 from generate_series(1, 19)`, p.ID, m.Today)
	var taken atomic.Int32
	var wait sync.WaitGroup
	for range 6 {
		wait.Go(func() {
			switch _, err := m.Add(m.Ctx, m.Honey, p.ID, bytes.NewReader(photo), m.Member); {
			case err == nil:
				taken.Add(1)
			case !errors.Is(err, picture.ErrTooMany):
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if taken.Load() != 1 {
		t.Errorf("of the last photograph of the day %d were taken", taken.Load())
	}
}

func TestAnotherCooperativesProductIsNotPhotographed(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	p := m.Offer(m.Honey, catalogtest.Thyme())
	_, err := m.Add(m.Ctx, m.Couscous, p.ID, photograph(t, 400, 300), m.Member)
	m.Refused(err, fault.NotFound, "catalog.product_not_found")
}

func TestTheDatabaseKnowsThePicturesStates(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	p := m.Offer(m.Honey, catalogtest.Thyme())
	_, err := m.DB.ExecContext(m.Ctx, `
		insert into pictures (id, product_id, original_key, state, created_at) values (gen_random_uuid(), $1, 'x', 'lost', now())`, p.ID)
	if !postgres.Violates(err, "pictures_state_known") {
		t.Error(err)
	}
}

func TestALaterPictureStays(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	p := m.Offer(m.Honey, catalogtest.Thyme())
	first, err := m.Add(m.Ctx, m.Honey, p.ID, photograph(t, 400, 300), m.Member)
	m.Must(err)
	m.Today = m.Today.Add(time.Second)
	second, err := m.Add(m.Ctx, m.Honey, p.ID, photograph(t, 400, 300), m.Member)
	m.Must(err)
	m.develop(second)
	m.develop(first) // its job was slower
	m.develop(first) // and ran twice
	if got := m.Product(m.Honey, p.ID); *got.PictureID != second {
		t.Error("an older picture came back")
	}
	m.sound()
}

func TestWhatIsNoPictureIsRefused(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	p := m.Offer(m.Honey, catalogtest.Thyme())
	whole := encoded(t, halves(400, 300))
	for name, c := range map[string]struct {
		data io.Reader
		kind fault.Kind
		key  string
	}{
		"text":               {strings.NewReader("a picture"), fault.Invalid, "catalog.picture_kind"},
		"as an iPhone keeps": {strings.NewReader("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), fault.Invalid, "catalog.picture_heic"},
		"nothing":            {strings.NewReader(""), fault.Invalid, "catalog.picture_kind"},
		"a cut head":         {bytes.NewReader(whole[:20]), fault.Invalid, "catalog.picture_kind"},
		"half of one":        {bytes.NewReader(whole[:len(whole)/2]), fault.Invalid, "catalog.picture_kind"},
		"a drawing program":  {strings.NewReader(`<svg xmlns="http://www.w3.org/2000/svg" width="500" height="500"/>`), fault.Invalid, "catalog.picture_kind"},
		"a stamp":            {photograph(t, 100, 300), fault.Invalid, "catalog.picture_small"},
		"a bomb":             {bytes.NewReader(pngOf(60_000, 60_000)), fault.Invalid, "catalog.picture_pixels"},
		"too many bytes":     {io.MultiReader(photograph(t, 400, 300), endless{}), fault.TooLarge, "catalog.picture_too_large"},
	} {
		_, err := m.Add(m.Ctx, m.Honey, p.ID, c.data, m.Member)
		t.Run(name, func(t *testing.T) { m.Refused(err, c.kind, c.key) })
	}
	if n := m.Number(`select count(*) from pictures`); n != 0 {
		t.Errorf("%d were kept", n)
	}
	// One that is broken further in is found out by the job; what was shown stays.
	good, err := m.Add(m.Ctx, m.Honey, p.ID, photograph(t, 400, 300), m.Member)
	m.Must(err)
	m.develop(good)
	id, err := m.Add(m.Ctx, m.Honey, p.ID, bytes.NewReader(brokenFurtherIn(whole)), m.Member)
	m.Must(err)
	m.Today = m.Today.Add(time.Second)
	m.develop(id)
	if state, err := m.Latest(m.Ctx, m.Honey, p.ID); err != nil || state != picture.Refused {
		t.Errorf("state %q %v", state, err)
	}
	if got := m.Product(m.Honey, p.ID); *got.PictureID != good {
		t.Error("the good picture went")
	}
	m.develop(postgres.NewID()) // of a product that is gone
}

// brokenFurtherIn is a JPEG with a head and an end, of which a piece is missing.
func brokenFurtherIn(data []byte) []byte {
	return append(bytes.Clone(data[:len(data)/2]), data[len(data)-2:]...)
}

// endless is a sender who does not stop.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// pngOf is the head of a PNG of that size: little to send, much to decode.
func pngOf(width, height uint32) []byte {
	head := []byte("IHDR\x00\x00\x00\x00\x00\x00\x00\x00\x08\x02\x00\x00\x00")
	binary.BigEndian.PutUint32(head[4:], width)
	binary.BigEndian.PutUint32(head[8:], height)
	data := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), head...)
	return append(binary.BigEndian.AppendUint32(data, crc32.ChecksumIEEE(head)), "\x00\x00\x00\x00IEND\xaeB`\x82"...)
}

// webpOf is a WebP of one green, written by hand after the VP8L specification: with a single symbol
// in each of its codes, the pixels themselves take no bits.
func webpOf(width, height uint64, green uint64) []byte {
	var bits, n uint64
	var body []byte
	put := func(value, count uint64) { // least significant bit first
		bits |= value << n
		for n += count; n >= 8; n -= 8 {
			body = append(body, byte(bits))
			bits >>= 8
		}
	}
	put(0x2f, 8)
	put(width-1, 14)
	put(height-1, 14)
	put(0, 1+3+1+1+1) // no alpha, version 0, no transform, no cache, one group of codes
	for _, symbol := range []uint64{green, 0, 0, 255} {
		put(0b101, 3) // a simple code of one symbol of 8 bits
		put(symbol, 8)
	}
	put(0b001, 3) // distances: one symbol of one bit
	put(0, 1+7)
	if len(body)%2 == 1 {
		body = append(body, 0)
	}
	chunk := binary.LittleEndian.AppendUint32([]byte("WEBPVP8L"), uint32(len(body)))
	chunk = append(chunk, body...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(chunk))), chunk...)
}
