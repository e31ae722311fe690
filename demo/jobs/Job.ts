/**
 * What the second process can be asked to do, and what it answers: a line of JSON each.
 */
import * as Schema from "effect/Schema"

/** A job. */
export const Job = Schema.Union(
  Schema.TaggedStruct("LookUp", {
    source: Schema.String,
    keyspace: Schema.Literal("plain", "tagged"),
    zones: Schema.Array(Schema.String)
  }),
  Schema.TaggedStruct("Reports", { coordination: Schema.Literal("none", "lease"), at: Schema.Number }),
  Schema.TaggedStruct("Watch", { source: Schema.String, zone: Schema.String }),
  Schema.TaggedStruct("Restore", { path: Schema.String })
)

export type Job = typeof Job.Type
