package account

import "slices"

// Right is one thing that somebody may do. Each page and action of the market says which one it asks for.
type Right string

// What the people of a cooperative may do, for their own cooperative and no other.
const (
	SeeParts       Right = "see_parts"       // its parts of the joint orders, and what is to prepare
	PrepareParts   Right = "prepare_parts"   // accept or decline them, say that they are ready or handed over
	KeepGoods      Right = "keep_goods"      // the catalogue, products and their pictures
	UploadGoods    Right = "upload_goods"    // catalogue files
	SeeOwnMoney    Right = "see_own_money"   // what is due to it, on orders too
	KeepPage       Right = "keep_page"       // what it says to buyers of itself, with its photograph
	SeeCooperative Right = "see_cooperative" // what is kept of it, the bank account among it
	KeepMembers    Right = "keep_members"    // who has which role in it
)

// What the people of the association may do.
const (
	SeeSales         Right = "see_sales"
	SeeCooperatives  Right = "see_cooperatives"
	KeepCooperatives Right = "keep_cooperatives" // admit, correct and suspend them
	SeeOrders        Right = "see_orders"        // with their buyers
	MoveOrders       Right = "move_orders"       // confirm, send out, deliver, cancel them
	EraseBuyers      Right = "erase_buyers"
	SeeMoney         Right = "see_money" // what is owed to each cooperative
	GiveBack         Right = "give_back" // to buyers, what they have paid
	PayOut           Right = "pay_out"   // record transfers to them, and take such a record back
	KeepSettings     Right = "keep_settings"
	KeepPeople       Right = "keep_people"  // accounts and roles, also those of the cooperatives' people
	SeeSecurity      Right = "see_security" // the record of security events
)

// Role is what somebody is in a cooperative or in the association: a name for a set of rights.
type Role string

// The roles. President and Director have every right of their house.
const (
	President Role = "president"
	Manager   Role = "manager"
	Preparer  Role = "preparer"

	Director  Role = "director"
	Treasurer Role = "treasurer"
	Marketing Role = "marketing"
	Support   Role = "support"
)

// roles is what each role is, those of a cooperative first and in each house its head first. The treasurer
// pays but corrects no bank account, and who corrects one does not pay: only the director may do both.
var roles = []struct {
	role          Role
	inCooperative bool
	rights        []Right
}{
	{President, true, []Right{SeeParts, PrepareParts, KeepGoods, UploadGoods, SeeOwnMoney, KeepPage, SeeCooperative, KeepMembers}},
	{Manager, true, []Right{SeeParts, PrepareParts, KeepGoods, UploadGoods, SeeOwnMoney, KeepPage, SeeCooperative}},
	{Preparer, true, []Right{SeeParts, PrepareParts}},

	{Director, false, []Right{
		SeeSales, SeeCooperatives, KeepCooperatives, SeeOrders, MoveOrders, EraseBuyers, SeeMoney, GiveBack, PayOut,
		KeepSettings, KeepPeople, SeeSecurity,
	}},
	{Treasurer, false, []Right{SeeSales, SeeCooperatives, SeeOrders, SeeMoney, GiveBack, PayOut}},
	{Marketing, false, []Right{SeeSales, SeeCooperatives}},
	{Support, false, []Right{SeeCooperatives, SeeOrders, MoveOrders, EraseBuyers}},
}

// Roles are those of a cooperative or of the association, the head's first.
func Roles(inCooperative bool) []Role {
	var list []Role
	for _, r := range roles {
		if r.inCooperative == inCooperative {
			list = append(list, r.role)
		}
	}
	return list
}

// Rights are what somebody with the role may do; none for a role that there is not.
func (r Role) Rights() []Right {
	for _, known := range roles {
		if known.role == r {
			return slices.Clone(known.rights)
		}
	}
	return nil
}

// Holds reports whether somebody with the role may do that.
func (r Role) Holds(right Right) bool { return slices.Contains(r.Rights(), right) }

// InCooperative reports whether it is a role in a cooperative.
func (r Role) InCooperative() bool { return slices.Contains(Roles(true), r) }

// known reports whether there is such a role.
func (r Role) known() bool { return len(r.Rights()) > 0 }

// Holders are the roles that have a right; none for a right that there is not.
func Holders(right Right) []Role {
	var list []Role
	for _, r := range roles {
		if slices.Contains(r.rights, right) {
			list = append(list, r.role)
		}
	}
	return list
}

// headOf is the role that a cooperative or the association is never without.
func headOf(inCooperative bool) Role { return Roles(inCooperative)[0] }
