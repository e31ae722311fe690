import { assert, describe, it } from "@effect/vitest"
import {
  Cause,
  type Clock,
  type Duration,
  Effect,
  Either,
  Exit,
  Fiber,
  Logger,
  LogLevel,
  Option,
  Schema,
  Stream,
  TestClock
} from "effect"
import { Keyspace, type S3CacheService } from "effect-aws-cache/S3Store"
import * as fc from "fast-check"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"
import { makeMemoryObjectStore } from "../../src/S3Store/objects/memoryObjectStore.js"
import * as FaultProxy from "../servers/FaultProxy.js"
import { ManualClock } from "../support/ManualClock.js"
import { property } from "../support/property.js"
import { eventually, turns, until } from "../support/until.js"
import { makeBucket } from "./bucketOf.js"

const { Fault } = FaultProxy

const Texts = Keyspace.make("texts", { key: Schema.String, value: Schema.String })

const limits = {
  loadTimeout: "1 second",
  saveTimeout: "1 second",
  circuitBreaker: { failures: 3, resetAfter: "2 seconds" }
} as const

/** Runs an effect to its end: the clock is turned only when nothing has happened for a while. */
const finished = <A, E>(
  clock: ManualClock,
  effect: Effect.Effect<A, E>,
  patience = 300
): Effect.Effect<Exit.Exit<A, E>> =>
  Effect.gen(function*() {
    const fiber = yield* Effect.fork(effect)
    for (let turn = 1; Option.isNone(yield* Fiber.poll(fiber)); turn++) {
      yield* turns(1)
      if (turn % patience === 0) yield* clock.advance(500)
    }
    return yield* Fiber.await(fiber)
  })

const faults: ReadonlyArray<readonly [name: string, fault: FaultProxy.Fault]> = [
  ["refuses connections", Fault.Refuse()],
  ["resets connections", Fault.Reset()],
  ["hangs for ever", Fault.Hang()],
  ["is slower than the time limit", Fault.Delay({ millis: 5000 })],
  ["cuts answers in their head", Fault.CutAfter({ bytes: 20 })],
  ["cuts answers in their body", Fault.CutAfter({ bytes: 300 })],
  ["corrupts a byte of the header", Fault.Corrupt({ at: 60 })],
  ["corrupts every byte", Fault.Corrupt({})],
  ["answers 503 SlowDown", Fault.Answer({ status: 503, code: "SlowDown" })],
  ["answers 500 InternalError", Fault.Answer({ status: 500, code: "InternalError" })],
  ["answers 403 AccessDenied", Fault.Answer({ status: 403, code: "AccessDenied" })]
]

const withClock = <A, E, R>(use: (clock: ManualClock) => Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const clock = new ManualClock()
    return Effect.withClock(Logger.withMinimumLogLevel(use(clock), LogLevel.None), clock)
  })

describe("an S3Cache whose second level", () => {
  for (const [name, fault] of faults) {
    it.scopedLive(
      `${name} serves from memory, computes what it cannot read, and recovers`,
      () =>
        withClock((clock) =>
          Effect.gen(function*() {
            const { process, proxy } = yield* makeBucket({}, {})
            const cache = yield* process(limits)
            const settled = <A, E>(effect: Effect.Effect<A, E>) => Effect.flatten(finished(clock, effect))
            yield* settled(cache.setMany([[Texts.key("kept"), "kept"], [Texts.key("stored"), "stored"]]))
            const other = yield* process(limits)
            let computed = 0
            const lookup = yield* other.memoize(Texts, (key) => Effect.sync(() => `${key} ${++computed}`))
            yield* proxy.set(fault)
            assert.strictEqual(yield* settled(cache.get(Texts.key("kept"))), "kept", "memory serves")
            const read = yield* settled(Effect.option(other.getOption(Texts.key("stored"))))
            assert.include([undefined, "stored"], Option.getOrUndefined(Option.flatten(read)), "no wrong value")
            for (let n = 0; n < 6; n++) {
              assert.strictEqual(yield* settled(lookup(`new ${n}`)), `new ${n} ${n + 1}`, "nothing computed is lost")
              assert.strictEqual(yield* settled(lookup(`new ${n}`)), `new ${n} ${n + 1}`, "and memory keeps it")
            }
            yield* proxy.set(Fault.Pass())
            yield* clock.advance(10_000)
            const key = Texts.key("afterwards")
            // The first request may go to a connection that the fault has left broken.
            yield* Effect.exit(settled(cache.set(key, "written")))
            yield* clock.advance(10_000)
            yield* settled(cache.set(key, "written"))
            assert.strictEqual((yield* cache.stats).circuit, "closed")
            assert.strictEqual(yield* settled((yield* process(limits)).get(key)), "written")
          })
        )
    )
  }
})

