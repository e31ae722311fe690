/**
 * How a session looks when it is printed.
 */
import * as Option from "effect/Option"
import { type KeyedSummary, keyedSummary, printedKeys } from "../../Cache/printing/glance.js"
import type { Summary } from "../../Cache/printing/printedAs.js"
import { printName } from "../../Cache/printing/printName.js"
import type { SessionCaches, SessionPolicy } from "./SessionCaches.js"

/**
 * A session in short: whose it is, and what is in its caches. Of each of them there are fewer keys than when it is printed
 * alone.
 */
export interface SessionSummary extends Summary {
  readonly name: string
  readonly evictionPolicy: SessionPolicy
  readonly profile: string
  readonly region: string | null
  readonly caches: Readonly<Record<`${"client" | "resource"}.${SessionPolicy}`, CacheSummary>>
}

type CacheSummary = Pick<KeyedSummary, "size" | "maxSize" | "keys" | "more">

const roomOfACache = 200

/** A session in short. */
export const sessionSummary = (session: {
  readonly name: string
  readonly evictionPolicy: SessionPolicy
  readonly profile: string
  readonly region: Option.Option<string>
  readonly caches: SessionCaches
}): SessionSummary => ({
  _id: "Session",
  name: printName(session.name),
  evictionPolicy: session.evictionPolicy,
  profile: printName(session.profile),
  region: Option.getOrNull(session.region),
  caches: {
    "client.LRU": cacheSummary(session.caches.client.LRU),
    "client.LFU": cacheSummary(session.caches.client.LFU),
    "resource.LRU": cacheSummary(session.caches.resource.LRU),
    "resource.LFU": cacheSummary(session.caches.resource.LFU)
  }
})

const cacheSummary = (cache: object): CacheSummary => {
  const { keys, maxSize, more, size } = keyedSummary("", "", cache, roomOfACache)
  return { size, maxSize, keys, more }
}

/**
 * A session in one line, with the caches that hold something:
 * `Session(LRU, profile=default, region=us-west-2): client.LRU(1 of 10): S3Client(region=us-west-2)`.
 */
export const sessionLine = ({ _id, caches, evictionPolicy, name, profile, region }: SessionSummary): string => {
  const named = name === _id ? "" : `${name}, `
  const filled = Object.entries(caches).filter(([, { size }]) => size > 0)
    .map(([cache, summary]) => `${cache}(${summary.size} of ${summary.maxSize}): ${printedKeys(summary)}`)
  const head = `${_id}(${named}${evictionPolicy}, profile=${profile}${region === null ? "" : `, region=${region}`})`
  return filled.length === 0 ? head : `${head}: ${filled.join("; ")}`
}
