package transfer

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/text"
)

// Column is what stands in a column of a bank's file.
type Column string

// The columns that are read. Of what came and went there is either an amount with a sign, or with a word for it, or one
// column for each.
const (
	ColDay       Column = "day"
	ColLabel     Column = "label"
	ColReference Column = "reference"
	ColCredit    Column = "credit"
	ColDebit     Column = "debit"
	ColAmount    Column = "amount"
	ColSide      Column = "side" // which word says that an amount came: C, or Cr, or Crédit
)

// Columns are those that can be named, in the order in which they are asked for.
var Columns = []Column{ColDay, ColLabel, ColReference, ColCredit, ColDebit, ColAmount, ColSide}

// headingWords are what banks write above their columns, folded and without dots and signs.
var headingWords = map[string]Column{
	"date": ColDay, "date operation": ColDay, "date d operation": ColDay, "date de l operation": ColDay, "date comptable": ColDay,
	"date transaction": ColDay, "date ope": ColDay, "date op": ColDay, "jour": ColDay, "transaction date": ColDay, "booking date": ColDay,
	"التاريخ": ColDay, "تاريخ العمليه": ColDay, "تاريخ": ColDay,

	"libelle": ColLabel, "libelle operation": ColLabel, "libelle de l operation": ColLabel, "libelle de l'operation": ColLabel, "operation": ColLabel,
	"operations": ColLabel, "description": ColLabel, "nature": ColLabel, "nature de l operation": ColLabel, "motif": ColLabel, "details": ColLabel,
	"designation": ColLabel, "intitule": ColLabel, "label": ColLabel, "البيان": ColLabel, "العمليه": ColLabel, "نوع العمليه": ColLabel,

	"reference": ColReference, "ref": ColReference, "n operation": ColReference, "numero operation": ColReference, "reference operation": ColReference,
	"n piece": ColReference, "numero": ColReference, "no": ColReference, "n": ColReference, "المرجع": ColReference, "رقم العمليه": ColReference,

	"credit": ColCredit, "montant credit": ColCredit, "credits": ColCredit, "entree": ColCredit, "داين": ColCredit, "الداين": ColCredit,
	"debit": ColDebit, "montant debit": ColDebit, "debits": ColDebit, "sortie": ColDebit, "مدين": ColDebit, "المدين": ColDebit,
	"montant": ColAmount, "montant operation": ColAmount, "montant de l operation": ColAmount, "amount": ColAmount, "المبلغ": ColAmount, "مبلغ": ColAmount,
	"sens": ColSide, "type": ColSide, "d c": ColSide, "c d": ColSide, "dc": ColSide, "الاتجاه": ColSide,
}

var (
	notOfHeadings = regexp.MustCompile(`[^\pL\pN]+`)
	currencyTail  = regexp.MustCompile(`\s+(mad|dh|dhs|dirhams?|درهم)$`)
)

// columnOf is what a heading says; empty: nobody knows it.
func columnOf(heading string) Column {
	words := strings.TrimSpace(notOfHeadings.ReplaceAllString(text.Fold(heading), " "))
	return headingWords[currencyTail.ReplaceAllString(words, "")]
}

// layout says where each column stands, from 0.
type layout map[Column]int

// layoutOf reads headings; of two that mean the same the first counts.
func layoutOf(headings []string) layout {
	at := make(layout)
	for i, heading := range headings {
		if c := columnOf(heading); c != "" {
			if _, twice := at[c]; !twice {
				at[c] = i
			}
		}
	}
	return at
}

// usable reports whether it says enough: when, how much, and what of.
func (at layout) usable() bool {
	has := func(c Column) bool { _, ok := at[c]; return ok }
	return has(ColDay) && (has(ColCredit) || has(ColAmount)) && (has(ColLabel) || has(ColReference))
}

// cell is what stands in a row's column.
func (at layout) cell(cells []string, c Column) string {
	i, ok := at[c]
	if !ok || i >= len(cells) {
		return ""
	}
	return text.Line(cells[i])
}

// mark is the sign before the decimals of a file's amounts: a comma, a point, or 0 as long as none has told.
type mark byte