describe("saveTimeout", () => {
  const saveTimeout = "500 millis"
  /** Whether a fiber ends when the clock is turned that far, and how. */
  const after = <A, E>(duration: Duration.DurationInput, effect: Effect.Effect<A, E>) =>
    Effect.gen(function*() {
      let sleepers = 0
      const clock = yield* Effect.clock
      const watched: Clock.Clock = Object.assign(Object.create(clock), {
        sleep: (duration: Duration.Duration) => Effect.suspend(() => (sleepers++, clock.sleep(duration)))
      })
      const fiber = yield* Effect.fork(Effect.withClock(effect, watched))
      yield* until(() => sleepers > 0)
      yield* turns(20)
      yield* TestClock.adjust(duration)
      yield* turns(20)
      return Option.map(
        yield* Fiber.poll(fiber),
        Exit.match({
          onSuccess: () => "success",
          onFailure: (cause) => Option.match(Cause.failureOption(cause), { onNone: () => "", onSome: String })
        })
      )
    })
  const late = (ended: Option.Option<string>) =>
    assert.include(Option.getOrElse(ended, () => "not ended"), "no answer within 500ms")

  it.scoped("limits the first add, which probes for conditions, and does not keep it from being interrupted", () =>
    Effect.gen(function*() {
      const { process, proxy } = yield* makeBucket({ requestTimeout: "3 seconds" }, {})
      const cache = yield* process({ saveTimeout, circuitBreaker: false })
      yield* proxy.set(Fault.Hang())
      late(yield* after(saveTimeout, cache.add(Texts.key("a"), "a")))
      const interrupted = yield* after("200 millis", Effect.timeout(cache.add(Texts.key("b"), "b"), "200 millis"))
      assert.include(Option.getOrElse(interrupted, () => "not ended"), "Timeout")
      yield* TestClock.adjust("3 seconds")
    }))

  it.scoped("a probe that was interrupted leaves no object behind", () =>
    Effect.gen(function*() {
      const { direct, proxy, store } = yield* makeBucket({}, {})
      const probes = Stream.runCount(direct.list(".probe/"))
      yield* proxy.set(Fault.Delay({ millis: 1000 }))
      const fiber = yield* Effect.fork(store.add("a", Buffer.from("a")))
      yield* eventually(Effect.map(probes, (count) => count === 1))
      yield* Fiber.interrupt(fiber)
      yield* eventually(Effect.map(probes, (count) => count === 0))
      yield* TestClock.adjust("1 second")
    }))

  it.scoped("limits each page of a list, without the time its consumer takes", () =>
    Effect.gen(function*() {
      const memory = yield* makeMemoryObjectStore
      const hanging = yield* makeS3CacheService({ ...memory, list: () => Stream.never }, { saveTimeout })
      late(yield* after(saveTimeout, Stream.runDrain(hanging.list(Texts))))
      late(yield* after(saveTimeout, hanging.clear(Texts)))
      const cache = yield* makeS3CacheService(
        { ...memory, list: (prefix) => Stream.rechunk(memory.list(prefix), 1) },
        { saveTimeout }
      )
      yield* cache.setMany([[Texts.key("a"), "a"], [Texts.key("b"), "b"]])
      const slow = yield* Effect.fork(
        Stream.runForEach(cache.list(Texts, { concurrency: 1 }), () => Effect.sleep("2 seconds"))
      )
      yield* TestClock.adjust("2 seconds")
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(slow)
    }))

  it.scoped("limits what clear removes at once", () =>
    Effect.gen(function*() {
      const memory = yield* makeMemoryObjectStore
      const cache = yield* makeS3CacheService({ ...memory, removeAll: () => Effect.never }, { saveTimeout })
      yield* cache.set(Texts.key("a"), "a")
      late(yield* after(saveTimeout, cache.clear(Texts)))
    }))
})

/** What a schedule does: faults come and go while a process writes, and another one reads and computes. */
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ tag: fc.constant("fault" as const), fault: fc.nat(faults.length) }) },
  {
    weight: 10,
    arbitrary: fc.record({
      tag: fc.constantFrom(
        "set" as const,
        "get" as const,
        "lookup" as const,
        "remove" as const,
        "add" as const,
        "readElsewhere" as const,
        "lookupElsewhere" as const
      ),
      key: fc.nat(3)
    })
  },
  { weight: 1, arbitrary: fc.record({ tag: fc.constant("wait" as const), millis: fc.nat(4000) }) }
)

type Step = typeof step extends fc.Arbitrary<infer A> ? A : never

/** What may be under a key, as far as its only writer can tell; `undefined` for nothing. */
class Possible {
  private readonly values = new Map<string, Set<string | undefined>>()
  /** Values whose write failed in a way that leaves it open: they may still turn up. */
  private readonly open = new Map<string, Set<string | undefined>>()

  certain(key: string, value: string | undefined): void {
    this.values.set(key, new Set([value, ...(this.open.get(key) ?? [])]))
  }

