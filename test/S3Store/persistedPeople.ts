/**
 * People that are looked up once. It has a twin for Effect 4 in `scripts/effect4/test`.
 */
import * as PersistedCache from "@effect/experimental/PersistedCache"
import * as Persistence from "@effect/experimental/Persistence"
import type { Duration } from "effect"
import { Effect, PrimaryKey, Schema } from "effect"

export class Find extends Schema.TaggedRequest<Find>()("Find", {
  payload: { id: Schema.Number },
  success: Schema.Struct({ name: Schema.String, since: Schema.Date }),
  failure: Schema.Literal("nobody")
}) {
  [PrimaryKey.symbol]() {
    return `find ${this.id}`
  }
}

/** What is kept under an id, for ever where no time is given. */
export const persistedUnder = (storeId: string, timeToLive?: Duration.DurationInput) =>
  Effect.flatMap(
    Persistence.ResultPersistence,
    (persistence) =>
      persistence.make({ storeId, ...(timeToLive === undefined ? {} : { timeToLive: () => timeToLive }) })
  )

export const persistedCache = (
  lookup: (request: Find) => Effect.Effect<typeof Find.success.Type, typeof Find.failure.Type>
) => PersistedCache.make({ storeId: "people", lookup, timeToLive: () => "1 hour" })
