/**
 * Giving memory back when the heap runs short.
 *
 * @since 1.0.0
 */
import { Absent } from "../../Cache/engine/BoundedMapOptions.js"
import type { EvictingMap } from "../../Cache/engine/EvictingMap.js"
import { handleRejection } from "../../Cache/engine/handleRejection.js"
import type { HeapWatch } from "./DictParts.js"
import { type HeapReading, readHeap } from "./readHeap.js"

/**
 * When a dictionary gives memory back before its own limits ask for it.
 *
 * @since 1.0.0
 * @category models
 */
export interface MemoryPressureOptions {
  /** The share of the heap's limit that is not to be passed, above 0 and below 1. Default `0.85`. */
  readonly share?: number | undefined
  /**
   * Where to read how full the heap is. Default `readHeap`. It runs in the middle of writes, so it has to be quick; what
   * it throws, and figures that are none, say nothing.
   */
  readonly heap?: (() => HeapReading) | undefined
}

/** The share of the heap's limit that is not passed, by default. */
const defaultShare = 0.85

/** How many writes, and how many bytes written, may go by between two readings: one takes up to 10 microseconds. */
const mostWritesUnread = 256
const mostBytesUnread = 1024 * 1024
/** So many entries are evicted at once, in a millisecond or two: the rest goes with the next writes. */
const mostEvicted = 1024

/**
 * Watches the heap for one dictionary. It is asked at every write and every sweep, and reads the heap at every sweep, and
 * after 256 writes or one mebibyte written.
 *
 * What has left a dictionary is in use until V8 collects it, so a heap that is still too full after a reading says
 * nothing new: only what it has grown by is given back in addition, until the figure falls, as it does when the old
 * generation was collected.
 */
export class MemoryPressure implements HeapWatch {
  readonly _tag = "HeapWatch"
  private readonly share: number
  private readonly heap: () => HeapReading
  private writes = 0
  private bytes = 0
  private lastUsed = 0
  private givenBack = 0
  // What the entries are to weigh at the most, until they do.
  private target = Number.POSITIVE_INFINITY

  constructor(options: MemoryPressureOptions) {
    this.share = options.share ?? defaultShare
    this.heap = options.heap ?? readHeap
  }

  /** The entry under a key was written. Evicts what is to be given back. */
  wrote<K, V>(map: EvictingMap<K, V>, key: K, now: number): void {
    const weight = map.weightOf(key, now)
    this.writes++
    if (weight !== Absent) this.bytes += weight
    if (this.writes >= mostWritesUnread || this.bytes >= mostBytesUnread) this.swept(map, now)
    else if (this.target !== Number.POSITIVE_INFINITY) this.shrink(map, now)
  }

  /**
   * Expired entries were reclaimed. Evicts what is to be given back, 1,024 entries at the most; returns whether that was
   * all.
   */
  swept<K, V>(map: EvictingMap<K, V>, now: number): boolean {
    this.writes = 0
    this.bytes = 0
    const due = this.due()
    if (due > 0) this.target = Math.max(0, Math.min(this.target, map.weight(now)) - due)
    return this.shrink(map, now)
  }

  private shrink<K, V>(map: EvictingMap<K, V>, now: number): boolean {
    const done = this.target === Number.POSITIVE_INFINITY || map.shrinkTo(this.target, now, mostEvicted)
    if (done) this.target = Number.POSITIVE_INFINITY
    return done
  }

  // How many bytes to give back now.
  private due(): number {
    const { limit, used } = this.read()
    if (used < this.lastUsed) this.givenBack = 0
    this.lastUsed = used
    const excess = Math.ceil(used - limit * this.share)
    // Figures that are none ask for nothing.
    if (!(excess > this.givenBack)) return 0
    const due = excess - this.givenBack
    this.givenBack = excess
    return due
  }

  // It is the user's code, and runs after a write that is done.
  private read(): HeapReading {
    try {
      const reading = this.heap()
      handleRejection(reading, () => {})
      const { limit, used } = reading
      // Bigints, and objects that are to be made numbers of, would throw later.
      return typeof limit === "number" && typeof used === "number" ? { limit, used } : noReading
    } catch {
      return noReading
    }
  }
}

const noReading: HeapReading = { used: Number.NaN, limit: Number.NaN }
