import { assert, describe, it } from "@effect/vitest"
import {
  Cause,
  Config,
  ConfigProvider,
  Context,
  Deferred,
  Effect,
  Exit,
  Fiber,
  FiberRef,
  Layer,
  Logger,
  LogLevel,
  Option,
  Predicate,
  Schema,
  Scope,
  TestClock,
  Tracer
} from "effect"
import { LeasedStore, Store } from "effect-aws-cache/Cache"
import { Keyspace, ObjectStore, S3Cache } from "effect-aws-cache/S3Store"
import { TtlDict } from "effect-aws-cache/Ttl"
import { garbageCollected } from "../ClientLayer/garbageCollected.js"
import { referencesOf } from "../support/majors.js"
import { ManualClock } from "../support/ManualClock.js"
import { turns } from "../support/until.js"

type Lookup = <E, R>(key: string, compute: Effect.Effect<string, E, R>) => Effect.Effect<string, E | "shared", R>

interface Options {
  readonly failure?: (error: unknown) => error is "shared"
}

const isShared = (error: unknown): error is "shared" => error === "shared"

/** Every lookup that is given its computation. */
const lookups: ReadonlyArray<
  readonly [what: string, make: (options?: Options) => Effect.Effect<Lookup, unknown, Scope.Scope>]
> = [
  [
    "Store.getOrCompute",
    (options) => Effect.map(Store.make<string, string, "shared">(options), (store): Lookup => store.getOrCompute)
  ],
  [
    "Store.refresh",
    (options) => Effect.map(Store.make<string, string, "shared">(options), (store): Lookup => store.refresh)
  ],
  [
    "Store.getManyOrCompute",
    (options) =>
      Effect.map(Store.make<string, string, "shared">(options), (store): Lookup => (key, compute) =>
        Effect.map(
          store.getManyOrCompute([key], () => Effect.map(compute, (value) => [[key, value] as const])),
          ([value]) => value?._tag === "Some" ? value.value : "none"
        ))
  ],
  [
    "TtlDict.getOrCompute",
    (options) => Effect.map(TtlDict.make<string, string, "shared">(options), (dict): Lookup => dict.getOrCompute)
  ],
  [
    "LeasedStore.use",
    (options) =>
      Effect.map(
        LeasedStore.make<string, string, "shared">({ ...options, acquire: () => Effect.die("not asked") }),
        (store): Lookup => <E, R>(key: string, acquire: Effect.Effect<string, E, R>) =>
          // Sound: no test needs a scope.
          store.use(key, Effect.succeed, { acquire }) as Effect.Effect<string, E | "shared", R>
      )
  ],
  [
    "S3Cache.getOrCompute",
    (options) =>
      Effect.map(S3Cache.make(), (cache): Lookup => {
        const Texts = Keyspace.make("texts", {
          key: Schema.String,
          value: Schema.String,
          failure: options?.failure === undefined ? undefined : Schema.Literal("shared")
        })
        return (key, compute) => cache.getOrCompute(Texts.key(key), compute)
      }).pipe(Effect.provide(ObjectStore.layerMemory()))
  ]
]