  maybe(key: string, value: string | undefined): void {
    this.open.set(key, new Set([value, ...(this.open.get(key) ?? [])]))
    this.values.set(key, new Set([value, ...this.of(key)]))
  }

  of(key: string): ReadonlySet<string | undefined> {
    return this.values.get(key) ?? new Set([undefined])
  }
}

const run = (steps: ReadonlyArray<Step>, write: "through" | "behind") =>
  withClock((clock) =>
    Effect.gen(function*() {
      const { process, proxy } = yield* makeBucket({}, {})
      const options = { ...limits, maxSize: 3 }
      const writer: S3CacheService = yield* process({ ...options, write })
      const reader = yield* process(options)
      const possible = new Possible()
      const ever = new Map<string, Set<string>>()
      let serial = 0
      const next = (key: string) => {
        const value = `${key}:${++serial}`
        ever.set(key, (ever.get(key) ?? new Set()).add(value))
        return value
      }
      const lookup = yield* writer.memoize(Texts, (key) => Effect.sync(() => next(key)))
      const lookupElsewhere = yield* reader.memoize(Texts, (key) => Effect.sync(() => next(key)))

      for (const { tag, ...what } of steps) {
        if (tag === "fault") {
          const [, fault] = faults["fault" in what ? what.fault : 0] ?? ["", Fault.Pass()]
          yield* proxy.set(fault)
          continue
        }
        if (tag === "wait") {
          yield* clock.advance("millis" in what ? what.millis : 0)
          continue
        }
        const name = `k${"key" in what ? what.key : 0}`
        const key = Texts.key(name)
        switch (tag) {
          case "set": {
            const value = next(name)
            const exit = yield* finished(clock, writer.set(key, value))
            if (Exit.isSuccess(exit) && write === "through") possible.certain(name, value)
            else possible.maybe(name, value)
            break
          }
          case "add": {
            const value = next(name)
            const outcome = yield* finished(clock, Effect.either(writer.add(key, value)))
            assert.isTrue(Exit.isSuccess(outcome))
            if (Exit.isFailure(outcome)) break
            if (Either.isRight(outcome.value)) possible.certain(name, value)
            else if (outcome.value.left._tag !== "CacheExistsError") possible.maybe(name, value)
            break
          }
          case "remove": {
            const outcome = yield* finished(clock, Effect.either(writer.remove(key)))
            assert.isTrue(Exit.isSuccess(outcome))
            if (Exit.isFailure(outcome)) break
            if (Either.isRight(outcome.value)) possible.certain(name, undefined)
            else possible.maybe(name, undefined)
            break
          }
          case "get": {
            const exit = yield* finished(clock, writer.getOption(key))
            if (Exit.isFailure(exit)) break
            const value = Option.getOrUndefined(exit.value)
            assert.isTrue(value === undefined || possible.of(name).has(value), `${name} is ${value}`)
            break
          }
          case "lookup":
          case "lookupElsewhere": {
            const exit = yield* finished(clock, (tag === "lookup" ? lookup : lookupElsewhere)(name))
            assert.isTrue(Exit.isSuccess(exit), `a lookup that computes never fails: ${String(exit)}`)
            if (Exit.isFailure(exit)) break
            assert.isTrue(ever.get(name)?.has(exit.value), `${name} is ${exit.value}`)
            possible.maybe(name, exit.value)
            break
          }
          case "readElsewhere": {
            const exit = yield* finished(clock, reader.getOption(key))
            if (Exit.isFailure(exit) || Option.isNone(exit.value)) break
            assert.isTrue(ever.get(name)?.has(exit.value.value), `${name} is ${exit.value.value}`)
          }
        }
      }
      yield* proxy.set(Fault.Pass())
      yield* clock.advance(10_000)
      const last = Texts.key("last")
      for (let attempt = 0; attempt < 2; attempt++) {
        // A look after a late write may be what tries the circuit: it has its time to answer.
        yield* eventually(Effect.map(writer.stats, ({ circuit }) => circuit !== "halfOpen"))
        yield* finished(clock, Effect.exit(writer.set(last, "last")), 100_000)
        yield* finished(clock, writer.flush, 100_000)
        yield* clock.advance(10_000)
      }
      const found = yield* finished(clock, (yield* process(options)).get(last), 100_000)
      assert.deepStrictEqual(found, Exit.succeed("last"), "it recovers")
      yield* proxy.set(Fault.Refuse())
    }).pipe(Effect.scoped)
  )

describe("random schedules of faults", () => {
  for (const write of ["through", "behind"] as const) {
    it(`never make a wrong value, nor lose a computed one: written ${write}`, () =>
      fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), (steps) =>
          Effect.runPromise(run(steps, write))),
        { ...property(26), endOnFailure: true }
      ))
  }
})
