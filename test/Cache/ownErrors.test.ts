import { assert, describe, it } from "@effect/vitest"
import { Cause, Context, Effect, Either, Exit, Fiber, FiberRef, Layer, Option, Schema, Tracer } from "effect"
import { LeasedStore, Store } from "effect-aws-cache/Cache"
import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
import { SyncTtlDict, TtlDict } from "effect-aws-cache/Ttl"
import { garbageCollected } from "../ClientLayer/garbageCollected.js"
import { anyFailure } from "../support/anyFailure.js"

class Denied extends Error {
  readonly _tag = "Denied"
  #code = 7
  code() {
    return this.#code
  }
}

class Gone {
  readonly _tag = "Gone"
  readonly #why = new Map([["a", 1]])
  get why() {
    return this.#why.get("a")
  }
}

/** Errors as programs have them. */
const errors: ReadonlyArray<readonly [what: string, make: () => unknown, used: (error: never) => unknown]> = [
  ["an error with a private field", () => new Denied("no"), (error: Denied) => error.code()],
  ["an object with a private field", () => new Gone(), (error: Gone) => error.why],
  ["a frozen object", () => Object.freeze({ a: Object.freeze([1]) }), (error: object) => structuredClone(error)],
  ["a date", () => new Date(5), (error: Date) => error.getTime()],
  ["a map", () => new Map([[1, 2]]), (error: Map<number, number>) => structuredClone(error).get(1)],
  ["bytes", () => new Uint8Array([1, 2]), (error: Uint8Array) => error.byteLength],
  ["an array", () => [1, { b: 2 }], (error: ReadonlyArray<unknown>) => structuredClone(error)],
  ["a promise", () => Promise.resolve(1), (error: Promise<number>) => String(error)],
  ["a function", () => () => 5, (error: () => number) => error()],
  ["a class", () => Denied, (error: typeof Denied) => new error().code()],
  ["an object without a prototype", () => Object.create(null), (error: object) => Object.keys(error)],
  ["a proxy", () => new Proxy({ a: 1 }, {}), (error: { readonly a: number }) => error.a],
  ["text", () => "no", (error: string) => error.length],
  ["a number", () => Number.NaN, (error: number) => error],
  ["null", () => null, (error: null) => error],
  ["undefined", () => undefined, (error: undefined) => error],
  ["a symbol", () => Symbol.for("no"), (error: symbol) => error.description]
]

type Ask = (key: string, compute: Effect.Effect<number, unknown>) => Effect.Effect<unknown, unknown>

const keyspace = Keyspace.make("errors", {
  key: Schema.String,
  value: Schema.Number,
  failure: Schema.Union(Schema.instanceOf(Denied), Schema.Never),
  timeToLive: "1 minute"
})

/** Every way of sharing what somebody else computes. */
const stores: ReadonlyArray<readonly [what: string, make: Effect.Effect<Ask, unknown, import("effect").Scope.Scope>]> =
  [
    ["Store", Effect.map(Store.make<string, number, unknown>(), (store): Ask => store.getOrCompute)],
    [
      "Store that remembers failures",
      Effect.map(
        Store.make<string, number, unknown>({ failure: anyFailure, failureTimeToLive: "1 hour" }),
        (store): Ask => store.getOrCompute
      )
    ],
    [
      "Store that serves stale values",
      Effect.map(
        Store.make<string, number, unknown>({
          timeToLive: 0,
          staleIfError: "1 hour",
          failure: anyFailure,
          failureTimeToLive: "1 hour"
        }),
        (store): Ask => store.getOrCompute
      )
    ],
    ["TtlDict", Effect.map(TtlDict.make<string, number, unknown>(), (dict): Ask => dict.getOrCompute)],
    [
      "TtlDict that remembers failures",
      Effect.map(
        TtlDict.make<string, number, unknown>({ failure: anyFailure, failureTimeToLive: "1 hour", maxBytes: "1M" }),
        (dict): Ask => dict.getOrCompute
      )
    ],
    [
      "LeasedStore",
      Effect.map(
        LeasedStore.make<string, number, unknown>({ acquire: () => Effect.never }),
        (store): Ask => (key, acquire) => store.use(key, Effect.succeed, { acquire })
      )
    ],
    [
      "LeasedStore with releases",
      Effect.map(
        LeasedStore.make<string, number, unknown>({ acquire: () => Effect.never, release: () => Effect.void }),
        (store): Ask => (key, acquire) => Effect.scoped(store.lease(key, { acquire }))
      )
    ],
    [
      "S3Cache.getOrCompute",
      Effect.map(
        Layer.build(S3Cache.layerMemory()),
        (context): Ask => (key, compute) => Effect.provide(S3Cache.getOrCompute(keyspace.key(key), compute), context)
      )
    ]
  ]

