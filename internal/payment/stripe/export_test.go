package stripe

// Fees is fees.
var Fees = fees
