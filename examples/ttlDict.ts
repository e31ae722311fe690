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
  const session = yield* Sessions.get("foo")
  yield* Console.log(`session of ${session.user}`)

  yield* Sessions.set("foo", session, { timeToLive: 0 }) // logs her out: nothing is stored
  yield* Sessions.get("foo").pipe(
    Effect.catchTag("CacheNotFoundError", (error) => Console.log(error.message))
  )
})

Effect.runPromise(program.pipe(Effect.provide(Sessions.layer)))
