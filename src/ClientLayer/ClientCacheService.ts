/**
 * A cache of clients, as a value.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { CacheConfigError, CacheExistsError, CacheNotFoundError } from "../Cache/CacheErrors.js"
import { CacheKeyError } from "../Cache/CacheErrors.js"
import type { EvictionPolicyName } from "../Cache/engine/EvictionPolicy.js"
import { printKey } from "../Cache/printKey.js"
import * as Store from "../Cache/Store.js"
import {
  type AwsClient,
  type ClientClass,
  type ClientConfigArguments,
  type ClientOf,
  isAwsClient
} from "./AwsClient.js"
import { type ClientBuilder, runBuilder } from "./ClientBuilder.js"
import { type ClientCacheKey, isClientCacheKey, prepareClient, type PreparedClient, settled } from "./ClientCacheKey.js"
import { type ClientBuildError, ClientValueError } from "./ClientErrors.js"
import { type ClientSource, resolveSource } from "./ClientSource.js"
import type { Transport, TransportFigures } from "./Transport.js"
import { TransportRegistry } from "./TransportRegistry.js"

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
  /** The name in errors and spans. Default `"ClientCache"`. */
  readonly name?: string | undefined
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
  /** Clients that left to make room. */
  readonly evictions: number
  /** Builds under way. */
  readonly inFlight: number
  /** Clients in the cache. */
  readonly size: number
}

/**
 * A cache of clients.
 *
 * A client that leaves the cache, for whatever reason, is *drained*: its idle connections are closed at once, the
 * others when their requests and bodies have ended. Nothing in flight fails, and whoever still holds the client can
 * use it, with a connection for each request. Clients that callers made (`add`, `set`) are not touched.
 *
 * @since 0.1.0
 * @category models
 */
export interface ClientCacheService {
  /** The name in errors and spans. */
  readonly name: string
  /**
   * The client of a class for a configuration; built when there is none. All who ask for it meanwhile share one build.
   */
  readonly client: <Ctor extends ClientClass>(
    source: ClientSource<Ctor>,
    ...configuration: ClientConfigArguments<Ctor>
  ) => Effect.Effect<ClientOf<Ctor>, ClientBuildError | CacheKeyError>
  /** The client under a key. */
  readonly get: <C>(key: ClientCacheKey<C>) => Effect.Effect<C, CacheNotFoundError>
  /** The client under a key, if there is one. */
  readonly getOption: <C>(key: ClientCacheKey<C>) => Effect.Effect<Option.Option<C>>
  /** Puts in a client of the caller's; fails when there is one under the key. */
  readonly add: <C extends AwsClient>(
    key: ClientCacheKey<C>,
    client: C
  ) => Effect.Effect<void, CacheExistsError | CacheKeyError | ClientValueError>
  /** Puts in a client of the caller's, whether there was one or not. */
  readonly set: <C extends AwsClient>(
    key: ClientCacheKey<C>,
    client: C
  ) => Effect.Effect<void, CacheKeyError | ClientValueError>
  /** Whether there is a client under a key. No use. */
  readonly has: (key: ClientCacheKey<unknown>) => Effect.Effect<boolean>
  /** The client under a key, if there is one. No use, and not counted. */
  readonly peek: <C>(key: ClientCacheKey<C>) => Effect.Effect<Option.Option<C>>
  /** Removes a client. */
  readonly remove: (key: ClientCacheKey<unknown>) => Effect.Effect<void, CacheNotFoundError>
  /** Removes a client and returns it. */
  readonly pop: <C>(key: ClientCacheKey<C>) => Effect.Effect<C, CacheNotFoundError>
  /** Removes the client that is next to be evicted and returns it. */
  readonly popVictim: Effect.Effect<Option.Option<readonly [key: ClientCacheKey<unknown>, client: AwsClient]>>
  /** Removes every client. */
  readonly clear: Effect.Effect<void>
  /** A snapshot of the keys, the next victim first. No use. */
  readonly keys: Effect.Effect<ReadonlyArray<ClientCacheKey<unknown>>>
  /** A snapshot of the clients, the next victim first. No use. */
  readonly values: Effect.Effect<ReadonlyArray<AwsClient>>
  /** A snapshot of the entries, the next victim first. No use. */
  readonly entries: Effect.Effect<ReadonlyArray<readonly [key: ClientCacheKey<unknown>, client: AwsClient]>>
  /** How many clients there are. */
  readonly size: Effect.Effect<number>
  /** Changes the limit; what no longer fits leaves at once. A bad limit changes nothing. */
  readonly resize: (maxSize: number) => Effect.Effect<void, CacheConfigError>
  /** What was counted, and what is held now. */
  readonly stats: Effect.Effect<ClientCacheStats>
}

const defaultMaxSize = 10

/**
 * Makes a cache of clients. When the scope closes, every client it built is destroyed, with its requests in flight.
 *
 * @param builder how clients are built
 * @since 0.1.0
 * @category constructors
 */
