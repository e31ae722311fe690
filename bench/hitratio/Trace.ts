/**
 * Request traces: read from files, or made by recipe.
 */
import { readdirSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { gunzipSync } from "node:zlib"
import type { Requests } from "../../src/Command/simulate/replay/Requests.js"
import { recordedTraces } from "./traces/recorded.js"

/**
 * A trace: one key per request, renumbered densely from 0 in order of first appearance, and where objects differ in
 * size the size in bytes of what each request asks for.
 */
export interface Trace extends Requests {
  readonly name: string
}

/** How to get a trace, without having it in memory yet. */
export interface TraceSource {
  readonly name: string
  /** What its requests are, and where they are from. */
  readonly what: string
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
      return {
        name,
        what: recordedTraces[name] ?? `read from ${file}`,
        load: () => readTrace(name, join(folder, file))
      }
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

/** A trace without sizes: the requests for these keys, which are given other numbers. */
export const numberKeys = (name: string, requests: Int32Array): Trace => {
  const numbers = new Map<number, number>()
  const keys = requests.map((key) => {
    const known = numbers.get(key)
    if (known !== undefined) return known
    numbers.set(key, numbers.size)
    return numbers.size - 1
  })
  return { name, keys, sizes: undefined, unique: numbers.size }
}
