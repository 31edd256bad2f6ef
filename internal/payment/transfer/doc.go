// Package transfer takes payments by bank transfer: buyers are told where to and under which code, people of the
// association say what came, by hand or from files of their bank, and buyers may send a picture of their bank's receipt.
// It knows what is paid for by a reference and who pays by asking Payers. Start at Provider and Service.
//
// Money that came is a receipt, and what an attempt to pay has received is the sum of its receipts. A receipt may be
// undone for as long as the rest is waited for. A file of the bank's is read into lines, each of which is known by a
// fingerprint, so that no line is taken twice, in whichever file it comes (statement.go, columns.go). A line that has
// one buyer's code in it is matched with what she pays; one that could be somebody's in any other way is asked about and
// never guessed (match.go); what is left is not ours. Nothing is booked before somebody has seen it (book.go).
//
//	line: matched, asked, foreign ─ book ▶ booked ─ undo ▶ asked
//	line: asked, foreign ─ set aside ▶ aside ─ take back ▶ foreign
package transfer
