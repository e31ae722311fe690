/**
 * Request traces: read from files, or made by recipe.
 */
import { readdirSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { gunzipSync } from "node:zlib"
import { seededRandom } from "../lib/random.js"
import { zipf } from "../lib/zipf.js"

/**
 * A trace: one key per request, renumbered densely from 0 in order of first appearance, and where objects differ in
 * size the size in bytes of what each request asks for.
 */
export interface Trace {
  readonly name: string
  readonly keys: Int32Array
  readonly sizes: Float64Array | undefined
  readonly unique: number
}

/** How to get a trace, without having it in memory yet. */
export interface TraceSource {
  readonly name: string
  readonly load: () => Trace
}

/**
 * The traces of a folder: every `NAME.gz` (gzip, one key per line) and `NAME.sized.gz` (a key, a blank and a size in
 * bytes per line), by name.
 */
export const tracesIn = (folder: string): ReadonlyArray<TraceSource> =>
  readdirSync(folder)
    .filter((file) => file.endsWith(".gz"))
    .sort()
    .map((file) => {
      const name = basename(file, ".gz")
      return { name, load: () => readTrace(name, join(folder, file)) }
    })

const newline = 10

const readTrace = (name: string, path: string): Trace => {
  const bytes = gunzipSync(readFileSync(path))
  const sized = name.endsWith(".sized")
  let requests = 0
  for (const byte of bytes) if (byte === newline) requests++
  const keys = new Int32Array(requests)
  const sizes = sized ? new Float64Array(requests) : undefined
  const numbers = new Map<string, number>()
  let start = 0
  for (let request = 0; request < requests; request++) {
    const end = bytes.indexOf(newline, start)
    const line = bytes.toString("latin1", start, end)
    start = end + 1
    const blank = sized ? line.indexOf(" ") : line.length
    const key = line.slice(0, blank)
    const known = numbers.get(key)
    keys[request] = known ?? numbers.size
    if (known === undefined) numbers.set(key, numbers.size)
    if (sizes !== undefined) sizes[request] = Number(line.slice(blank + 1))
  }
  return { name, keys, sizes, unique: numbers.size }
}

const renumbered = (name: string, requests: ReadonlyArray<number> | Int32Array): Trace => {
  const numbers = new Map<number, number>()
  const keys = Int32Array.from(requests, (key) => {
    const known = numbers.get(key)
    if (known !== undefined) return known
    numbers.set(key, numbers.size)
    return numbers.size - 1
  })
  return { name, keys, sizes: undefined, unique: numbers.size }
}

/**
 * Independent requests for `population` keys, the key of rank `r` with a probability proportional to `1 / r ** skew`.
 */
export const zipfTrace = (name: string, requests: number, population: number, skew: number, seed: number): Trace =>
  renumbered(name, zipf(requests, population, skew, seededRandom(seed)))

/** The same `length` keys in the same order, over and over. */
export const loopTrace = (name: string, requests: number, length: number): Trace =>
  renumbered(name, Int32Array.from({ length: requests }, (_, request) => request % length))

/**
 * A program that changes its ways: keys that come twice in quick succession and then never again, then a loop of
 * `length` keys gone round `rounds` times, then pairs of new keys again.
 */
export const phasesTrace = (name: string, pairs: number, length: number, rounds: number, seed: number): Trace => {
  const random = seededRandom(seed)
  const keys: Array<number> = []
  let fresh = length
  const inPairs = () => {
    const waiting: Array<number> = []
    for (let pair = 0; pair < pairs; pair++) {
      keys.push(fresh)
      waiting.push(fresh++)
      const at = Math.floor(random() * 64)
      const due = waiting[at]
      if (due !== undefined) {
        keys.push(due)
        waiting.splice(at, 1)
      }
    }
  }
  inPairs()
  for (let round = 0; round < rounds; round++) for (let key = 0; key < length; key++) keys.push(key)
  inPairs()
  return renumbered(name, keys)
}
