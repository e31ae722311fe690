import { assert, describe } from "@effect/vitest"
import { Effect, Either, Logger, Option, Schema } from "effect"
import { Keyspace, ObjectStore, type ObjectStoreBySize } from "effect-aws-cache/S3Store"
import { Fault, Faults } from "effect-aws-cache/testing"
import * as fc from "fast-check"
import { makeS3CacheService } from "../../../src/S3Store/cache/makeS3CacheService.js"
import { effectProperty } from "../../support/effectProperty.js"
import { ManualClock } from "../../support/ManualClock.js"
import { amount, property } from "../../support/property.js"
import { faultsOf, spoiled } from "./chaos.js"

const quiet = Logger.replace(Logger.defaultLogger, Logger.none)

const ofTwo: ReadonlySet<string> = new Set(["a chain", "two stores by size"])

/** Combinations of more than two stores are made of those of two. */
const runsOf = (name: string) => ({ ...property(1), numRuns: amount(200, ofTwo.has(name) ? 2000 : 700) })

/** The stores that others are made of, each with faults of its own. */
interface Parts {
  readonly near: ObjectStore
  readonly nearer: ObjectStore
  readonly far: ObjectStore
  readonly large: ObjectStore
}

interface Combined {
  readonly store: ObjectStore
  /** What of it has orphans. */
  readonly sized?: ObjectStoreBySize
}

const chain = (near: ObjectStore, far: ObjectStore) =>
  Effect.orDie(ObjectStore.makeChain({ near, far, revalidateAfter: 1000 }))

const before = (near: ObjectStore, far: Combined): Effect.Effect<Combined> =>
  Effect.map(chain(near, far.store), (store) => ({ ...far, store }))

const bySize = (small: ObjectStore, large: ObjectStore): Effect.Effect<Combined> =>
  Effect.map(Effect.orDie(ObjectStore.makeBySize({ small, large, limit: 450 })), (sized) => ({ store: sized, sized }))

/** All that docs/levels.md tells of. */
const combinations: Record<string, (parts: Parts) => Effect.Effect<Combined>> = {
  "a chain": ({ far, near }) => before(near, { store: far }),
  "a chain whose near store is a chain": ({ far, near, nearer }) =>
    Effect.flatMap(chain(nearer, near), (both) => before(both, { store: far })),
  "two stores by size": ({ far, large }) => bySize(far, large),
  "a chain before two stores by size": ({ far, large, near }) =>
    Effect.flatMap(bySize(far, large), (sized) => before(near, sized)),
  "two stores by size, of which the small one is a chain": ({ far, large, near }) =>
    Effect.flatMap(chain(near, far), (small) => bySize(small, large)),
  "two stores by size, of which the large one is a chain": ({ far, large, near }) =>
    Effect.flatMap(chain(near, large), (large) => bySize(far, large))
}

const Counts = Keyspace.make("counts", { key: Schema.Number, value: Schema.String, timeToLive: "1 day" })

const ids = [0, 1, 2]

const call = fc.record({
  verb: fc.constantFrom("get", "get", "set", "getOrCompute", "getOrCompute", "remove", "wait"),
  id: fc.constantFrom(...ids),
  isLong: fc.boolean(),
  /** By whom may only read. */
  isReader: fc.constantFrom(false, false, true)
})

const often = fc.constantFrom(0, 20, 50)

