// Package cmi takes cards through the Centre Monétique Interbancaire, Morocco's interbank gateway, for an association with
// a Moroccan merchant account. Start at Provider.
//
// The buyer's browser posts a form to the gateway's page, which only reserves the money and asks the market by a callback
// whether it is to be taken. There is no public manual; what is done here is what public integrations agree on:
// mehdirochdi/cmi-payment-php, combindma/cmi-payment, aitmiloud/cmi-node, merouaneamqor/cmi_gateway, the PrestaShop module
// ISSAMABOULWAFI/cmi, and the gateway's own example of a callback, which stands in several shops.
//
// All of them agree on the fields (storetype 3D_PAY_HOSTING, TranType PreAuth, currency 504, hashAlgorithm ver3, an oid that
// is new for each try), and on the hash: the values of all fields but «hash» and «encoding», ordered by their names
// whatever the case, each with «\» and «|» escaped by «\» and followed by «|», then the store key escaped likewise; SHA-512
// of that, in base64. In a callback ProcReturnCode 00 is a success; it is answered with ACTION=POSTAUTH, which takes the
// money, with APPROVED, which takes note only, or with FAILURE.
//
// They differ, and here is done so:
//   - Names are ordered as PHP's natcasesort does, which is the gateway's example (three of five); the others compare
//     letter by letter. It is the same unless names differ in a number only.
//   - The example undoes HTML's entities in the values of a callback and drops a line's end before it hashes them; two
//     leave that out, and some trim spaces. Here it is done as the example does.
//   - A refusal is answered with APPROVED (the example) or FAILURE (combindma); a wrong hash with FAILURE, or APPROVED
//     (the PrestaShop module). Here it is as in the example.
//   - Some take «Response: Approved» for a success as well as the code. The hash covers values and not their names, so a
//     buyer, who sees a callback's values where she is sent back, could give them other names: here both have to say so,
//     beside the merchant, the name, the amount and the currency of the attempt, and a hash stands for one callback, which
//     the gateway tells before it sends the buyer back.
//   - The PrestaShop module names no failUrl; one writes okurl for okUrl, one CallbackURL for callbackUrl.
//
// There is nothing here to ask the gateway with: how an attempt stands is what its verified callback says, and money is
// given back by hand, in the bank's pages, and recorded.
package cmi
