/**
 * The bounded map: limits by entries and by weight, expiry, and who leaves when there is no room: what has expired, then
 * whom its policy names. It knows nothing of Effect.
 */
import { Absent, type BoundedMapOptions, type Counters, type WriteOutcome } from "./BoundedMapOptions.js"
import { changedLimits, checkExpiry, fitsBeside, limitsIn, validCost, validWeight } from "./limits.js"
import { emptiedFor, freshTables, type MapTables, newTables, type TablesOptions, tellerOf } from "./mapTables.js"
import { Printed } from "./Printed.js"
import { recencyOf } from "./recencyOf.js"
import type { RemovalReason } from "./RemovalReason.js"
import { Removals } from "./Removals.js"
import { Deadlines } from "./structures/Deadlines.js"
import type { MapParts } from "./violationsOf.js"
import { zeroCounters } from "./zeroCounters.js"

const never = Number.POSITIVE_INFINITY
// What fewer slots take is not worth it.
const fewestGivenBack = 1024
// So many expired entries an operation reclaims in passing: more than it can write, so that they become fewer.
const mostReclaimed = 32

/**
 * A synchronous map bounded by count, by weight, or both, with an expiry per entry, that is given its eviction policy. So
 * whoever needs one policy does not load the others: `BoundedMap` knows them all by their names.
 *
 * Time is an argument everywhere (`now`, milliseconds since the epoch): the map never reads a clock. An entry has
 * expired when `now >= expiresAt`, or when its last use is a time to idle ago. Expired entries are reclaimed before a live
 * one is evicted.
 *
 * Every write goes in this order: weigh and validate, reclaim what has expired, make room by evicting *other* entries,
 * store, and only then tell the listener. A refused write changes nothing.
 *
 * Layout: one index from key to slot, and a column per property, indexed by slot; what expiry and weight need exists
 * only once they are used. All of them grow in steps: an operation moves a few entries however many there are.
 *
 * What has expired is never given out or counted, and goes in passing: an operation reclaims 32 entries at the most,
 * however many expire at once. `purge` reclaims them all.
 *
 * Invariants (`violations` of a `BoundedMap` walks them): `size <= maxSize`, `weight <= maxWeight`, `weight` is the sum of
 * the weights of the entries and below 2^53, the index, the policy and the columns agree on which slots are live, and the tree holds
 * exactly the entries that can expire.
 */
export class EvictingMap<K, V> extends Printed {
  /** What has been counted; plain numbers, live. */
  readonly counters: Counters = zeroCounters()

  #index: MapTables<K, V>["index"]
  #policy: MapTables<K, V>["policy"]
  readonly #weigh: ((key: K, value: V) => number) | undefined
  readonly #removals: Removals<K, V>
  #deadlines: Deadlines | undefined
  readonly #made: TablesOptions
  #table: MapTables<K, V>["table"]
  #used = 0
  #entryLimit: number
  #weightLimit: number
  #totalWeight = 0
  #refusedWeight = 0
  #countsOnly = false
  #missed: K | undefined = undefined
  #hasMissed = false

