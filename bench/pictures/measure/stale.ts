/**
 * Measures what callers see around the end of an entry's time.
 */
import * as Store from "effect-aws-cache/Cache/Store"
import * as Effect from "effect/Effect"
import { environment } from "../../lib/environment.js"
import type { StaleData } from "../stale.js"

const lookupsPerSecond = 20
const computationTakes = 0.4
const timeToLive = 2
const staleWhileRevalidate = 2
const lasted = 12

const measureVariant = (isStale: boolean) =>
  Effect.gen(function*() {
    const store = yield* Store.make<string, number>({
      timeToLive: timeToLive * 1000,
      ...(isStale ? { staleWhileRevalidate: staleWhileRevalidate * 1000 } : {})
    })
    let computations = 0
    // The value is the moment of which it tells.
    const compute = Effect.suspend(() => {
      computations++
      return Effect.delay(Effect.sync(() => performance.now()), computationTakes * 1000)
    })
    const lookups: Array<readonly [number, number, number]> = []
    const start = performance.now()
    const every = 1000 / lookupsPerSecond
    const call = (at: number) =>
      Effect.gen(function*() {
        yield* Effect.sleep(at * every)
        const began = performance.now()
        const value = yield* store.getOrCompute("tea", compute)
        const ended = performance.now()
        lookups.push([
          Number(((began - start) / 1000).toFixed(2)),
          Number((ended - began).toFixed(1)),
          Math.round(ended - value)
        ])
      })
    const calls = Array.from({ length: lasted * lookupsPerSecond }, (_, at) => call(at))
    yield* Effect.all(calls, { concurrency: "unbounded", discard: true })
    lookups.sort(([one], [other]) => one - other)
    return { staleWhileRevalidate: isStale, computations, lookups }
  }).pipe(Effect.scoped)

/** Measures without, and with. */
export const measure = async (): Promise<StaleData> => ({
  environment: environment(["effect"]),
  lookupsPerSecond,
  computationTakes,
  timeToLive,
  staleWhileRevalidate,
  lasted,
  variants: await Effect.runPromise(Effect.forEach([false, true], measureVariant))
})
