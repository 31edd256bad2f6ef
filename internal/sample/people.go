package sample

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/i18n"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/settings"
)

// Password lets everybody of the sample market sign in.
const Password = "tajriba-2026"

// domain ends the e-mail address of everybody in the sample. Nobody else has one that ends so (RFC 2606).
const domain = "@exemple.invalid"

// ErrRealMarket says that a database has people who are none of the sample's: among them nobody may be
// who signs in with a password that everybody knows.
var ErrRealMarket = errors.New("the database holds a market with people of its own, into which no sample is loaded")

// CanSignIn is how many people of the sample can sign in to a market.
func CanSignIn(ctx context.Context, db *sqlx.DB) (int, error) {
	var n int
	err := db.GetContext(ctx, &n, `
		select count(*) from people where email like '%' || $1 and not ended`, domain)
	if err != nil {
		return 0, fmt.Errorf("people of the sample: %w", err)
	}
	return n, nil
}

// refuseRealMarket is ErrRealMarket for a database that holds one.
func refuseRealMarket(ctx context.Context, db *sqlx.DB) error {
	var real bool
	err := db.GetContext(ctx, &real, `
		select exists (select from people where email is null or email not like '%' || $1)`, domain)
	if err != nil {
		return fmt.Errorf("people of the market: %w", err)
	}
	if real {
		return ErrRealMarket
	}
	return nil
}

// Person is somebody who can sign in.
type Person struct {
	Role        account.Role
	Name        string
	Email       string
	Phone       string // E.164
	Cooperative string // by its slug; empty for the association's people
}

// People are those who can sign in, with Password: the association's director, the president of each
// cooperative, and then others with fewer rights.
func People() ([]Person, error) {
	cooperatives, err := Cooperatives()
	if err != nil {
		return nil, err
	}
	people := []Person{director}
	for _, c := range cooperatives {
		people = append(people, presidentOf(c))
	}
	return append(people, preparer, treasurer), nil
}

var (
	director = Person{
		Role: account.Director, Name: "حنان بنيوسف",
		Email: "association@exemple.invalid", Phone: "+212699000099",
	}
	treasurer = Person{
		Role: account.Treasurer, Name: "سميرة الإدريسي",
		Email: "tresorerie@exemple.invalid", Phone: "+212699000097",
	}
	preparer = Person{
		Role: account.Preparer, Name: "ليلى أوحساين",
		Email: "preparation@exemple.invalid", Phone: "+212699000096", Cooperative: "nouarat-echcharaa",
	}
)

// presidentOf is who signs in for a cooperative first: whoever presides over it.
func presidentOf(c Cooperative) Person {
	return Person{Role: account.President, Name: c.President, Email: c.Email, Phone: c.Phone, Cooperative: c.Slug}
}

func (l *loader) addAssociation(ctx context.Context) (err error) {
	l.clock = l.opened
	if l.association, err = l.addPerson(ctx, director, nil); err != nil {
		return err
	}
	if _, err = l.addPerson(ctx, treasurer, nil); err != nil {
		return err
	}
	return l.addContact(ctx)
}

// addContact enters how to reach the association, unless somebody has already.
func (l *loader) addContact(ctx context.Context) error {
	to, err := l.Settings.Get(ctx)
	if err != nil || !to.Contact.Empty() || to.BankRIB != "" {
		return err
	}
	to.Contact = settings.Contact{
		Name: i18n.Text{
			AR: "الجمعية الإقليمية للتعاونيات، بركان (نموذج)", FR: "Association provinciale des coopératives, Berkane (exemple)",
			EN: "Provincial association of cooperatives, Berkane (sample)",
		},
		Phone: "+212699000098", Email: "bonjour@exemple.invalid",
		Address: i18n.Text{AR: "دار التعاونيات\nبركان 63300", FR: "Maison des coopératives\n63300 Berkane"},
		Hours: i18n.Text{
			AR: "من الاثنين إلى الجمعة، 9:00 إلى 16:00", FR: "Du lundi au vendredi, de 9 h à 16 h", EN: "Monday to Friday, 9:00 to 16:00",
		},
	}
	to.PayoutDay = int(time.Monday) // see firstPayday
	to.Transfer.AccountHolder = "Exemple · نموذج"
	to.Transfer.BankName = "Exemple · نموذج"
	to.Transfer.BankRIB = strings.Repeat("0", 22) + "97" // which no bank gives
	_, err = l.Settings.Save(ctx, to, actor.OfAssociation(l.association))
	return err
}

// addPeople makes the accounts of a cooperative's people and gives its president's id.
func (l *loader) addPeople(ctx context.Context, c Cooperative, id uuid.UUID) (uuid.UUID, error) {
	president, err := l.addPerson(ctx, presidentOf(c), &id)
	if err == nil && c.Slug == preparer.Cooperative {
		_, err = l.addPerson(ctx, preparer, &id)
	}
	return president, err
}

// addPerson makes somebody's account, unless it is there, and gives its id.
func (l *loader) addPerson(ctx context.Context, p Person, cooperative *uuid.UUID) (uuid.UUID, error) {
	var id uuid.UUID
	err := l.DB.GetContext(ctx, &id, `select id from people where email = $1`, p.Email)
	if err == nil || !postgres.NoRows(err) {
		return id, err
	}
	u, err := l.Accounts.Create(ctx, account.NewUser{
		Name: p.Name, Email: p.Email, Phone: p.Phone, Password: Password, Role: p.Role, CooperativeID: cooperative,
	})
	if err != nil {
		return id, fmt.Errorf("%s: %w", p.Email, err)
	}
	return u.ID, nil
}
