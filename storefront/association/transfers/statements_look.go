package transfers

import (
	"strconv"

	"github.com/souk-taawon/souk/internal/payment/transfer"
	"github.com/souk-taawon/souk/storefront/ui"
)

// statementState says what is to be done about a file, and its colour.
func statementState(p ui.Page, s transfer.Statement) (label, colour string) {
	switch {
	case s.State == transfer.AskedColumns:
		return p.T("association.transfers.columns_asked"), "wait"
	case s.State == transfer.Booking:
		return p.T("association.transfers.booking"), "nila"
	case s.Matched > 0:
		return p.T("association.transfers.to_book"), "wait"
	case s.Asked > 0:
		return p.T("association.transfers.to_say"), "wait"
	}
	return p.T("association.transfers.read"), "ok"
}

// candidates are those whose a line may be.
func candidates(p ui.Page, l transfer.Line) []ui.Option {
	options := []ui.Option{{Label: p.T("association.transfers.choose")}}
	for _, t := range l.May {
		label, _ := state(p, t)
		options = append(options, ui.Option{
			Value: t.Reference.String(),
			Label: p.T("association.transfers.candidate", "Code", ui.Isolate(name(t)), "Name", ui.Isolate(payer(p, t)), "Left", p.L.Money(max(t.Left(), 0)), "State", label),
		})
	}
	return options
}

// lineForm is the form of a line, as it was typed if it was refused.
func lineForm(v linesView, l transfer.Line) ui.Form {
	if l.ID == v.About && v.Refused.Again() {
		return v.Refused.Form
	}
	return ui.Form{}
}

// head is the first row of a file whose columns are asked about; below are those that follow it.
func head(s transfer.Statement) []string { return s.Headings[:s.Width] }

func below(s transfer.Statement) (rows [][]string) {
	for from := s.Width; from+s.Width <= len(s.Headings); from += s.Width {
		rows = append(rows, s.Headings[from:from+s.Width])
	}
	return rows
}

// columnOptions are the columns that there are, by their numbers from 0.
func columnOptions(p ui.Page, s transfer.Statement) []ui.Option {
	options := []ui.Option{{Label: p.T("association.transfers.no_column")}}
	for i, heading := range head(s) {
		options = append(options, ui.Option{Value: strconv.Itoa(i), Label: strconv.Itoa(i+1) + " · " + ui.Isolate(heading)})
	}
	return options
}
