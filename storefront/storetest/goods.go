package storetest

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/ledger"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/settlement"
)

// PayOut records that the association transferred amount to a seller.
func (m *Market) PayOut(to Seller, amount money.Amount, reference string) settlement.Payout {
	m.t.Helper()
	payouts, err := m.Settlements.PayAll(context.Background(), []settlement.Transfer{{CooperativeID: to.ID, Amount: amount}}, reference, actor.OfAssociation(m.Association.ID))
	must(m.t, err)
	return payouts[0]
}

// Keep records that a seller has the cash of an order; that half of it was set off against what the seller is owed; and
// that a quarter was brought.
func (m *Market) Keep(by Seller, o order.Order, cash money.Amount) {
	m.t.Helper()
	for i, j := range []ledger.Journal{
		{Kind: "kept", OrderID: &o.ID, Postings: []ledger.Posting{
			{Debit: ledger.OwedBy(by.ID), Credit: ledger.Received(payment.CashOnDelivery), Amount: cash},
		}},
		{Kind: "netted", Postings: []ledger.Posting{{Debit: ledger.PayableTo(by.ID), Credit: ledger.OwedBy(by.ID), Amount: cash / 2}}},
		{Kind: "brought", Postings: []ledger.Posting{{Debit: ledger.Bank, Credit: ledger.OwedBy(by.ID), Amount: cash / 4}}},
	} {
		j.Reference, j.At = o.ID.String()+":"+j.Kind, m.now().Add(time.Duration(i)*time.Millisecond)
		must(m.t, postgres.InTx(context.Background(), m.DB, func(tx *sqlx.Tx) error { return ledger.RecordTx(context.Background(), tx, j) }))
	}
}

// Password is everybody's.
const Password = "for the tests only"

// Seller is a cooperative with what it sells, published products first, and a member of it.
type Seller struct {
	cooperative.Cooperative
	Products []catalog.Product
	Member   account.User
}

// Product finds one of the seller's products by its reference.
func (s Seller) Product(t testing.TB, sku string) catalog.Product {
	t.Helper()
	for _, p := range s.Products {
		if p.SKU == sku {
			return p
		}
	}
	t.Fatalf("%s has no product %s", s.Slug, sku)
	return catalog.Product{}
}

