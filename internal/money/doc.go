// Package money counts in integer centimes, so that no sum is ever off by a rounding. Start at
// Amount; Parse reads what people type. How an amount is shown to a reader is the business of
// package i18n.
package money
