/**
 * A web API that answers from a cache.
 */
import { HttpApi, HttpApiBuilder, HttpApiEndpoint, HttpApiGroup, HttpServer } from "@effect/platform"
import { Effect, Layer, Schema } from "effect"
import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"

export class UserId extends Schema.Class<UserId>("UserId")({ team: Schema.String, id: Schema.Int }) {}
export class User extends Schema.Class<User>("User")({ id: UserId, name: Schema.NonEmptyString }) {}

export const Users = Keyspace.make("users", { key: UserId, value: User, timeToLive: "5 minutes" })

export class Directory extends Effect.Service<Directory>()("app/Directory", {
  succeed: { name: (id: UserId) => Effect.succeed(`${id.team}-${id.id}`) }
}) {}

export class UserCache extends Effect.Service<UserCache>()("app/UserCache", {
  dependencies: [Directory.Default],
  effect: Effect.gen(function*() {
    const of = yield* S3Cache.memoize(
      Users,
      (id) => Effect.flatMap(Directory, (directory) => Effect.map(directory.name(id), (name) => new User({ id, name })))
    )
    return { of }
  })
}) {}

export const Api = HttpApi.make("api").add(
  HttpApiGroup.make("users").add(
    HttpApiEndpoint.get("user", "/users/:team/:id")
      .setPath(Schema.Struct({ team: Schema.String, id: Schema.NumberFromString }))
      .addSuccess(User)
  )
)

export const UsersLive = HttpApiBuilder.group(Api, "users", (handlers) =>
  Effect.gen(function*() {
    const users = yield* UserCache
    return handlers.handle("user", ({ path }) => Effect.orDie(users.of(new UserId(path))))
  })).pipe(Layer.provide(UserCache.Default))

export const ApiLive = HttpApiBuilder.api(Api).pipe(Layer.provide(UsersLive))

export const answered = Effect.acquireUseRelease(
  Effect.sync(() =>
    HttpApiBuilder.toWebHandler(
      Layer.mergeAll(Layer.provide(ApiLive, S3Cache.layerMemory()), HttpServer.layerContext)
    )
  ),
  ({ handler }) =>
    Effect.promise(async () => {
      const response = await handler(new Request("http://localhost/users/core/7"))
      const body: unknown = await response.json()
      return [response.status, body] as const
    }),
  ({ dispose }) => Effect.promise(dispose)
)
