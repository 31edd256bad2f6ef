package child_test

import (
	"slices"
	"testing"

	"github.com/souk-taawon/souk/internal/child"
)

func TestAChildLearnsNoneOfTheMarketsSecrets(t *testing.T) {
	for _, name := range []string{"SECRET_KEY", "SMTP_PASSWORD", "DATABASE_URL", "PGPASSWORD", "MEILI_KEY", "MEILI_MASTER_KEY"} {
		t.Setenv(name, "the market's own")
	}
	t.Setenv("PATH", "/bin")
	t.Setenv("LC_ALL", "C")
	got := child.Environment("MEILI_MASTER_KEY=its own")
	for _, want := range []string{"PATH=/bin", "LC_ALL=C", "MEILI_MASTER_KEY=its own"} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is missing in %q", want, got)
		}
	}
	for _, setting := range got {
		if slices.Contains([]string{"SECRET_KEY", "SMTP_PASSWORD", "DATABASE_URL", "PGPASSWORD", "MEILI_KEY", "MEILI_MASTER_KEY"}, setting[:max(0, len(setting)-len("=the market's own"))]) {
			t.Errorf("a child learns %s", setting)
		}
	}
}
