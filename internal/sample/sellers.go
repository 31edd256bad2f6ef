package sample

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/cooperative"
)

// addSellers lets the cooperatives join one after the other, a day apart, each with its products.
func (l *loader) addSellers(ctx context.Context) error {
	for i, s := range l.sellers {
		l.clock = l.opened.AddDate(0, 0, i)
		if s.State == cooperative.Pending {
			l.clock = l.now.AddDate(0, 0, -3)
		}
		if err := l.addSeller(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s.Slug, err)
		}
	}
	return nil
}

func (l *loader) addSeller(ctx context.Context, s *seller) error {
	founded := time.Date(s.Founded, time.January, 1, 0, 0, 0, 0, time.UTC)
	c, err := l.Cooperatives.BySlug(ctx, s.Slug)
	if errors.Is(err, cooperative.ErrNotFound) {
		c, err = l.Cooperatives.Create(ctx, cooperative.Cooperative{
			Slug: s.Slug, Name: s.Name, Description: s.Description, Story: s.Story,
			Sector: s.Sector, Commune: s.Commune, Women: s.Women, Men: s.Men, Young: s.Young, FoundedOn: &founded,
			Court: s.Court.AR + " · " + s.Court.FR, LocalNumber: s.LocalNumber, ODCONumber: s.ODCONumber,
			President: s.President, ICE: &s.ICE, TaxID: s.TaxID, RIB: s.RIB, Phone: s.Phone, Email: s.Email,
			Prepare: prepareDays, Sample: true,
		}, actor.OfAssociation(l.association))
	}
	if err != nil {
		return err
	}
	s.id = c.ID
	if s.member, err = l.addPeople(ctx, s.Cooperative, s.id); err != nil {
		return err
	}
	if s.State != c.State {
		l.clock = l.clock.Add(20 * time.Hour)
		if err := l.Cooperatives.SetState(ctx, s.id, s.State, "", actor.OfAssociation(l.association)); err != nil {
			return err
		}
	}
	return l.addProducts(ctx, s)
}

func (l *loader) addProducts(ctx context.Context, s *seller) error {
	present, err := l.Catalog.OfCooperative(ctx, s.id)
	if err != nil {
		return err
	}
	ids := make(map[string]uuid.UUID, len(present))
	for _, p := range present {
		ids[p.SKU] = p.ID
	}
	for _, p := range s.products {
		l.clock = l.clock.Add(7 * time.Minute)
		stock := p.sold
		if inSeason(p.Product, l.now.Month()) {
			stock += p.Stock
		}
		if id, known := ids[p.SKU]; known { // from a load that was interrupted before it came to orders
			p.id = id
			err = l.Catalog.SetPriceStock(ctx, s.id, id, nil, &stock, actor.OfCooperative(s.id, s.member))
		} else {
			var made catalog.Product
			made, err = l.Catalog.Create(ctx, s.id, l.edit(s, p.Product, stock), actor.OfCooperative(s.id, s.member))
			p.id = made.ID
		}
		if err != nil {
			return fmt.Errorf("%s: %w", p.SKU, err)
		}
	}
	return nil
}

// edit is what a cooperative says of a product. What may not be offered stays a draft: goods of a
// cooperative that is not approved yet, and food without an authorisation.
func (l *loader) edit(s *seller, p Product, stock int) catalog.Edit {
	e := catalog.Edit{
		SKU: p.SKU, Category: p.Category, Name: p.Name, Description: p.Description,
		UnitAmount: p.UnitAmount, UnitCode: p.UnitCode, Price: p.Price, Stock: &stock,
		SeasonFrom: p.SeasonFrom, SeasonTo: p.SeasonTo, Perishable: p.Perishable,
		Authorisation: p.Authorisation, Drawing: p.Drawing, Sample: true,
	}
	if s.State == cooperative.Pending {
		e.State = catalog.Draft
	}
	// Authorisations and certificates run to the end of next year, wherever the story stands.
	until := time.Date(l.now.Year()+1, time.December, 31, 0, 0, 0, 0, time.UTC)
	if p.Authorisation != "" {
		e.AuthorisedTill = &until
	}
	for _, label := range p.Labels {
		ends := until
		if p.SKU == endingSKU {
			ends = clock.Day(l.now).AddDate(0, 0, 20)
		}
		e.Labels = append(e.Labels, catalog.Label{
			Slug: label, Certificate: certificates[label] + s.LocalNumber[:3], ExpiresOn: ends.Format(time.DateOnly),
		})
	}
	return e
}

// Of the best known cooperative's products, that whose label ends soon, and that for which she proposes one.
const (
	endingSKU   = "NE-003"
	proposedSKU = "NE-005"
)

// proposeLabel has the best known cooperative propose a label, with its certificate, which nobody has looked at yet.
func (l *loader) proposeLabel(ctx context.Context) error {
	i := slices.IndexFunc(l.sellers, func(s *seller) bool { return s.Slug == bestKnown })
	if i < 0 || l.Blobs == nil { // a market that takes no pictures
		return nil
	}
	s := l.sellers[i]
	scan, err := files.Open("data/certificate.jpg")
	if err != nil {
		return err
	}
	defer func() { _ = scan.Close() }() // it lies in the program
	product := s.products[slices.IndexFunc(s.products, func(p *stocked) bool { return p.SKU == proposedSKU })]
	l.clock = l.now.Add(-26 * time.Hour)
	return l.Certificates.Propose(ctx, s.id, product.id, "terroir-du-maroc", "TM-0247", // as its certificate says
		clock.Day(l.now).AddDate(2, 0, 0).Format(time.DateOnly), scan, actor.OfCooperative(s.id, s.member))
}

// certificates are how the numbers of certificates begin; the cooperative's own follows.
var certificates = map[string]string{
	"igp": "IGP-0", "terroir-du-maroc": "TM-0", "bio-maroc": "BIO-0", "morocco-handmade": "MH-0",
}

func inSeason(p Product, month time.Month) bool {
	return catalog.Product{SeasonFrom: p.SeasonFrom, SeasonTo: p.SeasonTo}.InSeason(month)
}
