package postgres_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/souk-taawon/souk/internal/postgres/pgtest"
)

// nobodys are the columns that could hold something of a person and do not: names and states of goods and
// places, codes, the market's own words. A column that is neither here nor in the table «Personal data» of
// SECURITY.md fails the test: whoever adds it says what it is.
var nobodys = map[string]string{
	"balances":           "account provider",
	"baskets":            "fee_place",
	"basket_lines":       "unit_code",
	"account_totals":     "account",
	"categories":         "slug name_ar name_fr name_en short_ar short_fr short_en drawing",
	"cash_counts":        "reference actor",
	"category_clues":     "category drawing spellings",
	"cooperative_events": "state kind fields actor",
	"cooperatives": "slug name_ar name_fr description_ar description_fr description_en story_ar story_fr story_en hours_ar hours_fr hours_en sector commune court form " +
		"local_number odco_number ice tax_id state",
	"delivery_zones":     "slug name_ar name_fr name_en map_sea map_shore map_hills",
	"drawn_products":     "shelf products",
	"holders":            "kind",
	"journals":           "reference input_hash kind",
	"labels":             "slug name_ar name_fr name_en",
	"label_proposals":    "label certificate scan_state state",
	"order_addresses":    "place",
	"order_adjustments":  "reason borne_by actor",
	"order_events":       "state reason actor",
	"order_fee_bearers":  "request",
	"order_messages":     "news",
	"order_lines":        "name_ar name_fr name_en unit_code",
	"order_promises":     "why",
	"order_refunds":      "request_hash",
	"order_returns":      "state means",
	"orders":             "number source locale place delivery payment currency state",
	"payment_attempts":   "provider state key provider_reference url",
	"payment_events":     "provider id kind fault attempt verdict state seal",
	"payment_intents":    "provider currency state paid_by",
	"payment_payouts":    "state provider_reference reason",
	"payment_recalls":    "state provider_reference reason",
	"payment_refunds":    "reason state request key provider_reference means given_reference otherwise",
	"payouts":            "reference actor provider",
	"payout_reversals":   "actor",
	"pictures":           "state",
	"places":             "slug name_ar name_fr zone postcode",
	"postings":           "debit credit currency provider",
	"product_labels":     "label certificate",
	"products":           "sku slug category name_ar name_fr name_en description_ar description_fr description_en unit_code currency authorisation state drawing form words",
	"river_job":          "state attempted_by kind metadata queue tags unique_key unique_states",
	"river_leader":       "leader_id name",
	"river_migration":    "line",
	"river_notification": "payload topic",
	"river_queue":        "name metadata",
	"search_engines":     "name",
	"search_pending":     "engine",
	"sectors":            "slug name_ar name_fr name_en",
	"security_events":    "kind actor",
	"settings_changes":   "fields actor",
	"sold_by_scope":      "commune sector span",
	"sold_parts":         "commune sector",
	"stalls":             "commune lot name_ar name_fr state words",
	"stall_counts":       "commune state",
	"stock_movements":    "reason actor",
	"sub_orders":         "state",
	"test_card_payments": "reference key description locale back state",
	"test_card_refunds":  "reference key payment",
	"upload_rows":        "kind outcome sku state",
	"uploads":            "state summary",
	"users":              "role form",

	"transfer_lines": "fingerprint state doubt candidates", "transfer_pictures": "state", "transfer_statements": "state", "transfers": "code",

	"payment_differences": "provider subject name reason", "payment_disputes": "provider name state bearer", "payment_event_counts": "state", "payment_forged": "provider", "payment_days": "provider",
}

var (
	personalData = regexp.MustCompile(`(?s)\n## Personal data\n(.*?)\n## `)
	column       = regexp.MustCompile("`([a-z_]+\\.[a-z_]+)`")
)

func TestEachColumnThatMayHoldSomethingOfAPersonIsDeclared(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../.github/SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	section := personalData.FindStringSubmatch(string(text))
	if section == nil {
		t.Fatal("SECURITY.md has no table of personal data")
	}
	var declared []string
	for line := range strings.Lines(section[1]) {
		found := column.FindAllStringSubmatch(line, -1)
		cells := strings.Split(strings.Trim(line, "|\n"), "|")
		if len(found) > 0 && (len(cells) != 5 || slices.ContainsFunc(cells, func(cell string) bool { return strings.TrimSpace(cell) == "" })) {
			t.Errorf("a row that does not say what, why, who and how long: %s", line)
		}
		for _, name := range found {
			declared = append(declared, name[1])
		}
	}
	for table, columns := range nobodys {
		for name := range strings.FieldsSeq(columns) {
			declared = append(declared, table+"."+name)
		}
	}
	// Text and bytes of any kind, whatever is made of them, and who a person is by her account.
	var columns []string
	err = pgtest.New(t).Select(&columns, `
		select table_name || '.' || column_name from information_schema.columns
		where table_schema = 'public' and table_name <> 'goose_db_version'
		  and table_name not in (select table_name from information_schema.views where table_schema = 'public') -- they show what tables hold
		  and (data_type not in ('uuid', 'boolean', 'smallint', 'integer', 'bigint', 'double precision', 'numeric', 'date', 'timestamp with time zone')
		    or column_name in ('user_id', 'actor_id') or data_type = 'uuid' and column_name like '%\_by')
		order by 1`)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(declared)
	for i, name := range declared {
		if i > 0 && declared[i-1] == name {
			t.Errorf("%s is declared twice", name)
		}
		if !slices.Contains(columns, name) {
			t.Errorf("%s is declared, and is no such column", name)
		}
	}
	for _, name := range columns {
		if _, found := slices.BinarySearch(declared, name); !found {
			t.Errorf("nobody says whether %s holds something of a person: it stands in «Personal data» of .github/SECURITY.md if it does, and in nobodys above if not", name)
		}
	}
}
