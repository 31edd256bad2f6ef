package testcard

import "encoding/hex"

// Tell is what the provider sends of a payment or a refund.
var Tell = (*Provider).tell

// Sign is the signature of what the provider sends.
func Sign(p *Provider, body []byte) string { return hex.EncodeToString(sign(p.key, body)) }
