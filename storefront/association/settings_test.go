package association_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/settings"
	"github.com/souk-taawon/souk/storefront/storetest"
)

const settingsPage = "/association/settings"

func (m *market) decided() settings.Settings {
	m.Helper()
	kept, err := m.Settings.Get(context.Background())
	m.must(err)
	return kept
}

// settingOf is what is kept of a field.
func (m *market) settingOf(name string) string {
	m.Helper()
	kept, err := m.Settings.Kept(context.Background())
	m.must(err)
	return kept.Value(name).Text
}

func TestTheAssociationChangesItsSettings(t *testing.T) {
	t.Parallel()
	m := open(t)
	for i, code := range languages {
		l := m.in(code)
		path := "/" + code + settingsPage
		typed := filled(m.boss.Get(path).Want(http.StatusOK))
		m.says(m.boss.Post(path, typed).Want(http.StatusOK), ".toast", l.T("association.settings.nothing"))
		for field, value := range map[string]string{
			"phone": "06 99 00 00 9" + l.Number(i), "email": "bonjour@" + code + ".invalid", "name_fr": "Association " + code,
			"commission": l.Number(i+6) + ",25", "fee_large-cities": l.Number(i+30) + ".50", "unauthorised": "yes",
		} {
			typed.Set(field, value)
		}
		typed.Set("shown", filled(m.boss.Get(path)).Get("shown"))
		page := m.boss.Post(path, typed).Want(http.StatusOK)
		m.says(page, ".toast", l.T("association.settings.done"))
		kept := m.decided()
		if kept.Commission != (i+6)*100+25 || m.settingOf("fee_large-cities") != l.Number(i+30)+".50" || !kept.PublishUnauthorised {
			t.Errorf("%s: %+v", code, kept)
		}
		colon := map[string]string{"ar": ": ", "fr": "\u00a0: ", "en": ": "}[code]
		m.tells(page, "[data-history] > li:first-child", l.T("association.settings.commission")+colon)
		m.tells(page, "[data-history] > li:first-child", l.T("shop.comma")+l.T("association.settings.fee")+colon)
		m.tells(page, "[data-history] > li:first-child", m.Association.Name)
		m.speaks(page)

		// Every page of the shop tells it, and so do the member's and the sign-in page.
		for _, place := range []string{"/" + code, "/" + code + "/pages/about", "/" + code + "/basket", "/" + code + "/signin", "/" + code + "/nowhere"} {
			shop := m.Visitor().Get(place)
			if got := shop.Find("[data-reach] a[href^='tel:']").First().AttrOr("href", ""); got != "tel:"+kept.Phone {
				t.Errorf("%s calls %q", place, got)
			}
			if got := shop.Find("[data-reach] a[href^='https://wa.me/']").First().AttrOr("href", ""); got != "https://wa.me/"+strings.TrimPrefix(kept.Phone, "+") {
				t.Errorf("%s writes to %q", place, got)
			}
			m.tells(shop, "[data-reach]", kept.Email)
		}
		m.tells(m.Visitor().Get("/"+code+"/pages/about"), "[data-contact]", l.Text(kept.Name))
		m.tells(m.SignIn(m.Honey.Member).Get("/"+code+"/seller"), "main [data-reach]", kept.Email)
		typed.Set("unauthorised", "no")
		typed.Set("shown", filled(m.boss.Get(path)).Get("shown"))
		m.boss.Post(path, typed).Want(http.StatusOK)
	}
}

func TestNothingIsShownOfAnAssociationThatEnteredNothing(t *testing.T) {
	t.Parallel()
	m := open(t)
	placed := m.Order()
	for _, path := range []string{"/fr", "/fr/pages/about", "/fr/pages/terms", "/fr/orders/" + placed.Token, "/fr/signin"} {
		page := m.Visitor().Get(path).Want(http.StatusOK)
		if page.Has("[data-reach]") || page.Has("[data-contact]") || page.Has("a[href^='tel:']") {
			t.Errorf("%s: %s", path, page.Text("[data-reach]"))
		}
	}
}

func TestABuyerAsksTheAssociationAboutAnOrder(t *testing.T) {
	t.Parallel()
	m := open(t)
	to := m.decided()
	to.Phone, to.WhatsApp = "0536000098", "0699000098"
	_, err := m.Settings.Save(context.Background(), to, actor.OfAssociation(m.Association.ID))
	m.must(err)
	placed := m.Order()
	page := m.Visitor().Get("/fr/orders/" + placed.Token).Want(http.StatusOK)
	if link := page.Find("main [data-reach] a[href^='https://wa.me/212699000098?text=']").AttrOr("href", ""); !strings.Contains(link, placed.Order.Number) || strings.Contains(link, "+") {
		t.Errorf("it writes %q", link)
	}
}

