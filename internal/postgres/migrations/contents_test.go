package migrations_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/lib/pq"
)

// change is what a migration takes away or changes on purpose.
type change struct {
	version int64
	what    string // a table, of which rows may go, or a column of one, as «table.column»
	became  string // of it
}

// moved lists these changes. Every other value stays as it was.
var moved = slices.Concat([]change{
	{33, "signin_failures", "gone: delays are counted otherwise from then on"},
	{33, "password_resets", "gone: links that were under way are asked for again"},
	{47, "uploads.rows", "in upload_rows, one by one"},
	{61, "holds.email", "gone: letters are counted in order_letters"},
	{101, "categories.ground", "gone: each drawing has its own"},
	{110, "users.role", "a member is a president from then on, and who acted for the association a director"},
	{120, "postings.debit", "the account's kind: the cooperative and the provider are in columns of their own"},
	{120, "postings.credit", "likewise"},
	{162, "delivery_zones", "berkane is called province"},
	{162, "places.zone", "likewise"},
	{542, "payment_attempts.form", "gone once an attempt is over: it has the order's link"},
	{272, "journals.payment_id", "the attempt that the money of what was paid came by is filled in"},
	{272, "journals.hash_version", "which is told by it"},
	{852, "stalls.published", "things are counted, whatever their sizes"},
	{870, "search_pending.generation", "what is out of season is fed to search again"},
	{870, "search_pending.changed_at", "likewise"},
	{910, "stalls.words", "folded"},
	{191, "stock_movements.user_id", "who took goods off an order again is named, as in the order's history"},
}, together(620, "settings_changes", "where cash is taken is told of each zone", "fields before after"), together(161, "settings", "in decided, by its name in the form",
	"name_ar name_fr name_en phone whatsapp email address_ar address_fr hours_ar hours_fr hours_en commission_basis_points",
	"free_delivery_from_centimes reservation_hours buyer_months publish_without_authorisation hold_hours order_products order_pieces",
	"phone_orders phone_pieces address_orders address_pieces product_share market_share spare_share alarm_share"))

// together are columns of one table of which the same became.
func together(version int64, table, became string, columns ...string) (changes []change) {
	for column := range strings.FieldsSeq(strings.Join(columns, " ")) {
		changes = append(changes, change{version, table + "." + column, became})
	}
	return changes
}

// mayMove reports whether a migration after that version takes the table or the column away, or changes it.
func mayMove(version int64, what string) bool {
	return slices.ContainsFunc(moved, func(c change) bool { return c.what == what && c.version > version })
}

func split(name string) (table, column string) {
	table, column, _ = strings.Cut(name, ".")
	return table, column
}

// contents are all rows of a database: by table, by primary key, by column.
type contents map[string]map[string]map[string]json.RawMessage

func (d *database) contents() contents {
	d.t.Helper()
	var tables []struct {
		Name string
		Key  pq.StringArray
	}
	err := d.db.Select(&tables, `
		select c.relname as name, array_agg(a.attname::text order by a.attname) as key
		from pg_constraint k
		join pg_class c on c.oid = k.conrelid
		join pg_attribute a on a.attrelid = c.oid and a.attnum = any(k.conkey)
		where k.contype = 'p' and c.relnamespace = 'public'::regnamespace and c.relname <> 'goose_db_version' and c.relname !~ '^river_'
		group by c.relname`)
	if err != nil {
		d.t.Fatal(err)
	}
	all := make(contents)
	for _, table := range tables {
		var rows [][]byte
		if err := d.db.Select(&rows, fmt.Sprintf(`select to_jsonb(r) from %q r`, table.Name)); err != nil {
			d.t.Fatal(err)
		}
		all[table.Name] = make(map[string]map[string]json.RawMessage)
		for _, row := range rows {
			var columns map[string]json.RawMessage
			if err := json.Unmarshal(row, &columns); err != nil {
				d.t.Fatal(err)
			}
			var key []string
			for _, column := range table.Key {
				key = append(key, string(columns[column]))
			}
			all[table.Name][strings.Join(key, " ")] = columns
		}
	}
	return all
}

// wantKept compares with what stood there at that version.
func (d *database) wantKept(before contents, version int64) {
	d.t.Helper()
	after := d.contents()
	for table, rows := range before {
		if mayMove(version, table) {
			continue
		}
		if after[table] == nil {
			d.t.Errorf("there is no table %s any more, nor does moved say what became of it", table)
			continue
		}
		for key, row := range rows {
			now := after[table][key]
			if now == nil {
				d.t.Errorf("of %s the row %s is lost", table, key)
				continue
			}
			for column, value := range row {
				name := table + "." + column
				if mayMove(version, name) {
					continue
				}
				if kept, there := now[column]; !there {
					d.t.Errorf("there is no column %s any more, nor does moved say what became of it", name)
				} else if !bytes.Equal(value, kept) {
					d.t.Errorf("%s of %s was %s and is %s, nor does moved say why", name, key, value, kept)
				}
			}
		}
	}
}
