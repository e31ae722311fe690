/**
 * All entries of a keyspace: listed, purged, cleared.
 */
import * as Clock from "effect/Clock"
import type * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Num from "effect/Number"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { requireEffect } from "../../Cache/options/requireEffect.js"
import { clockOf } from "../../effect/clocks.js"
import { fromEither } from "../../effect/outcomes.js"
import { firstOf, tapPages } from "../../effect/streams.js"
import type { CacheLevels } from "../bothLevels/CacheLevels.js"
import { isOfNoUse } from "../bothLevels/loading.js"
import type { Reading } from "../bothLevels/reading.js"
import type { Leases } from "../coordination/Lease.js"
import { credibleTime } from "../coordination/tagMarker.js"
import { type EntryHead, folderOf, lateFor } from "../entry/EntryHeader.js"
import type { AnyKey, CacheKey, Keyspace } from "../keyspace/Keyspace.js"
import { MemoryEntry } from "../memory/MemoryEntry.js"
import { isEntryOrLeaseUnder, isLeaseName } from "../objects/objectName.js"
import { type ListedObject, LoadOutcome } from "../objects/ObjectStore.js"
import type { ObjectStoreError } from "../objects/ObjectStoreErrors.js"
import type { S3CacheClearOptions, S3CachePurgeOptions } from "../options/S3CacheOptions.js"
import type { S3CacheProgress } from "../options/S3CacheProgress.js"
import { toMemoryEntry } from "../stored/entryCodec.js"
import { completeHead, type Gone, gone, usualHead } from "../stored/loadHead.js"
import type { S3CacheService } from "../verbs/S3CacheVerbs.js"
import { concurrencyOf } from "./manyKeys.js"

/** How many objects are looked at between two reports of progress: as many as S3 lists in one answer. */
const reportEvery = 1000

/** How many objects are listed before the first is purged, so that their number is known: some 20 MB of names. */
const counted = 100_000

const unreadable = Either.left("unreadable")

type Found = Data.TaggedEnum.Value<LoadOutcome, "Found">

/** An entry, and its key. */
interface Listed<in out K, in out V, in out F> {
  readonly key: CacheKey<K, V, F>
  readonly held: MemoryEntry
}

/** How long a purge watches leases in all, in milliseconds: as long as the owner of one may be silent at most, and a bit. */
const longestWatch = 11 * 60_000

/** What an object of a keyspace is: the entry of a key, or something that cannot be read. */
type Examined<K, V, F> =
  | { readonly _tag: "Entry"; readonly key: CacheKey<K, V, F>; readonly held: MemoryEntry }
  | { readonly _tag: "Over"; readonly key: CacheKey<K, V, F> | undefined }
  | { readonly _tag: "Lease" | "Unreadable" | "Gone" }

