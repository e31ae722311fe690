/**
 * One AWS SDK client per distinct configuration.
 *
 * @since 0.1.0
 */
import type * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type * as Types from "effect/Types"
import type {
  CacheConfigError,
  CacheExistsError,
  CacheKeyError,
  CacheNotFoundError
} from "../Cache/errors/CacheErrors.js"
import type { LeasedStoreEvent } from "../Cache/events/StoreEvent.js"
import { checkValue, nameIn, unlessWrong } from "../Cache/options/checkOptions.js"
import { unwrapOptions } from "../Cache/options/unwrapOptions.js"
import { buildClient } from "./client/ClientBuilder.js"
import type {
  ClientCacheOptions,
  ClientCacheService,
  ClientCacheStats,
  SendOptions
} from "./client/ClientCacheService.js"
import { type ClientFake, clientFake, fakeBuilder, fakesKind } from "./client/ClientFake.js"
import { makeClientCache } from "./client/makeClientCache.js"
import type { ClientBuildError, ClientValueError } from "./errors/ClientErrors.js"
import type { ExceptionSource } from "./errors/RequestError.js"
import type { ClientCacheKey } from "./key/ClientCacheKey.js"
import type { ClientArguments, ClientOptions } from "./key/ClientOptions.js"
import type { ClientSource } from "./key/ClientSource.js"
import type { SendError } from "./request/requestFailure.js"
import type { AwsClient, ClientClass, ClientOf, OptionalConfig } from "./sdk/AwsClient.js"
import type { AwsCommand, CommandFor } from "./sdk/AwsCommand.js"

