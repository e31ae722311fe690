/**
 * Users that are kept by Effect's own services.
 */
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Persistable from "effect/persistence/Persistable"
import * as PersistedCache from "effect/persistence/PersistedCache"
import * as Persistence from "effect/persistence/Persistence"
import * as Schema from "effect/Schema"

export class User extends Schema.Class<User>("User")({ id: Schema.Number, name: Schema.String }) {}

export class FindUser extends Persistable.Class<{ payload: { readonly id: number } }>()("FindUser", {
  primaryKey: ({ id }) => `FindUser:${id}`,
  success: User,
  error: Schema.String
}) {}

export const persisted = Effect.flatMap(
  Persistence.Persistence,
  (persistence) => persistence.make({ storeId: "users" })
).pipe(Effect.map((store) => ({
  ...store,
  get: (key: FindUser) => Effect.map(store.get(key), Option.fromUndefinedOr),
  getMany: (keys: Iterable<FindUser>) =>
    Effect.map(store.getMany(keys), (results) => results.map(Option.fromUndefinedOr))
})))

export const persistedCache = (
  lookup: (request: FindUser) => Effect.Effect<User, string>,
  timeToLive: (exit: Exit.Exit<User, string>) => number
) => PersistedCache.make(lookup, { storeId: "users", timeToLive })