// furnish fills the market.
func (m *Market) furnish() {
	m.t.Helper()
	ctx := context.Background()
	// Tests order under few telephone numbers. What may wait unconfirmed has tests of its own; see Bounds.
	_, err := m.DB.Exec(`update settings set decided = decided || '{"phone_orders": "1000", "phone_pieces": "10000", "address_orders": "1000", "address_pieces": "10000"}'`)
	must(m.t, err)
	m.ReturnDays(0)
	m.Association, err = m.Accounts.Create(ctx, account.NewUser{
		Name: "سعاد", Email: "association@souk.test", Password: Password, Role: account.Director,
	})
	must(m.t, err)

	m.Honey = m.seller(cooperative.Cooperative{
		Slug: "nahla", Name: i18n.Text{AR: "تعاونية النحلة", FR: "Coopérative Nahla"},
		Description: i18n.Text{AR: "عسل جبال زكزل", FR: "Miel des monts de Zegzel", EN: "Honey from the hills of Zegzel"},
		Sector:      "honey", Commune: "zegzel", Women: 8, Young: 3,
		RIB: "011780000012345678901296", Email: "nahla@souk.test", Phone: "0612345678",
	}, []catalog.Edit{
		{SKU: "M-1", Category: "honey", Name: i18n.Text{AR: "عسل الزعتر", FR: "Miel de thym", EN: "Thyme honey"},
			Description: i18n.Text{AR: "عسل من جبال بني يزناسن", FR: "Miel des Beni Snassen", EN: "Honey from the Beni Snassen"},
			UnitAmount:  500, UnitCode: "g", Price: 12_000, Stock: pieces(20), Authorisation: "ES.1.2.26"},
		{SKU: "M-2", Category: "honey", Name: i18n.Text{AR: "عسل السدر", FR: "Miel de jujubier", EN: "Jujube honey"},
			UnitAmount: 1, UnitCode: "kg", Price: 35_050, Stock: pieces(1), Authorisation: "ES.1.2.26"},
		{SKU: "M-3", Category: "honey", Name: i18n.Text{AR: "عسل البرتقال", FR: "Miel d’oranger", EN: "Orange honey"},
			UnitAmount: 250, UnitCode: "g", Price: 4_500, Stock: pieces(5), State: catalog.Draft},
	})
	m.Oil = m.seller(cooperative.Cooperative{
		Slug: "zaytoun", Name: i18n.Text{AR: "تعاونية الزيتون", FR: "Coopérative Zaytoun"},
		Sector: "olive-oil", Commune: "madagh", Women: 4, Men: 9, Young: 2, Email: "zaytoun@souk.test",
	}, []catalog.Edit{
		{SKU: "Z-1", Category: "oil", Name: i18n.Text{AR: "زيت الزيتون", FR: "Huile d’olive", EN: "Olive oil"},
			UnitAmount: 1, UnitCode: "l", Price: 8_000, Stock: pieces(40), Authorisation: "ES.3.4.26"},
		{SKU: "Z-2", Category: "fruit", Name: i18n.Text{AR: "كليمانتين", FR: "Clémentines", EN: "Clementines"},
			UnitAmount: 1, UnitCode: "kg", Price: 1_200, Stock: pieces(100), Perishable: true},
	})
	m.Couscous = m.seller(cooperative.Cooperative{
		Slug: "sanabil", Name: i18n.Text{AR: "تعاونية السنابل", FR: "Coopérative Sanabil"},
		Sector: "couscous", Commune: "sidi-slimane-echcharaa", Women: 12, Email: "sanabil@souk.test",
	}, []catalog.Edit{
		{SKU: "K-1", Category: "cereal", Name: i18n.Text{AR: "كسكس القمح", FR: "Couscous de blé", EN: "Wheat couscous"},
			UnitAmount: 1, UnitCode: "kg", Price: 2_500, Stock: pieces(60), Authorisation: "ES.5.6.26"},
		{SKU: "K-2", Category: "cereal", Name: i18n.Text{AR: "كسكس الشعير", FR: "Couscous d’orge", EN: "Barley couscous"},
			UnitAmount: 1, UnitCode: "kg", Price: 2_800, Stock: pieces(0), Authorisation: "ES.5.6.26"},
	})
	m.Pending, err = m.Cooperatives.Create(ctx, cooperative.Cooperative{
		Slug: "amal", Name: i18n.Text{AR: "تعاونية الأمل", FR: "Coopérative Amal"},
		Sector: "crafts", Commune: "tafoughalt", Women: 6, Men: 1,
	}, actor.OfAssociation(m.Association.ID))
	must(m.t, err)
}

// ReturnDays decides for how long goods of orders that are delivered from now on may be sent back; in a new test market
// they may not, so that what was paid is owed at delivery.
func (m *Market) ReturnDays(days int) {
	m.t.Helper()
	_, err := m.DB.Exec(`update settings set decided = decided || jsonb_build_object('return_days', $1::text)`, strconv.Itoa(days))
	must(m.t, err)
}

// seller takes a cooperative in, approves it and gives it a member and its products.
func (m *Market) seller(c cooperative.Cooperative, goods []catalog.Edit) Seller {
	m.t.Helper()
	ctx := context.Background()
	created, err := m.Cooperatives.Create(ctx, c, actor.OfAssociation(m.Association.ID))
	must(m.t, err)
	must(m.t, m.Cooperatives.SetState(ctx, created.ID, cooperative.Approved, "", actor.OfAssociation(m.Association.ID)))
	s := Seller{}
	s.Member, err = m.Accounts.Create(ctx, account.NewUser{
		Name: "فاطمة", Email: "member@" + c.Slug + ".test", Password: Password, Role: account.President, CooperativeID: &created.ID,
	})
	must(m.t, err)
	for _, edit := range goods {
		p, err := m.Catalog.Create(ctx, created.ID, edit, actor.OfCooperative(created.ID, s.Member.ID))
		must(m.t, err)
		s.Products = append(s.Products, p)
	}
	s.Cooperative, err = m.Cooperatives.ByID(ctx, created.ID)
	must(m.t, err)
	return s
}

// Order places an order for two pots of honey, three litres of oil and one kilo of couscous, to be
// brought to a door in Berkane.
func (m *Market) Order() order.Placed {
	m.t.Helper()
	return m.OrderBy(payment.CashOnDelivery)
}