/**
 * A bounded cache of AWS SDK v3 clients: one client, with one pool of connections, per class and configuration.
 *
 * What it saves is not memory but connections: every client has its own pool, makes its own TLS handshakes and asks
 * for its own credentials. And it lets clients go without breaking what they do: a client that is evicted or removed is
 * drained after its last lease, not destroyed (see `ClientCacheService`). Clients are destroyed when the layer is
 * released.
 *
 * `destroy` of a client does nothing while the cache has it or somebody leases it: it belongs to all who share it.
 *
 * @example
 * ```ts
 * import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3"
 * import { Effect } from "effect"
 * import { ClientCache, ClientCacheLive } from "effect-aws-cache/ClientLayer"
 * import * as assert from "node:assert/strict"
 *
 * const program = ClientCache.send(S3Client, { region: "us-west-2" }, new ListBucketsCommand({})).pipe(
 *   Effect.map(({ Buckets = [] }) => Buckets.map(({ Name }) => Name)),
 *   Effect.provide(ClientCacheLive)
 * )
 *
 * assert.deepEqual(await Effect.runPromise(program), ["my-bucket", "reports"])
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class ClientCache extends Context.Tag("effect-aws-cache/ClientCache")<ClientCache, ClientCacheService>() {
  /**
   * The client of a class for a configuration. It is built when there is none, once for all who ask meanwhile. A
   * failed build is not kept.
   *
   * The class may be loaded when it is needed, by an arrow function.
   *
   * Fails with `CacheKeyError` for a class or configuration that makes no key (see `ClientCacheKey.make`), and with
   * `ClientBuildError` when the class cannot be loaded or its constructor throws.
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
   * @since 0.1.0
   */
  static client<Ctor extends ClientClass>(
    source: ClientSource<Ctor>,
    ...configuration: ClientArguments<Ctor>
  ): Effect.Effect<ClientOf<Ctor>, ClientBuildError | CacheKeyError, ClientCache> {
    return Effect.flatMap(ClientCache, (cache) => cache.client(source, ...configuration))
  }

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
   *
   * @since 0.1.0
   */
  static lease<Ctor extends ClientClass>(
    source: ClientSource<Ctor>,
    ...configuration: ClientArguments<Ctor>
  ): Effect.Effect<ClientOf<Ctor>, ClientBuildError | CacheKeyError, ClientCache | Scope.Scope> {
    return Effect.flatMap(ClientCache, (cache) => cache.lease(source, ...configuration))
  }

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
   * @since 0.1.0
   */
  static withClient<Ctor extends ClientClass, A, E, R>(
    source: ClientSource<Ctor>,
    config: OptionalConfig<Ctor>,
    f: (client: ClientOf<Ctor>) => Effect.Effect<A, E, R>,
    options?: ClientOptions<ClientOf<Ctor>> | undefined
  ): Effect.Effect<A, E | ClientBuildError | CacheKeyError, R | ClientCache> {
    return Effect.flatMap(ClientCache, (cache) => cache.withClient(source, config, f, options))
  }

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
   * @since 0.1.0
   */
  static send<
    Ctor extends ClientClass,
    Command extends AwsCommand<Output>,
    Output,
    Source extends ExceptionSource = never
  >(
    source: ClientSource<Ctor>,
    config: OptionalConfig<Ctor>,
    command: Command & AwsCommand<Output> & CommandFor<ClientOf<Ctor>, Command>,
    options?: SendOptions<ClientOf<Ctor>, Source> | undefined
  ): Effect.Effect<Output, SendError<Source> | ClientBuildError | CacheKeyError, ClientCache> {
    return Effect.flatMap(
      ClientCache,
      (cache) => cache.send<Ctor, Command, Output, Source>(source, config, command, options)
    )
  }

  /**
   * The client under a key. Fails with `CacheNotFoundError` when there is none; it builds nothing.
   *
   * @since 0.1.0
   */
  static get<C>(key: ClientCacheKey<C>): Effect.Effect<C, CacheNotFoundError, ClientCache> {
    return Effect.flatMap(ClientCache, (cache) => cache.get(key))
  }

  /**
   * The client under a key, leased until the scope closes. Fails with `CacheNotFoundError` when there is none; it builds
   * nothing.
   *
   * @since 0.1.0
   */
  static leaseKey<C>(key: ClientCacheKey<C>): Effect.Effect<C, CacheNotFoundError, ClientCache | Scope.Scope> {
    return Effect.flatMap(ClientCache, (cache) => cache.leaseKey(key))
  }

  /**
   * The client under a key, if there is one.
   *
   * @since 0.1.0
   */
  static getOption<C>(key: ClientCacheKey<C>): Effect.Effect<Option.Option<C>, never, ClientCache> {
    return Effect.flatMap(ClientCache, (cache) => cache.getOption(key))
  }

  /**
   * Puts in a client that the caller made and keeps: the cache neither drains nor destroys it.
   *
   * Fails with `CacheExistsError` when there is one under the key, with `CacheKeyError` for what is no key, and with
   * `ClientValueError` for what is no client. Whether the client was made from the key's configuration cannot be
   * checked.
   *
   * @since 0.1.0
   */
  static add<C extends AwsClient>(
    key: ClientCacheKey<C>,
    client: Types.NoInfer<C>
  ): Effect.Effect<void, CacheExistsError | CacheKeyError | ClientValueError, ClientCache> {
    return Effect.flatMap(ClientCache, (cache) => cache.add(key, client))
  }

  /**
   * Like `add`, but takes the place of a client that is there, which is drained if the cache built it.
   *
   * @since 0.1.0
   */
  static set<C extends AwsClient>(
    key: ClientCacheKey<C>,
    client: Types.NoInfer<C>
  ): Effect.Effect<void, CacheKeyError | ClientValueError, ClientCache> {
    return Effect.flatMap(ClientCache, (cache) => cache.set(key, client))
  }

  /**
   * Whether there is a client under a key. This is no use.
   *
   * @since 0.1.0
   */
  static has(key: ClientCacheKey<unknown>): Effect.Effect<boolean, never, ClientCache> {
    return Effect.flatMap(ClientCache, (cache) => cache.has(key))
  }

  /**
   * The client under a key, if there is one. This is no use, and it is not counted.
   *
   * @since 0.1.0
   */
  static peek<C>(key: ClientCacheKey<C>): Effect.Effect<Option.Option<C>, never, ClientCache> {
    return Effect.flatMap(ClientCache, (cache) => cache.peek(key))
  }

  /**
   * Removes a client and drains it. Fails with `CacheNotFoundError` when there is none. A build of it that is under way
   * is not kept.
   *
   * @since 0.1.0
   */
  static remove(key: ClientCacheKey<unknown>): Effect.Effect<void, CacheNotFoundError, ClientCache> {
    return Effect.flatMap(ClientCache, (cache) => cache.remove(key))
  }

  /**
   * Removes a client, drains it and returns it: it works on, with a connection for each request.
   *
   * @since 0.1.0
   */
  static pop<C>(key: ClientCacheKey<C>): Effect.Effect<C, CacheNotFoundError, ClientCache> {
    return Effect.flatMap(ClientCache, (cache) => cache.pop(key))
  }

  /**
   * Removes the client that is next to be evicted, drains it and returns it.
   *
   * @since 0.1.0
   */
  static readonly popVictim: Effect.Effect<
    Option.Option<readonly [key: ClientCacheKey<unknown>, client: AwsClient]>,
    never,
    ClientCache
  > = Effect.suspend(() => Effect.flatMap(ClientCache, (cache) => cache.popVictim))

  /**
   * Removes every client and drains them.
   *
   * @since 0.1.0
   */
  static readonly clear: Effect.Effect<void, never, ClientCache> = Effect.suspend(() =>
    Effect.flatMap(ClientCache, (cache) => cache.clear)
  )

  /**
   * The keys, the next victim first. This is no use.
   *
   * @since 0.1.0
   */
  static readonly keys: Effect.Effect<ReadonlyArray<ClientCacheKey<unknown>>, never, ClientCache> = Effect.suspend(() =>
    Effect.flatMap(ClientCache, (cache) => cache.keys)
  )

  /**
   * The clients, the next victim first. This is no use.
   *
   * @since 0.1.0
   */
  static readonly values: Effect.Effect<ReadonlyArray<AwsClient>, never, ClientCache> = Effect.suspend(() =>
    Effect.flatMap(ClientCache, (cache) => cache.values)
  )

  /**
   * The keys and clients, the next victim first. This is no use.
   *
   * @since 0.1.0
   */
  static readonly entries: Effect.Effect<
    ReadonlyArray<readonly [key: ClientCacheKey<unknown>, client: AwsClient]>,
    never,
    ClientCache
  > = Effect.suspend(() => Effect.flatMap(ClientCache, (cache) => cache.entries))

  /**
   * How many clients there are.
   *
   * @since 0.1.0
   */
  static readonly size: Effect.Effect<number, never, ClientCache> = Effect.suspend(() =>
    Effect.flatMap(ClientCache, (cache) => cache.size)
  )

  /**
   * Changes the limit. What no longer fits is evicted at once. Fails with `CacheConfigError` for a limit it cannot
   * accept, and then nothing has changed.
   *
   * @param maxSize the most clients, a whole number or `Infinity`
   * @since 0.1.0
   */
  static resize(maxSize: number): Effect.Effect<void, CacheConfigError, ClientCache> {
    return Effect.flatMap(ClientCache, (cache) => cache.resize(maxSize))
  }

  /**
   * What was counted since the cache was made, and what it holds now.
   *
   * @since 0.1.0
   */
  static readonly stats: Effect.Effect<ClientCacheStats, never, ClientCache> = Effect.suspend(() =>
    Effect.flatMap(ClientCache, (cache) => cache.stats)
  )

  /**
   * What happens from now on: builds, clients that enter and leave, and those that are let go. It never blocks the cache,
   * and ends with it.
   *
   * @since 0.1.0
   */
  static readonly events: Stream.Stream<LeasedStoreEvent<ClientCacheKey<unknown>>, never, ClientCache> = Stream.suspend(
    () => Stream.unwrap(Effect.map(ClientCache, (cache) => cache.events))
  )

  /**
   * A cache of clients. Each call makes a layer of its own: bind it to a constant to share the cache.
   *
   * Building it fails with `CacheConfigError` for an option it cannot accept.
   *
   * @example
   * ```ts
   * import { S3Client } from "@aws-sdk/client-s3"
   * import { Effect } from "effect"
   * import { ClientCache } from "effect-aws-cache/ClientLayer"
   * import * as assert from "node:assert/strict"
   *
   * const ClientsLive = ClientCache.layer({ maxSize: 2, timeToIdle: "10 minutes" })
   *
   * const program = Effect.gen(function*() {
   *   yield* ClientCache.client(S3Client, { region: "eu-west-1" })
   *   yield* ClientCache.client(S3Client, { region: "us-west-2" })
   *   yield* ClientCache.client(S3Client, { region: "eu-central-1" })
   *   return (yield* ClientCache.keys).map(String)
   * }).pipe(Effect.provide(ClientsLive))
   *
   * assert.deepEqual(
   *   await Effect.runPromise(program),
   *   ["S3Client(region=us-west-2)", "S3Client(region=eu-central-1)"]
   * )
   * ```
   *
   * @since 0.1.0
   */
  static layer(options: ClientCacheOptions = {}): Layer.Layer<ClientCache, CacheConfigError> {
    return Layer.scoped(ClientCache, makeClientCache(options, buildClient))
  }

  /**
   * A cache of clients whose options are read from `Config`.
   *
   * @since 0.1.0
   */
  static layerConfig(
    config: Config.Config.Wrap<ClientCacheOptions>
  ): Layer.Layer<ClientCache, CacheConfigError | ConfigError.ConfigError> {
    return Layer.unwrapEffect(Effect.map(unwrapOptions("ClientCache", config), ClientCache.layer))
  }

  /**
   * A cache for tests, which gives out fakes where it would build clients. A class without a fake is a
   * `ClientBuildError`, so that nothing reaches the network by accident.
   *
   * @example
   * ```ts
   * import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3"
   * import { Effect } from "effect"
   * import { ClientCache } from "effect-aws-cache/ClientLayer"
   * import * as assert from "node:assert/strict"
   *
   * class BrokenS3 extends S3Client {
   *   override send(): Promise<never> {
   *     return Promise.reject(new Error("the bucket is on fire"))
   *   }
   * }
   *
   * const ClientsTest = ClientCache.layerTest([ClientCache.fake(S3Client, () => new BrokenS3({ region: "us-east-1" }))])
   *
   * // The program under test.
   * const buckets = ClientCache.send(S3Client, {}, new ListBucketsCommand({}))
   *
   * const error = await Effect.runPromise(buckets.pipe(Effect.flip, Effect.provide(ClientsTest)))
   * assert.equal(error._tag, "RequestError")
   * ```
   *
   * @since 0.1.0
   */
  static layerTest(
    fakes: ReadonlyArray<ClientFake>,
    options: ClientCacheOptions = {}
  ): Layer.Layer<ClientCache, CacheConfigError> {
    return Layer.scoped(
      ClientCache,
      unlessWrong(
        checkValue(nameIn(options, "ClientCache"), "fakes", fakes, fakesKind),
        Effect.suspend(() => makeClientCache(options, fakeBuilder(fakes, "ClientCache.layerTest")))
      )
    )
  }

  /**
   * A fake for `layerTest`.
   *
   * @param clientClass the class it stands in for
   * @param make makes one client for each distinct configuration; it is given what the client would be built with
   * @since 0.1.0
   */
  static fake<Ctor extends ClientClass>(
    clientClass: Ctor,
    make: (config: Readonly<Record<string, unknown>>) => ClientOf<Ctor>
  ): ClientFake {
    return clientFake(clientClass, make)
  }
}

/**
 * The default cache of clients: at most 10, the least recently used one leaves first.
 *
 * @since 0.1.0
 * @category layers
 */
export const ClientCacheLive: Layer.Layer<ClientCache> = Layer.orDie(ClientCache.layer())
