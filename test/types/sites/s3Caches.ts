/**
 * Results that processes share.
 */
import { Config, ConfigProvider, Context, Data, Effect, Layer, Option, Schema } from "effect"
import { ClientCacheLive } from "effect-aws-cache/ClientLayer"
import {
  type CacheKey,
  type EntryOptions,
  Keyspace,
  type KeyspaceOptions,
  ObjectStore,
  S3Cache,
  type S3CacheService
} from "effect-aws-cache/S3Store"

// Two caches for two buckets, each with its own statics.

export class Reports extends S3Cache.Service<Reports>()("app/Reports") {}
export class Drafts extends S3Cache.Service<Drafts>()("app/Drafts") {}

export const Texts = Keyspace.make("texts", { key: Schema.Number, value: Schema.String, timeToLive: "1 hour" })

export const BucketsLive = Layer.merge(
  Reports.layerS3({ bucket: "reports", clientConfig: { region: "eu-west-1" } }),
  Drafts.layerS3({ bucket: "drafts", maxBytes: "64M" })
).pipe(Layer.provide(ClientCacheLive))

export const twoBuckets = Effect.gen(function*() {
  yield* Reports.set(Texts.key(1), "final")
  yield* Drafts.set(Texts.key(1), "draft")
  return [yield* Reports.get(Texts.key(1)), yield* Drafts.get(Texts.key(1))]
}).pipe(Effect.provide(Layer.merge(Reports.layerMemory(), Drafts.layerMemory())))

// A computation that needs a service, and may fail.

export class Db
  extends Context.Tag("app/Db")<Db, { readonly find: (id: number) => Effect.Effect<string, Offline> }>()
{}
export class Offline extends Data.TaggedError("Offline")<{ readonly host: string }> {}

export const find = (id: number) => Effect.flatMap(Db, (db) => db.find(id))

export const textOf = (id: number) => S3Cache.getOrCompute(Texts.key(id), find(id))

export const textsOf = (ids: ReadonlyArray<number>) =>
  S3Cache.getManyOrCompute(
    ids.map((id) => Texts.key(id)),
    (missing) => Effect.forEach(missing, (key) => Effect.map(find(key.input), (text) => [key, text] as const))
  )

export const DbTest = Layer.succeed(Db, {
  find: (id) => id < 100 ? Effect.succeed(`text ${id}`) : Effect.fail(new Offline({ host: "db-1" }))
})

export const computed = Effect.gen(function*() {
  const one = yield* textOf(1)
  const offline = yield* Effect.flip(textOf(100))
  const many = yield* textsOf([1, 2, 3])
  return [one, offline._tag, many.map(Option.getOrElse(() => "none"))] as const
}).pipe(Effect.provide([DbTest, S3Cache.layerMemory()]))

// A service with a cached function.

export class Texter extends Effect.Service<Texter>()("app/Texter", {
  effect: Effect.map(
    S3Cache.memoize(Texts, (id) => find(id), { timeToLive: "1 minute" }),
    (of) => ({ of })
  )
}) {}

export const memoized = Effect.flatMap(Texter, (texter) => Effect.all([texter.of(1), texter.of(1)])).pipe(
  Effect.provide(Texter.Default),
  Effect.provide([DbTest, S3Cache.layerMemory()])
)

// Helpers over any keyspace, any key, and any cache.

export const warm = <K, V, F>(keyspace: Keyspace<K, V, F>, entries: ReadonlyArray<readonly [K, V]>) =>
  Effect.forEach(entries, ([key, value]) => S3Cache.set(keyspace.key(key), value), { discard: true })

export const orNull = <K, V, F>(key: CacheKey<K, V, F>) => Effect.map(S3Cache.getOption(key), Option.getOrNull)

export const decorated = (service: S3CacheService): Pick<S3CacheService, "get" | "set"> => ({
  get: (key) => service.get(key),
  set: (key, value, options) => service.set(key, value, options)
})

export const warmed = Effect.gen(function*() {
  yield* warm(Texts, [[1, "one"], [2, "two"]])
  return [yield* orNull(Texts.key(2)), yield* orNull(Texts.key(3))]
}).pipe(Effect.provide(S3Cache.layerMemory()))

// Options that are shared, and what Config gives.

