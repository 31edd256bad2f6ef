// Package association has what the pages of the provincial association share. The pages are in its rooms:
// sales, members, orders, returns, money and settings.
//
// Each subject is up to three files: request and page data (order.go), words and colours (order_look.go),
// markup (order.templ). A refused form is shown again with its values; an action that came too late,
// because somebody else was faster, is told calmly on the page that it was meant for (refusal.go). The
// tests here go through all rooms by browser.
package association
