/**
 * A cache of clients, as a value.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type * as Types from "effect/Types"
import type { OptionKinds } from "../../Cache/engine/options/optionKinds.js"
import type { EvictionPolicyName } from "../../Cache/engine/policies/EvictionPolicy.js"
import { evictionPolicyNames } from "../../Cache/engine/policies/EvictionPolicy.js"
import type {
  CacheConfigError,
  CacheExistsError,
  CacheKeyError,
  CacheNotFoundError
} from "../../Cache/errors/CacheErrors.js"
import type { LeasedStoreEvent } from "../../Cache/events/StoreEvent.js"
import type { ClientBuildError, ClientValueError } from "../errors/ClientErrors.js"
import type { ExceptionSource } from "../errors/RequestError.js"
import type { ClientCacheKey } from "../key/ClientCacheKey.js"
import type { ClientArguments, ClientOptions } from "../key/ClientOptions.js"
import type { ClientSource } from "../key/ClientSource.js"
import type { SendError } from "../request/requestFailure.js"
import type { RequestControls, RequestOptions } from "../request/sendCommand.js"
import type { AwsClient, ClientClass, ClientOf, OptionalConfig } from "../sdk/AwsClient.js"
import type { AwsCommand, CommandFor } from "../sdk/AwsCommand.js"
import type { TransportFigures } from "../transport/ConnectionPool.js"

/**
 * How a cache of clients is made.
 *
 * @since 0.1.0
 * @category models
 */
export interface ClientCacheOptions {
  /** The most clients, a whole number or `Infinity`; `0` keeps none. Default 10. */
  readonly maxSize?: number | undefined
  /** Which client goes first when there are too many. Default `"LRU"`. */
  readonly evictionPolicy?: EvictionPolicyName | undefined
  /** The name in errors, spans and logs. Default `"ClientCache"`. */
  readonly name?: string | undefined
  /** How long a client stays in the cache after it was built, leased or not. Default `Duration.infinity`: for ever. */
  readonly timeToLive?: Duration.DurationInput | undefined
  /**
   * How long a client stays in the cache that nobody uses: since its last lease ended, or since it was asked for last
   * (`client`, `get`, `getOption`). A client that is leased is in use. What is done with a handle that nobody gives back
   * is not known, so it does not count. Default `Duration.infinity`: for ever.
   */
  readonly timeToIdle?: Duration.DurationInput | undefined
  /**
   * How long the closing of the cache's scope waits for leases to end, and then for requests and for bodies that are being
   * read, before every connection is cut. Default 5 seconds: more than most requests take, and little of the 30 seconds
   * that ECS and Kubernetes give a process to end. A lease
   * whose scope closes only after the cache's makes it wait all that time, and is logged: put `Effect.scoped` before
   * `Effect.provide`.
   */
  readonly gracePeriod?: Duration.DurationInput | undefined
  /**
   * How long the connections of a client that has left the cache, and whose leases have ended, may take to close by
   * themselves. Then what is left of them is cut off, and requests on them fail with `ClientClosedError`. Default
   * `Duration.infinity`: only the closing of the cache's scope cuts anything off.
   */
  readonly drainTimeout?: Duration.DurationInput | undefined
  /** How many events a listener of `events` may be behind before it loses some. Default 1,024. */
  readonly eventCapacity?: number | undefined
  /** Whether to keep Effect `Metric`s of it (see `CacheMetrics`), tagged with the name. Default `false`. */
  readonly metrics?: boolean | undefined
}

/**
 * What a request is sent with, besides the configuration of its client: options of the client, and of the request.
 *
 * @since 0.1.0
 * @category models
 */
export type SendOptions<Client, Source extends ExceptionSource = never> =
  & ClientOptions<Client>
  & RequestOptions<Client, Source>

/** Which options a cache of clients has. */
export const clientCacheKinds: OptionKinds<ClientCacheOptions> = {
  maxSize: "limit",
  evictionPolicy: evictionPolicyNames,
  name: "text",
  timeToLive: "duration",
  timeToIdle: "duration",
  gracePeriod: "duration",
  drainTimeout: "duration",
  eventCapacity: "count",
  metrics: "flag"
}

/**
 * A client in a cache: its leases and its connections.
 *
 * @since 0.1.0
 * @category models
 */