export const short = { timeToLive: "1 minute", staleIfError: "1 hour" } satisfies EntryOptions
export const Names = Keyspace.make("names", { key: Schema.String, value: Schema.String, ...short })

export const ConfiguredLive = S3Cache.layerConfig({
  bucket: Config.string("BUCKET"),
  maxSize: Config.integer("MAX_SIZE").pipe(Config.withDefault(500))
}).pipe(Layer.provide(ClientCacheLive))

export const configured = Effect.flatMap(S3Cache, (cache) => Effect.map(cache.stats, ({ size }) => size))
  .pipe(
    Effect.provide(ConfiguredLive),
    Effect.withConfigProvider(ConfigProvider.fromMap(new Map([["BUCKET", "answers"]])))
  )

// The errors of everything, by their tags.

export const explained = S3Cache.set(Texts.key(1), "one").pipe(
  Effect.catchTags({
    CacheEncodeError: (error) => Effect.succeed(error.cache),
    EntryTooLargeError: (error) => Effect.succeed(error.cache),
    ObjectStoreError: (error) => error.reason === "AccessDenied" ? Effect.fail(error) : Effect.void
  }),
  Effect.provide(S3Cache.layerMemory())
)

// A value in place of the one that was read; how far it is with all of a keyspace.

export const Counts = Keyspace.make("counts", { key: Schema.String, value: Schema.Number })

export const count = (name: string) => S3Cache.modify(Counts.key(name), (was) => Effect.succeed(was + 1))

export const countedUp = Effect.gen(function*() {
  const missing = yield* Effect.flip(count("a"))
  yield* S3Cache.set(Counts.key("a"), 1)
  const two = yield* count("a")
  const cleared = yield* S3Cache.clear(Counts, {
    onProgress: ({ removed }) => Effect.logDebug(`${removed} are gone`)
  })
  return [missing._tag, two, cleared]
}).pipe(Effect.provide(S3Cache.layerMemory()))

// What has changed elsewhere, and all of a keyspace.

export const forgotten = Effect.gen(function*() {
  yield* S3Cache.invalidate(Texts.key(1))
  yield* S3Cache.setMany([[Texts.key(1), "one"], [Texts.key(2), "two", { timeToLive: "1 minute" }]])
  yield* S3Cache.expire(Texts.key(1))
  const refreshed = yield* S3Cache.refresh(Texts.key(2), Effect.succeed("two anew"))
  const wasTwo = yield* S3Cache.invalidateWhen(Texts.key(2), (text) => text.startsWith("two"))
  const [removed, purged, cleared] = yield* Effect.all([
    S3Cache.removeMany([Texts.key(1), Texts.key(2)]),
    S3Cache.purge(Texts),
    S3Cache.clear(Texts)
  ])
  return { refreshed, wasTwo, left: removed + purged + cleared }
}).pipe(Effect.provide(S3Cache.layerMemory()))

// A second level of one's own.

export const OwnLevelLive = S3Cache.layer({ name: "own" }).pipe(Layer.provide(ObjectStore.layerMemory()))

export const ownLevel = Effect.gen(function*() {
  yield* S3Cache.set(Texts.key(1), "one")
  return yield* S3Cache.has(Texts.key(1))
}).pipe(Effect.provide(OwnLevelLive))

/** A key from outside. */
export const keyOf = (input: unknown) => Texts.keyEither(input)

/** A family of keyspaces, whose options are passed through; what takes any of them; and names for their parts. */
export const family = <V, VI>(
  name: string,
  value: Schema.Schema<V, VI>,
  options: Partial<KeyspaceOptions<string, string, V, VI>> = {}
) => Keyspace.make(name, { timeToLive: "1 hour", ...options, key: Schema.String, value })

export const Flags = family("flags", Schema.Boolean, { onStoreError: "fail" })

export const flag: (key: Keyspace.Key<typeof Flags>) => Keyspace.Value<typeof Flags> = (key) => key === "on"

export const clearAll = (spaces: ReadonlyArray<Keyspace.Any>) =>
  Effect.forEach(spaces, (space) => S3Cache.clear(space), { concurrency: 4 })

export const cleared = clearAll([Flags, Texts, Counts]).pipe(Effect.provide(S3Cache.layerMemory()))
