import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Schema, type Scope, TestClock } from "effect"
import { Store } from "effect-aws-cache/Cache"
import { Keyspace, ObjectStore, S3Cache } from "effect-aws-cache/S3Store"
import { TtlDict } from "effect-aws-cache/Ttl"
import * as fc from "fast-check"
import { effectProperty } from "../support/effectProperty.js"
import { property } from "../support/property.js"
import { turns } from "../support/until.js"

/** A store that computes, so many at a time. */
interface Limited {
  readonly compute: <E>(key: string, compute: Effect.Effect<string, E>) => Effect.Effect<string, unknown>
  readonly computeMany: (
    keys: ReadonlyArray<string>,
    load: (key: string) => Effect.Effect<string>
  ) => Effect.Effect<unknown, unknown>
}

const all = (keys: ReadonlyArray<string>, load: (key: string) => Effect.Effect<string>) =>
  Effect.forEach(keys, (key) => Effect.map(load(key), (value) => [key, value] as const))

const overS3 = (ofCache: number | undefined, ofKeyspace: number | undefined) =>
  Effect.map(
    Effect.provide(S3Cache.make({ maxComputations: ofCache }), ObjectStore.layerMemory()),
    (cache): Limited => {
      const space = Keyspace.make("limited", { key: Schema.String, value: Schema.String, maxComputations: ofKeyspace })
      return {
        compute: (key, compute) => cache.getOrCompute(space.key(key), compute),
        computeMany: (keys, load) =>
          cache.getManyOrCompute(
            keys.map((key) => space.key(key)),
            (missing) =>
              Effect.map(
                all(missing.map(({ input }) => input), load),
                (loaded) => loaded.map(([key, value]) => [space.key(key), value] as const)
              )
          )
      }
    }
  )

const stores: ReadonlyArray<readonly [string, (most: number) => Effect.Effect<Limited, unknown, Scope.Scope>]> = [
  [
    "Store",
    (most) =>
      Effect.map(Store.make<string, string>({ maxComputations: most }), (store): Limited => ({
        compute: store.getOrCompute,
        computeMany: (keys, load) => store.getManyOrCompute(keys, (missing) => all(missing, load))
      }))
  ],
  [
    "TtlDict",
    (most) =>
      Effect.map(TtlDict.make<string, string>({ maxComputations: most }), (dict): Limited => ({
        compute: dict.getOrCompute,
        computeMany: (keys, load) => dict.getManyOrCompute(keys, (missing) => all(missing, load))
      }))
  ],
  ["S3Cache", (most) => overS3(most, undefined)],
  ["a keyspace", (most) => overS3(undefined, most)],
  ["a keyspace of an S3Cache that has a limit", (most) => overS3(most, most)]
]

