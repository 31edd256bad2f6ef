package seller_test

import (
	"testing"

	"github.com/souk-taawon/souk/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// languages are those that every page speaks.
var languages = []string{"ar", "fr", "en"}