for (const [name, combine] of Object.entries(combinations)) {
  describe(`caches over ${name}`, () => {
    effectProperty(
      "give no wrong value and lose no computed one, whichever store fails, also where it is only read",
      [
        fc.array(call, { minLength: 1, maxLength: 14 }),
        fc.integer({ min: 0, max: 1000 }),
        fc.record({ near: often, nearer: often, far: often, large: often })
      ],
      ([calls, seed, faults]) => {
        const clock = new ManualClock()
        return Effect.scoped(Effect.gen(function*() {
          const failing = (part: keyof Parts, nth: number) =>
            Effect.flatMap(ObjectStore.makeMemory, (store) =>
              Faults.make(store, {
                seed: seed + nth,
                faults: [faultsOf(
                  faults[part],
                  part.startsWith("near") ? [...spoiled, Fault.Die({ defect: "a fault of the test" })] : spoiled
                )]
              }))
          const made = yield* Effect.all({
            near: failing("near", 0),
            nearer: failing("nearer", 1),
            far: failing("far", 2),
            large: failing("large", 3)
          })
          const parts: Parts = {
            near: made.near.store,
            nearer: made.nearer.store,
            far: made.far.store,
            large: made.large.store
          }
          const hasNoFaults = Object.values(faults).every((percent) => percent === 0)
          const { sized, store } = yield* combine(parts)
          // Memory for one: the others come from the stores.
          const cache = yield* makeS3CacheService(store, { maxSize: 1, circuitBreaker: false })
          const readOnly = yield* Effect.flatMap(combine(parts), ({ store }) => ObjectStore.makeReadOnly(store))
          const reader = yield* makeS3CacheService(readOnly, { maxSize: 0, circuitBreaker: false })
          /** What may be there, by what was done and told; and all that ever was, which may be near. */
          const may = new Map<number, ReadonlySet<string>>()
          const ever = new Map(ids.map((id) => [id, new Set(["nothing"])]))
          let values = 0

          for (const { id, isLong, isReader, verb } of calls) {
            const key = Counts.key(id)
            const value = `${id}: ${++values}${isLong ? " is long".repeat(50) : ""}`
            const there = may.get(id) ?? new Set(["nothing"])
            const allowed = isReader ? ever.get(id) ?? there : there
            const check = (got: string) => assert.isTrue(allowed.has(got), `${got} of ${[...allowed].join(", ")}`)
            const note = (values: Iterable<string>) => {
              may.set(id, new Set(values))
              for (const each of values) ever.get(id)?.add(each)
            }
            switch (verb) {
              case "wait":
                yield* clock.advance(400)
                break
              case "set":
              case "remove": {
                const result = verb === "set" ? value : "nothing"
                const by = isReader ? reader : cache
                const done = yield* Effect.either(
                  Effect.asVoid(verb === "set" ? by.set(key, value) : by.invalidate(key))
                )
                if (!isReader) note(Either.isRight(done) ? [result] : [...there, result])
                else assert.isTrue(Either.isLeft(done) && "reason" in done.left && done.left.reason === "ReadOnly")
                break
              }
              case "get": {
                const got = yield* Effect.either((isReader ? reader : cache).getOption(key))
                if (Either.isLeft(got)) break
                if (Option.isSome(got.right)) check(got.right.value)
                else if (hasNoFaults) check("nothing")
                break
              }
              case "getOrCompute": {
                const got = yield* (isReader ? reader : cache).getOrCompute(key, Effect.succeed(value))
                if (got !== value) check(got)
                if (!isReader) note([...there, value])
                break
              }
            }
          }

          // What is there now stays, though all that is no longer pointed to goes.
          for (const { faults } of Object.values(made)) yield* faults.set([])
          const look = Effect.scoped(Effect.gen(function*() {
            const { store } = yield* combine(parts)
            const cache = yield* makeS3CacheService(store, { maxSize: 1 })
            return yield* Effect.forEach(ids, (id) => cache.getOption(Counts.key(id)))
          }))
          yield* clock.advance(2 * 3_600_000)
          const found = yield* look
          for (const [id, value] of found.entries()) {
            const there = may.get(id) ?? new Set(["nothing"])
            if (Option.isSome(value)) {
              assert.isTrue(there.has(value.value), `${value.value} of ${[...there].join(", ")}`)
            } else if (hasNoFaults) assert.isTrue(there.has("nothing"))
          }
          if (sized === undefined) return
          yield* sized.removeOrphans({ olderThan: "1 hour" })
          assert.deepStrictEqual(yield* look, found)
        })).pipe(Effect.provide(quiet), Effect.withClock(clock))
      },
      runsOf(name)
    )
  })
}
