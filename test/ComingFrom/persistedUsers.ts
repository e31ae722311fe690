/**
 * Users that are kept by Effect's own services. It has a twin for Effect 4 in `scripts/effect4/test`.
 */
import * as PersistedCache from "@effect/experimental/PersistedCache"
import * as Persistence from "@effect/experimental/Persistence"
import type { Exit } from "effect"
import { Effect, PrimaryKey, Schema } from "effect"

export class User extends Schema.Class<User>("User")({ id: Schema.Number, name: Schema.String }) {}

export class FindUser extends Schema.TaggedRequest<FindUser>()("FindUser", {
  failure: Schema.String,
  success: User,
  payload: { id: Schema.Number }
}) {
  [PrimaryKey.symbol]() {
    return `FindUser:${this.id}`
  }
}

/** What is kept of requests. */
export const persisted = Effect.flatMap(
  Persistence.ResultPersistence,
  (persistence) => persistence.make({ storeId: "users" })
)

export const persistedCache = (
  lookup: (request: FindUser) => Effect.Effect<User, string>,
  timeToLive: (exit: Exit.Exit<User, string>) => number
) => PersistedCache.make({ storeId: "users", lookup, timeToLive: (_, exit) => timeToLive(exit) })