export interface ClientFigures extends TransportFigures {
  /** Its key, printed. */
  readonly key: string
  /** How many leases there are; a scope has one at most. */
  readonly leases: number
  /**
   * Whether its connections are somebody else's: of a client that was put in, or of a request handler or an agent that was
   * there before the client. They are not counted, and never closed. That an extension has put in such a handler shows
   * after the first request.
   */
  readonly borrowed: boolean
}

/**
 * What a cache of clients has counted since it was made, and what it holds now. The connections are those of all
 * clients it built, clients that have left it included; those of borrowed handlers and of HTTP/2 are not known to it.
 *
 * @since 0.1.0
 * @category models
 */
export interface ClientCacheStats extends TransportFigures {
  /** Clients built. */
  readonly built: number
  /** Lookups that found a client. */
  readonly hits: number
  /** Lookups that did not. */
  readonly misses: number
  /** Those of the misses that joined a build under way instead of starting one. */
  readonly coalesced: number
  /** Clients that left to make room. */
  readonly evictions: number
  /** Builds under way. */
  readonly inFlight: number
  /** Clients in the cache. */
  readonly size: number
  /** The most clients there may be. */
  readonly maxSize: number
  /** Clients in the cache that are leased. */
  readonly leased: number
  /** Clients that are not in the cache any more, but leased. */
  readonly retired: number
  /** Clients that nobody leases, that are not in the cache any more, and that still have connections open. */
  readonly draining: number
  /** Each client in the cache, the next victim first. */
  readonly clients: ReadonlyArray<ClientFigures>
}

/**
 * A cache of clients.
 *
 * A client is out of the cache at once when it leaves it, for whatever reason. When nobody leases it any more, it is
 * *drained*: its idle connections are closed at once, the others when their requests and bodies have ended. Nothing in
 * flight fails, and whoever still holds the client can use it, with a connection for each request. Clients that callers
 * made (`add`, `set`) are not touched.
 *
 * `withClient` and `lease` say when they are done with a client; so it keeps its connections while they use it.
 * `client`, `get` and the like give a handle that nobody gives back: the client is drained as soon as it leaves the
 * cache, which the handle survives.
 *
 * All who ask for a client have the same one: what somebody changes in its `config` or adds to its `middlewareStack`, all
 * of them have. Whoever wants it otherwise asks with a `ClientCustomization`, which is part of the key.
 *
 * What speaks HTTP/2 cannot be drained, only destroyed, with its requests in flight. So it is destroyed after its last
 * lease, unless it was given out without one as well: then it is left alone until `drainTimeout` is over, or the cache's
 * scope closes. Lease such clients.
 *
 * @since 0.1.0
 * @category models
 */
