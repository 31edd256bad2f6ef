package web_test

import (
	"strings"
	"testing"

	"github.com/valyala/fasthttp"

	"github.com/souk-taawon/souk/storefront/web"
)

func formRequest(contentType, body string) *fasthttp.Request {
	request := new(fasthttp.Request)
	request.Header.SetContentType(contentType)
	request.SetBodyString(body)
	return request
}

// part is a field of a form, as browsers send it with its files.
const part = "--x\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\nv\r\n"

func TestFormsOfMoreFieldsThanAnyPageHasAreRefused(t *testing.T) {
	t.Parallel()
	const encoded, parts = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
	for name, test := range map[string]struct {
		kind, body string
		refused    bool
	}{
		"a form":                           {encoded, "name=a&price=1", false},
		"999 fields":                       {encoded, strings.Repeat("id=1&", 999), false},
		"many fields":                      {encoded, strings.Repeat("id=1&", 1001), true},
		"nothing but separators":           {encoded, strings.Repeat("&", 1<<20), true},
		"a parameter that makes no sense":  {encoded + ";;=", strings.Repeat("&", 1<<20), true},
		"a longer name of its kind":        {encoded + "x", strings.Repeat("&", 1<<20), true}, // it is taken for one
		"text":                             {"text/plain", strings.Repeat("&", 1<<20), false},
		"parts":                            {parts, strings.Repeat(part, 3) + "--x--\r\n", false},
		"1,000 parts":                      {parts, strings.Repeat(part, 1000) + "--x--\r\n", false},
		"many parts":                       {parts, strings.Repeat(part, 1001) + "--x--\r\n", true},
		"many parts of a quoted boundary":  {`multipart/form-data; charset=;; boundary="x"`, strings.Repeat(part, 2000), true},
		"nothing but boundaries":           {parts, strings.Repeat("--x\r\n", 1<<17), true},
		"a part with a head of 100 KB":     {parts, "--x\r\nX: " + strings.Repeat("y", 100<<10) + "\r\n\r\nv\r\n--x--", true},
		"a part with 10,000 headers":       {parts, "--x\r\n" + strings.Repeat("X: y\r\n", 10_000) + "\r\nv\r\n--x--", true},
		"a file":                           {parts, part + "--x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"a.jpg\"\r\n\r\n" + strings.Repeat("z", 1<<20) + "\r\n--x--\r\n", false},
		"words that look like a boundary":  {parts, "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n" + strings.Repeat("- -x", 9000) + "\r\n--x--\r\n", false},
		"parts that say no boundary":       {"multipart/form-data", strings.Repeat("--", 1<<20), false}, // nobody reads them
		"no body":                          {encoded, "", false},
		"an end and nothing before it":     {parts, "--x--", false},
		"a body that ends within its head": {parts, "--x\r\nContent-Disposition: form-da", false},
	} {
		if err := web.CheckForm(formRequest(test.kind, test.body)); (err != nil) != test.refused {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzFormsHoldNoMoreThanWasCounted takes apart what was let through, as the server's library does.
func FuzzFormsHoldNoMoreThanWasCounted(f *testing.F) {
	for _, kind := range []string{"application/x-www-form-urlencoded", "multipart/form-data; boundary=x", `multipart/form-data; boundary="--x"`, "text/plain", ""} {
		for _, body := range []string{"", "a=b&c=%D8%B9&&=", part + "--x--", strings.Repeat(part, 20), strings.ReplaceAll(part, "\r", ""), "--x\r\n\r\n\r\n--x\r\nA: b\r\n c\r\n\r\n"} {
			f.Add(kind, body)
		}
	}
	f.Fuzz(func(t *testing.T, kind, body string) {
		request := formRequest(kind, body)
		if web.CheckForm(request) != nil {
			return
		}
		if n := request.PostArgs().Len(); n > 1000 {
			t.Errorf("%d fields", n)
		}
		form, err := request.MultipartForm()
		if err != nil {
			return
		}
		defer request.RemoveMultipartFormFiles()
		n := 0
		for _, values := range form.Value {
			n += len(values)
		}
		for _, files := range form.File {
			n += len(files)
		}
		if n > 1000 {
			t.Errorf("%d parts", n)
		}
	})
}
