/**
 * The requests of a log, or of a sample of its keys.
 */
import type { Requests } from "../replay/Requests.js"
import { KeyCount } from "./KeyCount.js"
import { KeyTable } from "./KeyTable.js"
import type { LogLine } from "./LogLine.js"

/** How much is kept. */
export interface SampleOptions {
  /** The share of the keys that is kept from the start, above 0 and at most 1. */
  readonly rate: number
  /** So many requests are kept at the most. */
  readonly most: number
  /** So many where sizes are known: there is more to do for each. */
  readonly mostSized: number
}

/** What is replayed, and what it stands for. */
export interface Sample {
  readonly requests: Requests
  /** The share of the keys that it has. */
  readonly rate: number
  /** How many requests it stands for. */
  readonly seen: number
  /** What these asked for, in bytes. */
  readonly bytes: number
  /** Where some keys have sizes: of how many keys of the sample no line tells the whole size. */
  readonly unsized: number
  /** What these take to compute, in milliseconds. */
  readonly cost: number
  /** Requests that came after what it stands for. */
  readonly later: number
}

// By so much the share is lowered at a time.
const step = 0.8

/** With fewer keys than these a sample of them says little: of a log that has no more, the first requests are kept. */
const fewestKeys = 40_000

const all = 2 ** 32

/**
 * Keeps the requests for a share of the keys, chosen by their hashes: all requests for a key or none, so that what is between
 * two requests for one key is thinned out by that share, and a cache of that share of the size does to them what the whole
 * cache does to all. The share becomes smaller as there come to be too many, and what is no longer in it is dropped.
 *
 * C. Waldspurger et al., "Efficient MRC construction with SHARDS", FAST 2015; for any policy: "Cache modeling and
 * optimization using miniature simulations", USENIX ATC 2017.
 */
export class RequestSample {
  private readonly most: number
  private readonly mostSized: number
  private keys = new Int32Array(1024)
  private sizes: Float64Array | undefined
  private times: Float64Array | undefined
  private costs: Float64Array | undefined
  // By key: the whole size, where that is known.
  private wholes: Float64Array | undefined
  private table = new KeyTable()
  private readonly keyCount = new KeyCount()
  private length = 0
  // A key is in the sample where its first hash is below.
  private threshold: number
  private rate: number
  private seen = 0
  private sent = 0
  // Of the requests that were sampled, and for which a whole size was known: what was sent, and how large it is.
  private sampledSent = 0
  private sampledBytes = 0
  private cost = 0
  private later = 0
  private lastTime = Number.NEGATIVE_INFINITY
  private isClosed = false

  constructor({ most, mostSized, rate }: SampleOptions) {
    this.most = most
    this.mostSized = mostSized
    this.rate = rate
    this.threshold = rate * all
  }

  /** Adds a request. */
  add(line: LogLine): void {
    if (this.isClosed) {
      this.later++
      return
    }
    const { cost, key, size, time } = line
    this.seen++
    if (time > this.lastTime) this.lastTime = time
    if (size > 0) this.sent += size
    if (cost > 0) this.cost += cost
    this.keyCount.add(key.second)
    if ((key.first >>> 0) >= this.threshold) return
    if (this.length === this.keys.length) this.grow()
    const at = this.length++
    const number = this.table.numberOf(key.first, key.second)
    this.keys[at] = number
    if (size >= 0 || this.sizes !== undefined) this.addSize(at, number, line)
    if (time === time) {
      this.times ??= new Float64Array(this.keys.length).fill(time, 0, at)
      this.times[at] = this.lastTime
    } else if (this.times !== undefined) this.times[at] = this.lastTime
    if (cost > 0) {
      this.costs ??= new Float64Array(this.keys.length)
      this.costs[at] = cost
    }
    if (this.length >= (this.sizes === undefined ? this.most : this.mostSized)) this.lower()
  }

  /** What was kept. */
  end(): Sample {
    const { cost, later, length, seen, sent } = this
    // More exact than the share that was meant: it has as many keys as it happens to have.
    const rate = this.rate < 1 && this.table.size > 0 ? Math.min(1, this.table.size / this.keyCount.count) : this.rate
    const cut = (column: Float64Array | undefined) => column?.subarray(0, length)
    const unsized = this.completeSizes()
    const hasSizes = this.sampledBytes > 0
    const requests = {
      keys: this.keys.subarray(0, length),
      unique: this.table.size,
      sizes: hasSizes ? cut(this.sizes) : undefined,
      times: cut(this.times),
      costs: cut(this.costs)
    }
    const bytes = this.sampledSent === 0 ? this.sampledBytes / rate : sent * this.sampledBytes / this.sampledSent
    return { requests, rate, seen, bytes: hasSizes ? bytes : sent, unsized: hasSizes ? unsized : 0, cost, later }
  }

