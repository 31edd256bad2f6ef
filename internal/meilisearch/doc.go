// Package meilisearch runs a Meilisearch server as a child of this program, for those who have none. It
// knows nothing of what is searched: search/meili asks the server. Start with Start.
package meilisearch
