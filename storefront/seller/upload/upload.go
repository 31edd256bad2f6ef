package upload

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/account"
	"github.com/souk-taawon/souk/internal/catalog"
	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/internal/table"
	"github.com/souk-taawon/souk/internal/upload"
	"github.com/souk-taawon/souk/internal/upload/sheet"
	"github.com/souk-taawon/souk/storefront/seller"
	"github.com/souk-taawon/souk/storefront/ui"
	"github.com/souk-taawon/souk/storefront/web"
)

// Handler has the pages of catalogue files. All its services are needed.
type Handler struct {
	Uploads *upload.Service
	Catalog *catalog.Service
	Orders  *order.Service
	Now     func() time.Time
}

// Routes lists them.
func (h *Handler) Routes() []web.Route {
	read := web.Post(account.UploadGoods, uploadPath, h.readUpload)
	read.MaxBody = sheet.MaxBytes + seller.FormRoom
	apply := web.Post(account.UploadGoods, uploadPath+"/:id/apply", h.applyUpload)
	apply.Long = true // a whole catalogue, on a busy machine
	return []web.Route{
		web.Get(account.UploadGoods, uploadPath, h.askUpload),
		read,
		web.Get(account.UploadGoods, uploadPath+"/:id", h.upload),
		web.File(account.UploadGoods, uploadPath+"/:id/errors.csv", h.exportErrors),
		web.Post(account.UploadGoods, uploadPath+"/:id/repair", h.repairUpload),
		web.Post(account.UploadGoods, uploadPath+"/:id/reread", h.rereadUpload),
		apply,
		web.Post(account.UploadGoods, uploadPath+"/:id/discard", h.discardUpload),
	}
}

const uploadPath = "/seller/upload"

// rowsShown is how many rows of a file a page shows at once; all mistakes are in a file to download.
const rowsShown = 200

// uploadView is a file that was read, and which of its rows are looked at.
type uploadView struct {
	upload.Upload
	Show       string // wrong, changed, new, or "" for all that differ
	Categories []catalog.Category
	Selling    bool           // whether buyers see what its cooperative has on sale
	Failed     *fault.Message // why it could not be applied
	Refused    *fault.Message // why a cell could not be repaired, or the file not read again
	Typed      typedCell
}

// typedCell is another value for a cell of a file, as it was typed.
type typedCell struct {
	Line          int
	Column, Value string
}

// typed is what was typed for a row's cell, or otherwise if nothing was.
func (v uploadView) typed(row upload.Row, column, otherwise string) string {
	if v.Typed.Line == row.Line && v.Typed.Column == column {
		return v.Typed.Value
	}
	return otherwise
}

// path is where this file is.
func (v uploadView) path() string { return uploadPath + "/" + v.ID.String() }

// resultTitle is the title of an applied file's page.
func (v uploadView) resultTitle() string {
	switch {
	case v.Summary.Applied == 0:
		return "seller.upload.none_title"
	case v.Summary.OnSale() == 0 || !v.Selling:
		return "seller.upload.saved_title"
	}
	return "seller.upload.applied_title"
}

// showing is this file with another choice of rows.
func (v uploadView) showing(kind string) string {
	if kind == "" {
		return v.path()
	}
	return v.path() + "?show=" + kind
}

// differing is how many rows there are of the kind that is looked at.
func (v uploadView) differing() int {
	switch upload.Kind(v.Show) {
	case upload.KindWrong:
		return v.Summary.Wrong
	case upload.KindChanged:
		return v.Summary.Changed
	case upload.KindNew:
		return v.Summary.New
	}
	return v.Summary.Differing()
}

// hidden is how many rows stand behind those that the page shows.
func (v uploadView) hidden() int {
	if v.State == upload.Applied {
		return v.Summary.Wrong + v.Summary.Meanwhile - len(v.Rows)
	}
	return v.differing() - len(v.Rows)
}

// forgotten reports whether the rows that an applied file left out are no longer kept.
func (v uploadView) forgotten() bool {
	return len(v.Rows) == 0 && v.Summary.Wrong+v.Summary.Meanwhile > 0
}

func (h *Handler) askUpload(r *web.Request) error {
	return h.showUploadForm(r, http.StatusOK, ui.Form{})
}

func (h *Handler) showUploadForm(r *web.Request, status int, form ui.Form) error {
	p, _, err := seller.Page(r, h.Orders, r.Locale.T("seller.upload.title"))
	if err != nil {
		return err
	}
	return r.Render(status, askUploadPage(p, form))
}

func (h *Handler) readUpload(r *web.Request) error {
	header, err := r.FormFile("file")
	var read upload.Upload
	if err == nil {
		file, openErr := header.Open()
		if openErr != nil {
			return fmt.Errorf("open upload: %w", openErr)
		}
		defer func() { _ = file.Close() }() // only read
		read, err = h.Uploads.Read(r.Context(), r.CooperativeID(), web.Clean(header.Filename), file, "", r.Actor())
	}
	if f, status := seller.RefusedFile(r, err); f != nil {
		form := ui.Form{Errors: map[string]string{"file": r.Locale.Message(f.Message)}}
		if header != nil {
			form.Values = map[string]string{"name": web.Clean(header.Filename)}
		}
		return h.showUploadForm(r, status, form)
	}
	if err != nil {
		return err
	}
	return r.Redirect(uploadPath + "/" + read.ID.String())
}

func (h *Handler) upload(r *web.Request) error { return h.showUpload(r, http.StatusOK, uploadView{}) }

