/**
 * Removing what nobody needs.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import type { ListedObject, ObjectStore } from "../../S3Store/objects/ObjectStore.js"
import type { ObjectStoreError } from "../../S3Store/objects/ObjectStoreErrors.js"
import { isWanted, lookAt, prefixOf, type Wanted } from "./entriesOf.js"
import { objectKind } from "./objectKinds.js"
import { readHead } from "./readHead.js"
import { removeSeen } from "./removeSeen.js"
import { makeTagMarks } from "./tagMarks.js"
import { isStale } from "./verdict.js"
import { type Cut, WrittenBytes } from "./WrittenBytes.js"

/** Why something is removed. */
export type PruneRule = "expired" | "invalidated" | "old" | "retired" | "unreadable" | "beyond" | "lease" | "orphan"

/** What is removed: whatever one of these says. */
export interface PruneRules {
  /**
   * What no reader is given any more: what expired longer ago than so many milliseconds, and is of no use to its writer when
   * stale; what was invalidated; leases that were left behind.
   */
  readonly expiredFor?: number | undefined
  /** What was written longer ago than so many milliseconds. */
  readonly olderThan?: number | undefined
  /** The entries of these spaces: keyspace and version. */
  readonly retired?: ReadonlySet<string> | undefined
  /** What no version of the library can read. */
  readonly unreadable?: boolean | undefined
  /** So many bytes stay, of what the others leave: what was written first goes first. */
  readonly keep?: number | undefined
  /** Only the entries of this keyspace. */
  readonly wanted?: Wanted | undefined
}

/** How many, and of how many bytes. */
export interface Amount {
  readonly entries: number
  readonly bytes: number
}

/** What was removed, or would be. */
export interface PruneReport {
  readonly examined: number
  readonly removed: ReadonlyMap<PruneRule, Amount>
  /** What was written again after it had been looked at, and stays. */
  readonly rewritten: number
  /** What has expired, but may still be given out stale. */
  readonly spared: number
  /** What is called like an entry and would go, but is none, or cannot be looked at: it stays. */
  readonly foreign: number
  /** The entries that are left. */
  readonly left: Amount
}

/** How to do it. */
export interface PruneOptions {
  /** Whether nothing is removed: the report says what would be. */
  readonly isDry: boolean
  readonly concurrency: number
  /** Runs for each object that was removed. */
  readonly onRemoved?: Effect.Effect<void>
  readonly onProgress?: (report: Pick<PruneReport, "examined"> & { readonly gone: number }) => Effect.Effect<void>
}

/** What goes, why, and on the condition that it has which etag. */
interface Going {
  readonly reason: PruneRule
  readonly etag: string
}

/** What does not: somebody else has removed it, or it is somebody else's. */
type Staying = "gone" | "foreign"

/** Whether it is known when it was written: what no time is known of is not old. */
const isDated = ({ modified }: ListedObject) => modified > 0

/** Longer than a lease lives that nobody extends. */
const leaseIsOver = 3_600_000

const page = 1000

