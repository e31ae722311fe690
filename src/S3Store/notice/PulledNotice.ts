/**
 * What memory believes of a keyspace by its journal.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import { putNewest } from "../../Cache/common/putNewest.js"
import { unrefSleep } from "../../Cache/common/unrefSleep.js"
import type { Ledger } from "../guard/Ledger.js"
import type { AnyKey } from "../keyspace/Keyspace.js"
import type { Beliefs } from "../memory/Beliefs.js"
import type { MemoryEntry } from "../memory/MemoryEntry.js"
import type { DescribedStore } from "../objects/describedStore.js"
import { isOutcomeUnknown } from "../objects/isOutcomeUnknown.js"
import type { ObjectStoreError } from "../objects/ObjectStoreErrors.js"
import type { ElapsedTime } from "./ElapsedTime.js"
import { HeardNames } from "./HeardNames.js"
import { Journal } from "./Journal.js"
import { nameInJournal } from "./journalText.js"

/**
 * How long after it was noted a change may be on its way, in milliseconds: so long readers confirm what they have of it as
 * often as if they heard of nothing.
 */
const longestWay = 30_000
/** How old the note of a change may be when it is sent. A change that takes longer is noted again and again. */
const longestBefore = longestWay / 4
/** How many names are remembered that this process has noted. */
const mostNoted = 10_000

/** What goes into the account of a keyspace that is heard of. */
export interface PulledParts {
  readonly store: DescribedStore
  /** The folder of its entries: its name and version. */
  readonly folder: string
  readonly ledger: Ledger
  readonly time: ElapsedTime
  /** Where what is read and noted in the background ends. */
  readonly scope: Scope.Scope
  /** Tells that the journal could not be asked. */
  readonly failed: (error: ObjectStoreError) => Effect.Effect<void>
  /** Lets memory believe no entry of the folder without a look. */
  readonly doubtAll: Effect.Effect<void>
}

/**
 * Whoever changes an object of the keyspace notes its name before. Whoever has entries of it in memory reads the notes, and
 * believes what was not noted until `notice` after he began to read. What was noted he confirms: until the change must have
 * landed, as often as if there were no journal; once after that.
 *
 * So nothing of this is older than `notice`: an entry that was loaded or confirmed at one time has everything that had
 * landed by then, and is believed for as long; for longer only where no change was noted that can have landed since.
 */
export class PulledNotice implements Beliefs {
  readonly moment: () => number
  private readonly parts: PulledParts
  private readonly journal: Journal
  private readonly names = new HeardNames()
  private readonly noted = new Map<string, number>()
  /** How old what is given out may be, in milliseconds. */
  private notice: number
  /** When the journal was read last. */
  private read = Number.NEGATIVE_INFINITY
  /** When it was tried last to no avail. */
  private failed = Number.NEGATIVE_INFINITY
  private isFirst = true
  private isUsed = false
  private isPolled = false

  constructor(parts: PulledParts, notice: number) {
    const { now } = parts.time
    this.parts = parts
    this.notice = notice
    this.moment = now
    this.journal = new Journal(
      parts.store,
      parts.folder,
      {
        noted: (names) => {
          const changes = names === "all" ? 1 : Array.from(names).length
          parts.ledger.record({ _tag: "Noticed", keyspace: parts.folder, changes })
          this.names.heard(names, now())
        },
        missed: () => {
          if (!this.isFirst) parts.ledger.record({ _tag: "NoticeMissed", keyspace: parts.folder })
          this.isFirst = false
          this.names.heard("all", now())
        },
        heardUntil: (time) => {
          this.isFirst = false
          this.read = Math.max(this.read, time)
        }
      },
      now,
      parts.scope
    )
  }

  /** Somebody else of this process wants it, too. */
  atMost(notice: number): void {
    this.notice = Math.min(this.notice, notice)
  }

  // Reading ---------------------------------------------------------------------------------------------------------

  came(key: AnyKey, entry: MemoryEntry, began: number): void {
    this.judge(key, entry, began)
  }

  unconfirmed(entry: MemoryEntry): void {
    this.believe(entry, this.moment(), entry.asOf)
  }

  readonly renew = (key: AnyKey, entry: MemoryEntry): Effect.Effect<void> =>
    Effect.suspend(() => {
      this.isUsed = true
      const judged = Effect.sync(() => this.judge(key, entry, entry.asOf))
      return this.isDue() ? Effect.zipRight(Effect.zipRight(this.poll, this.keepPolling), judged) : judged
    })

  isOutdated(_: AnyKey, began: number): boolean {
    return this.moment() >= began + this.notice
  }