export const makeClientCache = (
  options: ClientCacheOptions,
  builder: ClientBuilder
): Effect.Effect<ClientCacheService, CacheConfigError, Scope.Scope> =>
  Effect.gen(function*() {
    const name = options.name ?? "ClientCache"
    let built = 0
    // Made before the store, so that at the end it is closed after the builds under way have been interrupted.
    const registry = yield* TransportRegistry.make
    const store = yield* Store.make<ClientCacheKey<unknown>, CachedClient, ClientBuildError>({
      name,
      evictionPolicy: options.evictionPolicy,
      maxSize: options.maxSize ?? defaultMaxSize,
      onRemoval: (_key, entry) => entry.release()
    })

    const build = (prepared: PreparedClient<unknown>): Effect.Effect<CachedClient, ClientBuildError> =>
      Effect.map(runBuilder(builder, prepared, name), ({ client, transport }) => {
        built += 1
        registry.register(client, transport)
        return new CachedClient(settled(prepared.key), client, transport)
      })

    // An entry that the store did not keep (its limit is zero, or a removal came during the build) is released here.
    const settle = (entry: CachedClient): Effect.Effect<void> =>
      Effect.map(store.peek(entry.key), (kept) => {
        entry.settled = true
        if (Option.isNone(kept) || kept.value !== entry) entry.release()
      })

    const put = <E>(
      key: ClientCacheKey<unknown>,
      client: unknown,
      write: (entry: CachedClient) => Effect.Effect<void, E>
    ): Effect.Effect<void, E | CacheKeyError | ClientValueError> =>
      Effect.suspend((): Effect.Effect<void, E | CacheKeyError | ClientValueError> => {
        if (!isClientCacheKey(key)) return Effect.fail(notAKey(name, key))
        if (!isAwsClient(client)) {
          return Effect.fail(new ClientValueError({ cache: name, key: key.label, value: describe(client) }))
        }
        const entry = new CachedClient(key, client, registry.transportOf(client))
        return Effect.uninterruptible(
          Effect.zipRight(Effect.onError(write(entry), () => Effect.sync(() => entry.release())), settle(entry))
        )
      })

    const self: ClientCacheService = {
      name,
      client: <Ctor extends ClientClass>(source: ClientSource<Ctor>, ...[config]: ClientConfigArguments<Ctor>) =>
        Effect.flatMap(
          resolveSource(source, name),
          (clientClass): Effect.Effect<ClientOf<Ctor>, ClientBuildError | CacheKeyError> => {
            const prepared = prepareClient<ClientOf<Ctor>>(clientClass, config)
            if (Either.isLeft(prepared)) return Effect.fail(prepared.left)
            const { right } = prepared
            return Effect.flatMap(store.getOrCompute(right.key, Effect.suspend(() => build(right))), (entry) => {
              const client = clientOf(entry, right.key)
              return entry.settled ? client : Effect.zipRight(settle(entry), client)
            })
          }
        ),
      get: (key) => Effect.flatMap(store.get(key), (entry) => clientOf(entry, key)),
      getOption: (key) => Effect.flatMap(store.getOption(key), (entry) => clientOption(entry, key)),
      add: (key, client) =>
        put(key, client, (entry) => Effect.catchTag(store.add(key, entry), "EntryTooLargeError", Effect.die)),
      set: (key, client) => put(key, client, (entry) => Effect.orDie(store.set(key, entry))),
      has: (key) => store.has(key),
      peek: (key) => Effect.flatMap(store.peek(key), (entry) => clientOption(entry, key)),
      remove: (key) => store.remove(key),
      pop: (key) => Effect.flatMap(store.pop(key), (entry) => clientOf(entry, key)),
      popVictim: Effect.map(store.popVictim, Option.map(([key, { client }]) => [key, client] as const)),
      clear: store.clear,
      keys: store.keys,
      values: Effect.map(store.values, (entries) => entries.map(({ client }) => client)),
      entries: Effect.map(store.entries, (entries) => entries.map(([key, { client }]) => [key, client] as const)),
      size: store.size,
      resize: (maxSize) => store.resize({ maxSize }),
      stats: Effect.map(store.stats, ({ hits, inFlight, misses, removals, size }) => ({
        built,
        hits,
        misses,
        evictions: removals.evicted,
        inFlight,
        size,
        ...registry.figures()
      }))
    }
    return self
  })

/** A client in the store; it holds its transport until it has left. */
class CachedClient {
  readonly key: ClientCacheKey<unknown>
  readonly client: AwsClient
  private readonly transport: Transport
  /** Whether somebody looked if the store kept it. */
  settled = false
  private released = false

  constructor(key: ClientCacheKey<unknown>, client: AwsClient, transport: Transport) {
    this.key = key
    this.client = client
    this.transport = transport
    transport.hold()
  }

  release(): void {
    if (this.released) return
    this.released = true
    this.transport.release()
  }
}

// Equal keys are of the same class of clients: the identity of the class is part of them. A client under a key is of
// that class because `client` builds it so, and because `add` and `set` take no other.
const isUnder = <C>(
  entry: CachedClient,
  key: ClientCacheKey<C>
): entry is CachedClient & { readonly client: C } => Equal.equals(entry.key, key)

const clientOf = <C>(entry: CachedClient, key: ClientCacheKey<C>): Effect.Effect<C> =>
  isUnder(entry, key)
    ? Effect.succeed(entry.client)
    : Effect.dieMessage(`effect-aws-cache: found ${entry.key.label} under ${key.label}; please report this`)

const clientOption = <C>(entry: Option.Option<CachedClient>, key: ClientCacheKey<C>): Effect.Effect<Option.Option<C>> =>
  Option.isNone(entry) ? Effect.succeed(Option.none()) : Effect.asSome(clientOf(entry.value, key))

const notAKey = (cache: string, key: unknown): CacheKeyError =>
  new CacheKeyError({
    cache,
    field: "key",
    value: printKey(key),
    accepted: "a ClientCacheKey, made by ClientCacheKey.make"
  })

const describe = (value: unknown): string => {
  if (value === null || value === undefined) return String(value)
  if (typeof value !== "object") return `a ${typeof value}`
  const { constructor } = value
  return typeof constructor === "function" && constructor.name !== ""
    ? `an instance of ${constructor.name}`
    : "an object"
}