const inSpans = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  effect.pipe(
    Effect.withSpan("request of A", { attributes: { authorization: "token-of-A" }, captureStackTrace: false })
  )

const failureOf = (exit: Exit.Exit<unknown, unknown>): unknown =>
  Exit.isFailure(exit) ? Option.getOrUndefined(Cause.failureOption(exit.cause)) : undefined

describe("what a computation fails with", () => {
  for (const [store, make] of stores) {
    it.scoped(`is the very object that its callers get: ${store}`, () =>
      Effect.gen(function*() {
        const ask = yield* make
        for (const [what, makeError, use] of errors) {
          const error = makeError()
          const used = use(error as never)
          for (
            const [how, compute] of [
              ["failed", Effect.fail(error)],
              ["failed in a span of its own", Effect.fail(error).pipe(Effect.withSpan("load"))],
              [
                "thrown",
                Effect.try({
                  try: () => {
                    throw error
                  },
                  catch: (thrown) => thrown
                })
              ],
              [
                "in parallel",
                Effect.all([Effect.fail(error), Effect.yieldNow()], { concurrency: 2 }).pipe(Effect.as(1))
              ]
            ] as const
          ) {
            const key = `${what} ${how}`
            // The others join it, or ask again.
            const [one, two] = yield* Effect.all([
              inSpans(Effect.exit(ask(key, compute))),
              Effect.exit(ask(key, compute))
            ], {
              concurrency: 2
            })
            for (const exit of [one, two, yield* Effect.exit(ask(key, compute))]) {
              assert.isTrue(Object.is(failureOf(exit), error), `${key}: another object`)
              assert.deepStrictEqual(use(failureOf(exit) as never), used, key)
            }
          }
          const died = yield* inSpans(Effect.exit(ask(`${what} died`, Effect.die(error))))
          const defect = Exit.isFailure(died) ? Option.getOrUndefined(Cause.dieOption(died.cause)) : undefined
          assert.isTrue(Object.is(defect, error), `${what}, a defect: another object`)
        }
      }))
  }

  for (const [store, make] of stores.filter(([what]) => !what.startsWith("S3Cache"))) {
    it.scoped(`is the very object in values that tell of it: ${store}`, () =>
      Effect.gen(function*() {
        const ask = yield* make
        for (const [what, makeError, use] of errors) {
          const error = makeError()
          const used = use(error as never)
          const fails = Effect.fail(error)
          const either = Either.left(error)
          for (
            const [how, compute, errorOf] of [
              ["flip", Effect.flip(fails), (value: unknown) => value],
              [
                "either",
                Effect.either(fails),
                (value: unknown) => Either.isEither(value) && Either.getLeft(value).pipe(Option.getOrUndefined)
              ],
              ["exit", Effect.exit(fails), (value: unknown) => Exit.isExit(value) && failureOf(value)],
              [
                "cause",
                Effect.sandbox(fails).pipe(Effect.flip),
                (value: unknown) => Cause.isCause(value) && Option.getOrUndefined(Cause.failureOption(value))
              ],
              ["either of its own", Effect.succeed(either), (value: unknown) => value === either ? error : "another"]
            ] as const
          ) {
            const key = `${what}, ${how}`
            // They are computations of values that are no numbers.
            const computed = Effect.map(compute, (value) => value as never)
            for (const value of [yield* inSpans(ask(key, computed)), yield* ask(key, computed)]) {
              const found = errorOf(value)
              assert.isTrue(Object.is(found, error), `${key}: another object`)
              assert.deepStrictEqual(use(found as never), used, key)
            }
          }
        }
      }))
  }

  it.scoped("is what `failureTimeToLive` is asked with", () =>
    Effect.gen(function*() {
      const asked: Array<number> = []
      const options = {
        failure: anyFailure,
        failureTimeToLive: (error: Denied) => {
          asked.push(error.code())
          return "1 hour" as const
        }
      }
      const store = yield* Store.make<string, number, Denied>({
        ...options,
        timeToLive: "1 milli",
        staleIfError: "1 hour"
      })
      const dict = yield* TtlDict.make<string, number, Denied>(options)
      yield* inSpans(Effect.exit(store.getOrCompute("a", Effect.fail(new Denied()))))
      yield* inSpans(Effect.exit(dict.getOrCompute("a", Effect.fail(new Denied()))))
      assert.deepStrictEqual(asked, [7, 7])
    }))

  it("is thrown as it is where there is no Effect", () => {
    const dict = new SyncTtlDict<string, number>()
    for (const [what, makeError] of errors) {
      const error = makeError()
      try {
        dict.getOrCompute("a", () => {
          throw error
        })
        assert.fail("it did not throw")
      } catch (thrown) {
        assert.isTrue(Object.is(thrown, error), what)
      }
    }
  })
})