// showUpload shows what became of a file, or what it would do, with what v says of a request that failed.
func (h *Handler) showUpload(r *web.Request, status int, v uploadView) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	v.Selling = r.Cooperative.State == cooperative.Approved
	v.Show = cmp.Or(r.Query("show"), r.Form("show"))
	if !slices.Contains([]string{string(upload.KindWrong), string(upload.KindChanged), string(upload.KindNew)}, v.Show) {
		v.Show = ""
	}
	if v.Upload, err = h.Uploads.Page(r.Context(), r.CooperativeID(), id, upload.Kind(v.Show), rowsShown); err != nil {
		return err
	}
	if v.Failed != nil {
		v.Summary.Failed = v.Failed
	}
	if v.Categories, err = h.Catalog.Categories(r.Context()); err != nil {
		return err
	}
	title, page := "seller.upload.check", previewPage
	switch v.State {
	case upload.Discarded:
		r.Flash("seller.upload.was_discarded")
		return r.Redirect(uploadPath)
	case upload.Applying:
		title, page = "seller.upload.applying", applyingPage
		r.SetHeader("Refresh", "2") // seconds
	case upload.Applied:
		if v.Upload, err = h.Uploads.Left(r.Context(), r.CooperativeID(), id, rowsShown); err != nil {
			return err
		}
		title, page = v.resultTitle(), appliedPage
	}
	p, _, err := seller.Page(r, h.Orders, r.Locale.T(title))
	if err != nil {
		return err
	}
	return r.Render(status, page(p, v))
}

func (h *Handler) repairUpload(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	line, ok := r.Whole("line")
	if !ok {
		return web.ErrNotFound
	}
	typed := typedCell{Line: line, Column: r.Form("column"), Value: r.Form("value")}
	_, err = h.Uploads.Repair(r.Context(), r.CooperativeID(), id, new(r.Shown("seen")), typed.Line, typed.Column, typed.Value)
	if f, status := seller.RefusedFile(r, err); f != nil {
		return h.showUpload(r, status, uploadView{Refused: &f.Message, Typed: typed})
	}
	if err != nil {
		return h.uploadMeanwhile(r, id, err, typed)
	}
	path := uploadPath + "/" + id.String()
	if show := r.Form("show"); show != "" {
		path += "?" + url.Values{"show": {show}}.Encode()
	}
	return r.Redirect(path + "#line-" + strconv.Itoa(line))
}

// rereadUpload reads the file in the other way that its letters may be written.
func (h *Handler) rereadUpload(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	_, err = h.Uploads.Reread(r.Context(), r.CooperativeID(), id, new(r.Shown("seen")), sheet.Encoding(r.Form("encoding")))
	f, status := seller.RefusedFile(r, err)
	switch {
	case fault.Is(err, fault.Invalid):
		r.Flash("seller.upload.reread_useless")
	case f != nil:
		return h.showUpload(r, status, uploadView{Refused: &f.Message})
	case err != nil:
		return h.uploadMeanwhile(r, id, err, typedCell{})
	default:
		r.Flash("seller.upload.reread_done")
	}
	return r.Redirect(uploadPath + "/" + id.String())
}

func (h *Handler) applyUpload(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	if _, err := h.Uploads.StartApply(r.Context(), r.CooperativeID(), id, new(r.Shown("seen")), r.Actor()); err != nil {
		if f, status := seller.RefusedFile(r, err); f != nil {
			return h.showUpload(r, status, uploadView{Failed: &f.Message})
		}
		return h.uploadMeanwhile(r, id, err, typedCell{})
	}
	return r.Redirect(uploadPath + "/" + id.String())
}

func (h *Handler) discardUpload(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	if err := h.Uploads.Discard(r.Context(), r.CooperativeID(), id, new(r.Shown("seen"))); err != nil {
		return h.uploadMeanwhile(r, id, err, typedCell{})
	}
	r.Flash("seller.upload.was_discarded")
	return r.Redirect(seller.CataloguePath)
}

// uploadMeanwhile shows what others made of a file since its page was shown: how it is now, with what was
// typed, or what became of it.
func (h *Handler) uploadMeanwhile(r *web.Request, id uuid.UUID, err error, typed typedCell) error {
	if errors.Is(err, upload.ErrChanged) {
		return h.showUpload(r, http.StatusConflict, uploadView{Refused: &upload.ErrChanged.Message, Typed: typed})
	}
	if errors.Is(err, upload.ErrApplied) || errors.Is(err, upload.ErrApplying) || errors.Is(err, upload.ErrDiscarded) {
		r.Flash("seller.upload.meanwhile")
		return r.Redirect(uploadPath + "/" + id.String())
	}
	return err
}

// exportErrors is every mistake of a file, to be mended in the spreadsheet.
func (h *Handler) exportErrors(r *web.Request) error {
	id, err := r.UUID("id")
	if err != nil {
		return err
	}
	left, err := h.Uploads.Left(r.Context(), r.CooperativeID(), id, sheet.MaxRows)
	if err != nil {
		return err
	}
	l := r.Locale
	return r.Table(seller.FileName(r, h.Now(), "souk-erreurs"), "csv", table.Table{
		Header: []string{l.T("seller.upload.line"), l.T("seller.upload.column"), l.T("seller.upload.value"), l.T("seller.upload.mistake")},
		Rows: table.Each(left.Report(l).Errors, func(e upload.ReportError) []any {
			return []any{e.Row, l.T("upload.column." + e.Column), e.Value, e.Message}
		}),
		RightToLeft: l.Dir() == "rtl",
	})
}
