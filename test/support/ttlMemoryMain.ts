/**
 * Fills a dictionary far beyond its limit, and tells how far the memory of the process grew. It runs as a process of its
 * own, with `--expose-gc`; the arguments are the name of a shape of `valueShapes`, the limit in bytes and the number of
 * writes. It prints one line of JSON, a {@link FillReport}.
 *
 * @since 0.1.0
 */
import { TtlDict } from "effect-aws-cache/Ttl"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import process from "node:process"
import { settledMemoryInUse } from "./memoryInUse.js"
import { valueShapes } from "./valueShapes.js"

/**
 * What a process found out.
 *
 * @since 0.1.0
 * @category models
 */
export interface FillReport {
  /** The most that heap and buffers together grew by since the dictionary was made, after collecting garbage; bytes. */
  readonly growth: number
  /** The dictionary's own measure at the end, in bytes. */
  readonly byteSize: number
  /** How many entries were there at the end. */
  readonly size: number
}

const samples = 20

const fill = (shapeName: string, maxBytes: number, writes: number) =>
  Effect.gen(function*() {
    const shape = valueShapes.find(({ name }) => name === shapeName)
    if (shape === undefined) return yield* Effect.dieMessage(`there is no shape named ${shapeName}`)
    // Code, hidden classes and the pool of buffers come into being before counting starts.
    const rehearsal = yield* TtlDict.make<string, unknown>({ maxBytes: "64K", timeToLive: "1 hour" })
    for (let at = 0; at < 2000; at++) yield* Effect.ignore(rehearsal.set(`key ${at}`, shape.make(at)))
    yield* rehearsal.clear

    const before = yield* settledMemoryInUse
    const dict = yield* TtlDict.make<string, unknown>({ maxBytes, timeToLive: "1 hour" })
    let growth = 0
    for (let sample = 0; sample < samples; sample++) {
      const end = Math.round(writes * (sample + 1) / samples)
      for (let at = Math.round(writes * sample / samples); at < end; at++) {
        yield* dict.set(`key ${at}`, shape.make(at))
      }
      growth = Math.max(growth, (yield* settledMemoryInUse) - before)
    }
    const report: FillReport = { growth, byteSize: yield* dict.byteSize, size: yield* dict.size }
    yield* Console.log(JSON.stringify(report))
  })

const [shapeName = "", maxBytes, writes] = process.argv.slice(2)
await Effect.runPromise(Effect.scoped(fill(shapeName, Number(maxBytes), Number(writes))))
