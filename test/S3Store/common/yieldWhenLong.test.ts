import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Schema } from "effect"
import { Keyspace } from "effect-aws-cache/S3Store"
import { makeS3CacheService } from "../../../src/S3Store/cache/makeS3CacheService.js"
import { sliced, step } from "../../../src/S3Store/common/yieldWhenLong.js"
import { makeMemoryObjectStore } from "../../../src/S3Store/objects/memoryObjectStore.js"
import { ManualClock } from "../../support/ManualClock.js"
import { turns } from "../../support/until.js"

/** A clock by which the time between two looks is this long. */
class SlowClock extends ManualClock {
  private time = 0
  private readonly millis: number
  constructor(millis: number) {
    super()
    this.millis = millis
  }
  override readonly currentTimeMillis = Effect.sync(() => this.unsafeCurrentTimeMillis())
  override unsafeCurrentTimeMillis(): number {
    return this.time += this.millis
  }
}

/** How many turns the event loop has while an effect runs that waits for nothing else. */
const turnsDuring = <A, E, R>(effect: Effect.Effect<A, E, R>, millis: number) =>
  Effect.gen(function*() {
    let count = 0
    yield* Effect.fork(Effect.forever(Effect.zipRight(turns(1), Effect.sync(() => count++))))
    yield* turns(2)
    const before = count
    yield* Effect.withClock(effect, new SlowClock(millis))
    return count - before
  })

const List = Schema.Array(Schema.Struct({ name: Schema.String }))
const items = Array.from({ length: 3000 }, (_, at) => ({ name: `item ${at}` }))

describe("long work", () => {
  it.live("a step that took long is followed by a turn of the event loop, a short one is not", () =>
    Effect.gen(function*() {
      assert.isAtLeast(yield* turnsDuring(step(() => Either.right(undefined)), 10), 1)
      assert.strictEqual(yield* turnsDuring(step(() => Either.right(undefined)), 9), 0)
      assert.isAtLeast(yield* turnsDuring(Effect.exit(step(() => Either.left("no"))), 9), 0)
    }))

  it.live("slices have a turn between them when they took long, and give the result", () =>
    Effect.gen(function*() {
      for (const [millis, least, most] of [[10, 5, 50], [0, 0, 0]] as const) {
        let left = 5
        const during = yield* turnsDuring(
          Effect.map(sliced(() => left-- === 0 ? "done" : undefined), (result) => assert.strictEqual(result, "done")),
          millis
        )
        assert.isAtLeast(during, least)
        assert.isAtMost(during, most)
      }
    }))

  for (const isolation of ["freeze", "copy", "none"] as const) {
    for (const codec of ["json", "msgpack"] as const) {
      it.scopedLive(`writing and reading by ${codec} with isolation ${isolation} goes step by step`, () =>
        Effect.gen(function*() {
          const store = yield* makeMemoryObjectStore
          const Lists = Keyspace.make("lists", { key: Schema.String, value: List, isolation, codec })
          const cache = yield* makeS3CacheService(store)
          yield* cache.set(Lists.key("loads the codec"), [])
          const writing = yield* turnsDuring(cache.set(Lists.key("a"), items), 20)
          // Loads are shared, and run with the clock of the cache.
          const other = yield* Effect.withClock(makeS3CacheService(store), new SlowClock(20))
          const reading = yield* turnsDuring(
            Effect.map(other.get(Lists.key("a")), (read) => assert.deepStrictEqual(read, items)),
            20
          )
          // Encoding by schema and codec and putting together, and on the way back the same.
          assert.isAtLeast(writing, isolation === "none" ? 3 : 5)
          assert.isAtLeast(reading, 3)
          assert.deepStrictEqual(yield* cache.get(Lists.key("a")), items)
        }))
    }
  }
})