  // What was sent may be less than all: then what is known of the key counts, or comes to be known.
  private addSize(at: number, key: number, { isPart, size }: LogLine): void {
    this.sizes ??= new Float64Array(this.keys.length).fill(unknown(0), 0, at)
    this.wholes ??= new Float64Array(this.keys.length).fill(Number.NaN)
    if (key >= this.wholes.length) this.wholes = enlarged(this.wholes, this.keys.length, Number.NaN)
    const sent = size > 0 ? size : 0
    if (!isPart && size >= 0) this.wholes[key] = size
    const whole = this.wholes[key] as number
    if (Number.isNaN(whole)) {
      this.sizes[at] = unknown(sent)
      return
    }
    this.sizes[at] = whole
    this.sampledSent += sent
    this.sampledBytes += whole
  }

  /**
   * Gives each request that came before the whole size of its key was known that size. A key of which it never is known counts
   * as the mean of those of which it is, or as the most that was sent of it, if that is more. Answers how many these are.
   */
  private completeSizes(): number {
    const { keys, length, sizes } = this
    if (sizes === undefined) return 0
    const { size: unique } = this.table
    const wholes = new Float64Array(unique).fill(Number.NaN)
    const parts = new Float64Array(unique)
    for (let at = length - 1; at >= 0; at--) {
      const key = keys[at] as number
      const size = sizes[at] as number
      if (size >= 0) wholes[key] = size
      else parts[key] = Math.max(parts[key] as number, sentOf(size))
    }
    const known = wholes.filter((whole) => whole >= 0)
    // Where none is known, parts are all there is.
    const mean = meanOf(known.length > 0 ? known : parts.filter((part) => part > 0))
    let unsized = 0
    for (let key = 0; key < unique; key++) {
      if ((wholes[key] as number) >= 0) continue
      const part = parts[key] as number
      wholes[key] = known.length === 0 && part > 0 ? part : Math.max(mean, part)
      unsized++
    }
    // From the end, so that what is known next is what counts.
    for (let at = length - 1; at >= 0; at--) {
      const key = keys[at] as number
      const size = sizes[at] as number
      if (size >= 0) {
        wholes[key] = size
        continue
      }
      sizes[at] = wholes[key] as number
      this.sampledSent += sentOf(size)
      this.sampledBytes += wholes[key] as number
    }
    return unsized
  }

  private grow(): void {
    const length = Math.min(2 * this.keys.length, Math.max(this.most, this.keys.length + 1))
    const keys = new Int32Array(length)
    keys.set(this.keys)
    this.keys = keys
    this.sizes &&= enlarged(this.sizes, length)
    this.times &&= enlarged(this.times, length)
    this.costs &&= enlarged(this.costs, length)
  }

  private lower(): void {
    if (this.table.size * step < fewestKeys) {
      this.isClosed = true
      return
    }
    this.rate *= step
    this.threshold = this.rate * all
    const { costs, keys, sizes, times, wholes } = this
    const table = new KeyTable()
    let kept = 0
    for (let at = 0; at < this.length; at++) {
      const key = keys[at] as number
      const first = this.table.firstOf(key)
      if ((first >>> 0) >= this.threshold) continue
      // Numbers only become smaller, so that what is known of a key is moved to where nothing is needed any more.
      const number = table.numberOf(first, this.table.secondOf(key))
      if (wholes !== undefined) wholes[number] = wholes[key] as number
      keys[kept] = number
      if (sizes !== undefined) sizes[kept] = sizes[at] as number
      if (times !== undefined) times[kept] = times[at] as number
      if (costs !== undefined) costs[kept] = costs[at] as number
      kept++
    }
    wholes?.fill(Number.NaN, table.size)
    costs?.fill(0, kept, this.length)
    // Of those of which the size is not known yet only those are left.
    this.sampledSent *= kept / this.length
    this.sampledBytes *= kept / this.length
    this.table = table
    this.length = kept
  }
}

const enlarged = (column: Float64Array, length: number, rest = 0): Float64Array => {
  const larger = new Float64Array(length).fill(rest, column.length)
  larger.set(column)
  return larger
}

/** What stands in place of a size that is not known, and says how much was sent. */
const unknown = (sent: number): number => -1 - sent
const sentOf = (unknown: number): number => -1 - unknown

const meanOf = (sizes: Float64Array): number =>
  sizes.length === 0 ? 0 : Math.round(sizes.reduce((sum, size) => sum + size, 0) / sizes.length)
