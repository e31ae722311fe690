/**
 * Writes twice as much into a dictionary without limits as the heap of this process can hold, when it runs with
 * `--max-old-space-size=64`. It prints what is left, as one line of JSON.
 */
import { readHeap, TtlDict } from "effect-aws-cache/Ttl"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"

const program = Effect.gen(function*() {
  const dict = yield* TtlDict.make<number, ReadonlyArray<number>>({ maxBytes: Infinity, memoryPressure: true })
  let written = 0
  for (; written < 150_000; written++) yield* dict.set(written, Array.from({ length: 100 }, (_, at) => at))
  yield* Console.log(JSON.stringify({ written, size: yield* dict.size, limit: readHeap().limit }))
})

await Effect.runPromise(Effect.scoped(program))
