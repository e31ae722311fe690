/**
 * What can be asked of a cache of clients.
 *
 * @since 1.0.0
 */
import type * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type * as Types from "effect/Types"
import type { Settled, SettleOptions } from "../../Cache/background/Settled.js"
import type { CacheConfigError, CacheExistsError, CacheNotFoundError } from "../../Cache/errors/CacheErrors.js"
import type { LeasedStoreEvent } from "../../Cache/events/StoreEvent.js"
import type { LeasedEntryInfo } from "../../Cache/LeasedStore.js"
import type { ClientBuildError, ClientValueError } from "../errors/ClientErrors.js"
import type { ExceptionSource } from "../errors/RequestError.js"
import type { ClientCacheKey } from "../key/ClientCacheKey.js"
import type { ClientArguments, ClientOptions } from "../key/ClientOptions.js"
import type { ClientSource } from "../key/ClientSource.js"
import type { SendError } from "../request/requestFailure.js"
import type { AwsClient, ClientClass, ClientOf, OptionalConfig } from "../sdk/AwsClient.js"
import type { AwsCommand, CommandFor } from "../sdk/AwsCommand.js"
import type { SendOptions } from "./ClientCacheOptions.js"
import type { ClientCacheStats } from "./ClientCacheStats.js"

/**
 * What can be asked of a cache of clients: of a `ClientCacheService`, where it needs nothing, and of the class of a
 * service, such as `ClientCache` itself, where it needs that service (`R`).
 *
 * @since 1.0.0
 * @category models
 */
