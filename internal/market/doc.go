// Package market puts the market together: every service, the hooks between them and the jobs that they
// leave for later. The program, the sample market and the tests of pages all stand on this one wiring.
// Start at New, the parts list; workers.go lists the jobs.
package market
