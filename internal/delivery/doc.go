// Package delivery knows the places that orders go to, what it costs to bring one there and how
// many days it takes. Start at Service.Quote; Terms is the part of it that a transaction can use,
// since it asks the database nothing. Round.Window is the one clock: between which days an order comes,
// before it is placed and at each moment after.
package delivery
