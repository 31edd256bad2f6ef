// Package ui is the market's interface, designed once: the layouts that pages stand in (Shop, Seller,
// Association, Door in layout.templ) and the components that they are made of. It shows what it is
// given and knows no service.
//
// Start at Page (page.go), which each layout takes, then form.templ (fields with their errors),
// goods.templ (pictures, prices, cards), parts.templ (navigation, notices, progress) and chart.go.
// How things look is in the stylesheet of package static; its class names are the vocabulary for
// what needs no component, such as a button. No element carries a style or a script of its own: the
// content security policy forbids both.
package ui