export interface ClientCacheService {
  /** The name in errors, spans and logs. Optional so that mocks need none. */
  readonly name?: string | undefined
  /**
   * The client of a class for a configuration; built when there is none. All who ask for it meanwhile share one build.
   */
  readonly client: <Ctor extends ClientClass>(
    source: ClientSource<Ctor>,
    ...configuration: ClientArguments<Ctor>
  ) => Effect.Effect<ClientOf<Ctor>, ClientBuildError | CacheKeyError>
  /** The client as `client` gives it, leased until the scope closes. A scope has one lease of a client at most. */
  readonly lease: <Ctor extends ClientClass>(
    source: ClientSource<Ctor>,
    ...configuration: ClientArguments<Ctor>
  ) => Effect.Effect<ClientOf<Ctor>, ClientBuildError | CacheKeyError, Scope.Scope>
  /**
   * `lease` for caches built over this one, which know the configuration but not its type.
   *
   * @internal
   */
  readonly leaseWith: <Ctor extends ClientClass>(
    source: ClientSource<Ctor>,
    config: unknown,
    options: ClientOptions<ClientOf<Ctor>> | undefined
  ) => Effect.Effect<ClientOf<Ctor>, ClientBuildError | CacheKeyError, Scope.Scope>
  /** Uses the client that `client` gives, leased as long as `f` runs. This is the cheapest lease, and needs no scope. */
  readonly withClient: <Ctor extends ClientClass, A, E, R>(
    source: ClientSource<Ctor>,
    config: OptionalConfig<Ctor>,
    f: (client: ClientOf<Ctor>) => Effect.Effect<A, E, R>,
    options?: ClientOptions<ClientOf<Ctor>> | undefined
  ) => Effect.Effect<A, E | ClientBuildError | CacheKeyError, R>
  /**
   * Sends a command with the client that `client` gives, leased until the response is there; where this has a body,
   * until the body has been read to its end, or was destroyed. Interruption aborts the request.
   */
  readonly send: <
    Ctor extends ClientClass,
    Command extends AwsCommand<Output>,
    Output,
    Source extends ExceptionSource = never
  >(
    source: ClientSource<Ctor>,
    config: OptionalConfig<Ctor>,
    command: Command & AwsCommand<Output> & CommandFor<ClientOf<Ctor>, Command>,
    options?: SendOptions<ClientOf<Ctor>, Source> | undefined
  ) => Effect.Effect<Output, SendError<Source> | ClientBuildError | CacheKeyError>
  /**
   * `send` for sessions, which have checked the types.
   *
   * @internal
   */
  readonly sendWith: <Ctor extends ClientClass, Output, Source extends ExceptionSource = never>(
    source: ClientSource<Ctor>,
    config: unknown,
    command: AwsCommand<Output>,
    options: (ClientOptions<ClientOf<Ctor>> & RequestControls<Source>) | undefined
  ) => Effect.Effect<Output, SendError<Source> | ClientBuildError | CacheKeyError>
  /** The client under a key. */
  readonly get: <C>(key: ClientCacheKey<C>) => Effect.Effect<C, CacheNotFoundError>
  /** The client under a key, leased until the scope closes. */
  readonly leaseKey: <C>(key: ClientCacheKey<C>) => Effect.Effect<C, CacheNotFoundError, Scope.Scope>
  /** The client under a key, if there is one. */
  readonly getOption: <C>(key: ClientCacheKey<C>) => Effect.Effect<Option.Option<C>>
  /** Puts in a client of the caller's; fails when there is one under the key. */
  readonly add: <C extends AwsClient>(
    key: ClientCacheKey<C>,
    client: Types.NoInfer<C>
  ) => Effect.Effect<void, CacheExistsError | CacheKeyError | ClientValueError>
  /** Puts in a client of the caller's, whether there was one or not. */
  readonly set: <C extends AwsClient>(
    key: ClientCacheKey<C>,
    client: Types.NoInfer<C>
  ) => Effect.Effect<void, CacheKeyError | ClientValueError>
  /** Whether there is a client under a key. Does not count as a use. */
  readonly has: (key: ClientCacheKey<unknown>) => Effect.Effect<boolean>
  /** The client under a key, if there is one. Does not count as a use, nor in `stats`. */
  readonly peek: <C>(key: ClientCacheKey<C>) => Effect.Effect<Option.Option<C>>
  /** Removes a client. */
  readonly remove: (key: ClientCacheKey<unknown>) => Effect.Effect<void, CacheNotFoundError>
  /** Removes a client and returns it. */
  readonly pop: <C>(key: ClientCacheKey<C>) => Effect.Effect<C, CacheNotFoundError>
  /** Removes the client that is next to be evicted and returns it. */
  readonly popVictim: Effect.Effect<Option.Option<readonly [key: ClientCacheKey<unknown>, client: AwsClient]>>
  /** Removes every client. */
  readonly clear: Effect.Effect<void>
  /** A snapshot of the keys, the next victim first. Does not count as a use. */
  readonly keys: Effect.Effect<ReadonlyArray<ClientCacheKey<unknown>>>
  /** A snapshot of the clients, the next victim first. Does not count as a use. */
  readonly values: Effect.Effect<ReadonlyArray<AwsClient>>
  /** A snapshot of the entries, the next victim first. Does not count as a use. */
  readonly entries: Effect.Effect<ReadonlyArray<readonly [key: ClientCacheKey<unknown>, client: AwsClient]>>
  /** How many clients there are. */
  readonly size: Effect.Effect<number>
  /** Changes the limit; what no longer fits leaves at once. A bad limit changes nothing. */
  readonly resize: (maxSize: number) => Effect.Effect<void, CacheConfigError>
  /** What was counted, and what is held now. */
  readonly stats: Effect.Effect<ClientCacheStats>
  /**
   * What happens from now on: builds, clients that enter and leave, and those that are let go (`Released`). It never
   * blocks the cache: a listener that is too slow loses what comes while it is behind. It ends with the cache.
   */
  readonly events: Stream.Stream<LeasedStoreEvent<ClientCacheKey<unknown>>>
}
