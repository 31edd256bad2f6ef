package feed

import (
	"context"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/souk-taawon/souk/internal/fault"
	"github.com/souk-taawon/souk/internal/order"
	"github.com/souk-taawon/souk/storefront/web"
)

// maxKey is the longest Idempotency-Key.
const maxKey = 200

const uuidLength = 36

// orderRequest is an order as a program sends it.
type orderRequest struct {
	Lines []struct {
		ProductID string `json:"product_id"`
		Quantity  int    `json:"quantity"`
	} `json:"lines"`
	Buyer struct {
		Name    string `json:"name"`
		Phone   string `json:"phone"`
		Email   string `json:"email"`
		Commune string `json:"commune"`
		Address string `json:"address"`
		Note    string `json:"note"`
	} `json:"buyer"`
	Delivery string `json:"delivery"`
	Payment  string `json:"payment"`
}

// placedOrder is the answer to an order: always as it was placed, so that the same request has the
// same answer whatever happened to the order since, but for HeldUntil, Payment, MeansFee and with it Total,
// which are as they stand.
type placedOrder struct {
	Number      string       `json:"number"`
	TrackingURL string       `json:"tracking_url"`
	HeldUntil   time.Time    `json:"held_until"`
	Total       int64        `json:"total_centimes"`
	Delivery    int64        `json:"delivery_centimes"`
	MeansFee    int64        `json:"means_fee_centimes"`
	SubOrders   []placedPart `json:"sub_orders"`
	Payment     orderPayment `json:"payment"`
}

// orderPayment is how the money of an order stands.
type orderPayment struct {
	Means     string      `json:"means"`
	State     order.Money `json:"state"`
	Due       int64       `json:"due_centimes"` // still
	URL       *string     `json:"url"`          // where its buyer pays it first; null if she does not, or not any more
	ExpiresAt *time.Time  `json:"expires_at"`   // until when; likewise
}

func (h *Handler) paymentOf(r *web.Request, o order.Order, token string) orderPayment {
	p := orderPayment{Means: h.Orders.MeansOf(o.Payment), State: o.Money()}
	if p.State == order.MoneyPending {
		p.Due = int64(o.ToPay())
	}
	if o.State == order.StateAwaiting {
		p.ExpiresAt = &o.ExpiresAt
		if o.Acting {
			p.URL = new(r.AbsoluteURL("/orders/" + token + "/pay"))
		}
	}
	return p
}

type placedPart struct {
	Cooperative cooperativeRef  `json:"cooperative"`
	State       order.PartState `json:"state"`
	Items       int64           `json:"items_centimes"` // as placed
}

func (h *Handler) place(r *web.Request) error {
	r.SetHeader("Cache-Control", "no-store")
	key := r.Header("Idempotency-Key")
	if !goodKey(key) {
		return errKey
	}
	in, err := h.parseOrder(r)
	if err != nil {
		return err
	}
	in.IdempotencyKey, in.From, in.Spared = key, r.IP(), r.Spared()
	placed, err := h.Orders.Place(r.Context(), in)
	if err != nil {
		return inRequestTerms(err)
	}
	o := placed.Order
	answer := placedOrder{
		Number: o.Number, TrackingURL: r.AbsoluteURL("/orders/" + placed.Token), HeldUntil: o.ExpiresAt,
		Total: int64(o.Total), Delivery: int64(o.DeliveryFee), MeansFee: int64(o.MeansFee), SubOrders: make([]placedPart, len(o.Parts)),
		Payment: h.paymentOf(r, o, placed.Token),
	}
	state := order.PartPlaced
	if h.Orders.PaidFirst(in.Payment) { // by which it may not be paid any more
		state = order.PartAwaiting
	}
	for i, p := range o.Parts {
		answer.SubOrders[i] = placedPart{
			Cooperative: cooperativeRef{Slug: p.Cooperative.Slug, Name: r.Locale.Text(p.Cooperative.Name)},
			State:       state, Items: int64(p.Placed),
		}
	}
	return r.JSON(http.StatusCreated, answer)
}

// goodKey holds an Idempotency-Key to 1 to 200 printable ASCII characters.
func goodKey(key string) bool {
	if key == "" || len(key) > maxKey {
		return false
	}
	return strings.IndexFunc(key, func(c rune) bool { return c < ' ' || c > '~' }) < 0
}

func (h *Handler) parseOrder(r *web.Request) (in order.PlaceInput, err error) {
	if kind, _, err := mime.ParseMediaType(r.Header("Content-Type")); err != nil || kind != "application/json" {
		return order.PlaceInput{}, errNoJSON
	}
	var sent orderRequest
	if err := decode(r.Body(), &sent); err != nil {
		return order.PlaceInput{}, err
	}
	in = order.PlaceInput{
		Buyer: order.Buyer{
			Name: web.Clean(sent.Buyer.Name), Phone: web.Clean(sent.Buyer.Phone), Email: web.Clean(sent.Buyer.Email),
			Address: web.Clean(sent.Buyer.Address), Note: web.Clean(sent.Buyer.Note),
		},
		Delivery: web.Clean(sent.Delivery), Payment: h.Orders.ByMeans(web.Clean(sent.Payment)),
		Locale: r.Locale.Code(), Source: order.API,
	}
	wrong := fault.New(errOrder.Kind, errOrder.Key)
	if len(sent.Lines) > order.MaxLines {
		return in, wrong.Field("lines", "order.too_many_lines", "Max", order.MaxLines)
	}
	pieces := map[uuid.UUID]int{}
	for i, line := range sent.Lines {
		id, err := uuid.Parse(line.ProductID)
		if err != nil || len(line.ProductID) != uuidLength { // braces and the like are no part of it
			wrong.Field(fmt.Sprintf("lines[%d].product_id", i), "feed.product_id")
		}
		fits := line.Quantity >= 1 && line.Quantity <= order.MaxQuantity-pieces[id]
		if fits && err == nil {
			pieces[id] += line.Quantity
		}
		if !fits {
			wrong.Field(fmt.Sprintf("lines[%d].quantity", i), "order.quantity_invalid", "Max", order.MaxQuantity)
		}
		in.Lines = append(in.Lines, order.Line{ProductID: id, Quantity: line.Quantity})
	}
	if len(wrong.Fields) > 0 {
		return in, wrong
	}
	in.Buyer.Place, err = h.placeMeant(r.Context(), web.Clean(sent.Buyer.Commune))
	return in, err
}

