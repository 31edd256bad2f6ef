package money_test

import (
	"testing"

	"github.com/souk-taawon/souk/internal/money"
)

func TestABankAccountCarriesItsOwnCheck(t *testing.T) {
	t.Parallel()
	// The example of the SWIFT IBAN Registry, then invented ones; one of them has the key 97.
	for _, good := range []string{"011519000001205000534921", "011780000012345678901296", "000000000000000000000097"} {
		if !money.ValidRIB(good) {
			t.Errorf("%s is valid", good)
		}
		for i := range good { // any one digit wrong is noticed
			slip := []byte(good)
			slip[i] = '0' + (slip[i]-'0'+1)%10
			if money.ValidRIB(string(slip)) {
				t.Errorf("%s is not valid", slip)
			}
		}
	}
	for _, bad := range []string{"", "0", "01151900000120500053492", "0115190000012050005349210", "٠١١٥١٩٠٠٠٠٠١٢٠٥٠٠٠٥٣٤٩٢١"} {
		if money.ValidRIB(bad) {
			t.Errorf("%s is not valid", bad)
		}
	}
}