/** Counts what runs, and in which order it began. */
const counting = () => {
  const began: Array<string> = []
  const counted = { running: 0, most: 0 }
  const run = <A, E>(key: string, compute: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.acquireUseRelease(
      Effect.sync(() => {
        began.push(key)
        counted.running++
        counted.most = Math.max(counted.most, counted.running)
      }),
      () => compute,
      () => Effect.sync(() => counted.running--)
    )
  return { began, counted, run }
}

for (const [what, make] of stores) {
  describe(`maxComputations of ${what}`, () => {
    it.scoped("so many run at a time, in the order in which they are asked for", () =>
      Effect.gen(function*() {
        const store = yield* make(2)
        const { began, counted, run } = counting()
        const keys = ["a", "b", "c", "d", "e", "f", "g"]
        const fibers = yield* Effect.forEach(
          keys,
          (key) => Effect.fork(store.compute(key, run(key, Effect.as(turns(3), key))))
        )
        assert.deepStrictEqual(yield* Effect.forEach(fibers, Fiber.join), keys)
        assert.deepStrictEqual(began, keys)
        assert.deepStrictEqual(counted, { running: 0, most: 2 })
      }))

    it.scoped("who waits can be interrupted, and takes no seat", () =>
      Effect.gen(function*() {
        const store = yield* make(1)
        const { began, counted, run } = counting()
        const gate = yield* Deferred.make<void>()
        const fork = (key: string) => Effect.fork(store.compute(key, run(key, Effect.as(Deferred.await(gate), key))))
        const first = yield* fork("first")
        yield* turns(5)
        const left = yield* fork("left")
        const next = yield* fork("next")
        yield* turns(5)
        assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(left)))
        yield* Deferred.succeed(gate, undefined)
        assert.deepStrictEqual([yield* Fiber.join(first), yield* Fiber.join(next)], ["first", "next"])
        assert.deepStrictEqual([began, counted.most], [["first", "next"], 1])
      }))

    it.scoped("those that end otherwise give up their seats too", () =>
      Effect.gen(function*() {
        const store = yield* make(1)
        const { counted, run } = counting()
        yield* Effect.exit(store.compute("fails", run("fails", Effect.fail("no"))))
        yield* Effect.exit(store.compute("dies", run("dies", Effect.die("no"))))
        yield* Effect.exit(store.compute(
          "throws",
          Effect.suspend(() => {
            throw new Error("no")
          })
        ))
        const never = yield* Effect.fork(store.compute("never", run("never", Effect.never)))
        yield* turns(5)
        yield* Fiber.interrupt(never)
        assert.strictEqual(yield* store.compute("a", run("a", Effect.succeed("a"))), "a")
        assert.deepStrictEqual(counted, { running: 0, most: 1 })
      }))

    it.scoped("one that asks for another does not wait for its own seat, however deep", () =>
      Effect.gen(function*() {
        const store = yield* make(1)
        const ask = (depth: number): Effect.Effect<string, unknown> =>
          depth === 0
            ? Effect.as(turns(1), "0")
            : store.compute(`${depth}`, Effect.map(Effect.orDie(ask(depth - 1)), (less) => `${depth} ${less}`))
        assert.strictEqual(yield* ask(5), "5 4 3 2 1 0")
      }))

    it.scoped("one that asks for what waits in line lets it pass", () =>
      Effect.gen(function*() {
        const store = yield* make(1)
        const { counted, run } = counting()
        const asked = yield* Deferred.make<void>()
        const second = run("second", Effect.as(turns(2), "second"))
        const first = yield* Effect.fork(
          store.compute("first", Effect.zipRight(Deferred.await(asked), Effect.orDie(store.compute("second", second))))
        )
        yield* turns(5)
        const waiting = yield* Effect.fork(store.compute("second", second))
        yield* turns(5)
        yield* Deferred.succeed(asked, undefined)
        assert.deepStrictEqual([yield* Fiber.join(first), yield* Fiber.join(waiting)], ["second", "second"])
        assert.strictEqual(counted.most, 1)
      }))

    for (
      const [leaving, leave] of [
        ["is given up after a time", (nested: Effect.Effect<unknown>) => Effect.timeoutOption(nested, "1 second")],
        ["loses a race", (nested: Effect.Effect<unknown>) => Effect.race(nested, Effect.sleep("1 second"))]
      ] as const
    ) {
      it.scoped(`one that asks for another, which ${leaving}, takes its seat again`, () =>
        Effect.gen(function*() {
          const store = yield* make(1)
          const { counted, run } = counting()
          const slow = Effect.orDie(store.compute("slow", Effect.never))
          const fibers = yield* Effect.forEach(["a", "b", "c"], (key) =>
            Effect.fork(
              store.compute(key, Effect.zipRight(leave(slow), run(key, Effect.as(Effect.sleep("1 second"), key))))
            ))
          for (let second = 0; second < 4; second++) {
            yield* turns(60)
            yield* TestClock.adjust("1 second")
          }
          assert.deepStrictEqual(yield* Effect.forEach(fibers, Fiber.join), ["a", "b", "c"])
          assert.deepStrictEqual(counted, { running: 0, most: 1 })
        }))
    }

    it.scoped("who holds a seat may interrupt one that waits for its own", () =>
      Effect.gen(function*() {
        const store = yield* make(1)
        const slow = Effect.orDie(store.compute("slow", Effect.never))
        const waits = yield* Effect.fork(store.compute("waits", Effect.as(Effect.timeoutOption(slow, "1 second"), "")))
        yield* turns(60)
        const ends = yield* Effect.fork(
          store.compute("ends", Effect.as(Effect.zipRight(Effect.sleep("2 seconds"), Fiber.interrupt(waits)), "ended"))
        )
        yield* turns(60)
        yield* TestClock.adjust("1 second")
        yield* turns(60)
        yield* TestClock.adjust("2 seconds")
        assert.strictEqual(yield* Fiber.join(ends), "ended")
        assert.strictEqual(yield* store.compute("next", Effect.succeed("next")), "next")
      }))

    it.scoped("a load of many is one computation", () =>
      Effect.gen(function*() {
        const store = yield* make(1)
        const { counted, run } = counting()
        const load = (key: string) => run(key, Effect.as(turns(2), key))
        const many = yield* Effect.forEach(
          [["a", "b", "c"], ["b", "d"], ["e"]],
          (keys) => Effect.fork(store.computeMany(keys, load))
        )
        yield* Effect.forEach(many, Fiber.join)
        assert.deepStrictEqual(counted, { running: 0, most: 1 })
      }))

    effectProperty(
      "is never exceeded, and everybody ends, whoever asks for whom and leaves",
      [
        fc.integer({ min: 1, max: 3 }),
        // Keys ask for keys above them.
        fc.array(
          fc.record({
            key: fc.nat(5),
            above: fc.array(fc.nat(9), { maxLength: 2 }),
            leaves: fc.nat(3).map((one) => one === 0),
            // For how many turns it waits for another.
            patience: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined })
          }),
          {
            minLength: 1,
            maxLength: 10,
            size: "max"
          }
        )
      ],
      ([most, asks]) =>
        Effect.scoped(Effect.gen(function*() {
          const store = yield* make(most)
          const counted = { running: 0, most: 0 }
          const step = Effect.acquireUseRelease(
            Effect.sync(() => {
              counted.most = Math.max(counted.most, ++counted.running)
            }),
            () => turns(3),
            () => Effect.sync(() => counted.running--)
          )
          const ask = (
            key: number,
            above: ReadonlyArray<number>,
            patience: number | undefined
          ): Effect.Effect<string, unknown> =>
            store.compute(
              `${key}`,
              step.pipe(
                Effect.zipRight(Effect.forEach(
                  above.filter((other) => other > key),
                  (other): Effect.Effect<unknown, unknown> => {
                    const nested = ask(other, above, patience)
                    return patience === undefined ? nested : Effect.raceFirst(nested, turns(patience))
                  }
                )),
                Effect.zipRight(step),
                Effect.as(`${key}`),
                Effect.orDie
              )
            )
          const fibers = yield* Effect.forEach(
            asks,
            ({ above, key, patience }) => Effect.fork(ask(key, above, patience))
          )
          yield* turns(4)
          yield* Effect.forEach(fibers, (fiber, at) => asks[at]?.leaves === true ? Fiber.interrupt(fiber) : Effect.void)
          const exits = yield* Effect.forEach(fibers, Fiber.await)
          exits.forEach((exit, at) => {
            if (Exit.isSuccess(exit)) assert.strictEqual(exit.value, `${asks[at]?.key}`)
            else assert.isTrue(asks[at]?.leaves)
          })
          assert.isAtMost(counted.most, most)
          assert.strictEqual(counted.running, 0)
        })),
      property(60)
    )
  })
}
