// Package i18n says things in the reader's language: sentences with CLDR plurals, money, numbers,
// dates and units. Start at Load and Locale. A language is one file in locales/, and everything
// about it stands there, its direction and its months included: adding a file adds a language.
package i18n
