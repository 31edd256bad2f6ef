package testcard

// Tell is what the provider sends of a payment or a refund.
var Tell = (*Provider).tell
