import { Keyspace } from "effect-aws-cache/S3Store"
import * as Schema from "effect/Schema"

const kinds = { key: Schema.Number, value: Schema.Number }

/** What a function writes behind. */
export const Behind = Keyspace.make("behind", { ...kinds, write: "behind" })

/** What it refreshes when it is old: after a minute. */
export const Stale = Keyspace.make("stale", { ...kinds, timeToLive: "1 minute", staleWhileRevalidate: "30 days" })

/** What it refreshes ahead at each lookup. */
export const Ahead = Keyspace.make("ahead", { ...kinds, timeToLive: "30 days", refreshAhead: 1, write: "behind" })
