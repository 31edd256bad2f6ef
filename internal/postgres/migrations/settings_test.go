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
		address_orders = 6, address_pieces = 7, product_share = 8, market_share = 9, spare_share = 10, alarm_share = 8, version = 12`)
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
		Version: 12, Commission: 725, FreeFrom: 499_50, ReservationHours: 48, ReturnDays: 7, BuyerMonths: 7, PublishUnauthorised: true,
		Holds: settings.Holds{
			HoldHours: 1, OrderProducts: 2, OrderPieces: 3, PhoneOrders: 4, PhonePieces: 5, AddressOrders: 6, AddressPieces: 7,
			ProductShare: 8, MarketShare: 9, SpareShare: 10, AlarmShare: 8,
		},
		Means:    settings.Means{CashOffered: true, CashFar: true, CardOffered: true, CardMinutes: 30, TransferOffered: true}, // likewise
		Transfer: settings.Transfer{TransferDays: 3},                                                                          // came later: as it is by itself
	}
	got, err := settings.Read(t.Context(), d.db)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
}
