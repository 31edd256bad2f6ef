// Package cmitest plays the gateway of the Centre Monétique Interbancaire: it takes forms whose hash is right, and tells what
// became of them. Its hash is its own, made otherwise than the provider makes it. Start at Gateway.
package cmitest

import (
	"bytes"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/payment"
)

// Gateway is the other side.
type Gateway struct {
	StoreKey string
	Tries    map[string]url.Values // by oid, what is told of it now
}

// New makes one that nobody has used.
func New(storeKey string) *Gateway { return &Gateway{storeKey, map[string]url.Values{}} }

// sign is the gateway's own way to the hash: it writes all values one after the other, by the names in capitals.
func (g *Gateway) sign(fields url.Values) string {
	names := []string{}
	for name := range fields {
		if !slices.Contains([]string{"HASH", "ENCODING"}, strings.ToUpper(name)) {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return bytes.Compare([]byte(strings.ToUpper(a)), []byte(strings.ToUpper(b))) })
	var text []byte
	add := func(value string) {
		for i := range len(value) {
			if value[i] == '|' || value[i] == '\\' {
				text = append(text, '\\')
			}
			text = append(text, value[i])
		}
	}
	for _, name := range names {
		add(fields.Get(name))
		text = append(text, '|')
	}
	add(g.StoreKey)
	sum := sha512.Sum512(text)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// ErrForm says that the gateway does not take a form.
var ErrForm = errors.New("cmitest: the form has another hash, or lacks what it needs")

// Open takes the form that a buyer's browser posts.
func (g *Gateway) Open(form payment.Form) (url.Values, error) {
	fields := url.Values{}
	for name, value := range form {
		fields.Set(name, value)
	}
	if fields.Get("HASH") != g.sign(fields) {
		return nil, ErrForm
	}
	for name, want := range map[string]string{"storetype": "3D_PAY_HOSTING", "TranType": "PreAuth", "currency": "504", "hashAlgorithm": "ver3"} {
		if fields.Get(name) != want {
			return nil, ErrForm
		}
	}
	return fields, nil
}

// Say makes the callback of a try from its form and what the gateway adds.
func (g *Gateway) Say(fields url.Values, added map[string]string) []byte {
	told := url.Values{}
	for name, values := range fields {
		if name != "HASH" {
			told[name] = values
		}
	}
	for name, value := range added {
		told.Set(name, value)
	}
	told.Set("HASH", g.sign(told))
	g.Tries[fields.Get("oid")] = told
	return []byte(told.Encode())
}

// Approved is what the gateway adds of a card that was not refused: so much is reserved.
func Approved(amount money.Amount, id string) map[string]string {
	return map[string]string{
		"ProcReturnCode": "00", "Response": "Approved", "TransId": id, "amount": amount.String(), "AuthCode": "P12345", "HostRefNum": "334514704016",
		"mdStatus": "1", "MaskedPan": "400000***0002", "EXTRA.CARDBRAND": "VISA", "EXTRA.TRXDATE": "20261127 18:00:00", "email": "amal@exemple.invalid",
	}
}

// Declined is what it adds of one that was.
var Declined = map[string]string{"ProcReturnCode": "51", "Response": "Declined", "ErrMsg": "Provision insuffisante", "TransId": "T-51"}
