package settings

import (
	"context"
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
)

// Bounds of what is entered. Those of fees, days, hours and pieces are far above any sense, so that a
// slip of the hand is noticed.
const (
	maxLine    = 200
	maxText    = 500
	maxFee     = 1_000_00
	maxDays    = 60
	maxHours   = 30 * 24
	maxPieces  = 100_000
	maxWaiting = 1000
	maxMonths  = 120 // ten years, as long as the law has books kept
)

// Save replaces the settings by these, in the name of the association's user by, and says which fields
// that changed; the history keeps it. Version is the one that was read, and the zones are all that
// there are. Orders that were placed keep their commission, fee and time. Errors: ErrInvalid with a
// message for each field; ErrChanged.
func (s *Service) Save(ctx context.Context, to Settings, by uuid.UUID) ([]string, error) {
	to, err := checked(to)
	if err != nil {
		return nil, err
	}
	var changed []string
	err = postgres.InTx(ctx, s.db, func(tx *sqlx.Tx) error {
		// Whoever saves takes a turn, so that what is compared here is what is replaced.
		if _, err := tx.ExecContext(ctx, `select from settings for no key update`); err != nil {
			return err
		}
		kept, err := readAll(ctx, tx)
		if err != nil {
			return err
		}
		if changed = differences(kept, to); len(changed) == 0 {
			return nil
		}
		if kept.Version != to.Version {
			e := fault.New(ErrChanged.Kind, ErrChanged.Key)
			for _, field := range changed {
				e.Field(field, ErrChanged.Key)
			}
			return e
		}
		if err := replaceTx(ctx, tx, to); err != nil {
			return err
		}
		return keepTx(ctx, tx, kept, to, changed, by, s.now())
	})
	if err != nil {
		return nil, fmt.Errorf("save settings: %w", err)
	}
	s.kept.Store(nil)
	return changed, nil
}

// differences are the fields of before that are others in after.
func differences(before, after Settings) []string {
	old, replacing := before.Fields(), after.Fields()
	var fields []string
	for _, field := range before.names() {
		if old[field] != replacing[field] {
			fields = append(fields, field)
		}
	}
	return fields
}

// checked brings what was entered into the form in which it is kept, or says what is wrong with each
// field.
func checked(s Settings) (Settings, error) {
	wrong := fault.New(ErrInvalid.Kind, ErrInvalid.Key)
	for name, line := range map[string]*string{
		"name_ar": &s.Name.AR, "name_fr": &s.Name.FR, "name_en": &s.Name.EN, "email": &s.Email,
	} {
		*line = i18n.Line(*line)
		tooLong(wrong, name, *line, maxLine)
	}
	for name, text := range map[string]*string{
		"address_ar": &s.Address.AR, "address_fr": &s.Address.FR,
		"hours_ar": &s.Hours.AR, "hours_fr": &s.Hours.FR, "hours_en": &s.Hours.EN,
	} {
		*text = i18n.Lines(*text)
		tooLong(wrong, name, *text, maxText)
	}
	for name, number := range map[string]*string{"phone": &s.Phone, "whatsapp": &s.WhatsApp} {
		if *number = strings.TrimSpace(*number); *number == "" {
			continue
		}
		parsed, err := account.ParsePhone(*number)
		if err != nil {
			wrong.Field(name, account.ErrPhone.Key)
		}
		*number = parsed
	}
	if s.Email != "" {
		if parsed, err := mail.ParseAddress(s.Email); err != nil || parsed.Address != s.Email {
			wrong.Field("email", "account.email_invalid")
		}
	}
	if s.Commission < 0 || s.Commission > 100_00 {
		wrong.Field("commission", "settings.commission_invalid")
	}
	if s.FreeFrom < 0 || s.FreeFrom > money.MaxAmount {
		wrong.Field("free_from", "settings.amount_invalid")
	}
	if s.ReservationHours < 1 || s.ReservationHours > maxHours {
		wrong.Field("reservation_hours", "settings.hours_invalid", "Max", maxHours)
	}
	if s.BuyerMonths < 1 || s.BuyerMonths > maxMonths {
		wrong.Field("buyer_months", "settings.number_invalid", "Max", maxMonths)
	}
	for _, f := range s.fields() {
		if *f.value < 1 || *f.value > f.most {
			wrong.Field(f.name, "settings.number_invalid", "Max", f.most)
		}
	}
	if s.AlarmShare > s.MarketShare { // then nothing would be told before the share is used up
		wrong.Field("alarm_share", "settings.alarm_too_late", "Most", s.MarketShare)
	}
	for _, z := range s.Zones {
		if z.Fee < 0 || z.Fee > maxFee {
			wrong.Field("fee_"+z.Slug, "settings.fee_invalid", "Max", money.Amount(maxFee))
		}
		if z.DaysMin < 0 || z.DaysMin > maxDays {
			wrong.Field("min_"+z.Slug, "settings.days_invalid", "Max", maxDays)
		}
		if z.DaysMax < 0 || z.DaysMax > maxDays {
			wrong.Field("max_"+z.Slug, "settings.days_invalid", "Max", maxDays)
		} else if z.DaysMax < z.DaysMin {
			wrong.Field("max_"+z.Slug, "settings.days_order")
		}
	}
	if len(wrong.Fields) > 0 {
		return s, wrong
	}
	return s, nil
}

