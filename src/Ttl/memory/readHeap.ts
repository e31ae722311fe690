/**
 * How full the heap is.
 *
 * @since 1.0.0
 */
import { getHeapSpaceStatistics, getHeapStatistics } from "node:v8"
import { resourceLimits } from "node:worker_threads"
import { memoryShare, readMemorySettings, workersOf } from "../../Cache/memory/memoryShare.js"

/**
 * How full the heap is, in bytes.
 *
 * @since 1.0.0
 * @category models
 */
export interface HeapReading {
  /** What is in use, of which some may be garbage that was not collected yet. */
  readonly used: number
  /** How much there may be. */
  readonly limit: number
}

const mebibyte = 1024 * 1024

// Half of where young values live; V8 has three of these, which count in the limit of the heap that it tells.
const semiSpaceByDefault = Number.parseInt(process.versions.v8) < 13 ? 16 : 64

// In megabytes; flags may be written with hyphens and with underscores, and the last one counts.
const flag = (name: string): number | undefined => {
  const pattern = new RegExp(`^--${name.replaceAll("-", "[-_]")}=(\\d+)$`)
  const flags = [...(process.env["NODE_OPTIONS"] ?? "").split(/\s+/), ...process.execArgv]
  const megabytes = flags.map((each) => Number(pattern.exec(each)?.[1] ?? 0)).findLast((each) => each > 0)
  return megabytes
}

const limitOf = (): number => {
  const given = resourceLimits.maxOldGenerationSizeMb ?? flag("max-old-space-size")
  const semiSpace = (flag("max-semi-space-size") ?? semiSpaceByDefault) * mebibyte
  const both = getHeapStatistics().heap_size_limit
  const old = given === undefined ? Math.max(both - 3 * semiSpace, both / 2) : given * mebibyte
  // V8 gives up when there is no room for what survives of a full semi-space.
  const heap = old - Math.min(semiSpace, old / 4)
  // Threads have heaps of their own, each as large as the first, in memory that they share.
  const settings = readMemorySettings()
  return workersOf(settings) > 1 ? Math.min(heap, memoryShare(settings)) : heap
}

let limit: number | undefined

/**
 * Reads V8's own figures on the old generation, where values live that are kept: a program dies when that is full. What is
 * young is left out, since it comes and goes by itself. It takes some microseconds.
 *
 * The limit is what `--max-old-space-size` says, as an argument of `node` or in `NODE_OPTIONS`, or the `resourceLimits` of
 * a worker, less the room that V8 needs for young values that grow old: `--max-semi-space-size`, but no more than a
 * quarter. Without these flags it is worked out from the limit of the whole heap; where that is small, the result may be
 * up to a half too low. Where several worker threads share the memory of a sandbox, it is no more than this thread's share of
 * that (see `ByteSize.availableMemory`).
 *
 * Buffers and typed arrays are not in it: their bytes are outside of the heap. To watch them as well, pass a function of
 * your own, for instance over `process.memoryUsage()`.
 *
 * @example
 * ```ts
 * import { Effect } from "effect"
 * import { readHeap, TtlDict } from "effect-aws-cache/Ttl"
 * import * as assert from "node:assert/strict"
 *
 * // Of a function that has 256 MB, buffers included.
 * const heap = () => ({ used: readHeap().used + process.memoryUsage().external, limit: 200 * 1024 * 1024 })
 *
 * const program = Effect.gen(function*() {
 *   const dict = yield* TtlDict.make<string, number>({ memoryPressure: { share: 0.9, heap } })
 *   yield* dict.set("a", 1)
 *   return yield* dict.get("a")
 * }).pipe(Effect.scoped)
 *
 * assert.equal(await Effect.runPromise(program), 1)
 * ```
 *
 * @since 1.0.0
 * @category getters
 */
export const readHeap = (): HeapReading => {
  let used = 0
  for (const { space_name, space_used_size } of getHeapSpaceStatistics()) {
    if (!space_name.startsWith("new_")) used += space_used_size
  }
  limit ??= limitOf()
  return { used, limit }
}
