package settings

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/audit"
	"github.com/souk-taawon/souk/internal/fault"
)

// Audit checks what must always be true of what the association has decided: its fields are kept as one object,
// whose bounds the database does not know.
func Audit(ctx context.Context, db *sqlx.DB) ([]audit.Check, error) {
	_, texts, err := read(ctx, db)
	if err != nil {
		return nil, err
	}
	meant := audit.Check{Name: "settings: what is decided of each field is what could be saved"}
	for _, f := range Fields() {
		text, decided := texts[f.Name]
		if !decided {
			continue
		}
		wrong := fault.New(ErrInvalid.Kind, ErrInvalid.Key)
		if as := f.Read(text, wrong); as != text || len(wrong.Fields) > 0 {
			meant.Found(f.Name + " is " + text)
		}
	}
	return []audit.Check{meant}, nil
}
