/**
 * Fills dictionaries far beyond their limit, and tells how far the memory of the process grew. It runs as a process of its
 * own, with `--expose-gc`; the argument is a {@link FillTask} as JSON. It prints one line of JSON for each shape, a
 * {@link FillReport}.
 */
import { TtlDict } from "effect-aws-cache/Ttl"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import process from "node:process"
import { memoryInUse, quietMemoryInUse } from "./memoryInUse.js"
import { type ValueShape, valueShapes } from "./valueShapes.js"

/** What a process is to do. */
export interface FillTask {
  /** The names of the shapes, one dictionary for each. */
  readonly shapes: ReadonlyArray<string>
  /** The limit of the dictionary. */
  readonly maxBytes: number
  /** How many entries are written, at the least. */
  readonly writes: number
  /** How often, at the least, what the dictionary holds makes place for other entries. */
  readonly turnovers: number
}

/** What a process found out. */
export interface FillReport {
  readonly shape: string
  /** The most that heap and buffers together grew by since the dictionary was made, after collecting garbage; bytes. */
  readonly growth: number
  /** The dictionary's own measure at the end, in bytes. */
  readonly byteSize: number
  /** How many entries were there at the end. */
  readonly size: number
  /** How many were written. */
  readonly writes: number
}

// Between two looks at the memory: so many writes at first, and twice as many each time.
const firstWrites = 2000

const fill = (shape: ValueShape, { maxBytes, turnovers, writes }: FillTask) =>
  Effect.gen(function*() {
    // Code, hidden classes and the pool of buffers come into being before counting starts.
    const rehearsal = yield* TtlDict.make<string, unknown>({ maxBytes: "256K", timeToLive: "1 hour" })
    for (let at = 0; at < 2000; at++) yield* rehearsal.set(`key ${at}`, shape.make(at))
    yield* rehearsal.clear

    const before = yield* quietMemoryInUse
    const dict = yield* TtlDict.make<string, unknown>({ maxBytes, timeToLive: "1 hour" })
    let growth = 0
    let written = 0
    let enough = false
    for (let count = firstWrites; !enough; count = count * 2) {
      for (const end = written + count; written < end; written++) {
        yield* dict.set(`key ${written}`, shape.make(written))
      }
      const { evicted, size } = yield* dict.stats
      enough = written >= writes && evicted >= turnovers * size
      const now = memoryInUse() - before
      // Letting memory settle takes long: it is done only where it may matter.
      if (now > growth) growth = now <= maxBytes ? now : Math.max(growth, (yield* quietMemoryInUse) - before)
    }
    const report: FillReport = {
      shape: shape.name,
      growth,
      byteSize: yield* dict.byteSize,
      size: yield* dict.size,
      writes: written
    }
    yield* Console.log(JSON.stringify(report))
  }).pipe(Effect.scoped)

const task: FillTask = JSON.parse(process.argv[2] ?? "")
for (const name of task.shapes) {
  const shape = valueShapes.find((each) => each.name === name)
  if (shape === undefined) throw new Error(`there is no shape named ${name}`)
  await Effect.runPromise(fill(shape, task))
}
