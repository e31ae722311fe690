/**
 * Writes that may land after their callers have given them up.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import { unrefSleep } from "../../Cache/common/unrefSleep.js"
import type { KeyedMutex } from "../common/KeyedMutex.js"
import type { EntryFormat } from "../entry/EntryFormat.js"
import type { Ledger } from "../guard/Ledger.js"
import type { AnyKey } from "../keyspace/Keyspace.js"
import type { MemoryLevel } from "../memory/MemoryLevel.js"
import type { DescribedStore } from "../objects/describedStore.js"
import { isOutcomeUnknown } from "../objects/isOutcomeUnknown.js"
import type { ObjectStoreError } from "../objects/ObjectStoreErrors.js"
import type { Prepared } from "./entryCodec.js"

/** How many keys with writes of unknown outcome are remembered, and how many of such writes of one key. */
const mostKeys = 1000
const mostWrites = 16

/** When to look whether a late write has landed, in milliseconds after the one before. */
const looks = [1000, 4000, 15_000]

const headBytes = 4096

/**
 * A key with writes that were given up, and what this process has written since: nothing where it removed the entry.
 */
interface Suspect {
  /** The write ids of what was given up. */
  readonly abandoned: Set<string>
  newest: Prepared | undefined
  isWatched: boolean
}

/**
 * Looks after writes that were interrupted, or failed without an answer: they may still land, in place of what this
 * process has written or removed since. When it has, the object is looked at three times within 20 seconds, and a write
 * that landed late is undone, on the condition that it is still the one that lies there.
 */
export class LateWrites {
  private readonly suspects = new Map<string, Suspect>()
  private readonly parts: {
    readonly store: DescribedStore
    readonly format: EntryFormat
    readonly ledger: Ledger
    readonly writes: KeyedMutex<AnyKey>
    readonly memory: MemoryLevel
  }
  private readonly watchers: FiberSet.FiberSet<void>

  private constructor(parts: LateWrites["parts"], watchers: FiberSet.FiberSet<void>) {
    this.parts = parts
    this.watchers = watchers
  }

  /** Makes one that looks for as long as the scope lives. */
  static readonly make = (parts: LateWrites["parts"]): Effect.Effect<LateWrites, never, Scope.Scope> =>
    Effect.map(FiberSet.make<void>(), (watchers) => new LateWrites(parts, watchers))

  /** Runs a write of an entry, which the next one of its key has to reckon with when its outcome is not known. */
  readonly writing = <A>(
    key: AnyKey,
    entry: Prepared,
    write: Effect.Effect<A, ObjectStoreError>
  ): Effect.Effect<A, ObjectStoreError> =>
    Effect.onExit(write, (exit) => {
      if (Exit.isSuccess(exit)) return this.changed(key, entry)
      return Effect.sync(() => {
        if (isOutcomeUnknown(exit)) this.abandon(key, entry.writeId)
      })
    })

  /** This process has written the entry of a key, or removed it. */
  readonly changed = (key: AnyKey, newest: Prepared | undefined): Effect.Effect<void> =>
    Effect.suspend(() => {
      const suspect = this.suspects.get(key.objectName)
      if (suspect === undefined) return Effect.void
      suspect.newest = newest
      if (suspect.isWatched) return Effect.void
      suspect.isWatched = true
      return Effect.asVoid(FiberSet.run(this.watchers, Effect.interruptible(this.watch(key, suspect))))
    })

  private abandon(key: AnyKey, writeId: string): void {
    const known = this.suspects.get(key.objectName)
    const suspect = known ?? { abandoned: new Set(), newest: undefined, isWatched: false }
    if (suspect.abandoned.size < mostWrites) suspect.abandoned.add(writeId)
    if (known !== undefined) return
    const [oldest] = this.suspects.keys()
    if (this.suspects.size >= mostKeys && oldest !== undefined) this.suspects.delete(oldest)
    this.suspects.set(key.objectName, suspect)
  }

  private watch(key: AnyKey, suspect: Suspect): Effect.Effect<void> {
    return Effect.forEach(
      looks,
      (millis) =>
        Effect.zipRight(
          unrefSleep(millis),
          Effect.ignore(this.parts.writes.withLock(key, Effect.suspend(() => this.undo(key, suspect))))
        ),
      { discard: true }
    ).pipe(
      Effect.ensuring(Effect.sync(() => {
        if (this.suspects.get(key.objectName) === suspect) this.suspects.delete(key.objectName)
      }))
    )
  }

  /** Undoes a write that has landed late, if it lies there. */
  private undo(key: AnyKey, { abandoned, newest }: Suspect): Effect.Effect<void, ObjectStoreError> {
    const { format, ledger, memory, store } = this.parts
    const name = key.objectName
    return Effect.gen(function*() {
      const found = yield* store.load(name, { firstBytes: headBytes })
      if (found._tag !== "Found") return
      const header = format.decodeHeader(found.body)
      if (Either.isLeft(header) || !abandoned.has(header.right.writeId)) return
      if (newest === undefined) {
        const outcome = yield* store.removeIfMatch(name, found.etag)
        if (outcome === "unsupported") yield* store.remove(name)
      } else {
        yield* Effect.catchIf(
          store.replace(name, newest.body, found.etag),
          ({ reason }) => reason === "ConditionalWritesUnsupported",
          () => store.save(name, newest.body)
        )
      }
      // A reader of this process may have brought it into memory.
      yield* memory.forget(key)
      ledger.record({ _tag: "LateWriteUndone", key })
    })
  }
}
