import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Option, Random, Schema } from "effect"
import { Keyspace, type ObjectStore, ObjectStoreError } from "effect-aws-cache/S3Store"
import fc from "fast-check"
import { makeS3CacheService } from "../../../src/S3Store/cache/makeS3CacheService.js"
import { type Lease, Leases, Patience } from "../../../src/S3Store/coordination/Lease.js"
import { makeMemoryObjectStore } from "../../../src/S3Store/objects/memoryObjectStore.js"
import { ConditionalOutcome } from "../../../src/S3Store/objects/ObjectStore.js"
import { ManualClock } from "../../support/ManualClock.js"
import { ProcessClock } from "../../support/ProcessClock.js"
import { property } from "../../support/property.js"
import { warnings } from "../../support/warnings.js"

const hour = 3_600_000
const name = "numbers/1/a.run"

/** Turns the clock of the world until a fiber is done, or for so long; how long it took. */
const turning = (world: ManualClock, fiber: Fiber.RuntimeFiber<unknown, unknown>, most: number, step = 25) =>
  Effect.gen(function*() {
    const started = world.unsafeCurrentTimeMillis()
    while (
      Option.isNone(yield* Fiber.poll(fiber)) && world.unsafeCurrentTimeMillis() - started < most
    ) yield* world.advance(step, 12)
    return world.unsafeCurrentTimeMillis() - started
  })

/** Waits and tries until the lease is held, or waiting took too long. */
const holding = (leases: Leases, patience = new Patience()) =>
  Effect.gen(function*() {
    let taken = yield* leases.take(name)
    while (taken._tag === "Foreign") {
      const waited = yield* leases.wait(name, taken, patience)
      if (waited._tag === "TooLong") return waited
      taken = yield* waited._tag === "Dead" ? leases.takeOver(name, waited.lease) : leases.take(name)
    }
    return taken
  })

const counting = (store: ObjectStore) => {
  const count = { loads: 0 }
  return {
    count,
    store: { ...store, load: (...args: Parameters<ObjectStore["load"]>) => (count.loads++, store.load(...args)) }
  }
}

const said = (said: object) => Buffer.from(JSON.stringify({ format: 1, owner: "planted", ...said }))

const planted = {
  "of the year 9999": said({ term: 2000, expires: 253_402_300_799_000 }),
  "that ended long ago": said({ term: 2000, expires: 1 }),
  "with a negative end": said({ term: 2000, expires: -5 }),
  "of an hour's term": said({ term: hour, expires: hour }),
  "of a negative term": said({ term: -1, expires: 1000 }),
  "of no term": said({ term: 0, expires: 1000 }),
  "without numbers": said({ term: null, expires: null }),
  "with numbers beyond all bounds": Buffer.from(
    `{"format":1,"owner":"","term":1e999,"expires":1e999}`
  ),
  "of another format": said({ format: 2, term: 2000, expires: 1000 }),
  "that is empty": Buffer.alloc(0),
  "that is not JSON": Buffer.from([0xff, 0, 0x7b]),
  "of a megabyte": said({ term: 2000, expires: 1000, filling: "x".repeat(1_000_000) })
}

