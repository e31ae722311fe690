/**
 * A bounded map as it is replayed: no more of it than decides what is hit.
 */
import { makePolicy } from "#policies"
import type { EvictionPolicy, EvictionPolicyName } from "../../../Cache/engine/policies/EvictionPolicy.js"
import { SlotLists } from "../../../Cache/engine/structures/SlotLists.js"
import type { Capacity } from "./Capacity.js"

/** Well mixed, and the same in every process: what policies remember by hashes is the same each time. */
const hashOf = (key: number): number => {
  let hash = Math.imul(key ^ (key >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

// So many expired entries a write reclaims at the most, as in a `BoundedMap`.
const mostReclaimed = 32

/**
 * What a `BoundedMap` of numbers does with its policy where each miss is followed by a write: the same entries leave at
 * the same time, in a third of the time, since keys are numbers from 0 on and values are nothing.
 */
export class ReplayedMap {
  private readonly policy: EvictionPolicy
  private readonly limit: number
  private readonly byWeight: boolean
  private readonly timeToLive: number
  private readonly slotOf: Int32Array
  private readonly keyAt: Int32Array
  private readonly weightAt: Float64Array
  // All live for the same time: in the order of their writes they expire.
  private readonly written: SlotLists | undefined
  private readonly expiryAt: Float64Array
  private readonly free: Array<number> = []
  private readonly hashes: boolean
  private slots = 0
  private used = 0
  private weight = 0

  /** @param unique how many keys there are */
  constructor(
    name: EvictionPolicyName,
    { size, timeToLive = Number.POSITIVE_INFINITY, unit }: Capacity,
    unique: number
  ) {
    const most = unit === "bytes" ? unique : Math.min(size, unique)
    this.limit = size
    this.byWeight = unit === "bytes"
    this.timeToLive = timeToLive
    this.slotOf = new Int32Array(unique).fill(-1)
    this.keyAt = new Int32Array(most)
    this.weightAt = new Float64Array(this.byWeight ? most : 0)
    this.written = timeToLive === Number.POSITIVE_INFINITY ? undefined : new SlotLists(1)
    this.expiryAt = new Float64Array(this.written === undefined ? 0 : most)
    this.policy = makePolicy(name, (slot) => this.byWeight ? this.weightAt[slot] as number : 1)
    this.hashes = this.policy.hashOf !== undefined
    this.policy.expect(this.byWeight ? Number.POSITIVE_INFINITY : size)
  }

  /** Whether a key is there; otherwise it is written, if there is room for it. One that has another weight now is weighed anew. */
  hits(key: number, weight: number, now: number): boolean {
    const slot = this.slotOf[key] as number
    if (slot !== -1) {
      if (this.written === undefined || (this.expiryAt[slot] as number) > now) {
        this.policy.access(slot)
        if (this.byWeight && weight !== this.weightAt[slot]) this.reweigh(slot, weight, now)
        return true
      }
      this.release(slot, false)
    }
    this.write(key, weight, now)
    return false
  }

  private write(key: number, weight: number, now: number): void {
    if (this.byWeight ? weight > this.limit : this.limit === 0) return
    const { policy } = this
    const hash = this.hashes ? hashOf(key) : 0
    if (this.written === undefined && !this.byWeight && this.used === this.limit) {
      const slot = policy.victim(-1)
      this.slotOf[this.keyAt[slot] as number] = -1
      this.put(key, slot)
      policy.replace(slot, hash)
      return
    }
    if (this.written !== undefined) this.reclaim(now)
    if (!this.byWeight && this.used >= this.limit) this.evict(now)
    const slot = this.takeSlot()
    this.put(key, slot)
    // The new entry is not known to the policy yet, and is none of those that make room.
    while (this.byWeight && this.weight + weight > this.limit && this.used > 0) this.evict(now)
    this.used++
    if (this.byWeight) {
      this.weightAt[slot] = weight
      this.weight += weight
    }
    policy.insert(slot, hash)
    if (this.written !== undefined) {
      this.expiryAt[slot] = now + this.timeToLive
      this.written.append(0, slot)
    }
  }

  private reweigh(slot: number, weight: number, now: number): void {
    if (this.written !== undefined) this.reclaim(now)
    if (weight > this.limit) {
      this.release(slot, true)
      return
    }
    this.weight += weight - (this.weightAt[slot] as number)
    this.weightAt[slot] = weight
    while (this.weight > this.limit && this.used > 1) this.evict(now, slot)
  }

  private put(key: number, slot: number): void {
    this.slotOf[key] = slot
    this.keyAt[slot] = key
  }

  private takeSlot(): number {
    const slot = this.free.pop() ?? this.slots++
    const most = this.byWeight ? Number.POSITIVE_INFINITY : this.limit
    // Also where one is used again: what grows is moved with each call.
    this.policy.grow(this.slots, most)
    this.written?.grow(this.slots, most)
    return slot
  }

  private reclaim(now: number): void {
    for (let left = mostReclaimed; left > 0; left--) {
      const slot = this.due(now)
      if (slot === -1) return
      this.release(slot, false)
    }
  }

  // What has expired goes before what has not.
  private evict(now: number, excluded = -1): void {
    const due = this.due(now)
    this.release(due === -1 ? this.policy.victim(excluded) : due, due === -1)
  }

  private due(now: number): number {
    if (this.written === undefined) return -1
    const slot = this.written.first(0)
    return slot !== -1 && (this.expiryAt[slot] as number) <= now ? slot : -1
  }

  private release(slot: number, evicted: boolean): void {
    this.slotOf[this.keyAt[slot] as number] = -1
    this.policy.remove(slot, evicted)
    this.written?.unlink(slot)
    if (this.byWeight) this.weight -= this.weightAt[slot] as number
    this.used--
    this.free.push(slot)
  }
}
