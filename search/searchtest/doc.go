// Package searchtest holds what every search.Engine has to pass: Run, the conformance suite, and
// Relevance, a set of queries of the kind that buyers type with the products that they mean. A test that
// only one engine passes is a finding.
package searchtest
