package cooperative

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/text"
)

// Bounds of what is typed, in characters.
const (
	maxLine  = 200
	maxText  = 5000
	maxHours = 500
)

// oldest is before the first cooperative was founded: an earlier day is a slip.
var oldest = time.Date(1900, time.January, 1, 0, 0, 0, 0, time.UTC)

// MaxPrepare is the most days that something may take to be prepared.
const MaxPrepare = 60

// minMembers is the least number of members of a cooperative (law 112-12).
const minMembers = 5

// checked brings a cooperative's fields to the form they are kept in, or says what is wrong with
// each.
func checked(c Cooperative, now time.Time) (Cooperative, error) {
	wrong := fault.New(ErrInvalid.Kind, ErrInvalid.Key)
	for name, line := range map[string]*string{
		"name_ar": &c.Name.AR, "name_fr": &c.Name.FR, "sector": &c.Sector, "commune": &c.Commune,
		"court": &c.Court, "local_number": &c.LocalNumber, "odco_number": &c.ODCONumber,
		"president": &c.President, "tax_id": &c.TaxID, "email": &c.Email, "slug": &c.Slug,
	} {
		*line = text.Line(*line)
		wrong.TooLong(name, "cooperative.too_long", *line, maxLine)
	}
	checkPresented(wrong, &c)
	for name, needed := range map[string]string{
		"name_ar": c.Name.AR, "name_fr": c.Name.FR, "sector": c.Sector, "commune": c.Commune,
	} {
		if needed == "" {
			wrong.Field(name, "cooperative.missing")
		}
	}
	for name, called := range map[string]string{"name_ar": c.Name.AR, "president": c.President} {
		if called != "" && !text.HasLetter(called) {
			wrong.Field(name, "cooperative.name_letterless")
		}
	}
	if c.Slug != "" && !slugs.MatchString(c.Slug) {
		wrong.Field("slug", "cooperative.slug_invalid")
	}
	if latin := text.Slug(c.Name.FR, maxLine); c.Name.FR != "" && (latin == "" || !text.HasLatin(c.Name.FR)) {
		wrong.Field("name_fr", "cooperative.name_not_latin")
	} else if c.Slug == "" {
		c.Slug = latin
	}
	if c.FoundedOn != nil && (c.FoundedOn.Before(oldest) || c.FoundedOn.After(now)) {
		wrong.Field("founded_on", "cooperative.founded_invalid", "Year", strconv.Itoa(oldest.Year()))
	}
	if c.Prepare < 0 || c.Prepare > MaxPrepare {
		wrong.Field("prepare_days", "cooperative.prepare_days_invalid", "Max", MaxPrepare)
	}
	checkMembers(wrong, c)
	checkIdentity(wrong, &c)
	if len(wrong.Fields) > 0 {
		return c, wrong
	}
	return c, nil
}

// checkPresented checks what a cooperative says itself.
func checkPresented(wrong *fault.Error, c *Cooperative) {
	for name, words := range map[string]*string{
		"description_ar": &c.Description.AR, "description_fr": &c.Description.FR, "description_en": &c.Description.EN,
		"story_ar": &c.Story.AR, "story_fr": &c.Story.FR, "story_en": &c.Story.EN,
	} {
		*words = text.Clean(*words)
		wrong.TooLong(name, "cooperative.too_long", *words, maxText)
	}
	for name, words := range map[string]*string{"hours_ar": &c.Hours.AR, "hours_fr": &c.Hours.FR, "hours_en": &c.Hours.EN} {
		*words = text.Clean(*words)
		wrong.TooLong(name, "cooperative.too_long", *words, maxHours)
	}
	if c.Phone = strings.TrimSpace(c.Phone); c.Phone != "" {
		phone, err := account.ParsePhone(c.Phone)
		if err != nil {
			wrong.Field("phone", account.ErrPhone.Key)
		}
		c.Phone = phone
	}
}

// maxMembers bounds a count of members: far above any cooperative, and safe to add up.
const maxMembers = 1_000_000

func checkMembers(wrong *fault.Error, c Cooperative) {
	for name, n := range map[string]int{"women": c.Women, "men": c.Men, "young": c.Young} {
		if n < 0 || n > maxMembers {
			wrong.Field(name, "cooperative.members_not_a_count")
			return
		}
	}
	if c.Members() < minMembers {
		wrong.Field("women", "cooperative.too_few_members", "Count", minMembers)
	}
	if c.Young > c.Members() {
		wrong.Field("young", "cooperative.young_above_members")
	}
}

func checkIdentity(wrong *fault.Error, c *Cooperative) {
	if c.ICE != nil {
		ice := text.Ungrouped(*c.ICE)
		c.ICE = &ice
		if ice == "" {
			c.ICE = nil
		} else if !ValidICE(ice) {
			wrong.Field("ice", "cooperative.ice_invalid")
		}
	}
	if c.RIB = text.Ungrouped(c.RIB); c.RIB != "" && !money.ValidRIB(c.RIB) {
		wrong.Field("rib", "cooperative.rib_invalid")
	}
	if c.StripeAccount = strings.TrimSpace(c.StripeAccount); c.StripeAccount != "" && !stripeAccounts.MatchString(c.StripeAccount) {
		wrong.Field("stripe_account", "cooperative.stripe_account_invalid")
	}
	if c.Email != "" && !account.ValidEmail(c.Email) {
		wrong.Field("email", "account.email_invalid")
	}
}

var (
	ices           = regexp.MustCompile(`^[0-9]{15}$`)
	stripeAccounts = regexp.MustCompile(`^acct_[A-Za-z0-9]{8,60}$`)
	slugs          = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

// ValidICE reports whether s is an «identifiant commun de l'entreprise»: 9 digits of the entity, 4 of
// the establishment and 2 check digits that make the whole number divisible by 97.
func ValidICE(s string) bool { return ices.MatchString(s) && money.Checks(s) }

// checkAccount asks Stripe whether it pays to an account. What it cannot be asked is as good as refused: whose account it
// is is not known then.
func (s *Service) checkAccount(ctx context.Context, account string) error {
	if account == "" {
		return nil
	}
	why, err := "cooperative.stripe_account_not_payable", error(nil)
	if s.Payable != nil {
		if err = s.Payable(ctx, account); err == nil {
			return nil
		}
		why = "cooperative.stripe_account_unchecked"
	}
	if f := fault.As(err); f != nil && f.Kind == fault.Invalid {
		why = "cooperative.stripe_account_not_payable"
	}
	return fault.New(ErrInvalid.Kind, ErrInvalid.Key).Field("stripe_account", why).Wrap(err)
}

// checkedNote says what is wrong with the words about a decision, if anything.
func checkedNote(to State, note string) (string, error) {
	note = text.Clean(note)
	wrong := fault.New(ErrInvalid.Kind, ErrInvalid.Key)
	if to == Suspended && note == "" {
		return "", wrong.Field("note", "cooperative.note_missing")
	}
	if wrong.TooLong("note", "cooperative.too_long", note, maxNote) {
		return "", wrong
	}
	return note, nil
}
