/**
 * People that are looked up once.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Persistable from "effect/persistence/Persistable"
import * as PersistedCache from "effect/persistence/PersistedCache"
import * as Persistence from "effect/persistence/Persistence"
import * as Schema from "effect/Schema"

export class Find extends Persistable.Class<{ payload: { readonly id: number } }>()("Find", {
  primaryKey: ({ id }) => `find ${id}`,
  success: Schema.Struct({ name: Schema.String, since: Schema.DateFromString }),
  error: Schema.Literal("nobody")
}) {}

export const persistedUnder = (storeId: string, timeToLive?: Duration.Input) =>
  Effect.flatMap(
    Persistence.Persistence,
    (persistence) =>
      persistence.make({ storeId, ...(timeToLive === undefined ? {} : { timeToLive: () => timeToLive }) })
  ).pipe(Effect.map((store) => ({
    ...store,
    get: (key: Find) => Effect.map(store.get(key), Option.fromUndefinedOr),
    getMany: (keys: Iterable<Find>) => Effect.map(store.getMany(keys), (results) => results.map(Option.fromUndefinedOr))
  })))

export const persistedCache = (
  lookup: (request: Find) => Effect.Effect<Persistable.Success<Find>, Persistable.Error<Find>>
) => PersistedCache.make(lookup, { storeId: "people", timeToLive: () => "1 hour" })
