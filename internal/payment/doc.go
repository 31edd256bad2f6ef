// Package payment keeps what has to be paid, by which means, and whether it was. It knows a
// reference and an amount, never what is paid for: whoever opens an intent is told of its success
// by the OnPaid hook, inside the same transaction. Start at Service.
package payment
