package web

import "net/url"

// Values are the fields of an address, without those that are empty.
func Values(fields map[string]string) url.Values {
	query := url.Values{}
	for name, value := range fields {
		if value != "" {
			query.Set(name, value)
		}
	}
	return query
}

// Address is a page's with what follows it, if anything does.
func Address(path string, query url.Values) string {
	if encoded := query.Encode(); encoded != "" {
		return path + "?" + encoded
	}
	return path
}
