package delivery

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/settings"
)

// The most that delivery to a zone may cost and take: far above any sense, so that a slip of the hand is noticed.
const (
	maxFee  = 1_000_00
	maxDays = 60
)

// Service lets the association decide about its zones beside its settings.
var _ settings.Annex = (*Service)(nil)

// Kept gives for each zone, the nearest first, what delivery costs there, how many days it takes and whether cash is
// taken at the door.
func (s *Service) Kept(ctx context.Context, q sqlx.QueryerContext) ([]settings.Value, error) {
	zones, err := readZones(ctx, q)
	if err != nil {
		return nil, err
	}
	var values []settings.Value
	for _, z := range zones {
		field := func(of string, kind settings.Kind, most int64, text string) {
			values = append(values, settings.Value{
				Field: settings.Field{Name: of + "_" + z.Slug, Kind: kind, Group: "delivery", Most: most, Within: z.Slug}, Text: text,
			})
		}
		field("fee", settings.Sum, maxFee, z.Fee.String())
		field("min", settings.Days, maxDays, strconv.Itoa(z.DaysMin))
		field("max", settings.Days, maxDays, strconv.Itoa(z.DaysMax))
		cash := "no"
		if z.Cash {
			cash = "yes"
		}
		field("cash", settings.Choice, 0, cash) // as settings.CashAt calls it
	}
	return values, nil
}

// Check refuses days of which the last comes before the first.
func (s *Service) Check(values map[string]string, wrong *fault.Error) {
	for name, text := range values {
		zone, isMax := strings.CutPrefix(name, "max_")
		if !isMax {
			continue
		}
		first, err := strconv.Atoi(values["min_"+zone])
		last, lastErr := strconv.Atoi(text)
		if err == nil && lastErr == nil && last < first && wrong.Fields[name].Key == "" {
			wrong.Field(name, "settings.days_order")
		}
	}
}

// ReplaceTx keeps what was decided about the zones.
func (s *Service) ReplaceTx(ctx context.Context, tx *sqlx.Tx, values map[string]string) error {
	zones, err := readZones(ctx, tx)
	if err != nil {
		return err
	}
	var slugs []string
	var fees, first, last []int64
	var cash []bool
	for _, z := range zones {
		fee, feeErr := money.Parse(values["fee_"+z.Slug])
		from, fromErr := strconv.ParseInt(values["min_"+z.Slug], 10, 32)
		to, toErr := strconv.ParseInt(values["max_"+z.Slug], 10, 32)
		if feeErr != nil || fromErr != nil || toErr != nil {
			return fmt.Errorf("delivery: zone %s cannot be read", z.Slug)
		}
		slugs, fees, first, last = append(slugs, z.Slug), append(fees, int64(fee)), append(first, from), append(last, to)
		cash = append(cash, values[settings.CashAt(z.Slug)] == "yes")
	}
	_, err = tx.ExecContext(ctx, `
		update delivery_zones z set fee_centimes = n.fee, days_min = n.days_min, days_max = n.days_max, cash_taken = n.cash
		from unnest($1::text[], $2::bigint[], $3::int[], $4::int[], $5::boolean[]) as n (slug, fee, days_min, days_max, cash)
		where z.slug = n.slug`,
		pq.Array(slugs), pq.Array(fees), pq.Array(first), pq.Array(last), pq.Array(cash))
	if err != nil {
		return fmt.Errorf("delivery: keep zones: %w", err)
	}
	return nil
}

// Zone is a part of the country that delivery to costs the same.
type Zone struct {
	Slug        string
	Name        i18n.Text // empty: the province, as the settings call it
	Perishables bool      // what perishes is brought there too
	Cash        bool      // it may be paid at the door there
	Ground      Ground    // below its places on the map
}

// Ground is what is drawn on the map below places with a Spot: the data of paths of SVG, "" for nothing.
type Ground struct{ Sea, Shore, Hills string }

// Zones lists them, the nearest first, as they were a minute ago at most.
func (s *Service) Zones(ctx context.Context) ([]Zone, error) {
	c, err := s.country(ctx)
	return c.zones, err
}

// Fresh names the zones that what perishes is brought to, one after the other, to be said in a sentence.
func (s *Service) Fresh(ctx context.Context) (fault.Message, error) {
	zones, err := s.Zones(ctx)
	if err != nil {
		return fault.Message{}, err
	}
	return listed(slices.DeleteFunc(slices.Clone(zones), func(z Zone) bool { return !z.Perishables })), nil
}

// noCash says where cash is taken, to whom it is not.
func (s *Service) noCash(ctx context.Context) (fault.Message, error) {
	zones, err := s.Zones(ctx)
	if err != nil {
		return fault.Message{}, err
	}
	taken := slices.DeleteFunc(slices.Clone(zones), func(z Zone) bool { return !z.Cash })
	if len(taken) == 0 {
		return fault.Say("delivery.cash_nowhere"), nil
	}
	return fault.Say("delivery.cash_elsewhere", "Zones", listed(taken)), nil
}

func listed(zones []Zone) fault.Message {
	if len(zones) == 0 {
		return fault.Say("delivery.zone_none")
	}
	first := fault.Say("delivery.zone", "Name", zones[0].Name)
	if zones[0].Name == (i18n.Text{}) {
		first = fault.Say("delivery.zone_home")
	}
	if len(zones) == 1 {
		return first
	}
	return fault.Say("delivery.zone_and", "Zone", first, "More", listed(zones[1:]))
}

func (s *Service) readNames(ctx context.Context) ([]Zone, error) {
	var zones []Zone
	err := s.db.SelectContext(ctx, &zones, `
		select slug, name_ar as "name.ar", name_fr as "name.fr", name_en as "name.en", perishables_allowed as perishables, cash_taken as cash,
			map_sea as "ground.sea", map_shore as "ground.shore", map_hills as "ground.hills"
		from delivery_zones order by position, slug`)
	if err != nil {
		return nil, fmt.Errorf("delivery: names of zones: %w", err)
	}
	return zones, nil
}

// zone is what is decided about one of the zones.
type zone struct {
	Slug    string
	Fee     money.Amount
	DaysMin int
	DaysMax int
	Cash    bool
}

func readZones(ctx context.Context, q sqlx.QueryerContext) ([]zone, error) {
	var zones []zone
	err := sqlx.SelectContext(ctx, q, &zones, `
		select slug, fee_centimes as fee, days_min as daysmin, days_max as daysmax, cash_taken as cash from delivery_zones order by position, slug`)
	if err != nil {
		return nil, fmt.Errorf("delivery: zones: %w", err)
	}
	return zones, nil
}
