package main

import (
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/market"
	"github.com/souk-taawon/souk/storefront"
)

func TestTheBenchAsksEveryPage(t *testing.T) {
	t.Parallel()
	left := maps.Clone(benched)
	maps.Copy(left, benchedFiles)
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	server, err := storefront.New(storefront.Config{
		BaseURL: "http://souk.test", Secret: make([]byte, 32), Demo: true, Log: slog.New(slog.DiscardHandler),
	}, storefront.Services{Market: &market.Market{Parts: market.Parts{Languages: texts}}}) // nothing is asked yet
	if err != nil {
		t.Fatal(err)
	}
	for _, route := range server.Routes() {
		if route.Method != http.MethodGet || route.NoLang && route.Path == "/" || slices.Contains(notBenched, route.Path) {
			continue
		}
		if len(benched[route.Path])+len(benchedFiles[route.Path]) == 0 {
			t.Errorf("bench_pages.go does not say what is to be asked of %s", route.Path)
		}
		delete(left, route.Path)
	}
	for path := range left {
		t.Errorf("bench_pages.go asks %s, which there is not", path)
	}
}

func TestAPageMayNotTakeMuchLongerInALargeMarket(t *testing.T) {
	t.Parallel()
	small := map[string]timing{"/quick": {ms: 1, bytes: 100}, "/grows": {ms: 10, bytes: 100}, "/heavy": {ms: 10, bytes: 100}, "/slow": {ms: 50, bytes: 100}, "/all.csv": {ms: 1, bytes: 100, file: true}, "/onward": {ms: 1, bytes: 100}, "/brisk": {ms: 1, bytes: 100}}
	large := map[string]timing{"/quick": {ms: 2.9, bytes: 100}, "/grows": {ms: 21, bytes: 100}, "/heavy": {ms: 11, bytes: 50 << 10}, "/slow": {ms: 61, bytes: 100}, "/all.csv": {ms: 900, bytes: 9 << 20, file: true}, "/onward": {ms: 9, bytes: 100, stays: true}, "/brisk": {ms: 3.1, bytes: 100}}
	found := compared(small, large)
	var over []string
	for _, c := range found.Pages {
		if !c.fits() {
			over = append(over, c.Path)
		}
	}
	if want := []string{"/slow", "/grows", "/heavy", "/brisk"}; !slices.Equal(over, want) {
		t.Errorf("too much: %v, not %v", over, want)
	}
	if len(found.Files) != 1 || found.verdict() == nil {
		t.Errorf("files %v, verdict %v", found.Files, found.verdict())
	}
}
