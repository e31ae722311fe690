/**
 * Measures shapes that are drawn at random: what values really take in memory once they have been weighed, as those in a
 * dictionary are, and what they are estimated to take. It runs as a process of its own, with `--expose-gc`; the argument is
 * a {@link ShapesTask} as JSON. It prints one line of JSON for each shape, a {@link ShapeReport}.
 */
import { estimateBytes, SyncTtlDict } from "effect-aws-cache/Ttl"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import process from "node:process"
import { memoryInUse, quietMemoryInUse } from "./memoryInUse.js"
import { type RandomShape, randomShapes } from "./randomShapes.js"

/** What a process is to do. */
export interface ShapesTask {
  readonly seed: number
  readonly count: number
  /** About how many bytes of each shape are made. */
  readonly bytes: number
  /** The limit of dictionaries that are filled with each shape twice over. Default: none are. */
  readonly maxBytes?: number
}

/** What it found out. */
export interface ShapeReport {
  readonly shape: string
  readonly hasDeleted: boolean
  /** How many were made. */
  readonly values: number
  /** Bytes of one, on average. */
  readonly real: number
  readonly estimated: number
  /** The most that heap and buffers grew by while a dictionary was filled, after collecting garbage; bytes. */
  readonly growth: number
}

const measure = ({ make }: RandomShape, values: number) =>
  Effect.gen(function*() {
    const kept: Array<unknown> = Array.from({ length: values }, () => undefined)
    const before = yield* quietMemoryInUse
    let estimated = 0
    for (let at = 0; at < values; at++) {
      const value = make(at + 1000)
      estimated += estimateBytes(value)
      kept[at] = value
    }
    const after = yield* quietMemoryInUse
    // They are in use until here.
    if (kept.length !== values) throw new Error("some are gone")
    return { real: (after - before) / values, estimated: estimated / values }
  })

const fill = ({ make }: RandomShape, maxBytes: number) =>
  Effect.gen(function*() {
    const before = yield* quietMemoryInUse
    const dict = new SyncTtlDict<number, unknown>({ maxBytes })
    let growth = 0
    for (let at = 0; dict.stats.evicted <= dict.size;) {
      for (const end = at + 1 + dict.size; at < end; at++) dict.set(at, make(at))
      growth = Math.max(growth, memoryInUse() - before)
    }
    return growth
  })

const report = (shape: RandomShape, { bytes, maxBytes }: ShapesTask) =>
  Effect.gen(function*() {
    let size = 0
    // Code and hidden classes come into being before counting starts.
    for (let at = 0; at < 200; at++) size = estimateBytes(shape.make(at))
    const values = Math.round(Math.min(20_000, Math.max(50, bytes / (size + 1))))
    let measured = yield* measure(shape, values)
    // What the process makes or lets go of meanwhile is not there another time; what is far off is looked at more often.
    for (let again = 0; again < 8; again++) {
      const share = measured.estimated / measured.real
      if (share >= (again < 3 ? 0.82 : 0.7) && share <= 1.55) break
      const next = yield* measure(shape, values)
      const off = (each: typeof next) => Math.abs(each.estimated - each.real)
      if (off(next) < off(measured)) measured = next
    }
    const { estimated, real } = measured
    const growth = maxBytes === undefined ? 0 : yield* fill(shape, maxBytes)
    const found: ShapeReport = { shape: shape.name, hasDeleted: shape.hasDeleted, values, real, estimated, growth }
    yield* Console.log(JSON.stringify(found))
  })

const task: ShapesTask = JSON.parse(process.argv[2] ?? "")
for (const shape of randomShapes(task.seed, task.count)) await Effect.runPromise(report(shape, task))
