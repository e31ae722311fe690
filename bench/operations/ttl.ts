/**
 * What is compared at a limit by bytes: every write has a new key, and puts an entry out.
 */
import { SyncTtlDict, TtlDict } from "effect-aws-cache/Ttl"
import * as Effect from "effect/Effect"
import type { Operation, OperationSubject } from "./Operation.js"

/** The sizes to compare. */
export const sizes = [100, 1000, 10_000, 1_000_000]

const hour = 3_600_000

// Keys of one length, so that as many entries fit as are meant to.
const keyOf = (at: number): string => `session:${String(at).padStart(16, "0")}`

interface Session {
  readonly user: string
  readonly roles: ReadonlyArray<string>
  readonly visits: number
}
const valueOf = (at: number): Session => ({ user: "Ada", roles: ["reader", "writer"], visits: at })
const bytesOf = (key: string): number => key.length + 100

// Writes the entries from 0; the operation writes those that come next.
const fill = (write: Operation, entries: number) =>
  Effect.gen(function*() {
    for (let at = 0; at < entries; at++) yield* write(at)
    const next: Operation = (at) => write(entries + at)
    return next
  })

const dict = (name: string, weigher: "estimate" | ((key: string) => number)): OperationSubject => ({
  name,
  ours: true,
  setUp: (entries) =>
    Effect.gen(function*() {
      const one = yield* TtlDict.make<string, Session>({ weigher })
      yield* one.set(keyOf(0), valueOf(0))
      const bytes = yield* one.byteSize
      const dict = yield* TtlDict.make<string, Session>({ timeToLive: hour, maxBytes: entries * bytes, weigher })
      const write = yield* fill((at) => dict.set(keyOf(at), valueOf(at)), entries)
      const size = yield* dict.size
      if (size !== entries) return yield* Effect.fail(`there are ${size} entries, not ${entries}`)
      return write
    })
})

/** All of them, in the order of the table. */
export const subjects: ReadonlyArray<OperationSubject> = [
  dict("TtlDict", "estimate"),
  dict("TtlDict, own weigher", bytesOf),
  {
    name: "SyncTtlDict",
    ours: true,
    setUp: (entries) =>
      Effect.gen(function*() {
        const one = new SyncTtlDict<string, Session>()
        one.set(keyOf(0), valueOf(0))
        const dict = new SyncTtlDict<string, Session>({ timeToLive: hour, maxBytes: entries * one.byteSize })
        return yield* fill((at) => Effect.sync(() => dict.set(keyOf(at), valueOf(at))), entries)
      })
  },
  {
    name: "lru-cache + ttl + sizeCalculation",
    ours: false,
    setUp: (entries) =>
      Effect.gen(function*() {
        const { LRUCache } = yield* Effect.promise(() => import("lru-cache"))
        const cache = new LRUCache<string, Session>({
          ttl: hour,
          maxSize: entries * bytesOf(keyOf(0)),
          sizeCalculation: (_, key) => bytesOf(key)
        })
        return yield* fill((at) => Effect.sync(() => cache.set(keyOf(at), valueOf(at))), entries)
      })
  },
  {
    name: "@isaacs/ttlcache",
    ours: false,
    setUp: (entries) =>
      Effect.gen(function*() {
        const { TTLCache } = yield* Effect.promise(() => import("@isaacs/ttlcache"))
        const cache = new TTLCache<string, Session>({ ttl: hour, max: entries })
        return yield* fill((at) => Effect.sync(() => cache.set(keyOf(at), valueOf(at))), entries)
      })
  },
  {
    name: "quick-lru",
    ours: false,
    setUp: (entries) =>
      Effect.gen(function*() {
        const { default: QuickLRU } = yield* Effect.promise(() => import("quick-lru"))
        const cache = new QuickLRU<string, Session>({ maxAge: hour, maxSize: entries })
        return yield* fill((at) => Effect.sync(() => cache.set(keyOf(at), valueOf(at))), entries)
      })
  },
  {
    // It refuses what is too much, and evicts nothing: somebody has to delete what is oldest.
    name: "node-cache, deleting the oldest",
    ours: false,
    setUp: (entries) =>
      Effect.gen(function*() {
        const { default: NodeCache } = yield* Effect.promise(() => import("node-cache"))
        const cache = new NodeCache({ stdTTL: hour / 1000, checkperiod: 0, maxKeys: entries, useClones: false })
        const write: Operation = (at) =>
          Effect.sync(() => {
            cache.del(keyOf(at - entries))
            return cache.set(keyOf(at), valueOf(at))
          })
        return yield* fill(write, entries)
      })
  },
  {
    name: "Effect.sync(() => map.set(key, value))",
    ours: false,
    setUp: (entries) =>
      Effect.gen(function*() {
        const map = new Map<string, Session>()
        return yield* fill((at) => Effect.sync(() => map.set(keyOf(at % entries), valueOf(at))), entries)
      })
  }
]
