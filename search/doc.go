// Package search finds products: it says what a document, a query and a result are, what an engine
// has to do, and how an engine is kept up to date with the database.
//
// Start with Engine, which has two implementations: search/meili asks a Meilisearch server,
// search/embedded keeps a Bleve index in a folder. Both pass the same conformance suite and the same
// relevance set (search/searchtest) because both keep and ask the same normalised words, made by
// search/text. An index is a copy that can be thrown away: Syncer fills and feeds it from a Source,
// the database's list of products that changed.
//
// An engine answers with ids, who sells each and how well it answers (Hit). What is shown, its price and
// whether it can be bought come from the database.
package search