  /** Throws `BoundedMapError` for an option it cannot accept. */
  constructor(options: BoundedMapOptions<K, V>, policyOf: TablesOptions["policyOf"]) {
    const { maxSize, maxWeight, timeToIdle } = limitsIn(options)
    super(options.evictionPolicy)
    this.#entryLimit = maxSize
    this.#weightLimit = maxWeight
    const { costs: hasCosts = false, equality, evictionPolicy = "LRU", weigher: weigh } = options
    this.#made = { equality, evictionPolicy, policyOf, isWeighed: weigh !== undefined, hasCosts, timeToIdle }
    const { deadlines, index, policy, table } = newTables<K, V>(this.#made)
    this.#table = table
    this.#policy = policy
    this.#index = index
    this.#deadlines = deadlines
    this.#weigh = weigh
    this.#removals = new Removals(this.counters, options.onRemoval)
    this.expectEntries()
  }

  /** The most entries. */
  get maxSize(): number {
    return this.#entryLimit
  }

  /** The most weight. */
  get maxWeight(): number {
    return this.#weightLimit
  }

  /**
   * Whether there is a time to idle, or an entry that can expire was ever written. Until then no operation looks at the
   * time it is given.
   */
  get usesTime(): boolean {
    return this.#deadlines !== undefined
  }

  /** The weight of the entry that was refused last, `0` when none was: an entry is weighed only once. */
  get lastRefusedWeight(): number {
    return this.#refusedWeight
  }

  /** The value under a key, or `Absent`. This is a use, and it is counted. An entry that has expired is removed. */
  get(key: K, now: number): V | Absent {
    // As short as it can be: what is compiled into it is faster, and V8 stops at so much.
    const slot = this.#index.get(key)
    if (slot === -1 || (this.#deadlines !== undefined && !this.isLive(slot, now))) return this.miss(key, slot)
    this.#policy.access(slot)
    if (this.#deadlines !== undefined) this.#deadlines.use(slot, now)
    this.counters.hits++
    return this.#table.valueAt(slot)
  }

  /** The value under a key, or `Absent`. Neither a use nor counted, and it changes nothing. */
  peek(key: K, now: number): V | Absent {
    const slot = this.#index.get(key)
    return slot === -1 || this.expiryOf(slot) <= now ? Absent : this.#table.valueAt(slot)
  }

  /** Whether there is a live entry under a key. Neither a use nor counted, and it changes nothing. */
  has(key: K, now: number): boolean {
    return this.peek(key, now) !== Absent
  }

  /**
   * When the entry under a key expires if it is not used until then, in milliseconds since the epoch (`Infinity`:
   * never), or `Absent`. Changes nothing; the answer for an entry that has expired but is not reclaimed yet lies in the
   * past.
   *
   * @param now with it, an entry that was used later, before the clock was set back, is told to be used now
   */
  expiresAt(key: K, now: number = never): number | Absent {
    const slot = this.#index.get(key)
    return slot === -1 ? Absent : this.#deadlines?.toldAt(slot, now) ?? never
  }

  /**
   * When the entry under a key expires however often it is used, in milliseconds since the epoch (`Infinity`: never), or
   * `Absent`: what it was written with, its time to idle left aside. Changes nothing.
   */
  livesUntil(key: K): number | Absent {
    const slot = this.#index.get(key)
    return slot === -1 ? Absent : this.#deadlines?.given(slot) ?? never
  }

  /** The weight of the live entry under a key, or `Absent`. Changes nothing. */
  weightOf(key: K, now: number): number | Absent {
    const slot = this.#index.get(key)
    return slot === -1 || this.expiryOf(slot) <= now ? Absent : this.#table.weightAt(slot)
  }

  /**
   * When the entry under a key was written or used last, in milliseconds since the epoch: `now` for one that is in use, or
   * was used later, before the clock was set back, `undefined` where it is not known, as without a time to idle. Changes nothing.
   */
  lastUseOf(key: K, now: number): number | undefined {
    const slot = this.#index.get(key)
    const at = slot === -1 ? undefined : this.#deadlines?.lastUse(slot)
    return at === undefined ? at : Math.min(at, now)
  }

  /**
   * What an entry would weigh, written now. Throws what the weigher throws, or `BoundedMapError` for an invalid weight.
   */
  weigh(key: K, value: V): number {
    return this.#weigh === undefined ? 1 : validWeight(this.#weigh(key, value))
  }

  /**
   * Writes an entry, whether there was one or not. Throws what the weigher throws, or `BoundedMapError` for an invalid
   * weight; then, as when the entry is too large, nothing has changed.
   *
   * @param expiresAt milliseconds since the epoch, default `Infinity` (never); an entry that has expired already is
   *   not stored, but what was there under its key is gone
   * @param weighed what it weighs, if it was weighed already
   * @param cost what it takes to make it anew, where entries have costs: a number, 0 or more. Default: as much as what was
   *   there under its key, or 1
   */
  set(key: K, value: V, now: number, expiresAt: number = never, weighed?: number, cost?: number): WriteOutcome {
    const weight = weighed ?? this.weigh(key, value)
    checkExpiry(expiresAt)
    this.#table.cost = validCost(cost)
    if (weight > this.#weightLimit) {
      this.counters.rejections++
      this.#refusedWeight = weight
      return "tooLarge"
    }
    this.reclaim(now)
    let slot = this.#hasMissed && this.#missed === key ? -1 : this.#index.get(key)
    if (slot !== -1 && this.expiryOf(slot) <= now) {
      this.release(slot, "expired")
      slot = -1
    }
    const outcome = slot === -1
      ? this.insert(key, value, weight, now, expiresAt)
      : this.update(slot, value, weight, now, expiresAt)
    this.#removals.tell()
    return outcome
  }

  /**
   * Changes when an entry expires, and nothing else: this is no use. An entry whose new time has come is removed.
   * Returns whether there was a live entry.
   */
  setExpiresAt(key: K, expiresAt: number, now: number): boolean {
    checkExpiry(expiresAt)
    this.reclaim(now)
    const slot = this.#index.get(key)
    const live = slot !== -1 && this.isLive(slot, now)
    if (live && expiresAt <= now) this.release(slot, "expired")
    else if (live) this.putExpiry(slot, expiresAt)
    this.#removals.tell()
    return live
  }

  /**
   * Says that an entry is in use from now on, and does not go idle, or that it is no more, and was until now. It matters
   * to its time to idle alone: it is no use otherwise. A write begins anew.
   */
  setInUse(key: K, isInUse: boolean, now: number): void {
    const slot = this.#index.get(key)
    if (slot !== -1 && this.#deadlines !== undefined) this.#deadlines.setLastUse(slot, isInUse ? never : now)
  }

  /**
   * When the first entry expires, if none is used until then, in milliseconds since the epoch: `Infinity` for never.
   */
  nextExpiry(): number {
    return this.#deadlines === undefined ? never : this.#deadlines.next()
  }

  /** Removes an entry; returns whether there was a live one. */
  delete(key: K, now: number): boolean {
    return this.pop(key, now) !== Absent
  }

  /** Removes an entry and returns its value, or `Absent` when there was no live one. */
  pop(key: K, now: number): V | Absent {
    const slot = this.#index.get(key)
    if (slot === -1 || !this.isLive(slot, now)) return Absent
    const value = this.#table.valueAt(slot)
    this.release(slot, "deleted")
    this.#removals.tell()
    return value
  }

  /**
   * Removes the live entry that is next to be evicted and returns it, or `Absent` when the map is empty. The reason is
   * `deleted`: a caller asked for it. Entries that have expired and were to go before it are reclaimed, however many: up to
   * a second for a million.
   */
  popVictim(now: number): readonly [key: K, value: V] | Absent {
    return this.popNext(now, () => this.#policy.victim(-1))
  }

  /**
   * Removes the live entry that was used last and returns it, or `Absent` when the map is empty. The reason is
   * `deleted`. Throws `BoundedMapError` unless the policy is `LRU`, which alone knows it.
   */
  popNewest(now: number): readonly [key: K, value: V] | Absent {
    return this.popNext(now, recencyOf(this.#policy).newest)
  }

  /**
   * Makes an entry the last to be evicted, as a use does, or the next; it is not counted as a use. Returns whether
   * there was a live entry. Throws `BoundedMapError` unless the policy is `LRU`.
   */
  moveTo(key: K, end: "newest" | "oldest", now: number): boolean {
    const { demote } = recencyOf(this.#policy)
    const slot = this.#index.get(key)
    if (slot === -1 || !this.isLive(slot, now)) return false
    if (end === "newest") this.#policy.access(slot)
    else demote(slot)
    return true
  }

  /**
   * Weighs the entry under a key anew, for a value that has changed inside; others are evicted if it has become too
   * heavy. It is no use. Returns the weight, or `Absent` when there is no live entry. One that is heavier than the
   * limit is evicted itself (`"tooLarge"`). What the weigher throws changes nothing.
   */
  reweigh(key: K, now: number): number | "tooLarge" | Absent {
    this.purge(now, mostReclaimed)
    const value = this.peek(key, now)
    if (value === Absent) return Absent
    const weight = this.weigh(key, value)
    const slot = this.#index.get(key)
    if (slot === -1) return Absent
    const fits = weight <= this.#weightLimit
    if (!fits) this.#refusedWeight = weight
    if (fits) this.changeWeight(slot, weight, now)
    else this.release(slot, "evicted")
    while (this.#totalWeight > this.#weightLimit && this.#used > 1) this.evict(now, slot)
    this.#removals.tell()
    return fits ? weight : "tooLarge"
  }

  /** Removes every entry, and gives back the room they took. */
  clear(now: number): void {
    this.detach(now)(never)
  }

  /**
   * Removes every entry at once, as `clear` does, but leaves it to the caller to tell the listener: the result does so, of
   * so many entries at the most, the next victim first, and returns whether that were all. The removals are counted
   * already.
   */
  detach(now: number): (most: number) => boolean {
    const due = this.#deadlines === undefined ? 0 : this.#deadlines.due(now)
    this.counters.expired += due
    this.counters.cleared += this.#used - due
    const tables = { deadlines: this.#deadlines, policy: this.#policy, table: this.#table, used: this.#used }
    const tell = this.#removals.hasListener ? tellerOf(tables, this.#removals, now) : () => true
    const fresh = newTables<K, V>(this.#made)
    this.#table = fresh.table
    this.#index = fresh.index
    this.#policy = emptiedFor(this.#policy, fresh.table)
    this.#deadlines = fresh.deadlines
    this.#used = 0
    this.#totalWeight = 0
    this.expectEntries()
    return tell
  }

  /**
   * Reclaims what has expired; returns how many entries that were.
   *
   * @param most how many entries at the most; when it was fewer, none are left. Default: all.
   */
  purge(now: number, most = never): number {
    const before = this.counters.expired
    if (most === never && this.#used > mostReclaimed && this.#deadlines?.due(now) === this.#used) this.clear(now)
    else this.reclaim(now, most)
    this.#removals.tell()
    return this.counters.expired - before
  }

  /** How many live entries there are: those that have expired are not among them, reclaimed or not. */
  size(now: number): number {
    this.purge(now, mostReclaimed)
    return this.#used - (this.#deadlines === undefined ? 0 : this.#deadlines.due(now))
  }

  /** The weight of all live entries together. */
  weight(now: number): number {
    this.purge(now, mostReclaimed)
    return this.#totalWeight - (this.#deadlines === undefined ? 0 : this.#deadlines.dueWeight(now))
  }

  /** The keys and values of the live entries, the next victim first: a snapshot, and no use. */
  entries(now: number): Array<readonly [key: K, value: V]> {
    this.purge(now, mostReclaimed)
    const entries: Array<readonly [K, V]> = []
    this.#policy.forEach((slot) => {
      if (this.expiryOf(slot) > now) entries.push([this.#table.keyAt(slot), this.#table.valueAt(slot)])
    })
    return entries
  }

  /**
   * How much it holds, with what has expired and is not reclaimed yet, and the first live keys, the next victim first. It
   * changes nothing and reclaims nothing: it is for showing the map.
   *
   * @param most how many keys are wanted at the most; with none, it takes the same time for any map
   */
  glance(now: number, most: number): { readonly size: number; readonly weight: number; readonly keys: Array<K> } {
    const keys: Array<K> = []
    const isShown = (slot: number) => keys.length < most && this.expiryOf(slot) > now
    if (most > 0) this.#policy.forEach((slot) => isShown(slot) && keys.push(this.#table.keyAt(slot)))
    return { size: this.#used, weight: this.#totalWeight, keys }
  }

  /**
   * Changes the limits. What no longer fits is evicted at once. Throws `BoundedMapError` for a limit it cannot accept;
   * then nothing has changed. It is for the whole map: for a million entries that are evicted it takes some 0.5 seconds,
   * to make room for more in a full map of a million some 10 ms, and what the map holds is moved to smaller tables where
   * it is a quarter of what it held, or less: some 0.5 seconds for a million that are left.
   *
   * @param most how many entries are evicted at the most; default: all. Where more have to go, the limits are what is left
   *   until it is called again.
   * @returns whether the limits are what was asked for
   */
  resize(limits: Pick<BoundedMapOptions<K, V>, "maxSize" | "maxWeight">, now: number, most = never): boolean {
    const { maxSize, maxWeight } = changedLimits(limits, this.#entryLimit, this.#weightLimit)
    const isRaised = maxSize > this.#entryLimit
    this.#entryLimit = maxSize
    // There was room for what it could hold: here is the place to make more, and not at the next write.
    if (isRaised && this.#used === this.#table.slots && this.#used > 0) {
      this.takeSlot()
      this.#table.release(this.#used)
    }
    this.#weightLimit = maxWeight
    this.expectEntries()
    this.reclaim(now)
    const isOver = () => this.#used > maxSize || (this.#totalWeight > maxWeight && this.#used > 0)
    for (let left = most; left > 0 && isOver(); left--) this.evict(now, -1)
    const done = !isOver()
    this.#entryLimit = Math.max(maxSize, this.#used)
    this.#weightLimit = Math.max(maxWeight, this.#totalWeight)
    if (done) this.giveRoomBack()
    else this.expectEntries()
    this.#removals.tell()
    return done
  }

  /**
   * Evicts entries until those that are left weigh no more than this together. The limits stay as they are.
   *
   * @param most how many entries are evicted at the most; default: all, in some 0.5 seconds for a million
   * @returns whether they weigh no more
   */
  shrinkTo(weight: number, now: number, most = never): boolean {
    this.reclaim(now)
    for (let left = most; left > 0 && this.#used > 0 && this.#totalWeight > weight; left--) this.evict(now, -1)
    const done = this.#used === 0 || this.#totalWeight <= weight
    if (done) this.giveRoomBack()
    this.#removals.tell()
    return done
  }

  /** What it consists of. */
  protected parts(): MapParts<K, V> & { readonly removals: Removals<K, V> } {
    const tables = { policy: this.#policy, deadlines: this.#deadlines, index: this.#index, table: this.#table }
    const limits = { maxSize: this.#entryLimit, maxWeight: this.#weightLimit }
    return { ...tables, ...limits, used: this.#used, weight: this.#totalWeight, removals: this.#removals }
  }

  private popNext(now: number, next: () => number): readonly [key: K, value: V] | Absent {
    const all = this.reclaim(now)
    // None of them is live: there is no end of them to be looked for.
    let slot = !all && this.#deadlines?.due(now) === this.#used ? -1 : next()
    for (; slot !== -1 && this.expiryOf(slot) <= now; slot = next()) this.release(slot, "expired")
    const popped = slot === -1 ? Absent : [this.#table.keyAt(slot), this.#table.valueAt(slot)] as const
    if (slot !== -1) this.release(slot, "deleted")
    this.#removals.tell()
    return popped
  }

  // Some of what has expired; whether that is all of it.
  private reclaim(now: number, most = mostReclaimed): boolean {
    if (this.#deadlines === undefined) return true
    let slot = this.#deadlines.first(now)
    for (let left = most; left > 0 && slot !== -1; left--) {
      this.release(slot, "expired")
      slot = this.#deadlines.first(now)
    }
    return slot === -1
  }

  private isLive(slot: number, now: number): boolean {
    if (this.#deadlines === undefined || this.#deadlines.of(slot) > now) return true
    this.release(slot, "expired")
    this.#removals.tell()
    return false
  }

  private miss(key: K, slot: number): Absent {
    this.counters.misses++
    // What is missed is mostly written next. Objects may change until then, and equal another key; where an entry has
    // expired, the listener was told, and may have written it.
    this.#hasMissed = slot === -1 && (typeof key === "string" || typeof key === "number")
    this.#missed = key
    return Absent
  }

  private insert(key: K, value: V, weight: number, now: number, expiresAt: number): WriteOutcome {
    if (expiresAt <= now || this.#made.timeToIdle === 0 || this.#entryLimit === 0) return "discarded"
    const crowding = typeof key === "object" || typeof key === "function" ? this.#index.crowdedBy(key) : -1
    if (crowding === -1 && this.#countsOnly && this.#used === this.#entryLimit && expiresAt === never) {
      return this.replaceVictim(key, value)
    }
    const hash = this.#policy.hashOf?.(key, this.#made.equality) ?? 0
    const full = this.#used >= this.#entryLimit
    const slot = crowding !== -1 ? crowding : full ? this.nextVictim(now, -1) : this.#table.next
    if (crowding !== -1 || full) {
      this.#index.replace(this.#table.keyAt(slot), key, slot)
      this.leave(slot, this.expiryOf(slot) <= now ? "expired" : "evicted", crowding === -1)
    } else {
      // First: where it throws, all is as it was.
      this.#index.set(key, slot)
      this.takeSlot()
    }
    this.#table.put(slot, key, value)
    // The new entry is not known to the policy yet, and is none of those that make room.
    while (this.#used > 0 && !fitsBeside(this.#totalWeight, weight, this.#used, this.#weightLimit)) this.evict(now, -1)
    this.#table.putWeight(slot, weight)
    this.#policy.insert(slot, hash)
    this.putExpiry(slot, expiresAt, now)
    this.#totalWeight += weight
    this.#used++
    this.counters.insertions++
    this.#hasMissed = false
    return "inserted"
  }

  // What `insert` comes to in a full map where no entry has a weight or an end: no bookkeeping, for one leaves and one
  // comes.
  private replaceVictim(key: K, value: V): WriteOutcome {
    const hash = this.#policy.hashOf?.(key, this.#made.equality) ?? 0
    const slot = this.#policy.victim(-1)
    this.#index.replace(this.#table.keyAt(slot), key, slot)
    this.note(slot, "evicted")
    this.#table.put(slot, key, value)
    this.#policy.replace(slot, hash)
    this.counters.insertions++
    this.#hasMissed = false
    return "inserted"
  }

  private update(slot: number, value: V, weight: number, now: number, expiresAt: number): WriteOutcome {
    if (expiresAt <= now) {
      this.release(slot, "replaced")
      return "discarded"
    }
    this.note(slot, "replaced")
    this.#table.putValue(slot, value)
    this.changeWeight(slot, weight, now)
    this.#policy.access(slot)
    this.putExpiry(slot, expiresAt, now)
    while (this.#totalWeight > this.#weightLimit && this.#used > 1) this.evict(now, slot)
    return "updated"
  }

  private evict(now: number, excluded: number): void {
    const slot = this.nextVictim(now, excluded)
    this.release(slot, this.expiryOf(slot) <= now ? "expired" : "evicted")
  }

  // What has expired goes before what has not.
  private nextVictim(now: number, excluded: number): number {
    const due = this.#deadlines === undefined ? -1 : this.#deadlines.first(now)
    const slot = due === -1 || due === excluded ? this.#policy.victim(excluded) : due
    if (slot === -1) throw new Error("effect-aws-cache: over its limit with nothing to evict; please report this")
    return slot
  }

  private expectEntries(): void {
    this.#policy.expect(this.#weightLimit === never ? this.#entryLimit : never)
    this.#countsOnly = this.#weigh === undefined && this.#weightLimit === never && this.#deadlines === undefined
  }

  private takeSlot(): void {
    this.#table.take(this.#entryLimit)
    // One that was used before changes nothing.
    this.#policy.grow(this.#table.slots, this.#entryLimit)
    this.#deadlines?.grow(this.#table.slots, this.#entryLimit)
  }

  // The tables had grown to what the map held: those that are nearly empty are made anew, in the order of the policy.
  private giveRoomBack(): void {
    if (this.#table.slots < fewestGivenBack || this.#used * 4 > this.#table.slots) return
    const expected = this.#weightLimit === never ? this.#entryLimit : never
    const options = { ...this.#made, most: this.#entryLimit, expected }
    const fresh = freshTables(this.#table, this.#policy, this.#deadlines, options)
    if (fresh === undefined) return
    this.#table = fresh.table
    this.#policy = fresh.policy
    this.#index = fresh.index
    this.#deadlines = fresh.deadlines
    this.expectEntries()
  }

  private release(slot: number, reason: RemovalReason): void {
    this.#index.delete(this.#table.keyAt(slot), slot)
    this.leave(slot, reason)
    this.#table.release(slot)
  }

  // The entry is gone, but for its key and value: for a slot that is freed, or written to at once.
  private leave(slot: number, reason: RemovalReason, isVictim = true): void {
    this.note(slot, reason)
    this.#policy.remove(slot, isVictim && reason === "evicted")
    if (this.#deadlines !== undefined) this.#deadlines.clear(slot)
    this.#used--
    this.#totalWeight -= this.#table.weightAt(slot)
  }

  private note(slot: number, reason: RemovalReason): void {
    this.#removals.add(this.#table.keyAt(slot), this.#table.valueAt(slot), reason, this.#table.weightAt(slot))
  }

  private expiryOf(slot: number): number {
    return this.#deadlines === undefined ? never : this.#deadlines.of(slot)
  }

  private putExpiry(slot: number, expiresAt: number, usedAt?: number): void {
    if (this.#deadlines === undefined) {
      if (expiresAt === never) return
      this.#countsOnly = false
      this.#deadlines = new Deadlines(this.#table.slots, never, (slot) => this.#table.weightAt(slot))
    }
    this.#deadlines.put(slot, expiresAt, usedAt)
  }

  private changeWeight(slot: number, weight: number, now: number): void {
    const before = this.#table.weightAt(slot)
    while (this.#used > 1 && !fitsBeside(this.#totalWeight - before, weight, this.#used - 1)) this.evict(now, slot)
    const by = weight - before
    this.#totalWeight += by
    if (this.#deadlines !== undefined) this.#deadlines.reweigh(slot, by)
    this.#table.putWeight(slot, weight)
  }
}
