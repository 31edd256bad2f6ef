package settings

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/shown"
	"github.com/souk-taawon/souk/internal/text"
)

// Errors of Save.
var (
	// ErrInvalid has a message for each field that cannot be used.
	ErrInvalid = fault.New(fault.Invalid, "settings.invalid")
	// ErrChanged says that somebody else changed the same fields meanwhile, its Fields; nothing was saved.
	ErrChanged = fault.New(fault.Conflict, "settings.changed")
)

// Annex is what another package lets the association decide on the same page and keeps by itself.
type Annex interface {
	// Kept gives its fields with what holds now.
	Kept(ctx context.Context, q sqlx.QueryerContext) ([]Value, error)
	// Check adds to wrong what its fields contradict one another in.
	Check(values map[string]string, wrong *fault.Error)
	// ReplaceTx keeps these values of its fields.
	ReplaceTx(ctx context.Context, tx *sqlx.Tx, values map[string]string) error
}

// Value is what holds now of a field.
type Value struct {
	Field
	Text string // in the form in which it is kept
}

// Kept is all that the association has decided, in the order of the form.
type Kept struct{ Values []Value }

// Shown is what a form of them shows.
func (k Kept) Shown() shown.Fields {
	fields := make(shown.Fields, len(k.Values))
	for _, v := range k.Values {
		fields.Show(v.Name, v.Text)
	}
	return fields
}

// Value is what holds of the field of that name; the zero Value of one that there is not.
func (k Kept) Value(name string) Value {
	for _, v := range k.Values {
		if v.Name == name {
			return v
		}
	}
	return Value{}
}

// Kept gives what is decided now, field by field, that of other packages in its group.
func (s *Service) Kept(ctx context.Context) (Kept, error) {
	kept, err := s.readKept(ctx, s.db)
	if err != nil {
		return Kept{}, fmt.Errorf("settings: %w", err)
	}
	return kept, nil
}

func (s *Service) readKept(ctx context.Context, q sqlx.QueryerContext) (Kept, error) {
	texts, err := read(ctx, q)
	if err != nil {
		return Kept{}, err
	}
	beside := make(map[string][]Value) // by group
	for _, annex := range s.Annexes {
		values, err := annex.Kept(ctx, q)
		if err != nil {
			return Kept{}, err
		}
		for _, v := range values {
			beside[v.Group] = append(beside[v.Group], v)
		}
	}
	var kept Kept
	for i, f := range s.Fields {
		text, decided := texts[f.Name]
		if !decided {
			text = f.Default
		}
		kept.Values = append(kept.Values, Value{f, text})
		if i+1 == len(s.Fields) || s.Fields[i+1].Group != f.Group {
			kept.Values = append(kept.Values, beside[f.Group]...)
		}
	}
	return kept, nil
}

// read gives what has been decided, in the form in which it is kept, by the fields' names.
func read(ctx context.Context, q sqlx.QueryerContext) (texts map[string]string, err error) {
	var decided []byte
	if err := sqlx.GetContext(ctx, q, &decided, `select decided from settings`); err != nil {
		return nil, err
	}
	return texts, json.Unmarshal(decided, &texts)
}

// Save replaces the settings by these; see SaveFields. What annexes keep stays.
func (s *Service) Save(ctx context.Context, to Settings, by actor.Actor) ([]string, error) {
	return s.SaveFields(ctx, nil, to.texts(), by)
}

