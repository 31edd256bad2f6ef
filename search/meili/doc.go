// Package meili is the search engine that asks a Meilisearch server. Start with New.
//
// What is kept and asked is decided in search/internal/terms and the same as for the embedded engine.
// Here is how it is said to Meilisearch: settings.go the index, query.go a search, engine.go writing,
// where every task is waited for and its end looked at, breaker.go what happens when nobody answers.
package meili
