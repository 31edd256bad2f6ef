package settlement

import (
	"context"
	"fmt"
	"strconv"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/souk-taawon/souk/internal/cooperative"
	"github.com/souk-taawon/souk/internal/money"
	"github.com/souk-taawon/souk/internal/postgres"
	"github.com/souk-taawon/souk/internal/text"
)

// Filter narrows the list of what is owed.
type Filter struct {
	Query string // beginnings of words of the cooperative's name
	Which Which
}

// Which cooperatives are listed.
type Which string

// The choices.
const (
	All    Which = ""
	Ready  Which = "ready"   // with money to transfer, and a bank account to send it to
	NoRIB  Which = "no_rib"  // owed money, without one
	NewRIB Which = "new_rib" // owed money, with a bank account to ask about first; see ChangedAccounts
)

// Summary is where the association and all cooperatives stand.
type Summary struct {
	Cooperatives int          `db:"cooperatives"` // approved, or that ever sold
	WomenOnly    int          `db:"women_only"`   // of these
	Total        Owed         `db:"-"`            // sums; names and the like are empty
	Women        Owed         `db:"-"`            // the same of the women-only cooperatives
	Ready        int          `db:"ready"`        // cooperatives with something to transfer and a bank account to send it to
	ReadyDue     money.Amount `db:"ready_due"`    // to be transferred to these
	SetOff       money.Amount `db:"set_off"`      // against what these owe, with that
	NoRIB        int          `db:"no_rib"`       // cooperatives with money owed and none
	NoRIBDue     money.Amount `db:"no_rib_due"`   // owed to these
}

// figures are those of Owed that ledger_balances and ledger_totals say, by the account that each amount came from or went
// to: what came from buyers and did not go back to them is sold, what went to the bank is paid out, and all else was set
// off against what is owed the other way (the audit sees to that).
const figures = `
		           coalesce(sum(against_held) filter (where account in ('payable', 'commission', 'cooperative_owes')), 0) as sales,
		           coalesce(sum(credits - debits) filter (where account = 'commission'), 0) as commission,
		           coalesce(-sum(against_bank) filter (where account = 'payable'), 0) as paid_out,
		           coalesce(sum(credits - debits) filter (where account = 'payable'), 0) as due,
		           coalesce(sum(debits - credits) filter (where account = 'cooperative_owes'), 0) as owes,
		           coalesce(sum(credits - debits) filter (where account = 'held'), 0) as held,
		           coalesce(sum(credits - debits) filter (where account = 'pending'), 0) as pending`

// standing is where those of the cooperatives $1 stand that are approved or have ever sold.
const standing = `standing as materialized (
		    select b.cooperative_id,` + figures + `
		    from unnest($1::uuid[]) as c (id)
		    cross join (values ('commission'), ('payable'), ('cooperative_owes'), ('held'), ('pending')) a (kind)
		    cross join lateral ( -- each by its key
		        select * from ledger_balances where account = a.kind and cooperative_id = c.id offset 0) b
		    group by b.cooperative_id
		), unconfirmed as materialized (
		    select u.cooperative_id, sum(u.amount) as pending
		    from unnest($1::uuid[]) as c (id)
		    cross join lateral (select cooperative_id, amount from unconfirmed_changes where cooperative_id = c.id offset 0) u
		    group by u.cooperative_id
		), owed as (
		    select c.*,
		           coalesce(s.sales, 0) as sales, coalesce(s.commission, 0) as commission, coalesce(s.paid_out, 0) as paid_out,
		           coalesce(s.sales - s.commission - s.paid_out - s.due, 0) as netted, coalesce(s.due, 0) as due,
		           coalesce(s.owes, 0) as owes, coalesce(s.held, 0) as held, coalesce(s.pending, 0) - coalesce(u.pending, 0) as pending,
		           coalesce(u.pending, 0) as unconfirmed
		    from unnest($1::uuid[]) with ordinality as w (id, turn)
		    cross join lateral (select w.turn, sellers.* from sellers where id = w.id offset 0) c
		    left join standing s on s.cooperative_id = c.id
		    left join unconfirmed u on u.cooperative_id = c.id
		    where c.state <> 'pending' or s.cooperative_id is not null
		)`

