/**
 * Filling memory from the second level.
 */
import * as Clock from "effect/Clock"
import type * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { durationMillis } from "../../Cache/options/durationMillis.js"
import { requireEffect } from "../../Cache/options/requireEffect.js"
import { fromEither } from "../../effect/outcomes.js"
import type { CacheLevels } from "../bothLevels/CacheLevels.js"
import type { Reading } from "../bothLevels/reading.js"
import { Newest } from "../common/Newest.js"
import type { AnyKey, Keyspace } from "../keyspace/Keyspace.js"
import type { MemoryEntry } from "../memory/MemoryEntry.js"
import { isEntryOrLeaseUnder, isLeaseName } from "../objects/objectName.js"
import type { ListedObject, LoadOutcome } from "../objects/ObjectStore.js"
import type { ObjectStoreError } from "../objects/ObjectStoreErrors.js"
import type { S3CacheWarmOptions } from "../options/S3CacheOptions.js"
import type { S3CacheWarmed } from "../options/S3CacheProgress.js"
import { toMemoryEntry } from "../stored/entryCodec.js"
import type { S3CacheService } from "../verbs/S3CacheVerbs.js"
import { concurrencyOf } from "./manyKeys.js"
import { namesHeld } from "./namesHeld.js"

/** How many objects are chosen at the most where nobody says: some 40 MB of names while they are listed. */
const mostChosen = 100_000

/** How many objects are looked at between two reports of progress: as many as S3 lists in one answer. */
const reportEvery = 1000

type Found = Data.TaggedEnum.Value<LoadOutcome, "Found">

type Brought = readonly [key: AnyKey, held: MemoryEntry]

type Skipped = { -readonly [Reason in keyof S3CacheWarmed["skipped"]]: number }

