package association_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/souk-taawon/souk/internal/actor"
	"github.com/souk-taawon/souk/internal/cooperative"
)

// Where nobody signed in acted, a history says that the market did it by itself.
func TestHistoriesTellWhatTheMarketDidByItself(t *testing.T) {
	t.Parallel()
	m := open(t)
	to := m.decided()
	to.Commission = 325
	_, err := m.Settings.Save(context.Background(), to, actor.OfSystem())
	m.must(err)
	m.must(m.Cooperatives.SetState(context.Background(), m.Honey.ID, cooperative.Suspended, "شهادة منتهية", actor.OfSystem()))
	honey, err := m.Cooperatives.ByID(context.Background(), m.Honey.ID)
	m.must(err)
	honey.RIB = ""
	_, err = m.Cooperatives.Correct(context.Background(), honey, nil, actor.OfSystem())
	m.must(err)
	for _, code := range languages {
		itself := m.in(code).T("actor.system")
		m.tells(m.boss.Get("/"+code+settingsPage).Want(http.StatusOK), "[data-history] > li:first-child", itself)
		page := m.boss.Get("/" + code + "/association/cooperatives/nahla").Want(http.StatusOK)
		m.tells(page, "[data-history] > li:nth-child(1)", itself)
		m.tells(page, "[data-history] > li:nth-child(2)", itself)
		m.speaks(page)
	}
}
