// Package postgres opens the database, keeps its schema current, runs transactions and recognises
// violated constraints. Start at InTx: a use case opens its transaction with it, and the steps that
// join take the *sqlx.Tx, so that a signature shows what is atomic.
package postgres