export interface ClientCacheVerbs<out R> {
  /**
   * The client of a class for a configuration. It is built when there is none, once for all who ask meanwhile. A
   * failed build is not kept.
   *
   * The class may be loaded when it is needed, by an arrow function.
   *
   * Fails with `ClientBuildError` when the class cannot be loaded or its constructor throws. Dies with `CacheKeyError` of a
   * class or configuration that makes no key (see `ClientCacheKey.makeEither`): it is a mistake of the program.
   *
   * @example
   * ```ts
   * import { S3Client } from "@aws-sdk/client-s3"
   * import { Effect } from "effect"
   * import { ClientCache, ClientCacheLive } from "effect-aws-cache/ClientLayer"
   * import * as assert from "node:assert/strict"
   *
   * const program = Effect.gen(function*() {
   *   const s3 = yield* ClientCache.client(S3Client, { region: "us-west-2", maxAttempts: 5 })
   *   const same = yield* ClientCache.client(S3Client, { maxAttempts: 5, region: "us-west-2" })
   *   return s3 === same
   * }).pipe(Effect.provide(ClientCacheLive))
   *
   * assert.equal(await Effect.runPromise(program), true)
   * ```
   *
   * @example
   * ```ts
   * import { Effect } from "effect"
   * import { ClientCache, ClientCacheLive } from "effect-aws-cache/ClientLayer"
   * import * as assert from "node:assert/strict"
   *
   * // The package of the client is loaded by whoever asks first.
   * const program = ClientCache.client(
   *   () => import("@aws-sdk/client-s3").then((module) => module.S3Client),
   *   { region: "us-west-2" }
   * ).pipe(
   *   Effect.flatMap((s3) => Effect.promise(() => s3.config.region())),
   *   Effect.provide(ClientCacheLive)
   * )
   *
   * assert.equal(await Effect.runPromise(program), "us-west-2")
   * ```
   *
   * @param source a client class, or an arrow function that loads one
   * @param configuration what the constructor of the class takes, and options (a customization, a variant)
   */
  readonly client: <Ctor extends ClientClass>(
    source: ClientSource<Ctor>,
    ...configuration: ClientArguments<Ctor>
  ) => Effect.Effect<ClientOf<Ctor>, ClientBuildError, R>
  /**
   * The client that `client` gives, leased until the scope closes: it keeps its connections until then, even when it
   * leaves the cache meanwhile. A scope has one lease of a client at most. Fails as `client` does.
   *
   * @example
   * ```ts
   * import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3"
   * import { Effect } from "effect"
   * import { ClientCache, ClientCacheLive, sendCommand } from "effect-aws-cache/ClientLayer"
   * import * as assert from "node:assert/strict"
   *
   * const program = Effect.gen(function*() {
   *   const s3 = yield* ClientCache.lease(S3Client, { region: "us-west-2" })
   *   const { Buckets = [] } = yield* sendCommand(s3, new ListBucketsCommand({}))
   *   return Buckets.map(({ Name }) => Name)
   * }).pipe(Effect.scoped, Effect.provide(ClientCacheLive))
   *
   * assert.deepEqual(await Effect.runPromise(program), ["my-bucket", "reports"])
   * ```
   */
  readonly lease: <Ctor extends ClientClass>(
    source: ClientSource<Ctor>,
    ...configuration: ClientArguments<Ctor>
  ) => Effect.Effect<ClientOf<Ctor>, ClientBuildError, R | Scope.Scope>
  /**
   * Uses the client that `client` gives. It is leased as long as the function's effect runs, which is the cheapest way
   * to lease one. Fails as `client` does, and as the function does.
   *
   * @example
   * ```ts
   * import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3"
   * import { Effect } from "effect"
   * import { ClientCache, ClientCacheLive } from "effect-aws-cache/ClientLayer"
   * import * as assert from "node:assert/strict"
   *
   * const program = ClientCache.withClient(S3Client, { region: "us-west-2" }, (s3) =>
   *   Effect.tryPromise((abortSignal) => s3.send(new ListBucketsCommand({}), { abortSignal }))
   * ).pipe(
   *   Effect.map(({ Buckets = [] }) => Buckets.map(({ Name }) => Name)),
   *   Effect.provide(ClientCacheLive)
   * )
   *
   * assert.deepEqual(await Effect.runPromise(program), ["my-bucket", "reports"])
   * ```
   *
   * @param source a client class, or an arrow function that loads one
   * @param config what the constructor of the class takes
   * @param f given the client, which must not be used after the effect has ended
   * @param options a customization, a variant
   */
  readonly withClient: <Ctor extends ClientClass, A, E, R2>(
    source: ClientSource<Ctor>,
    config: OptionalConfig<Ctor>,
    f: (client: ClientOf<Ctor>) => Effect.Effect<A, E, R2>,
    options?: ClientOptions<ClientOf<Ctor>> | undefined
  ) => Effect.Effect<A, E | ClientBuildError, R | R2>
  /**
   * Sends a command with the client that `client` gives. It is leased until the response is there; where this has a
   * body, until the body has been read to its end, or was destroyed. Interruption aborts the request.
   *
   * What it answers is what the command says it answers. Fails as `client` does, and with `RequestError` when the
   * request does: its `name` is the exception's, and so is its tag where the exception is one of `errors`.
   *
   * @example
   * ```ts
   * import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3"
   * import { Effect } from "effect"
   * import { ClientCache, ClientCacheLive } from "effect-aws-cache/ClientLayer"
   * import * as assert from "node:assert/strict"
   *
   * const program = ClientCache.send(
   *   S3Client,
   *   { region: "us-west-2" },
   *   new GetObjectCommand({ Bucket: "reports", Key: "2026" }),
   *   { errors: ["NoSuchKey"], requestTimeout: 5000 }
   * ).pipe(
   *   Effect.flatMap(({ Body }) => Effect.promise(async () => Body?.transformToString())),
   *   Effect.catchTag("NoSuchKey", () => Effect.succeed("nothing to report")),
   *   Effect.provide(ClientCacheLive)
   * )
   *
   * assert.equal(await Effect.runPromise(program), "nothing to report")
   * ```
   *
   * @param source a client class, or an arrow function that loads one
   * @param config what the constructor of the class takes
   * @param command a command of the client's service
   * @param options a customization, a variant; `errors`, `abortSignal`, and what the client's request handler takes
   */
  send<
    Ctor extends ClientClass,
    Command extends AwsCommand<Output>,
    Output,
    Source extends ExceptionSource = never
  >(
    source: ClientSource<Ctor>,
    config: OptionalConfig<Ctor>,
    command: Command & AwsCommand<Output> & CommandFor<ClientOf<Ctor>, Command>,
    options?: SendOptions<ClientOf<Ctor>, Source> | undefined
  ): Effect.Effect<Output, SendError<Source> | ClientBuildError, R>
  /**
   * The key under which the client is in the cache that `client` gives; with what a session adds to its configuration, if
   * the cache is a session's. A class that is yet to be loaded is loaded, which may fail with `ClientBuildError`; nothing
   * is built.
   */
  readonly clientKey: <Ctor extends ClientClass>(
    source: ClientSource<Ctor>,
    ...configuration: ClientArguments<Ctor>
  ) => Effect.Effect<ClientCacheKey<ClientOf<Ctor>>, ClientBuildError, R>
  /**
   * The client under a key. Fails with `CacheNotFoundError` when there is none; it builds nothing.
   */
  readonly get: <C>(key: ClientCacheKey<C>) => Effect.Effect<C, CacheNotFoundError, R>
  /**
   * The client under a key, leased until the scope closes. Fails with `CacheNotFoundError` when there is none; it builds
   * nothing.
   */
  readonly leaseKey: <C>(key: ClientCacheKey<C>) => Effect.Effect<C, CacheNotFoundError, R | Scope.Scope>
  /**
   * The client under a key, if there is one.
   */
  readonly getOption: <C>(key: ClientCacheKey<C>) => Effect.Effect<Option.Option<C>, never, R>
  /**
   * The clients under keys, if there are any, in the order of the keys, each as `getOption` gives it.
   */
  readonly getMany: <C>(
    keys: Iterable<ClientCacheKey<C>>
  ) => Effect.Effect<ReadonlyArray<Option.Option<C>>, never, R>
  /**
   * Puts in a client that the caller made and keeps: the cache neither drains nor destroys it.
   *
   * Fails with `CacheExistsError` when there is one under the key, and with `ClientValueError` for what is no client.
   * Whether the client was made from the key's configuration cannot be checked.
   */
  readonly add: <C extends AwsClient>(
    key: ClientCacheKey<C>,
    client: Types.NoInfer<C>
  ) => Effect.Effect<void, CacheExistsError | ClientValueError, R>
  /**
   * Like `add`, but takes the place of a client that is there, which is drained if the cache built it.
   */
  readonly set: <C extends AwsClient>(
    key: ClientCacheKey<C>,
    client: Types.NoInfer<C>
  ) => Effect.Effect<void, ClientValueError, R>
  /** Whether there is a client under a key. Does not count as a use. */
  readonly has: (key: ClientCacheKey<unknown>) => Effect.Effect<boolean, never, R>
  /**
   * Whether there are clients under keys, in their order: one step, or pieces of 512. This is no use.
   */
  readonly hasMany: (keys: Iterable<ClientCacheKey<unknown>>) => Effect.Effect<ReadonlyArray<boolean>, never, R>
  /** The client under a key, if there is one. Does not count as a use, nor in `stats`. */
  readonly peek: <C>(key: ClientCacheKey<C>) => Effect.Effect<Option.Option<C>, never, R>
  /**
   * What there is to know of the client under a key, if there is one: when it expires, when it was used last, how many
   * leases it has. This is no use, and it is not counted.
   */
  readonly peekEntry: <C>(
    key: ClientCacheKey<C>
  ) => Effect.Effect<Option.Option<LeasedEntryInfo<C>>, never, R>
  /**
   * How long the client under a key still stays if nobody uses it until then, `Duration.infinity` for one that does not
   * expire. Fails with `CacheNotFoundError` when there is none. It changes nothing.
   */
  readonly timeToLive: (
    key: ClientCacheKey<unknown>
  ) => Effect.Effect<Duration.Duration, CacheNotFoundError, R>
  /**
   * Lets the client under a key stay this long from now, leased or not; zero lets it leave at once, `Duration.infinity`
   * lets it stay for ever. Fails with `CacheNotFoundError` when there is none. This is no use.
   */
  readonly setTimeToLive: (
    key: ClientCacheKey<unknown>,
    timeToLive: Duration.DurationInput
  ) => Effect.Effect<void, CacheNotFoundError, R>
  /**
   * Lets the client under a key stay until a moment, in milliseconds since the epoch; one that has passed lets it leave at
   * once, `Infinity` lets it stay for ever. Fails with `CacheNotFoundError` when there is none. This is no use.
   */
  readonly setExpiresAt: (
    key: ClientCacheKey<unknown>,
    millis: number
  ) => Effect.Effect<void, CacheNotFoundError, R>
  /**
   * Removes a client and drains it. Fails with `CacheNotFoundError` when there is none. A build of it that is under way
   * is not kept.
   */
  readonly remove: (key: ClientCacheKey<unknown>) => Effect.Effect<void, CacheNotFoundError, R>
  /**
   * Removes the clients under keys, and returns how many there were: one step, or pieces of 512.
   */
  readonly removeMany: (keys: Iterable<ClientCacheKey<unknown>>) => Effect.Effect<number, never, R>
  /**
   * Sees to it that there is no client under a key, whether there was one or not: who asks for it next has a new one built.
   * It goes as with `remove`. A build of it that is under way is not kept.
   */
  readonly invalidate: (key: ClientCacheKey<unknown>) => Effect.Effect<void, never, R>
  /**
   * Removes the client under a key if a predicate holds for it, and returns whether it did. One step; what the predicate
   * throws is a defect that changes nothing. This is no use.
   *
   * @example
   * ```ts
   * import { S3Client } from "@aws-sdk/client-s3"
   * import { Effect } from "effect"
   * import { ClientCache, ClientCacheKey, ClientCacheLive } from "effect-aws-cache/ClientLayer"
   * import * as assert from "node:assert/strict"
   *
   * const program = Effect.gen(function*() {
   *   const key = ClientCacheKey.make(S3Client, { region: "us-west-2" })
   *   const s3 = yield* ClientCache.client(S3Client, { region: "us-west-2" })
   *   // Only this one is removed, not one that somebody else has built in its place meanwhile.
   *   const remove = ClientCache.invalidateWhen(key, (client) => client === s3)
   *   return [yield* remove, yield* remove]
   * }).pipe(Effect.provide(ClientCacheLive))
   *
   * assert.deepEqual(await Effect.runPromise(program), [true, false])
   * ```
   */
  readonly invalidateWhen: <C>(
    key: ClientCacheKey<C>,
    predicate: (client: C) => boolean
  ) => Effect.Effect<boolean, never, R>
  /**
   * Lets the time to live of the client under a key end now: as `invalidate`, but it is counted as expired.
   */
  readonly expire: (key: ClientCacheKey<unknown>) => Effect.Effect<void, never, R>
  /**
   * Removes a client, drains it and returns it: it works on, with a connection for each request.
   */
  readonly pop: <C>(key: ClientCacheKey<C>) => Effect.Effect<C, CacheNotFoundError, R>
  /**
   * Removes the client that is next to be evicted, drains it and returns it.
   */
  readonly popVictim: Effect.Effect<
    Option.Option<readonly [key: ClientCacheKey<unknown>, client: AwsClient]>,
    never,
    R
  >
  /**
   * Removes every client and drains them, and returns how many there were.
   */
  readonly clear: Effect.Effect<number, never, R>
  /**
   * Lets the clients leave that have expired, and returns how many that were. It is seldom needed: they leave by
   * themselves, within a second.
   */
  readonly purge: Effect.Effect<number, never, R>
  /** A snapshot of the keys, the next victim first. Does not count as a use. */
  readonly keys: Effect.Effect<ReadonlyArray<ClientCacheKey<unknown>>, never, R>
  /** A snapshot of the clients, the next victim first. Does not count as a use. */
  readonly values: Effect.Effect<ReadonlyArray<AwsClient>, never, R>
  /** A snapshot of the entries, the next victim first. Does not count as a use. */
  readonly entries: Effect.Effect<
    ReadonlyArray<readonly [key: ClientCacheKey<unknown>, client: AwsClient]>,
    never,
    R
  >
  /**
   * How many clients there are.
   */
  readonly size: Effect.Effect<number, never, R>
  /**
   * Changes the limit, a whole number or `Infinity`. What no longer fits is evicted at once. Fails with `CacheConfigError`
   * for a limit it cannot accept, and then nothing has changed.
   */
  readonly resize: (
    limits: { readonly maxSize?: number | undefined }
  ) => Effect.Effect<void, CacheConfigError, R>
  /**
   * The limit as it is now, `Infinity` for none.
   */
  readonly limits: Effect.Effect<{ readonly maxSize: number }, never, R>
  /**
   * Waits until the builds and releases, and the requests of clients that have left the cache, have ended that are under way, but no longer than
   * `within`; it tells what goes on then. It interrupts nothing, and waits for no lease.
   */
  readonly settle: (options: SettleOptions) => Effect.Effect<Settled, never, R>
  /**
   * What was counted since the cache was made, and what it holds now.
   */
  readonly stats: Effect.Effect<ClientCacheStats, never, R>
  /**
   * What happens from now on: builds, clients that enter and leave, and those that are let go (`Released`). It never
   * blocks the cache: a listener that is too slow loses what comes while it is behind. It ends with the cache.
   */
  readonly events: Stream.Stream<LeasedStoreEvent<ClientCacheKey<unknown>>, never, R>
}

