import type { EvictionPolicyName } from "effect-aws-cache/Cache"
import { FrequencySketch } from "../../../src/Cache/engine/policies/FrequencySketch.js"
import { GhostTable } from "../../../src/Cache/engine/policies/GhostTable.js"
import { keyHash } from "../../../src/Cache/engine/structures/keyHash.js"
import { NaiveAdaptive } from "./NaiveAdaptive.js"

/** What an eviction policy does, told as naively as possible: by key, in arrays, from the papers. */
export interface NaivePolicy {
  readonly expect: (entries: number) => void
  readonly insert: (key: number, weight: number, cost: number) => void
  readonly access: (key: number, weight: number, cost: number) => void
  readonly remove: (key: number, evicted: boolean) => void
  /** Never the excluded key; `undefined` when there is no other. */
  readonly victim: (excluded: number | undefined) => number | undefined
}

interface Ranked {
  readonly key: number
  frequency: number
  priority: number
  tie: number
  lastUse: number
}

type Rank = (entry: Ranked, weight: number, age: number, cost: number) => readonly [priority: number, tie: number]

/** The entry of the lowest priority, then the lowest tie, then the least recent use. */
class Ranking implements NaivePolicy {
  protected entries: Array<Ranked> = []
  protected age = 0
  private clock = 0
  private readonly rank: Rank

  constructor(rank: Rank) {
    this.rank = rank
  }

  expect() {}

  insert(key: number, weight: number, cost: number) {
    const entry = { key, frequency: 0, priority: 0, tie: 0, lastUse: 0 }
    this.entries.push(entry)
    this.use(entry, weight, cost)
  }

  access(key: number, weight: number, cost: number) {
    this.use(this.entries.find((entry) => entry.key === key) as Ranked, weight, cost)
  }

  remove(key: number, evicted: boolean) {
    const entry = this.entries.find((other) => other.key === key) as Ranked
    if (evicted) this.age = this.ageAfter(entry)
    this.entries = this.entries.filter((other) => other !== entry)
  }

  victim(excluded: number | undefined) {
    return this.entries
      .filter((entry) => entry.key !== excluded)
      .sort((one, other) => one.priority - other.priority || one.tie - other.tie || one.lastUse - other.lastUse)[0]?.key
  }

  protected ageAfter(victim: Ranked) {
    return Math.max(this.age, victim.priority)
  }

  private use(entry: Ranked, weight: number, cost: number) {
    entry.frequency++
    entry.lastUse = ++this.clock
    const [priority, tie] = this.rank(entry, weight, this.age, cost)
    entry.priority = priority
    entry.tie = tie
  }
}

/** With an excluded entry below the victim, the age stays at the excluded one: nobody lies below the age. */
class LfuDaRanking extends Ranking {
  constructor() {
    super((entry, _, age) => [age + Math.min(entry.frequency, 63), 0])
  }

  protected override ageAfter() {
    return Math.min(...this.entries.map((entry) => entry.priority))
  }
}

/** Rounded down to a power of two times 1, 1.25, 1.5 or 1.75. */
const rounded = (ratio: number) => {
  const power = 2 ** Math.floor(Math.log2(ratio))
  return (Math.floor((ratio / power) * 4) / 4) * power
}

/** A small and a main queue, as arrays; only the table of ghosts is the real one, which has tests of its own. */
class S3FifoQueues implements NaivePolicy {
  private small: Array<{ readonly key: number; uses: number }> = []
  private main: Array<{ readonly key: number; uses: number }> = []
  // Room for the ghosts of 64 slots: more than these tests have, so it never grows.
  private readonly ghosts = new GhostTable()
  private evictions = 0
  private expected = Infinity

  expect(entries: number) {
    this.expected = entries
  }

  insert(key: number) {
    const isKnown = this.ghosts.take(keyHash(key, undefined))
    const isGhost = isKnown && this.evictions - this.ghosts.last <= this.capacity() - this.smallShare()
    const queue = isGhost ? this.main : this.small
    queue.push({ key, uses: 0 })
  }

  access(key: number) {
    for (const entry of [...this.small, ...this.main]) if (entry.key === key) entry.uses = Math.min(3, entry.uses + 1)
  }

  remove(key: number, evicted: boolean) {
    if (evicted && this.small.some((entry) => entry.key === key)) {
      this.ghosts.add(keyHash(key, undefined), this.evictions, 1, this.evictions)
      this.evictions++
    }
    this.small = this.small.filter((entry) => entry.key !== key)
    this.main = this.main.filter((entry) => entry.key !== key)
  }

  victim(excluded: number | undefined): number | undefined {
    if (this.small.length >= this.smallShare()) {
      const key = this.fromSmall(excluded)
      if (key !== undefined) return key
    }
    return this.fromMain(excluded) ?? this.fromSmall(excluded) ?? this.fromMain(excluded)
  }

  private capacity() {
    return this.expected === Infinity ? this.small.length + this.main.length : this.expected
  }

  private smallShare() {
    return Math.max(1, Math.floor(this.capacity() / 10))
  }

  private fromSmall(excluded: number | undefined): number | undefined {
    for (;;) {
      const entry = this.small.find((other) => other.key !== excluded)
      if (entry === undefined || entry.uses < 2) return entry?.key
      this.small = this.small.filter((other) => other !== entry)
      this.main.push({ key: entry.key, uses: 0 })
      if (this.main.length > this.capacity() - this.smallShare()) return this.fromMain(excluded)
    }
  }

  private fromMain(excluded: number | undefined): number | undefined {
    for (;;) {
      const entry = this.main.find((other) => other.key !== excluded)
      if (entry === undefined || entry.uses === 0) return entry?.key
      this.main = [...this.main.filter((other) => other !== entry), { key: entry.key, uses: entry.uses - 1 }]
    }
  }
}

