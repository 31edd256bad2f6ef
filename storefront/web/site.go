package web

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/gate"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/internal/settings"
)

// Site is what every request shares.
type Site struct {
	Languages *i18n.Bundle
	BaseURL   string // scheme and host, without a slash at the end
	Demo      bool   // a demonstration: anybody may see the mailbox and how to sign in
	Sample    bool   // the goods are sample data, and each page says so
	Spare     bool   // what comes from this very machine is not counted against its address
	Log       *slog.Logger
	Now       func() time.Time
	Seals     *Sealer    // keeps state with readers
	Files     *gate.Gate // lets the making of files in
	Sending   *gate.Gate // lets files on their way to their readers

	// BasketCount tells how many pieces lie in the basket with that token.
	BasketCount func(ctx context.Context, token string) (int, error)
	// Place is the place with that slug, if orders go there. Beside an error stands what was known before.
	Place func(ctx context.Context, slug string) (place delivery.Place, ok bool, err error)
	// Means are the names of the means of payment that the association offers, by those settings.
	Means func(decided settings.Settings) []string
	// MeansFee is what a buyer pays for the means of that name, by those settings.
	MeansFee func(decided settings.Settings, name string) money.Amount
	// Record keeps a security event that changed nothing by itself.
	Record func(ctx context.Context, e security.Event)
	// Settings are what the association has decided. Beside an error stands what was known before.
	Settings func(ctx context.Context) (settings.Settings, error)
	// Shelves are the market's categories, likewise.
	Shelves func(ctx context.Context) ([]catalog.Category, error)
}

// Secure reports whether people reach the market by https only.
func (s *Site) Secure() bool { return strings.HasPrefix(s.BaseURL, "https://") }