describe("computations of one's own", () => {
  for (const [what, make] of lookups) {
    // Whoever refreshes waits for what began before, and only then joins.
    const older = what.endsWith(".refresh") ? 1 : 0

    it.scoped(`who waited for one that failed or died computes by himself: ${what}`, () =>
      Effect.gen(function*() {
        for (const first of [Effect.fail("first"), Effect.die("defect"), Effect.interrupt]) {
          const lookup = yield* make()
          const owner = yield* Effect.fork(Effect.exit(lookup("a", Effect.zipRight(Effect.sleep("1 second"), first))))
          yield* turns(5)
          const second = yield* Effect.fork(
            Effect.exit(lookup("a", Effect.zipRight(Effect.sleep("1 second"), Effect.fail("second"))))
          )
          const third = yield* Effect.fork(lookup("a", Effect.succeed("third")))
          yield* turns(5)
          yield* TestClock.adjust("2 seconds")
          const [ownersExit, firstExit] = [yield* Fiber.join(owner), yield* Effect.exit(first)]
          if (Exit.isInterrupted(firstExit)) assert.isTrue(Exit.isInterrupted(ownersExit))
          else assert.deepStrictEqual(ownersExit, firstExit)
          assert.deepStrictEqual(yield* Fiber.join(second), Exit.fail("second"))
          assert.strictEqual(yield* Fiber.join(third), "third")
        }
      }))

    it.scoped(`waits for two that fail at the most, then computes beside others: ${what}`, () =>
      Effect.gen(function*() {
        const lookup = yield* make()
        let running = 0
        let most = 0
        const asking = yield* Effect.forEach(
          Array.from({ length: 20 }, (_, at) => at),
          (at) =>
            Effect.fork(Effect.flip(lookup(
              "a",
              Effect.zipRight(
                Effect.acquireUseRelease(
                  Effect.sync(() => {
                    most = Math.max(most, ++running)
                  }),
                  () => Effect.sleep("1 second"),
                  () => Effect.sync(() => running--)
                ),
                Effect.fail(`no ${at}`)
              )
            )))
        )
        for (let second = 0; second < 3 + older; second++) {
          yield* turns(20)
          yield* TestClock.adjust("1 second")
        }
        yield* turns(20)
        assert.deepStrictEqual(
          yield* Effect.forEach(asking, (fiber) => Fiber.poll(fiber)),
          asking.map((_, at) => Option.some(Exit.succeed(`no ${at}`)))
        )
        assert.strictEqual(most, 18 - older)
      }))

    it.scoped(`has what the caller's program decided for all that runs in it: ${what}`, () =>
      Effect.gen(function*() {
        const lookup = yield* make()
        const logged: Array<unknown> = []
        const nativeTracer = yield* Effect.tracer
        const spans: Array<string> = []
        const tracer = Tracer.make({
          span: (...args) => {
            const span = nativeTracer.span(...args)
            spans.push(span.name)
            return span
          },
          context: nativeTracer.context
        })
        const compute = Effect.gen(function*() {
          yield* Effect.logDebug("computing")
          return yield* Config.string("PLACE")
        }).pipe(Effect.withSpan("of the computation"), Effect.orDie)
        const clock = new ManualClock()
        const settings = Layer.mergeAll(
          Logger.replace(Logger.defaultLogger, Logger.make(({ message }) => logged.push(message))),
          Logger.minimumLogLevel(LogLevel.Debug),
          Layer.setConfigProvider(ConfigProvider.fromMap(new Map([["PLACE", "here"]]))),
          Layer.setTracer(tracer)
        )
        assert.strictEqual(
          yield* lookup("a", Effect.zipLeft(compute, Effect.sleep(0))).pipe(
            Effect.withClock(clock),
            Effect.provide(settings)
          ),
          "here"
        )
        assert.deepStrictEqual(logged, [["computing"]])
        assert.include(spans, "of the computation")
        assert.isTrue(spans.some((name) => name.startsWith("effect-aws-cache.")))
      }))

    it.scoped(`closes a scope of its own, whoever leaves: ${what}`, () =>
      Effect.gen(function*() {
        const lookup = yield* make()
        let open = 0
        const compute = Effect.acquireRelease(Effect.sync(() => ++open), () => Effect.sync(() => open--)).pipe(
          Effect.zipRight(Effect.sleep("1 second")),
          Effect.map(() => `${open} open`)
        )
        const first = yield* Effect.fork(Effect.scoped(lookup("a", compute)))
        yield* turns(5)
        const second = yield* Effect.fork(Effect.scoped(lookup("a", compute)))
        yield* turns(5)
        yield* Fiber.interrupt(first)
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* Fiber.join(second), "1 open")
        if (!what.startsWith("LeasedStore")) assert.strictEqual(open, 0)
      }))

    it.scoped(`a failure that the guard accepts is one of all who wait: ${what}`, () =>
      Effect.gen(function*() {
        const lookup = yield* make({ failure: isShared })
        let computed = 0
        const compute = Effect.suspend(() => {
          computed++
          return Effect.zipRight(Effect.sleep("1 second"), Effect.fail("shared" as const))
        })
        const asking = yield* Effect.forEach([1, 2, 3], () => Effect.fork(Effect.flip(lookup("a", compute))))
        for (let second = 0; second < 1 + older; second++) {
          yield* turns(5)
          yield* TestClock.adjust("1 second")
        }
        assert.deepStrictEqual(yield* Fiber.join(Fiber.all(asking)), ["shared", "shared", "shared"])
        assert.strictEqual(computed, 1 + older)
      }))

    it.scoped(`who leaves while another's computation runs computes nothing: ${what}`, () =>
      Effect.gen(function*() {
        const lookup = yield* make()
        const gate = yield* Deferred.make<string, string>()
        const owner = yield* Effect.fork(Effect.exit(lookup("a", Deferred.await(gate))))
        yield* turns(5)
        let computed = 0
        const waiting = yield* Effect.fork(lookup("a", Effect.sync(() => `${computed++}`)))
        yield* turns(5)
        yield* Fiber.interrupt(waiting)
        yield* Deferred.fail(gate, "no")
        assert.deepStrictEqual(yield* Fiber.join(owner), Exit.fail("no"))
        assert.strictEqual(computed, 0)
      }))

    it.scoped(`has the services of its caller, and else what the store was made with: ${what}`, () =>
      Effect.gen(function*() {
        class Tenant extends Context.Tag("test/Tenant")<Tenant, string>() {}
        const locale = FiberRef.unsafeMake("default")
        const lookup = yield* make().pipe(Effect.provideService(Tenant, "store"), Effect.locally(locale, "store"))
        const span = Effect.map(Effect.currentParentSpan, (span) => span._tag === "Span" ? span.name : span.spanId)
        const seen = yield* lookup(
          "a",
          Effect.map(
            Effect.all([Tenant, FiberRef.get(locale), Effect.orDie(span)]),
            ([tenant, locale, span]) => [tenant, locale, span.startsWith("effect-aws-cache")].join()
          )
        ).pipe(
          Effect.provideService(Tenant, "caller"),
          Effect.locally(locale, "caller"),
          Effect.withSpan("of the caller")
        )
        assert.strictEqual(seen, `caller,${referencesOf},true`)
      }))

    it.scoped(`keeps no service of its caller when it is over: ${what}`, () =>
      Effect.gen(function*() {
        class Request extends Context.Tag("test/Request")<Request, { readonly id: number }>() {}
        const lookup = yield* make()
        const refs: Array<WeakRef<object>> = []
        const ask = (key: string, compute: Effect.Effect<string, string>) =>
          Effect.suspend(() => {
            const request = { id: refs.length }
            refs.push(new WeakRef(request))
            const needing = Effect.zipRight(Request, compute)
            return Effect.exit(Effect.provideService(lookup(key, needing), Request, request))
          })
        yield* Effect.fork(ask("a", Effect.succeed("a"))).pipe(Effect.flatMap(Fiber.await))
        yield* Effect.fork(ask("b", Effect.fail("no"))).pipe(Effect.flatMap(Fiber.await))
        yield* Effect.fork(ask("c", Effect.die("no"))).pipe(Effect.flatMap(Fiber.await))
        const leaving = yield* Effect.fork(ask("d", Effect.never))
        yield* turns(5)
        yield* Fiber.interruptFork(leaving)
        yield* Fiber.await(leaving)
        yield* turns(5)
        yield* garbageCollected
        assert.deepStrictEqual(refs.flatMap((ref) => ref.deref() ?? []).slice(0, 3), [])
      }))

    it.effect(`ends with the store, and nobody tries again: ${what}`, () =>
      Effect.gen(function*() {
        const scope = yield* Scope.make()
        const lookup = yield* Scope.extend(make(), scope)
        let computed = 0
        const compute = Effect.suspend(() => {
          computed++
          return Effect.never
        })
        const asking = yield* Effect.forEach([1, 2], () => Effect.fork(lookup("a", compute)))
        yield* turns(5)
        yield* Scope.close(scope, Exit.void)
        for (const fiber of asking) assert.isTrue(Exit.isInterrupted(yield* Fiber.await(fiber)))
        assert.isTrue(Exit.isInterrupted(yield* Fiber.await(yield* Effect.fork(lookup("b", compute)))))
        assert.strictEqual(computed, 1)
      }))
  }

  it.scoped("of leases without an `acquire` of their own are the store's: they share its failures", () =>
    Effect.gen(function*() {
      let acquired = 0
      const store = yield* LeasedStore.make({
        acquire: (_: string) =>
          Effect.suspend(() => Effect.zipRight(Effect.sleep("1 second"), Effect.fail(`no ${++acquired}`)))
      })
      const asking = yield* Effect.forEach([1, 2], () => Effect.fork(Effect.flip(store.use("a", Effect.succeed))))
      yield* turns(5)
      const own = yield* Effect.fork(store.use("a", Effect.succeed, { acquire: Effect.succeed(1 as never) }))
      yield* turns(5)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Fiber.join(Fiber.all(asking)), ["no 1", "no 1"])
      assert.strictEqual(yield* Fiber.join(own), 1)
      assert.strictEqual(acquired, 1)
    }))

  it.effect("a leased store as a service, with what its `acquire` and `release` need", () => {
    class Region extends Context.Tag("test/Region")<Region, string>() {}
    class Pools extends Context.Tag("test/Pools")<Pools, LeasedStore.LeasedStore<string, string>>() {}
    const layer = LeasedStore.layer(Pools, {
      acquire: (key: string) =>
        Effect.acquireRelease(Effect.map(Region, (region) => `${region}/${key}`), () => Effect.void)
    })
    return Effect.gen(function*() {
      const pools = yield* Pools
      assert.strictEqual(yield* pools.use("a", Effect.succeed), "eu/a")
    }).pipe(Effect.provide(Layer.provide(layer, Layer.succeed(Region, "eu"))))
  })
})

