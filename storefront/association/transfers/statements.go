package transfers

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/payment/transfer"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// statementsView is where a file of the bank's is sent, and those that came last.
type statementsView struct {
	Statements []transfer.Statement
	Form       ui.Form
}

func (h *Handler) statements(r *web.Request) error {
	return h.showStatements(r, http.StatusOK, ui.Form{})
}

func (h *Handler) showStatements(r *web.Request, status int, form ui.Form) error {
	v := statementsView{Form: form}
	var err error
	if v.Statements, err = h.Transfers.Statements(r.Context(), statementsShown); err != nil {
		return err
	}
	p, err := association.Page(r, h.Cooperatives, r.Locale.T("association.transfers.statements"))
	if err != nil {
		return err
	}
	return r.Render(status, statementsPage(p, v))
}

// readStatement reads a file; nothing is booked.
func (h *Handler) readStatement(r *web.Request) error {
	id, err := h.keepStatement(r)
	if f := fault.As(err); f != nil {
		if status, ok := refusedFile[f.Kind]; ok {
			return h.showStatements(r, status, ui.Form{Errors: map[string]string{"file": r.Locale.Message(f.Message)}})
		}
	}
	if err != nil {
		return err
	}
	return r.Redirect(statementPath(id))
}

// refusedFile are the statuses of files that are not taken.
var refusedFile = map[fault.Kind]int{
	fault.Invalid:     http.StatusUnprocessableEntity,
	fault.TooLarge:    http.StatusRequestEntityTooLarge,
	fault.Unavailable: http.StatusServiceUnavailable,
}

func (h *Handler) keepStatement(r *web.Request) (uuid.UUID, error) {
	header, err := r.FormFile("file")
	if err != nil {
		return uuid.Nil, err
	}
	file, err := header.Open()
	if err != nil {
		return uuid.Nil, fmt.Errorf("open statement: %w", err)
	}
	defer func() { _ = file.Close() }() // only read
	return h.Transfers.ReadStatement(r.Context(), web.Clean(header.Filename), file, r.Actor())
}

func statementPath(id uuid.UUID) string { return statementsPath + "/" + id.String() }

// linesView is a page of lines in a state: of one file or, if it has no ID, of any.
type linesView struct {
	transfer.Statement
	transfer.Lines
	Show    transfer.LineState
	Refused ui.Refusal
	About   uuid.UUID          // the line that it is about
	Lost    transfer.Undecided // if the file is discarded, which is asked
}

// path is where these lines are, from their beginning.
func (v linesView) path() string { return v.address(nil) }

// address is the page of them that begins at a place.
func (v linesView) address(from *keyset.Place) string {
	query, path := url.Values{}, linesPath
	if v.ID != uuid.Nil {
		path = statementPath(v.ID)
		query.Set("show", string(v.Show))
	}
	web.SetPlace(query, from)
	return web.Address(path, query)
}

// showing are the lines of the same file in another state.
func (v linesView) showing(state transfer.LineState) linesView {
	v.Show = state
	return v
}

// counted is how many lines of the file are in a state.
func (v linesView) counted(state transfer.LineState) int {
	return map[transfer.LineState]int{
		transfer.Matched: v.Matched, transfer.Asked: v.Statement.Asked, transfer.Foreign: v.Foreign, transfer.Aside: v.Aside, transfer.Booked: v.Booked,
	}[state]
}

// first is the state whose lines ask for something, or else one that has any.
func (v linesView) first() transfer.LineState {
	for _, state := range []transfer.LineState{transfer.Matched, transfer.Asked, transfer.Booked} {
		if v.counted(state) > 0 {
			return state
		}
	}
	return transfer.Foreign
}

func (h *Handler) statement(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	return h.showLines(r, linesView{Statement: transfer.Statement{ID: id}, Show: transfer.LineState(r.Query("show"))})
}

// asked lists the lines of whichever file that wait for somebody's word.
func (h *Handler) asked(r *web.Request) error { return h.showLines(r, linesView{Show: transfer.Asked}) }

// showLines shows the page of a file, or of lines of any.
func (h *Handler) showLines(r *web.Request, v linesView) error {
	title := r.Locale.T("association.transfers.asked")
	var err error
	if v.ID != uuid.Nil {
		if v.Statement, err = h.Transfers.Statement(r.Context(), v.ID); err != nil {
			return err
		}
		title = r.Locale.T("association.transfers.statement")
		if !slices.Contains(transfer.LineStates, v.Show) {
			v.Show = v.first()
		}
	}
	switch v.State {
	case transfer.Discarded:
		r.Flash("association.transfers.discarded")
		return r.Redirect(statementsPath)
	case transfer.Booking:
		r.SetHeader("Refresh", "2") // seconds
	}
	if v.Lines, err = h.Transfers.List(r.Context(), v.ID, v.Show, web.ReadRow(r), linesPerPage); err != nil {
		return err
	}
	p, err := association.Page(r, h.Cooperatives, title)
	if err != nil {
		return err
	}
	return r.Render(v.Refused.Answer(), linesPage(p, v))
}