// Summary sums up where all cooperatives stand, from what is carried.
func (s *Service) Summary(ctx context.Context) (Summary, error) {
	var sum Summary
	err := s.db.GetContext(ctx, &sum, `
		select n.cooperatives + c.again as cooperatives, n.women_only + c.women_again as women_only,
		       c.owed - c.unbanked - o.whole as ready, p.due - c.unbanked_due - o.taken as ready_due, o.set_off,
		       c.unbanked as no_rib, c.unbanked_due as no_rib_due
		from (
		    select coalesce(sum(cooperatives), 0) as cooperatives, coalesce(sum(women_only), 0) as women_only
		    from cooperative_counts where state <> 'pending') n
		cross join (
		    select coalesce(sum(again), 0) as again, coalesce(sum(again) filter (where women_only), 0) as women_again,
		           coalesce(sum(owed), 0) as owed, coalesce(sum(unbanked), 0) as unbanked, coalesce(sum(unbanked_due), 0) as unbanked_due
		    from standing_changes) c
		cross join (
		    select coalesce(sum(credits - debits), 0) as due from ledger_totals where account = 'payable') p
		cross join ( -- of those that owe: nothing is left to transfer to the whole ones
		    select count(*) filter (where owes >= due) as whole, coalesce(sum(least(owes, due)), 0) as taken,
		           coalesce(sum(owes) filter (where owes < due), 0) as set_off
		    from (
		        select b.debits - b.credits as owes, d.due
		        from ledger_balances b
		        cross join lateral (
		            select credits - debits as due from ledger_balances
		            where account = 'payable' and cooperative_id = b.cooperative_id and credits > debits offset 0) d
		        where b.account = 'cooperative_owes' and b.debits > b.credits
		          and exists (select from sellers where id = b.cooperative_id and rib <> '' offset 0)) w) o`)
	if err != nil {
		return Summary{}, fmt.Errorf("summary of what is owed: %w", err)
	}
	var sums []struct {
		Women bool
		Owed
	}
	err = s.db.SelectContext(ctx, &sums, `
		select women_only is true as women, sales, commission, paid_out, sales - commission - paid_out - due as netted, due, owes, held,
		       pending - case when women_only then u.women else u.all_of end as pending
		from (
		    select women_only,`+figures+`
		    from ledger_totals group by grouping sets ((women_only), ()) having women_only is not false) s
		cross join (
		    select coalesce(sum(unconfirmed), 0) as all_of, coalesce(sum(unconfirmed) filter (where women_only), 0) as women
		    from standing_changes) u`)
	if err != nil {
		return Summary{}, fmt.Errorf("summary of what is owed: %w", err)
	}
	for _, of := range sums {
		if of.Women {
			sum.Women = of.Owed
		} else {
			sum.Total = of.Owed
		}
	}
	return sum, nil
}

// Owed gives at most limit cooperatives, approved ones and those that have ever sold: first those that are owed
// money, the most first, then the others by name. after is the next that an earlier call gave: where it goes on;
// empty, or not one of these: from the beginning. next is empty at the end.
func (s *Service) Owed(ctx context.Context, f Filter, after string, limit int) (owed []Owed, next string, err error) {
	return s.owedFrom(ctx, s.db, f, after, limit)
}

func (s *Service) owedFrom(ctx context.Context, q sqlx.QueryerContext, f Filter, after string, limit int) (list []Owed, next string, err error) {
	places, err := s.listed(ctx, q, f, readPlace(after), limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("what is owed: %w", err)
	}
	if len(places) > limit {
		places = places[:limit]
		next = places[limit-1].String()
	}
	ids := make([]uuid.UUID, len(places))
	for i, p := range places {
		ids[i] = p.ID
	}
	list, err = owed(ctx, q, ids)
	return list, next, err
}

// OwedTo gives one cooperative; all is zero for one that has neither been approved nor sold.
func (s *Service) OwedTo(ctx context.Context, cooperativeID uuid.UUID) (Owed, error) {
	one, err := owed(ctx, s.db, []uuid.UUID{cooperativeID})
	if err != nil || len(one) == 0 {
		return Owed{CooperativeID: cooperativeID}, err
	}
	return one[0], nil
}

// EachOwed calls fn with every cooperative that the filter lets through, in the order of Owed and as all stand at
// one moment, while they are read; an error of fn ends it.
func (s *Service) EachOwed(ctx context.Context, f Filter, fn func(Owed) error) error {
	return postgres.Each(ctx, s.db, func(tx *sqlx.Tx, after string) ([]Owed, string, error) {
		return s.owedFrom(ctx, tx, f, after, atOnce)
	}, fn)
}

// atOnce is how many rows a stream reads at once.
const atOnce = 500

// having are the cooperatives with names in which words begin as $1 says, of which there are few.
const having = `array(select cooperative_id from cooperative_names where words @@ to_tsquery('simple', $1))`