interface Part {
  readonly key: number
  readonly weight: number
  readonly proven: boolean
  readonly seen: number
  readonly cost: number
}

/** A window, a probation and a protected part, as arrays; only the sketch is the real one, which has tests of its own. */
class WTinyLfuParts implements NaivePolicy {
  private window: Array<Part> = []
  private probation: Array<Part> = []
  private guarded: Array<Part> = []
  // Room for 64 keys: more than these tests have, so it never grows.
  private readonly sketch = new FrequencySketch()
  private expected = 0
  private share = 0.2
  private full = 0
  private hits = { window: 0, main: 0 }
  private usesSinceHalving = 0
  private usesSinceClimb = 0

  expect(entries: number) {
    if ((entries === Infinity) !== (this.expected === Infinity)) this.full = 0
    this.expected = entries
  }

  insert(key: number, weight: number, cost: number) {
    const seen = Math.min(15, this.sketch.estimate(keyHash(key, undefined)) + 1)
    this.window.push({ key, weight, proven: false, seen, cost })
    this.use()
  }

  access(key: number, weight: number, cost: number) {
    const seen = Math.min(15, (this.all().find((part) => part.key === key) as Part).seen + 1)
    const used = { key, weight, proven: true, seen, cost }
    const inWindow = this.window.some((part) => part.key === key)
    this.take(key)
    if (inWindow) this.window.push({ ...used, proven: false })
    else this.guarded.push(used)
    this.hits[inWindow ? "window" : "main"]++
    this.use()
  }

  remove(key: number) {
    for (const part of this.all()) if (part.key === key) this.sketch.raise(keyHash(key, undefined), part.seen)
    this.take(key)
  }

  victim(excluded: number | undefined) {
    if (this.byWeight()) this.full = this.size(this.all())
    this.demote()
    const candidate = this.window.find((part) => part.key !== excluded)
    const resident = [...this.probation, ...this.guarded].find((part) => part.key !== excluded)
    if (resident === undefined) return candidate?.key
    if (candidate === undefined || this.size(this.window) < this.windowTarget()) return resident.key
    const lead = candidate.seen - resident.seen - (resident.proven ? 1 : 0)
    if (lead < 0 || (lead === 0 && candidate.cost <= 4 * resident.cost)) return candidate.key
    this.leaveWindow(candidate)
    return resident.key
  }

  private use() {
    const places = this.byWeight() ? this.all().length : this.expected
    if (++this.usesSinceHalving >= 10 * places) {
      this.usesSinceHalving = 0
      this.sketch.halve()
      const halved = (part: Part) => ({ ...part, seen: Math.floor(part.seen / 2) })
      this.window = this.window.map(halved)
      this.probation = this.probation.map(halved)
      this.guarded = this.guarded.map(halved)
    }
    if (++this.usesSinceClimb >= 4 * places) {
      if (this.all().length >= places) {
        const densities = [this.hits.window / this.share + 1, this.hits.main / (1 - this.share) + 1] as const
        const step = 0.03 * Math.log(densities[0] / densities[1])
        this.share = Math.max(0.02, Math.min(0.98, this.share + Math.max(-0.3, Math.min(0.3, step))))
      }
      this.hits = { window: 0, main: 0 }
      this.usesSinceClimb = 0
    }
    for (let moves = 0; moves < 2; moves++) {
      const [first] = this.window
      if (first === undefined || this.size(this.window) <= this.windowTarget()) break
      this.demote()
      const main = this.size([...this.probation, ...this.guarded, first])
      if (this.byWeight() && main > this.capacity() - this.windowTarget()) break
      this.leaveWindow(first)
    }
  }

  // Few enough entries to move all that are too many.
  private demote() {
    for (const first of [...this.guarded]) {
      if (this.size(this.guarded) <= Math.floor((this.capacity() - this.windowTarget()) * 0.8)) break
      this.take(first.key)
      this.probation.push(first)
    }
  }

  private leaveWindow(part: Part) {
    this.take(part.key)
    this.probation.push(part)
  }

  private take(key: number) {
    this.window = this.window.filter((part) => part.key !== key)
    this.probation = this.probation.filter((part) => part.key !== key)
    this.guarded = this.guarded.filter((part) => part.key !== key)
  }

  private all() {
    return [...this.window, ...this.probation, ...this.guarded]
  }

  private byWeight() {
    return this.expected === Infinity
  }

  private size(parts: ReadonlyArray<Part>) {
    return parts.reduce((size, part) => size + (this.byWeight() ? Math.max(1, part.weight) : 1), 0)
  }

  private capacity() {
    return this.byWeight() ? Math.max(this.full, this.size(this.all())) : this.expected
  }

  private windowTarget() {
    return Math.max(1, Math.round(this.capacity() * this.share))
  }
}

/** The policies that have a naive twin, and how to make it. */
export const naivePolicies: ReadonlyArray<readonly [EvictionPolicyName, () => NaivePolicy]> = [
  ["LRU", () => new Ranking(() => [0, 0])],
  ["LFU", () => new Ranking((entry) => [entry.frequency, 0])],
  ["LFU-DA", () => new LfuDaRanking()],
  ["S3-FIFO", () => new S3FifoQueues()],
  ["W-TinyLFU", () => new WTinyLfuParts()],
  ["Adaptive", () => new NaiveAdaptive()],
  [
    "GDSF",
    () =>
      new Ranking((entry, weight, age, cost) => {
        const value = rounded((entry.frequency * Math.max(1, cost)) / Math.max(1, weight))
        return [age + value, value]
      })
  ]
]