func tooLong(wrong *fault.Error, field, text string, most int) {
	if utf8.RuneCountInString(text) > most {
		wrong.Field(field, "settings.too_long", "Max", most)
	}
}

func replaceTx(ctx context.Context, tx *sqlx.Tx, s Settings) error {
	_, err := tx.ExecContext(ctx, `
		update settings set
		    version = version + 1, name_ar = $1, name_fr = $2, name_en = $3, phone = $4, whatsapp = $5, email = $6,
		    address_ar = $7, address_fr = $8, hours_ar = $9, hours_fr = $10, hours_en = $11,
		    commission_basis_points = $12, free_delivery_from_centimes = $13, reservation_hours = $14,
		    publish_without_authorisation = $15, hold_hours = $16, order_products = $17, order_pieces = $18,
		    phone_orders = $19, phone_pieces = $20, address_orders = $21, address_pieces = $22,
		    product_share = $23, market_share = $24, alarm_share = $25, spare_share = $26, buyer_months = $27`,
		s.Name.AR, s.Name.FR, s.Name.EN, s.Phone, s.WhatsApp, s.Email,
		s.Address.AR, s.Address.FR, s.Hours.AR, s.Hours.FR, s.Hours.EN,
		s.Commission, s.FreeFrom, s.ReservationHours, s.PublishUnauthorised,
		s.HoldHours, s.OrderProducts, s.OrderPieces, s.PhoneOrders, s.PhonePieces, s.AddressOrders, s.AddressPieces,
		s.ProductShare, s.MarketShare, s.AlarmShare, s.SpareShare, s.BuyerMonths)
	if err != nil {
		return err
	}
	var slugs []string
	var fees, from, to []int64
	for _, z := range s.Zones {
		slugs, fees = append(slugs, z.Slug), append(fees, int64(z.Fee))
		from, to = append(from, int64(z.DaysMin)), append(to, int64(z.DaysMax))
	}
	_, err = tx.ExecContext(ctx, `
		update delivery_zones z set fee_centimes = n.fee, days_min = n.days_min, days_max = n.days_max
		from unnest($1::text[], $2::bigint[], $3::int[], $4::int[]) as n (slug, fee, days_min, days_max)
		where z.slug = n.slug`,
		pq.Array(slugs), pq.Array(fees), pq.Array(from), pq.Array(to))
	return err
}

func keepTx(ctx context.Context, tx *sqlx.Tx, before, after Settings, changed []string, by uuid.UUID, at time.Time) error {
	old, replacing := before.Fields(), after.Fields()
	from, to := make(pq.StringArray, len(changed)), make(pq.StringArray, len(changed))
	for i, field := range changed {
		from[i], to[i] = old[field], replacing[field]
	}
	_, err := tx.ExecContext(ctx, `
		insert into settings_changes (id, user_id, fields, before, after, at)
		values ($1, $2, $3, $4, $5, moment_after($6, (select max(at) from settings_changes)))`,
		postgres.NewID(), uuid.NullUUID{UUID: by, Valid: by != uuid.Nil}, pq.StringArray(changed), from, to, at)
	return err
}

// Change is one entry of the history: Fields by their names, and as text what stood there before and
// after, in the same order.
type Change struct {
	Fields pq.StringArray `db:"fields"`
	Before pq.StringArray `db:"before"`
	After  pq.StringArray `db:"after"`
	User   string         `db:"user_name"` // empty when nobody signed in acted
	At     time.Time      `db:"at"`
}

// Changes is the history, the latest first, at most limit entries of it.
func (s *Service) Changes(ctx context.Context, limit int) ([]Change, error) {
	changes := []Change{}
	err := s.db.SelectContext(ctx, &changes, `
		select c.fields, c.before, c.after, coalesce(u.name, '') as user_name, c.at
		from settings_changes c left join people u on u.id = c.user_id
		order by c.at desc, c.id desc limit $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("changes of the settings: %w", err)
	}
	return changes, nil
}