// changeStatement does something to a file, and shows it again.
func (h *Handler) changeStatement(r *web.Request, fn func(id uuid.UUID) error) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	err = fn(id)
	if no, ok := r.Refused(err); ok {
		return h.showLines(r, linesView{Statement: transfer.Statement{ID: id}, Refused: no})
	}
	if err != nil {
		return err
	}
	return r.Redirect(statementPath(id))
}

// readColumns says what the columns of a file are, by their numbers from 0.
func (h *Handler) readColumns(r *web.Request) error {
	return h.changeStatement(r, func(id uuid.UUID) error {
		columns := make(map[transfer.Column]int)
		for _, c := range transfer.Columns {
			if at, err := strconv.Atoi(r.Form(string(c))); err == nil && at >= 0 {
				columns[c] = at
			}
		}
		return h.Transfers.ReadColumns(r.Context(), id, columns, r.Actor())
	})
}

// book has the lines that are matched booked.
func (h *Handler) book(r *web.Request) error {
	return h.changeStatement(r, func(id uuid.UUID) error { return h.Transfers.Book(r.Context(), id, r.Shown("seen"), r.Actor()) })
}

// discard throws away what nobody has booked of a file. If money that came is among it, it asks first.
func (h *Handler) discard(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	lost, err := h.Transfers.Undecided(r.Context(), id)
	if err != nil {
		return err
	}
	if lost.Lines > 0 && r.Shown("seen") != lost.Lines {
		return h.showLines(r, linesView{Statement: transfer.Statement{ID: id}, Lost: lost})
	}
	return h.changeStatement(r, func(id uuid.UUID) error {
		kept, err := h.Transfers.Discard(r.Context(), id, lost.Lines)
		if kept && err == nil {
			r.Flash("association.transfers.discarded_rest")
		}
		return err
	})
}

// assign says whose a line is: of those that it may be or, by a code or a number, of all.
func (h *Handler) assign(r *web.Request) error {
	return h.changeLine(r, "association.transfers.assigned", func(id uuid.UUID) error {
		var err error
		reference, _ := uuid.Parse(r.Form("reference")) // the zero one is nobody's
		if typed := cut(r.Form("other"), soughtMost); typed != "" {
			chosen := reference
			if reference, err = h.Transfers.Find(r.Context(), typed); err == nil && chosen != uuid.Nil && chosen != reference {
				wrong := fault.New(transfer.ErrInvalid.Kind, transfer.ErrInvalid.Key)
				return wrong.Field("other", "association.transfers.two_named")
			}
		}
		if err == nil && reference == uuid.Nil {
			err = transfer.ErrNotFound
		}
		if err == nil {
			err = h.Transfers.Assign(r.Context(), id, reference, r.Shown("seen"), r.Actor())
		}
		if errors.Is(err, transfer.ErrNotFound) {
			wrong := fault.New(transfer.ErrInvalid.Kind, transfer.ErrInvalid.Key)
			return wrong.Field("other", "association.transfers.nobody")
		}
		return err
	})
}

// same says that a line is what somebody entered by hand before.
func (h *Handler) same(r *web.Request) error {
	return h.changeLine(r, "association.transfers.known", func(id uuid.UUID) error {
		reference, err := uuid.Parse(r.Form("reference"))
		if err != nil {
			return transfer.ErrChanged.Wrap(err) // the page's form always names it
		}
		return h.Transfers.Same(r.Context(), id, reference, r.Shown("seen"))
	})
}

// setAside says that a line is not ours, or that it may be.
func (h *Handler) setAside(r *web.Request) error {
	return h.changeLine(r, "association.transfers.set_aside", func(id uuid.UUID) error {
		return h.Transfers.SetAside(r.Context(), id, r.Shown("seen"), r.Form("back") != "")
	})
}

// changeLine does something to a line, and shows again the list in which it stood.
func (h *Handler) changeLine(r *web.Request, done string, fn func(id uuid.UUID) error) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	v := linesView{Show: transfer.Asked, About: id}
	if v.ID, err = uuid.Parse(r.Form("statement")); err == nil {
		v.Show = transfer.LineState(r.Form("show"))
	}
	err = fn(id)
	if no, ok := r.Refused(err); ok {
		v.Refused = no
		return h.showLines(r, v)
	}
	if err != nil {
		return err
	}
	r.Flash(done)
	return r.Redirect(v.path())
}