// OrderBy is Order of an order that is paid by that means.
func (m *Market) OrderBy(means string) order.Placed {
	m.t.Helper()
	placed, err := m.Orders.Place(context.Background(), order.PlaceInput{
		Lines: []order.Line{
			{ProductID: m.Honey.Products[0].ID, Quantity: 2},
			{ProductID: m.Oil.Products[0].ID, Quantity: 3},
			{ProductID: m.Couscous.Products[0].ID, Quantity: 1},
		},
		Buyer: order.Buyer{
			Name: "نادية", Phone: "0661234567", Place: "berkane", Address: "حي السلام، زنقة 4", Landmark: "قرب المسجد",
		},
		Delivery: delivery.Home, Payment: means, Locale: "ar", Source: order.Shop,
	})
	must(m.t, err)
	return placed
}

// HandOver has every cooperative accept its part of an order, prepare it and bring it to the association.
func (m *Market) HandOver(o order.Order) {
	m.t.Helper()
	for _, part := range o.Parts {
		for _, move := range []order.Move{order.MoveAccept, order.MoveReady, order.MoveHandOver} {
			must(m.t, m.Orders.Move(context.Background(), move, part.ID, m.ByCooperative(part.Cooperative.ID)))
		}
	}
}

// Dispatch has an order handed over and sends it on its way.
func (m *Market) Dispatch(o order.Order) {
	m.t.Helper()
	m.HandOver(o)
	must(m.t, m.Orders.Move(context.Background(), order.MoveDispatch, o.ID, m.ByAssociation()))
}

// Deliver has an order dispatched and brings it to its buyer, who pays.
func (m *Market) Deliver(o order.Order) {
	m.t.Helper()
	m.DeliverTo(o, order.CashHolder{})
}

// DeliverTo is Deliver of an order whose cash that holder has.
func (m *Market) DeliverTo(o order.Order, cash order.CashHolder) {
	m.t.Helper()
	m.Dispatch(o)
	by := m.ByAssociation()
	by.Cash = cash
	must(m.t, m.Orders.Move(context.Background(), order.MoveDeliver, o.ID, by))
}

// ByAssociation is one of the association's people who moves an order, and what is written about it.
func (m *Market) ByAssociation(note ...string) order.By {
	return order.By{Actor: actor.OfAssociation(m.Association.ID), Note: strings.Join(note, " ")}
}

// ByCooperative is a member who moves her cooperative's part of an order, and what she writes about it.
func (m *Market) ByCooperative(id uuid.UUID, note ...string) order.By {
	member := postgres.NewID()
	for _, s := range []Seller{m.Honey, m.Oil, m.Couscous} {
		if s.Cooperative.ID == id {
			member = s.Member.ID
		}
	}
	return order.By{Actor: actor.OfCooperative(id, member), Note: strings.Join(note, " ")}
}

// Bounds brings back the bounds on unconfirmed orders that a new market has.
func (m *Market) Bounds() {
	m.t.Helper()
	_, err := m.DB.Exec(`update settings set decided = decided - array['phone_orders', 'phone_pieces', 'address_orders', 'address_pieces']`)
	must(m.t, err)
}

// Stock is what is left of a product.
func (m *Market) Stock(id uuid.UUID) int {
	m.t.Helper()
	var stock int
	must(m.t, m.DB.Get(&stock, `select stock from goods where id = $1`, id))
	return stock
}

// Photograph is a picture of so many pixels a side.
func Photograph(t testing.TB, side int) []byte {
	t.Helper()
	var out bytes.Buffer
	must(t, png.Encode(&out, image.NewGray(image.Rect(0, 0, side, side))))
	return out.Bytes()
}

func pieces(n int) *int { return &n }

// Hire gives somebody an account with that role, in the cooperative if it is a role in one.
func (m *Market) Hire(role account.Role, in Seller) account.User {
	m.t.Helper()
	n := account.NewUser{Name: string(role), Email: string(role) + "@souk.test", Password: Password, Role: role}
	if role.InCooperative() {
		n.CooperativeID = &in.ID
	}
	u, err := m.Accounts.Create(context.Background(), n)
	must(m.t, err)
	return u
}
