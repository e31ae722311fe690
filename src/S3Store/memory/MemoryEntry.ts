/**
 * What the memory level of an `S3Cache` holds.
 */
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { formatStacks } from "../../Cache/printing/formatStacks.js"
import { isTooEarly, refreshFrom, uselessFrom } from "../../Cache/store/Freshness.js"
import type { Keyspace } from "../keyspace/Keyspace.js"
import type { EntryPolicy } from "../options/EntryPolicy.js"
import type { Isolated } from "../options/isolation.js"

/** What there is to know of an entry besides its content. Times are in milliseconds since the epoch. */
export interface MemoryEntryParts {
  readonly policy: EntryPolicy
  /** When its value was set, or its computation began: what tags are compared with. */
  readonly made: number
  /** When it came into memory, from its maker or from the second level. */
  readonly came: number
  /** Until when it is fresh. */
  readonly freshUntil: number
  /** For how long after that its writer may give it out late, in milliseconds. Default: not. */
  readonly late?: number | undefined
  readonly tags: ReadonlyArray<string>
  /** The etag of its object, if it is known. */
  readonly etag: string | undefined
  /** How many bytes it takes in the second level. */
  readonly bytes: number
  /** Whether this process made it. */
  readonly isOwn: boolean
  /** How far the time it claims to be made at is ahead of the store's clock, in milliseconds, when it is not believed. */
  readonly ahead: number
  /** How long its computation took, in milliseconds; nothing for what was set, or nobody knows of. */
  readonly took: number | undefined
  /** What it costs to make it anew, where that is known otherwise. */
  readonly cost?: number | undefined
  /** How long before the end of its time it is to be refreshed, in milliseconds, where that was drawn for it. */
  readonly lead: number
  /** When a computation failed that would have taken its place, if one did. */
  readonly failedAt?: number
}

/**
 * A value, or a failure that is remembered, which only the keyspace that put it into memory may take out, with the type
 * it had.
 */
export class MemoryEntry implements MemoryEntryParts {
  readonly policy: EntryPolicy
  readonly made: number
  readonly came: number
  readonly freshUntil: number
  readonly late: number
  readonly tags: ReadonlyArray<string>
  readonly etag: string | undefined
  readonly bytes: number
  readonly isOwn: boolean
  readonly ahead: number
  readonly took: number | undefined
  readonly lead: number
  /** How much of the limit of bytes in memory it takes: its bytes, and the stacks of its errors, which have none there. */
  readonly weight: number
  /** What it costs to make it anew, in milliseconds, as far as that is known. */
  cost: number | undefined
  /** Until when a look into memory is enough for whoever reads. Entries with tags always need a second look. */
  simpleUntil: number
  /** The same for whoever can compute. */
  computeUntil: number
  /** When a computation failed that would have taken its place, the last time. */
  failedAt: number
  private readonly refreshAt: number
  private confirmUntil: number
  /** Until when it is believed, where something is heard of the second level. */
  private belief: number | undefined
  /** From when on it is: before that, the clock was set back, and says nothing of how long that was. */
  believedFrom: number
  /** The moment as of which it is what the second level has, by what is heard of that. */
  asOf: number
  private readonly space: object
  private readonly content: Exit.Exit<unknown, unknown>
  /** Makes a copy of the content for each caller; `undefined` where they share it. */
  private readonly copy: (() => Exit.Exit<unknown, unknown>) | undefined
  /** How many may still take it. */
  private takers = Number.POSITIVE_INFINITY

  private constructor(space: object, content: Isolated<Exit.Exit<unknown, unknown>>, parts: MemoryEntryParts) {
    const exit = content.value
    // An error keeps what was under way where it was made, until its stack is read.
    const error = Exit.isFailure(exit) ? Cause.failureOption(exit.cause) : Option.none()
    const stack = Option.isSome(error) ? formatStacks(error.value) : 0
    this.weight = parts.bytes + stack
    this.space = space
    this.content = exit
    this.copy = content.copy
    this.policy = parts.policy
    this.made = parts.made
    this.came = parts.came
    this.freshUntil = parts.freshUntil
    this.late = parts.late ?? 0
    this.tags = parts.tags
    this.etag = parts.etag
    this.bytes = parts.bytes
    this.isOwn = parts.isOwn
    this.ahead = parts.ahead
    this.took = parts.took
    this.cost = parts.cost ?? parts.took
    this.lead = parts.lead
    this.failedAt = parts.failedAt ?? Number.POSITIVE_INFINITY
    this.refreshAt = Exit.isFailure(exit)
      ? parts.freshUntil
      : refreshFrom(parts.policy.freshness, parts.came, parts.freshUntil, parts.lead)
    this.confirmUntil = parts.came + parts.policy.revalidateAfter
    this.belief = undefined
    this.believedFrom = Number.NEGATIVE_INFINITY
    this.asOf = 0
    this.simpleUntil = 0
    this.computeUntil = 0
    this.plan()
  }

