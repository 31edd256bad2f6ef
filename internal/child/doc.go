// Package child keeps other programs running as children of this one: PostgreSQL's keeper and
// Meilisearch. Start begins; a child that ends by itself, or answers no more, is started again after
// growing pauses, and given up when it does not stay up.
package child
