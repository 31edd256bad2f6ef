package members

import (
	"time"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/certificate"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/delivery"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/report"
	"github.com/souk-taawon/souk/internal/security"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/web"
)

// Handler has the pages of the cooperatives, of who may sign in, and of the security record. All its fields are needed.
type Handler struct {
	Accounts     *account.Service
	Catalog      *catalog.Service
	Certificates *certificate.Service
	Cooperatives *cooperative.Service
	Delivery     *delivery.Service
	Payments     *payment.Service
	Reports      *report.Service
	Security     *security.Log
	Now          func() time.Time
}

// Routes lists them.
func (h *Handler) Routes() []web.Route {
	return []web.Route{
		web.Get(account.SeeCooperatives, association.CooperativesPath, h.cooperatives),
		web.File(account.SeeCooperatives, association.CooperativesPath+".:format", h.exportCooperatives),
		web.Get(account.KeepCooperatives, association.CooperativesPath+"/new", h.newCooperative),
		web.Post(account.KeepCooperatives, association.CooperativesPath+"/new", h.createCooperative),
		web.Get(account.SeeCooperatives, association.CooperativesPath+"/:slug", h.cooperative),
		web.Get(account.KeepCooperatives, association.CooperativesPath+"/:slug/edit", h.correction),
		web.Post(account.KeepCooperatives, association.CooperativesPath+"/:slug/edit", h.correct),
		web.Post(account.KeepCooperatives, association.CooperativesPath+"/:slug/approve", h.approve),
		web.Post(account.KeepCooperatives, association.CooperativesPath+"/:slug/suspend", h.suspend),
		web.Post(account.KeepPeople, association.CooperativesPath+"/:slug/members", h.addMember),

		web.Get(account.KeepCooperatives, labelsPath, h.labels),
		web.Get(account.KeepCooperatives, labelsPath+"/:id/copy.jpg", h.certificate),
		web.Post(account.KeepCooperatives, labelsPath+"/:id/:decision", h.decideLabel),

		web.Get(account.KeepPeople, association.PeoplePath, h.people),
		web.Post(account.KeepPeople, association.PeoplePath, h.addAssociate),
		web.Post(account.KeepPeople, association.PeoplePath+"/find", h.findPeople),
		web.File(account.KeepPeople, association.PeoplePath+".:format", h.exportPeople),
		web.Get(account.KeepPeople, association.PeoplePath+"/:id", h.person),
		web.Post(account.KeepPeople, association.PeoplePath+"/:id/link", h.handOverLink),
		web.Post(account.KeepPeople, association.PeoplePath+"/:id/signout", h.signOutPerson),
		web.Post(account.KeepPeople, association.PeoplePath+"/:id/role", h.giveRole),
		web.Post(account.KeepPeople, association.PeoplePath+"/:id/end", h.endAccount),
		web.Post(account.KeepPeople, association.PeoplePath+"/:id/reopen", h.reopenAccount),

		web.Get(account.SeeSecurity, association.SecurityPath, h.security),
		web.Post(account.SeeSecurity, association.SecurityPath, h.findEvents),
		web.File(account.SeeSecurity, association.SecurityPath+".:format", h.exportSecurity),
	}
}
