import { GhostTable } from "../../../src/Cache/engine/policies/GhostTable.js"
import { keyHash } from "../../../src/Cache/engine/structures/keyHash.js"
import type { NaivePolicy } from "./NaivePolicies.js"

interface Part {
  readonly key: number
  readonly weight: number
  readonly proven: boolean
  readonly uses: number
  readonly last: number
  /** `0` where it is not known. */
  readonly interval: number
}

const sum = (parts: ReadonlyArray<Part>) => parts.reduce((size, { weight }) => size + weight, 0)
const clamp = (least: number, value: number, most: number) => Math.min(most, Math.max(least, value))

/** Only the table of ghosts is the real one, which has tests of its own; with so few keys it never grows. */
class Past {
  private readonly ghosts = new GhostTable()
  private readonly evictions = { window: 1, main: 1 }

  remember(part: Part, from: "window" | "main", now: number) {
    const number = this.evictions[from]++ * 32 + part.uses * 2 + (from === "window" ? 0 : 1)
    this.ghosts.add(keyHash(part.key, undefined), part.last, number, now)
  }

  recall(key: number) {
    if (!this.ghosts.take(keyHash(key, undefined))) return undefined
    const { last, number } = this.ghosts
    const from = number % 2 === 0 ? "window" as const : "main" as const
    return { last, uses: Math.floor(number / 2) % 16, from, since: this.evictions[from] - Math.floor(number / 32) }
  }
}

/** A window, a probation and a protected part, as arrays, the next victim first. */
class ByCount implements NaivePolicy {
  private window: Array<Part> = []
  private probation: Array<Part> = []
  private guarded: Array<Part> = []
  private readonly past = new Past()
  private expected = 0
  private isFull = false
  private now = 0
  private behind = 0
  private windowShare = 0.05
  private protectedShare = 0.5

  expect(entries: number) {
    this.expected = entries
    this.isFull = false
    this.behind = clamp(-0.5 * entries, this.behind, 0.5 * entries)
  }

  insert(key: number) {
    this.now++
    let interval = 16 * this.expected
    const ghost = this.past.recall(key)
    if (ghost !== undefined) {
      interval = Math.min(interval, this.now - ghost.last)
      const wouldBeLru = interval <= this.expected
      if (wouldBeLru && this.behind < 0.5 * this.expected) this.behind++
      if (this.isFull) {
        if (wouldBeLru && this.behind > 0.2 * this.expected) this.steerWindow(1)
        else if (ghost.since <= this.band()) this.steerWindow(ghost.from === "window" ? 1 : -1)
      }
    }
    const uses = Math.min(15, (ghost?.uses ?? 0) + 1)
    this.window.push({ key, weight: 1, proven: false, uses, last: this.now, interval })
    this.settle()
  }

  access(key: number) {
    const used = this.all().find((part) => part.key === key) as Part
    if (this.now - used.last >= this.burst()) this.now++
    const interval = Math.min(16 * this.expected, this.now - used.last)
    if (interval > this.expected && this.behind > -0.5 * this.expected) this.behind--
    const inWindow = this.window.includes(used)
    if (this.isFull) this.learnFrom(used)
    this.take(key)
    const uses = Math.min(15, used.uses + 1)
    ;(inWindow ? this.window : this.guarded).push({ ...used, proven: !inWindow, uses, last: this.now, interval })
    this.settle()
  }

  remove(key: number, evicted: boolean) {
    const gone = this.all().find((part) => part.key === key) as Part
    if (evicted) this.past.remember(gone, this.window.includes(gone) ? "window" : "main", this.now)
    this.isFull = evicted
    this.take(key)
  }

  victim(excluded: number | undefined) {
    const candidate = this.window.find((part) => part.key !== excluded)
    const resident = [...this.probation, ...this.guarded].find((part) => part.key !== excluded)
    if (resident === undefined) return candidate?.key
    if (candidate === undefined || this.window.length < this.windowTarget()) return resident.key
    const wait = (part: Part) => Math.max(part.interval, this.now + 1 - part.last)
    if (wait(candidate) * resident.uses >= wait(resident) * candidate.uses) return candidate.key
    this.take(candidate.key)
    this.probation.push(candidate)
    return resident.key
  }

