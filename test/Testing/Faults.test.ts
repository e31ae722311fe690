import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Option, Schema, Stream, TestClock } from "effect"
import { CacheConfigError } from "effect-aws-cache/Cache"
import {
  ConditionalOutcome,
  Keyspace,
  LoadOutcome,
  ObjectStore,
  type ObjectStoreError,
  S3Cache
} from "effect-aws-cache/S3Store"
import { Fault, Faults, type FaultsOptions } from "effect-aws-cache/testing"

const bytes = (text: string) => new TextEncoder().encode(text)

const over = (options?: FaultsOptions) =>
  Effect.gen(function*() {
    const memory = yield* ObjectStore.makeMemory
    return { memory, ...yield* Faults.make(memory, options) }
  })

const textIn = (store: ObjectStore, name: string) =>
  Effect.map(
    store.load(name),
    (loaded) => loaded._tag === "Found" ? new TextDecoder().decode(loaded.body) : loaded._tag
  )

const reasonOf = <A>(effect: Effect.Effect<A, ObjectStoreError>) =>
  Effect.match(effect, { onFailure: ({ reason }) => reason, onSuccess: () => "ok" })

describe("a store with faults", () => {
  it.effect("is the store behind it as long as nothing goes wrong, and says what it was asked", () =>
    Effect.gen(function*() {
      const { faults, memory, store } = yield* over()
      yield* store.save("a/1", bytes("one"))
      yield* store.add("a/2", bytes("two"))
      yield* TestClock.adjust(5)
      assert.strictEqual(yield* textIn(store, "a/1"), "one")
      assert.strictEqual(yield* textIn(memory, "a/2"), "two")
      assert.strictEqual(yield* Stream.runCount(store.list("a/")), 2)
      yield* store.removeAll(["a/1", "a/2"])
      assert.deepStrictEqual(yield* memory.load("a/1"), LoadOutcome.Absent())
      const requests = yield* faults.requests
      assert.deepStrictEqual(
        requests.map(({ at, name, number, operation, outcome }) => [number, at, operation, name, outcome]),
        [
          [1, 0, "save", "a/1", "answered"],
          [2, 0, "add", "a/2", "answered"],
          [3, 5, "load", "a/1", "answered"],
          [4, 5, "list", "a/", "answered"],
          [5, 5, "removeAll", "a/1", "answered"]
        ]
      )
      assert.deepStrictEqual(requests[4]?.names, ["a/1", "a/2"])
      const counts = yield* faults.counts
      assert.deepStrictEqual([counts.requests, counts.faults, counts.operations.load], [5, 0, 1])
      yield* faults.clear
      assert.deepStrictEqual([(yield* faults.counts).requests, (yield* faults.requests).length], [0, 0])
    }))

  it.effect("remembers the last requests only, and counts all", () =>
    Effect.gen(function*() {
      const { faults, store } = yield* over({ logSize: 3 })
      for (let n = 0; n < 10; n++) yield* store.load(`${n}`)
      assert.deepStrictEqual((yield* faults.requests).map(({ name }) => name), ["7", "8", "9"])
      assert.strictEqual((yield* faults.counts).requests, 10)
      const none = yield* over({ logSize: 0 })
      yield* none.store.load("a")
      assert.deepStrictEqual([yield* none.faults.requests, (yield* none.faults.counts).requests], [[], 1])
    }))

  it.effect("fails by operation, by name, and at the times it is told", () =>
    Effect.gen(function*() {
      const { faults, store } = yield* over({
        faults: [
          { fault: Fault.Fail({ reason: "Throttled" }), operations: ["load"], names: "a/", nth: [2, 3] },
          { fault: Fault.Fail({ reason: "AccessDenied", detail: "not yours" }), names: /secret/, nth: 1 },
          ({ number }) => number === 8 ? Fault.Fail({ reason: "Network" }) : undefined
        ]
      })
      const outcomes: Array<string> = []
      for (const name of ["a/1", "b", "a/1", "a/2", "a/1"]) outcomes.push(yield* reasonOf(store.load(name)))
      assert.deepStrictEqual(outcomes, ["ok", "ok", "Throttled", "Throttled", "ok"])
      const denied = yield* Effect.flip(store.save("my/secret", bytes("x")))
      assert.deepStrictEqual([denied.operation, denied.target, denied.detail], [
        "save",
        "memory/my/secret",
        "not yours"
      ])
      assert.strictEqual(yield* reasonOf(store.save("my/secret", bytes("x"))), "ok")
      assert.strictEqual(yield* reasonOf(store.remove("b")), "Network")
      assert.strictEqual((yield* faults.counts).faults, 4)
      assert.deepStrictEqual(
        (yield* faults.requests).map(({ fault }) => fault ?? "-"),
        ["-", "-", "Fail", "Fail", "-", "Fail", "-", "Fail"]
      )
      yield* faults.set([])
      assert.strictEqual(yield* reasonOf(store.load("a/1")), "ok")
    }))

  it.effect("draws by a seed: the same one does the same, and about as often as it is told", () =>
    Effect.gen(function*() {
      const run = (seed: number) =>
        Effect.gen(function*() {
          const { store } = yield* over({ seed, faults: [{ fault: Fault.Fail({ reason: "Unavailable" }), rate: 0.3 }] })
          return yield* Effect.forEach(Array.from({ length: 1000 }), () => reasonOf(store.load("a")))
        })
      const first = yield* run(7)
      assert.deepStrictEqual(yield* run(7), first)
      assert.notDeepEqual(yield* run(8), first)
      const failed = first.filter((reason) => reason === "Unavailable").length
      assert.isAbove(failed, 240)
      assert.isBelow(failed, 360)
    }))

  it.effect("is as slow as it is told, by the clock of who asks", () =>
    Effect.gen(function*() {
      const { store } = yield* over({
        latency: ({ operation }) => operation === "load" ? { least: "1 second", most: "3 seconds" } : "5 seconds"
      })
      const ended: Array<string> = []
      const note = <A, E>(name: string, effect: Effect.Effect<A, E>) =>
        Effect.fork(Effect.tap(effect, () => Effect.sync(() => ended.push(name))))
      yield* note("load", store.load("a"))
      yield* note("save", store.save("a", bytes("a")))
      yield* TestClock.adjust("999 millis")
      assert.deepStrictEqual(ended, [])
      yield* TestClock.adjust("2001 millis")
      assert.deepStrictEqual(ended, ["load"])
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(ended, ["load", "save"])
      const slow = yield* over({ faults: [{ fault: Fault.Slow({ by: "1 minute" }), nth: 1 }] })
      const late = yield* Effect.fork(slow.store.save("a", bytes("a")))
      yield* TestClock.adjust("59 seconds")
      assert.strictEqual(yield* textIn(slow.memory, "a"), "Absent", "who gives up by then has written nothing")
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(late)
      assert.strictEqual((yield* slow.faults.counts).faults, 0)
    }))

  it.effect("can be down, and held, until it is up", () =>
    Effect.gen(function*() {
      const { faults, memory, store } = yield* over()
      yield* faults.down()
      assert.strictEqual(yield* reasonOf(store.save("a", bytes("a"))), "Unavailable")
      yield* faults.down("Throttled")
      assert.strictEqual(yield* reasonOf(Stream.runDrain(store.list(""))), "Throttled")
      assert.strictEqual(yield* textIn(memory, "a"), "Absent")
      yield* faults.up
      yield* faults.hold
      const held = yield* Effect.fork(store.save("a", bytes("a")))
      const given = yield* Effect.fork(store.load("a"))
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual((yield* faults.requests).map(({ outcome }) => outcome).slice(2), ["pending", "pending"])
      yield* Fiber.interrupt(given)
      yield* faults.up
      yield* Fiber.join(held)
      assert.deepStrictEqual(
        (yield* faults.requests).map(({ fault, outcome }) => `${fault} ${outcome}`),
        ["Down Unavailable", "Down Throttled", "undefined answered", "undefined interrupted"]
      )
    }))

  it.effect("loses answers, not writes; hangs; repeats; does not know", () =>
    Effect.gen(function*() {
      const { faults, memory, store } = yield* over()
      yield* faults.set([{ fault: Fault.LostAnswer({}) }])
      assert.strictEqual(yield* reasonOf(store.save("a", bytes("a"))), "Timeout")
      assert.strictEqual(yield* textIn(memory, "a"), "a")
      yield* faults.set([{ fault: Fault.LostAnswer({ reason: "Network" }) }])
      assert.strictEqual(yield* reasonOf(store.remove("a")), "Network")
      assert.strictEqual(yield* textIn(memory, "a"), "Absent")

      for (const lands of [false, true]) {
        yield* faults.set([{ fault: Fault.Hang({ lands }) }])
        const hanging = yield* Effect.fork(store.save("hung", bytes("a")))
        yield* TestClock.adjust("1 hour")
        assert.isTrue(Option.isNone(yield* Fiber.poll(hanging)))
        yield* Fiber.interrupt(hanging)
        assert.strictEqual(yield* textIn(memory, "hung"), lands ? "a" : "Absent")
      }

      yield* faults.set([{ fault: Fault.Repeat() }])
      assert.deepStrictEqual(yield* store.add("b", bytes("b")), ConditionalOutcome.Refused(), "by its own object")
      assert.strictEqual(yield* textIn(memory, "b"), "b")

      for (const lands of [false, true]) {
        yield* faults.set([{ fault: Fault.Unknown({ lands }) }])
        assert.deepStrictEqual(yield* store.add("c", bytes("c")), ConditionalOutcome.Unknown())
        assert.strictEqual(yield* textIn(memory, "c"), lands ? "c" : "Absent")
      }
      const there = yield* memory.load("c")
      const etag = there._tag === "Found" ? there.etag : ""
      assert.strictEqual(yield* store.removeIfMatch("c", etag), "unknown")
      assert.strictEqual(yield* textIn(memory, "c"), "Absent")
      assert.strictEqual(yield* reasonOf(store.save("d", bytes("d"))), "ok", "which no plain write can answer")
      yield* faults.set([{ fault: Fault.Die({ defect: "boom" }) }])
      assert.isTrue(Exit.isFailure(yield* Effect.exit(store.load("d"))))
      assert.strictEqual((yield* faults.requests).at(-1)?.outcome, "died")
    }))

  it.effect("damages and cuts bodies, and gives them slowly, and never those of the store behind", () =>
    Effect.gen(function*() {
      const { faults, memory, store } = yield* over()
      yield* memory.save("a", bytes("0000000000"))
      yield* faults.set([{ fault: Fault.Corrupt({ at: 3 }) }])
      assert.strictEqual(yield* textIn(store, "a"), "0001000000")
      yield* faults.set([{ fault: Fault.Corrupt({ at: 100 }) }])
      assert.strictEqual(yield* textIn(store, "a"), "0000000001")
      yield* faults.set([{ fault: Fault.Corrupt({}) }])
      assert.match(yield* textIn(store, "a"), /^0*10*$/)
      yield* faults.set([{ fault: Fault.Truncate({ bytes: 4 }) }])
      assert.strictEqual(yield* textIn(store, "a"), "0000")
      assert.strictEqual(yield* textIn(store, "b"), "Absent")
      yield* faults.set([{ fault: Fault.SlowBody({ bytesPerSecond: 2 }) }])
      const slow = yield* Effect.fork(textIn(store, "a"))
      yield* TestClock.adjust("4999 millis")
      assert.isTrue(Option.isNone(yield* Fiber.poll(slow)))
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* Fiber.join(slow), "0000000000")
      assert.strictEqual(yield* textIn(memory, "a"), "0000000000")
    }))

  it.effect("cannot do what it is told to be unable to", () =>
    Effect.gen(function*() {
      const { memory, store } = yield* over({ conditionalWrites: false, conditionalDeletes: false, lists: false })
      assert.strictEqual(yield* reasonOf(store.add("a", bytes("a"))), "ConditionalWritesUnsupported")
      assert.strictEqual(yield* reasonOf(store.replace("a", bytes("a"), "\"1\"")), "ConditionalWritesUnsupported")
      assert.strictEqual(yield* reasonOf(Stream.runDrain(store.list(""))), "ListUnsupported")
      yield* store.save("a", bytes("a"))
      const there = yield* memory.load("a")
      assert.strictEqual(yield* store.removeIfMatch("a", there._tag === "Found" ? there.etag : ""), "unsupported")
      assert.strictEqual(yield* textIn(memory, "a"), "a")
    }))

  it.effect("is a layer over a layer", () => {
    const Names = Keyspace.make("names", { key: Schema.Number, value: Schema.String })
    return Effect.gen(function*() {
      yield* S3Cache.set(Names.key(1), "Ada")
      yield* Faults.down()
      assert.strictEqual(yield* S3Cache.getOrCompute(Names.key(2), Effect.succeed("Grace")), "Grace")
      yield* Faults.up
      yield* S3Cache.set(Names.key(3), "Edsger")
      const outcomes = (yield* Faults.requests).map(({ outcome }) => outcome)
      assert.include(outcomes, "Unavailable")
      assert.strictEqual(outcomes.at(-1), "answered")
      assert.isAbove((yield* Faults.counts).faults, 0)
    }).pipe(
      Effect.provide(
        S3Cache.layer().pipe(Layer.provideMerge(Faults.layer()), Layer.provide(ObjectStore.layerMemory()))
      )
    )
  })

  it.effect("refuses what no faults are", () =>
    Effect.gen(function*() {
      const wrong: ReadonlyArray<readonly [option: string, options: object]> = [
        ["faults", { faults: "all" }],
        ["faults", { faults: [{}] }],
        ["latency", { latency: "soon" }],
        ["latency", { latency: { least: 1, most: "x" } }],
        ["seed", { seed: 0.5 }],
        ["logSize", { logSize: -1 }],
        ["latencies", { latencies: 5 }]
      ]
      for (const [option, options] of wrong) {
        const error = yield* Effect.flip(over(options))
        assert.instanceOf(error, CacheConfigError)
        assert.strictEqual(error.option, option)
      }
    }))
})