  /** The content of an entry of a keyspace. */
  static readonly of = <K, V, F>(
    space: Keyspace<K, V, F>,
    content: Isolated<Exit.Exit<V, F>>,
    parts: MemoryEntryParts
  ): MemoryEntry => new MemoryEntry(space, content, parts)

  /** What there is to know of an entry whose content was not read: no keyspace may take it out. */
  static readonly ofHeader = (isValue: boolean, parts: MemoryEntryParts): MemoryEntry =>
    new MemoryEntry({}, { value: isValue ? Exit.succeed(undefined) : Exit.fail(undefined), copy: undefined }, parts)

  /**
   * The content, if this very keyspace put it in. So the type is sound: a keyspace has one type of value and failure.
   */
  contentFor<K, V, F>(space: Keyspace<K, V, F>): Exit.Exit<V, F> | undefined {
    if (this.space !== space) return undefined
    return (this.copy === undefined ? this.content : this.copy()) as Exit.Exit<V, F>
  }

  /**
   * The same for one of those it was left to, each of whom may take it once: the last one needs no copy, as nobody else
   * holds it.
   */
  takeFor<K, V, F>(space: Keyspace<K, V, F>): Exit.Exit<V, F> | undefined {
    if (this.space !== space || --this.takers !== 0) return this.contentFor(space)
    return this.content as Exit.Exit<V, F>
  }

  /** Memory does not keep it: only so many callers have it. But what this process made may wait to be written, too. */
  leaveTo(takers: number): void {
    if (!this.isOwn) this.takers = takers
  }

  /** What gives each caller the content, if this very keyspace put it in. */
  readerFor<K, V, F>(space: Keyspace<K, V, F>): (() => Exit.Exit<V, F>) | undefined {
    return this.space === space ? (this.copy ?? (() => this.content)) as () => Exit.Exit<V, F> : undefined
  }

  /** Whether this very keyspace put it in. */
  isOf(space: object): boolean {
    return this.space === space
  }

  /** Whether it is a value, and no failure. */
  get isValue(): boolean {
    return Exit.isSuccess(this.content)
  }

  /** From when on it is of no use any more here. */
  get uselessFrom(): number {
    return this.isValue ? uselessFrom(this.policy.freshness, this.freshUntil) : this.freshUntil
  }

  /** From when on it may be tidied away in the second level, for all that its writer promises to others. */
  get promisedUntil(): number {
    return this.isValue ? this.freshUntil + this.late : this.freshUntil
  }

  /** Whether it is to be compared with the second level. */
  needsConfirmation(now: number): boolean {
    return now >= this.confirmUntil || this.isDoubted(now)
  }

  /** Whether the time is over until which it was believed. */
  isDoubted(now: number): boolean {
    return this.belief !== undefined && (now >= this.belief || now < this.believedFrom)
  }

  /**
   * It need not be compared with the second level in this time, by what is heard of that.
   *
   * @param asOf the moment as of which it is what the second level has
   */
  believe(until: number, from = Number.NEGATIVE_INFINITY, asOf = this.asOf): void {
    this.belief = until
    this.believedFrom = from
    this.asOf = asOf
    this.plan()
  }

  /** It is to be compared with the second level before anybody gets it. */
  doubt(): void {
    this.confirmUntil = Number.NEGATIVE_INFINITY
    this.plan()
  }

  /** It was compared with the second level just now, or could not be. */
  confirm(now: number): void {
    this.confirmUntil = now + this.policy.revalidateAfter
    this.plan()
  }

  /** Whether it is to be computed anew while it is fresh. */
  needsRefresh(now: number): boolean {
    return now >= this.refreshAt && !this.isTooEarly(now)
  }

  /** Whether it is too early to compute it anew, after a computation that failed. */
  isTooEarly(now: number): boolean {
    return isTooEarly(this.policy.freshness, this.failedAt, now)
  }

  /** The same with less time to be fresh, as a tag that has expired leaves it. */
  freshOnlyUntil(time: number): MemoryEntry {
    if (time >= this.freshUntil) return this
    const shorter = new MemoryEntry(this.space, this.isolated, { ...this, freshUntil: time })
    if (this.belief !== undefined) shorter.believe(this.belief, this.believedFrom, this.asOf)
    if (this.confirmUntil === Number.NEGATIVE_INFINITY) shorter.doubt()
    return shorter
  }

  /** It was set in place of another entry: it costs what that did. */
  costAs(other: MemoryEntry | undefined): void {
    this.cost ??= other?.cost
  }

  /** The same with an etag. */
  withEtag(etag: string | undefined): MemoryEntry {
    return new MemoryEntry(this.space, this.isolated, { ...this, etag })
  }

  private get isolated(): Isolated<Exit.Exit<unknown, unknown>> {
    return { value: this.content, copy: this.copy }
  }

  private plan(): void {
    this.simpleUntil = this.tags.length > 0
      ? Number.NEGATIVE_INFINITY
      : Math.min(this.freshUntil, this.confirmUntil, this.belief ?? Number.POSITIVE_INFINITY)
    this.computeUntil = Math.min(this.simpleUntil, this.refreshAt)
  }
}
