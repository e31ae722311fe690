import { Console, Effect, Layer, Schema } from "effect"
import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"

// A family of entries. Its schemas check keys and values, and bring them back as what they were: dates, classes, ...
const Users = Keyspace.make("directory/users", {
  key: Schema.Struct({ team: Schema.String }),
  value: Schema.Array(Schema.Struct({ name: Schema.String, since: Schema.DateFromString })),
  timeToLive: "1 hour"
})

// Something slow.
const fetchUsers = ({ team }: { readonly team: string }) =>
  Console.log(`asking the directory for team ${team}`).pipe(
    Effect.delay("200 millis"),
    Effect.as([{ name: "Ada", since: new Date("1843-09-01") }])
  )

const program = Effect.gen(function*() {
  const usersOf = yield* S3Cache.memoize(Users, fetchUsers)
  yield* usersOf({ team: "core" }) // asks the directory, unless any process did within the hour
  const users = yield* usersOf({ team: "core" }) // from memory
  yield* Console.log(users.map(({ name, since }) => `${name}, since ${since.getFullYear()}`).join("\n"))

  // Errors are types. ObjectStoreError is what the bucket has to say, such as that it cannot be reached.
  yield* S3Cache.get(Users.key({ team: "nobody" })).pipe(
    Effect.catchTag("CacheNotFoundError", "ObjectStoreError", (error) => Console.log(error.message))
  )
  yield* S3Cache.add(Users.key({ team: "core" }), []).pipe(
    Effect.catchTag("CacheExistsError", "ObjectStoreError", (error) => Console.log(error.message))
  )
})

// In this process's memory alone: no AWS account is needed.
const CacheLive = Layer.tap(S3Cache.layerMemory(), () => Console.log("kept in memory, not in S3_CACHE_BUCKET"))

Effect.runPromise(program.pipe(Effect.provide(CacheLive)))