/** A schedule of four processes: at any moment at most one may believe that it holds the lease after it has asked. */
const schedule = Effect.gen(function*() {
  const [world, memory] = [new ManualClock(), yield* makeMemoryObjectStore]
  const slow = <A, E>(request: Effect.Effect<A, E>) =>
    Effect.flatMap(
      Random.nextIntBetween(0, 40),
      (delay) => delay < 20 ? request : Effect.zipLeft(Effect.delay(request, delay), Effect.sleep(delay))
    )
  const store: ObjectStore = {
    ...memory,
    load: (...args) => slow(memory.load(...args)),
    add: (...args) => slow(memory.add(...args)),
    replace: (...args) => slow(memory.replace(...args)),
    removeIfMatch: (...args) => slow(memory.removeIfMatch(...args))
  }
  const terms = [1000, 3000, 8000, 2000]
  const holders = new Map<number, Lease>()
  const clocks = yield* Effect.forEach(
    terms,
    () => Effect.map(Random.nextIntBetween(-10 * hour, 10 * hour), (ahead) => new ProcessClock(world, ahead))
  )
  // Which processes have stood still for so long that another one may take their place.
  const stoodStill = new Set<number>()
  let turns = 0
  const living = (at: number, clock: ProcessClock, term: number) =>
    Effect.gen(function*() {
      const lease = yield* holding(new Leases(store, term, 10 * hour))
      if (lease._tag !== "Acquired") return yield* Effect.dieMessage("waited for too long")
      // Who stood still while it took the lease may have lost it: it is told so when it asks.
      for (const other of holders.keys()) {
        assert.isTrue(stoodStill.has(at) || stoodStill.has(other), `${at} holds the lease beside ${other}, alive both`)
      }
      holders.set(at, lease)
      turns++
      yield* Effect.sleep(yield* Random.nextIntBetween(1, 3 * term))
      const isHeld = yield* lease.isHeld
      if (isHeld && holders.size > 1) {
        for (const other of holders.keys()) {
          assert.isTrue(other === at || stoodStill.has(other), "two were told that they hold the lease")
        }
      }
      if (!isHeld) assert.isTrue(stoodStill.has(at), `${at} has lost its lease while it was alive`)
    }).pipe(
      Effect.ensuring(Effect.sync(() => {
        holders.delete(at)
        stoodStill.delete(at)
      })),
      Effect.scoped,
      Effect.zipRight(Effect.sleep(100)),
      Effect.forever,
      Effect.withClock(clock)
    )
  // Daemons: at the end of a test nobody turns the clock, and nobody may wait for what they give back.
  const fibers = yield* Effect.forEach(clocks, (clock, at) => Effect.forkDaemon(living(at, clock, terms[at] ?? 1000)))
  for (let step = 0; step < 60; step++) {
    const at = yield* Random.nextIntBetween(0, clocks.length)
    const clock = clocks[at]
    if (clock === undefined) continue
    if (yield* Random.nextBoolean) clock.ahead += yield* Random.nextIntBetween(-2 * hour, 2 * hour)
    const stands = yield* Random.nextIntBetween(0, 4)
    if (stands === 0) {
      stoodStill.add(at)
      yield* clock.freeze
      for (let turn = 0; turn < 60; turn++) yield* world.advance(100, 8)
      yield* clock.thaw
    }
    for (let turn = 0; turn < 20; turn++) yield* world.advance(50, 8)
    for (const fiber of fibers) {
      const exit = yield* Fiber.poll(fiber)
      if (Option.isSome(exit)) yield* exit.value
    }
  }
  assert.isAtLeast(turns, 5)
  const ended = yield* Effect.forkDaemon(Fiber.interruptAll(fibers))
  for (let turn = 0; turn < 200; turn++) yield* world.advance(50, 8)
  assert.isTrue(Option.isSome(yield* Fiber.poll(ended)), "all of them give back what they hold, and end")
})

