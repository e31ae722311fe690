import { GhostTable } from "../../../src/Cache/engine/policies/GhostTable.js"
import { keyHash } from "../../../src/Cache/engine/structures/keyHash.js"
import type { NaivePolicy } from "./NaivePolicies.js"

interface Part {
  readonly key: number
  readonly weight: number
  readonly proven: boolean
  readonly last: number
  readonly interval: number
}

/**
 * A window, a probation and a protected part, as arrays, the next victim first. Only the table of ghosts is the real one,
 * which has a test of its own; with so few keys it never grows.
 */
export class NaiveAdaptive implements NaivePolicy {
  private window: Array<Part> = []
  private probation: Array<Part> = []
  private guarded: Array<Part> = []
  private readonly ghosts = new GhostTable()
  private readonly evictions = { window: 1, main: 1 }
  private expected = 0
  private full = 0
  private isFull = false
  private now = 0
  private windowShare = 0.05
  private protectedShare = 0.5

  expect(entries: number) {
    if ((entries === Infinity) !== (this.expected === Infinity)) this.full = 0
    this.expected = entries
    this.isFull = false
  }

  insert(key: number, weight: number) {
    this.now++
    let interval = this.unknown()
    if (this.ghosts.take(keyHash(key, undefined))) {
      interval = Math.min(interval, this.now - this.ghosts.last)
      const from = this.ghosts.number % 2 === 0 ? "window" : "main"
      const since = this.evictions[from] - Math.floor(this.ghosts.number / 2)
      const isRecent = since <= Math.max(1, Math.round(0.05 * this.places()))
      if (this.isFull && isRecent) this.steerWindow(from === "window" ? 1 : -1)
    }
    this.window.push({ key, weight, proven: false, last: this.now, interval })
    this.settle()
  }

  access(key: number, weight: number) {
    this.now++
    const used = this.all().find((part) => part.key === key) as Part
    const interval = Math.min(this.unknown(), this.now - used.last)
    const inWindow = this.window.includes(used)
    if (this.isFull) this.learnFrom(used)
    this.take(key)
    ;(inWindow ? this.window : this.guarded).push({ key, weight, proven: !inWindow, last: this.now, interval })
    this.settle()
  }

  remove(key: number, evicted: boolean) {
    const gone = this.all().find((part) => part.key === key) as Part
    if (evicted) {
      const number = this.window.includes(gone) ? 2 * this.evictions.window++ : 2 * this.evictions.main++ + 1
      this.ghosts.add(keyHash(key, undefined), gone.last, number, this.now)
    }
    this.isFull = evicted
    this.take(key)
  }

  victim(excluded: number | undefined) {
    const candidate = this.window.find((part) => part.key !== excluded)
    const resident = [...this.probation, ...this.guarded].find((part) => part.key !== excluded)
    if (this.byWeight()) this.full = this.size(this.all())
    if (resident === undefined) return candidate?.key
    if (candidate === undefined || this.size(this.window) < this.windowTarget()) return resident.key
    const wait = (part: Part) => Math.max(part.interval, this.now + 1 - part.last)
    if (wait(candidate) >= wait(resident)) return candidate.key
    this.take(candidate.key)
    this.probation.push(candidate)
    return resident.key
  }

  private learnFrom(used: Part) {
    const inWindow = this.window.includes(used)
    const tail = this.tailOf(inWindow ? this.window : this.probation)
    if (!tail.includes(used)) return
    const places = this.band() / this.size(tail)
    if (inWindow) return this.steerWindow(places)
    this.steerWindow(-places)
    const ofItsKind = this.size(tail.filter((part) => part.proven === used.proven))
    const step = (used.proven ? 3 : -2) * places * Math.min(8, this.size(tail) / Math.max(1, ofItsKind))
    const mainPlaces = (this.capacity() - this.windowTarget()) * (this.places() / this.capacity())
    this.protectedShare = Math.min(0.95, Math.max(0, this.protectedShare + step / Math.max(1, mainPlaces)))
  }

  private steerWindow(by: number) {
    const least = Math.max(1 / this.places(), 0.01)
    this.windowShare = Math.min(0.98, Math.max(least, this.windowShare + by / this.places()))
  }

  private settle() {
    for (let moves = 0; moves < 2; moves++) {
      const [first] = this.window
      if (first === undefined || this.size(this.window) <= this.windowTarget()) break
      const main = this.size([...this.probation, ...this.guarded, first])
      if (this.byWeight() && main > this.capacity() - this.windowTarget()) break
      this.take(first.key)
      this.probation.push(first)
    }
    for (let moves = 0; moves < 2; moves++) {
      const [first] = this.guarded
      if (first === undefined) break
      if (this.size(this.guarded) <= (this.capacity() - this.windowTarget()) * this.protectedShare) break
      this.take(first.key)
      this.probation.push(first)
    }
  }

  // The oldest, as many as come to the band, or to half of them.
  private tailOf(parts: ReadonlyArray<Part>): ReadonlyArray<Part> {
    const wanted = Math.min(this.size(parts), this.band(), Math.max(1, Math.floor(this.size(parts) / 2)))
    return parts.filter((_, at) => this.size(parts.slice(0, at)) < wanted)
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

  private places() {
    return this.byWeight() ? Math.max(1, this.all().length) : this.expected
  }

  private unknown() {
    return 16 * (this.byWeight() ? this.all().length : this.expected)
  }

  private capacity() {
    return this.byWeight() ? Math.max(this.full, this.size(this.all())) : this.expected
  }

  private band() {
    return Math.max(1, Math.round(0.05 * this.capacity()))
  }

  private windowTarget() {
    return Math.max(1, Math.round(this.capacity() * this.windowShare))
  }
}
