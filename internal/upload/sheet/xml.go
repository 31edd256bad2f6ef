package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"
)

// Limits of the XML in a workbook. No program that writes one comes near them.
const (
	maxToken    = 256 << 10 // bytes of a tag, or of the text between two; a cell holds 32,767 characters
	maxDepth    = 64
	maxElements = 8_000_000 // of all that is read of a workbook; a page is gone through twice
)

// errXML says that a part is no XML as workbooks have it.
var errXML = errors.New("malformed XML")

// scanner reads the tags and texts of a part of a workbook one by one, at the cost of one token's memory
// whatever the part holds. It is strict: what does not end where it should, or declares anything (a
// DOCTYPE, another encoding), is an error and never passed over.
type scanner struct {
	r        *bufio.Reader
	elements *int   // that have been read of the workbook
	open     []byte // the names of the elements that are open, one behind the other
	ends     []int  // where each of them ends
	begun    bool   // the root is or was there
	closed   bool   // the tag that was read last closed itself: its end comes next
	text     []byte // with its entities replaced
}

func newScanner(r io.Reader, elements *int) *scanner {
	return &scanner{r: bufio.NewReaderSize(r, maxToken), elements: elements}
}

type tokenKind int

const (
	startTag tokenKind = iota
	endTag
	chars
)

// token is a tag or a text. Its bytes are good until the next one is read.
type token struct {
	kind  tokenKind
	name  []byte // of the element, without the namespace before it
	attrs []byte // as written
	text  []byte // with its entities replaced
}

// next gives the next token, or io.EOF where the document ends as it should.
func (s *scanner) next() (token, error) {
	if s.closed {
		s.closed = false
		return token{kind: endTag, name: s.pop()}, nil
	}
	for {
		text, err := s.look(func(window []byte, from int) int { return indexFrom(window, from, "<") })
		if err == io.EOF && s.begun && len(s.ends) == 0 && blankBytes(text) {
			return token{}, io.EOF
		}
		if err != nil {
			return token{}, early(err)
		}
		if len(text) > 0 {
			s.discard(len(text))
			if len(s.ends) > 0 {
				t, err := s.unescaped(text)
				return token{kind: chars, text: t}, err
			}
			if !blankBytes(bytes.TrimPrefix(text, []byte("\ufeff"))) {
				return token{}, fmt.Errorf("%w: text outside", errXML)
			}
		}
		t, passed, err := s.markup()
		if err != nil || !passed {
			return t, err
		}
	}
}

// markup reads what begins with «<»; passed says that it is nothing of the document's.
func (s *scanner) markup() (t token, passed bool, err error) {
	const cdata = "<![CDATA["
	head, _ := s.r.Peek(len(cdata)) // less at the end
	switch {
	case bytes.HasPrefix(head, []byte("<?")):
		return token{}, true, s.instruction()
	case bytes.HasPrefix(head, []byte("<!--")):
		_, err := s.enclosed("<!--", "-->")
		return token{}, true, err
	case string(head) == cdata:
		text, err := s.enclosed(cdata, "]]>")
		if err == nil && (len(s.ends) == 0 || !written(text)) {
			err = errXML
		}
		return token{kind: chars, text: text}, false, err
	case bytes.HasPrefix(head, []byte("<!")):
		return token{}, false, fmt.Errorf("%w: a declaration", errXML)
	}
	t, err = s.tag()
	return t, false, err
}

func (s *scanner) tag() (token, error) {
	var quote byte
	nested := false
	body, err := s.look(func(window []byte, from int) int {
		for i := max(from, 1); i < len(window); i++ {
			switch c := window[i]; {
			case c == '<':
				nested = true
				return i
			case quote != 0:
				if c == quote {
					quote = 0
				}
			case c == '"', c == '\'':
				quote = c
			case c == '>':
				return i
			}
		}
		return -1
	})
	if err != nil {
		return token{}, early(err)
	}
	if nested {
		return token{}, fmt.Errorf("%w: a tag in a tag", errXML)
	}
	s.discard(len(body) + 1)
	body = body[1:]
	if name, end := bytes.CutPrefix(body, []byte("/")); end {
		if name = bytes.TrimRight(name, space); len(s.ends) == 0 || !bytes.Equal(name, s.top()) {
			return token{}, fmt.Errorf("%w: an end without its beginning", errXML)
		}
		return token{kind: endTag, name: s.pop()}, nil
	}
	body, s.closed = bytes.CutSuffix(body, []byte("/"))
	name, attrs := body, []byte(nil)
	if at := bytes.IndexAny(body, space); at >= 0 {
		name, attrs = body[:at], body[at:]
	}
	return token{kind: startTag, name: local(name), attrs: attrs}, s.push(name)
}

// instruction passes over «<?…?>». That at the beginning must not ask for another encoding: what stands
// behind it would be read otherwise than it is here.
func (s *scanner) instruction() error {
	body, err := s.enclosed("<?", "?>")
	if err != nil {
		return err
	}
	if encoding := attr(body, "encoding"); encoding != nil && !bytes.EqualFold(encoding, []byte("utf-8")) {
		return fmt.Errorf("%w: in %.40q", errXML, encoding)
	}
	return nil
}

