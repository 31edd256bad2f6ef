// Package gate lets costly work in a few at a time: hashing a password, reading a spreadsheet, decoding
// a photograph. Each takes tens of megabytes and a processor for a while, so that without a bound a few
// hundred requests would take the machine down, and one person could keep everybody else waiting. Start
// at New and Gate.Do; work that ends elsewhere has Gate.Enter.
package gate
