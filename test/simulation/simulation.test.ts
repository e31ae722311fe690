import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Schema, TestClock, TestContext } from "effect"
import { Keyspace } from "effect-aws-cache/S3Store"
import fc from "fast-check"
import { makeS3CacheService } from "../../src/S3Store/makeS3CacheService.js"
import { makeMemoryObjectStore } from "../../src/S3Store/memoryObjectStore.js"
import { property } from "../support/property.js"
import { skewedClock } from "./SimulatedClock.js"

const Space = Keyspace.make("space", { key: Schema.Number, value: Schema.Number, tags: () => ["tag"] })
const maximalSkew = 2_000
const tagsAge = 5_000

const steps = fc.array(
  fc.record({
    process: fc.integer({ min: 0, max: 1 }),
    key: fc.integer({ min: 0, max: 1 }),
    verb: fc.constantFrom("set", "get", "invalidateTag"),
    pause: fc.constantFrom(1, 500, 3_000, 8_000)
  }),
  { maxLength: 20 }
)

/** Runs a schedule, and fails where a value is served that nobody wrote, or later than its bound after an invalidation. */
const follow = (skew: number, schedule: typeof steps extends fc.Arbitrary<infer A> ? A : never) =>
  Effect.gen(function*() {
    const shared = yield* Effect.clock
    const store = yield* makeMemoryObjectStore
    const clocks = [shared, skewedClock(shared, () => skew)] as const
    const open = () => makeS3CacheService(store, { timeToLive: "1 hour", tagsAge })
    const caches = [
      yield* Effect.withClock(open(), clocks[0]),
      yield* Effect.withClock(open(), clocks[1])
    ] as const
    const written = new Map<number, { readonly key: number; readonly at: number }>()
    let invalidated = Number.NEGATIVE_INFINITY
    for (const [index, { key, pause, process, verb }] of schedule.entries()) {
      yield* TestClock.adjust(pause)
      const at = shared.unsafeCurrentTimeMillis()
      const cache = process === 0 ? caches[0] : caches[1]
      const clock = process === 0 ? clocks[0] : clocks[1]
      const name = Space.key(key)
      if (verb === "set") {
        yield* Effect.withClock(cache.set(name, index), clock)
        written.set(index, { key, at })
      } else if (verb === "invalidateTag") {
        yield* Effect.withClock(cache.invalidateTag("tag"), clock)
        invalidated = at
      } else {
        const found = yield* Effect.withClock(cache.getOption(name), clock)
        if (Option.isNone(found)) continue
        const write = written.get(found.value)
        assert.strictEqual(write?.key, key, "a value that nobody wrote")
        assert.isFalse(
          write !== undefined && write.at + maximalSkew < invalidated && invalidated + tagsAge + maximalSkew < at,
          "a value that was invalidated longer ago than the bound"
        )
      }
    }
  }).pipe(Effect.scoped)

describe("many processes over one store", () => {
  it("serve what was written, and nothing long after its tag was invalidated", () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: -maximalSkew, max: maximalSkew }),
        steps,
        (skew, schedule) => Effect.runPromise(follow(skew, schedule).pipe(Effect.provide(TestContext.TestContext)))
      ),
      property(100)
    ))
})
