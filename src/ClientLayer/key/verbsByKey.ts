/**
 * What caches of clients and of resources do with keys alike.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { OptionKinds } from "../../Cache/engine/options/optionKinds.js"
import type { LeasedStore } from "../../Cache/LeasedStore.js"
import { checkOptions, checkValue, unlessWrong, whenRight } from "../../Cache/options/checkOptions.js"
import { keysIn } from "../../Cache/options/manyEntries.js"
import { dieOfNoKey } from "./badKeys.js"

const limitKinds: OptionKinds<{ readonly maxSize: number }> = { maxSize: "limit" }

/**
 * The verbs of a cache over a store whose keys are its own, and how others see to it that they are given keys.
 *
 * @param name the name of the cache
 * @param kind the class of its keys
 */
export const verbsByKey = <K, V, E>(
  store: LeasedStore<K, V, E>,
  name: string,
  kind: string,
  isKey: (u: unknown) => boolean
) => {
  const under = <A, E2, R>(key: unknown, effect: Effect.Effect<A, E2, R>): Effect.Effect<A, E2, R> =>
    isKey(key) ? effect : dieOfNoKey(name, key, kind)

  const underAll = <Key extends K, A>(
    keys: Iterable<Key>,
    f: (keys: ReadonlyArray<Key>) => Effect.Effect<A>
  ): Effect.Effect<A> =>
    whenRight(() => keysIn(name, keys), (list) => {
      const wrong = list.findIndex((key) => !isKey(key))
      return wrong === -1 ? f(list) : dieOfNoKey(name, list[wrong], kind)
    })

  return {
    /** Does something with a key, unless it is none: then it dies. */
    under,
    /** Does something with many keys, unless one of them is none: then it dies, and nothing is done. */
    underAll,
    /** `invalidateWhen` by a predicate of the caller's, which is about a part of an entry. */
    invalidateBy: <P>(key: K, predicate: P, holds: (entry: V, predicate: P) => boolean): Effect.Effect<boolean> =>
      under(
        key,
        whenRight(
          () => checkValue(name, "predicate", predicate, "function"),
          (predicate) => store.invalidateWhen(key, (entry) => holds(entry, predicate))
        )
      ),
    /** What is made of something that was found, if it was. */
    forSome: <A, B>(found: Effect.Effect<Option.Option<A>>, f: (value: A) => Effect.Effect<B>) =>
      Effect.flatMap(found, (found) => Option.isNone(found) ? Effect.succeedNone : Effect.asSome(f(found.value))),
    verbs: {
      has: (key: K) => under(key, store.has(key)),
      hasMany: (keys: Iterable<K>) => underAll(keys, store.hasMany),
      timeToLive: (key: K) => under(key, store.timeToLive(key)),
      setTimeToLive: (key: K, timeToLive: Duration.DurationInput) => under(key, store.setTimeToLive(key, timeToLive)),
      setExpiresAt: (key: K, millis: number) => under(key, store.setExpiresAt(key, millis)),
      remove: (key: K) => under(key, store.remove(key)),
      removeMany: (keys: Iterable<K>) => underAll(keys, store.removeMany),
      invalidate: (key: K) => under(key, store.invalidate(key)),
      expire: (key: K) => under(key, store.expire(key)),
      clear: store.clear,
      purge: store.purge,
      keys: store.keys,
      size: store.size,
      limits: Effect.map(store.limits, ({ maxSize }) => ({ maxSize })),
      resize: (limits: { readonly maxSize?: number | undefined }) =>
        unlessWrong(checkOptions(name, limits, limitKinds), Effect.suspend(() => store.resize(limits))),
      events: store.events
    }
  }
}
