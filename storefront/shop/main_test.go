package shop_test

import (
	"testing"

	"github.com/souk-taawon/souk/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// The market is read in three languages.
var languages = []struct{ code, dir string }{{"ar", "rtl"}, {"fr", "ltr"}, {"en", "ltr"}}
