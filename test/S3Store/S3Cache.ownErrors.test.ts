import { assert, describe, it } from "@effect/vitest"
import { Cause, type Context, Deferred, Effect, Exit, Fiber, Layer, Option, Schema, TestClock, Tracer } from "effect"
import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
import { garbageCollected } from "../ClientLayer/garbageCollected.js"
import { turns } from "../support/until.js"

class Missing extends Schema.TaggedError<Missing>()("Missing", { id: Schema.Number }) {}

class Denied extends Error {
  #code = 7
  code() {
    return this.#code
  }
}

const keyspace = <V>(name: string, value: Schema.Schema<V>, isolation: "freeze" | "copy" | "none") =>
  Keyspace.make(name, {
    key: Schema.Struct({ id: Schema.Number }),
    value,
    failure: Missing,
    timeToLive: "1 minute",
    failureTimeToLive: "1 minute",
    staleWhileRevalidate: "1 hour",
    isolation
  })

const inSpan = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.withSpan(effect, "request", { attributes: { authorization: "token" }, captureStackTrace: false })

const failureOf = (exit: Exit.Exit<unknown, unknown>): unknown =>
  Exit.isFailure(exit) ? Option.getOrUndefined(Cause.failureOption(exit.cause)) : undefined

describe("S3Cache", () => {
  it.scoped("fails with the very errors of computations", () =>
    Effect.gen(function*() {
      const space = keyspace("own", Schema.Number, "none")
      let current: Missing | Denied = new Denied()
      const fails = (): Effect.Effect<never, Missing | Denied> => Effect.fail(current)
      const memoized = yield* S3Cache.memoize(space, fails)
      const asks: ReadonlyArray<(id: number) => Effect.Effect<unknown, unknown, S3Cache>> = [
        (id: number) => S3Cache.getOrCompute(space.key({ id }), fails()),
        (id: number) => memoized({ id }),
        (id: number) => S3Cache.getManyOrCompute([space.key({ id })], fails)
      ]
      for (const [at, ask] of asks.entries()) {
        for (const [n, error] of [new Denied(), new Missing({ id: at })].entries()) {
          current = error
          const id = 10 * at + n
          const exits = yield* Effect.all([inSpan(Effect.exit(ask(id))), inSpan(Effect.exit(ask(id)))], {
            concurrency: 2
          })
          for (const exit of [...exits, yield* inSpan(Effect.exit(ask(id)))]) {
            assert.strictEqual(failureOf(exit), error)
            if (error instanceof Denied) assert.strictEqual(error.code(), 7)
          }
        }
      }
    }).pipe(Effect.provide(S3Cache.layerMemory())))

  for (const isolation of ["freeze", "copy", "none"] as const) {
    it.scoped(`keeps nothing of who came first: isolation "${isolation}"`, () =>
      Effect.gen(function*() {
        const space = keyspace(`kept-${isolation}`, Schema.Number, isolation)
        const context = yield* Layer.build(S3Cache.layerMemory())
        const other = yield* Layer.build(S3Cache.layerMemory())
        const refs: Array<WeakRef<object>> = []
        const native = yield* Effect.tracer
        const tracer = Tracer.make({
          span: (...args) => {
            const span = native.span(...args)
            refs.push(new WeakRef(span))
            return span
          },
          context: native.context
        })
        const ask = (cache: Context.Context<S3Cache>, id: number, make: () => Effect.Effect<number, Missing>) =>
          Effect.withFiberRuntime<unknown, Missing>((fiber) => {
            refs.push(new WeakRef(fiber))
            return Effect.provide(S3Cache.getOrCompute(space.key({ id }), make()), cache)
          }).pipe(
            Effect.exit,
            inSpan,
            Effect.withTracer(tracer),
            Effect.fork,
            Effect.flatMap(Fiber.await),
            Effect.asVoid
          )
        const fails = () => Effect.fail(new Missing({ id: 5 }))
        const succeeds = () => Effect.succeed(5)
        for (const cache of [context, other]) {
          yield* ask(cache, 1, fails)
          yield* ask(cache, 2, succeeds)
        }
        yield* TestClock.adjust("2 minutes")
        // Served stale, and refreshed in the background: the refresh fails.
        yield* ask(context, 2, fails)
        yield* turns(5)
        assert.isAtLeast(refs.length, 10)
        yield* garbageCollected
        const left = refs.flatMap((ref) => {
          const held = ref.deref()
          return held === undefined ? [] : ["name" in held ? String(held.name) : "a fiber"]
        })
        assert.deepStrictEqual(left, [])
        assert.deepStrictEqual(yield* Effect.provide(S3Cache.getOption(space.key({ id: 9 })), context), Option.none())
      }))
  }

  it.scoped("computes for what a key was, and keeps nothing for a key that is another by then", () =>
    Effect.gen(function*() {
      const space = keyspace("changing", Schema.String, "none")
      const input: { id: number } = { id: 1 }
      const computed: Array<number> = []
      const started = yield* Deferred.make<void>()
      const gate = yield* Deferred.make<void>()
      const memoized = yield* S3Cache.memoize(space, (key: { readonly id: number }) =>
        Effect.gen(function*() {
          const { id } = key
          computed.push(id)
          yield* Deferred.succeed(started, undefined)
          yield* Deferred.await(gate)
          return `of ${id}`
        }))
      // Changed while it is looked up or computed: what it was is computed, or nothing is kept.
      const early = yield* Effect.fork(memoized(input))
      yield* Effect.yieldNow()
      input.id = 2
      yield* Deferred.await(started)
      yield* Deferred.succeed(gate, undefined)
      assert.strictEqual(yield* Fiber.join(early), computed[0] === 1 ? "of 1" : "of 2")
      assert.notInclude([Option.some("of 2")], yield* S3Cache.getOption(space.key({ id: 1 })))
      assert.deepStrictEqual(yield* S3Cache.getOption(space.key({ id: 2 })), Option.none())
      input.id = 3
      assert.strictEqual(yield* memoized(input), "of 3")
      assert.deepStrictEqual(yield* S3Cache.getOption(space.key({ id: 3 })), Option.some("of 3"))
      // What it was made of is told as it was.
      const key = space.key(input)
      input.id = 4
      assert.deepStrictEqual([key.input, key.isUnchanged, key.id], [{ id: 3 }, false, "{\"id\":3}"])
      input.id = 3
      assert.deepStrictEqual([key.input === input, key.isUnchanged], [true, true])
    }).pipe(Effect.provide(S3Cache.layerMemory())))

  it.scoped("weighs the failures it remembers, which leave memory as values do", () =>
    Effect.gen(function*() {
      const space = keyspace("weighed", Schema.Number, "freeze")
      for (let id = 0; id < 200; id++) {
        yield* Effect.exit(S3Cache.getOrCompute(space.key({ id }), Effect.fail(new Missing({ id }))))
      }
      const { size: memorySize } = yield* S3Cache.stats
      // Each is an error with a stack of some hundred characters, and its entry.
      assert.isAbove(memorySize, 0)
      assert.isBelow(memorySize, 20_000 / 300)
    }).pipe(Effect.provide(S3Cache.layerMemory({ maxBytes: 20_000 }))))
})
