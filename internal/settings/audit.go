package settings

import (
	"context"
	"maps"
	"slices"

	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/audit"
	"github.com/souk-taawon/souk/internal/fault"
)

// Audit checks what must always be true of what the association has decided: its fields are kept as one object,
// whose bounds the database does not know.
func Audit(ctx context.Context, db *sqlx.DB) ([]audit.Check, error) {
	texts, err := read(ctx, db)
	if err != nil {
		return nil, err
	}
	meant := audit.Check{Name: "settings: what is decided of each field is what could be saved"}
	hold := make(map[string]string) // what holds of each
	for _, f := range Fields() {
		text, decided := texts[f.Name]
		if hold[f.Name] = text; !decided {
			hold[f.Name] = f.Default
			continue
		}
		wrong := fault.New(ErrInvalid.Kind, ErrInvalid.Key)
		if as := f.Read(text, wrong); as != text || len(wrong.Fields) > 0 {
			meant.Found(f.Name + " is " + text)
		}
	}
	agree := audit.Check{Name: "settings: no decision contradicts another"}
	wrong := fault.New(ErrInvalid.Kind, ErrInvalid.Key)
	check(Fields(), hold, false, wrong)
	for _, name := range slices.Sorted(maps.Keys(wrong.Fields)) {
		agree.Found(name + " is " + hold[name] + " (" + wrong.Fields[name].Key + ")")
	}
	return []audit.Check{meant, agree}, nil
}