  /** Until when an entry is believed that is what the second level had at a time. */
  private judge(key: AnyKey, entry: MemoryEntry, asOf: number): void {
    const isNoted = asOf <= this.names.of(nameInJournal(key.objectName)) + longestWay
    const from = isNoted || this.read <= asOf ? asOf : this.read
    this.believe(entry, from, from)
  }

  private believe(entry: MemoryEntry, from: number, asOf: number): void {
    const { time } = this.parts
    entry.believe(time.at(from + this.notice), time.at(from), asOf)
  }

  private readonly isDue = (): boolean => {
    const now = this.moment()
    return now >= this.read + this.notice && now >= this.failed + this.notice
  }

  private readonly poll: Effect.Effect<void> = Effect.suspend(() => this.pollWhen(this.isDue))

  private pollWhen(isDue: () => boolean): Effect.Effect<void> {
    return Effect.catchAll(this.journal.poll(isDue), (error) => {
      const isNews = this.failed < this.read || this.failed === Number.NEGATIVE_INFINITY
      this.failed = this.moment()
      return isNews ? this.parts.failed(error) : Effect.void
    })
  }

  /** While the keyspace is used, the journal is read a bit before it is needed, so that nobody waits for it. */
  private readonly keepPolling: Effect.Effect<void> = Effect.suspend(() => {
    if (this.isPolled) return Effect.void
    this.isPolled = true
    return Effect.asVoid(Effect.forkIn(Effect.interruptible(this.polling), this.parts.scope))
  })

  private readonly polling: Effect.Effect<void> = Effect.suspend(() => {
    const { doubtAll, time } = this.parts
    const ahead = time.at(0)
    return Effect.flatMap(unrefSleep(0.9 * this.notice), () => {
      // After the clock was set back, entries would be believed for longer.
      const checked = time.at(0) < ahead - 0.05 * this.notice ? doubtAll : Effect.void
      if (!this.isUsed) {
        this.isPolled = false
        return checked
      }
      this.isUsed = false
      const polled = this.pollWhen(() => this.moment() >= this.read + 0.5 * this.notice)
      return Effect.zipRight(Effect.zipRight(checked, polled), this.polling)
    })
  })

  // Changing --------------------------------------------------------------------------------------------------------

  /**
   * Notes objects before they are changed; once more where that takes long, and where it is not known how it ended.
   *
   * @param objects the names of objects
   */
  readonly changing = <A>(
    objects: ReadonlyArray<string>,
    change: Effect.Effect<A, ObjectStoreError>
  ): Effect.Effect<A, ObjectStoreError> =>
    Effect.suspend(() => {
      const names = objects.map(nameInJournal)
      const again = Effect.suspend(() => this.note(names))
      const renewed = Effect.forever(Effect.zipRight(unrefSleep(longestBefore), Effect.ignore(again)))
      return Effect.flatMap(this.noteUnlessJustNow(names), (noted) =>
        Effect.flatMap(
          Effect.acquireUseRelease(
            Effect.forkDaemon(Effect.interruptible(renewed)),
            () => change,
            (renewing, exit) =>
              Effect.zipRight(
                Fiber.interrupt(renewing),
                isOutcomeUnknown(exit) ? this.unknown(names, again) : Effect.void
              )
          ),
          // Who read that note long ago may have looked before the change landed, and believe what he saw.
          (result) => this.moment() < noted + 2 * longestBefore ? Effect.succeed(result) : Effect.as(again, result)
        ))
    })

  /** It may still land: for this process it is a change like that of any other. */
  private readonly unknown = (names: ReadonlyArray<string>, again: Effect.Effect<void, ObjectStoreError>) =>
    Effect.suspend(() => {
      this.names.heard(names, this.moment())
      return Effect.asVoid(Effect.forkIn(Effect.interruptible(Effect.ignore(again)), this.parts.scope))
    })

  /** When the oldest note of these names began. */
  private noteUnlessJustNow(names: ReadonlyArray<string>): Effect.Effect<number, ObjectStoreError> {
    const now = this.moment()
    const oldest = names.reduce(
      (oldest, name) => Math.min(oldest, this.noted.get(name) ?? Number.NEGATIVE_INFINITY),
      now
    )
    return now < oldest + longestBefore ? Effect.succeed(oldest) : Effect.as(this.note(names), now)
  }

  private note(names: ReadonlyArray<string>): Effect.Effect<void, ObjectStoreError> {
    const began = this.moment()
    return Effect.map(this.journal.note(names), () => {
      for (const name of names) putNewest(this.noted, name, began, mostNoted)
    })
  }
}