  private learnFrom(used: Part) {
    const tail = this.tailOf(this.window.includes(used) ? this.window : this.probation)
    if (!tail.includes(used)) return
    const places = this.band() / tail.length
    if (this.window.includes(used)) return this.steerWindow(places)
    this.steerWindow(-places)
    const ofItsKind = tail.filter((part) => part.proven === used.proven).length
    const step = (used.proven ? 3 : -2) * places * Math.min(8, tail.length / Math.max(1, ofItsKind))
    const share = this.protectedShare + step / Math.max(1, this.expected - this.windowTarget())
    this.protectedShare = clamp(0, share, 0.95)
  }

  private steerWindow(by: number) {
    const least = Math.max(1 / this.expected, 0.01)
    this.windowShare = Math.min(0.98, Math.max(least, this.windowShare + by / this.expected))
  }

  private settle() {
    for (let moves = 0; moves < 2 && this.window.length > this.windowTarget(); moves++) {
      this.probation.push(this.window.shift() as Part)
    }
    for (let moves = 0; moves < 2; moves++) {
      if (this.guarded.length <= (this.expected - this.windowTarget()) * this.protectedShare) break
      const first = this.guarded.shift()
      if (first !== undefined) this.probation.push(first)
    }
  }

  // The oldest, as many as come to the band, or to half of them.
  private tailOf(parts: ReadonlyArray<Part>): ReadonlyArray<Part> {
    return parts.slice(0, Math.min(parts.length, this.band(), Math.max(1, Math.floor(parts.length / 2))))
  }

  private take(key: number) {
    this.window = this.window.filter((part) => part.key !== key)
    this.probation = this.probation.filter((part) => part.key !== key)
    this.guarded = this.guarded.filter((part) => part.key !== key)
  }

  private all() {
    return [...this.window, ...this.probation, ...this.guarded]
  }

  private band() {
    return Math.max(1, Math.round(0.05 * this.expected))
  }

  private burst() {
    return Math.max(1, Math.round(0.4 * this.expected))
  }

  private windowTarget() {
    return Math.max(1, Math.round(this.expected * this.windowShare))
  }
}

/** Rounded down to a power of two times 1, 1.25, 1.5 or 1.75. */
const rounded = (ratio: number) => {
  const power = 2 ** Math.floor(Math.log2(ratio))
  return (Math.floor((ratio / power) * 4) / 4) * power
}

/** A window, and all else in the order in which it came, or was used, there. */
class ByWeight implements NaivePolicy {
  private window: Array<Part> = []
  private main: Array<Part> = []
  private readonly past = new Past()
  private full = 0
  private isFull = false
  private now = 0
  private average = 0
  private behind = { hits: 0, weight: 0 }
  private share = 0.05

  expect() {
    this.isFull = false
  }

  insert(key: number, weighed: number) {
    const weight = Math.max(1, weighed)
    this.now++
    this.average += (weight - this.average) / (this.average === 0 ? 1 : 256)
    const ghost = this.past.recall(key)
    const interval = ghost === undefined ? 0 : this.since(ghost.last)
    if (ghost !== undefined) {
      const wouldBeLru = interval * this.average <= this.capacity()
      if (wouldBeLru) this.compare(1, weight)
      if (this.isFull) {
        if (wouldBeLru && (this.behind.hits > 0 || this.behind.weight > 0)) this.steer(1)
        else if (ghost.since <= this.band()) this.steer(ghost.from === "window" ? 1 : -1)
      }
    }
    const uses = Math.min(15, (ghost?.uses ?? 0) + 1)
    this.window.push({ key, weight, proven: false, uses, last: this.now, interval })
    this.settle()
  }

  access(key: number, weighed: number) {
    const used = this.all().find((part) => part.key === key) as Part
    if (this.now - used.last >= this.burst()) this.now++
    const interval = this.since(used.last)
    if (interval * this.average > this.capacity()) this.compare(-1, -used.weight)
    const list = this.window.includes(used) ? this.window : this.main
    const uses = Math.min(15, used.uses + 1)
    list.splice(list.indexOf(used), 1)
    list.push({ ...used, weight: Math.max(1, weighed), uses, last: this.now, interval })
    this.settle()
  }