/** Removes entries by rules, each only if it is still what it was when it was looked at. */
export const prune = (
  store: ObjectStore,
  rules: PruneRules,
  { concurrency, isDry, onProgress = () => Effect.void, onRemoved = Effect.void }: PruneOptions
): Effect.Effect<PruneReport, ObjectStoreError | CacheConfigError, Scope.Scope> =>
  Effect.gen(function*() {
    const { expiredFor, keep, olderThan, retired, unreadable = false, wanted } = rules
    const marksOf = yield* makeTagMarks(store)
    const removed = new Map<PruneRule, Amount>()
    const written = new WrittenBytes()
    const count = { examined: 0, rewritten: 0, spared: 0, foreign: 0, gone: 0, left: 0 }

    /**
     * Goes by what the list says of it, if it is an entry at all: others, too, call their objects by digests. The etag is
     * that of the list, so that what was written since then stays.
     */
    const asListed = (object: ListedObject, reason: PruneRule): Effect.Effect<Going | Staying, ObjectStoreError> =>
      Effect.map(readHead(store, object), (read) => {
        if (read._tag === "Gone") return "gone"
        if (read._tag === "Head" || read.isEntry) return { reason, etag: object.etag }
        return unreadable && !read.isForOthers ? { reason: "unreadable", etag: read.etag } : "foreign"
      })

    /** Why an entry goes, and its etag where it was looked at. */
    const reasonOf = (
      object: ListedObject,
      space: string,
      isSecond: boolean
    ): Effect.Effect<Going | Staying | undefined, ObjectStoreError> =>
      Effect.gen(function*() {
        const now = yield* Clock.currentTimeMillis
        const goes = (reason: PruneRule, etag: string): Going => ({ reason, etag })
        const isOld = olderThan !== undefined && isDated(object) && now - object.modified > olderThan
        const isRetired = retired?.has(space) === true
        if (isRetired || isOld) return yield* asListed(object, isRetired ? "retired" : "old")
        if (expiredFor === undefined && !unreadable) return undefined
        const looked = yield* lookAt(store, marksOf, object)
        if (looked._tag === "Gone") return "gone"
        if (looked._tag === "Unreadable") {
          return unreadable && !looked.isForOthers ? goes("unreadable", looked.etag) : undefined
        }
        const { etag, verdict } = looked
        if (expiredFor === undefined) return undefined
        if (verdict._tag === "Invalidated") return goes("invalidated", etag)
        if (verdict._tag !== "Expired") return undefined
        // Who remembers failures never gives them out stale.
        const isOver = now - verdict.since >= expiredFor && !isStale(verdict, now)
        if (looked.head.outcome === "failure" || isOver) return goes("expired", etag)
        if (!isSecond) count.spared++
        return undefined
      })

    const removeNow = (object: ListedObject, etag: string) =>
      Effect.tap(removeSeen(store, object, etag), (outcome) => outcome === "removed" ? onRemoved : Effect.void)

    const remove = (object: ListedObject, reason: PruneRule, etag: string) =>
      Effect.map(isDry ? Effect.succeed("removed" as const) : removeNow(object, etag), (outcome) => {
        if (outcome === "rewritten") {
          count.rewritten++
          return false
        }
        // Another one that prunes was faster.
        if (outcome === "gone") return true
        count.gone++
        const { bytes, entries } = removed.get(reason) ?? { entries: 0, bytes: 0 }
        removed.set(reason, { entries: entries + 1, bytes: bytes + object.size })
        return true
      })

    const first = (object: ListedObject): Effect.Effect<void, ObjectStoreError> => {
      const kind = objectKind(object.name)
      if (kind._tag === "Marker" || kind._tag === "Other" || !isWanted(wanted, kind.space)) return Effect.void
      if (kind._tag === "Lease") {
        return Effect.flatMap(Clock.currentTimeMillis, (now) => {
          const isOver = (expiredFor !== undefined || retired?.has(kind.space) === true) &&
            isDated(object) && now - object.modified > leaseIsOver
          return isOver ? Effect.asVoid(remove(object, "lease", object.etag)) : Effect.void
        })
      }
      count.examined++
      return Effect.flatMap(reasonOf(object, kind.space, false), (goes) =>
        Effect.map(
          goes === undefined || typeof goes === "string"
            ? Effect.succeed(goes === "gone")
            : remove(object, goes.reason, goes.etag),
          (isGone) => {
            if (isGone) return
            if (goes === "foreign") count.foreign++
            count.left++
            written.add(object.modified, object.size)
          }
        ))
    }

    const inPages = (each: (object: ListedObject) => Effect.Effect<void, ObjectStoreError>) =>
      Stream.runForEach(Stream.grouped(store.list(prefixOf(wanted)), page), (objects) =>
        Effect.zipRight(
          Effect.forEach(objects, each, { concurrency, discard: true }),
          onProgress({ examined: count.examined, gone: count.gone })
        ))

    yield* inPages(first)
    if (keep !== undefined) {
      const cut = written.cut(keep)
      const taken = { bytes: 0 }
      if (cut.before > Number.NEGATIVE_INFINITY) {
        yield* inPages((object) => {
          const kind = objectKind(object.name)
          if (kind._tag !== "Entry" || !isWanted(wanted, kind.space) || !isCut(object, cut, taken)) return Effect.void
          // What goes by another rule, or stays though it should, was counted before.
          return Effect.flatMap(reasonOf(object, kind.space, true), (before) =>
            before !== undefined
              ? Effect.void
              : Effect.flatMap(asListed(object, "beyond"), (goes) => {
                if (goes === "foreign") count.foreign++
                // Others that were looked at meanwhile may have been enough.
                if (typeof goes === "string" || !isCut(object, cut, taken)) return Effect.void
                const size = object.modified >= cut.before ? object.size : 0
                taken.bytes += size
                return Effect.map(remove(object, "beyond", goes.etag), (isGone) => {
                  if (isGone) {
                    count.left--
                    written.total -= object.size
                  } else taken.bytes -= size
                })
              }))
        })
      }
    }
    return {
      examined: count.examined,
      removed,
      rewritten: count.rewritten,
      spared: count.spared,
      foreign: count.foreign,
      left: { entries: count.left, bytes: written.total }
    }
  })

/** Whether it was written so early that it goes. Of what was written at about the same time, as much as is needed. */
const isCut = (
  { modified }: ListedObject,
  { before, until, within }: Cut,
  taken: { readonly bytes: number }
): boolean => modified < before || (modified < until && taken.bytes < within)
