package order

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"golang.org/x/text/unicode/norm"

	"github.com/souk-taawon/souk/internal/clock"
	"github.com/souk-taawon/souk/internal/keyset"
	"github.com/souk-taawon/souk/internal/text"
)

// way is one way to understand what is sought; what is zero lets everything through.
type way struct {
	number   string    // a whole one
	from, to time.Time // placed from (inclusive) and to (exclusive)
	words    string    // those of order_words, as a query in which % stands for the day that each of them begins with
}

// ways are the ways to understand a filter; what any of them finds is found.
func (f Filter) ways() []way {
	all := way{from: f.From, to: f.To}
	query := text.Line(f.Query)
	if query == "" {
		return []way{all}
	}
	if number, ok := wholeNumber(query); ok {
		all.number = number
		return []way{all}
	}
	typed := text.Typed(query)
	if len(typed) == 0 {
		return nil
	}
	var words []string
	for _, word := range typed {
		digits, ok := strings.CutPrefix(word, "s")
		switch {
		case !ok || strings.Trim(digits, "0123456789") != "":
			words = append(words, word)
		case len(digits) > len(monthOfNumber):
			words = append(words, digits[:len(monthOfNumber)], digits[len(monthOfNumber):])
		case digits != "": // what is left is the letter that all numbers begin with
			words = append(words, digits)
		}
	}
	all.words = wordsOfDay(words)
	ways := []way{all}
	if phoneBegins(words) {
		return ways
	}
	for i, word := range words {
		from, to, ok := monthsOf(word)
		if !ok {
			continue
		}
		if from.Before(f.From) {
			from = f.From
		}
		if !f.To.IsZero() && to.After(f.To) {
			to = f.To
		}
		ways = append(ways, way{from: from, to: to, words: wordsOfDay(slices.Delete(slices.Clone(words), i, i+1))})
	}
	return ways
}

// writtenNumber is a whole number, with or without its letter and however its pieces are parted, alone or in a text.
var writtenNumber = regexp.MustCompile(`(?:^|[^\pL\pN])[sS]?[^\pL\pN]*([0-9]{2}(?:0[1-9]|1[0-2]))[^\pL\pN]*([0-9]{8})(?:$|[^\pL\pN])`)

// wholeNumber is the number of an order that a text has in it.
func wholeNumber(typed string) (string, bool) {
	found := writtenNumber.FindStringSubmatch(text.Digits(norm.NFKC.String(typed)))
	if found == nil {
		return "", false
	}
	return "S-" + found[1] + "-" + found[2], true
}

// writtenEnd is what a number ends with, alone.
var writtenEnd = regexp.MustCompile(`^[^\pL\pN]*[sS]?[^\pL\pN]*([0-9]{8})[^\pL\pN]*$`)

// endOfNumber is what the number of an order ends with, by which people tell it, if that is all that was typed.
func endOfNumber(typed string) (string, bool) {
	found := writtenEnd.FindStringSubmatch(text.Digits(norm.NFKC.String(typed)))
	if found == nil {
		return "", false
	}
	return found[1], true
}

// wordsOfDay is the query for words that begin so, or for a telephone number.
func wordsOfDay(words []string) string {
	return text.BeginningsOrPhone(strings.Join(words, " "), "%")
}

// phoneBegins reports whether words of digits alone are the first ones of a telephone number, and so no month.
func phoneBegins(words []string) bool {
	digits := strings.Join(words, "")
	return strings.Trim(digits, "0123456789") == "" && (strings.HasPrefix(digits, "0") || strings.HasPrefix(digits, "212"))
}

// monthsOf is the time in which the orders were placed with numbers whose month begins with these digits: a number is
// drawn with the month of the moment that is kept as the order's, and neither changes (insertOrder, orders_as_placed).
func monthsOf(digits string) (from, to time.Time, ok bool) {
	first, last := digits, digits
	switch n := len(digits); {
	case n == 1 || n == 2: // ten years, or one
		first, last = digits+"001"[n-1:], digits+"912"[n-1:]
	case n == 3 && digits[2] == '0':
		first, last = digits+"1", digits+"9"
	case n == 3:
		first, last = digits+"0", digits+"2"
	}
	from, err := time.ParseInLocation(monthOfNumber, first, clock.Zone)
	if err != nil {
		return from, to, false
	}
	to, err = time.ParseInLocation(monthOfNumber, last, clock.Zone)
	return from, to.AddDate(0, 1, 0), err == nil
}

// directionOf is the direction of the list of orders in a state (empty: in any).
func directionOf(state State) string {
	if state == StatePlaced {
		return keyset.Ascending
	}
	return keyset.Descending
}

// stand tells where orders of a state (empty: of any) stand that are found in a way, the first ones from a place on.
//
// Words are looked for in one day after the other, in the order of the list and in more and more of them at once, until
// there are enough: one by one for two weeks, some five at once after three months and ten after a year, so that what
// many have is read of a few days, and for what nobody has there are some seventy looks in a year. Among those that are
// given up first, in all days at once: there are not many.
func stand(ctx context.Context, q sqlx.QueryerContext, state State, w way, from *keyset.Place, limit int) (places []keyset.Place, err error) {
	beyond, direction := from.Way(directionOf(state))
	column, turn := "placed_at", "floor(4 * sqrt(last - day))"
	switch {
	case state == StatePlaced:
		column, turn = "expires_at", "0"
	case direction == keyset.Ascending:
		turn = "floor(4 * sqrt(day - first))"
	}
	// Only what is asked for is a condition, so that each has its index.
	var args []any
	parameter := func(value any) string {
		args = append(args, value)
		return "$" + strconv.Itoa(len(args))
	}
	conditions := []string{"true"}
	if w.number != "" {
		conditions = append(conditions, `number = `+parameter(w.number))
	}
	if state != "" {
		conditions = append(conditions, `state = `+parameter(string(state)))
	}
	if !w.from.IsZero() {
		conditions = append(conditions, `placed_at >= `+parameter(w.from))
	}
	if !w.to.IsZero() {
		conditions = append(conditions, `placed_at < `+parameter(w.to))
	}
	if from != nil {
		conditions = append(conditions, `(`+column+`, id) `+beyond+` (`+parameter(from.At)+`, `+parameter(from.ID)+`)`)
	}
	among := strings.Join(conditions, " and ")
	order := column + ` ` + direction + `, id ` + direction
	most := parameter(limit)
	query := `select id, ` + column + ` as at from orders where ` + among + ` order by ` + order + ` limit ` + most
	if w.words != "" {
		query = `
			select o.id, o.at
			from (select ` + turn + ` as turn, array_agg(replace(` + parameter(w.words) + `, '%', day || ':')::tsquery) as queries
			      from (select order_day(min(placed_at)) as first, order_day(max(placed_at)) as last from orders where ` + among + `) b
			      cross join generate_series(first, last) as day
			      group by 1 order by 1) d
			cross join lateral (
			    select id, ` + column + ` as at
			    from (select * from orders where order_words(number, buyer_phone, buyer_name, placed_at) @@ any(d.queries) offset 0) o
			    where ` + among + ` order by ` + order + ` limit ` + most + `
			) o
			order by d.turn, o.at ` + direction + `, o.id ` + direction + ` limit ` + most
	}
	err = sqlx.SelectContext(ctx, q, &places, query, args...)
	return places, err
}
