package storefront

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// metrics are the figures that operators watch.
type metrics struct {
	registry *prometheus.Registry
	seconds  *prometheus.HistogramVec
	inFlight prometheus.Gauge
	panics   prometheus.Counter

	events *prometheus.CounterVec

	// Of connections.
	open    prometheus.Gauge
	refused prometheus.Counter
}

func newMetrics() metrics {
	m := metrics{
		registry: prometheus.NewRegistry(),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "souk_http_request_seconds", Help: "Time to answer requests, by route pattern.",
			Buckets: []float64{.0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 15},
		}, []string{"method", "route", "status"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{Name: "souk_http_in_flight", Help: "Requests being answered."}),
		panics:   prometheus.NewCounter(prometheus.CounterOpts{Name: "souk_http_panics_total", Help: "Handlers that panicked."}),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "souk_payment_events_total", Help: "What providers of payments told: kept, told again, foreign or forged.",
		}, []string{"provider", "what"}),

		open:    prometheus.NewGauge(prometheus.GaugeOpts{Name: "souk_http_connections", Help: "Connections that are open."}),
		refused: prometheus.NewCounter(prometheus.CounterOpts{Name: "souk_http_connections_refused_total", Help: "Connections that there was no room for."}),
	}
	m.registry.MustRegister(m.seconds, m.inFlight, m.panics, m.events, m.open, m.refused,
		collectors.NewBuildInfoCollector(), collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// told counts something that came to a provider's address.
func (m metrics) told(provider, what string) { m.events.WithLabelValues(provider, what).Inc() }
