package catalog

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/money"
)

// The states of a product.
const (
	Draft     = "draft"     // seen by its cooperative only
	Published = "published" // offered, while its cooperative is approved
	Archived  = "archived"  // no longer made; past orders still name it
)

// Product is one thing that one cooperative sells, with the names around it that pages show.
type Product struct {
	ID              uuid.UUID
	SKU             string // the cooperative's own reference
	Slug            string // in its address; never changes
	Category        string
	CategoryName    i18n.Text `db:"category_name"`
	Food            bool      // of a category that needs a food authorisation
	Name            i18n.Text
	Description     i18n.Text
	UnitAmount      int    `db:"unit_amount"`
	UnitCode        string `db:"unit_code"` // kg, g, l, ml, piece or m2
	Price           money.Amount
	Stock           int
	Available       int  // of these, for buyers now: none out of its season
	Counts          int  // how often its stock was set by hand or file
	SeasonFrom      *int `db:"season_from"` // months 1 to 12; both or neither
	SeasonTo        *int `db:"season_to"`
	Perishable      bool
	Prepare         int        `db:"prepare_days"` // days that it takes to be prepared
	PrepareOwn      *int       `db:"prepare_own"`  // nil: as many as its cooperative's goods take
	Authorisation   string     // number of the food safety office, ONSSA
	AuthorisedTill  *time.Time `db:"authorisation_expires_on"` // day; nil when the number does not expire
	State           string
	Drawing         string     // object of the drawing shown while there is no picture; empty: its category's
	CategoryDrawing string     `db:"category_drawing"`
	PictureID       *uuid.UUID `db:"picture_id"`
	Sample          bool
	CreatedAt       time.Time `db:"created_at"`
	Labels          Labels    // with a certificate that has not expired
	Cooperative     CooperativeRef
	Family          uuid.UUID  // which products are sizes of one thing
	SizedWith       *uuid.UUID `db:"sized_with"` // the family that its cooperative decided on; nil: by what is written of it
	Sizes           []Size     `db:"-"`          // in which the thing is offered, itself among them; none of what is offered in one
}

// CooperativeRef says whose a product is.
type CooperativeRef struct {
	ID          uuid.UUID
	Slug        string
	Name        i18n.Text
	Commune     string    // slug of the place
	CommuneName i18n.Text `db:"commune_name"`
	WomenOnly   bool      `db:"women_only"`
	State       string    // only an approved cooperative's products are offered
}

// Label is a sign of quality or origin; on a product it carries the certificate that proves it.
type Label struct {
	Slug        string    `json:"slug"`
	Name        i18n.Text `json:"name"`
	Certificate string    `json:"certificate"`
	ExpiresOn   string    `json:"expires_on" db:"expires_on"` // day, as 2006-01-02
}

// LabelName is what a label is called in a language; its slug if it is none of labels.
func LabelName(l *i18n.Locale, labels []Label, slug string) string {
	for _, label := range labels {
		if label.Slug == slug {
			return l.Text(label.Name)
		}
	}
	return slug
}

// Labels are a product's labels in the order of the reference list.
type Labels []Label

// Scan reads the JSON that selectProduct makes.
func (l *Labels) Scan(src any) error {
	b, ok := src.([]byte)
	if !ok {
		return fmt.Errorf("catalog: labels from %T", src)
	}
	return json.Unmarshal(b, l)
}

// selectProduct reads whole products, labels and all, in one query; its first parameter is today.
const selectProduct = `
	select p.id, p.sku, p.slug, p.category,
	       k.name_ar as "category_name.ar", k.name_fr as "category_name.fr", k.name_en as "category_name.en",
	       k.drawing as category_drawing, k.food,
	       p.name_ar as "name.ar", p.name_fr as "name.fr", p.name_en as "name.en",
	       p.description_ar as "description.ar", p.description_fr as "description.fr", p.description_en as "description.en",
	       p.unit_amount, p.unit_code, p.price_centimes as price, p.stock,
	       case when in_season(p.season_from, p.season_to, extract(month from $1::date)::int) then p.stock else 0 end as available,
	       p.counts, p.season_from, p.season_to,
	       p.perishable, coalesce(p.prepare_days, c.prepare_days) as prepare_days, p.prepare_days as prepare_own, p.authorisation, p.authorisation_expires_on, p.state, p.drawing, p.picture_id,
	       p.sample, p.created_at, p.family, p.sized_with,
	       (select coalesce(json_agg(json_build_object(
	                   'slug', l.slug, 'certificate', pl.certificate, 'expires_on', pl.expires_on,
	                   'name', json_build_object('AR', l.name_ar, 'FR', l.name_fr, 'EN', l.name_en)) order by l.position), '[]')
	        from product_labels pl join labels l on l.slug = pl.label
	        where pl.product_id = p.id and pl.expires_on >= $1::date) as labels,
	       c.id as "cooperative.id", c.slug as "cooperative.slug",
	       c.name_ar as "cooperative.name.ar", c.name_fr as "cooperative.name.fr",
	       c.commune as "cooperative.commune",
	       c.commune_name_ar as "cooperative.commune_name.ar", c.commune_name_fr as "cooperative.commune_name.fr",
	       c.women_only as "cooperative.women_only", c.state as "cooperative.state"
	from products p
	join categories k on k.slug = p.category
	cross join lateral (select * from sellers where id = p.cooperative_id offset 0) c -- each by its key, and not all sellers
`

// Offered reports whether buyers may see and order the product now.
func (p Product) Offered() bool { return p.State == Published && p.Cooperative.State == "approved" }
