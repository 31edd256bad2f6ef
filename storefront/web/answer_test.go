package web_test

import (
	"strings"
	"testing"

	"github.com/souk-taawon/souk/storefront/web"
)

func TestNoPathLeadsAwayFromTheMarket(t *testing.T) {
	t.Parallel()
	for path, kept := range map[string]bool{
		"/": true, "/products?q=miel": true, "/a//b": true, "/%2F%2Fevil.test": true,
		"": false, "products": false, "//evil.test": false, `/\evil.test`: false, "/\t/evil.test": false, "https://evil.test": false,
		"/a\r\nSet-Cookie: b": false, "/" + strings.Repeat("x", 7<<10): false,
	} {
		if got := web.LocalPath(path); got != "" != kept || got != "" && got != path {
			t.Errorf("%.40q is taken for %.40q", path, got)
		}
	}
}