// listed gives the places of a page's cooperatives, by what each is owed, after one of them.
func (s *Service) listed(ctx context.Context, q sqlx.QueryerContext, f Filter, after *place, limit int) (list []place, err error) {
	words := text.Beginnings(f.Query)
	few, err := cooperative.FewNamed(ctx, q, words)
	if err != nil {
		return nil, err
	}
	if after == nil || after.By > 0 {
		// Only what is asked for is a condition, so that an index has the order.
		args := []any{words, limit}
		parameter := func(value any) string {
			args = append(args, value)
			return "$" + strconv.Itoa(len(args))
		}
		owing, which := `select cooperative_id, credits - debits as due from ledger_balances where account = 'payable' and credits > debits`, ``
		switch f.Which {
		case Ready:
			which = ` and exists (select from sellers where id = o.cooperative_id and rib <> '' offset 0)
			    and not exists (
			        select from ledger_balances b where b.account = 'cooperative_owes' and b.cooperative_id = o.cooperative_id
			          and b.debits - b.credits >= o.due offset 0)` // each by its key
		case NoRIB:
			owing, which = `select * from account_questions where due > 0`, ` and o.changed_at is null`
		case NewRIB:
			owing = `select * from account_questions where due > 0`
			which = ` and o.changed_at is not null and (not o.proven or o.changed_at >= ` + parameter(s.now().Add(-freshAccount)) + `)`
		}
		if after != nil {
			due := parameter(after.By)
			which += ` and o.due <= ` + due + ` and (o.due < ` + due + ` or o.cooperative_id > ` + parameter(after.ID) + `)`
		}
		from := `from (` + owing + `) o where ` + named(words, "o.cooperative_id")
		if few {
			from = `from unnest(` + having + `) w (id) cross join lateral (` + owing + ` and cooperative_id = w.id offset 0) o where true`
		}
		err := sqlx.SelectContext(ctx, q, &list, `
			select o.cooperative_id as id, o.due as by `+from+which+`
			order by o.due desc, o.cooperative_id
			limit $2`, args...)
		if err != nil || len(list) == limit {
			return list, err
		}
		after = nil
	}
	if f.Which != All {
		return list, nil
	}
	var from uuid.NullUUID
	if after != nil {
		from = postgres.NullID(after.ID)
	}
	among := named(words, "c.id")
	if few {
		among = `c.id = any(` + having + `)`
	}
	var rest []place
	err = sqlx.SelectContext(ctx, q, &rest, `
		select c.id, 0 as by
		from sellers c
		where (c.state <> 'pending' or exists (select from ledger_balances b where b.account = 'pending' and b.cooperative_id = c.id offset 0))
		  and not exists (select from ledger_balances b where b.account = 'payable' and b.cooperative_id = c.id and b.credits > b.debits offset 0)
		  and ($3::uuid is null or (c.name_ar, c.id) > (select name_ar, id from sellers where id = $3))
		  and `+among+`
		order by c.name_ar, c.id
		limit $2`, words, limit-len(list), from)
	return append(list, rest...), err
}

// named is the condition on which words, $1, begin words of the name of the cooperative with that id; it holds if there
// are none.
func named(words, id string) string {
	if words == "" {
		return `$1 = ''`
	}
	return `exists (select from cooperative_names n where n.cooperative_id = ` + id + ` and n.words @@ to_tsquery('simple', $1))`
}

// owed reads these cooperatives, in their order.
func owed(ctx context.Context, q sqlx.QueryerContext, ids []uuid.UUID) ([]Owed, error) {
	list := make([]Owed, 0, len(ids))
	err := sqlx.SelectContext(ctx, q, &list, `
		with `+standing+`
		select c.id, c.slug, c.name_ar as "name.ar", c.name_fr as "name.fr",
		       c.commune_name_ar as "commune_name.ar", c.commune_name_fr as "commune_name.fr", c.women_only, c.rib,
		       c.sales, c.commission, c.paid_out, c.netted, c.due, c.owes, c.held, c.pending, c.unconfirmed
		from owed c
		order by c.turn`, pq.Array(ids))
	if err != nil {
		return nil, fmt.Errorf("what is owed: %w", err)
	}
	return list, nil
}

// Due are the transfers that pay all that can be paid to everybody who is ready.
func (s *Service) Due(ctx context.Context) ([]Transfer, error) {
	transfers := []Transfer{}
	err := s.db.SelectContext(ctx, &transfers, `
		select c.id, b.credits - b.debits - coalesce(o.owes, 0) as amount
		from ledger_balances b
		join sellers c on c.id = b.cooperative_id
		left join (
		    select cooperative_id, debits - credits as owes from ledger_balances where account = 'cooperative_owes' and debits > credits
		) o on o.cooperative_id = b.cooperative_id
		where b.account = 'payable' and b.credits > b.debits + coalesce(o.owes, 0) and c.rib <> ''`)
	if err != nil {
		return nil, fmt.Errorf("what is due: %w", err)
	}
	for i := range transfers {
		transfers[i].Shown = &transfers[i].Amount
	}
	return transfers, nil
}
