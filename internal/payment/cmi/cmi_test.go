package cmi_test

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
	"github.com/souk-taawon/souk/internal/payment/cmi"
	"github.com/souk-taawon/souk/internal/payment/cmi/cmitest"
	"github.com/souk-taawon/souk/internal/payment/paymenttest"
)

func nothing(string) string { return "" }

var config = cmi.Config{
	ClientID: "600001234", StoreKey: `Ke|y\2026-azertyui`, GatewayURL: "https://gateway.example/fim/est3Dgate", BaseURL: "https://souk.example",
}

// open has the buyer's browser post the form.
func open(t *testing.T, g *cmitest.Gateway, s payment.Started) url.Values {
	t.Helper()
	fields, err := g.Open(s.Form)
	if err != nil {
		t.Fatal(err, s.Form)
	}
	return fields
}

// begun is an attempt whose form is open at the gateway.
func begun(t *testing.T, g *cmitest.Gateway, p *cmi.Provider) (payment.Attempt, payment.Started, url.Values) {
	t.Helper()
	a := paymenttest.NewAttempt()
	s, err := p.Start(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	return a, s, open(t, g, s)
}

func TestTheSuite(t *testing.T) {
	t.Parallel()
	paymenttest.Suite(t, func(t *testing.T) *paymenttest.Subject {
		g, p := cmitest.New(config.StoreKey), cmi.New(config)
		asked := "the gateway can be asked nothing, and is not asked anything by the market"
		byHand := "money is given back by hand, in the bank's pages"
		return &paymenttest.Subject{
			Provider: p,
			Pay: func(t *testing.T, s payment.Started, amount money.Amount) {
				g.Say(open(t, g, s), cmitest.Approved(amount, "T-1"))
			},
			Fail: func(t *testing.T, s payment.Started) { g.Say(open(t, g, s), cmitest.Declined) },
			Event: func(t *testing.T, reference string) (http.Header, []byte) {
				if g.Tries[reference] == nil { // nothing happened: it would say nothing
					g.Say(url.Values{"oid": {reference}, "clientid": {config.ClientID}}, nil)
				}
				return http.Header{}, []byte(g.Tries[reference].Encode())
			},
			PayIn: func(t *testing.T, s payment.Started, amount money.Amount, _ string) {
				euros := cmitest.Approved(amount, "T-1")
				euros["currency"] = "978"
				g.Say(open(t, g, s), euros)
			},
			Foreign: func(t *testing.T, s payment.Started) []paymenttest.Sent {
				other := cmitest.Approved(238_50, "T-1")
				other["clientid"] = "600009999" // who has the same store key
				return []paymenttest.Sent{{Body: g.Say(open(t, g, s), other)}}
			},
			Odd: func(*testing.T) []paymenttest.Sent {
				return []paymenttest.Sent{{Body: g.Say(url.Values{"oid": {"7"}, "clientid": {config.ClientID}, "tomorrow": {"1"}}, nil)}}
			},
			Cannot: map[string]string{
				"what is paid is shown":                    "the page shows the merchant and the amount",
				"expired":                                  "the page just closes, and the market's own clock ends the attempt",
				"given back in parts":                      byHand,
				"refused to give back":                     byHand,
				"closed while it is down":                  asked,
				"in one day and no other":                  asked,
				"paid out and taken back once":             byHand,
				"given back once where the answer is lost": byHand,
				"told of what went back":                   byHand,
				"closed":                                   "the page closes by itself, and what is reserved after that is not taken",
				"asked after":                              asked,
				"asked after what went back":               asked,
				"days compared":                            asked,
				"down":                                     asked,
				"begun once where the answer is lost":      asked,
			},
		}
	})
}

func TestTheFormSaysWhatTheGatewayNeedsAndNothingOfTheBuyer(t *testing.T) {
	t.Parallel()
	a, s, fields := begun(t, cmitest.New(config.StoreKey), cmi.New(config))
	if s.URL != config.GatewayURL || s.Reference != fields.Get("oid") || !regexp.MustCompile(`^[0-9a-f]{32}n1$`).MatchString(s.Reference) {
		t.Errorf("it is %s at %s", s.Reference, s.URL)
	}
	for name, want := range map[string]string{
		"amount": "238.50", "okUrl": a.Description.Back, "failUrl": a.Description.Back, "callbackUrl": "https://souk.example/webhooks/cmi",
		"lang": "fr", "email": a.Description.Email, "BillToName": "", "encoding": "UTF-8",
	} {
		if got := fields.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if got := fields.Get("sessiontimeout"); got != "1740" { // whole minutes of what is left of thirty
		t.Errorf("the page stands open for %s s", got)
	}
	for name, value := range fields {
		if strings.Contains(strings.Join(value, ""), config.StoreKey) {
			t.Errorf("%s has the store key", name)
		}
	}
}

func TestACallbackIsBelievedOnlyAsTheGatewaySignedIt(t *testing.T) {
	t.Parallel()
	g, p := cmitest.New(config.StoreKey), cmi.New(config)
	a, s, fields := begun(t, g, p)
	genuine := string(g.Say(fields, cmitest.Approved(a.Amount, "T-1")))
	e, err := p.Verify(nothing, []byte(genuine))
	if err != nil || e.ID != s.Reference+":T-1:00:238.50:504:600001234" || e.Kind != "approved" || e.Foreign || e.Reserved == nil ||
		*e.Reserved != (payment.Reservation{Attempt: s.Reference, Amount: a.Amount, Currency: money.Currency}) {
		t.Fatalf("%+v, %v", e, err)
	}
	for _, secret := range []string{"token", "exemple.invalid", "4000", "okUrl"} {
		if strings.Contains(string(e.Payload), secret) {
			t.Errorf("of the callback is kept: %s", e.Payload)
		}
	}
	for what, forged := range map[string]string{
		"another amount":    strings.Replace(genuine, "amount=238.50", "amount=238.5", 1),
		"another order":     strings.Replace(genuine, "oid="+s.Reference, "oid=x"+s.Reference, 1),
		"a value more":      genuine + "&more=1",
		"a value twice":     genuine + "&amount=238.50",
		"a broken escape":   genuine + "&x=%zz",
		"no hash":           regexp.MustCompile(`HASH=[^&]*&?`).ReplaceAllString(genuine, ""),
		"an empty hash":     regexp.MustCompile(`HASH=[^&]*`).ReplaceAllString(genuine, "HASH="),
		"a separator moved": strings.Replace(genuine, "AuthCode=P12345", "AuthCode=P12345%7C", 1),
	} {
		if _, err := p.Verify(nothing, []byte(forged)); !errors.Is(err, payment.ErrForged) {
			t.Errorf("%s: %v", what, err)
		}
	}
	other := config
	other.StoreKey += "x"
	if _, err := cmi.New(other).Verify(nothing, []byte(genuine)); !errors.Is(err, payment.ErrForged) {
		t.Errorf("under another key: %v", err)
	}
	other = config
	other.ClientID = "600009999"
	if e, err := cmi.New(other).Verify(nothing, []byte(genuine)); err != nil || !e.Foreign {
		t.Errorf("for another merchant: %+v, %v", e, err)
	}
}

// The hash covers no names: a refusal whose values are given other names by the buyer has the same hash.
func TestValuesUnderOtherNamesApproveNothing(t *testing.T) {
	t.Parallel()
	g, p := cmitest.New(config.StoreKey), cmi.New(config)
	_, _, fields := begun(t, g, p)
	said := map[string]string{"ProcReturnCode": "51", "Response": "Declined", "TransId": "00"}
	genuine := string(g.Say(fields, said))
	renamed := strings.NewReplacer("ProcReturnCode=51", "ProcReturn=51", "TransId=00", "ProcReturnCode=00").Replace(genuine)
	e, err := p.Verify(nothing, []byte(renamed))
	if err == nil && e.Reserved != nil {
		t.Errorf("it reserves %+v", e.Reserved)
	}
}

func TestWhatTheGatewayWritesAsHTMLHasTheHashOfItself(t *testing.T) {
	t.Parallel()
	g, p := cmitest.New(config.StoreKey), cmi.New(config)
	a, _, fields := begun(t, g, p)
	added := cmitest.Approved(a.Amount, "T-1")
	added["cardHolderName"] = `O'Amal; & "Fils"`
	genuine := string(g.Say(fields, added))
	escaped := strings.Replace(genuine, url.QueryEscape(added["cardHolderName"]), url.QueryEscape(`O&#39;Amal&#59; &amp; &quot;Fils&quot;`), 1)
	if escaped == genuine {
		t.Fatal("nothing was escaped")
	}
	if _, err := p.Verify(nothing, []byte(escaped)); err != nil {
		t.Error(err)
	}
}

// What PHP does not read as an entity the gateway has not written as one.
func TestWhatIsNoEntityStandsInTheHashAsItIs(t *testing.T) {
	t.Parallel()
	g, p := cmitest.New(config.StoreKey), cmi.New(config)
	a, _, fields := begun(t, g, p)
	for _, value := range []string{"sales&region@coop.ma", "a&b;c", "&notin", "&notit;", "fils &", "&#;", "&amp"} {
		added := cmitest.Approved(a.Amount, "T-1")
		added["email"] = value
		if _, err := p.Verify(nothing, g.Say(fields, added)); err != nil {
			t.Errorf("%s: %v", value, err)
		}
	}
}

// A callback that does not fit is answered so, and does not stand for one that fits.
func TestCallbacksThatSayOtherwiseAreOthers(t *testing.T) {
	t.Parallel()
	g, p := cmitest.New(config.StoreKey), cmi.New(config)
	a, _, fields := begun(t, g, p)
	names := map[string]bool{}
	for _, other := range []map[string]string{{}, {"amount": "1.00"}, {"currency": "978"}, {"clientid": "600009999"}} {
		said := cmitest.Approved(a.Amount, "T-1")
		maps.Copy(said, other)
		e, err := p.Verify(nothing, g.Say(fields, said))
		if err != nil {
			t.Fatal(err)
		}
		names[e.ID] = true
	}
	if len(names) != 4 {
		t.Errorf("four are told apart as %v", names)
	}
	if _, err := p.Verify(nothing, g.Say(fields, map[string]string{"oid": "", "ProcReturnCode": "00", "Response": "Approved"})); !errors.Is(err, payment.ErrForged) {
		t.Errorf("about nothing: %v", err)
	}
}

func TestTheGatewayIsAnsweredInItsWords(t *testing.T) {
	t.Parallel()
	p := cmi.New(config)
	for verdict, want := range map[payment.Verdict]string{
		payment.Taken: "ACTION=POSTAUTH", payment.Left: "APPROVED", "": "APPROVED", payment.Refused: "FAILURE",
	} {
		if got := p.Answer(verdict); got != want {
			t.Errorf("%q is answered %q, want %q", verdict, got, want)
		}
	}
}

func TestARefusalMayBeFollowedByAnApproval(t *testing.T) {
	t.Parallel()
	g, p := cmitest.New(config.StoreKey), cmi.New(config)
	a, s, fields := begun(t, g, p)
	ids := map[string]payment.State{}
	for _, added := range []map[string]string{cmitest.Declined, {"mdStatus": "0", "Response": "Error"}, cmitest.Approved(a.Amount, "T-2")} {
		e, err := p.Verify(nothing, g.Say(fields, added))
		if err != nil {
			t.Fatal(err)
		}
		o, err := p.Read(t.Context(), e.Payload)
		if err != nil || o.Attempt != s.Reference {
			t.Fatalf("%+v, %v", o, err)
		}
		ids[e.ID] = o.State
	}
	const of = ":238.50:504:600001234"
	if len(ids) != 3 || ids[s.Reference+":T-2:00"+of] != payment.Succeeded || ids[s.Reference+":T-51:51"+of] != payment.Failed || ids[s.Reference+"::"+of] != payment.Failed {
		t.Errorf("told: %v", ids)
	}
}