// enclosed reads what stands between two marks.
func (s *scanner) enclosed(before, behind string) ([]byte, error) {
	body, err := s.look(func(window []byte, from int) int {
		return indexFrom(window, max(len(before), from-len(behind)+1), behind)
	})
	if err != nil {
		return nil, early(err)
	}
	s.discard(len(body) + len(behind))
	return body[len(before):], nil
}

// look gives what stands before the place that find finds in a growing window, whose bytes before from
// it was shown already; it finds -1 if it needs more. Nothing is passed over.
func (s *scanner) look(find func(window []byte, from int) int) ([]byte, error) {
	for from := 0; ; {
		window, err := s.r.Peek(max(from+1, s.r.Buffered()))
		if at := find(window, from); at >= 0 {
			return window[:at], nil
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			return nil, ErrUnpacked
		}
		if err != nil {
			return window, err
		}
		from = len(window)
	}
}

// discard passes over n bytes that look has shown.
func (s *scanner) discard(n int) { _, _ = s.r.Discard(n) } // they are buffered

func (s *scanner) push(name []byte) error {
	if len(name) == 0 || len(s.ends) == 0 && s.begun {
		return errXML
	}
	if *s.elements++; *s.elements > maxElements || len(s.ends) == maxDepth {
		return ErrUnpacked
	}
	s.begun = true
	s.open = append(s.open, name...)
	s.ends = append(s.ends, len(s.open))
	return nil
}

// top is the name of the innermost element that is open.
func (s *scanner) top() []byte {
	from := 0
	if n := len(s.ends); n > 1 {
		from = s.ends[n-2]
	}
	return s.open[from:]
}

// pop closes the innermost element and gives its name.
func (s *scanner) pop() []byte {
	name := s.top()
	s.open = s.open[:len(s.open)-len(name)]
	s.ends = s.ends[:len(s.ends)-1]
	return local(name)
}

// skip reads to the end of the element that has just begun.
func (s *scanner) skip() error {
	for depth := 1; depth > 0; {
		t, err := s.next()
		if err != nil {
			return early(err)
		}
		switch t.kind {
		case startTag:
			depth++
		case endTag:
			depth--
		}
	}
	return nil
}

// unescaped replaces the entities in a text. There are five that XML knows and those for a character's
// number; others would have to be declared, which is refused.
func (s *scanner) unescaped(text []byte) ([]byte, error) {
	if !written(text) {
		return nil, fmt.Errorf("%w: a character that no text has", errXML)
	}
	if bytes.IndexByte(text, '&') < 0 {
		return text, nil
	}
	s.text = s.text[:0]
	for len(text) > 0 {
		before, rest, found := bytes.Cut(text, []byte("&"))
		s.text = append(s.text, before...)
		if !found {
			break
		}
		name, behind, ended := bytes.Cut(rest, []byte(";"))
		r := entity(name)
		if !ended || r < 0 {
			return nil, fmt.Errorf("%w: a bare &", errXML)
		}
		s.text = utf8.AppendRune(s.text, r)
		text = behind
	}
	return s.text, nil
}

// entity is the character that an entity stands for, or -1.
func entity(name []byte) rune {
	switch string(name) {
	case "amp":
		return '&'
	case "lt":
		return '<'
	case "gt":
		return '>'
	case "quot":
		return '"'
	case "apos":
		return '\''
	}
	digits, isNumber := bytes.CutPrefix(name, []byte("#"))
	base := 10
	if hex, isHex := bytes.CutPrefix(digits, []byte("x")); isHex {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(string(digits), base, 21)
	if r := rune(n); isNumber && err == nil && utf8.ValidRune(r) && (r >= ' ' || r == '\t' || r == '\n' || r == '\r') {
		return r
	}
	return -1
}

// written reports whether bytes are a text as XML has it.
func written(text []byte) bool {
	for _, c := range text {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' {
			return false
		}
	}
	return utf8.Valid(text)
}

const space = " \t\r\n"

func blankBytes(text []byte) bool { return len(bytes.Trim(text, space)) == 0 }

// early is an end of the file where none should be.
func early(err error) error {
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: ends too early", errXML)
	}
	return err
}

func indexFrom(window []byte, from int, mark string) int {
	if from > len(window) {
		return -1
	}
	if at := bytes.Index(window[from:], []byte(mark)); at >= 0 {
		return from + at
	}
	return -1
}

// local is a name without its namespace.
func local(name []byte) []byte { return name[bytes.IndexByte(name, ':')+1:] }

// attr is the value of an attribute, whose namespace does not matter, as it is written; nil if it is
// not there.
func attr(attrs []byte, name string) []byte {
	for {
		before, rest, found := bytes.Cut(attrs, []byte("="))
		rest = bytes.TrimLeft(rest, space)
		if !found || len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
			return nil
		}
		value, behind, ended := bytes.Cut(rest[1:], rest[:1])
		if !ended {
			return nil
		}
		given := bytes.TrimRight(before, space)
		given = given[bytes.LastIndexAny(given, space)+1:]
		if string(local(given)) == name {
			return value
		}
		attrs = behind
	}
}