func TestRefusedSettingsKeepWhatWasTyped(t *testing.T) {
	t.Parallel()
	m := open(t)
	before := m.decided()
	for _, code := range languages {
		l := m.in(code)
		typed := filled(m.boss.Get("/" + code + settingsPage).Want(http.StatusOK))
		wrong := map[string]string{
			"phone": "12", "email": "nobody", "commission": "101", "free_from": "a lot", "reservation_hours": "0",
			"fee_province": "-5", "max_oriental": "0", "province_fr": "",
		}
		typed.Set("province_ar", "إقليم الناظور")
		for field, value := range wrong {
			typed.Set(field, value)
		}
		page := m.boss.Post("/"+code+settingsPage, typed).Want(http.StatusUnprocessableEntity)
		m.says(page, "#f-commission-error", l.T("settings.commission_invalid"))
		m.says(page, "#f-max_oriental-error", l.T("settings.days_order"))
		m.says(page, "#f-province_fr-error", l.T("settings.whole_missing"))
		again := filled(page)
		if again.Get("province_ar") != "إقليم الناظور" {
			t.Errorf("%s: the province became %q", code, again.Get("province_ar"))
		}
		for field, value := range wrong {
			if page.Find("#f-"+field+"-error").Length() != 1 || again.Get(field) != value {
				t.Errorf("%s: %s is told %d times and became %q", code, field, page.Find("#f-"+field+"-error").Length(), again.Get(field))
			}
		}
		m.speaks(page)
	}
	if kept := m.decided(); kept != before {
		t.Errorf("%+v", kept)
	}
}

func TestTwoWhoChangeSettingsAtOnceBothHaveWhatTheyChanged(t *testing.T) {
	t.Parallel()
	m := open(t)
	karim, err := m.Accounts.Create(context.Background(), account.NewUser{
		Name: "Karim", Email: "karim@souk.test", Password: storetest.Password, Role: account.Director,
	})
	m.must(err)
	l := m.in("fr")
	typed := filled(m.boss.Get("/fr" + settingsPage).Want(http.StatusOK))
	theirs := m.decided()
	theirs.Commission = 325
	_, err = m.Settings.Save(context.Background(), theirs, actor.OfAssociation(karim.ID))
	m.must(err)

	typed.Set("email", "moi@exemple.invalid")
	m.boss.Post("/fr"+settingsPage, typed).Want(http.StatusOK)
	if kept := m.decided(); kept.Email != "moi@exemple.invalid" || kept.Commission != 325 {
		t.Errorf("%+v", kept)
	}

	// Of the same field the second is asked; around it stands what is true now.
	typed.Set("commission", "4")
	typed.Set("free_from", "300")
	page := m.boss.Post("/fr"+settingsPage, typed).Want(http.StatusConflict)
	m.tells(page, ".note.bad", m.Association.Name)
	m.says(page, "#f-commission-error", l.T("association.settings.now", "Value", l.T("number.percent", "Number", "3,25")))
	again := filled(page)
	if again.Get("email") != "moi@exemple.invalid" || again.Get("commission") != "4" || again.Get("free_from") != "300" || m.decided().FreeFrom != 500_00 {
		t.Errorf("%v", again)
	}
	theirs = m.decided()
	theirs.Phone = "+212699000098"
	_, err = m.Settings.Save(context.Background(), theirs, actor.OfAssociation(karim.ID))
	m.must(err)
	m.boss.Post("/fr"+settingsPage, again).Want(http.StatusOK)
	if kept := m.decided(); kept.Email != "moi@exemple.invalid" || kept.Commission != 400 || kept.FreeFrom != 300_00 || kept.Phone != theirs.Phone {
		t.Errorf("%+v", kept)
	}
}

func TestAFieldMoreOfTheSettingsIsOnThePageAndInItsHistory(t *testing.T) {
	t.Parallel()
	m := open(t)
	// Lines more in the list of fields; texts are not made for a test.
	m.Settings.Fields = append(m.Settings.Fields,
		settings.Field{Name: "whatsapp_hint", Kind: settings.Number, Group: "delivery", Most: 9, Default: "3"},
		settings.Field{Name: "on_holidays", Kind: settings.Choice, Group: "delivery", Default: "no"})
	path := "/fr" + settingsPage
	typed := filled(m.boss.Get(path).Want(http.StatusOK))
	if typed.Get("whatsapp_hint") != "3" || typed.Get("on_holidays") != "no" {
		t.Fatalf("they stand there as %q and %q", typed.Get("whatsapp_hint"), typed.Get("on_holidays"))
	}
	typed.Set("whatsapp_hint", "10")
	m.says(m.boss.Post(path, typed).Want(http.StatusUnprocessableEntity), "#f-whatsapp_hint-error", m.in("fr").T("settings.number_invalid", "Min", 1, "Max", 9))
	typed.Set("whatsapp_hint", "4")
	typed.Set("on_holidays", "yes")
	page := m.boss.Post(path, typed).Want(http.StatusOK)
	m.tells(page, "[data-history] > li:first-child", m.in("fr").T("association.settings.whatsapp_hint"))
	if again := filled(page); m.settingOf("whatsapp_hint") != "4" || m.settingOf("on_holidays") != "yes" || again.Get("on_holidays") != "yes" {
		t.Errorf("they are kept as %q and %q", m.settingOf("whatsapp_hint"), m.settingOf("on_holidays"))
	}
}

