/**
 * Load on a store while its servers are killed, and the check that it lost and mixed up nothing.
 */
import { assert } from "@effect/vitest"
import { Clock, Effect, Fiber, Option, Schema } from "effect"
import { Keyspace, type ObjectStore, type S3CacheService } from "effect-aws-cache/S3Store"

/** One way to the objects: a gateway, the store through it, and a cache over that which keeps nothing in memory. */
export interface Way {
  readonly store: ObjectStore
  readonly cache: S3CacheService
}

interface Load {
  /** Waits until every worker has written this many objects more. */
  readonly progress: (writes: number) => Effect.Effect<void>
  /** Stops the workers, and reads everything again that was written. */
  readonly finish: Effect.Effect<Findings, unknown>
}

export interface Findings {
  /** Writes that the store confirmed. */
  readonly written: number
  readonly failures: ReadonlyMap<string, number>
  /** Milliseconds of the longest call of the store, and of a memoized function. */
  readonly longestCall: number
  readonly longestComputation: number
  /** How many milliseconds a timer of this process was late at most, which waits for the processor like any other. */
  readonly lateness: number
}

const Words = Keyspace.make("words", { key: Schema.String, value: Schema.String })

const contentOf = (name: string) => Buffer.from(`${name} `.repeat(200))

/**
 * Starts workers that write objects, read them and older ones back, and call a memoized function. What they have written
 * is read again by a way that waits for its answers.
 */
export const startLoad = (
  ways: readonly [Way, ...ReadonlyArray<Way>],
  patient: Way,
  prefix: string,
  workers: number
) =>
  Effect.gen(function*() {
    const memoized = yield* Effect.forEach(
      ways,
      ({ cache }) => cache.memoize(Words, (key) => Effect.succeed(`value of ${key}`))
    )
    const writtenBy = Array.from({ length: workers }, (): Array<string> => [])
    const failures = new Map<string, number>()
    const wrong: Array<string> = []
    let longestCall = 0
    let longestComputation = 0
    let lateness = 0
    const state = { isStopping: false }

    const timed = <A, E>(call: Effect.Effect<A, E>, took: (millis: number) => void) =>
      Effect.flatMap(
        Clock.currentTimeMillis,
        (start) => Effect.ensuring(call, Effect.map(Clock.currentTimeMillis, (end) => took(end - start)))
      )

    /** A call of a store, which may fail, in a typed way. */
    const call = <A>(request: Effect.Effect<A, { readonly reason: string }>) =>
      timed(request, (millis) => {
        longestCall = Math.max(longestCall, millis)
      }).pipe(
        Effect.map(Option.some),
        Effect.catchAll(({ reason }) =>
          Effect.sync(() => {
            failures.set(reason, (failures.get(reason) ?? 0) + 1)
            return Option.none<A>()
          })
        )
      )

    const check = (way: Way, name: string) =>
      Effect.map(call(way.store.load(name)), (outcome) => {
        if (Option.isNone(outcome)) return
        if (outcome.value._tag !== "Found") wrong.push(`${name} is ${outcome.value._tag}`)
        else if (!contentOf(name).equals(outcome.value.body)) wrong.push(`${name} has the content of another`)
      })

    const worker = (own: number) =>
      Effect.gen(function*() {
        const written = writtenBy[own] ?? []
        for (let at = 0; !state.isStopping; at++) {
          const way = ways[(own + at) % ways.length] ?? ways[0]
          const name = `${prefix}${own}/${at}`
          const saved = yield* call(way.store.save(name, contentOf(name)))
          if (Option.isSome(saved)) {
            written.push(name)
            yield* check(way, name)
          }
          const older = written[(at * 7919) % Math.max(1, written.length)]
          if (older !== undefined) yield* check(way, older)
          const compute = memoized[(own + at) % ways.length]
          if (compute !== undefined && at % 4 === 0) {
            const key = `${prefix}${own % 2} ${at % 40}`
            const value = yield* timed(compute(key), (millis) => {
              longestComputation = Math.max(longestComputation, millis)
            })
            if (value !== `value of ${key}`) wrong.push(`${key} was computed as ${value}`)
          }
        }
      })

    const fiber = yield* Effect.forkScoped(
      Effect.forEach(writtenBy.keys(), worker, { concurrency: "unbounded", discard: true })
    )

    const nap = 100
    yield* Effect.forkScoped(Effect.forever(timed(Effect.sleep(nap), (millis) => {
      lateness = Math.max(lateness, millis - nap)
    })))

    const load: Load = {
      progress: (writes) =>
        Effect.suspend(() => {
          const goals = writtenBy.map((written) => written.length + writes)
          const isReached = () => writtenBy.every((written, own) => written.length >= (goals[own] ?? 0))
          // Workers end only when something is broken, and then nobody makes progress.
          return Effect.raceFirst(
            Effect.repeat(Effect.zipRight(Effect.sleep("20 millis"), Effect.sync(isReached)), {
              until: (reached) => reached
            }),
            Effect.zipRight(Fiber.join(fiber), Effect.dieMessage("the workers have ended"))
          )
        }),
      finish: Effect.gen(function*() {
        state.isStopping = true
        yield* Fiber.join(fiber)
        const during = longestCall
        const written = writtenBy.flat()
        yield* Effect.forEach(written, (name) =>
          Effect.map(patient.store.load(name), (outcome) => {
            if (outcome._tag !== "Found" || !contentOf(name).equals(outcome.body)) wrong.push(`${name} was lost`)
          }), { concurrency: 16, discard: true })
        assert.deepStrictEqual(wrong, [])
        return { written: written.length, failures, longestCall: during, longestComputation, lateness }
      })
    }
    return load
  })
