/**
 * What is done with the caches. All work is in batches over sequences that were made before.
 */
import { seededRandom, shuffled, uniform } from "../lib/random.js"
import { zipf } from "../lib/zipf.js"
import { type KeyKind, prefix } from "./keys.js"
import type { Key, Subject } from "./subjects.js"

/**
 * The kinds of work:
 *
 * - `get uniform`, `get zipf`: reads of a full cache; every read is a hit.
 * - `get built`: as `get uniform`, but each string is put together for its read, so that nobody has hashed it yet.
 * - `set evicting`: writes of keys that are not there; every write evicts.
 * - `mixed zipf`: a read, and a write after a miss, over twice as many keys as fit.
 */
export const workloadNames = ["get uniform", "get zipf", "get built", "set evicting", "mixed zipf"] as const

/** The name of a workload. */
export type WorkloadName = (typeof workloadNames)[number]

/** What is done with keys of a kind: whole numbers are not put together. */
export const workloadsOf = (kind: KeyKind): ReadonlyArray<WorkloadName> =>
  kind === "strings" ? workloadNames : workloadNames.filter((name) => name !== "get built")

/** How many operations a batch has. */
export const batchSize = 2048

/** Work on one cache. */
export interface Workload {
  readonly batch: () => void
  /** The reads since it was made that were hits, 0 to 1; `undefined` when nothing was read. */
  readonly hitRatio: () => number | undefined
}

/**
 * How many keys are needed for a capacity. `quick-lru` keeps up to twice its capacity, so a scan goes over more than
 * that; a scan of few keys would be remembered by the policies that count.
 */
export const keysFor = (capacity: number): number => Math.max(2.25 * capacity, 32_768)

const skew = 0.99

/**
 * Makes the work of a name, on a cache that it fills first.
 *
 * @param keys at least `keysFor(capacity)`
 */
export const makeWorkload = (
  name: WorkloadName,
  make: (capacity: number) => Subject,
  keys: ReadonlyArray<Key>,
  capacity: number
): Workload => {
  const subject = make(capacity)
  const random = seededRandom(capacity)
  switch (name) {
    case "get uniform":
      return reading(subject, keys, filled(subject, keys, capacity, uniform(readsFor(capacity), capacity, random)))
    case "get zipf":
      return reading(subject, keys, filled(subject, keys, capacity, zipf(readsFor(capacity), capacity, skew, random)))
    case "get built": {
      const sequence = filled(subject, keys, capacity, uniform(readsFor(capacity), capacity, random))
      const ends = keys.map((key) => String(key).slice(prefix.length))
      return reading({ ...subject, get: (end) => subject.get(`${prefix}${end}`) }, ends, sequence)
    }
    case "set evicting":
      return writing(subject, keys, capacity)
    case "mixed zipf":
      return mixing(
        subject,
        keys,
        filled(subject, keys, capacity, zipf(readsFor(8 * capacity), 2 * capacity, skew, random)),
        capacity
      )
  }
}

// A power of two, so that the end of the sequence is found by a mask; longer than what is read where it is most.
const readsFor = (capacity: number): number => 2 ** Math.min(21, Math.max(18, Math.ceil(Math.log2(capacity))))

const filled = (subject: Subject, keys: ReadonlyArray<Key>, capacity: number, sequence: Int32Array): Int32Array => {
  for (const at of shuffled(capacity, seededRandom(1))) subject.set(keys[at] ?? at, at)
  return sequence
}

// What is read must be used, or V8 leaves the reading out.
const unused = (value: number): void => {
  if (Number.isNaN(value)) throw new Error("a value was lost")
}

const reading = (subject: Subject, keys: ReadonlyArray<Key>, sequence: Int32Array): Workload => {
  const mask = sequence.length - 1
  let at = 0
  let reads = 0
  let hits = 0
  return {
    batch: () => {
      subject.tick?.()
      let sum = 0
      let found = 0
      for (const end = at + batchSize; at < end; at++) {
        const value = subject.get(keys[sequence[at & mask] as number] as Key)
        if (value !== undefined) {
          sum += value
          found++
        }
      }
      unused(sum)
      at &= mask
      reads += batchSize
      hits += found
    },
    hitRatio: () => reads === 0 ? undefined : hits / reads
  }
}

const writing = (subject: Subject, keys: ReadonlyArray<Key>, capacity: number): Workload => {
  const count = keys.length
  let at = 0
  const batch = () => {
    subject.tick?.()
    for (let done = 0; done < batchSize; done++) {
      subject.set(keys[at] as Key, at)
      at = at + 1 === count ? 0 : at + 1
    }
  }
  for (let written = 0; written < 1.1 * capacity; written += batchSize) batch()
  return { batch, hitRatio: () => undefined }
}

const mixing = (subject: Subject, keys: ReadonlyArray<Key>, sequence: Int32Array, capacity: number): Workload => {
  const mask = sequence.length - 1
  let at = 0
  let reads = 0
  let hits = 0
  const batch = () => {
    subject.tick?.()
    let sum = 0
    let found = 0
    for (const end = at + batchSize; at < end; at++) {
      const index = sequence[at & mask] as number
      const key = keys[index] as Key
      const value = subject.get(key)
      if (value === undefined) subject.set(key, index)
      else {
        sum += value
        found++
      }
    }
    unused(sum)
    at &= mask
    reads += batchSize
    hits += found
  }
  // Until the cache holds what its policy wants to keep.
  for (let done = 0; done < Math.max(65_536, capacity); done += batchSize) batch()
  reads = 0
  hits = 0
  return { batch, hitRatio: () => reads === 0 ? undefined : hits / reads }
}
