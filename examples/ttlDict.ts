import { Console, Effect, Schema } from "effect"
import { TtlDict } from "effect-aws-cache/Ttl"

// A dictionary as a service of its own: at most 16 MiB and 1,000 entries, each for ten minutes.
class Sessions extends TtlDict.Service<Sessions>()("app/Sessions", {
  key: Schema.String,
  value: Schema.Struct({ user: Schema.String }),
  timeToLive: "10 minutes",
  maxSize: 1000,
  maxBytes: "16M"
}) {}

const program = Effect.gen(function*() {
  yield* Sessions.set("foo", { user: "Ada" })
  const { user } = yield* Sessions.get("foo")
  yield* Console.log(`session of ${user}`)
  yield* Sessions.invalidate("foo") // logs her out
  yield* Effect.catchTag(Sessions.get("foo"), "CacheNotFoundError", (error) => Console.log(error.message))
})

Effect.runPromise(Effect.provide(program, Sessions.layer()))