describe("memoize", () => {
  const makers = [
    ["Store", Store.make<string, string, "shared">({ timeToLive: "1 minute" })],
    ["TtlDict", TtlDict.make<string, string, "shared">({ timeToLive: "1 minute" })]
  ] as const

  for (const [what, make] of makers) {
    it.scoped(`remembers what its function computed, in the store: ${what}`, () =>
      Effect.gen(function*() {
        class Region extends Context.Tag("test/Region")<Region, string>() {}
        const store = yield* make
        let computed = 0
        const lookup = (key: string) => Effect.map(Region, (region) => `${region}/${key}/${++computed}`)
        const memoized = yield* Effect.provideService(store.memoize(lookup), Region, "eu")
        assert.deepStrictEqual([yield* memoized("a"), yield* memoized("a"), yield* memoized("b")], [
          "eu/a/1",
          "eu/a/1",
          "eu/b/2"
        ])
        assert.strictEqual(yield* store.get("a"), "eu/a/1")
        yield* TestClock.adjust("1 minute")
        assert.strictEqual(yield* memoized("a"), "eu/a/3")
        const { hits, misses } = yield* store.stats
        assert.deepStrictEqual([hits, misses], [2, 3])
      }))

    it.scoped(`a time to live of its own, for all or for each: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make
        const short = yield* store.memoize((key) => Effect.succeed(key), { timeToLive: "1 second" })
        const each = yield* store.memoize((key) => Effect.succeed(key), {
          timeToLive: (key, value) => `${key.length + value.length} seconds`
        })
        yield* short("a")
        yield* each("bb")
        yield* TestClock.adjust("3 seconds")
        assert.deepStrictEqual(yield* store.keys, ["bb"])
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(yield* store.keys, [])
      }))

    it.scoped(`all who call one function share what it fails with, however often it was memoized: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make
        let computed = 0
        const lookup = (key: string) =>
          Effect.suspend(() => Effect.zipRight(Effect.sleep("1 second"), Effect.fail(`${key} ${++computed}`)))
        const [first, second] = yield* Effect.all([store.memoize(lookup), store.memoize(lookup)])
        const other = yield* store.memoize((key) => lookup(key))
        const asking = yield* Effect.forEach([first, second, first, other], (f) => Effect.fork(Effect.flip(f("a"))))
        yield* turns(5)
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(yield* Fiber.join(Fiber.all(asking)), ["a 1", "a 1", "a 1", "a 2"])
        assert.strictEqual(yield* store.getOrCompute("a", Effect.succeed("there")), "there")
        assert.strictEqual(yield* first("a"), "there")
      }))

    it.scoped(`a function that throws, or returns no Effect, is a defect of the call: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make
        const throwing = yield* store.memoize((): Effect.Effect<string> => {
          throw new Error("thrown")
        })
        const none: Effect.Effect<string> = JSON.parse("5")
        const wrong = yield* store.memoize(() => none)
        for (const [f, text] of [[throwing, "thrown"], [wrong, "compute is one that returns 5"]] as const) {
          const exit = yield* Effect.exit(f("a"))
          assert.include(Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "", text)
        }
        assert.strictEqual((yield* store.stats).inFlight, 0)
      }))
  }

  it.scoped("makes a store of its own", () =>
    Effect.gen(function*() {
      let computed = 0
      const lengthOf = yield* Store.memoize((key: string) =>
        Effect.suspend(() => {
          computed++
          return key === "" ? Effect.fail("empty" as const) : Effect.succeed(key.length)
        }), { maxSize: 1, failure: Predicate.isString, failureTimeToLive: "1 minute" })
      assert.deepStrictEqual([yield* lengthOf("ab"), yield* lengthOf("ab"), yield* lengthOf("abc")], [2, 2, 3])
      assert.deepStrictEqual([yield* Effect.flip(lengthOf("")), yield* Effect.flip(lengthOf(""))], ["empty", "empty"])
      assert.strictEqual(computed, 3)
      const error = yield* Effect.flip(
        Store.memoize((_: string) => Effect.succeed(1), { failureTimeToLive: "1 minute" })
      )
      assert.strictEqual(
        error.message,
        "Store: failure is missing, but must be given along with failureTimeToLive, as a guard such as Predicate.isTagged(\"NotFound\")"
      )
    }))
})
