// Package certificate has the labels that a cooperative proposes for its products, each with the picture of the
// certificate that proves it. The association looks at it, and confirms or refuses; buyers see what is confirmed, until
// the certificate's last day.
//
// Start at Service.Propose in propose.go.
package certificate
