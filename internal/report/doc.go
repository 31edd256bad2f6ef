// Package report tells the association how the market does, from the ledger: sales by cooperative,
// commune and month, and how evenly they are spread. Start at Service.Sales. Cooperatives that sold
// nothing count in every figure; leaving them out would make the market look fairer than it is.
// WriteCSV and WriteXLSX write any table for a spreadsheet, safely.
package report
