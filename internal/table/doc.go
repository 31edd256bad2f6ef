// Package table writes tables as people open them in a spreadsheet: CSV and workbooks, row by row, and with no
// cell that is taken for a formula. Start at Table. Package upload/sheet reads what comes back.
package table