/** Makes what fills memory from the second level. */
export const makeWarm = (levels: CacheLevels, reading: Reading): S3CacheService["warm"] => {
  const { behind, format, markers, memory, name: cache, policyOf, store } = levels

  const read = <K, V, F>(
    space: Keyspace<K, V, F>,
    name: string,
    found: Found,
    now: number
  ): Effect.Effect<Brought, unknown> =>
    Effect.flatMap(
      format.decode(found.body),
      (entry) =>
        Effect.flatMap(
          fromEither(space.keyOfId(entry.key)),
          (key): Effect.Effect<Brought, unknown> =>
            key.objectName === name
              ? Effect.map(
                toMemoryEntry(cache, key, policyOf(space), entry, found, now),
                (held): Brought => [key, held]
              )
              : Effect.fail("of another key")
        )
    )

  /** What an object has for memory; nothing where that is of no use, which is counted. */
  const load = <K, V, F>(
    space: Keyspace<K, V, F>,
    name: string,
    skipped: Skipped
  ): Effect.Effect<Brought | undefined, ObjectStoreError> => {
    const skip = (reason: "outdated" | "unreadable"): Effect.Effect<undefined> =>
      Effect.sync(() => {
        skipped[reason]++
        return undefined
      })
    const use = (found: Found): Effect.Effect<Brought | undefined> =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        Effect.matchEffect(read(space, name, found, now), {
          onFailure: () => skip("unreadable"),
          onSuccess: ([key, entry]): Effect.Effect<Brought | undefined> => {
            markers.meetEntry(entry, now)
            return Effect.flatMap(reading.usableByTags(entry), (held): Effect.Effect<Brought | undefined> =>
              held === undefined || held.uselessFrom <= now ? skip("outdated") : Effect.succeed([key, held]))
          }
        }))
    return Effect.matchEffect(store.load(name), {
      // One object that S3 refuses to give out is no reason to give up the rest.
      onFailure: (error): Effect.Effect<undefined, ObjectStoreError> =>
        error.reason === "Rejected" || error.reason === "Encryption" ? skip("unreadable") : Effect.fail(error),
      onSuccess: (found): Effect.Effect<Brought | undefined> => {
        if (found._tag === "Found") return use(found)
        return skip(found._tag === "TooLarge" ? "unreadable" : "outdated")
      }
    })
  }

  return <K, V, F, E, R>(space: Keyspace<K, V, F>, options: S3CacheWarmOptions<E, R> = {}) =>
    Effect.gen(function*() {
      // From now on it is heard of.
      policyOf(space)
      const limit = options.limit ?? mostChosen
      const age = durationMillis(options.newerThan) ?? Number.POSITIVE_INFINITY
      const since = (yield* Clock.currentTimeMillis) - age
      const skipped: Skipped = { older: 0, held: 0, full: 0, outdated: 0, unreadable: 0 }
      const progress = { listed: 0, chosen: 0, examined: 0, loaded: 0 }
      const { onProgress } = options
      const report: Effect.Effect<void, E, R> = onProgress === undefined
        ? Effect.void
        : Effect.suspend(() => requireEffect(cache, "onProgress", onProgress({ ...progress })))

      const prefix = `${space.name}/${space.folder}/`
      const held = yield* namesHeld(memory, space)
      // What is listed may be of no use: more are known than may come.
      const newest = new Newest<ListedObject>(Math.max(limit, mostChosen))
      let listedNewer = 0
      yield* Stream.runForEach(
        Stream.grouped(Stream.filter(store.list(prefix), isEntryOrLeaseUnder(prefix)), reportEvery),
        (objects) => {
          for (const object of objects) {
            if (isLeaseName(object.name)) continue
            progress.listed++
            if (object.modified <= since) skipped.older++
            else if (held.has(object.name)) skipped.held++
            else {
              listedNewer++
              newest.add(object)
            }
          }
          return report
        }
      )
      held.clear()
      let wanted = newest.take()
      skipped.older += listedNewer - wanted.length

      let isFull = false
      const isNotWaiting = (key: AnyKey) => behind.waiting(key) === undefined
      const bringIn = (object: ListedObject) =>
        Effect.suspend(() => {
          // What others have put there meanwhile stays, and what is not asked for costs nothing.
          if (isFull) return Effect.succeed([object])
          const loading = load(space, object.name, skipped)
          return Effect.map(memory.bringIn(object.name, space, loading, isNotWaiting), (outcome) => {
            progress.examined++
            if (outcome === "kept") progress.loaded++
            else if (outcome !== "unread") skipped[outcome]++
            isFull ||= outcome === "full"
            return []
          })
        })

      // As many as there is room for; then as many as have room in place of those that were of no use.
      let at = 0
      let told = 0
      while (progress.loaded < limit) {
        const free = yield* memory.freeFor(space)
        if (free.maxSize < 1) break
        const most = Math.min(limit - progress.loaded, free.maxSize)
        const { chosen, next, tooLarge } = chosenOf(wanted, at, most, free.maxBytes)
        skipped.full += tooLarge
        at = next
        if (chosen.length === 0) break
        progress.chosen += chosen.length
        isFull = false
        const left: Array<ListedObject> = []
        yield* Stream.runForEach(Stream.grouped(Stream.fromIterable(chosen), reportEvery), (objects) =>
          Effect.flatMap(
            Effect.forEach(objects, bringIn, { concurrency: concurrencyOf(options) }),
            (notAsked) => {
              for (const objects of notAsked) left.push(...objects)
              if (progress.examined - told < reportEvery) return Effect.void
              told = progress.examined
              return report
            }
          ))
        if (left.length === 0) continue
        progress.chosen -= left.length
        wanted = left.concat(wanted.slice(at))
        at = 0
      }
      if (progress.examined > told) yield* report
      const full = Math.min(wanted.length - at, limit - progress.loaded)
      skipped.full += full
      skipped.older += wanted.length - at - full
      const warmed: S3CacheWarmed = { listed: progress.listed, loaded: progress.loaded, skipped }
      return warmed
    })
}

/**
 * The next objects from one on, as many as there may be with as many bytes; which is the first after them; and how many
 * between are larger than all that is free.
 */
const chosenOf = (objects: ReadonlyArray<ListedObject>, from: number, most: number, mostBytes: number) => {
  const chosen: Array<ListedObject> = []
  let bytes = 0
  let next = from
  let tooLarge = 0
  for (; next < objects.length && chosen.length < most; next++) {
    const object = objects[next]
    if (object === undefined || object.size > mostBytes) {
      tooLarge++
      continue
    }
    bytes += object.size
    if (bytes > mostBytes) break
    chosen.push(object)
  }
  return { chosen, next, tooLarge }
}
