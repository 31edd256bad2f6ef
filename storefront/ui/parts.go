package ui

import (
	"github.com/a-h/templ"

	"github.com/souk-taawon/souk/internal/keyset"
)

// Crumb is a step of the way to a page; the last one, the page itself, has no Path.
type Crumb struct{ Label, Path string }

// Step is one step of a way; State is done, now or "" for what is still to come.
type Step struct{ Label, State string }

// Steps are the steps of a way with these labels; now is the one that is taken, from 0, and those before it are done.
func Steps(now int, labels ...string) []Step {
	steps := make([]Step, len(labels))
	for i, label := range labels {
		steps[i].Label = label
		switch {
		case i < now:
			steps[i].State = "done"
		case i == now:
			steps[i].State = "now"
		}
	}
	return steps
}

// around is the pages that a pager names: the first, the last and the neighbours of the present one,
// with 0 where some are left out.
func around(page, pages int) []int {
	var list []int
	for n := 1; n <= pages; n++ {
		switch {
		case n == 1 || n == pages || n >= page-1 && n <= page+1:
			list = append(list, n)
		case list[len(list)-1] != 0:
			list = append(list, 0)
		}
	}
	return list
}

// turned is where the page stands that is read from a place on; empty for none.
func turned(p Page, from *keyset.Place, address func(from *keyset.Place) string) string {
	if from == nil {
		return ""
	}
	return p.URL(address(from))
}

func noteIcon(kind string) string {
	switch kind {
	case "ok":
		return "check"
	case "wait":
		return "clock"
	case "bad":
		return "alert"
	}
	return "info"
}

// role makes an error heard as soon as it is there.
func role(kind string) templ.Attributes {
	if kind == "bad" {
		return templ.Attributes{"role": "alert", "tabindex": "-1"} // where a reader begins if no field is wrong
	}
	return nil
}

func step(s Step) templ.Attributes {
	if s.State == "now" {
		return templ.Attributes{"aria-current": "step"}
	}
	return nil
}

// given is the address of a turn that there is, and empty otherwise.
func given(there bool, address string) string {
	if !there {
		return ""
	}
	return address
}
