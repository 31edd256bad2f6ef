// Package members has the pages of the cooperatives, their admission and correction, of who may sign in for
// them and for the association, and of the security record.
//
// Start at Handler.Routes in members.go.
package members
