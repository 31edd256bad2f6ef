package orders

import "github.com/souk-taawon/souk/storefront/ui"

// scopes are the choices of which orders are erased; none if there is nothing to choose.
func (v eraseView) scopes(p ui.Page) []ui.Option {
	if len(v.Of.Ended) == 1 && v.Of.Has(v.ID) {
		return nil
	}
	return []ui.Option{
		{Value: eraseOne, Label: p.T("association.erase.scope_one"), Side: v.Number, Disabled: !v.Of.Has(v.ID)},
		{Value: eraseAll, Label: p.N("association.erase.scope_all", len(v.Of.Ended))},
	}
}

func reasonOptions(p ui.Page) (options []ui.Option) {
	for _, reason := range eraseReasons {
		options = append(options, ui.Option{Value: reason, Label: p.T("security.erased." + reason)})
	}
	return options
}