// SaveFields replaces these fields by what was typed where that is another than the form showed, in the name of the
// association's user by, and says which of them changed; the history keeps it. Orders that were placed keep their
// commission, fee and time. Errors: ErrInvalid with a message for each field; ErrChanged.
func (s *Service) SaveFields(ctx context.Context, form shown.Fields, typed map[string]string, by actor.Actor) ([]string, error) {
	var changed []string
	err := postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		// Whoever saves takes a turn, so that what is compared here is what is replaced.
		if _, err := tx.ExecContext(ctx, `select from settings for no key update`); err != nil {
			return err
		}
		kept, err := s.readKept(ctx, tx)
		if err != nil {
			return err
		}
		to, err := s.checked(kept, form, typed)
		if err != nil {
			return err
		}
		var before, after []string
		changed = nil
		for _, v := range kept.Values {
			if to[v.Name] != v.Text {
				changed, before, after = append(changed, v.Name), append(before, v.Text), append(after, to[v.Name])
			}
		}
		if len(changed) == 0 {
			return nil
		}
		if err := s.replaceTx(ctx, tx, to); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			insert into settings_changes (id, actor, user_id, fields, before, after, at)
			values ($1, $2, $3, $4, $5, $6, moment_after($7, (select max(at) from settings_changes)))`,
			postgres.NewID(), by.Kind, by.UserID(), pq.Array(changed), pq.Array(before), pq.Array(after), s.now())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("save settings: %w", err)
	}
	s.recent.Forget()
	return changed, nil
}

// checked gives every field as it is to be kept: as it was typed or, if it was not, as it is.
func (s *Service) checked(kept Kept, form shown.Fields, typed map[string]string) (map[string]string, error) {
	wrong, lost := fault.New(ErrInvalid.Kind, ErrInvalid.Key), fault.New(ErrChanged.Kind, ErrChanged.Key)
	to := make(map[string]string, len(kept.Values))
	for _, v := range kept.Values {
		given, ok := typed[v.Name]
		if to[v.Name] = v.Text; ok {
			var clash bool
			if to[v.Name], clash = form.Merge(v.Name, v.Text, v.Read(given, wrong)); clash {
				lost.Field(v.Name, ErrChanged.Key)
			}
			if v.Stays && v.Text+to[v.Name] != "" && !text.HasLetter(to[v.Name]) {
				wrong.Field(v.Name, "settings.name_missing")
			}
		}
	}
	check(s.Fields, to, s.NoCard, wrong)
	s.checkGaps(kept, to, wrong)
	for _, annex := range s.Annexes {
		annex.Check(to, wrong)
	}
	if len(wrong.Fields) > 0 {
		return nil, wrong
	}
	if len(lost.Fields) > 0 {
		return nil, lost
	}
	return to, nil
}

// Touched reports whether what was typed of the field is another than a form showed.
func (v Value) Touched(form shown.Fields, typed string) bool {
	return form.Changed(v.Name, v.Read(typed, fault.New(ErrInvalid.Kind, ErrInvalid.Key)))
}

// replaceTx lets each owner keep its fields. What a newer program has decided beside ours stays.
func (s *Service) replaceTx(ctx context.Context, tx *sqlx.Tx, to map[string]string) error {
	ours := make(map[string]string, len(s.Fields))
	for _, f := range s.Fields {
		ours[f.Name] = to[f.Name]
	}
	decided, err := json.Marshal(ours)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `update settings set decided = decided || $1`, decided); err != nil {
		return err
	}
	for _, annex := range s.Annexes {
		if err := annex.ReplaceTx(ctx, tx, to); err != nil {
			return err
		}
	}
	return nil
}

// Change is one entry of the history: Fields by their names, and as text what stood there before and
// after, in the same order.
type Change struct {
	Fields pq.StringArray `db:"fields"`
	Before pq.StringArray `db:"before"`
	After  pq.StringArray `db:"after"`
	Actor  actor.Kind     `db:"actor"`
	User   string         `db:"user_name"` // of the association's user
	At     time.Time      `db:"at"`
}

// Changes is the history, the latest first, at most limit entries of it.
func (s *Service) Changes(ctx context.Context, limit int) ([]Change, error) {
	changes := []Change{}
	err := s.db.SelectContext(ctx, &changes, `
		select c.fields, c.before, c.after, c.actor, coalesce(u.name, '') as user_name, c.at
		from settings_changes c left join lateral (select name from people where id = c.user_id offset 0) u on true
		order by c.at desc, c.id desc limit $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("changes of the settings: %w", err)
	}
	return changes, nil
}