/** A tracer that remembers what was traced, but nothing of it. */
const tracing = Effect.map(Effect.tracer, (native) => {
  const refs: Array<WeakRef<Tracer.Span>> = []
  const ended: Array<string> = []
  const names = new Map<string, string>()
  const tracer = Tracer.make({
    span: (...args) => {
      const span = native.span(...args)
      const { name, links } = span
      names.set(span.spanId, `${name}-${refs.length}`)
      refs.push(new WeakRef(span))
      const linked = links.map(({ span: { _tag, spanId } }) => `${_tag} ${names.get(spanId)}`).join()
      const end: Tracer.Span["end"] = (_, exit) => ended.push(`${name}: ${exit._tag}, linked to ${linked}`)
      return Object.assign(span, { end })
    },
    context: native.context
  })
  return { tracer, refs, ended }
})

class Secret extends Context.Tag("test/Secret")<Secret, { readonly token: string }>() {}
const secretRef = FiberRef.unsafeMake<object>({})

describe("what a computation leaves behind", () => {
  for (const [store, make] of stores) {
    it.scoped(`holds nothing of who came first: ${store}`, () =>
      Effect.gen(function*() {
        const ask = yield* make
        const { ended, refs, tracer } = yield* tracing
        const others: Array<WeakRef<object>> = []
        const fails = () => Effect.fail(new Denied())
        const acquires = () => Effect.succeed(1)
        const request = (key: string, compute: () => Effect.Effect<number, unknown>) => {
          const secret = { token: "token-of-A" }
          const local = { token: "token-of-A" }
          others.push(new WeakRef(secret), new WeakRef(local))
          return Effect.withFiberRuntime<unknown, unknown>((fiber) => {
            others.push(new WeakRef(fiber))
            return ask(key, compute())
          }).pipe(
            Effect.exit,
            inSpans,
            Effect.provideService(Secret, secret),
            Effect.locally(secretRef, local),
            Effect.withTracer(tracer),
            Effect.fork,
            Effect.flatMap(Fiber.await),
            Effect.asVoid
          )
        }
        yield* request("failed", fails)
        yield* request("computed", acquires)
        yield* request("an error as a value", () => Effect.flip(fails()).pipe(Effect.as(2)))
        if (!store.startsWith("S3Cache")) {
          yield* request("told by a value", () => Effect.map(Effect.either(fails()), (value) => value as never))
          yield* request("an error", () => Effect.map(Effect.flip(fails()), (value) => value as never))
          yield* request("an exit", () => Effect.map(Effect.exit(fails()), (value) => value as never))
        }
        yield* garbageCollected
        // What ran last may be in a register still.
        for (let round = 0; round < 9 && others.some((ref) => ref.deref() !== undefined); round++) {
          yield* garbageCollected
        }
        const left = refs.flatMap((ref) => ref.deref()?.name ?? [])
        assert.deepStrictEqual(left, [], "spans")
        assert.deepStrictEqual(others.map((ref) => ref.deref() === undefined), others.map(() => true), "others")
        assert.strictEqual(ended.filter((span) => span.startsWith("request")).length, others.length / 3)
      }))
  }

  it.scoped("its span is there, has failed, and is linked to its caller's by ids", () =>
    Effect.gen(function*() {
      const { ended, refs, tracer } = yield* tracing
      // The computation's span is of the store's tracer.
      const [store, dict] = yield* Effect.withTracer(
        Effect.all([Store.make<string, number, Denied>(), TtlDict.make<string, number, Denied>()]),
        tracer
      )
      for (const [kind, ask] of [["Store", store.getOrCompute], ["TtlDict", dict.getOrCompute]] as const) {
        ended.length = 0
        refs.length = 0
        yield* Effect.withTracer(inSpans(Effect.exit(ask("a", Effect.fail(new Denied())))), tracer)
        assert.deepStrictEqual(ended, [
          `effect-aws-cache.${kind}.compute: Failure, linked to ExternalSpan request of A-0`,
          "request of A: Success, linked to "
        ])
      }
    }))

  it.scoped("a computation under way holds nothing of a caller that has gone", () =>
    Effect.gen(function*() {
      const store = yield* Store.make<string, number>()
      const { refs, tracer } = yield* tracing
      const first = yield* Effect.fork(Effect.withTracer(inSpans(store.getOrCompute("a", Effect.never)), tracer))
      yield* Effect.yieldNow()
      const second = yield* Effect.fork(store.getOrCompute("a", Effect.never))
      yield* Effect.yieldNow()
      yield* Fiber.interruptFork(first)
      yield* Fiber.await(first)
      assert.strictEqual((yield* store.stats).inFlight, 1)
      const held = new WeakRef(first)
      assert.isDefined(held.deref())
      yield* garbageCollected
      // Its own span is made by the tracer of the caller that came first, and is under way.
      assert.deepStrictEqual(refs.flatMap((ref) => ref.deref()?.name ?? []), ["effect-aws-cache.Store.compute"])
      yield* Fiber.interruptFork(second)
    }))

  it.scoped("a memoized function holds nothing of the span it was made in", () =>
    Effect.gen(function*() {
      const store = yield* Store.make<string, number>()
      const layer = yield* Layer.build(S3Cache.layerMemory())
      const { refs, tracer } = yield* tracing
      const compute = () => Effect.succeed(1)
      const making = yield* Effect.all([
        store.memoize(compute),
        Effect.provide(S3Cache.memoize(keyspace, compute), layer)
      ]).pipe(inSpans, Effect.withTracer(tracer), Effect.fork)
      const functions = yield* Fiber.join(making)
      yield* Effect.yieldNow()
      yield* garbageCollected
      assert.isAbove(refs.length, 0)
      assert.deepStrictEqual(refs.flatMap((ref) => ref.deref()?.name ?? []), [])
      assert.deepStrictEqual(yield* Effect.forEach(functions, (f) => f("a")), [1, 1])
    }))
})
