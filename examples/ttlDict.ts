import { Console, Effect, ManagedRuntime, Schema } from "effect"
import { TtlDict } from "effect-aws-cache/Ttl"

// A dictionary as a service of its own: at most 16 MiB and 1,000 entries, each for ten minutes.
class Sessions extends TtlDict.Service<Sessions>()("app/Sessions", {
  key: Schema.String,
  value: Schema.Struct({ user: Schema.String }),
  timeToLive: "10 minutes",
  maxSize: 1000,
  maxBytes: "16M"
}) {}

// Made once: the dictionary lasts as long as the runtime, from one request to the next.
const runtime = ManagedRuntime.make(Sessions.layer())

const logIn = (id: string, user: string) => runtime.runPromise(Sessions.set(id, { user }))

const greet = (id: string) =>
  runtime.runPromise(
    Sessions.get(id).pipe(
      Effect.flatMap(({ user }) => Console.log(`session of ${user}`)),
      Effect.catchTag("CacheNotFoundError", (error) => Console.log(error.message))
    )
  )

const logOut = (id: string) => runtime.runPromise(Sessions.invalidate(id))

await logIn("foo", "Ada")
await greet("foo")
await logOut("foo")
await greet("foo")
await runtime.dispose()
