/**
 * All entries of a keyspace: listed, pruned, cleared.
 *
 * @since 0.1.0
 */
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { CacheLevels } from "./CacheLevels.js"
import { heldOf } from "./entryCodec.js"
import type { AnyKey, Held } from "./Held.js"
import type { CacheKey, Keyspace } from "./Keyspace.js"
import type { Leases } from "./Lease.js"
import { concurrencyOf } from "./manyKeys.js"
import { isEntryOrLeaseUnder, isLeaseName } from "./objectName.js"
import type { ListedObject } from "./ObjectStore.js"
import type { Reading } from "./reading.js"
import type { S3CacheService } from "./S3CacheService.js"
import type { S3StoreError } from "./S3StoreErrors.js"

/** How many objects are looked at between two reports of progress: as many as S3 lists in one answer. */
const reportEvery = 1000

/** What an object of a keyspace is: the entry of a key, or something that cannot be read. */
type Examined<K, V, F> =
  | { readonly _tag: "Entry"; readonly key: CacheKey<K, V, F>; readonly held: Held }
  | { readonly _tag: "Lease" | "Over" | "Unreadable" | "Gone" }

/**
 * Makes the operations on all entries of a keyspace.
 *
 * @since 0.1.0
 * @category constructors
 */
export const makeMaintenance = (
  levels: CacheLevels,
  reading: Reading,
  leases: Leases
): Pick<S3CacheService, "list" | "prune" | "clear"> => {
  const { behind, format, memory, name, policyOf, store, writes } = levels

  const objectsOf = <K, V, F>(space: Keyspace<K, V, F>) => {
    const prefix = `${space.name}/${space.version}/`
    return Stream.filter(store.list(prefix), isEntryOrLeaseUnder(prefix))
  }

  const examined = <K, V, F>(space: Keyspace<K, V, F>, object: ListedObject): Effect.Effect<
    readonly [what: Examined<K, V, F>, etag: string],
    S3StoreError
  > =>
    Effect.gen(function*() {
      const loaded = yield* store.load(object.name)
      if (loaded._tag === "Absent" || loaded._tag === "Unchanged") return [{ _tag: "Gone" }, ""] as const
      const now = yield* Clock.currentTimeMillis
      if (isLeaseName(object.name)) {
        return [
          { _tag: (yield* leases.isOver(object.name, loaded, object.modified)) ? "Over" : "Lease" },
          loaded.etag
        ] as const
      }
      if (loaded._tag === "TooLarge") return [{ _tag: "Unreadable" }, loaded.etag] as const
      const found = yield* Effect.either(Effect.gen(function*() {
        const entry = yield* format.decode(loaded.body)
        const key = yield* space.keyOfId(entry.key)
        return { key, held: yield* heldOf(key, policyOf(space), entry, loaded, now) }
      }))
      if (Either.isLeft(found)) {
        return [{ _tag: "Unreadable" }, loaded.etag] as const
      }
      const held = yield* reading.tagged(found.right.held)
      return held === undefined || held.uselessFrom <= now
        ? [{ _tag: "Over" }, loaded.etag] as const
        : [{ _tag: "Entry", key: found.right.key, held }, loaded.etag] as const
    })

  const list: S3CacheService["list"] = (space, options) =>
    Stream.unwrap(Effect.map(concurrencyOf(name, options), (concurrency) =>
      objectsOf(space).pipe(
        Stream.filter((object) => !isLeaseName(object.name)),
        Stream.mapEffect((object) => examined(space, object), { concurrency, unordered: true }),
        Stream.mapEffect(([what]) =>
          Effect.map(Clock.currentTimeMillis, (now) =>
            what._tag === "Entry" && what.held.isValue && what.held.freshUntil > now
              ? Option.some({
                key: what.key,
                made: what.held.made,
                freshUntil: what.held.freshUntil,
                tags: what.held.tags,
                bytes: what.held.bytes
              })
              : Option.none())
        ),
        Stream.filterMap((listed) =>
          listed
        )
      )))

  const prune: S3CacheService["prune"] = (space, options) =>
    Stream.unwrap(Effect.map(concurrencyOf(name, options), (concurrency) => {
      const total = { examined: 0, removed: 0 }
      const pruned = (object: ListedObject) =>
        Effect.flatMap(examined(space, object), ([what, etag]) => {
          const goes = what._tag === "Over" || (what._tag === "Unreadable" && options?.unreadable === true)
          return goes
            ? Effect.flatMap(store.removeIfMatch(object.name, etag), (outcome) => {
              // Who prunes wants it gone, even where what was written this very moment may go with it.
              if (outcome === "unsupported") return Effect.as(store.remove(object.name), 1)
              return Effect.succeed(outcome === "removed" ? 1 : 0)
            })
            : Effect.succeed(0)
        })
      return Stream.mapEffect(
        Stream.grouped(objectsOf(space), reportEvery),
        (objects) =>
          Effect.map(Effect.forEach(objects, pruned, { concurrency }), (removed) => {
            total.examined += objects.length
            total.removed += removed.reduce((sum, each) => sum + each, 0)
            return { ...total }
          })
      )
    }))

  const clear: S3CacheService["clear"] = (space) => {
    const isOfSpace = ({ keyspace, version }: AnyKey) => keyspace === space.name && version === space.version
    const forget = memory.forgetAll(isOfSpace)
    // First of all computations under way lose the right to write; what is being written is then listed.
    const settle = Effect.all([forget, behind.flush, writes.settled(isOfSpace)], { discard: true })
    return Stream.unwrap(Effect.map(settle, () => {
      const total = { removed: 0 }
      return Stream.grouped(objectsOf(space), reportEvery).pipe(
        Stream.mapEffect((objects) =>
          Effect.map(store.removeAll(Chunk.toReadonlyArray(objects).map(({ name }) => name)), () => {
            total.removed += objects.length
            return { ...total }
          })
        ),
        // What was loaded into memory meanwhile is gone below it.
        Stream.ensuring(forget)
      )
    }))
  }

  return { list, prune, clear }
}
