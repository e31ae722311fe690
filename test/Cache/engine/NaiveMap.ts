import { Absent, type RemovalReason } from "effect-aws-cache/Cache"
import type { NaivePolicy } from "./NaivePolicies.js"

interface Entry {
  readonly key: number
  readonly value: number
  readonly weight: number
  readonly expiresAt: number
  readonly usedAt: number
  readonly cost: number
}

/** What a bounded map does, told as naively as possible: an array of entries, and a naive policy. */
export class NaiveMap {
  entries: Array<Entry> = []
  readonly removed: Array<string> = []
  private readonly policy: NaivePolicy
  private maxSize: number
  private maxWeight: number
  private readonly timeToIdle: number

  constructor(policy: NaivePolicy, maxSize: number, maxWeight: number, timeToIdle: number) {
    this.policy = policy
    this.maxSize = maxSize
    this.maxWeight = maxWeight
    this.timeToIdle = timeToIdle
    this.expect()
  }

  weight() {
    return this.entries.reduce((sum, entry) => sum + entry.weight, 0)
  }

  find(key: number, now: number) {
    return this.entries.find((entry) => entry.key === key && this.end(entry) > now)
  }

  purge(now: number) {
    for (const entry of this.entries) if (this.end(entry) <= now) this.drop(entry, "expired")
  }

  end({ expiresAt, usedAt }: Entry) {
    return Math.min(expiresAt, usedAt + this.timeToIdle)
  }

  expiresAt(key: number): number | Absent {
    const held = this.entries.find((entry) => entry.key === key)
    return held ? this.end(held) : Absent
  }

  nextExpiry() {
    return Math.min(Infinity, ...this.entries.map((entry) => this.end(entry)))
  }

  setInUse(key: number, isInUse: boolean, now: number) {
    this.setLastUse(key, isInUse ? Infinity : now)
  }

  private setLastUse(key: number, usedAt: number) {
    this.entries = this.entries.map((entry) => entry.key === key ? { ...entry, usedAt } : entry)
  }

  get(key: number, now: number): number | Absent {
    const found = this.look(key, now)
    if (!found) return Absent
    this.setLastUse(key, Math.max(now, found.usedAt))
    this.policy.access(key, found.weight, found.cost)
    return found.value
  }

  set(key: number, value: number, weight: number, now: number, expiresAt: number, cost?: number) {
    if (weight > this.maxWeight) return "tooLarge"
    this.purge(now)
    const old = this.find(key, now)
    if (expiresAt <= now || this.timeToIdle === 0 || this.maxSize === 0) {
      if (old) this.drop(old, "replaced")
      return "discarded"
    }
    const entry = { key, value, weight, expiresAt, usedAt: now, cost: cost ?? old?.cost ?? 1 }
    if (old) {
      this.removed.push(`${old.key} ${old.value} replaced`)
      this.entries = this.entries.map((other) => other === old ? entry : other)
      this.policy.access(key, weight, entry.cost)
      while (this.weight() > this.maxWeight) this.evict(key)
      return "updated"
    }
    while (this.entries.length >= this.maxSize || this.weight() + weight > this.maxWeight) this.evict(undefined)
    this.entries.push(entry)
    this.policy.insert(key, weight, entry.cost)
    return "inserted"
  }

  pop(key: number, now: number): number | Absent {
    const found = this.look(key, now)
    if (found) this.drop(found, "deleted")
    return found ? found.value : Absent
  }

  popVictim(now: number): readonly [key: number, value: number] | Absent {
    this.purge(now)
    const key = this.policy.victim(undefined)
    const found = this.entries.find((entry) => entry.key === key)
    if (found) this.drop(found, "deleted")
    return found ? [found.key, found.value] : Absent
  }

  setExpiresAt(key: number, expiresAt: number, now: number) {
    this.purge(now)
    const found = this.find(key, now)
    if (!found) return false
    this.entries = this.entries.map((entry) => entry === found ? { ...entry, expiresAt } : entry)
    this.purge(now)
    return true
  }

  resize(maxSize: number, maxWeight: number, now: number) {
    this.maxSize = maxSize
    this.maxWeight = maxWeight
    this.expect()
    this.purge(now)
    while (this.entries.length > maxSize || this.weight() > maxWeight) this.evict(undefined)
  }

  clear(now: number) {
    this.purge(now)
    for (const entry of this.entries) this.drop(entry, "cleared")
    // Also where there was nothing: it is not full any more.
    this.expect()
  }

  private expect() {
    this.policy.expect(this.maxWeight === Infinity ? this.maxSize : Infinity)
  }

  private look(key: number, now: number) {
    const held = this.entries.find((entry) => entry.key === key)
    if (held && this.end(held) <= now) this.drop(held, "expired")
    return this.find(key, now)
  }

  private evict(excluded: number | undefined) {
    const key = this.policy.victim(excluded)
    this.drop(this.entries.find((entry) => entry.key === key) as Entry, "evicted")
  }

  private drop(entry: Entry, reason: RemovalReason) {
    this.entries = this.entries.filter((other) => other !== entry)
    this.removed.push(`${entry.key} ${entry.value} ${reason}`)
    this.policy.remove(entry.key, reason === "evicted")
  }
}
