package order

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
)

// Basket is what somebody means to order, at today's prices and with today's stock.
type Basket struct {
	Groups     []BasketGroup
	Items      money.Amount // of what is to be had
	Pieces     int          // of what is to be had, in units of sale
	Perishable bool         // something in it perishes
	Prepare    int          // the most days that something that is to be had takes to be prepared
	Changed    bool         // some line is short or gone
	Repriced   bool         // something that is to be had costs something else, or is another quantity, than when it was put in
	Fee        money.Amount // of a delivery to FeePlace, as it was when the first of it was put in; zero: none, or nobody knows
	FeePlace   string       // slug; empty: the least that a delivery cost
}

// BasketGroup is what lies in a basket of one cooperative.
type BasketGroup struct {
	Cooperative catalog.CooperativeRef
	Lines       []BasketLine
	Items       money.Amount
}

// BasketLine is one product in a basket.
type BasketLine struct {
	Product  catalog.Product // of one that is Gone, only ID, Name and Cooperative
	Wanted   int             // as it was put into the basket
	Quantity int             // as it can be ordered now: Wanted, or what is left
	Short    bool            // there are fewer than Wanted, or none
	Gone     bool            // no longer sold
	Total    money.Amount
	Was      money.Amount // what one cost when it was put in; zero: as much for as much, or nobody knows
	WasUnit  i18n.Unit    // and how much one was then, if it was another quantity
}

// FeeWas is what delivery to a place (slug; empty: the least that it costs) cost when the first of the basket was put in, if
// it costs another fee now; zero otherwise, also of a delivery that costs nothing for what lies in it.
func (b Basket) FeeWas(place string, now money.Amount) money.Amount {
	if now == 0 || now == b.Fee || place != b.FeePlace {
		return 0
	}
	return b.Fee
}

// Units tells in a few letters of what is to be had in which quantities it is sold, to be compared with how that is later.
func (b Basket) Units() string {
	var products []catalog.Product
	for _, g := range b.Groups {
		for _, l := range g.Lines {
			if l.Quantity > 0 {
				products = append(products, l.Product)
			}
		}
	}
	return unitsOf(products)
}

func unitsOf(products []catalog.Product) string {
	units := make([]string, len(products))
	for i, p := range products {
		amount, code := catalog.SmallestUnit(p.UnitAmount, p.UnitCode)
		units[i] = fmt.Sprint(p.ID, amount, code)
	}
	return digest(units)
}

// Contents tells in a few letters what was put into the basket and how much of each, whether or not it is to be had, to be
// compared with what lies in it later.
func (b Basket) Contents() string {
	var wanted []Line
	for _, g := range b.Groups {
		for _, l := range g.Lines {
			wanted = append(wanted, Line{l.Product.ID, l.Wanted})
		}
	}
	return contentsOf(wanted)
}

func contentsOf(wanted []Line) string {
	contents := make([]string, len(wanted))
	for i, l := range wanted {
		contents[i] = fmt.Sprint(l.ProductID, l.Quantity)
	}
	return digest(contents)
}

func digest(list []string) string {
	slices.Sort(list) // those of a basket lie by cooperative
	sum := sha256.Sum256([]byte(strings.Join(list, "\n")))
	return hex.EncodeToString(sum[:6])
}

// NewToken makes the secret by which a basket is known.
func NewToken() string { return rand.Text() }

