/**
 * What is compared inside Effect: `Store`, Effect's own caches, and a bare map.
 */
import { LeasedStore, Store } from "effect-aws-cache/Cache"
import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
import * as Cache from "effect/Cache"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as RcMap from "effect/RcMap"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as ScopedCache from "effect/ScopedCache"
import type { Operation, OperationSubject } from "./Operation.js"

/** The operation all ratios are taken to: a lookup in a map, as cheaply as a fiber can do one. */
export const bareGet = "Effect.sync(() => map.get(key))"

/** How many entries there are to be found. */
export const size = 100

/** The operation that `LeasedStore.use` is held against: it takes and gives back a lease that is a number. */
export const bareUse = "Effect.acquireUseRelease"

const capacity = 1000

const names = Array.from({ length: size }, (_, at) => `session:${String(at).padStart(16, "0")}`)
const name = (at: number): string => names[at % size] ?? ""

interface Structure {
  readonly tenant: string
  readonly user: number
}
const structure = (at: number): Structure => Data.struct({ tenant: "core", user: at % size })
const structures = Array.from({ length: size }, (_, at) => structure(at))
const sameStructure = (at: number): Structure => structures[at % size] ?? structure(at)

// It runs something: what has nothing to run needs no lease.
const use = Effect.sync(() => {})
const used = () => use

const filledMap = <K>(keys: ReadonlyArray<K>) => new Map(keys.map((key, at) => [key, at]))

const filledStore = <K>(keys: ReadonlyArray<K>) =>
  Effect.gen(function*() {
    const store = yield* Store.make<K, number>({ maxSize: capacity })
    for (const [at, key] of keys.entries()) yield* store.set(key, at)
    return store
  })

const filledLeases = Effect.gen(function*() {
  const store = yield* LeasedStore.make({ maxSize: capacity, acquire: (_: string) => Effect.succeed(1) })
  for (const key of names) yield* store.use(key, () => Effect.void)
  return store
})

// Each key is made once, as that of a function that is memoized is not.
const Numbers = Keyspace.make("numbers", { key: Schema.String, value: Schema.Number })
const filledS3Cache = Effect.gen(function*() {
  const cache = Context.get(yield* Layer.build(S3Cache.layerMemory({ maxSize: capacity })), S3Cache)
  const keys = names.map((key) => Numbers.key(key))
  for (const [at, key] of keys.entries()) yield* cache.set(key, at)
  return (at: number) => cache.get(keys[at % size] ?? Numbers.key(name(at)))
})

const filledCache = <K>(keys: ReadonlyArray<K>) =>
  Effect.gen(function*() {
    const cache = yield* Cache.make({
      capacity,
      timeToLive: Duration.infinity,
      lookup: (_: K) => Effect.succeed(1)
    })
    for (const key of keys) yield* cache.get(key)
    return cache
  })

const subject = (
  name: string,
  ours: boolean,
  operation: Effect.Effect<Operation, unknown, Scope.Scope>,
  slow = false
): OperationSubject => ({ name, ours, slow, setUp: () => operation })

/** All of them, in the order of the table. */
export const subjects: ReadonlyArray<OperationSubject> = [
  subject(
    "Effect.succeed",
    false,
    Effect.sync(() => {
      const one = Effect.succeed(1)
      return () => one
    })
  ),
  subject(
    bareGet,
    false,
    Effect.sync(() => {
      const map = filledMap(names)
      return (at) => Effect.sync(() => map.get(name(at)))
    })
  ),
  subject("Store.get", true, Effect.map(filledStore(names), (store) => (at) => store.get(name(at)))),
  subject("Store.getOption", true, Effect.map(filledStore(names), (store) => (at) => store.getOption(name(at)))),
  subject(
    "Store.get, structural key",
    true,
    Effect.map(filledStore(structures), (store) => (at) => store.get(sameStructure(at)))
  ),
  subject(
    "Store.get, fresh structural key",
    true,
    Effect.map(filledStore(structures), (store) => (at) => store.get(structure(at)))
  ),
  subject(
    "Store.get, time to live",
    true,
    Effect.gen(function*() {
      const store = yield* Store.make<string, number>({ maxSize: capacity, timeToLive: "1 hour" })
      for (const [at, key] of names.entries()) yield* store.set(key, at)
      return (at) => store.get(name(at))
    })
  ),
  subject("Store.set", true, Effect.map(filledStore(names), (store) => (at) => store.set(name(at), at))),
  subject(
    "Store.set, evicting",
    true,
    Effect.map(Store.make<number, number>({ maxSize: capacity }), (store) => (at) => store.set(at, at))
  ),
  subject(
    "Store.getOrCompute, hit",
    true,
    Effect.map(filledStore(names), (store) => {
      const compute = Effect.succeed(1)
      return (at) => store.getOrCompute(name(at), compute)
    })
  ),
  subject(
    "Store.getOrCompute, miss",
    true,
    Effect.map(Store.make<number, number>({ maxSize: capacity }), (store) => {
      const compute = Effect.succeed(1)
      return (at) => store.getOrCompute(at, compute)
    }),
    true
  ),
  subject(
    bareUse,
    false,
    Effect.sync(() => {
      const leases = new Map(names.map((name) => [name, { count: 0 }]))
      const acquire = (at: number) =>
        Effect.sync(() => {
          const lease = leases.get(name(at)) ?? { count: 0 }
          lease.count++
          return lease
        })
      return (at) =>
        Effect.acquireUseRelease(
          acquire(at),
          used,
          (lease) => Effect.sync(() => lease.count--)
        )
    })
  ),
  subject(
    "LeasedStore.use",
    true,
    Effect.map(filledLeases, (store) => (at) => store.use(name(at), used))
  ),
  subject(
    "LeasedStore.lease, scoped",
    true,
    Effect.map(filledLeases, (store) => (at) => Effect.scoped(store.lease(name(at)))),
    true
  ),
  subject("S3Cache.get, in memory", true, filledS3Cache),
  subject("Cache.get", false, Effect.map(filledCache(names), (cache) => (at) => cache.get(name(at)))),
  subject(
    "Cache.get, structural key",
    false,
    Effect.map(filledCache(structures), (cache) => (at) => cache.get(sameStructure(at)))
  ),
  subject(
    "Cache.get, fresh structural key",
    false,
    Effect.map(filledCache(structures), (cache) => (at) => cache.get(structure(at)))
  ),
  subject("Cache.set", false, Effect.map(filledCache(names), (cache) => (at) => cache.set(name(at), at))),
  subject(
    "Cache.get, miss",
    false,
    Effect.map(filledCache<number>([]), (cache) => (at) => cache.get(at)),
    true
  ),
  subject(
    "ScopedCache.get, scoped",
    false,
    Effect.gen(function*() {
      const cache = yield* ScopedCache.make({
        capacity,
        timeToLive: Duration.infinity,
        lookup: (_: string) => Effect.succeed(1)
      })
      for (const key of names) yield* Effect.scoped(cache.get(key))
      return (at) => Effect.scoped(cache.get(name(at)))
    }),
    true
  ),
  subject(
    "RcMap.get, scoped",
    false,
    Effect.gen(function*() {
      const map = yield* RcMap.make({ lookup: (_: string) => Effect.succeed(1) })
      // Each resource is held by the whole run: it is found every time.
      for (const key of names) yield* RcMap.get(map, key)
      return (at) => Effect.scoped(RcMap.get(map, name(at)))
    }),
    true
  )
]
