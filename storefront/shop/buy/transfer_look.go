package buy

import (
	"github.com/souk-taawon/souk/internal/payment/transfer"
	"github.com/souk-taawon/souk/storefront/ui"
)

// pictureState says what became of a picture, and its colour.
func pictureState(p ui.Page, picture transfer.Picture) (label, colour string) {
	switch picture.State {
	case transfer.PictureReady:
		return p.T("shop.transfer.picture_ready"), "ok"
	case transfer.PictureRefused:
		return p.T("shop.transfer.picture_refused"), "bad"
	}
	return p.T("shop.transfer.picture_waiting"), "wait"
}

// ending is the end of an account's number: who knows the account knows it again.
func ending(rib string) string { return "…" + rib[max(len(rib)-4, 0):] }

// accountForm is the form as it was typed, or with what is kept.
func accountForm(v trackingView) ui.Form {
	if v.Form.Values == nil && v.Account != nil {
		return ui.Form{Values: map[string]string{"holder": v.Account.Holder}}
	}
	return v.Form
}
