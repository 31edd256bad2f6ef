package transfer

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/text"
)

// alphabet are the signs of codes: of signs that look alike there is one, so that any of them may be read or typed for
// it. There are 23, a prime, which lets the last sign of a code tell every wrong one and every two that were exchanged.
const alphabet = "23456789ACEFHJKMNPRTWXY"

// codeLength is how many signs a code has, the last of which checks the others.
const codeLength = 8

// alike are signs that are read for one of the alphabet.
var alike = strings.NewReplacer("S", "5", "B", "8", "Z", "2", "G", "6", "V", "Y")

// newCode makes a code that nobody can guess.
func newCode() (string, error) {
	code := make([]byte, codeLength-1, codeLength)
	for i := range code {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(alphabet))))
		if err != nil {
			return "", fmt.Errorf("transfer: %w", err)
		}
		code[i] = alphabet[n.Int64()]
	}
	for _, last := range []byte(alphabet) {
		if whole := string(code) + string(last); checks(whole) {
			return whole, nil
		}
	}
	return "", errors.New("transfer: a code without a last sign") // there is always one, since the modulus is prime
}

// checks reports whether signs can be a code.
func checks(code string) bool {
	if len(code) != codeLength {
		return false
	}
	sum := 0
	for i := range len(code) {
		at := strings.IndexByte(alphabet, code[i])
		if at < 0 {
			return false
		}
		sum += (i + 1) * at
	}
	return sum%len(alphabet) == 0
}

// bare are the signs of a text that may be of a code, without what stands between them.
func bare(s string) string {
	return alike.Replace(strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, strings.ToUpper(text.Fold(s))))
}

// codesIn are the codes that may stand in a text, whatever stands between their signs.
func codesIn(s string) []string {
	var found []string
	signs := bare(s)
	for i := 0; i+codeLength <= len(signs); i++ {
		if checks(signs[i : i+codeLength]) {
			found = append(found, signs[i:i+codeLength])
		}
	}
	return found
}

// written is a code as people read it: «K7F4-W2MH».
func written(code string) string {
	if len(code) != codeLength {
		return code
	}
	return code[:4] + "-" + code[4:]
}

// codeOf is the code of a reference, a new one if it has none.
func codeOf(ctx context.Context, db *sqlx.DB, reference uuid.UUID, at time.Time) (code string, err error) {
	const read = `select code from transfers where reference = $1`
	err = db.GetContext(ctx, &code, read, reference)
	for try := 0; postgres.NoRows(err) && try < 3; try++ { // another of the same signs is as good as impossible
		if code, err = newCode(); err != nil {
			return "", err
		}
		_, err = db.ExecContext(ctx, `
			insert into transfers (reference, code, created_at) values ($1, $2, $3) on conflict do nothing`, reference, code, at)
		if err == nil {
			err = db.GetContext(ctx, &code, read, reference)
		}
	}
	if err != nil {
		return "", fmt.Errorf("transfer: code of %s: %w", reference, err)
	}
	return code, nil
}
