/**
 * The metrics there are: from this table they are made, and by it the documentation and the dashboards are.
 */

/** The labels there are. Whatever has one of them has few values: those of the table, or names the program gives. */
type Label =
  | "cache.name"
  | "cache.keyspace"
  | "cache.outcome"
  | "cache.tier"
  | "cache.reason"
  | "cache.request"
  | "error.type"
  | "cache.state"
  | "cache.event"

/** What a metric is. */
export interface MetricDefinition {
  readonly name: string
  readonly kind: "counter" | "gauge" | "histogram"
  /** As OpenTelemetry writes units. */
  readonly unit: string
  readonly description: string
  /** The labels besides `cache.name`, which all have, and their values: these, or what the program names so. */
  readonly labels: Readonly<Partial<Record<Label, ReadonlyArray<string> | "names">>>
}

/** What all their names begin with. */
export const metricPrefix = "effect_aws_cache."

/** The buckets of all histograms, in seconds. */
export const durationBoundaries = [
  ...[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5],
  ...[1, 2.5, 5, 10, 30, 60]
]

const tiers = ["memory", "s3"]

/** All metrics, in the order in which they are documented. */
export const metricTable = {
  lookups: {
    name: "effect_aws_cache.lookups",
    kind: "counter",
    unit: "{lookup}",
    description: "Lookups, and for hits where the entry was",
    labels: { "cache.keyspace": "names", "cache.outcome": ["hit", "miss"], "cache.tier": tiers }
  },
  insertions: {
    name: "effect_aws_cache.insertions",
    kind: "counter",
    unit: "{entry}",
    description: "Writes that made an entry",
    labels: { "cache.keyspace": "names", "cache.tier": tiers }
  },
  removals: {
    name: "effect_aws_cache.removals",
    kind: "counter",
    unit: "{entry}",
    description: "Entries that left, and why",
    labels: {
      "cache.keyspace": "names",
      "cache.tier": tiers,
      "cache.reason": ["evicted", "expired", "replaced", "deleted", "cleared"]
    }
  },
  rejections: {
    name: "effect_aws_cache.rejections",
    kind: "counter",
    unit: "{entry}",
    description: "Writes into memory refused because the entry was heavier than the limit",
    labels: {}
  },
  computationDuration: {
    name: "effect_aws_cache.computation.duration",
    kind: "histogram",
    unit: "s",
    description: "How long computations, acquisitions and builds took",
    labels: { "cache.keyspace": "names", "cache.outcome": ["success", "failure", "defect", "interruption"] }
  },
  requestDuration: {
    name: "effect_aws_cache.request.duration",
    kind: "histogram",
    unit: "s",
    description: "How long requests to the second level took",
    labels: {
      "cache.request": ["load", "save", "add", "replace", "remove"],
      "cache.outcome": ["success", "failure", "defect", "interruption"],
      "error.type": "names"
    }
  },
  entryCount: {
    name: "effect_aws_cache.entry.count",
    kind: "gauge",
    unit: "{entry}",
    description: "Entries that are held in memory",
    labels: {}
  },
  entryLimit: {
    name: "effect_aws_cache.entry.limit",
    kind: "gauge",
    unit: "{entry}",
    description: "The most entries there may be in memory, where there is a limit",
    labels: {}
  },
  memoryUsage: {
    name: "effect_aws_cache.memory.usage",
    kind: "gauge",
    unit: "By",
    description: "The bytes of the entries in memory, where they are counted",
    labels: {}
  },
  memoryLimit: {
    name: "effect_aws_cache.memory.limit",
    kind: "gauge",
    unit: "By",
    description: "The most bytes of entries in memory, where there is a limit",
    labels: {}
  },
  weightUsage: {
    name: "effect_aws_cache.weight.usage",
    kind: "gauge",
    unit: "{weight}",
    description: "The weight of the entries, where a weigher of the program's tells it",
    labels: {}
  },
  weightLimit: {
    name: "effect_aws_cache.weight.limit",
    kind: "gauge",
    unit: "{weight}",
    description: "The most weight of entries, where there is a limit",
    labels: {}
  },
  leasedCount: {
    name: "effect_aws_cache.leased.count",
    kind: "gauge",
    unit: "{value}",
    description: "Values, clients or resources that somebody uses",
    labels: {}
  },
  socketCount: {
    name: "effect_aws_cache.socket.count",
    kind: "gauge",
    unit: "{socket}",
    description: "Open sockets of the clients",
    labels: { "cache.state": ["used", "idle"] }
  },
  circuitState: {
    name: "effect_aws_cache.circuit.state",
    kind: "gauge",
    unit: "{state}",
    description: "The circuit breaker of the second level: 0 closed, 1 half open, 2 open",
    labels: {}
  },
  events: {
    name: "effect_aws_cache.events",
    kind: "counter",
    unit: "{event}",
    description: "What else happened between the levels, by kind of event",
    labels: {
      "cache.keyspace": "names",
      "cache.event": [
        ...["revalidated", "stale_served", "unreadable", "invalidated", "write_failed", "late_write_undone"],
        ...["request_refused", "circuit_opened", "circuit_closed", "lease_taken", "lease_awaited", "lease_lost"],
        ...["tag_marked", "tags_unknown", "clock_skewed", "noticed", "notice_missed", "schema_clash"]
      ]
    }
  }
} as const satisfies Record<string, MetricDefinition>

/** By what names the metrics are known in the code. */
export type MetricName = keyof typeof metricTable

/** The labels of one series besides the cache's name, in the order of the table. */
export type SeriesLabels = Readonly<Partial<Record<Exclude<Label, "cache.name">, string>>>
