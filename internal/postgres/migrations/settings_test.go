package migrations_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/settings"
)

func TestWhatWasDecidedInColumnsIsDecidedStill(t *testing.T) {
	t.Parallel()
	d := newDatabase(t)
	for _, version := range d.versions() {
		if version < 161 {
			d.migrate(version)
			d.addRows(version)
		}
	}
	_, err := d.db.Exec(`update settings set commission_basis_points = 725, free_delivery_from_centimes = 49950, reservation_hours = 48, buyer_months = 7,
		publish_without_authorisation = true, hold_hours = 1, order_products = 2, order_pieces = 3, phone_orders = 4, phone_pieces = 5,
		address_orders = 6, address_pieces = 7, product_share = 8, market_share = 9, spare_share = 10, alarm_share = 8`)
	if err != nil {
		t.Fatal(err)
	}
	d.migrate(161)
	want := settings.Settings{
		Contact: settings.Contact{
			Name:  i18n.Text{AR: "الجمعية", FR: "L’association", EN: "The association"},
			Phone: "+212536000000", WhatsApp: "+212661000000", Email: "bonjour@souk.example",
			Address: i18n.Text{AR: "بركان", FR: "Berkane"}, Hours: i18n.Text{AR: "كل صباح", FR: "le matin", EN: "mornings"},
		},
		Commission: 725, FreeFrom: 499_50, ReservationHours: 48, ReturnDays: 7, BuyerMonths: 7, PublishUnauthorised: true,
		Holds: settings.Holds{
			HoldHours: 1, OrderProducts: 2, OrderPieces: 3, PhoneOrders: 4, PhonePieces: 5, AddressOrders: 6, AddressPieces: 7,
			ProductShare: 8, MarketShare: 9, SpareShare: 10, AlarmShare: 8,
		},
		Means:    settings.Means{CashOffered: true, CardOffered: true, CardMinutes: 30, TransferOffered: true}, // likewise
		Transfer: settings.Transfer{TransferDays: 3},                                                           // came later: as it is by itself
	}
	got, err := settings.Read(t.Context(), d.db)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

// Cash that was taken in the nearest zone alone is taken there alone still, and the history says so of each other zone.
func TestWhereCashWasTakenItIsTakenStill(t *testing.T) {
	t.Parallel()
	for far, want := range map[string]string{"no": "province", "yes": "elsewhere large-cities oriental province", "": "elsewhere large-cities oriental province"} {
		d := newDatabase(t)
		for _, version := range d.versions() {
			if version < 620 {
				d.migrate(version)
			}
		}
		if far != "" {
			if _, err := d.db.Exec(`update settings set decided = decided || jsonb_build_object('cash_far', $1::text)`, far); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := d.db.Exec(`
			insert into settings_changes (id, actor, fields, before, after, at)
			values (gen_random_uuid(), 'system', '{card_most,cash_far,cash_most}', '{0.00,yes,1.00}', '{5.00,no,2.00}', now())`); err != nil {
			t.Fatal(err)
		}
		d.migrate(620)
		var got, history string
		if err := d.db.Get(&got, `select string_agg(slug, ' ' order by slug) from delivery_zones where cash_taken`); err != nil || got != want {
			t.Errorf("far is %q: cash is taken in %s, %v", far, got, err)
		}
		if err := d.db.Get(&history, `select concat_ws(' ', fields, before, after) from settings_changes`); err != nil ||
			history != "{card_most,cash_oriental,cash_large-cities,cash_elsewhere,cash_most} {0.00,yes,yes,yes,1.00} {5.00,no,no,no,2.00}" {
			t.Errorf("the history says %s, %v", history, err)
		}
	}
}