describe("Leases", () => {
  for (const [what, body] of Object.entries(planted)) {
    for (const ahead of [-10 * hour, 0, 10 * hour]) {
      it.effect(`a planted lease ${what} ends after a term of the waiter, whose clock is ${ahead} ms ahead`, () =>
        Effect.gen(function*() {
          const [world, store] = [new ManualClock(), yield* makeMemoryObjectStore]
          yield* store.save(name, body)
          const fiber = yield* holding(new Leases(store, 2000, 300_000)).pipe(
            Effect.scoped,
            Effect.withClock(new ProcessClock(world, ahead)),
            Effect.fork
          )
          const took = yield* turning(world, fiber, 10_000)
          assert.isAtLeast(took, 1900)
          assert.isAtMost(took, 3500)
          assert.deepInclude(yield* Fiber.join(fiber), { _tag: "Acquired", insteadOf: "dead" })
        }))
    }
  }

  for (const ahead of [-10 * hour, -30_000, 0, 30_000, 10 * hour]) {
    it.effect(`an owner that renews is never replaced, by whoever is ${ahead} ms ahead, leaps or stood still`, () =>
      Effect.gen(function*() {
        const [world, store] = [new ManualClock(), yield* makeMemoryObjectStore]
        const owner = yield* holding(new Leases(store, 30_000, 300_000)).pipe(
          Effect.zipRight(Effect.never),
          Effect.scoped,
          Effect.withClock(new ProcessClock(world, 0)),
          Effect.fork
        )
        yield* world.advance(1)
        const clock = new ProcessClock(world, ahead)
        const fiber = yield* holding(new Leases(store, 2000, 600_000)).pipe(
          Effect.scoped,
          Effect.withClock(clock),
          Effect.fork
        )
        for (let turn = 0; turn < 20; turn++) {
          yield* turning(world, fiber, 7000, 250)
          clock.ahead += turn % 2 === 0 ? 5 * hour : -7 * hour
          yield* clock.freeze
          yield* turning(world, fiber, 4000, 250)
          yield* clock.thaw
        }
        assert.isTrue(Option.isNone(yield* Fiber.poll(fiber)))
        yield* Fiber.interrupt(owner)
        assert.isAtMost(yield* turning(world, fiber, 30_000), 2000, "given back")
        assert.deepInclude(yield* Fiber.join(fiber), { _tag: "Acquired", insteadOf: "nobody" })
      }))
  }

  for (const [term, wait] of [[30_000, 300_000], [3, 10_000], [600_000, 60_000]] as const) {
    it.effect(`with a term of ${term} ms waiting ends after ${wait} ms, however alive the owner is`, () =>
      Effect.gen(function*() {
        const [world, store] = [new ManualClock(), yield* makeMemoryObjectStore]
        const { count, store: counted } = counting(store)
        yield* store.save(name, said({ term: 600_000, expires: 1 }))
        const alive = yield* Effect.suspend(() => store.save(name, said({ term: 600_000, expires: ++count.loads })))
          .pipe(
            Effect.zipRight(Effect.sync(() => count.loads--)),
            Effect.delay(200_000),
            Effect.forever,
            Effect.withClock(world),
            Effect.fork
          )
        const patience = new Patience()
        const fiber = yield* holding(new Leases(counted, term, wait), patience).pipe(
          Effect.scoped,
          Effect.withClock(world),
          Effect.fork
        )
        const took = yield* turning(world, fiber, 2 * wait, 50)
        assert.deepStrictEqual(yield* Fiber.join(fiber), { _tag: "TooLong" })
        assert.isAtMost(took, wait + 5000)
        assert.isAtMost(count.loads, 750)
        yield* Fiber.interrupt(alive)
      }))
  }

  it.effect("an owner that stood still for longer than its term has lost the lease if another one took it, and else not", () =>
    Effect.gen(function*() {
      for (const isTaken of [true, false]) {
        const [world, store] = [new ManualClock(), yield* makeMemoryObjectStore]
        const clock = new ProcessClock(world, 5 * hour)
        const owner = yield* Effect.flatMap(
          holding(new Leases(store, 2000, 60_000)),
          (lease) =>
            lease._tag === "Acquired" ? Effect.zipRight(Effect.sleep(10_000), lease.isHeld) : Effect.succeed(true)
        ).pipe(Effect.scoped, Effect.withClock(clock), Effect.fork)
        yield* world.advance(1)
        yield* clock.freeze
        if (isTaken) {
          const successor = yield* holding(new Leases(store, 2000, 60_000)).pipe(
            Effect.zipRight(Effect.never),
            Effect.scoped,
            Effect.withClock(new ProcessClock(world, 0)),
            Effect.fork
          )
          yield* world.advance(20_000)
          for (let turn = 0; turn < 200; turn++) yield* world.advance(50, 12)
          yield* clock.thaw
          yield* turning(world, owner, 30_000)
          yield* Fiber.interrupt(successor)
        } else {
          yield* world.advance(30_000)
          yield* clock.thaw
          yield* turning(world, owner, 30_000)
        }
        assert.strictEqual(yield* Fiber.join(owner), !isTaken)
      }
    }))

  const failure = new ObjectStoreError({ reason: "Timeout", operation: "replace", target: name, detail: "lost" })
  const answers: Record<string, (store: ObjectStore) => Partial<ObjectStore>> = {
    ...Object.fromEntries([2, 3, 5].map((nth) => [
      `all requests to renew are written, and of ${nth} only one is answered`,
      (store: ObjectStore) => {
        let at = 0
        return {
          replace: (...args: Parameters<ObjectStore["replace"]>) =>
            ++at % nth === 0 ? store.replace(...args) : Effect.zipRight(store.replace(...args), Effect.fail(failure))
        }
      }
    ])),
    "all renewals are written and all answers lost": (store) => ({
      replace: (...args) => Effect.zipRight(store.replace(...args), Effect.fail(failure))
    }),
    "all renewals are written and all answers lost, half a term later": (store) => ({
      replace: (...args) => Effect.zipRight(store.replace(...args), Effect.delay(Effect.fail(failure), 1500))
    }),
    "renewals are lost on the way, and the answers to every second look": (store) => {
      let [written, loaded] = [0, 0]
      return {
        replace: (...args) => ++written % 3 === 0 ? store.replace(...args) : Effect.fail(failure),
        load: (...args) =>
          ++loaded % 2 === 0 ? Effect.zipRight(store.load(...args), Effect.fail(failure)) : store.load(...args)
      }
    },
    "renewals are written and their answer is unknown": (store) => ({
      replace: (...args) => Effect.as(store.replace(...args), ConditionalOutcome.Unknown())
    }),
    "every second renewal is not written, and its answer is unknown": (store) => {
      let at = 0
      return {
        replace: (...args) => ++at % 2 === 0 ? Effect.succeed(ConditionalOutcome.Unknown()) : store.replace(...args)
      }
    },
    "the lease is written and its answer is unknown": (store) => ({
      add: (...args) => Effect.as(store.add(...args), ConditionalOutcome.Unknown())
    })
  }
  for (const [what, change] of Object.entries(answers)) {
    it.effect(`an owner keeps its lease when ${what}, and gives it back`, () =>
      Effect.gen(function*() {
        const [world, store] = [new ManualClock(), yield* makeMemoryObjectStore]
        const fiber = yield* Effect.flatMap(
          holding(new Leases({ ...store, ...change(store) }, 3000, 60_000)),
          (lease) =>
            lease._tag === "Acquired"
              ? Effect.zipRight(Effect.sleep(20_500), Effect.all([lease.isHeld, lease.isHeld], { concurrency: 2 }))
              : Effect.succeed([false, false] as [boolean, boolean])
        ).pipe(Effect.scoped, Effect.withClock(world), Effect.fork)
        yield* turning(world, fiber, 60_000)
        assert.deepStrictEqual(yield* Fiber.join(fiber), [true, true])
        assert.strictEqual((yield* store.load(name))._tag, "Absent")
      }))
  }

  it(
    "of processes whose clocks are wrong, leap and stand still one holds the lease, and they take turns",
    () =>
      fc.assert(
        fc.asyncProperty(fc.integer(), (seed) => Effect.runPromise(Effect.withRandom(schedule, Random.make(seed)))),
        { ...property(40), endOnFailure: true }
      )
  )

  it.effect("purge removes what is absurd or over, and what does not change while it watches", () =>
    Effect.gen(function*() {
      const Numbers = Keyspace.make("numbers", { key: Schema.String, value: Schema.Number })
      const [world, store] = [new ManualClock(), yield* makeMemoryObjectStore]
      for (const [what, body] of Object.entries(planted)) {
        yield* store.save(`${Numbers.key(what).objectName}.run`, body)
      }
      const clock = new ProcessClock(world, 5 * hour)
      const alive = `${Numbers.key("alive").objectName}.run`
      const owner = yield* Effect.zipRight(new Leases(store, 3000, 60_000).take(alive), Effect.never).pipe(
        Effect.scoped,
        Effect.withClock(world),
        Effect.fork
      )
      yield* world.advance(1)
      const fiber = yield* Effect.flatMap(
        makeS3CacheService(store, { leaseTime: "3 seconds" }),
        (cache) => cache.purge(Numbers)
      ).pipe(Effect.scoped, Effect.withClock(clock), Effect.fork)
      yield* turning(world, fiber, 20_000)
      assert.strictEqual(yield* Fiber.join(fiber), Object.keys(planted).length)
      assert.strictEqual((yield* store.load(alive))._tag, "Found")
      yield* Fiber.interrupt(owner)
    }))

  it.effect("a lookup that has waited for leaseWait computes, and what the owner wrote meanwhile stays", () => {
    const { logger, messages } = warnings()
    return Effect.gen(function*() {
      const Numbers = Keyspace.make("numbers", { key: Schema.String, value: Schema.Number, coordination: "lease" })
      const [world, store] = [new ManualClock(), yield* makeMemoryObjectStore]
      const looking = (compute: Effect.Effect<number>) =>
        Effect.flatMap(
          makeS3CacheService(store, { leaseWait: "20 seconds" }),
          (cache) => cache.getOrCompute(Numbers.key("a"), compute)
        ).pipe(Effect.scoped, Effect.withClock(world), Effect.fork)
      const owner = yield* looking(Effect.delay(Effect.succeed(1), 30_000))
      yield* world.advance(1)
      const waiter = yield* looking(Effect.delay(Effect.succeed(2), 20_000))
      assert.isAtMost(yield* turning(world, waiter, 120_000), 46_000)
      assert.deepStrictEqual([yield* Fiber.join(owner), yield* Fiber.join(waiter)], [1, 2])
      assert.strictEqual(yield* Fiber.join(yield* looking(Effect.succeed(3))), 1)
      assert.lengthOf(messages(), 1)
      assert.include(messages()[0], "leaseWait")
    }).pipe(Effect.provide(logger))
  })

  it.scoped("leaseTime and leaseWait have bounds", () =>
    Effect.gen(function*() {
      const store = yield* makeMemoryObjectStore
      for (
        const options of [{ leaseTime: "11 minutes" }, { leaseWait: 0 }, { leaseWait: Duration.infinity }] as const
      ) {
        const error = yield* Effect.flip(makeS3CacheService(store, options))
        assert.strictEqual(error.option, Object.keys(options)[0])
      }
    }))
})