func TestEveryFieldOfTheSettingsHasItsWords(t *testing.T) {
	t.Parallel()
	m := open(t)
	for _, code := range languages {
		l := m.in(code)
		for _, f := range m.Settings.Fields {
			keys := []string{"association.settings." + f.Name, "association.settings." + f.Group, "association.settings." + f.Group + "_text"}
			if f.Hint {
				keys = append(keys, "association.settings."+f.Name+"_hint")
			}
			if f.Kind == settings.Weekday {
				keys = append(keys, "association.settings."+f.Name+"_none")
			}
			if f.Kind == settings.Choice {
				for _, answer := range []string{"_no", "_yes"} {
					keys = append(keys, "association.settings."+f.Name+answer, "association.settings."+f.Name+answer+"_hint")
				}
			}
			for _, key := range keys {
				if l.T(key) == key {
					t.Errorf("%s does not say %s", code, key)
				}
			}
		}
	}
}

func TestAZoneMoreStandsInTheSettingsAndTheirHistory(t *testing.T) {
	t.Parallel()
	m := open(t)
	_, err := m.DB.Exec(`
		insert into delivery_zones (slug, position, fee_centimes, days_min, days_max, perishables_allowed, name_ar, name_fr, name_en)
		values ('rif', 2, 2500, 1, 2, true, 'الريف', 'Rif', 'The Rif')`)
	m.must(err)
	m.Pass(time.Minute)
	typed := filled(m.boss.Get("/en" + settingsPage).Want(http.StatusOK))
	typed.Set("fee_rif", "27")
	page := m.boss.Post("/en"+settingsPage, typed).Want(http.StatusOK)
	m.tells(page, "fieldset:has(#f-fee_rif) legend", "The Rif")
	m.tells(page, "[data-history] > li:first-child", "The Rif, "+m.in("en").T("association.settings.fee"))
	m.tells(m.boss.Get("/en/association/security").Want(http.StatusOK), "main", "The Rif, "+m.in("en").T("association.settings.fee"))
}

// What leaves nobody to whom goods are brought a means of payment is refused; where only some have none, it is said.
func TestSettingsSayForWhichOrdersThereIsNoMeansOfPayment(t *testing.T) {
	t.Parallel()
	m := open(t)
	zones := []string{"province", "oriental", "large-cities", "elsewhere"}
	for _, code := range languages {
		l, path := m.in(code), "/"+code+settingsPage
		decide := func(status int, values map[string]string) *storetest.Page {
			typed := filled(m.boss.Get(path).Want(http.StatusOK))
			for _, zone := range zones {
				typed.Set("cash_"+zone, values["cash"])
			}
			for field, value := range values {
				typed.Set(field, value)
			}
			return m.boss.Post(path, typed).Want(status)
		}
		page := decide(http.StatusUnprocessableEntity, map[string]string{"transfer_offered": "no", "card_offered": "no"})
		m.says(page, "#f-cash_offered-error", l.T("settings.cash_nowhere"))

		page = decide(http.StatusOK, map[string]string{"cash": "yes", "transfer_offered": "no", "card_offered": "no", "cash_oriental": ""})
		m.says(page, "#gaps li", l.T("association.settings.gap_whole", "Zone", l.T("delivery.zone", "Name", m.zone(code, "oriental"))))

		page = decide(http.StatusOK, map[string]string{"cash": "yes", "cash_most": "40", "cash_oriental": "yes"})
		m.says(page, "#gaps li", l.T("association.settings.gap_everywhere", "Above", l.Money(40_00)))

		page = decide(http.StatusOK, map[string]string{"cash": "yes", "cash_most": "0"})
		if page.Has("#gaps") {
			t.Error("everybody can pay, and it says that some cannot")
		}
	}
}

// zone is what a zone is called.
func (m *market) zone(code, slug string) (name string) {
	m.Helper()
	m.must(m.DB.Get(&name, `select name_`+code+` from delivery_zones where slug = $1`, slug))
	return name
}

// A name that is kept is changed and never emptied, and so is not called optional; one that nobody has given yet is.
func TestANameThatStaysIsNotOptional(t *testing.T) {
	t.Parallel()
	m := open(t)
	_, err := m.DB.Exec(`update settings set decided = decided || '{"name_fr": "Association", "name_en": ""}'`)
	m.must(err)
	optional := func(page *storetest.Page, field string) bool { return page.Has("label[for=f-" + field + "] .opt") }
	page := m.boss.Get("/fr" + settingsPage).Want(http.StatusOK)
	if optional(page, "name_fr") || !optional(page, "name_en") {
		t.Errorf("the French name is kept, the English is not: %s", page.Text("main"))
	}
	typed := filled(page)
	typed.Set("name_fr", "")
	if page = m.boss.Post("/fr"+settingsPage, typed).Want(http.StatusUnprocessableEntity); optional(page, "name_fr") || page.Text("#f-name_fr-error") == "" {
		t.Error("emptied, it is optional or nothing is said")
	}
}