/** What can be asked of a cache of clients, asked of the one that the context provides. */
export const accessors = <Self>(tag: Context.ReadonlyTag<Self, ClientCacheVerbs<never>>): ClientCacheVerbs<Self> => ({
  client: (source, ...configuration) => Effect.flatMap(tag, (cache) => cache.client(source, ...configuration)),
  lease: (source, ...configuration) => Effect.flatMap(tag, (cache) => cache.lease(source, ...configuration)),
  withClient: (source, config, f, options) =>
    Effect.flatMap(tag, (cache) => cache.withClient(source, config, f, options)),
  send: <
    Ctor extends ClientClass,
    Command extends AwsCommand<Output>,
    Output,
    Source extends ExceptionSource = never
  >(
    source: ClientSource<Ctor>,
    config: OptionalConfig<Ctor>,
    command: Command & AwsCommand<Output> & CommandFor<ClientOf<Ctor>, Command>,
    options?: SendOptions<ClientOf<Ctor>, Source>
  ) => Effect.flatMap(tag, (cache) => cache.send<Ctor, Command, Output, Source>(source, config, command, options)),
  clientKey: (source, ...configuration) => Effect.flatMap(tag, (cache) => cache.clientKey(source, ...configuration)),
  get: (key) => Effect.flatMap(tag, (cache) => cache.get(key)),
  leaseKey: (key) => Effect.flatMap(tag, (cache) => cache.leaseKey(key)),
  getOption: (key) => Effect.flatMap(tag, (cache) => cache.getOption(key)),
  getMany: (keys) => Effect.flatMap(tag, (cache) => cache.getMany(keys)),
  add: (key, client) => Effect.flatMap(tag, (cache) => cache.add(key, client)),
  set: (key, client) => Effect.flatMap(tag, (cache) => cache.set(key, client)),
  has: (key) => Effect.flatMap(tag, (cache) => cache.has(key)),
  hasMany: (keys) => Effect.flatMap(tag, (cache) => cache.hasMany(keys)),
  peek: (key) => Effect.flatMap(tag, (cache) => cache.peek(key)),
  peekEntry: (key) => Effect.flatMap(tag, (cache) => cache.peekEntry(key)),
  timeToLive: (key) => Effect.flatMap(tag, (cache) => cache.timeToLive(key)),
  setTimeToLive: (key, timeToLive) => Effect.flatMap(tag, (cache) => cache.setTimeToLive(key, timeToLive)),
  setExpiresAt: (key, millis) => Effect.flatMap(tag, (cache) => cache.setExpiresAt(key, millis)),
  remove: (key) => Effect.flatMap(tag, (cache) => cache.remove(key)),
  removeMany: (keys) => Effect.flatMap(tag, (cache) => cache.removeMany(keys)),
  invalidate: (key) => Effect.flatMap(tag, (cache) => cache.invalidate(key)),
  invalidateWhen: (key, predicate) => Effect.flatMap(tag, (cache) => cache.invalidateWhen(key, predicate)),
  expire: (key) => Effect.flatMap(tag, (cache) => cache.expire(key)),
  pop: (key) => Effect.flatMap(tag, (cache) => cache.pop(key)),
  popVictim: Effect.flatMap(tag, (cache) => cache.popVictim),
  clear: Effect.flatMap(tag, (cache) => cache.clear),
  purge: Effect.flatMap(tag, (cache) => cache.purge),
  keys: Effect.flatMap(tag, (cache) => cache.keys),
  values: Effect.flatMap(tag, (cache) => cache.values),
  entries: Effect.flatMap(tag, (cache) => cache.entries),
  size: Effect.flatMap(tag, (cache) => cache.size),
  resize: (limits) => Effect.flatMap(tag, (cache) => cache.resize(limits)),
  limits: Effect.flatMap(tag, (cache) => cache.limits),
  settle: (options) => Effect.flatMap(tag, (cache) => cache.settle(options)),
  stats: Effect.flatMap(tag, (cache) => cache.stats),
  events: Stream.unwrap(Effect.map(tag, (cache) => cache.events))
})