/** Makes the operations on all entries of a keyspace. */
export const makeListPurgeClear = (
  levels: CacheLevels,
  reading: Reading,
  leases: Leases
): Pick<S3CacheService, "list" | "purge" | "clear"> => {
  const { behind, format, ledger, memory, name: cache, policyOf, store, writes } = levels

  const objectsOf = <K, V, F>(space: Keyspace<K, V, F>, folder: string = space.folder) => {
    const prefix = `${space.name}/${folder}/`
    return Stream.filter(store.list(prefix), isEntryOrLeaseUnder(prefix))
  }

  const readHead = <K, V, F>(
    space: Keyspace<K, V, F>,
    name: string,
    found: Found
  ): Effect.Effect<Either.Either<Listed<K, V, F>, unknown> | Gone, ObjectStoreError> =>
    Effect.flatMap(completeHead(store, name, found), (head) =>
      Effect.withFiberRuntime((fiber) =>
        Exit.succeed(
          head === gone
            ? gone
            : Either.flatMap(
              head,
              (header) => listedOf(space, name, found, header, clockOf(fiber).unsafeCurrentTimeMillis())
            )
        )
      ))

  const listedOf = <K, V, F>(
    space: Keyspace<K, V, F>,
    name: string,
    found: Found,
    header: EntryHead,
    now: number
  ): Either.Either<Listed<K, V, F>, unknown> =>
    Either.flatMap(
      header.key === undefined ? unreadable : space.keyOfId(header.key),
      (key): Either.Either<Listed<K, V, F>, unknown> => {
        const isOwn = header.keyspace === space.name && folderOf(header) === space.folder &&
          space.formOf(header.version) !== undefined
        if (!isOwn || key.objectName !== name || found.size > format.maxEntryBytes) return unreadable
        return Either.right({
          key,
          held: MemoryEntry.ofHeader(header.outcome === "success", {
            policy: policyOf(space),
            made: credibleTime(header.created, found.modified),
            came: now,
            freshUntil: header.expires,
            late: lateFor(header),
            tags: header.tags,
            etag: found.etag,
            bytes: found.size,
            isOwn: false,
            ahead: 0,
            took: header.took,
            lead: 0
          })
        })
      }
    )

  const readWhole = <K, V, F>(
    space: Keyspace<K, V, F>,
    found: Found
  ): Effect.Effect<Either.Either<Listed<K, V, F>, unknown>> =>
    Effect.either(Effect.gen(function*() {
      const now = yield* Clock.currentTimeMillis
      const entry = yield* format.decode(found.body)
      const key = yield* fromEither(space.keyOfId(entry.key))
      return { key, held: yield* toMemoryEntry(format.cache, key, policyOf(space), entry, found, now) }
    }))

  const examine = <K, V, F>(
    space: Keyspace<K, V, F>,
    { etag, modified, name }: ListedObject,
    isWhole: boolean,
    watchLeasesUntil = 0
  ): Effect.Effect<
    readonly [what: Examined<K, V, F>, etag: string],
    ObjectStoreError
  > =>
    Effect.suspend(() => {
      const isLease = isLeaseName(name)
      const seen = (loaded: LoadOutcome) =>
        isLease && (loaded._tag === "Found" || loaded._tag === "TooLarge")
          ? lookAtLease(name, loaded, modified, watchLeasesUntil)
          : look(space, name, loaded, isWhole)
      return Effect.matchEffect(store.load(name, isWhole || isLease ? {} : { firstBytes: usualHead }), {
        // One object that S3 refuses to give out, archived or under another key of KMS, is no reason to give up the rest.
        onFailure: (error) =>
          error.reason === "Rejected" || error.reason === "Encryption"
            ? seen(LoadOutcome.TooLarge({ size: 0, etag }))
            : Effect.fail(error),
        onSuccess: seen
      })
    })

  const lookAtLease = (
    name: string,
    loaded: Extract<LoadOutcome, { readonly _tag: "Found" | "TooLarge" }>,
    modified: number,
    watchLeasesUntil: number
  ) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      Effect.map(
        Effect.timeoutOption(leases.isOver(name, loaded, modified), Math.max(0, watchLeasesUntil - now)),
        (isOver) =>
          [
            Option.getOrElse(isOver, () => false)
              ? { _tag: "Over" as const, key: undefined }
              : { _tag: "Lease" as const },
            loaded.etag
          ] as const
      ))

  const look = <K, V, F>(
    space: Keyspace<K, V, F>,
    name: string,
    loaded: LoadOutcome,
    isWhole: boolean
  ): Effect.Effect<readonly [what: Examined<K, V, F>, etag: string], ObjectStoreError> => {
    switch (loaded._tag) {
      case "Absent":
      case "Unchanged":
        return Effect.succeed([{ _tag: "Gone" }, ""])
      case "TooLarge":
        return Effect.succeed([{ _tag: "Unreadable" }, loaded.etag])
      case "Found":
        return Effect.flatMap(
          isWhole ? readWhole(space, loaded) : readHead(space, name, loaded),
          (found): ReturnType<typeof look<K, V, F>> => {
            if (found === gone) return Effect.succeed([{ _tag: "Gone" }, ""])
            if (Either.isLeft(found)) return Effect.succeed([{ _tag: "Unreadable" }, loaded.etag])
            const { held, key } = found.right
            return Effect.zipWith(reading.applyTags(held), Clock.currentTimeMillis, (held, now) => {
              // No lookup finds it now; it may be found later.
              if (held === "unknown") return [{ _tag: "Gone" }, ""]
              return held === undefined || isOfNoUse(held, now)
                ? [{ _tag: "Over", key }, loaded.etag]
                : [{ _tag: "Entry", key, held }, loaded.etag]
            })
          }
        )
    }
  }

  const list: S3CacheService["list"] = (space, options) => {
    const concurrency = concurrencyOf(options)
    return objectsOf(space).pipe(
      Stream.filter((object) => !isLeaseName(object.name)),
      // A fiber for each group costs less than one for each entry.
      Stream.grouped(Math.max(128, concurrency)),
      Stream.mapEffect((objects) =>
        Effect.tap(
          Effect.forEach(objects, (object) => examine(space, object, false), { concurrency }),
          () => Effect.yieldNow()
        )
      ),
      Stream.mapEffect((group) =>
        Effect.map(
          Clock.currentTimeMillis,
          (now) =>
            group.flatMap(([what]) =>
              what._tag === "Entry" && what.held.isValue && what.held.freshUntil > now
                ? [{
                  key: what.key,
                  made: what.held.made,
                  freshUntil: what.held.freshUntil,
                  tags: what.held.tags,
                  bytes: what.held.bytes,
                  took: what.held.took
                }]
                : []
            )
        )
      ),
      Stream.flattenIterables
    )
  }

  // Who purges wants it gone, even where what was written this very moment may go with it.
  const removeObject = (name: string, etag: string): Effect.Effect<boolean, ObjectStoreError> =>
    Effect.flatMap(
      store.removeIfMatch(name, etag),
      (outcome) =>
        outcome === "unsupported" ? Effect.as(store.remove(name), true) : Effect.succeed(outcome === "removed")
    )

  const purge: S3CacheService["purge"] = <K, V, F, E, R>(
    space: Keyspace<K, V, F>,
    options?: S3CachePurgeOptions<E, R>
  ) => {
    const purgeObject = (watchLeasesUntil: number) => (object: ListedObject) =>
      Effect.flatMap(examine(space, object, options?.verifyPayload === true, watchLeasesUntil), ([what, etag]) => {
        const goes = what._tag === "Over" || (what._tag === "Unreadable" && options?.unreadable === true)
        return goes
          ? Effect.map(removeObject(object.name, etag), (isGone) => {
            if (!isGone) return 0
            if (what._tag === "Over" && what.key !== undefined) {
              ledger.record({ _tag: "Removed", key: what.key, reason: "expired" })
            }
            return 1
          })
          : Effect.succeed(0)
      })
    return Effect.scoped(Effect.gen(function*() {
      const concurrency = concurrencyOf(options)
      const [first, others] = yield* firstOf(objectsOf(space), counted)
      const progress = { examined: 0, removed: 0, total: first.length }
      const watchLeasesUntil = (yield* Clock.currentTimeMillis) + longestWatch
      const rest = tapPages(others, (page) => {
        progress.total += page.length
      })
      yield* Stream.runForEach(
        Stream.grouped(Stream.concat(Stream.fromIterable(first), rest), reportEvery),
        (objects) =>
          Effect.flatMap(
            oneFailure(Effect.forEach(objects, purgeObject(watchLeasesUntil), { concurrency })),
            (removed) => {
              progress.examined += objects.length
              progress.removed += Num.sumAll(removed)
              return report(cache, options, { ...progress })
            }
          )
      )
      return progress.removed
    }))
  }

  const clear: S3CacheService["clear"] = <K, V, F, E, R>(
    space: Keyspace<K, V, F>,
    options?: S3CacheClearOptions<E, R>
  ) => {
    const folder = options?.folder ?? space.folder
    const isOfSpace = ({ keyspace, version }: AnyKey) => keyspace === space.name && version === folder
    // It says how the keyspace is heard of.
    policyOf(space)
    const forget = memory.forgetAll(isOfSpace)
    // First of all computations under way lose the right to write; what is being written is then listed.
    const settle = Effect.all([forget, behind.flush, writes.awaitRelease(isOfSpace)], { discard: true })
    const removeAll = Effect.suspend(() => {
      let removed = 0
      return Effect.map(
        Stream.runForEach(
          Stream.mapEffect(
            Stream.grouped(objectsOf(space, folder), reportEvery),
            (objects) => Effect.as(store.removeAll(Array.from(objects, ({ name }) => name)), objects.length),
            { concurrency: options?.concurrency ?? 1 }
          ),
          (count) => {
            removed += count
            return report(cache, options, { examined: removed, removed, total: removed })
          }
        ),
        () => removed
      )
    })
    // What was loaded into memory meanwhile is gone below it.
    return Effect.zipRight(settle, Effect.ensuring(removeAll, forget))
  }

  return { list, purge, clear }
}

/** Of several failures at the same time one is told. */
const oneFailure = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> => Effect.catchAll(effect, Exit.fail)

const report = <E, R>(
  cache: string,
  options: S3CacheClearOptions<E, R> | undefined,
  progress: S3CacheProgress
): Effect.Effect<void, E, R> => {
  const onProgress = options?.onProgress
  return onProgress === undefined
    ? Effect.void
    : Effect.suspend(() => requireEffect(cache, "onProgress", onProgress(progress)))
}
