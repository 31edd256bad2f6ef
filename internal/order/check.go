package order

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/text"
)

// What an order may hold; texts in characters.
const (
	MaxLines    = 100 // distinct products; the association's settings may allow fewer
	MaxQuantity = 999 // of one product
	maxName     = 100
	maxAddress  = 200
	maxLandmark = 200
	maxNote     = 500
	maxKey      = 200
	maxEmail    = 200
)

// checked brings the input into the form in which it is kept and compared, and gathers what is
// wrong with it, by field: name, phone, email, address, landmark, note, delivery, payment, lines,
// quantity, idempotency_key. Whether the place exists is for the delivery's terms to say.
func (s *Service) checked(in PlaceInput) (PlaceInput, *fault.Error) {
	wrong := fault.New(ErrInvalid.Kind, ErrInvalid.Key)
	b := &in.Buyer
	b.checkAddress(in.Delivery, wrong)
	if strings.TrimSpace(b.Phone) == "" {
		wrong.Field("phone", "order.phone_missing")
	} else if phone, err := account.ParsePhone(b.Phone); err != nil {
		wrong.Field("phone", "order.phone_invalid")
	} else {
		b.Phone = phone
	}
	if b.Email = strings.ToLower(strings.TrimSpace(b.Email)); b.Email != "" {
		if !account.ValidEmail(b.Email) || utf8.RuneCountInString(b.Email) > maxEmail {
			wrong.Field("email", "account.email_invalid")
		}
	}
	if !s.payments.Takes(in.Payment) {
		wrong.Field("payment", "order.payment_unknown")
	}
	if utf8.RuneCountInString(in.IdempotencyKey) > maxKey || strings.ContainsFunc(in.IdempotencyKey, unprintable) {
		wrong.Field("idempotency_key", "order.key_invalid", "Max", maxKey)
	}
	if !s.texts.Has(in.Locale) {
		in.Locale = i18n.Default
	}
	if in.BasketToken == "" {
		in.Lines = checkedLines(in.Lines, wrong)
	}
	return in, wrong
}

// checkAddress is checked for what says who receives an order, and where.
func (b *Buyer) checkAddress(method string, wrong *fault.Error) {
	b.Name = text.Line(b.Name)
	b.Place = strings.TrimSpace(b.Place)
	b.Address = text.Line(b.Address)
	b.Landmark = text.Line(b.Landmark)
	b.Note = text.Clean(b.Note)
	if !text.HasLetter(b.Name) {
		wrong.Field("name", "order.name_missing")
	}
	if method == delivery.Home && !text.HasWord(b.Address) {
		wrong.Field("address", "order.address_missing")
	}
	wrong.TooLong("name", "order.too_long", b.Name, maxName)
	wrong.TooLong("address", "order.too_long", b.Address, maxAddress)
	wrong.TooLong("landmark", "order.too_long", b.Landmark, maxLandmark)
	wrong.TooLong("note", "order.too_long", b.Note, maxNote)
}

// checkedLines adds up the lines of the same product; the first mention gives the order.
func checkedLines(lines []Line, wrong *fault.Error) []Line {
	sums := make([]Line, 0, min(len(lines), MaxLines))
	at := make(map[uuid.UUID]int, len(lines))
	for _, l := range lines {
		if l.Quantity < 1 || l.Quantity > MaxQuantity {
			wrong.Field("quantity", "order.quantity_invalid", "Max", MaxQuantity)
			return nil
		}
		i, known := at[l.ProductID]
		if !known {
			i = len(sums)
			at[l.ProductID] = i
			sums = append(sums, Line{ProductID: l.ProductID})
		}
		sums[i].Quantity += l.Quantity
		if sums[i].Quantity > MaxQuantity {
			wrong.Field("quantity", "order.quantity_invalid", "Max", MaxQuantity)
			return nil
		}
		if len(sums) > MaxLines {
			wrong.Field("lines", "order.too_many_lines", "Max", MaxLines)
			return nil
		}
	}
	if len(sums) == 0 {
		wrong.Field("lines", "order.no_lines")
	}
	return sums
}

// join adds the fields that another package refused to what is wrong already. It reports false for
// an error that is none of the person's making.
func join(wrong *fault.Error, err error) bool {
	f := fault.As(err)
	if f == nil || f.Kind != fault.Invalid {
		return err == nil
	}
	if wrong.Fields == nil {
		wrong.Fields = make(map[string]fault.Message, len(f.Fields))
	}
	maps.Copy(wrong.Fields, f.Fields)
	return true
}

func unprintable(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError }

// hashOf is the SHA-256 of what a request asks for, so that a key that comes again can be told
// from one used for something else. What lies in a basket is the shop's to know, not the request's.
func hashOf(in PlaceInput) ([]byte, error) {
	request := struct {
		Lines             []Line
		Buyer             Buyer
		Delivery, Payment string
	}{in.Lines, in.Buyer, in.Delivery, in.Payment}
	asked, err := json.Marshal(request)
	if err != nil {
		return nil, fmt.Errorf("order: hash request: %w", err)
	}
	sum := sha256.Sum256(asked)
	return sum[:], nil
}
