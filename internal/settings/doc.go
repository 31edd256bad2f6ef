// Package settings keeps what the association's members have decided about their market: who they
// are and how to reach them, their commission, what delivery costs and how long a cooperative may
// take to answer. Start at Settings; Service.Save replaces them, Read gives those that hold now to
// whoever decides by them, and Service.Contact is for the foot of every page.
package settings
