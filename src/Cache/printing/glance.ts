/**
 * What a cache holds at a moment, for whoever shows it.
 */
import type { EvictionPolicyName } from "../engine/policies/EvictionPolicy.js"
import type { Summary } from "./printedAs.js"
import { printKey } from "./printKey.js"
import { printName } from "./printName.js"

/**
 * What a cache holds at a moment, and its limits. Reading it is no use, and changes nothing. What has expired counts until
 * it is reclaimed.
 */
export interface Glance {
  readonly evictionPolicy: EvictionPolicyName
  readonly size: number
  readonly maxSize: number
  readonly weight: number
  readonly maxWeight: number
  /** Some of the keys, the next victim first. */
  readonly keys: ReadonlyArray<unknown>
}

const nothing: Glance = { evictionPolicy: "LRU", size: 0, maxSize: 0, weight: 0, maxWeight: 0, keys: [] }

// Not on the caches themselves, which have what their users need and no more.
const looks = new WeakMap<object, (mostKeys: number) => Glance>()

/** Says how a cache is looked at. */
export const glanced = <A extends object>(cache: A, look: (mostKeys: number) => Glance): A => {
  looks.set(cache, look)
  return cache
}

/**
 * What a cache holds now; nothing is known of one that was not `glanced`.
 *
 * @param mostKeys how many keys are wanted at the most
 */
export const glanceAt = (cache: object, mostKeys: number): Glance => looks.get(cache)?.(mostKeys) ?? nothing

/**
 * A cache in short: its limits and how much it holds.
 *
 * @param kind what it is
 */
export const summaryOf = (
  kind: string,
  name: string,
  { keys: _, ...sizes }: Glance
): Summary & { readonly name: string } & Omit<Glance, "keys"> => ({ _id: kind, name: printName(name), ...sizes })

/** A cache in short, with its keys. */
export interface KeyedSummary extends Summary, Pick<Glance, "evictionPolicy" | "size" | "maxSize"> {
  readonly name: string
  /** The first keys, the next victim first. */
  readonly keys: ReadonlyArray<string>
  /** How many keys are left out. */
  readonly more: number
}

const mostKeys = 10
const longestKeys = 850

/**
 * A cache in short, with its first keys: 10 at the most. Only for keys that hold no secrets.
 *
 * @param kind what it is
 * @param room how many characters of keys there may be, by default 850; the first key is there in any case, of which
 *   200 characters are shown
 */
export const keyedSummary = (kind: string, name: string, cache: object, room: number = longestKeys): KeyedSummary => {
  const { evictionPolicy, keys: held, maxSize, size } = glanceAt(cache, mostKeys)
  const keys: Array<string> = []
  let left = room
  for (const key of held) {
    const printed = printKey(key)
    left -= printed.length
    if (keys.length > 0 && left < 0) break
    keys.push(printed)
  }
  return { _id: kind, name: printName(name), evictionPolicy, size, maxSize, keys, more: size - keys.length }
}

/** A cache in one line: `ClientCache(LRU, 2 of 10): S3Client(region=us-west-2), S3Client(region=eu-west-1)`. */
export const keyedLine = (summary: KeyedSummary): string => {
  const { _id, evictionPolicy, maxSize, name, size } = summary
  const named = name === _id ? "" : `${name}, `
  const head = `${_id}(${named}${evictionPolicy}, ${size} of ${maxSize})`
  return size === 0 ? head : `${head}: ${printedKeys(summary)}`
}

/** The keys of a cache in one line, with how many are left out. */
export const printedKeys = ({ keys, more }: Pick<KeyedSummary, "keys" | "more">): string =>
  [...keys, ...more > 0 ? [`and ${more} more`] : []].join(", ")