  remove(key: number, evicted: boolean) {
    const gone = this.all().find((part) => part.key === key) as Part
    if (evicted) this.past.remember(gone, this.window.includes(gone) ? "window" : "main", this.now)
    this.isFull = evicted
    this.window = this.window.filter((part) => part !== gone)
    this.main = this.main.filter((part) => part !== gone)
  }

  victim(excluded: number | undefined) {
    this.full = sum(this.all())
    const candidate = this.window.find((part) => part.key !== excluded)
    const worth = (part: Part) => rounded(part.weight / part.uses ** 2)
    const cost = (part: Part) => Math.max(part.interval, this.now + 1 - part.last) * worth(part)
    const heads = this.main
      .filter((part) => part.key !== excluded)
      .filter((part, at, all) => all.findIndex((other) => worth(other) === worth(part)) === at)
    const resident = heads.sort((one, other) => cost(other) - cost(one) || worth(one) - worth(other))[0]
    if (resident === undefined) return candidate?.key
    if (candidate === undefined || sum(this.window) < this.target()) return resident.key
    if (cost(candidate) >= cost(resident)) return candidate.key
    this.leaveWindow(candidate)
    return resident.key
  }

  private settle() {
    for (let moves = 0; moves < 2; moves++) {
      const [first] = this.window
      if (first === undefined || sum(this.window) <= this.target()) break
      if (sum([...this.main, first]) > this.capacity() - this.target()) break
      this.leaveWindow(first)
    }
  }

  private leaveWindow(part: Part) {
    this.window = this.window.filter((other) => other !== part)
    this.main.push(part)
  }

  private since(last: number) {
    return Math.min(16 * Math.max(1, this.all().length), this.now - last)
  }

  private compare(hits: number, weight: number) {
    const most = { hits: 0.5 * this.all().length, weight: 0.5 * this.capacity() }
    this.behind = {
      hits: clamp(-most.hits, this.behind.hits + hits, most.hits),
      weight: clamp(-most.weight, this.behind.weight + weight, most.weight)
    }
  }

  private steer(by: number) {
    this.share = clamp(0.01, this.share + by / Math.max(1, this.all().length), 0.98)
  }

  private all() {
    return [...this.window, ...this.main]
  }

  private band() {
    return Math.max(1, Math.round(0.05 * this.all().length))
  }

  private burst() {
    return Math.max(1, Math.round(0.4 * this.all().length))
  }

  private capacity() {
    return Math.max(this.full, sum(this.all()))
  }

  private target() {
    return Math.max(1, Math.round(this.capacity() * this.share))
  }
}

/** One or the other; what is held is taken over in the order in which it would leave. */
export class NaiveAdaptive implements NaivePolicy {
  private inner: NaivePolicy = new ByCount()
  private readonly weights = new Map<number, number>()
  private isByWeight = false

  expect(entries: number) {
    if (this.isByWeight !== (entries === Infinity)) {
      this.isByWeight = entries === Infinity
      const order: Array<number> = []
      for (let key = this.inner.victim(undefined); key !== undefined; key = this.inner.victim(undefined)) {
        this.inner.remove(key, false)
        order.push(key)
      }
      this.inner = this.isByWeight ? new ByWeight() : new ByCount()
      this.inner.expect(entries)
      for (const key of order) this.inner.insert(key, this.weights.get(key) ?? 1, 1)
    }
    this.inner.expect(entries)
  }

  insert(key: number, weight: number) {
    this.weights.set(key, weight)
    this.inner.insert(key, weight, 1)
  }

  access(key: number, weight: number) {
    this.weights.set(key, weight)
    this.inner.access(key, weight, 1)
  }

  remove(key: number, evicted: boolean) {
    this.weights.delete(key)
    this.inner.remove(key, evicted)
  }

  victim(excluded: number | undefined) {
    return this.inner.victim(excluded)
  }
}
