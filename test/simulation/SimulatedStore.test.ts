import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Fiber, Option, Stream } from "effect"
import { SimulatedProcess } from "./SimulatedProcess.js"
import { noFaults, SimulatedStore, type StoreFaults } from "./SimulatedStore.js"
import { VirtualTime } from "./VirtualTime.js"

const body = (text: string) => Buffer.from(text)

const world = (faults: Partial<StoreFaults> = {}) => {
  const time = new VirtualTime(1)
  const store = new SimulatedStore(time, { ...noFaults, ...faults })
  const processes = [new SimulatedProcess(time, 0, 0), new SimulatedProcess(time, 1, 5000)] as const
  return { time, store, processes, stores: [store.of(processes[0]), store.of(processes[1])] as const }
}

const textOf = (store: SimulatedStore, name: string) => Buffer.from(store.peek(name) ?? []).toString()

describe("a simulated store", () => {
  it("lets requests of two processes overtake each other, the same way for the same seed", () => {
    const winners = (seed: number) =>
      Array.from({ length: 20 }, (_, round) => {
        const { store, stores: [one, other], time } = world({ seed: seed + round, slowest: 50 })
        time.run(Effect.all([one.save("a", body("one")), other.save("a", body("other"))], { concurrency: 2 }), 1000)
        return textOf(store, "a")
      })
    assert.deepStrictEqual(winners(1), winners(1))
    assert.deepStrictEqual(new Set(winners(1)), new Set(["one", "other"]))
  })

  it("loses an answer after the effect, and a request before it", () => {
    const { store, stores: [one], time } = world({ lostReplies: 1 })
    const outcome = time.run(Effect.either(one.save("a", body("one"))), 2000)
    assert.isTrue(Either.isLeft(outcome))
    assert.strictEqual(textOf(store, "a"), "one")
    const other = world({ lostRequests: 1 })
    assert.isTrue(Either.isLeft(other.time.run(Effect.either(other.stores[0].save("a", body("one"))), 2000)))
    assert.deepStrictEqual(other.store.names, [])
  })

  it("lets a write land after a later one", () => {
    const { processes: [process], store, stores: [one, other], time } = world({
      seed: 3,
      lateWrites: 0.5,
      latest: 5000
    })
    time.run(
      Effect.gen(function*() {
        for (let i = 0; i < 10; i++) {
          yield* Effect.either(one.save("a", body(`one ${i}`)))
          yield* Effect.either(other.save("b", body(`other ${i}`)))
        }
        yield* Effect.sleep(10_000)
      }).pipe(process.run),
      100_000
    )
    assert.isTrue(
      store.requests.some(({ landed, failure, sent }) => failure === "Timeout" && landed.some((at) => at > sent + 1000))
    )
  })

  it("honours conditions, or says that it does not", () => {
    const { stores: [one, other], time } = world()
    const outcomes = time.run(
      Effect.all([one.add("a", body("one")), other.add("a", body("other")), one.replace("a", body("x"), "\"7\"")]),
      1000
    )
    assert.deepStrictEqual(outcomes.map(({ _tag }) => _tag), ["Written", "Refused", "Refused"])
    const without = world({ honoursConditions: false })
    const refused = without.time.run(Effect.flip(without.stores[0].add("a", body("one"))), 1000)
    assert.strictEqual(refused.reason, "ConditionalWritesUnsupported")
  })

  it("is out of order for names of a prefix, for a while", () => {
    const { processes: [process], stores: [one], time } = world({
      outages: [{ prefix: "a/", from: 100, until: 200, reason: "Unavailable" }]
    })
    const save = Effect.map(Effect.either(one.save("a/b", body(""))), Either.isRight)
    const seen = time.run(
      Effect.gen(function*() {
        const before = yield* save
        yield* Effect.sleep(150)
        const during = yield* save
        const elsewhere = Either.isRight(yield* Effect.either(one.save("b", body(""))))
        yield* Effect.sleep(100)
        return [before, during, elsewhere, yield* save]
      }).pipe(process.run),
      1000
    )
    assert.deepStrictEqual(seen, [true, false, true, true])
  })

  it("lists what was there a while ago", () => {
    const { processes: [process], stores: [one], time } = world({ staleLists: 1000 })
    const counts = time.run(
      Effect.gen(function*() {
        yield* Effect.sleep(2000)
        yield* one.save("a", body(""))
        const now = yield* Stream.runCount(one.list(""))
        yield* Effect.sleep(1000)
        return [now, yield* Stream.runCount(one.list(""))]
      }).pipe(process.run),
      10_000
    )
    assert.deepStrictEqual(counts, [0, 1])
  })

  it("answers a process that stands still when it goes on, and lets its clock be wrong", () => {
    const { processes: [, process], stores: [, one], time } = world({ slowest: 10 })
    const seen = time.run(
      Effect.gen(function*() {
        const fiber = yield* Effect.fork(
          process.run(Effect.zipRight(one.save("a", body("")), Effect.clockWith((clock) => clock.currentTimeMillis)))
        )
        yield* Effect.yieldNow()
        const start = time.now
        process.freeze()
        time.after(3000, () => process.thaw())
        return (yield* Fiber.join(fiber)) - start
      }),
      10_000
    )
    assert.strictEqual(seen, 8000)
  })

  it("says when a program waits for what never comes", () => {
    assert.throws(() => new VirtualTime(1).run(Effect.never, 1000), /never comes/)
    assert.deepStrictEqual(new VirtualTime(1).run(Effect.succeed(Option.none()), 0), Option.none())
  })
})