// placeMeant gives the slug of the place that a name means (delivery.PlaceMeant). A name that means none is given back,
// for whoever asked for it to refuse.
func (h *Handler) placeMeant(ctx context.Context, name string) (string, error) {
	slug, ok, err := h.Delivery.PlaceMeant(ctx, name)
	if err != nil || !ok {
		return name, err
	}
	return slug, nil
}

// requestFields says how the API calls the fields of an order that its rules name.
var requestFields = map[string]string{
	"name": "buyer.name", "phone": "buyer.phone", "email": "buyer.email", "place": "buyer.commune", "address": "buyer.address",
	"note": "buyer.note",
}

// inRequestTerms renames the fields that an order's rules found wrong.
func inRequestTerms(err error) error {
	f := fault.As(err)
	if f == nil || len(f.Fields) == 0 {
		return err
	}
	renamed := *f
	renamed.Fields = make(map[string]fault.Message, len(f.Fields))
	for name, m := range f.Fields {
		if ours, ok := requestFields[name]; ok {
			name = ours
		}
		renamed.Fields[name] = m
	}
	return &renamed
}

// trackedOrder is an order as its tracking page shows it.
type trackedOrder struct {
	Number      string        `json:"number"`
	State       order.State   `json:"state"`
	PlacedAt    time.Time     `json:"placed_at"`
	Delivery    string        `json:"delivery"`
	DeliverFrom string        `json:"deliver_from"`
	DeliverTo   string        `json:"deliver_to"`
	Payment     orderPayment  `json:"payment"`
	Currency    string        `json:"currency"`
	Items       int64         `json:"items_centimes"`
	Fee         int64         `json:"delivery_centimes"`
	MeansFee    int64         `json:"means_fee_centimes"`
	Total       int64         `json:"total_centimes"`
	Due         int64         `json:"due_centimes"`
	Paid        bool          `json:"paid"`
	TrackingURL string        `json:"tracking_url"`
	SubOrders   []trackedPart `json:"sub_orders"`
}

type trackedPart struct {
	placedPart
	Left  int64         `json:"items_left_centimes"`
	Lines []trackedLine `json:"lines"`
}

type trackedLine struct {
	ProductID uuid.UUID `json:"product_id"`
	Name      string    `json:"name"`
	Unit      string    `json:"unit"`
	Price     int64     `json:"price_centimes"`
	Quantity  int       `json:"quantity"` // as placed
	Total     int64     `json:"total_centimes"`
	Left      int       `json:"quantity_left"` // less what was taken off since
	LeftTotal int64     `json:"total_left_centimes"`
}

func (h *Handler) track(r *web.Request) error {
	r.SetHeader("Cache-Control", "no-store")
	token := r.Param("token")
	o, err := h.Orders.ByToken(r.Context(), token)
	if err != nil {
		return err
	}
	tracked := trackedOrder{
		Number: o.Number, State: o.State, PlacedAt: o.PlacedAt, Delivery: o.Delivery,
		DeliverFrom: o.DeliverFrom.Format(time.DateOnly), DeliverTo: o.DeliverTo.Format(time.DateOnly),
		Payment: h.paymentOf(r, o, token), Currency: currency,
		Items: int64(o.Items), Fee: int64(o.DeliveryFee), MeansFee: int64(o.MeansFee), Total: int64(o.Total), Due: int64(o.Due), Paid: o.Money() == order.MoneyPaid,
		TrackingURL: r.AbsoluteURL("/orders/" + token), SubOrders: make([]trackedPart, len(o.Parts)),
	}
	for i, p := range o.Parts {
		part := trackedPart{
			placedPart: placedPart{
				Cooperative: cooperativeRef{Slug: p.Cooperative.Slug, Name: r.Locale.Text(p.Cooperative.Name)},
				State:       p.State, Items: int64(p.Placed),
			},
			Left:  int64(p.Items),
			Lines: make([]trackedLine, len(p.Lines)),
		}
		for j, l := range p.Lines {
			part.Lines[j] = trackedLine{
				ProductID: l.ProductID, Name: r.Locale.Text(l.Name), Unit: r.Locale.Unit(l.UnitAmount, l.UnitCode),
				Price: int64(l.Price), Quantity: l.Placed, Total: int64(l.PlacedTotal), Left: l.Quantity, LeftTotal: int64(l.Total),
			}
		}
		tracked.SubOrders[i] = part
	}
	return r.JSON(http.StatusOK, tracked)
}