// Basket reads a basket. One that is empty, or that nobody has put anything into, has no groups.
func (s *Service) Basket(ctx context.Context, token string) (Basket, error) {
	var rows []struct {
		ProductID   uuid.UUID `db:"product_id"`
		Quantity    int
		Price       money.Amount `db:"price_centimes"`
		UnitAmount  int          `db:"unit_amount"`
		UnitCode    string       `db:"unit_code"`
		Fee         money.Amount `db:"fee_centimes"`
		FeePlace    string       `db:"fee_place"`
		Name        i18n.Text
		Cooperative catalog.CooperativeRef
	}
	err := s.db.SelectContext(ctx, &rows, `
		select l.product_id, l.quantity, coalesce(l.price_centimes, 0) as price_centimes, coalesce(l.unit_amount, 0) as unit_amount, coalesce(l.unit_code, '') as unit_code,
		       coalesce(b.fee_centimes, 0) as fee_centimes, b.fee_place,
		       p.name_ar as "name.ar", p.name_fr as "name.fr", p.name_en as "name.en",
		       c.id as "cooperative.id", c.slug as "cooperative.slug",
		       c.name_ar as "cooperative.name.ar", c.name_fr as "cooperative.name.fr",
		       c.commune as "cooperative.commune",
		       c.commune_name_ar as "cooperative.commune_name.ar", c.commune_name_fr as "cooperative.commune_name.fr",
		       c.women_only as "cooperative.women_only", c.state as "cooperative.state"
		from basket_lines l
		join baskets b on b.token_hash = l.token_hash
		cross join lateral (select * from goods where id = l.product_id offset 0) p
		cross join lateral (select * from sellers where id = p.cooperative_id offset 0) c
		where l.token_hash = $1
		order by l.added_at, l.product_id`, hashToken(token))
	if err != nil {
		return Basket{}, fmt.Errorf("order: read basket: %w", err)
	}
	if len(rows) == 0 {
		return Basket{}, nil
	}
	ids := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		ids[i] = r.ProductID
	}
	offered, err := s.catalog.ByIDs(ctx, ids)
	if err != nil {
		return Basket{}, err
	}
	products := make(map[uuid.UUID]catalog.Product, len(offered))
	for _, p := range offered {
		products[p.ID] = p
	}
	b := Basket{Fee: rows[0].Fee, FeePlace: rows[0].FeePlace}
	groupOf := make(map[uuid.UUID]int)
	for _, r := range rows {
		line := BasketLine{Wanted: r.Quantity}
		if product, ok := products[r.ProductID]; ok {
			line.Product = product
			line.Quantity = min(r.Quantity, product.Available)
			line.Short = line.Quantity < line.Wanted
			line.Total = product.Price * money.Amount(line.Quantity)
			if line.Quantity > 0 {
				if r.UnitCode != "" && !catalog.SameUnit(r.UnitAmount, r.UnitCode, product.UnitAmount, product.UnitCode) {
					line.WasUnit = i18n.Unit{Amount: r.UnitAmount, Code: r.UnitCode}
				}
				if r.Price > 0 && (r.Price != product.Price || line.WasUnit.Code != "") {
					line.Was, b.Repriced = r.Price, true
				}
				b.Perishable, b.Prepare = b.Perishable || product.Perishable, max(b.Prepare, product.Prepare)
			}
		} else {
			line.Product = catalog.Product{ID: r.ProductID, Name: r.Name, Cooperative: r.Cooperative}
			line.Gone = true
		}
		i, known := groupOf[r.Cooperative.ID]
		if !known {
			i = len(b.Groups)
			groupOf[r.Cooperative.ID] = i
			b.Groups = append(b.Groups, BasketGroup{Cooperative: r.Cooperative})
		}
		b.Groups[i].Lines = append(b.Groups[i].Lines, line)
		b.Groups[i].Items += line.Total
		b.Items += line.Total
		b.Pieces += line.Quantity
		b.Changed = b.Changed || line.Short || line.Gone
	}
	return b, nil
}

// Count is the number of pieces that were put into a basket, for the header of every page.
func (s *Service) Count(ctx context.Context, token string) (int, error) {
	var n int
	err := s.db.GetContext(ctx, &n, `
		select coalesce(sum(quantity), 0) from basket_lines where token_hash = $1`, hashToken(token))
	if err != nil {
		return 0, fmt.Errorf("order: count basket: %w", err)
	}
	return n, nil
}

// takeBasket empties a basket into an order and gives what of it is to be had, and the Contents of all. Whoever changes a
// basket locks its row first, so that nothing is lost between the two.
func takeBasket(ctx context.Context, tx *sqlx.Tx, token string, at time.Time) (had []Line, contents string, err error) {
	hash := hashToken(token)
	_, err = tx.ExecContext(ctx, `update baskets set updated_at = $2 where token_hash = $1`, hash, at)
	if err != nil {
		return nil, "", fmt.Errorf("order: lock basket: %w", err)
	}
	var taken []struct {
		Line
		Had int
	}
	err = tx.SelectContext(ctx, &taken, `
		with taken as (
		    delete from basket_lines where token_hash = $1 returning product_id, quantity, added_at
		)
		select t.product_id as productid, t.quantity, least(t.quantity, coalesce(o.stock, 0)) as had
		from taken t
		left join lateral (select stock, season_from, season_to from offered where id = t.product_id offset 0) o on in_season(o.season_from, o.season_to, $2)
		order by t.added_at, t.product_id`, hash, int(clock.Day(at).Month()))
	if err != nil {
		return nil, "", fmt.Errorf("order: take basket: %w", err)
	}
	wanted := make([]Line, len(taken))
	for i, t := range taken {
		wanted[i] = t.Line
		if t.Had > 0 {
			had = append(had, Line{t.ProductID, t.Had})
		}
	}
	if len(had) == 0 {
		return nil, "", ErrBasketEmpty
	}
	return had, contentsOf(wanted), nil
}
