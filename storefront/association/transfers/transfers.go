package transfers

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/payment/transfer"
	"github.com/souk-taawon/souk/internal/upload/sheet"
	"github.com/souk-taawon/souk/storefront/association"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// Where the pages are, below association.TransfersPath.
const (
	statementsPath = association.TransfersPath + "/statements"
	linesPath      = association.TransfersPath + "/lines"
	receiptsPath   = association.TransfersPath + "/receipts"
	picturesPath   = association.TransfersPath + "/pictures"
)

// How much the pages show.
const (
	transfersPerPage = 30
	linesPerPage     = 30
	statementsShown  = 10
	soughtMost       = 100 // characters of a code or a number
)

// formRoom is what a form takes beside the file in it, in bytes.
const formRoom = 64 << 10

// Handler has these pages. All its fields are needed.
type Handler struct {
	Cooperatives *cooperative.Service
	Transfers    *transfer.Service
	Now          func() time.Time
}

// Routes lists them.
func (h *Handler) Routes() []web.Route {
	read := web.Post(account.PayOut, statementsPath, h.readStatement)
	read.MaxBody = sheet.MaxBytes + formRoom
	columns := web.Post(account.PayOut, statementsPath+"/:id/columns", h.readColumns)
	columns.Long = true // a whole file, on a busy machine
	return []web.Route{
		web.Get(account.SeeMoney, association.TransfersPath, h.open),
		web.Get(account.SeeMoney, association.TransfersPath+"/:id", h.one),
		web.Post(account.PayOut, association.TransfersPath+"/:id/receive", h.receive),
		web.Post(account.PayOut, receiptsPath+"/:id/undo", h.undo),
		web.Get(account.SeeMoney, picturesPath+"/:id/copy.jpg", h.picture),
		web.Get(account.SeeMoney, linesPath, h.asked),
		web.Post(account.PayOut, linesPath+"/:id/assign", h.assign),
		web.Post(account.PayOut, linesPath+"/:id/same", h.same),
		web.Post(account.PayOut, linesPath+"/:id/aside", h.setAside),
		web.Get(account.SeeMoney, statementsPath, h.statements),
		read,
		web.Get(account.SeeMoney, statementsPath+"/:id", h.statement),
		columns,
		web.Post(account.PayOut, statementsPath+"/:id/book", h.book),
		web.Post(account.PayOut, statementsPath+"/:id/discard", h.discard),
	}
}

// openView is a page of the transfers that are waited for.
type openView struct {
	transfer.Listed
	Asked    bool // lines of files wait for somebody's word
	Sought   string
	NotFound bool // nothing goes by what was sought
}

// openAddress is the page of the list that begins at a place.
func openAddress(from *keyset.Place) string {
	query := url.Values{}
	web.SetPlace(query, from)
	return web.Address(association.TransfersPath, query)
}

// onePath is where a transfer is.
func onePath(reference uuid.UUID) string { return association.TransfersPath + "/" + reference.String() }

// open lists what is waited for; what is sought by its code or its order's number leads to that one.
func (h *Handler) open(r *web.Request) error {
	v := openView{Sought: cut(r.Query("q"), soughtMost)}
	if v.Sought != "" {
		reference, err := h.Transfers.Find(r.Context(), v.Sought)
		switch {
		case err == nil:
			return r.Redirect(onePath(reference))
		case !errors.Is(err, transfer.ErrNotFound):
			return err
		}
		v.NotFound = true
	}
	var err error
	if v.Listed, err = h.Transfers.Open(r.Context(), web.ReadPlace(r.Query("place")), transfersPerPage); err != nil {
		return err
	}
	if v.Asked, err = h.Transfers.Asked(r.Context()); err != nil {
		return err
	}
	p, err := association.Page(r, h.Cooperatives, r.Locale.T("association.transfers.title"))
	if err != nil {
		return err
	}
	return r.Render(http.StatusOK, openPage(p, v))
}

// oneView is a transfer with what is known of it.
type oneView struct {
	transfer.One
	Now     time.Time
	Refused ui.Refusal
}

func (h *Handler) one(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	return h.showOne(r, id, ui.Refusal{})
}

func (h *Handler) showOne(r *web.Request, reference uuid.UUID, no ui.Refusal) error {
	v := oneView{Refused: no, Now: h.Now()}
	var err error
	if v.One, err = h.Transfers.Get(r.Context(), reference); err != nil {
		return err
	}
	p, err := association.Page(r, h.Cooperatives, r.Locale.T("association.transfers.of", "Number", v.Payer.Number))
	if err != nil {
		return err
	}
	return r.Render(no.Answer(), onePage(p, v))
}

// receive says what came for a transfer.
func (h *Handler) receive(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	err = h.Transfers.Receive(r.Context(), id, transfer.Entered{
		Amount: r.Form("amount"), Day: r.Form("day"), BankReference: r.Form("bank_reference"),
	}, r.Shown("seen"), r.Actor())
	if no, ok := r.Refused(err); ok {
		return h.showOne(r, id, no)
	}
	if err != nil {
		return err
	}
	r.Flash("association.transfers.received")
	return r.Redirect(onePath(id))
}

// undo says that a receipt was somebody else's money.
func (h *Handler) undo(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	reference, err := h.Transfers.ReceiptOf(r.Context(), id)
	if err != nil {
		return err
	}
	err = h.Transfers.Undo(r.Context(), id, r.Actor())
	if no, ok := r.Refused(err); ok {
		return h.showOne(r, reference, no)
	}
	if err != nil {
		return err
	}
	r.Flash("association.transfers.undone")
	return r.Redirect(onePath(reference))
}

// picture shows a picture that a buyer sent of her receipt.
func (h *Handler) picture(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	file, err := h.Transfers.OpenPicture(r.Context(), id)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	body, err := io.ReadAll(file)
	if err != nil {
		return fmt.Errorf("receipt %s: %w", id, err)
	}
	return r.Bytes(http.StatusOK, "image/jpeg", body)
}

// cut is as much of what was typed as is looked at.
func cut(typed string, most int) string {
	runes := []rune(typed)
	return string(runes[:min(len(runes), most)])
}
