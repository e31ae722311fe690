/**
 * Clocks that are ahead, over a table that stamps nothing.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, Schema } from "effect"
import { ClientCache } from "effect-aws-cache/ClientLayer"
import { Keyspace, ObjectStore, S3Cache } from "effect-aws-cache/S3Store"
import { TableClock } from "../../../src/S3Store/table/TableClock.js"
import * as DynamoDBServer from "../../servers/DynamoDBServer.js"
import { PlainClock } from "../../support/PlainClock.js"

class Wrong extends S3Cache.Service<Wrong>()("test/Wrong") {}
class Right extends S3Cache.Service<Right>()("test/Right") {}
class Other extends S3Cache.Service<Other>()("test/Other") {}

const Texts = Keyspace.make("texts", {
  key: Schema.String,
  value: Schema.String,
  timeToLive: "5 hours",
  tags: ["all"]
})

const hour = 3_600_000

/** The clock of this machine, ahead by so many milliseconds. */
class AheadClock extends PlainClock {
  private readonly ahead: number
  constructor(ahead: number) {
    super()
    this.ahead = ahead
  }
  unsafeCurrentTimeMillis() {
    return Date.now() + this.ahead
  }
  unsafeCurrentTimeNanos() {
    return BigInt(this.unsafeCurrentTimeMillis()) * 1_000_000n
  }
  sleep() {
    return Effect.never
  }
}

/** A process that begins a little later: `Date` counts in whole seconds. */
const later = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.withClock(effect, new AheadClock(3000))

describe("a clock that is an hour ahead, over a table", () => {
  const table = Layer.unwrapScoped(
    Effect.map(
      DynamoDBServer.make,
      ({ clientConfig, table }) => ObjectStore.layerDynamoDB({ table, clientConfig, partitions: 2 })
    )
  ).pipe(Layer.provide(ClientCache.layer()))
  const small = ObjectStore.layerBySize({ small: table, large: ObjectStore.layerMemory(), limit: 10 })

  for (const [what, store] of [["a table", table], ["a table by size", small]] as const) {
    for (const verb of ["invalidateTag", "expireTag"] as const) {
      it.scopedLive(`does no harm by ${verb} to what others make later: ${what}`, () =>
        Effect.gen(function*() {
          yield* Effect.withClock(Wrong[verb]("all"), new AheadClock(hour))
          yield* later(Right.set(Texts.key("a"), "made after it"))
          assert.deepStrictEqual(yield* Other.getOption(Texts.key("a")), Option.some("made after it"))
          assert.isAbove((yield* Other.stats).clockSkews, 0)
        }).pipe(Effect.provide(Layer.provide(Layer.mergeAll(Wrong.layer(), Right.layer(), Other.layer()), store))))
    }

    it.scopedLive(`keeps nothing alive that others invalidate: ${what}`, () =>
      Effect.gen(function*() {
        yield* Effect.withClock(
          Wrong.getOrCompute(Texts.key("a"), Effect.succeed("made before it")),
          new AheadClock(hour)
        )
        yield* later(Right.invalidateTag("all"))
        assert.deepStrictEqual(yield* Other.getOption(Texts.key("a")), Option.none())
      }).pipe(Effect.provide(Layer.provide(Layer.mergeAll(Wrong.layer(), Right.layer(), Other.layer()), store))))
  }
})

describe("the clock of a table", () => {
  const date = Date.UTC(2026, 0, 1)
  const answer = (headers: unknown) => ({ statusCode: 200, headers })
  const said = answer({ date: new Date(date).toUTCString() })
  const rows: ReadonlyArray<readonly [what: string, response: unknown, sent: number, now: number, time: number]> = [
    ["of a clock that is ahead", said, date + hour, date + hour + 50, date + 999 + 50],
    ["of one that is ahead by less than a second", said, date + 900, date + 950, date + 950],
    ["of one that is behind", said, date - hour, date - hour + 50, date - hour + 50],
    ["of one that was set right meanwhile", said, date + hour, date + 100, date + 100],
    ["of one that was heard of long ago", said, date + hour, date + hour + 60_000, date + hour + 60_000],
    ["of an answer without a date", answer({}), date + hour, date + hour, date + hour],
    ["of one that is no date", answer({ date: "soon" }), date + hour, date + hour, date + hour],
    ["of what is no answer", undefined, date + hour, date + hour, date + hour]
  ]
  for (const [what, response, sent, now, time] of rows) {
    it(`is known ${what}`, () => {
      const clock = new TableClock()
      assert.strictEqual(clock.timeOf(now), now)
      clock.answered(response, sent)
      assert.strictEqual(clock.timeOf(now), time)
    })
  }
})