var (
	decimals = regexp.MustCompile(`([.,])\d{1,2}$`)
	triple   = regexp.MustCompile(`^(\d{1,3})([.,])(\d{3})$`)
	brackets = regexp.MustCompile(`^\((.*)\)$`)
	currency = regexp.MustCompile(`(?i)\s*(dirhams?|dhs?\b\.?|mad\b|درهم)\s*`)
)

// unsigned takes the sign off an amount, wherever a bank puts it.
func unsigned(cell string) (digits string, below bool) {
	digits = strings.TrimSpace(currency.ReplaceAllString(strings.ReplaceAll(text.Digits(cell), "−", "-"), " "))
	if inner := brackets.FindStringSubmatch(digits); inner != nil {
		return strings.TrimSpace(inner[1]), true
	}
	if trimmed := strings.Trim(digits, "+- "); trimmed != digits {
		return trimmed, strings.Contains(digits, "-")
	}
	return digits, false
}

// learn tells what the mark is, if an amount does.
func (m *mark) learn(cell string) {
	digits, _ := unsigned(cell)
	if found := decimals.FindStringSubmatch(digits); found != nil && *m == 0 {
		*m = mark(found[1][0])
	}
}

// read reads an amount. ok is false for what could be two amounts, such as «1.234» in a file that nowhere else shows
// which sign its decimals have, and for what is none.
func (m mark) read(cell string) (a money.Amount, ok bool) {
	digits, below := unsigned(cell)
	if digits == "" {
		return 0, true
	}
	if parts := triple.FindStringSubmatch(digits); parts != nil && m != 0 && parts[2][0] != byte(m) {
		digits = parts[1] + parts[3]
	}
	a, err := money.Parse(digits)
	if below {
		a = -a
	}
	return a, err == nil
}

// daysWritten are the ways in which banks write a day.
var daysWritten = []string{"02/01/2006", "2/1/2006", "02-01-2006", "02.01.2006", "2006-01-02", "02/01/06", "2006/01/02", "02-01-06"}

// readDay reads a day, also with a time behind it, or as a spreadsheet counts days.
func readDay(cell string) (day time.Time, ok bool) {
	date, _, _ := strings.Cut(text.Digits(cell), " ")
	date, _, _ = strings.Cut(date, "T")
	for _, form := range daysWritten {
		if day, err := time.Parse(form, date); err == nil {
			return day, day.Year() >= 2000 && day.Year() < 2100
		}
	}
	if serial, err := strconv.ParseFloat(date, 64); err == nil && serial > 36525 && serial < 73050 { // 2000 to 2099
		return time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(serial)), true
	}
	return time.Time{}, false
}

// entry is a line of a file, read.
type entry struct {
	number    int
	day       time.Time
	amount    money.Amount // below zero: it went out
	label     string
	reference string
}

// Bounds of what is kept of a line, in characters.
const (
	maxLabel     = 400
	maxReference = 140
)

// cameWords say of a side that money came, folded.
var cameWords = []string{"c", "cr", "credit", "+", "داين"}

// read reads a row; ok is false if it cannot be read. One that moves nothing is empty.
func (at layout) read(line int, cells []string, m mark) (e entry, empty, ok bool) {
	e = entry{number: line, label: text.Cut(at.cell(cells, ColLabel), maxLabel), reference: text.Cut(at.cell(cells, ColReference), maxReference)}
	day := at.cell(cells, ColDay)
	credit, good := m.read(at.cell(cells, ColCredit))
	debit, goodToo := m.read(at.cell(cells, ColDebit))
	amount, goodThree := m.read(at.cell(cells, ColAmount))
	if day == "" && (!good || !goodToo || !goodThree || credit == 0 && debit == 0 && amount == 0 || credit != 0 && debit != 0) {
		return e, true, true // titles, further lines of a label, and sums of both sides
	}
	if e.day, ok = readDay(day); !ok || !good || !goodToo || !goodThree {
		return e, false, false
	}
	if side := text.Fold(at.cell(cells, ColSide)); side != "" && amount > 0 && !slices.Contains(cameWords, side) {
		amount = -amount
	}
	if debit < 0 { // some banks write what went out below zero as well
		debit = -debit
	}
	switch {
	case credit != 0 && debit != 0:
		return e, false, false
	case credit != 0:
		e.amount = credit
	case debit != 0:
		e.amount = -debit
	default:
		e.amount = amount
	}
	return e, e.amount == 0, true
}
