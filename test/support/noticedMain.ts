/**
 * A process that reads keys through a cache again and again and prints each value that it has not seen before, or writes
 * them, and prints each that was written. Values are numbers that grow; a line is a key, a value, and the time.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { ClientCacheLive } from "effect-aws-cache/ClientLayer"
import { Keyspace, S3Cache, S3Notifications } from "effect-aws-cache/S3Store"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { writeSync } from "node:fs"

const Values = Keyspace.make("noticed", { key: Schema.Number, value: Schema.Number, timeToLive: "1 hour" })

const tell = (...words: ReadonlyArray<string | number>) => Effect.sync(() => void writeSync(1, `${words.join(" ")}\n`))

const reading = (keys: number) =>
  Effect.gen(function*() {
    const seen = new Map<number, number>()
    yield* tell("ready", Date.now(), 0)
    const round = Effect.gen(function*() {
      for (let key = 0; key < keys; key++) {
        const value = Option.getOrElse(yield* S3Cache.getOption(Values.key(key)), () => 0)
        if (seen.get(key) === value) continue
        seen.set(key, value)
        yield* tell(key, value, Date.now())
      }
      yield* Effect.sleep("5 millis")
    })
    return yield* Effect.forever(round)
  })

const writing = (keys: number, first: number, count: number, pause: number) =>
  Effect.gen(function*() {
    for (let value = first; value < first + count; value++) {
      const key = value % keys
      yield* S3Cache.set(Values.key(key), value)
      yield* tell(key, value, Date.now())
      yield* Effect.sleep(pause)
    }
  })

const layer = Effect.gen(function*() {
  const s3 = { endpoint: yield* Config.string("NOTICED_S3"), forcePathStyle: true }
  const queues = { endpoint: yield* Config.string("NOTICED_QUEUES") }
  const topic = yield* Config.string("NOTICED_TOPIC")
  const bucket = yield* Config.string("NOTICED_BUCKET")
  const isReader = (yield* Config.string("NOTICED_ROLE")) === "reader"
  const cache = S3Cache.layerS3({ bucket, clientConfig: s3, ...(isReader ? { notice: "pushed" } : {}) })
  return isReader
    ? Layer.provide(
      cache,
      S3Notifications.layer({ queue: { create: true, topic }, clientConfig: queues, snsClientConfig: queues })
    )
    : cache
})

const program = Effect.gen(function*() {
  const keys = yield* Config.integer("NOTICED_KEYS")
  const first = yield* Config.integer("NOTICED_FIRST")
  const count = yield* Config.integer("NOTICED_COUNT")
  const work = count === 0 ? reading(keys) : writing(keys, first, count, yield* Config.integer("NOTICED_PAUSE"))
  return yield* Effect.provide(work, Layer.provide(yield* layer, ClientCacheLive))
})

NodeRuntime.runMain(program)
